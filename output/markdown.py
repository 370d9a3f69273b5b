"""Markdown: a pipe table as GitHub reads it, in which data never becomes markup."""

import re
from collections.abc import Iterable, Iterator
from html import escape

from output.answer import Answer, shown
from output.page import footer
from schema.escape import visible

# Code, emphasis, links, cells, strikes, mathematics and bare addresses. No escape keeps a mail
# address, a user or an issue from becoming a link: an element of its own around the sign does.
_MARKUP = re.compile(r"(?P<sign>[@#](?=\w))|[\\`*_\[\]|~$]|:(?=//)|(?<=www)\.", re.IGNORECASE)


def markdown(answer: Answer) -> Iterator[str]:
    """Yield a pipe table as in GitHub's Markdown, then citations, then the source of the data.

    A line end in a value becomes `<br>`.
    """

    def line(cells: Iterable[str]) -> str:
        return f"| {' | '.join(map(markdown_text, cells))} |\n"

    for text in filter(None, (answer.filters, answer.shared)):
        yield f"{markdown_text(text)}\n\n"
    count = 0
    for section in answer.sections:
        if section.heading:
            yield f"{chr(10) if count else ''}**{markdown_text(section.heading)}**\n\n"
        yield line(column.heading for column in section.columns)
        marks = ("---:" if column.number else "---" for column in section.columns)
        yield f"| {' | '.join(marks)} |\n"
        for row in section.rows:
            count += 1
            yield line(map(shown, section.columns, row))
    for note in (*answer.notes, *(f"From {source}." for source in answer.sources)):
        yield f"\n{markdown_text(note)}\n"
    for n, (source, citation) in enumerate(answer.citations or ()):
        yield f"{'' if n else chr(10)}- **{markdown_text(source)}** {markdown_text(citation)}\n"
    if answer.meta:
        yield f"\n*{markdown_text(footer(answer.meta, count))}*\n"


def markdown_text(value: str) -> str:
    """Return text that Markdown shows literally."""
    return "<br>".join(
        _MARKUP.sub(
            lambda match: f"<span>{match[0]}</span>" if match["sign"] else "\\" + match[0],
            escape(visible(line), quote=False),
        )
        for line in value.split("\n")
    )
