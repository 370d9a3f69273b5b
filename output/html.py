"""HTML: one page that loads nothing from elsewhere, in which data never becomes markup."""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from hashlib import sha256
from html import escape

from output.answer import Answer, shown
from output.page import Cell, Column
from schema.escape import visible

_STYLE = """
:root { color-scheme: light dark; font: 1rem/1.4 system-ui, sans-serif }
body { margin: 1.5rem }
h1 { font-size: 1.4rem; margin: 0 }
.rows { overflow-x: auto; margin: 1rem 0 }
table { border-collapse: collapse }
th, td { border: 1px solid #8886; padding: .3rem .6rem; text-align: start; vertical-align: top }
td { max-width: 40rem; overflow-wrap: break-word; unicode-bidi: plaintext; white-space: pre-wrap }
th { background: #8882 }
.number { font-variant-numeric: tabular-nums; text-align: right; white-space: nowrap }
button { all: unset; cursor: pointer; font-weight: bold }
button:focus-visible { outline: 2px solid }
[aria-sort=ascending] button::after { content: " \\25B2" }
[aria-sort=descending] button::after { content: " \\25BC" }
dt { font-weight: bold }
dd { margin: 0 0 .3rem 1rem }
"""

# Rows are sorted by value; nulls come last in both directions.
_SCRIPT = """
for (const button of document.querySelectorAll("th button")) {
  button.addEventListener("click", () => {
    const th = button.parentElement;
    const sign = th.getAttribute("aria-sort") === "ascending" ? -1 : 1;
    for (const other of th.parentElement.cells) other.removeAttribute("aria-sort");
    th.setAttribute("aria-sort", sign === 1 ? "ascending" : "descending");
    const body = document.querySelector("tbody");
    const rows = Array.from(body.rows, (row) => {
      const cell = row.cells[th.cellIndex];
      const value = cell.className === "number" ? Number(cell.textContent) : cell.textContent;
      return { row, value, last: cell.hasAttribute("data-null") || Number.isNaN(value) };
    });
    rows.sort((a, b) => a.last - b.last || sign * ((a.value > b.value) - (a.value < b.value)));
    for (const { row } of rows) body.append(row);
  });
}
"""


def html(answer: Answer) -> Iterator[str]:
    """Yield a self-contained page; a click on a heading sorts by its column."""
    title = _escaped(answer.title or "Sourcebook")
    policy = f"default-src 'none'; script-src {_hash(_SCRIPT)}; style-src {_hash(_STYLE)}"
    yield f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{_STYLE}</style>
</head>
<body>
<h1>{title}</h1>
"""
    for line in filter(None, (answer.question, answer.filters, answer.shared)):
        yield f"<p>{_escaped(line)}</p>\n"
    count = 0
    meanings: dict[str, str] = {}
    for section in answer.sections:
        if section.heading:
            yield f"<h2>{_escaped(section.heading)}</h2>\n"
        yield '<div class="rows">\n<table>\n<thead>\n<tr>'
        for column in section.columns:
            heading = _escaped(column.heading)
            yield f'<th scope="col"{_class(column)}><button>{heading}</button></th>'
            meanings[column.heading] = column.meaning
        yield "</tr>\n</thead>\n<tbody>\n"
        for row in section.rows:
            count += 1
            cells = map(_cell, section.columns, row)
            yield f"<tr>{''.join(cells)}</tr>\n"
        yield "</tbody>\n</table>\n</div>\n"
    for note in (*answer.notes, *(f"From {source}." for source in answer.sources)):
        yield f"<p>{_escaped(note)}</p>\n"
    cited = list(answer.citations or ())
    if cited:
        yield f"<h2>Sources</h2>\n{_terms(cited)}"
    explained = [(name, meaning) for name, meaning in meanings.items() if meaning]
    if explained:
        yield f"<details>\n<summary>Columns</summary>\n{_terms(explained)}</details>\n"
    above = ("title", "question", "filters")
    about = [(name, value) for name, value in answer.meta.items() if name not in above]
    yield f"<footer>\n{_terms([('rows', str(count)), *about])}</footer>\n"
    yield f"<script>{_SCRIPT}</script>\n</body>\n</html>\n"


def _class(column: Column) -> str:
    return ' class="number"' if column.number else ""


def _cell(column: Column, value: Cell) -> str:
    null = " data-null" if value is None else ""
    return f"<td{_class(column)}{null}>{_escaped(shown(column, value))}</td>"


def _escaped(value: str) -> str:
    """Return text for an element or an attribute; line ends stay line ends."""
    return escape("\n".join(map(visible, value.split("\n"))))


def _terms(pairs: Sequence[tuple[str, str]]) -> str:
    terms = (f"<dt>{_escaped(term)}</dt><dd>{_escaped(meaning)}</dd>\n" for term, meaning in pairs)
    return f"<dl>\n{''.join(terms)}</dl>\n"


def _hash(code: str) -> str:
    """Return the hash by which the page's policy admits this style or script, and no other."""
    return f"'sha256-{b64encode(sha256(code.encode()).digest()).decode()}'"
