"""Templates: they escape what they show, in HTML as in Markdown, and say what a page may load."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from output.markdown import markdown_text
from schema.escape import visible

TEMPLATES = Path(__file__).parent / "templates"

_STYLE = re.compile("<style>(.*?)</style>", re.DOTALL)


def html_templates() -> Environment:
    """Return the templates of pages. What isn't Markup is escaped, and hidden characters shown."""
    return _environment(_shown, autoescape=True)


def markdown_templates() -> Environment:
    """Return the templates of Markdown. What isn't Markup is escaped, as Markdown and as HTML."""
    return _environment(_literal, autoescape=False)


def _environment(finalize: Any, *, autoescape: bool) -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=autoescape,  # noqa: S701 - Markdown is escaped by `_literal`
        finalize=finalize,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _shown(value: object) -> object:
    if type(value) is str and not (value.isascii() and value.isprintable()):
        return "\n".join(map(visible, value.split("\n")))
    return value


def _literal(value: object) -> object:
    if isinstance(value, str) and not isinstance(value, Markup):
        # What would begin a heading, a list or code at the beginning of a line can't do so.
        text = re.sub(r"^\s+", " ", markdown_text(value))
        return re.sub(r"^( ?[0-9]*)([-+=#.)])", r"\1\\\2", text)
    return value


def template_text(name: str) -> Markup:
    """Return a file of the templates as it is: a style sheet or a script of ours."""
    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))  # noqa: S704 - ours


def content_hash(text: str) -> str:
    """Return the source expression by which a Content-Security-Policy admits this text."""
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def policy(styles: Iterable[str]) -> Markup:
    """Return the Content-Security-Policy of a page without scripts that has just these styles."""
    hashes = " ".join(dict.fromkeys(map(content_hash, styles)))
    text = f"default-src 'none'; style-src {hashes}; base-uri 'none'; form-action 'none'"
    return Markup(text)  # noqa: S704 - hashes, and words of ours


def styles_of(markup: str) -> list[str]:
    """Return the texts of the style elements in our own markup, such as a picture."""
    return _STYLE.findall(markup)
