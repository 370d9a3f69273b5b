"""What an ad hoc query may do: read, and nothing else. Touches nothing but the catalogues.

On SQLite every statement is held by an authorizer, which the engine asks while it prepares one, and
again where a view or a virtual table prepares one of its own. It lets through what reads; the file
is opened with `mode=ro` besides. Loading of extensions is off, as the library leaves it; from
Python 3.12 on the connection is in defensive mode too. Python 3.11 cannot set that; all that it
forbids (writable_schema, journal_mode = off, writing to shadow tables) the authorizer refuses.

On PostgreSQL the server's own parser (libpg_query) says what a statement is before the server sees
it, in a transaction that only reads. Whatever it calls by name must not be `volatile`, but for a
short list: so files, programs, other servers, large objects, sequences, locks, settings and signals
stay out of reach. What a view, a function or an aggregate that somebody made calls in its turn is
not looked through: whoever made it gave it to all, and the transaction still only reads.
"""

from __future__ import annotations

import sqlite3
import sys
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from database.statement import StatementError, tokens, word_set

if TYPE_CHECKING:
    import psycopg

ONLY_READS = "a query here only reads"

# --- SQLite ---------------------------------------------------------------------------------------

LARGEST = 256 * 1024 * 1024
"""The largest value that SQLite may make, in bytes: its own limit would be four times that."""

_READS = frozenset(
    (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE)
)
_ASKS = word_set(
    """
    application_id auto_vacuum automatic_index busy_timeout cache_size cache_spill cell_size_check
    checkpoint_fullfsync collation_list compile_options data_version database_list
    defer_foreign_keys encoding foreign_key_check foreign_key_list foreign_keys freelist_count
    fullfsync function_list hard_heap_limit ignore_check_constraints index_info index_list
    index_xinfo integrity_check journal_mode journal_size_limit legacy_alter_table locking_mode
    max_page_count mmap_size module_list page_count page_size pragma_list query_only quick_check
    read_uncommitted recursive_triggers reverse_unordered_selects schema_version secure_delete
    soft_heap_limit synchronous table_info table_list table_xinfo temp_store threads trusted_schema
    user_version wal_autocheckpoint writable_schema
    """
)
"""Pragmas that tell something where they have no argument."""

_ASKS_ABOUT = word_set(
    """
    foreign_key_check foreign_key_list index_info index_list index_xinfo integrity_check
    quick_check table_info table_list table_xinfo
    """
)
"""Pragmas whose argument says about what."""

_REACHES_OUT = word_set(
    "edit eval fsdir fts3_tokenizer load_extension readfile sqlar_uncompress writefile"
)
"""Functions, built in or not, that reach files, programs or memory, or run a text as SQL."""

_DECLARED = word_set("type name tbl_name rootpage sql")
"""What SQLite asks for when it first makes a table-valued function, such as json_each, known. Of a
query that would write there it says itself that this table cannot be modified."""

_SAYS = {
    sqlite3.SQLITE_ALTER_TABLE: "alter table",
    sqlite3.SQLITE_ANALYZE: "analyze",
    sqlite3.SQLITE_ATTACH: "attach",
    sqlite3.SQLITE_DELETE: "delete",
    sqlite3.SQLITE_DETACH: "detach",
    sqlite3.SQLITE_INSERT: "insert",
    sqlite3.SQLITE_PRAGMA: "pragma",
    sqlite3.SQLITE_REINDEX: "reindex",
    sqlite3.SQLITE_SAVEPOINT: "savepoint",
    sqlite3.SQLITE_TRANSACTION: "transaction",
    sqlite3.SQLITE_UPDATE: "update",
}


