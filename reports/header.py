"""Reads a report: the comment at the head of a `.sql` file is its documentation.

    -- Timeline
    -- What happened, in what order, and how sure are the dates?
    --
    -- Anything else worth knowing, in any number of paragraphs.
    --
    -- Parameters
    --   actor     actor                     only what this actor takes part in
    --   rival     actor, other than actor   another actor who takes part
    --   from      date, first day           only what ended on this day or later
    --   modality  choice of modality        only events of this modality
    --   least     integer, default 1        only events with at least this many passages
    --   document  document, repeated        only what these documents state
    --   with_members  flag, with actor      also those who act for this actor
    --
    -- Columns
    --   event     text                      key of the event
    --   passages  integer                   how many passages report it; a long meaning
    --                                       goes on in lines that are indented further

First comes the title, then the question up to an empty line, then notes. Parameters and columns
have a name, a type and a meaning, separated by two spaces or more.

- A parameter's type is `text`, `integer`, `date`, `actor`, `topic`, `place`, `event`, `document`,
  `source`, `flag`, `this | that`, or `choice of VOCABULARY`: a class of schema/vocabulary.py, in
  lower case.
- The type may be followed by `, required`, `, default VALUE` or `, other than PARAMETER`; after
  `integer`, `at least NUMBER` refuses less. After
  `date`, `first day` or `last day` allows a month or a year, and says which day of it counts.
  Otherwise a date is a day or, since some have no days in EDTF, a year outside 0000 to 9999.
- A document may be `repeated`: the option can be given several times. The SQL writes
  `key in (:document)`, which then has all the keys.
- A `flag` is a switch on the command line, such as --with-members. It has no value: the SQL names
  it in conditions only. `with PARAMETER`, or `with PARAMETER or PARAMETER`, says which option it
  needs.
- A column's type is `text`, `integer`, `real`, or text that people read otherwise: `date` (EDTF)
  and `day` (YYYY-MM-DD) in words, `passage` (¶1; ¶2) as numbers, `documents` (keys) as a citation
  below the table if all rows come from one document. Programs get every value as stored.
- What may follow the type, each after a comma: `detail` hides the column from people unless they
  ask for it; `main` is the column that answers, and gets the width that others leave; `section`
  turns its values into headings above the rows, which must be sorted by it; `undated` shows null as
  that word where other rows have a date; `usually VALUE` shows VALUE as an empty cell, and a note
  says so, unless it is 0; `as HEADING`, always last, is what people read above the column instead
  of its name.

A section `-- Legend` holds sentences that people need to read the rows; they are printed below the
rows. A section `-- Rows` says what a row is, for captions that count them: `pair`, or with its
plural `entry | entries`. With `, out of all` behind it, a caption also says how many rows there are
without filters, in a report that ships.

The SQL refers to a parameter as `:actor`. For an actor, topic, place or document its value is the
key; for an event it is the key or `document:key`. A date such as `:from` is the text of a day;
outside the years 0000 to 9999 a text that sorts before or after all days. `:from_day` is the number
of that day, to be compared with `first_day` and `last_day` of the table dates. A parameter that is
neither required nor has a default is optional. Each line that uses an optional parameter ends in
`-- if :actor` and is dropped when the parameter isn't given; `-- if :from or :to` keeps a line for
either, and `-- unless :with_members` drops a line when the parameter is given. So an unused filter
costs nothing, a used one can use its index, and the file remains plain SQL for other tools: delete
the lines that you don't want.

A report states facts if it has the columns `source` (key of the document) and `passage` (¶4; ¶7).
Then --cite cites the documents, and --words shows the words of the fact that a column `fact` names,
or else the passages. See reports/row_evidence.py for details.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple, cast, get_args

from database.statement import SqlToken, tokens
from output.page import PageColumn
from output.page import Type as ColumnType
from reports.definition import Parameter, Report, SqlLine, Type, day_of

RESERVED = (
    *("all", "bom", "cite", "columns", "format", "help", "limit", "meta"),
    *("output", "portable", "raw", "reports", "sql", "timeout", "width", "words"),
)
"""Options that every report has; no parameter may take these names."""

_CONDITION = re.compile(r"--\s*(if|unless)\s+:\w+(?:\s+or\s+:\w+)*\s*")
_ALWAYS: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_HEADINGS = ("Parameters", "Columns")
_LEGEND = "Legend"
_UNIT = "Rows"
_OUT_OF_ALL = ", out of all"
_MARKS = ("detail", "main", "section", "undated")
_BLANK = ("blank", "comment")


class HeaderError(Exception):
    """A fault in a report's file; lines count from 1."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


