"""Refuses PostgreSQL statements that may do more than read.

The server's own parser (libpg_query) says what a statement is before the server sees it, in a
read-only transaction. Whatever the statement calls must not be `volatile`, apart from a short list:
so files, programs, other servers, large objects, sequences, locks, settings and signals stay out of
reach. What the views, functions and aggregates in a statement call in turn is not checked, nor are
implicit casts and the CHECKs of domains: docs/sql.md says so. The transaction stays read-only.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from database.errors import how_to_install
from database.postgresql import catalog_rows
from database.statement import StatementError, tokens, word_set

if TYPE_CHECKING:
    import psycopg

ONLY_READS = "a query here only reads"

HARMLESS = word_set("""
    array_sample array_shuffle clock_timestamp current_query gen_random_bytes gen_random_uuid
    pg_blocking_pids pg_database_size pg_indexes_size pg_is_in_recovery pg_lock_status
    pg_partition_ancestors pg_partition_tree pg_relation_size pg_sequence_last_value pg_table_size
    pg_tablespace_size pg_total_relation_size random random_normal timeofday uuid_generate_v1
    uuid_generate_v1mc uuid_generate_v4 uuidv4 uuidv7
""")
"""Volatile functions, of the server or an extension, that only return a value."""

HARMFUL = word_set("""
    connectby crosstab crosstab2 crosstab3 crosstab4 crosstabn pg_current_xact_id txid_current
    xpath_table
""")
"""Functions marked stable that run a text as SQL or use up a transaction number."""

_STATEMENTS = frozenset(("SelectStmt", "ExplainStmt", "VariableShowStmt"))

# What a statement names, and the server says may do more than read. A name without a schema may be
# in any schema of the search path; any function that takes this many arguments counts. The query
# runs with only pg_catalog on the path: database/postgresql.py says why.
_UNSAFE = """
with
called as (
  select *
  from unnest(%(called_in)s::text[], %(called)s::text[], %(arguments)s::int[])
    as called (schema, name, arguments)
),
operators as (
  select * from unnest(%(operators_in)s::text[], %(operators)s::text[]) as operators (schema, name)
),
cast_to as (
  select * from unnest(%(cast_in)s::text[], %(cast)s::text[]) as cast_to (schema, name)
),
-- `t.f` and `(x).f` call f with one argument where there is no column f.
attributes as (
  select unnest(%(attributes)s::text[]) as name
),
reachable as (
  select oid, nspname as schema, nspname = any(%(path)s::text[]) as on_path
  from pg_namespace
),
unsafe as (
  select oid, proname::text as name, pronamespace, proowner as owner, provariadic,
    pronargs - pronargdefaults as least, pronargs as most
  from pg_proc
  where
    proname::text = any(%(harmful)s::text[])
    or provolatile = 'v' and not (
      proname::text = any(%(harmless)s::text[])
      and (
        pronamespace = 'pg_catalog'::regnamespace
        or exists (
          select from pg_depend
          where classid = 'pg_proc'::regclass and objid = pg_proc.oid and deptype = 'e'
        )
      )
    )
)
select 'function' as kind, reachable.schema, name, pg_get_userbyid(owner)
from called
join unsafe using (name)
join reachable on reachable.oid = pronamespace
where (called.schema is null and on_path or called.schema = reachable.schema)
  and (arguments is null or provariadic <> 0 or arguments between least and most)
