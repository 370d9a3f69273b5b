r"""csv and tsv: rows alone, exact values.

Text in csv that a spreadsheet would run as a formula gets an apostrophe in front, unless `raw`.
The apostrophe is a spreadsheet's own mark for text. tsv is PostgreSQL's COPY format, which programs
read and no spreadsheet opens by itself: it is never changed.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from output.page import Json, Page, cell_text

_REMEMBERED, _SHORT = 20_000, 100  # texts that take a few megabytes
_QUOTED = re.compile(r'[",\r\n]')
_FILLERS = r"\u115f\u1160\u2800\u3164\uffa0"  # letters to Unicode, blank to a reader
_SIGNS = r"=+\-@\u2212\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b"

# OWASP, "CSV injection": a formula starts with one of these signs, in full width and small forms
# too. A spreadsheet in a country that writes 1,5 splits lines at semicolons, and ignores quotation
# marks that don't open a field: so a formula may also start after a semicolon, a tab or a line end.
_FORMULA = re.compile(rf"(\A|[;\t\r\n])((?:[^\w;\t\r\n{_SIGNS}]|[{_FILLERS}])*)(?=[{_SIGNS}])")
# Dates before year 0 and numbers may start with a sign; they hold nothing that could run.
_DATE = re.compile(r"-[0-9X]{4}[-0-9X?~%/.]*")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")


def csv(page: Page, *, raw: bool, bom: bool = False) -> Iterator[str]:
    """Yield the lines of RFC 4180, ending as on Unix, after a byte order mark if `bom`.

    Python's csv module cannot distinguish null from empty text, as PostgreSQL and DuckDB do.
    """

    def cell(value: str) -> str:
        neutral = value if raw else _neutral(value)
        if not value or _QUOTED.search(neutral):
            return '"' + neutral.replace('"', '""') + '"'
        return neutral

    remembered = lru_cache(_REMEMBERED)(cell)  # the same keys and words keep coming back
    if bom:
        yield "\ufeff"
    yield ",".join(cell(column.name) for column in page.columns) + "\n"
    for row in page.rows:
        line = [
            ""
            if value is None
            else cell_text(value)
            if not isinstance(value, str)
            else cell(value)
            if isinstance(value, Json) or len(value) > _SHORT
            else remembered(value)
            for value in row
        ]
        # A lone null would make an empty line, which readers skip.
        yield (",".join(line) or '""') + "\n"


def _neutral(value: str) -> str:
    """Return text in which nothing is a formula; dates and exact numbers stay as they are."""
    if _DATE.fullmatch(value) or _NUMBER.fullmatch(value):
        return value
    neutral = _FORMULA.sub(_apostrophe, value)
    if isinstance(value, Json):  # a minus sign at its start belongs to a number
        return neutral.removeprefix("'")
    return "'" + neutral if value[:1] in ("\t", "\r", "\n") else neutral


def _apostrophe(match: re.Match[str]) -> str:
    separator, skipped = match.groups()
    blank = all(_is_blank(character, after=separator) for character in skipped)
    return separator + "'" * blank + skipped


def _is_blank(character: str, *, after: str) -> bool:
    """Say whether a spreadsheet may see nothing here: a space, a mark, a control, or a filler.

    After a separator it may also be one of csv's own quotation marks.
    """
    return (
        unicodedata.category(character)[0] in "ZMC"
        or re.match(f"[{_FILLERS}]", character) is not None
        or (character == '"' and after != "")
    )


_TSV = str.maketrans({"\t": r"\t", "\n": r"\n", "\r": r"\r", "\\": r"\\"})


def tsv(page: Page) -> Iterator[str]:
    """Yield the lines of PostgreSQL's COPY text format."""
    yield "\t".join(column.name.translate(_TSV) for column in page.columns) + "\n"
    for row in page.rows:
        cells = [r"\N" if value is None else cell_text(value).translate(_TSV) for value in row]
        yield "\t".join(cells) + "\n"
