"""Markdown: a pipe table as GitHub reads it, in which data never becomes markup."""

import re
from collections.abc import Iterable, Iterator
from html import escape

from output.addresses import with_addresses
from output.answer import Answer, shown
from output.page import footer, with_address
from schema.escape import visible

# Code, emphasis, links, cells, strikes, mathematics and bare addresses. No escape keeps a mail
# address, a user or an issue from becoming a link: an element of its own around the sign does.
_MARKUP = re.compile(r"(?P<sign>[@#](?=\w))|[\\`*_\[\]|~$]|:(?=//)|(?<=www)\.", re.IGNORECASE)


def markdown(answer: Answer, level: int = 1) -> Iterator[str]:
    """Yield a heading of this level, pipe tables as in GitHub's Markdown, notes and citations.

    A line end in a value becomes `<br>`. Only addresses in citations become links, and only those
    of http and https.
    """
    if answer.title:
        yield f"{'#' * level} {one_line(answer.title)}\n\n"
        shared = f"In every row: {answer.shared}." if answer.shared else ""
        for text in filter(None, (answer.question, answer.filters, shared, answer.size)):
            yield f"{_paragraph(text)}\n\n"
    for n, section in enumerate(answer.sections):
        yield "\n" if n else ""
        if section.heading:
            yield f"{'#' * (level + 1)} {one_line(section.heading)}\n\n"
        yield _line(column.heading for column in section.columns)
        marks = ("---:" if column.number else "---" for column in section.columns)
        yield f"| {' | '.join(marks)} |\n"
        for row in section.rows:
            yield _line(map(shown, section.columns, row))
    for note in answer.notes:
        yield f"\n{_paragraph(note)}\n"
    for source in answer.sources:
        yield f"\nFrom {_linked(with_address(source))}.\n"
    for n, (source, citation) in enumerate(answer.citations or ()):
        yield f"{'' if n else chr(10)}- **{markdown_text(source)}** {_linked(citation)}\n"
    if answer.about_data:
        data = footer(answer.meta, answer.rows.count)
        parts = [data, answer.asked, answer.meta.get("command", "")]
        yield f"\n*{markdown_text(' · '.join(filter(None, parts)))}*\n"


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(map(markdown_text, cells))} |\n"


def one_line(text: str) -> str:
    """Return text for a heading."""
    return markdown_text(text).replace("<br>", " ").replace("#", r"\#")


def _paragraph(text: str) -> str:
    """Return text that is a paragraph: no list, heading or rule, whatever it begins with."""
    return re.sub(r"^([0-9]*)([-+=#.)])", r"\1\\\2", markdown_text(text).lstrip(" "))


def _linked(citation: str) -> str:
    """Return a citation in which the addresses of http and https are links."""
    return "".join(
        f"[{markdown_text(part)}](<{escape(part, quote=False)}>)" if link else markdown_text(part)
        for part, link in with_addresses(citation)
    )


def markdown_text(value: str) -> str:
    """Return text that Markdown shows literally."""
    return "<br>".join(
        _MARKUP.sub(
            lambda match: f"<span>{match[0]}</span>" if match["sign"] else "\\" + match[0],
            escape(visible(line), quote=False),
        )
        for line in value.split("\n")
    )
