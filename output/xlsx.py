"""A workbook: text is text, numbers are numbers, whole days are dates; rows in constant memory.

A sheet holds one answer, below a frozen heading with a filter; a column says which section a row
is in. The last sheet, About, says what was asked, of which data, and what columns and words mean.
The same data make the same bytes.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, BinaryIO

from xlsxwriter import Workbook

from output.answer import Answer, shown
from output.page import Cell, PageColumn, with_address
from output.wording import counted
from output.words_used import WordsUsed
from schema.escape import visible

ABOUT = "About"
MAX_ROWS = 2**20
MAX_TEXT, MAX_NAME = 32_767, 31
"""Rows of a sheet, and characters of a cell and of a sheet's name, that Excel can hold."""

INCOMPLETE = "The answer is incomplete: it failed here."
"""What the last row of a sheet says if the rows stop with an error."""

MAX_EXACT = 2**53
"""Up to here every whole number is a number of Excel; larger ones are text."""

_OPTIONS = {
    "constant_memory": True,
    "strings_to_numbers": False,
    "strings_to_formulas": False,
    "strings_to_urls": False,
}
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FIRST_DAY = "1900-03-01"  # Excel takes 1900 for a leap year
_NOT_XML = re.compile("[\ufffe\uffff]")
_NO_NAME = re.compile(r"[\[\]:*?/\\]")
_WIDEST, _MAIN, _NARROWEST = 40, 70, 6  # characters
_MEASURED = 1_000  # rows
_A4 = 9


class XlsxBook:
    """A workbook that is being written, an answer at a time."""

    def __init__(self, file: BinaryIO) -> None:
        self._book = Workbook(file, _OPTIONS)
        cell = {"valign": "top", "text_wrap": True}
        self._text = self._book.add_format(cell)
        self._day = self._book.add_format(
            {"valign": "top", "num_format": "d mmm yyyy", "align": "left"}
        )
        self._bold = self._book.add_format({**cell, "bold": True})
        self._heading = self._book.add_format(
            {**cell, "bold": True, "bottom": 1, "bg_color": "#E7EDF2"}
        )
        self._names: set[str] = {ABOUT.casefold(), "history"}  # Excel's own
        self._about: list[tuple[str, str]] = []
        self._created = datetime(1980, 1, 1, tzinfo=UTC)

    def add(self, answer: Answer, name: str = "") -> int:
        """Write an answer to a sheet, or several if it has too many rows; return their number."""
        columns = [*([answer.section] if answer.section else []), *answer.columns]
        words = WordsUsed(columns)
        rows = _rows(answer, columns)
        first_name, count, more = "", 0, True
        row = next(rows, None)
        while more:
            sheet = self._book.add_worksheet(self._unique(name or answer.title or "Rows"))
            first_name = first_name or sheet.name
            widths = [_width(column.heading) + 3 for column in columns]  # the filter's arrow
            for n, column in enumerate(columns):
                sheet.write_string(0, n, _cell_text(column.heading), self._heading)
            line = 0
            while row is not None and line + 1 < MAX_ROWS:
                line += 1
                for n, (column, value) in enumerate(zip(columns, row, strict=True)):
                    width = self._write(sheet, line, n, column, value)
                    if line <= _MEASURED:
                        widths[n] = max(widths[n], width)
                words.see(row)
                try:
                    row = next(rows, None)
                except Exception:
                    sheet.write_string(line + 1, 0, INCOMPLETE, self._bold)
                    raise
            self._lay_out(sheet, columns, widths, line, answer.title)
            count += line
            more = row is not None
        self._describe(answer, columns, first_name, count, words)
        return count

    def describe(self, lines: Iterable[tuple[str, str]]) -> None:
        """Add lines to the last sheet: a term and what is to be said about it, or a heading."""
        self._about += lines

    def close(self) -> None:
        """Write the sheet About, and the file."""
        sheet = self._book.add_worksheet(ABOUT)
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, 1, 100)
        for line, (term, meaning) in enumerate(self._about):
            form = self._text if meaning else self._bold
            sheet.write_string(line, 0, _cell_text(term), form if term else self._text)
            if meaning:
                sheet.write_string(line, 1, _cell_text(meaning), self._text)
        _paper(sheet)
        self._book.set_properties({"created": self._created})
        self._book.close()

    def _write(self, sheet: Any, line: int, n: int, column: PageColumn, value: Cell) -> int:
        """Write a cell as what it is, and return its width in characters."""
        if value is None:
            return 0
        if isinstance(value, bool):
            sheet.write_boolean(line, n, value, self._text)
            return 5
        if isinstance(value, int | float) and abs(value) <= MAX_EXACT:  # neither NaN nor infinite
            sheet.write_number(line, n, value, self._text)
            return len(str(value))
        if column.type in ("date", "day") and (day := _day(value)):
            sheet.write_datetime(line, n, day, self._day)
            return 11
        text = _cell_text(shown(column, value))
        sheet.write_string(line, n, text, self._text)
        return _width(text)

    def _lay_out(
        self,
        sheet: Any,
        columns: Sequence[PageColumn],
        widths: Sequence[int],
        last: int,
        title: str,
    ) -> None:
        for n, (column, width) in enumerate(zip(columns, widths, strict=True)):
            most = _MAIN if column.main else _WIDEST
            sheet.set_column(n, n, max(_NARROWEST, min(width + 1, most)))
        sheet.freeze_panes(1, 0)
        if columns:
            sheet.autofilter(0, 0, last, len(columns) - 1)
        sheet.repeat_rows(0)
        _paper(sheet)
        header = _first(_lines(title).replace("&", "&&"), 200)
        sheet.set_header(f"&L{header}" if header else "")
        sheet.set_footer("&R&P / &N")

    def _describe(
        self,
        answer: Answer,
        columns: Sequence[PageColumn],
        sheet: str,
        count: int,
        words: WordsUsed,
    ) -> None:
        """Note for the last sheet what was asked, of which data, and what the words mean."""
        lines = [
            ("sheet", sheet),
            ("question", answer.question),
            ("filters", answer.filters),
            ("in every row", answer.shared),
            ("rows", counted(count)),
            *(("note", note) for note in answer.notes),
            *(("from", f"{with_address(source)}.") for source in answer.sources),
            *answer.about_data.items(),
            *((f"source {key}", citation) for key, citation in answer.citations or ()),
            *((f"column {it.heading}", it.meaning) for it in columns),
            *words.meanings(),
        ]
        self._about += [("", "")] * bool(self._about)
        self._about.append((answer.title or sheet, ""))
        self._about += [(term, text) for term, text in lines if text]
        if day := _day(answer.meta.get("date", "")):
            self._created = day

    def _unique(self, name: str) -> str:
        """Return a name that Excel accepts and no other sheet has."""
        plain = " ".join(_NO_NAME.sub(" ", _lines(name)).split()).strip("'") or "Rows"
        unique, n = _first(plain, MAX_NAME).strip("' "), 1
        while unique.casefold() in self._names:
            n += 1
            unique = f"{_first(plain, MAX_NAME - len(f' ({n})')).strip()} ({n})"
        self._names.add(unique.casefold())
        return unique


