"""The structure of a target, part by part, and in what it differs from what the migrations make.

What they make is asked of the same engine, which writes both alike whatever its version: of an
SQLite database in memory, and of PostgreSQL's temporary schema in a savepoint that is taken back.
Touches nothing but that. Who owns and who may read is nobody's structure, nor how much room a
server leaves in a table.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import StaticPool

from feeds.rows import RECORD, TABLES

SHOWN = 5
"""Differences that a message names."""
LONGEST = 80
"""Characters of a definition that a message shows; of a longer one it says that it is another."""


class Thing(NamedTuple):
    """A part of the structure: a table, or a column of it, a constraint, a view and so on."""

    kind: str
    name: str
    of: str | None = None
    """The table or view that it belongs to; None: it stands on its own."""


Shape = Mapping[Thing, Mapping[str, object]]
"""What each part is, by aspect: its type, its definition, its comment."""


# --- what differs ---------------------------------------------------------------------------------


def told(found: Shape, made: Shape) -> str:
    """Say in what a structure differs from what was made, the first few; empty: in nothing."""
    differences = list(_differences(found, made))
    more = len(differences) - SHOWN
    return "; ".join(differences[:SHOWN]) + (f"; and {more} more" if more > 0 else "")


def _differences(found: Shape, made: Shape) -> Iterator[str]:
    standing = {f"{thing.kind} {thing.name}" for thing in found if thing.of is None}
    for thing in sorted(found.keys() | made.keys(), key=_place):
        if thing.of is None:
            if thing not in found:
                yield f"its {thing.kind} {thing.name} is gone"
            elif thing not in made:
                yield f"it also has {thing.kind} {thing.name}"
            else:
                yield from _aspects(f"its {thing.kind} {thing.name}", found[thing], made[thing])
        elif thing.of not in standing:
            continue  # it is gone with the whole
        elif thing not in found:
            yield f"its {thing.of} lacks {thing.kind} {thing.name}"
        elif thing not in made:
            yield f"its {thing.of} also has {thing.kind} {thing.name}"
        else:
            whole = f"{thing.kind} {thing.name} of its {thing.of}"
            yield from _aspects(whole, found[thing], made[thing])


def _place(thing: Thing) -> tuple[bool, str, str, str]:
    """Put what stands on its own first."""
    return thing.of is not None, thing.of or "", thing.kind, thing.name


def _aspects(whole: str, found: Mapping[str, object], made: Mapping[str, object]) -> Iterator[str]:
    for aspect in made:
        one, other = found.get(aspect), made[aspect]
        if one != other:
            long = max(len(str(one)), len(str(other))) > LONGEST
            values = "is another" if long else f"is {_shown(one)}, was made {_shown(other)}"
            yield f"{whole}: {aspect} {values}"


def _shown(value: object) -> str:
    return "nothing" if value is None else str(value)


def broken(there: Mapping[str, Collection[str]]) -> Iterator[str]:
    """Say which tables, and which columns of them, are gone or new: what every feed has to know."""
    for table in (*TABLES, RECORD):
        if table.name not in there:
            yield f"its table {table.name} is gone"
            continue
        found, made = set(there[table.name]), {column.name for column in table.columns}
        for names, how in ((made - found, "lacks"), (found - made, "also has")):
            yield from (f"its table {table.name} {how} column {name}" for name in sorted(names))


# --- SQLite and PostgreSQL ------------------------------------------------------------------------

COLUMNS = {
    "sqlite": """
        select tables.name, columns.name
        from sqlite_schema as tables
        join pragma_table_xinfo(tables.name) as columns
        where tables.type = 'table'
    """,
    "postgresql": """
        select relname, attname
        from pg_class
        join pg_attribute on attrelid = oid and attnum > 0 and not attisdropped
        where relnamespace = current_schema::regnamespace and relkind in ('r', 'p')
    """,
}


def columns(connection: Connection) -> dict[str, set[str]]:
    """Name the tables of a database, and their columns."""
    found: dict[str, set[str]] = {}
    for table, column in connection.exec_driver_sql(COLUMNS[connection.dialect.name]):
        found.setdefault(table, set()).add(column)
    return found


def shape(connection: Connection) -> Shape:
    """Give the structure that a database really has; in PostgreSQL of the schema it looks at."""
    if connection.dialect.name == "sqlite":
        return dict(_of_sqlite(connection))
    return _of_postgresql(connection)


def reference(connection: Connection, revision: str) -> Shape:
    """Give the structure that the migrations make, up to a revision, on the same engine."""
    from migrations.upgrade import upgrade  # only who compares waits for it

    if connection.dialect.name == "sqlite":
        engine = create_engine("sqlite://", poolclass=StaticPool)
        with engine.begin() as memory:
            upgrade(memory, revision)
            made = shape(memory)
        engine.dispose()
        return made
    savepoint = connection.begin_nested()
    try:
        # Tables of its own that nobody else sees: whoever may connect may make them, unless the
        # right to do so, TEMPORARY, was taken away.
        connection.exec_driver_sql("set local search_path = pg_temp")
        upgrade(connection, revision)
        return shape(connection)
    finally:
        savepoint.rollback()


QUOTED = r'"(?:[^"]|"")*"'
TABLE = re.compile(rf"create table (?:{QUOTED}|\S+?) ?\((?P<items>.*)\)(?P<rest>.*)", re.IGNORECASE)
PIECE = re.compile(rf"'(?:[^']|'')*'|{QUOTED}|[(),]|[^'\"(),]+|.")
CONSTRAINT = re.compile(rf"constraint ({QUOTED}|\S+) (.*)", re.IGNORECASE)
UNNAMED = re.compile(r"(check|foreign key|primary key|unique)\b", re.IGNORECASE)
COLUMN = re.compile(rf"({QUOTED}|\S+) ?(.*)")

SQLITE = r"""
    select type, name, tbl_name, sql
    from sqlite_schema
    where sql is not null and name not like 'sqlite\_%' escape '\'
