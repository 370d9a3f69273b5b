"""An answer: a page as people read it, in a terminal, in Markdown, HTML or a workbook.

People see fewer columns than programs, and what all rows share only once:

- details are left out, and so is a column that has the same value in every row, which the caption
  says, and the documents if one document states all rows, which is cited;
- a column that is a section becomes headings; within a section, empty columns are left out, unless
  all are;
- the usual value of a column becomes an empty cell, and a note says so, unless it is 0;
- a sentence of the legend that explains “a term” is left out where the answer lacks the term;
- dates are in words, and passages are numbers under the heading ¶;
- beside rows with a date, one without says that it is undated, so that nobody reads it as the same.

To compare all rows means to hold them, so that is done for the first `MOST` at most. A longer
answer passes through row by row, and keeps the columns that only then are known to say nothing.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, groupby, islice

from output.page import Cell, Counted, Page, PageColumn, cell_text, shortened
from output.wording import counted, runs
from schema.date_words import date_in_words

MOST = 2_000
"""How many rows are compared with one another."""

ALIKE = 3
"""From how many rows on a value that all share leaves the table: two may be alike by chance."""

CITED = 5
"""How many documents are cited below the rows; --cite cites more."""

FEW = 1_000
"""How many rows are counted before the first is shown, where nothing is compared."""

_NUMBERS = re.compile(r"¶[0-9]+(?:; ¶[0-9]+)*")

_SENTENCE_ENDS = re.compile(r"(?<=\.) (?=[A-Z“])")

_EXPLAINED = re.compile("(?:Where )?“([^”]+)”")

UNDATED = "undated"

NOT_GIVEN = "–"
"""What people see for null in a column whose empty cells mean its usual value."""


@dataclass(frozen=True)
class AnswerSection:
    """Rows under a heading of their own, with the columns that they need."""

    heading: str
    """Empty if the answer has no sections."""
    columns: Sequence[PageColumn]
    rows: Iterable[Sequence[Cell]]
    """Values as stored; `shown` makes the text that people read."""


@dataclass(frozen=True)
class Answer:
    """What people read. Its sections and their rows are read once, in order."""

    title: str
    question: str
    unit: str
    """What a row is."""
    filters: str
    shared: str
    """What is the same in every row."""
    size: str
    """How many rows there are, as far as that is known before they are read."""
    whole: bool
    """Whether that is known."""
    columns: Sequence[PageColumn]
    """The columns of all sections; a section may lack those that are empty in it."""
    section: PageColumn | None
    """The column whose values are the headings of the sections, if there are any."""
    rows: Counted
    """The rows of all sections, which count as they are read."""
    sections: Iterable[AnswerSection]
    notes: Sequence[str]
    """Sentences to read below the rows."""
    sources: Sequence[str]
    """Citations of the documents that all rows come from."""
    meta: dict[str, str]
    citations: Iterable[tuple[str, str]] | None

    @property
    def about_data(self) -> dict[str, str]:
        """What `meta` says that isn't shown elsewhere: which data, which command, when."""
        asked = ("title", "question", "filters", "document")
        return {name: value for name, value in self.meta.items() if name not in asked}

    @property
    def asked(self) -> str:
        """When the question was asked, if that is known."""
        day = self.meta.get("date")
        return f"asked on {date_in_words(day, full=True)}" if day else ""

    @property
    def origin(self) -> str:
        """Which data the rows come from, when, and how to get all of it, in one line."""
        if "content" not in self.meta:
            return ""
        content = f"Content {shortened(self.meta['content'])}"
        parts = [content, self.asked, "all columns, as stored: --format csv"]
        return " · ".join(filter(None, parts))


def shown(column: PageColumn, value: Cell) -> str:
    """Return a value as people read it: dates in words, passages as numbers."""
    text = cell_text(value)
    if column.type in ("date", "day"):
        return "".join(
            part if n % 2 else date_in_words(part)
            for n, part in enumerate(re.split(r"(; | \| )", text))
        )
    if column.type == "passage":
        return _NUMBERS.sub(_numbers, text)
    return text


def _numbers(passages: re.Match[str]) -> str:
    """Return passages as numbers, three and more in a row as a run: 1, 2, 5–8."""
    numbers = map(int, re.findall("[0-9]+", passages[0]))
    return ", ".join(
        f"{run[0]}–{run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs(numbers)
    )