class Authorizer:
    """Lets a connection of SQLite read and do nothing else, and notes what it refused first."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.refused: str | None = None
        self._prepared = _prepared_by_rtrees(connection)
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LARGEST)
        connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        if sys.version_info >= (3, 12):
            connection.setconfig(sqlite3.SQLITE_DBCONFIG_DEFENSIVE, True)
        connection.set_authorizer(self._asked)

    def _asked(self, action: int, first: str | None, second: str | None, *_: str | None) -> int:
        reason = _refusal(action, first, second)
        if reason is None or (action in _WRITES and first in self._prepared):
            return sqlite3.SQLITE_OK
        self.refused = self.refused or reason
        return sqlite3.SQLITE_DENY


_WRITES = (sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE)


def _prepared_by_rtrees(connection: sqlite3.Connection) -> frozenset[str]:
    """Name the tables for which an R*Tree prepares statements that write, whatever it is asked.

    They never run, and cannot: the file is opened with `mode=ro`.
    """
    rtrees = connection.execute(
        "select name from sqlite_schema where type = 'table' and rootpage = 0 "
        "and (sql like '%using%rtree%' or sql like '%using%geopoly%')"
    ).fetchall()
    parts = ("node", "rowid", "parent")
    return frozenset(f"{name}_{part}" for (name,) in rtrees for part in parts)


def _refusal(action: int, first: str | None, second: str | None) -> str | None:
    """Say why SQLite must not do this, or None if it may."""
    if action == sqlite3.SQLITE_PRAGMA:
        name = (first or "").lower()
        if second is None and name not in _ASKS:
            return f"`pragma {name}` is not allowed: {ONLY_READS}"
        if second is not None and name not in _ASKS_ABOUT:
            return f"`pragma {name}` with a value is not allowed: {ONLY_READS}"
        return None
    if action == sqlite3.SQLITE_FUNCTION and (second or "").lower() in _REACHES_OUT:
        return f"the function `{second}` is not allowed: it reaches beyond the database"
    if action in _READS:
        return None
    if action == sqlite3.SQLITE_UPDATE and first == "sqlite_master" and second in _DECLARED:
        return None
    return f"{_SAYS.get(action, 'this')} is not allowed: {ONLY_READS}"


# --- PostgreSQL -----------------------------------------------------------------------------------

HARMLESS = word_set("""
    array_sample array_shuffle clock_timestamp current_query gen_random_bytes gen_random_uuid
    pg_blocking_pids pg_database_size pg_indexes_size pg_is_in_recovery pg_lock_status
    pg_partition_ancestors pg_partition_tree pg_relation_size pg_sequence_last_value pg_table_size
    pg_tablespace_size pg_total_relation_size random random_normal timeofday uuid_generate_v1
    uuid_generate_v1mc uuid_generate_v4 uuidv4 uuidv7
""")
"""Volatile functions, the server's own or an extension's, that only give a value."""

HARMFUL = word_set("""
    connectby crosstab crosstab2 crosstab3 crosstab4 crosstabn pg_current_xact_id txid_current
    xpath_table
""")
"""Functions that call themselves stable, and run a text as SQL or use up a transaction's number."""

_STATEMENTS = frozenset(("SelectStmt", "ExplainStmt", "VariableShowStmt"))