def parse(path: Path, text: str) -> Report:
    """Read a report from the text of its file. Raises HeaderError for the first fault."""
    lines = text.replace("\r\n", "\n").split("\n")
    start = next((n for n, line in enumerate(lines) if line.strip()), len(lines))
    end = next((n for n in range(start, len(lines)) if lines[n][:2] != "--"), len(lines))
    header = [(n + 1, lines[n][2:].expandtabs().rstrip()) for n in range(start, end)]
    entries, (title, question, *notes), legend, unit = _sections(header, end)
    parameters = {entry.name: _parameter(entry) for entry in entries["Parameters"]}
    for entry in entries["Parameters"]:
        other = parameters[entry.name].other_than
        if other is not None and other not in parameters:
            raise HeaderError(entry.line, f"other than {other}: there is no such parameter")
        for needed in parameters[entry.name].needs:
            if needed not in parameters:
                raise HeaderError(entry.line, f"with {needed}: there is no such parameter")
    columns = {entry.name: _column(entry) for entry in entries["Columns"]}
    for section in entries.values():
        for entry in section:
            if any(other.name == entry.name and other.line < entry.line for other in section):
                raise HeaderError(entry.line, f"{entry.name} appears twice")
    while end < len(lines) and not lines[end].strip():
        end += 1
    body = "\n".join(lines[end:]).rstrip()
    return Report(
        path.stem,
        path,
        title,
        question,
        tuple(notes),
        tuple(parameters.values()),
        tuple(columns.values()),
        legend,
        unit.removesuffix(_OUT_OF_ALL),
        unit.endswith(_OUT_OF_ALL),
        body,
        _lines(body, end + 1, parameters, {e.name: e.line for e in entries["Parameters"]}),
    )


def columns(text: str) -> tuple[PageColumn, ...]:
    """Read columns that are written as in a header, for a command that isn't a report."""
    return tuple(map(_column, _entries([*enumerate(text.split("\n"), start=1)])))


# --- the header -----------------------------------------------------------------------------------


class _Entry(NamedTuple):
    """A parameter or a column, before its type is read."""

    line: int
    name: str
    type: str
    meaning: str


def _sections(
    header: list[tuple[int, str]], end: int
) -> tuple[dict[str, list[_Entry]], list[str], tuple[str, ...], str]:
    """Split the header into entries by heading; title, question and notes; legend; and unit."""
    sections: dict[str, list[tuple[int, str]]] = {}
    prose: list[tuple[int, str]] = []
    current = prose
    for number, line in header:
        if line.strip() in (*_HEADINGS, _LEGEND, _UNIT) and len(line) - len(line.lstrip()) <= 1:
            if line.strip() in sections:
                raise HeaderError(number, f"{line.strip()} appears twice")
            current = sections.setdefault(line.strip(), [])
        else:
            current.append((number, line))
    if not prose or not prose[0][1].strip():
        raise HeaderError(1, "begin with a comment: `-- Title`, then `-- The question?`")
    paragraphs = _paragraphs([line.strip() for _, line in prose[1:]])
    if not paragraphs or not prose[1][1].strip():
        raise HeaderError(2, "after the title, write the question that the report answers")
    entries = {name: list(_entries(sections.get(name, []))) for name in _HEADINGS}
    if not entries["Columns"]:
        raise HeaderError(end, "the header lists no columns: add `-- Columns` and the columns")
    legend = _paragraphs([line.strip() for _, line in sections.get(_LEGEND, [])])
    unit = " ".join(line.strip() for _, line in sections.get(_UNIT, [])).strip() or "row"
    return entries, [prose[0][1].strip(), *paragraphs], tuple(legend), unit


def _paragraphs(lines: list[str]) -> list[str]:
    text = "\n".join(lines).strip()
    return [" ".join(part.split("\n")) for part in re.split(r"\n\n+", text) if part]


