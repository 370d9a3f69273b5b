"""HTML: one page that loads nothing from elsewhere, in which data never becomes markup.

It fits a window of any width, and A4 in print. A click on a heading sorts, and a box filters the
rows. Only addresses in citations become links, and only those of http and https.
"""

import re
from collections.abc import Iterable, Iterator
from html import escape

from output.addresses import with_addresses
from output.answer import Answer, AnswerSection, shown
from output.html_page import POLICY, SCRIPT, STYLE
from output.page import Cell, PageColumn, with_address
from schema.edtf import Edtf, EdtfError
from schema.escape import visible

FEW = 6
"""Up to this number of columns, short cells stay on one line."""

WIDE, MANY, CROWDED = 6, 10, 22
"""From this number of columns, paper is turned, print is small, words may break anywhere."""

_SHORT, _SHORT_DATE = 18, 32  # characters

_LONG = re.compile(r"\S{25}")
_DAY = re.compile(r"(?<=\d) (?=[A-Z][a-z]+ \d)|(?<=[a-z]) (?=\d{4})")


def html(answer: Answer) -> Iterator[str]:
    """Yield a self-contained page of one answer."""
    title = answer.title or "Sourcebook"
    yield page_start(title)
    yield f"<section{paper(answer)}>\n<h1>{escaped(title)}</h1>\n"
    yield from answer_parts(answer)
    yield f"</section>\n{PAGE_END}"


def page_start(title: str) -> str:
    """Return the beginning of a page, up to its body."""
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escaped(title)}</title>
<style>{STYLE}</style>
</head>
<body>
"""


FILTER = '<label>Filter the rows: <input type="search"></label><output></output>\n'

PAGE_END = f"<script>{SCRIPT}</script>\n</body>\n</html>\n"


def paper(answer: Answer) -> str:
    """Return the attribute by which the section of an answer is printed on paper wide enough."""
    return ' class="wide"' if len(answer.columns) >= WIDE else ""


def answer_parts(answer: Answer, *, box: str = FILTER, level: int = 2) -> Iterator[str]:
    """Yield an answer below its title; its sections have headings of this level."""
    if answer.question:
        yield f'<p class="lead">{escaped(answer.question)}</p>\n'
    shared = f"In every row: {answer.shared}." if answer.shared else ""
    for line in filter(None, (answer.filters, shared)):
        yield f"<p>{escaped(line)}</p>\n"
    yield f'<p class="note">{escaped(answer.size)}</p>\n'
    yield box
    meanings: dict[str, str] = {}
    for section in answer.sections:
        meanings |= {column.heading: column.meaning for column in section.columns}
        yield _table_start(section, level)
        for row in section.rows:
            yield f"<tr>{''.join(map(_cell, section.columns, row))}</tr>\n"
        yield "</tbody>\n</table>\n</div>\n"
    for note in answer.notes:
        yield f'<p class="note">{escaped(note)}</p>\n'
    for source in answer.sources:
        yield f'<p class="note">From {_linked(with_address(source))}.</p>\n'
    cited = [(source, _linked(citation)) for source, citation in answer.citations or ()]
    if cited:
        yield f"<h{level}>Sources</h{level}>\n{_terms(cited)}"
    explained = [(name, escaped(meaning)) for name, meaning in meanings.items() if meaning]
    if explained:
        yield f"<details>\n<summary>Columns</summary>\n{_terms(explained)}</details>\n"
    about = [(name, escaped(value)) for name, value in answer.about_data.items()]
    if about:
        yield f"<footer>\n{_terms([('rows', str(answer.rows.count)), *about])}</footer>\n"


def _table_start(section: AnswerSection, level: int) -> str:
    count = len(section.columns)
    many = ' class="few"' * (count <= FEW)
    if count >= MANY:
        many = f' class="many{" crowded" * (count >= CROWDED)}"'
    title = f"<h{level}>{escaped(section.heading)}</h{level}>\n" if section.heading else ""
    heads = "".join(
        f'<th scope="col"{_class(column)}><button>{escaped(column.heading)}</button></th>'
        for column in section.columns
    )
    start = f'<div class="rows">\n{title}<table{many}>\n<thead>\n'
    return f"{start}<tr>{heads}</tr>\n</thead>\n<tbody>\n"


def _class(column: PageColumn, text: str = "") -> str:
    names = ["number"] * column.number + ["main"] * column.main
    if _LONG.search(text):
        names.append("long")
    elif text and not column.number and not column.main:
        short = _SHORT_DATE if column.type in ("date", "day") else _SHORT
        names.append("short" if len(text) <= short else "mid")
    return f' class="{" ".join(names)}"' if names else ""


def _cell(column: PageColumn, value: Cell) -> str:
    text = shown(column, value)
    if column.type in ("date", "day"):
        text = _DAY.sub("\N{NO-BREAK SPACE}", text)  # never between day, month and year
    null = " data-null" if value is None else ""
    label = f' data-label="{escaped(column.heading)}"'
    return f"<td{_class(column, text)}{label}{_order(column, value)}{null}>{escaped(text)}</td>"


def _order(column: PageColumn, value: Cell) -> str:
    """Return the number by which a date or a passage is sorted: its words have another order."""
    number: int | str | None = None
    if isinstance(value, str) and column.type in ("date", "day"):
        try:
            date = Edtf.parse(value)
        except EdtfError:
            return ""
        number = date.last_day if date.first_day is None else date.first_day
    elif isinstance(value, str) and column.type == "passage":
        match = re.search(r"[0-9]+", value)
        number = match and match[0]
    return "" if number is None else f' data-n="{number}"'


def escaped(value: str) -> str:
    """Return text for an element or an attribute; line ends stay line ends."""
    return escape("\n".join(map(visible, value.split("\n"))))


def _linked(citation: str) -> str:
    """Return a citation in which the addresses of http and https are links."""
    pieces = []
    for part, link in with_addresses(citation):
        text = escaped(part)
        pieces.append(f'<a href="{text}" rel="noopener noreferrer">{text}</a>' if link else text)
    return "".join(pieces)


def _terms(pairs: Iterable[tuple[str, str]]) -> str:
    """Return a list of terms; their meanings are HTML."""
    terms = (f"<dt>{escaped(term)}</dt><dd>{meaning}</dd>\n" for term, meaning in pairs)
    return f"<dl>\n{''.join(terms)}</dl>\n"
