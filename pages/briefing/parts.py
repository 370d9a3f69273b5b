"""What a briefing is made of: paragraphs, lists and a picture, in sections; its notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from pages.briefing.footnotes import Note
from pages.briefing.prose import Sentence


@dataclass(frozen=True)
class Paragraph:
    """Sentences of running text; or a remark on what is left out."""

    sentences: Sequence[Sentence]
    remark: bool = False


@dataclass(frozen=True)
class Bullets:
    """Sentences below one another."""

    sentences: Sequence[Sentence]


@dataclass(frozen=True)
class Picture:
    """A picture, and the same facts as sentences for a phone or plain text."""

    svg: Markup
    caption: str
    sentences: Sequence[Sentence]


Block = Paragraph | Bullets | Picture


@dataclass(frozen=True)
class BriefSection:
    """A heading with what is below it."""

    title: str
    blocks: list[Block]


@dataclass
class Brief:
    """A briefing, ready for its template."""

    title: str
    lead: list[Sentence]
    figures: list[tuple[str, str]]
    sections: list[BriefSection]
    notes: list[Note]
    documents: list[int]
    """The ids of the documents that it rests on."""
    kept: bool
    """Whether there are words of the text."""
    about: dict[str, Any] = field(default_factory=dict)
    """Day, command, content hash and citations."""


@dataclass(frozen=True)
class Subject:
    """What a briefing is about: its kind (empty: everything), its key and its name."""

    kind: str
    key: str
    name: str