@contextmanager
def xlsx_book(file: BinaryIO) -> Iterator[XlsxBook]:
    """Yield a workbook, which is written when the block ends without an error."""
    book = XlsxBook(file)
    yield book
    book.close()


def write_xlsx(answer: Answer, file: BinaryIO) -> None:
    """Write a workbook with one answer."""
    with xlsx_book(file) as book:
        book.add(answer)


def _rows(answer: Answer, columns: Sequence[PageColumn]) -> Iterator[Sequence[Cell]]:
    """Yield the rows of all sections with the same columns, the section first if there are any."""
    for section in answer.sections:
        present = {column.name: n for n, column in enumerate(section.columns)}
        places = [present.get(column.name) for column in columns]
        lead = [section.heading] if answer.section else []
        for row in section.rows:
            cells = [None if place is None else row[place] for place in places[len(lead) :]]
            yield [*lead, *cells]


def _day(value: Cell) -> datetime | None:
    """Return a whole day that Excel can hold."""
    if not isinstance(value, str) or not _DAY.fullmatch(value) or value < _FIRST_DAY:
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def _lines(text: str) -> str:
    """Return text that a reader sees and XML can hold; line ends stay line ends."""
    shown = "\n".join(map(visible, text.split("\n")))
    return _NOT_XML.sub(lambda sign: sign[0].encode("unicode_escape").decode(), shown)


def _cell_text(text: str) -> str:
    """Return as much of a text as a cell can hold, and say so if that isn't all of it."""
    written = _lines(text)
    if len(written) <= MAX_TEXT // 2 or _first(written, MAX_TEXT) == written:
        return written
    end = f" … [cut here: Excel holds {MAX_TEXT:,} characters, and the text has {len(written):,}]"
    return _first(written, MAX_TEXT - len(end)) + end


def _first(text: str, length: int) -> str:
    """Return the beginning of a text, in as many units of UTF-16: so Excel counts."""
    return text.encode("utf-16-le")[: 2 * length].decode("utf-16-le", errors="ignore")


def _width(text: str) -> int:
    return max(map(len, text.split("\n")), default=0)


def _paper(sheet: Any) -> None:
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