union all
select 'function', reachable.schema, name, pg_get_userbyid(owner)
from attributes
join unsafe using (name)
join reachable on reachable.oid = pronamespace
where on_path and least <= 1 and most >= 1
union all
select 'operator', reachable.schema, oprname::text, pg_get_userbyid(oprowner)
from operators
join pg_operator on oprname::text = operators.name
join reachable on reachable.oid = oprnamespace
join unsafe on unsafe.oid = oprcode
where operators.schema is null and on_path or operators.schema = reachable.schema
union all
select 'cast to', reachable.schema, typname::text, pg_get_userbyid(typowner)
from cast_to
join pg_type on typname::text = cast_to.name
join reachable on reachable.oid = typnamespace
join pg_cast on casttarget = pg_type.oid
join unsafe on unsafe.oid = castfunc
where cast_to.schema is null and on_path or cast_to.schema = reachable.schema
limit 1
"""


def require_read_only(connection: psycopg.Connection[Any], sql: str) -> None:
    """Raise StatementError unless a statement, as it is sent to the server, only reads.

    Asks the server about what it names, in the transaction that the statement will run in.
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
    unsafe = catalog_rows(
        connection,
        _UNSAFE,
        called_in=[schema for schema, _, _ in names.called],
        called=[name for _, name, _ in names.called],
        arguments=[arguments for _, _, arguments in names.called],
        operators_in=[schema for schema, _ in names.operators],
        operators=[name for _, name in names.operators],
        cast_in=[schema for schema, _ in names.casts],
        cast=[name for _, name in names.casts],
        attributes=names.attributes,
        harmless=sorted(HARMLESS),
        harmful=sorted(HARMFUL),
    )
    for kind, schema, name, owner in unsafe:
        reason = (
            "it does more than read"
            if name in HARMFUL
            else "it is volatile, so it may do more than read"
        )
        full = f"`{name}`"
        if schema != "pg_catalog":  # it may not be the one that the user had in mind
            full = f"`{schema}.{name}` (owned by {owner})"
        raise StatementError(f"the {kind} {full} is not allowed: {reason}", _place(sql, name))


class _Names:
    """The functions, operators and types of a parsed statement.

    Raises StatementError if it is not a query.
    """

    def __init__(self, sql: str, tree: dict[str, Any]) -> None:
        self._sql = sql
        self.called: list[tuple[str | None, str, int | None]] = []
        self.operators: list[tuple[str | None, str]] = []
        self.casts: list[tuple[str | None, str]] = []
        self.attributes: list[str] = []
        [top] = tree
        if top not in _STATEMENTS:
            first = next(token for token in tokens(sql, "postgresql") if token.kind == "word")
            raise StatementError(
                f"`{first.text.lower()}` is not allowed: {ONLY_READS}", first.start
            )
        for kind, node in _nodes(tree):
            self._take(kind, node)

    def _take(self, kind: str, node: dict[str, Any]) -> None:
        if kind.endswith("Stmt") and kind not in _STATEMENTS:
            word = kind.removesuffix("Stmt").lower()
            raise StatementError(f"`{word}` is not allowed: {ONLY_READS}", _place(self._sql, word))
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
                self.operators.append(_qualified(node[named]))
        self.operators += ((None, operator) for operator in _implied(kind, node))


def _implied(kind: str, node: dict[str, Any]) -> tuple[str, ...]:
    """Return the operators that a node uses without naming them."""
    if kind == "A_Expr" and "BETWEEN" in node["kind"]:
        return "<", "<=", ">", ">="
    if (
        (kind == "SubLink" and node["subLinkType"] == "ANY_SUBLINK" and "operName" not in node)
        or (kind == "JoinExpr" and ("usingClause" in node or "isNatural" in node))
        or (kind == "CaseExpr" and "arg" in node)
    ):
        return ("=",)
    return ()


def _nodes(tree: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every node of the tree with its kind; without recursion, for it may be deep."""
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
    """Return the offset at which a keyword or name first occurs."""
    for token in tokens(sql, "postgresql"):
        if token.kind in ("word", "quoted") and token.name.lower() == word.lower():
            return token.start
    return None


# --- PostgreSQL's parser --------------------------------------------------------------------------

_STACK = 512 * 1024 * 1024
_DEPTH = 50_000
"""The parser recurses once per operator of a chain, too often for a normal stack. Unused pages of a
large one cost nothing."""


def _parsed(sql: str) -> list[dict[str, Any]]:
    """Parse a statement. Raises StatementError, with the place, where that fails."""
    try:
        import pgparse
    except ModuleNotFoundError:
        raise StatementError(
            f"ad hoc SQL on PostgreSQL needs its parser: {how_to_install('pgparse')}"
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