# Of what a statement names, what the server says may do more than read. A name without a schema is
# looked for wherever the search path leads; any function that this many arguments would fit counts.
_VOLATILE = """
with
called as (
  select * from unnest(%s::text[], %s::text[], %s::int[]) as called (schema, name, arguments)
),
written as (
  select * from unnest(%s::text[], %s::text[]) as written (schema, name)
),
cast_to as (
  select * from unnest(%s::text[], %s::text[]) as cast_to (schema, name)
),
-- `t.f` and `(x).f` call f, of a row or of any value, where there is no column f.
attributes as (
  select unnest(%s::text[]) as name
),
reachable as (
  select pg_namespace.oid, nspname, pg_namespace.oid = any(path.oids) as on_path
  from pg_catalog.pg_namespace
  cross join (
    select array_agg(schema::pg_catalog.regnamespace::pg_catalog.oid) as oids
    from (
      select pg_catalog.quote_ident(unnest(pg_catalog.current_schemas(true))) as schema
    ) as schemas
  ) as path
)
select 'function' as kind, proname::text
from called
join pg_catalog.pg_proc on proname::text = called.name
join reachable on reachable.oid = pronamespace
where
  (called.schema is null and on_path or called.schema = nspname)
  and (
    provolatile = 'v'
    and (called.arguments is null or provariadic <> 0
      or called.arguments between pronargs - pronargdefaults and pronargs)
    and not (
      proname::text = any(%s::text[])
      and (nspname = 'pg_catalog' or exists (
        select 1 from pg_catalog.pg_depend
        where classid = 'pg_catalog.pg_proc'::pg_catalog.regclass and objid = pg_proc.oid
          and deptype = 'e'
      ))
    )
    or proname::text = any(%s::text[])
  )
union all
select 'function', proname::text
from attributes
join pg_catalog.pg_proc on proname::text = attributes.name
join reachable on reachable.oid = pronamespace
where
  on_path
  and pronargs >= 1
  and pronargs - pronargdefaults <= 1
  and (
    provolatile = 'v' and proname::text <> all(%s::text[])
    or proname::text = any(%s::text[])
  )
union all
select 'operator', oprname::text
from written
join pg_catalog.pg_operator on oprname::text = written.name
join reachable on reachable.oid = oprnamespace
join pg_catalog.pg_proc on pg_proc.oid = oprcode
where provolatile = 'v' and (written.schema is null and on_path or written.schema = nspname)
union all
select 'cast to', typname::text
from cast_to
join pg_catalog.pg_type on typname::text = cast_to.name
join reachable on reachable.oid = typnamespace
join pg_catalog.pg_cast on casttarget = pg_type.oid
join pg_catalog.pg_proc on pg_proc.oid = castfunc
where provolatile = 'v' and (cast_to.schema is null and on_path or cast_to.schema = nspname)
"""


def require_read_only(connection: psycopg.Connection[Any], sql: str) -> None:
    """Raise StatementError unless a statement, as it is sent to the server, only reads.

    Asks the server what it names, in the transaction that the statement will run in.
    """
    if connection.info.parameter_status("standard_conforming_strings") != "on":
        raise StatementError(
            "the server reads strings in an old way, by which no query can be checked; give the "
            "database `standard_conforming_strings = on`"
        )
    parsed = _parsed(sql)
    if len(parsed) != 1:
        raise StatementError("one statement at a time: give a single query")
    names = _Names(sql, parsed[0]["stmt"])
    called, written, casts = names.called, names.written, names.casts
    found = connection.execute(
        _VOLATILE,
        (
            [schema for schema, _, _ in called],
            [name for _, name, _ in called],
            [arguments for _, _, arguments in called],
            [schema for schema, _ in written],
            [name for _, name in written],
            [schema for schema, _ in casts],
            [name for _, name in casts],
            names.attributes,
            *(sorted(HARMLESS), sorted(HARMFUL)) * 2,
        ),
    ).fetchall()
    for kind, name in found:
        raise StatementError(
            f"the {kind} `{name}` is not allowed: PostgreSQL has it as volatile, which may do more "
            f"than read"
            if name not in HARMFUL
            else f"the function `{name}` is not allowed: it does more than read",
            _place(sql, name),
        )