def answer(page: Page) -> Answer:
    """Return the page as people read it."""
    rows = iter(page.rows)
    most = MOST if page.condensed else FEW
    head = list(islice(rows, most + 1))
    whole = len(head) <= most
    seen = head if whole else []
    columns = page.columns
    kept = [n for n, column in enumerate(columns) if not (page.condensed and column.detail)]
    section = next((n for n in kept if columns[n].section and page.condensed), None)
    sources = [page.document] if page.document else []
    shared: list[str] = []
    legend = page.legend
    usual: dict[str, list[str]] = {}
    everything = kept[:]
    for n in everything if page.condensed else []:
        column = columns[n]
        values = {row[n] for row in seen}
        if column.type == "documents":
            values.discard(None)  # what no document states, such as an actor's heading
            if page.document or len(values) == 1:
                kept.remove(n)
            sources = sources or _cited(page, values)
        elif n == section:
            kept.remove(n)
        elif _shared(column, values, len(seen)):
            kept.remove(n)
            if len(seen) == 1 and column.usually:
                usual.setdefault(column.usually, []).append(column.heading)
            elif text := shown(column, *values):
                shared.append(f"{column.heading} “{text}”")
        elif column.usually is not None and (not seen or column.usually in map(cell_text, values)):
            usual.setdefault(column.usually, []).append(column.heading)
    if page.condensed and whole:
        visible = [n for n in range(len(columns)) if n in kept or n == section]
        legend = _needed(legend, [(n, columns[n]) for n in visible], head)
    notes = [
        *legend,
        *(
            f"{', '.join(of)}: {value} unless a row says otherwise."
            for value, of in usual.items()
            if value != "0"
        ),
    ]
    if not kept:
        kept, shared = everything, []
    none = page.condensed and not head
    if none:
        notes, sources = [], []
    every = Counted(islice(chain(head, rows), page.limit))
    return Answer(
        title=page.title,
        question=page.question,
        unit=page.unit,
        filters=page.filters,
        shared="; ".join(shared),
        size=_size(page, len(head), most),
        whole=whole,
        columns=[columns[n] for n in kept],
        section=None if section is None else columns[section],
        rows=every,
        sections=()
        if none
        else _sections(every, columns, kept, section, condensed=page.condensed, whole=whole),
        notes=notes,
        sources=sources,
        meta=page.about,
        citations=page.citations,
    )


def _needed(
    legend: Iterable[str], columns: Sequence[tuple[int, PageColumn]], rows: Sequence[Sequence[Cell]]
) -> list[str]:
    """Return the legend without sentences that explain a term which people don't see.

    Columns come with their places in a row. Such a sentence begins with the term, as in “between …
    and …” or Where “Relayed by” is empty; so does a heading or value that has it.
    """

    def is_seen(sentence: str) -> bool:
        explained = _EXPLAINED.match(sentence)
        if not explained:
            return True
        term = re.compile(re.escape(explained[1]).replace("…", ".+"))
        headings = (column.heading for _, column in columns)
        cells = (shown(column, row[n]) for row in rows for n, column in columns)
        return any(map(term.match, chain(headings, cells)))

    shorter = (" ".join(filter(is_seen, _SENTENCE_ENDS.split(note))) for note in legend)
    return list(filter(None, shorter))


def _size(page: Page, rows: int, most: int) -> str:
    """Say how many rows there are: all of them, if there are no more than `most`."""
    size = counted(rows, page.unit) if rows <= most else f"more than {counted(most, page.unit)}"
    if page.limit and page.limit < rows:
        return f"the first {page.limit:,} of {size}"
    if page.total and rows <= most and (total := page.total()) > rows:
        return f"{rows:,} of {counted(total, page.unit)}"
    return size


def _cited(page: Page, values: Iterable[Cell]) -> list[str]:
    """Return the citations of a few documents, with their keys where there are several."""
    texts = [value for value in values if isinstance(value, str)]
    keys = sorted({key for text in texts for key in re.split(r"; | \| ", text)})
    if page.cite is None or len(keys) > CITED:
        return []
    named = len(keys) > 1
    return [f"{page.cite(key)} ({key})" if named else page.cite(key) for key in keys]


def _sections(
    rows: Iterable[Sequence[Cell]],
    columns: Sequence[PageColumn],
    kept: Sequence[int],
    section: int | None,
    *,
    condensed: bool,
    whole: bool,
) -> Iterator[AnswerSection]:
    """Yield the rows in sections, with the columns that are kept and needed."""
    chosen = [columns[n] for n in kept]

    def cells(row: Sequence[Cell]) -> list[Cell]:
        values = [row[n] for n in kept]
        return list(map(_read, chosen, values)) if condensed else values

    groups = groupby(rows, lambda row: None if section is None else row[section])
    empty = True
    for heading, group in groups:
        empty = False
        title = "" if section is None else shown(columns[section], heading)
        if section is None or not whole:
            yield AnswerSection(title, chosen, map(cells, group))
            continue
        members = list(map(cells, group))
        nothing = [(None, "", UNDATED if column.undated else "") for column in chosen]
        full = [n for n in range(len(chosen)) if any(row[n] not in nothing[n] for row in members)]
        full = full or [n for n, column in enumerate(chosen) if column.main] or [0]
        yield AnswerSection(
            title, [chosen[n] for n in full], [[row[n] for n in full] for row in members]
        )
    if empty:
        yield AnswerSection("", chosen, [])


def _shared(column: PageColumn, values: set[Cell], rows: int) -> bool:
    """Whether one value, or nothing, is all that people would see in the column."""
    if column.main or column.type == "passage" or len(values) != 1:
        return False
    return rows >= ALIKE or cell_text(*values) in ("", column.usually)


def _read(column: PageColumn, value: Cell) -> Cell:
    """Return what people read: nothing for the usual value, and words for null beside it."""
    if value is None and column.undated:
        return UNDATED
    if column.usually is None:
        return value
    if value is None:
        return NOT_GIVEN
    return None if cell_text(value) == column.usually else value
