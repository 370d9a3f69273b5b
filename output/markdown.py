"""Markdown: a pipe table as GitHub reads it, in which data never becomes markup."""

import re
from collections.abc import Iterator, Sequence
from html import escape

from output.page import Cell, Page, cell_text, footer
from schema.escape import visible

# Code, emphasis, links, cells, strikes, mathematics and bare addresses. No escape keeps a mail
# address, a user or an issue from becoming a link: an element of its own around the sign does.
_MARKUP = re.compile(r"(?P<sign>[@#](?=\w))|[\\`*_\[\]|~$]|:(?=//)|(?<=www)\.", re.IGNORECASE)


def markdown(page: Page) -> Iterator[str]:
    """Yield a pipe table as in GitHub's Markdown, then citations, then the source of the data.

    A line end in a value becomes `<br>`.
    """

    def line(cells: Sequence[Cell]) -> str:
        return f"| {' | '.join(markdown_text(cell_text(cell)) for cell in cells)} |\n"

    yield line([column.name for column in page.columns])
    yield f"| {' | '.join('---:' if column.number else '---' for column in page.columns)} |\n"
    count = 0
    for row in page.rows:
        count += 1
        yield line(row)
    for n, (source, citation) in enumerate(page.citations or ()):
        yield f"{'' if n else chr(10)}- **{markdown_text(source)}** {markdown_text(citation)}\n"
    if page.meta:
        yield f"\n*{markdown_text(footer(page.meta, count))}*\n"


def markdown_text(value: str) -> str:
    """Return text that Markdown shows literally."""
    return "<br>".join(
        _MARKUP.sub(
            lambda match: f"<span>{match[0]}</span>" if match["sign"] else "\\" + match[0],
            escape(visible(line), quote=False),
        )
        for line in value.split("\n")
    )