"""


def _of_sqlite(connection: Connection) -> Iterator[tuple[Thing, Mapping[str, object]]]:
    """Go by the statements that SQLite keeps, for of CHECKs it keeps nothing else."""
    rows = connection.exec_driver_sql(SQLITE).all()
    # Of a trigger SQLite keeps the name of its table as it was typed.
    owners = {
        name.lower(): f"{kind} {name}" for kind, name, _, _ in rows if kind in ("table", "view")
    }
    for kind, name, of, sql in rows:
        written = " ".join(sql.split())
        if kind == "table" and (parsed := TABLE.fullmatch(written)):
            yield Thing(kind, name), {"definition": parsed["rest"].strip()}
            for item in _items(parsed["items"]):
                thing, definition = _item(item)
                yield Thing(*thing, owners[name.lower()]), {"definition": definition}
        elif kind in ("table", "view"):
            yield Thing(kind, name), {"definition": written}
        else:
            yield Thing(kind, name, owners[of.lower()]), {"definition": written}


def _items(listed: str) -> Iterator[str]:
    """Take the columns and constraints of a table apart."""
    depth, item = 0, ""
    for piece in PIECE.findall(listed):
        depth += (piece == "(") - (piece == ")")
        if piece == "," and depth == 0:
            yield item.strip()
            item = ""
        else:
            item += piece
    yield item.strip()


def _item(item: str) -> tuple[tuple[str, str], str]:
    """Say what a column or constraint is called, and the rest."""
    if named := CONSTRAINT.fullmatch(item):
        return ("constraint", named[1].strip('"')), named[2]
    if UNNAMED.match(item):
        return ("constraint", item), item
    column = COLUMN.fullmatch(item)
    return ("column", column[1].strip('"') if column else item), column[2] if column else ""


POSTGRESQL = """
    with relations as (
      select oid, relname as name,
        case relkind when 'v' then 'view' when 'S' then 'sequence' else 'table' end as kind,
        relpersistence, relrowsecurity, relkind, reloptions
      from pg_class
      where relnamespace = current_schema::regnamespace and relkind in ('r', 'p', 'v', 'S')
    ),
    owners as (
      select oid, kind || ' ' || name as of
      from relations
      where kind <> 'sequence'
    )
    select kind, name, null as of, json_build_object(
        'definition', case kind when 'view' then pg_get_viewdef(oid, true) end,
        'options', case kind when 'view' then array_to_string(reloptions, ', ') end,
        'comment', obj_description(oid, 'pg_class'),
        'persistence', case relpersistence when 'u' then 'unlogged' else 'logged' end,
        'row-level security', case when relrowsecurity then 'on' else 'off' end
      ) as aspects
    from relations
    where kind <> 'sequence'
    union all
    select kind, relations.name, null, json_build_object(
        'type', format_type(seqtypid, null),
        'step', seqincrement,
        'largest number', seqmax,
        'cycle', seqcycle,
        'owner', (
          select pg_class.relname || '.' || attname
          from pg_depend
          join pg_class on pg_class.oid = refobjid
          join pg_attribute on attrelid = refobjid and attnum = refobjsubid
          where objid = seqrelid and classid = 'pg_class'::regclass and deptype in ('a', 'i')
        )
      )
    from relations
    join pg_sequence on seqrelid = oid
    union all
    select 'column', attname, of, json_build_object(
        'type', format_type(atttypid, atttypmod),
        'collation', collname,
        'null', case when attnotnull then 'refused' else 'allowed' end,
        'default', pg_get_expr(adbin, adrelid),
        'comment', col_description(attrelid, attnum)
      )
    from owners
    join pg_attribute on attrelid = owners.oid and attnum > 0 and not attisdropped
    left join pg_attrdef on adrelid = attrelid and adnum = attnum
    left join pg_collation on pg_collation.oid = attcollation
    union all
    select 'constraint', conname, of, json_build_object(
        'definition', pg_get_constraintdef(pg_constraint.oid, true),
        'check', case
          when exists (
            select from pg_trigger where tgconstraint = pg_constraint.oid and tgenabled <> 'O'
          )
          then 'switched off' else 'on'
        end
      )
    from owners
    join pg_constraint on conrelid = owners.oid and contype in ('c', 'f', 'p', 'u', 'x')
    union all
    select 'index', indexes.relname, of, json_build_object(
        'definition', pg_get_indexdef(indexrelid, 0, true),
        'state', case when indisvalid and indisready then 'valid' else 'invalid' end
      )
    from owners
    join pg_index on indrelid = owners.oid
    join pg_class as indexes on indexes.oid = indexrelid
    where not exists (
        select from pg_constraint where conindid = indexrelid and contype in ('p', 'u', 'x')
      )
    union all
    select 'trigger', tgname, of, json_build_object(
        'definition', pg_get_triggerdef(pg_trigger.oid, true)
      )
    from owners
    join pg_trigger on tgrelid = owners.oid and not tgisinternal
    union all
    select 'rule', rulename, of, json_build_object(
        'definition', pg_get_ruledef(pg_rewrite.oid, true)
      )
    from owners
    join pg_rewrite on ev_class = owners.oid and rulename <> '_RETURN'
"""


def _of_postgresql(connection: Connection) -> Shape:
    rows = connection.exec_driver_sql(POSTGRESQL)
    return {Thing(kind, name, of): aspects for kind, name, of, aspects in rows}
