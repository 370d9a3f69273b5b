"""Drafts the head of a coding: what the document is, and its passages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from coding.date_finder import DateFinder
from coding.languages import Language
from coding.passage_block import is_heading
from coding.reading import slug
from coding.text import invalid, measure

LINES = 6
"""In how many passages at the start a byline or a date is looked for."""

SHORT = 100
"""A longer passage is neither a byline nor a dateline."""

_ENDS = re.compile(r"[.!?…][”\"’')]*$")

KEY = 50
"""The longest key of a document that is drafted."""

_DATELINE = re.compile(
    r"[^\Wa-z_]{3,}(?:[ /-][^\Wa-z_]{2,})*"
    r"(?:[ ,/]+(?:[A-Z][\w.]*|\d+|\([^)]*\))){0,6},?\s(?:[—–]|--?)\s"
)


@dataclass(frozen=True)
class Head:
    """What the options say about the document."""

    title: str | None
    authors: tuple[str, ...]
    publisher: str | None
    published: date | None
    url: str | None
    language: str
    coder: str


def drafted_head(
    passages: Sequence[str], language: Language, given: Head, path: Path
) -> tuple[dict[str, Any], date, list[dict[str, Any]]]:
    """Return the head, the day of publication, and actors for its authors and publisher.

    Raises InvalidInputError if neither the options nor the text say when it was published.
    """
    title = given.title or (passages[0] if len(passages[0]) < 200 else path.stem)
    authors = given.authors or _byline(passages, language)
    published = given.published or _day(passages, language)
    if published is None:
        message = "does not say when it was published; give --published YYYY-MM-DD"
        raise invalid("missing-field", path, message)
    people = [(slug(name) or "author", name, "person") for name in authors]
    people = [person for person in people if person[1] != given.publisher]
    outlets = (
        [(slug(given.publisher) or "publisher", given.publisher, "outlet")]
        if given.publisher
        else []
    )
    document: dict[str, Any] = {
        "key": _short(slug(title)) or "document",
        "title": title,
        "language": given.language,
        "published": published.isoformat(),
    }
    if authors:
        document["authors"] = [slug(name) or "author" for name in authors]
    if outlets:
        document["publishers"] = [key for key, *_ in outlets]
    if given.url:
        document["url"] = given.url
    measures = []
    for passage in passages:
        length, digest = measure(passage)
        item = {"length": length, "hash": digest}
        heading = announces(passage, title)
        measures.append(item | {"heading": True} if heading else item)
    head = {"format": 1, "coder": given.coder, "document": document, "passages": measures}
    actors = [
        {"key": key, "name": name, "kind": kind, "draft": True}
        for key, name, kind in [*people, *outlets]
    ]
    return head, published, actors


def announces(passage: str, title: str | None) -> bool:
    """Whether a passage is the title or a heading: it announces what the text says."""
    return is_heading(passage) or (passage == title and not _ENDS.search(passage))


def _short(key: str) -> str:
    """Return the whole words of a key that fit."""
    return key if len(key) <= KEY else key[: KEY + 1].rpartition("-")[0]


def dateline(passage: str) -> int:
    """Return where the text of a passage begins, behind its dateline: "TARN, 3 May 2021 — …"."""
    match = _DATELINE.match(passage[:SHORT])
    return match.end() if match else 0


def _byline(passages: Sequence[str], language: Language) -> tuple[str, ...]:
    for passage in passages[:LINES]:
        for pattern in language.words("byline"):
            match = re.search(pattern, passage) if len(passage) < SHORT else None
            if match:
                return (match[1].strip(),)
    return ()


def _day(passages: Sequence[str], language: Language) -> date | None:
    """Return the day in a short passage at the start, or in a dateline: "TARN, 3 May 2021 — …"."""
    for passage in passages[:LINES]:
        dateline = _DATELINE.match(passage[:SHORT])
        if len(passage) > SHORT and not dateline:
            continue
        for item in DateFinder(language).find(dateline[0] if dateline else passage):
            parts = item.parts
            month, day = parts.get("month") or parts.get("mm"), parts.get("day") or parts.get("dd")
            if "year" in parts and month and day:
                try:
                    return date(int(parts["year"]), int(month), int(day))
                except ValueError:
                    continue
    return None