class _Names:
    """What a parsed statement names: functions, operators, types. Raises if it is no query."""

    def __init__(self, sql: str, tree: dict[str, Any]) -> None:
        self._sql = sql
        self.called: list[tuple[str | None, str, int | None]] = []
        self.written: list[tuple[str | None, str]] = []
        self.casts: list[tuple[str | None, str]] = []
        self.attributes: list[str] = []
        [top] = tree
        if top not in _STATEMENTS:
            first = next(one for one in tokens(sql, "postgresql") if one.kind == "word")
            raise StatementError(
                f"`{first.text.lower()}` is not allowed: {ONLY_READS}", first.start
            )
        for kind, node in _nodes(tree):
            self._take(kind, node)

    def _take(self, kind: str, node: dict[str, Any]) -> None:
        if kind.endswith("Stmt") and kind not in _STATEMENTS:
            said = kind.removesuffix("Stmt").lower()
            raise StatementError(f"`{said}` is not allowed: {ONLY_READS}", _place(self._sql, said))
        if "intoClause" in node:
            raise StatementError(
                f"`into` is not allowed, it makes a table: {ONLY_READS}", _place(self._sql, "into")
            )
        if "lockingClause" in node:
            raise StatementError(
                "`for update` and `for share` are not allowed, they lock rows: leave them out",
                _place(self._sql, "for"),
            )
        if kind == "FuncCall":
            schema, name = _qualified(node["funcname"])
            arguments = None if "func_variadic" in node else len(node.get("args", ()))
            self.called.append((schema, name, arguments))
        elif kind == "TypeCast":
            self.casts.append(_qualified(node["typeName"].get("names", ())))
        elif kind in ("ColumnRef", "A_Indirection"):
            # A lone name is a column's, whatever it is called.
            parts = node.get("fields", ())[1:] or node.get("indirection") or ()
            self.attributes += [
                part["String"].get("sval", "") for part in parts if "String" in part
            ]
        for named in ("name", "operName", "useOp"):
            if kind in ("A_Expr", "SubLink", "SortBy") and node.get(named):
                self.written.append(_qualified(node[named]))


def _nodes(tree: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give every node of the tree with its kind; not by recursion, for it may be deep."""
    waiting = [tree]
    while waiting:
        part = waiting.pop()
        if isinstance(part, list):
            waiting += part
        elif isinstance(part, dict):
            for kind, value in part.items():
                if isinstance(value, dict):
                    yield kind, value
                waiting.append(value)


def _qualified(names: Any) -> tuple[str | None, str]:
    parts = [part["String"].get("sval", "") for part in names if "String" in part]
    return (parts[-2] if len(parts) > 1 else None), (parts[-1] if parts else "")


def _place(sql: str, word: str) -> int | None:
    """Say where a keyword or a name first stands."""
    for token in tokens(sql, "postgresql"):
        if token.kind in ("word", "quoted") and token.name.lower() == word.lower():
            return token.start
    return None


# --- PostgreSQL's parser --------------------------------------------------------------------------

_STACK = 512 * 1024 * 1024
_DEPTH = 50_000
"""The parser goes down one call for each operator of a chain: a usual stack would not bear many.
What is not used of this one costs nothing."""


def _parsed(sql: str) -> list[dict[str, Any]]:
    """Parse a statement. Raises StatementError, with the place, where that fails."""
    try:
        import pgparse
    except ModuleNotFoundError:
        raise StatementError(
            "ad hoc SQL on PostgreSQL needs its parser: pip install pgparse, or the extra "
            "`postgresql`"
        ) from None
    try:
        trees: list[dict[str, Any]] = _on_a_deep_stack(pgparse.parse, sql)
    except pgparse.PGQueryError as error:
        place = error.position - 1 if error.position else None
        raise StatementError(str(error.message), place) from None
    except RecursionError:
        raise StatementError("the query is nested too deeply to be checked; simplify it") from None
    return trees


def _on_a_deep_stack(parse: Any, sql: str) -> Any:
    """Parse in a thread whose stack is deep enough for whatever the parser itself accepts."""
    outcome: list[Any] = []

    def run() -> None:
        try:
            outcome.append(parse(sql))
        except Exception as error:  # noqa: BLE001 - handed on below
            outcome.append(error)

    stack, depth = threading.stack_size(_STACK), sys.getrecursionlimit()
    sys.setrecursionlimit(max(depth, _DEPTH))
    try:
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(stack)
        sys.setrecursionlimit(depth)
    if isinstance(outcome[0], Exception):
        raise outcome[0]
    return outcome[0]
