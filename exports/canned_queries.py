"""A report as one query in which an empty parameter means any, as Datasette needs it.

Datasette knows no conditional lines, and passes every parameter as text, '' if its field is empty.
So a line that a report runs only with a parameter becomes a condition that also holds without it,
and a CTE turns what was typed into the values that the report expects: null for an empty field,
the default, the key of a name, the first or last day of a month.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from textwrap import dedent, indent

from database.statement import tokens
from reports.definition import Parameter, Report, SqlLine, Type, day_of

KEYS = {
    Type.ACTOR: (
        "select key from actors where key = {0}",
        """
        select min(actors.key)
        from actors
        left join actor_names on actor_names.actor_id = actors.id
        where lower({0}) in (lower(actors.name), lower(actor_names.name))
        having count(distinct actors.key) = 1
        """,
    ),
    Type.PLACE: (
        "select key from places where key = {0}",
        "select min(key) from places where lower(name) = lower({0}) having count(*) = 1",
    ),
    Type.TOPIC: (
        "select key from topics where key = {0}",
        "select min(key) from topics where lower(label) = lower({0}) having count(*) = 1",
    ),
    Type.EVENT: (
        """
        select min(sources.key || ':' || facts.key)
        from events
        join facts on facts.id = events.id
        join sources on sources.id = facts.document_id
        where lower(events.title) = lower({0})
        having count(*) = 1
        """,
    ),
}
"""What finds the key that was typed, or the key of a whole name; other types take keys alone."""

FIRST_DAY = "substr({0} || substr('-01-01', length({0}) - 3), 1, 10)"
LAST_DAY = (
    "case length({0}) when 4 then {0} || '-12-31'"
    " when 7 then date({0} || '-01', '+1 month', '-1 day') else {0} end"
)
"""The first and the last day of a year, month or day in ISO 8601."""

NAMED = re.compile(r" as (\w+)$")
"""The name that an item of a select gives to its column."""

JOIN = re.compile(r"(?P<left>left )?join (?P<rest>.*? on (?P<column>\w+\.\w+).*)", re.DOTALL)
"""A join whose condition begins with a column of the joined table."""

STARTS = ("and ", "join ", "left join ", "when ")
"""How a line starts that doesn't continue the line before."""


def canned_query(report: Report) -> str:
    """Return the query of a report; any of its parameters may be left empty."""
    parameters = report.parameters
    sql = "\n".join(_unconditional(report.lines))
    days = {day_of(it.name) for it in parameters if it.type is Type.DATE}
    names = {it.name for it in parameters} | days
    if not names:
        return sql
    for name in (it.name for it in parameters if it.repeated):
        sql = sql.replace(f"(:{name})", f"(select value from json_each(:{name}))")
    sql = "".join(
        _given(it.text[1:]) if it.kind == "parameter" and it.text[1:] in names else it.text
        for it in tokens(sql, "portable")
    )
    typed = [f"nullif(trim(:{it.name}), '') as \"{it.name}\"" for it in parameters]
    values = [value for it in parameters for value in _values(it)]
    ctes = (
        f"with typed as (\n  select\n    {_listed(typed)}\n),\n"
        f"given as (\n  select\n    {_listed(values)}\n  from typed\n)"
    )
    more = sql.removeprefix("with ")
    return f"{ctes}\n{sql}" if more == sql else f"{ctes},\n{more}"


def _listed(items: Sequence[str]) -> str:
    return ",\n    ".join(items)


def _given(name: str) -> str:
    return f'(select "{name}" from given)'


