"""Says on stderr whom a report leaves out: those who act for the actors that it was asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import Connection, text

from reports.definition import Report, Type, Value

WITH_MEMBERS = "with_members"
"""The flag that includes them."""

MOST_NAMED = 4
"""How many of them a line names."""

LEFT_OUT = """
    select actor_name, member_name, member_kind, min(steps) as steps
    from members
    where actor = :actor and steps > 0
    group by actor_name, member_name, member_kind
"""


def left_out(connection: Connection, report: Report, values: Mapping[str, Value]) -> Iterator[str]:
    """Yield a line for each actor that somebody acts for, if the report could include them."""
    flags = {parameter.name for parameter in report.parameters if parameter.type is Type.FLAG}
    if WITH_MEMBERS not in flags - values.keys():
        return
    for parameter in report.parameters:
        key = values.get(parameter.name)
        if parameter.type is not Type.ACTOR or key is None:
            continue
        rows = connection.execute(text(LEFT_OUT), {"actor": key}).all()
        if rows:
            # Persons first: their names say most.
            rows = sorted(rows, key=lambda it: (it.member_kind != "person", it.steps, it[1]))
            names = [_inside(row.member_name) for row in rows]
            more = f", … ({len(names)} in all)" if len(names) > MOST_NAMED else ""
            yield (
                f"left out are those who act for {_inside(rows[0].actor_name)}: "
                f"{', '.join(names[:MOST_NAMED])}{more}; --with-members adds them"
            )


def _inside(name: str) -> str:
    """Return a heading as it reads inside a sentence."""
    return f"the {name[4:]}" if name.startswith("The ") else name