def _entries(section: list[tuple[int, str]]) -> Iterator[_Entry]:
    """Read lines of name, type and meaning; lines indented further continue the meaning."""
    entry: _Entry | None = None
    depth = 0
    for number, line in section:
        if not line.strip():
            continue
        indent = len(line) - len(line.lstrip())
        if entry is not None and indent > depth:
            entry = entry._replace(meaning=f"{entry.meaning} {line.strip()}")
            continue
        if entry is not None:
            yield entry
        parts = re.split(r"\s{2,}", line.strip(), maxsplit=2)
        if indent < 2 or len(parts) < 3 or (entry is not None and indent < depth):
            raise HeaderError(
                number, "expected name, type and meaning, separated by two spaces or more"
            )
        if not _NAME.fullmatch(parts[0]):
            raise HeaderError(
                number, f"{parts[0]} is not a name: use lower-case letters, digits and _"
            )
        entry, depth = _Entry(number, *parts), indent
    if entry is not None:
        yield entry


def _column(entry: _Entry) -> PageColumn:
    text, _, label = entry.type.partition(", as ")  # a heading may hold commas
    type, *options = text.split(", ")
    if type not in get_args(ColumnType):
        raise HeaderError(
            entry.line, f"{type} is not a type of column: {', '.join(get_args(ColumnType))}"
        )
    usually = None
    for option in options:
        if option.startswith("usually "):
            usually = option.removeprefix("usually ")
        elif option not in _MARKS:
            raise HeaderError(
                entry.line,
                f"{option}: after a comma write detail, main, section, undated, usually VALUE "
                "or as HEADING",
            )
    if not label and type != "passage":
        label = entry.name.replace("_", " ")
        label = label[0].upper() + label[1:]
    marks = {mark: mark in options for mark in _MARKS}
    known = cast(ColumnType, type)
    return PageColumn(
        entry.name, known, entry.meaning, usually=usually, label=label or "¶", **marks
    )


def _parameter(entry: _Entry) -> Parameter:
    if entry.name in RESERVED:
        raise HeaderError(
            entry.line, f"every report has an option --{entry.name}; choose another name"
        )
    text, _, default = entry.type.partition(", default ")  # a default may hold commas
    name, *options = text.split(", ")
    type, choices = _type(entry.line, name)
    required = repeated = False
    day: Literal["first", "last"] | None = None
    other_than = least = None
    needs: tuple[str, ...] = ()
    for option in options:
        if option == "required" and type is not Type.FLAG:
            required = True
        elif option == "repeated" and type is Type.DOCUMENT:
            repeated = True
        elif option.startswith("with ") and type is Type.FLAG:
            needs = tuple(option.removeprefix("with ").split(" or "))
        elif type is Type.INTEGER and re.fullmatch("at least [0-9]{1,9}", option):
            least = int(option.removeprefix("at least "))
        elif option.startswith("other than "):
            other_than = option.removeprefix("other than ")
        elif type is Type.DATE and option in ("first day", "last day"):
            day = "first" if option == "first day" else "last"
        else:
            raise HeaderError(
                entry.line,
                f"{option}: after a comma write required, default VALUE or other than PARAMETER",
            )
    parameter = Parameter(
        entry.name,
        type,
        entry.meaning,
        choices,
        default or None,
        required,
        day,
        other_than,
        repeated,
        least,
        needs,
    )
    if default:
        _check_default(entry.line, parameter, default)
    return parameter


def _check_default(line: int, parameter: Parameter, default: str) -> None:
    if parameter.required:
        raise HeaderError(
            line, "a parameter with a default is never required: remove one of the two"
        )
    if parameter.type is Type.FLAG:
        raise HeaderError(line, "a flag has no default: it is given, or it is not")
    try:
        parameter.value(default)
    except ValueError as error:
        raise HeaderError(line, f"the default: {error}") from None


def _type(line: int, type: str) -> tuple[Type, tuple[str, ...]]:
    """Read a type and, for a choice, its values."""
    if type.startswith("choice of "):
        return Type.CHOICE, _vocabulary(line, type.removeprefix("choice of ").strip())
    if "|" in type:
        return Type.CHOICE, tuple(choice.strip() for choice in type.split("|"))
    if type == Type.CHOICE or type not in list(Type):
        named = ", ".join(other for other in Type if other is not Type.CHOICE)
        raise HeaderError(
            line, f"{type} is not a type of parameter: {named}, a | b, or choice of VOCABULARY"
        )
    return Type(type), ()