def _values(parameter: Parameter) -> Iterator[str]:
    """Yield what the report expects of a parameter: its value, and the day number of a date."""
    typed = f'typed."{parameter.name}"'
    value = typed
    if parameter.default is not None:
        value = f"coalesce({typed}, '{parameter.default}')"
    if parameter.type is Type.INTEGER:
        value = f"cast({value} as integer)"
    elif parameter.type is Type.DATE:
        value = (LAST_DAY if parameter.day == "last" else FIRST_DAY).format(typed)
        number = f"cast(julianday({value}) - julianday('0000-01-01') as integer)"
        yield f'{number} as "{day_of(parameter.name)}"'
    elif parameter.repeated:
        keys = f"replace(json_quote(replace({typed}, ' ', '')), ',', '\",\"')"
        value = f"case when {typed} is not null then '[' || {keys} || ']' end"
    elif parameter.type in KEYS:
        queries = [f"({dedent(query).strip().format(typed)})" for query in KEYS[parameter.type]]
        alternatives = ",\n".join([*queries, typed])
        value = f"coalesce(\n{indent(alternatives, ' ' * 6)}\n    )"
    yield f'{value} as "{parameter.name}"'


def _left_out(line: SqlLine) -> str:
    """Return the condition under which a report leaves a line out; a line has one of the two."""
    absent = [f"{_given(name)} is null" for name in sorted(line.when)]
    present = [f"{_given(name)} is not null" for name in sorted(line.unless)]
    return " and ".join(absent) or " or ".join(present)


def _unconditional(lines: Sequence[SqlLine]) -> Iterator[str]:
    """Yield lines that all run, and give the same rows."""
    checks: list[str] = []
    rest = list(lines)
    while rest:
        first = rest[0]
        text = first.sql.lstrip()
        if not (first.when or first.unless):
            rest.pop(0)
            if checks and text.startswith("where "):
                yield first.sql.replace("where ", f"where {' and '.join(checks)} and ", 1)
                checks.clear()
            else:
                yield first.sql
            continue
        if re.fullmatch(r":\w+,?", text):  # a value of a list, where null does no harm
            yield rest.pop(0).sql
            continue
        margin = first.sql.removesuffix(text)
        left_out, piece = _left_out(first), _piece(rest)
        if text.startswith("and "):
            yield f"{margin}and ({left_out} or ({piece.removeprefix('and ')}))"
        elif join := JOIN.fullmatch(piece):
            yield f"{margin}left join {join['rest']}"
            if not join["left"]:
                checks.append(f"({left_out} or {join['column']} is not null)")
        elif text.startswith("when "):
            asked, then, value = piece.removeprefix("when ").partition(" then ")
            yield f"{margin}when not ({left_out}) and ({asked}){then}{value}"
        else:
            yield margin + _alternatives(first, piece, rest)


def _piece(rest: list[SqlLine]) -> str:
    """Take a clause or an item off the lines that run under one condition; return its text."""
    first = rest[0]
    taken: list[SqlLine] = []
    depth = 0
    while rest:
        line = rest[0]
        same = (line.when, line.unless) == (first.when, first.unless)
        starts = line.sql.lstrip().startswith(STARTS)
        ended = bool(taken) and taken[-1].sql.endswith(",")
        if taken and depth == 0 and (not same or starts or ended):
            break
        taken.append(replace(line, when=frozenset(), unless=frozenset()) if same else line)
        code = re.sub("'[^']*'", "", line.sql)
        depth += code.count("(") - code.count(")")
        rest.pop(0)
    return "\n".join(_unconditional(taken)).strip()


def _alternatives(first: SqlLine, piece: str, rest: list[SqlLine]) -> str:
    """Return one item of a select in place of two alternatives."""
    other = "null"
    if rest and (rest[0].when, rest[0].unless) == (first.unless, first.when):
        other = _piece(rest)
    comma = "," if piece.endswith(",") or other.endswith(",") else ""
    piece, other = piece.removesuffix(","), other.removesuffix(",")
    named = NAMED.search(piece) or NAMED.search(other)
    piece, other = NAMED.sub("", piece), NAMED.sub("", other)
    item = f"case when {_left_out(first)} then {other} else {piece} end"
    return f"{item}{f' as {named[1]}' if named else ''}{comma}"