def _vocabulary(line: int, name: str) -> tuple[str, ...]:
    from schema import vocabulary

    words = getattr(vocabulary, "".join(map(str.capitalize, re.split("[ -]", name))), None)
    if not (isinstance(words, type) and issubclass(words, vocabulary.Vocabulary)):
        raise HeaderError(line, f"{name} is not a vocabulary of schema/vocabulary.py")
    return tuple(word.value for word in words)


# --- the SQL --------------------------------------------------------------------------------------


def _lines(
    body: str, first: int, parameters: dict[str, Parameter], declared: dict[str, int]
) -> tuple[SqlLine, ...]:
    """Split the SQL into the lines that run, and check its parameters against the header's."""
    numbered = list(_numbered(body, first))
    start = next((token.text.lower() for _, token in numbered if token.kind not in _BLANK), "")
    if start not in ("select", "with", "values"):
        raise HeaderError(first, "below the header, write a query: select, with or values")
    conditions = {
        number: _condition(number, token.text, parameters)
        for number, token in numbered
        if token.kind == "comment"
    }
    sql: dict[int, str] = defaultdict(str)
    days = {day_of(it.name): it.name for it in parameters.values() if it.type is Type.DATE}
    used = {
        name
        for when, unless in conditions.values()
        for name in when | unless
        if parameters[name].type is Type.FLAG
    }
    for number, token in numbered:
        if token.kind == "parameter":
            name = token.text[1:]
            if name not in parameters and name in days:
                name = days[name]
            used.add(name)
            if name not in parameters:
                raise HeaderError(number, f":{name} is not a parameter of the header")
            if parameters[name].type is Type.FLAG:
                raise HeaderError(number, f":{name} is a flag: use it in `-- if :{name}` only")
            if parameters[name].optional and conditions.get(number, _ALWAYS)[0] != {name}:
                raise HeaderError(number, f":{name} is optional: end the line in `-- if :{name}`")
        if token.kind == "comment":
            sql[number] += " "
        else:  # a string may go on for several lines
            for n, part in enumerate(token.text.split("\n"), number):
                sql[n] += part
    for name, line in declared.items():
        if name not in used:
            raise HeaderError(line, f"the SQL never uses :{name}")
    return tuple(
        SqlLine(text.rstrip(), *conditions.get(n, _ALWAYS))
        for n, text in sorted(sql.items())
        if text.strip()
    )


def _numbered(body: str, first: int) -> Iterator[tuple[int, SqlToken]]:
    """Yield the tokens of one query, without its semicolon, each with the number of its line."""
    number, end = first, 0
    for token in tokens(body, "portable"):
        if token.kind == "open":
            opened = token.text[: 2 if token.text.startswith("/*") else 1]
            raise HeaderError(number, f"{opened} is never closed")
        if end and token.kind not in _BLANK:
            raise HeaderError(end, "a report is one query: remove what follows the semicolon")
        if token.kind == "end":
            end = end or number
        else:
            yield number, token
        number += token.text.count("\n")


def _condition(
    line: int, comment: str, parameters: dict[str, Parameter]
) -> tuple[frozenset[str], frozenset[str]]:
    """Read `-- if :a or :b` or `-- unless :a`; any other comment sets no condition."""
    if not re.match(r"--\s*(if|unless)\s+:", comment):
        return _ALWAYS
    condition = _CONDITION.fullmatch(comment)
    if not condition:
        raise HeaderError(
            line,
            "write the condition as `-- if :a`, `-- if :a or :b` or `-- unless :a`, and nothing "
            "more",
        )
    names = frozenset(re.findall(r":(\w+)", comment))
    for name in sorted(names):
        if name not in parameters:
            raise HeaderError(line, f":{name} is not a parameter of the header")
        if not parameters[name].optional:
            raise HeaderError(line, f":{name} always has a value: remove the condition")
    return (names, frozenset()) if condition[1] == "if" else (frozenset(), names)
