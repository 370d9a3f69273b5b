"""Opening PostgreSQL databases so that our SQL runs nobody else's code.

PostgreSQL looks up unqualified functions and operators along the search path, and prefers one whose
argument types match exactly, in whatever schema, to its own. So whoever may create objects in a
schema on the path can have their code run with the rights of whoever connects. Therefore:

- `engine`, which opens sourcebooks, keeps only the sourcebook's own schema on the path. It refuses
  to go on if somebody untrusted has put functions or operators there, and warns if they could.
- `open_postgresql`, which opens any database, leaves the path to the user's own statement. Our
  queries of the catalogue run through `catalog_rows`, with pg_catalog alone on the path.
"""

from __future__ import annotations

import logging
import os
import sys
from contextlib import suppress
from itertools import chain
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

from database.cancellation import limit_postgresql
from database.errors import DatabaseError, how_to_install, naming_errors
from database.location import locate, name_of

if TYPE_CHECKING:
    import psycopg

NO_DRIVER = f"PostgreSQL needs its driver: {how_to_install('psycopg[binary]')}"

CONNECT_TIMEOUT = 10
"""How long a server may take to answer, in seconds, unless the URL says otherwise."""

SETTINGS = {
    "standard_conforming_strings": "on",  # a backslash in a string is one, as our parser has it
    "client_encoding": "UTF8",
    "datestyle": "ISO",
    "intervalstyle": "postgres",
}
"""How every session is set, whatever its server or user has for it."""

OWN_SCHEMA = """
with
-- The first schema with a sourcebook, else the one where it would be created.
own as (
  select pg_namespace.oid, nspname, nspowner, nspacl
  from unnest(%(path)s::text[]) with ordinality as path (name, place)
  join pg_namespace on nspname = path.name
  left join pg_class on relnamespace = pg_namespace.oid and relname = 'alembic_version'
  where name !~ '^pg_'
  order by relname is null, place
  limit 1
),
trusted as (
  select pg_roles.oid
  from pg_roles
  cross join own
  join pg_database on datname = current_database()
  where rolsuper or rolname in (current_user, 'pg_database_owner')
    or pg_roles.oid in (nspowner, datdba)
),
extended as (
  select classid, objid
  from pg_depend
  where deptype = 'e'
),
foreign_objects as (
  select pg_proc.oid::regprocedure::text as object, proowner as owner
  from own
  join pg_proc on pronamespace = own.oid
  left join extended on classid = 'pg_proc'::regclass and objid = pg_proc.oid
  where objid is null
    and exists (
      select from pg_proc as built_in
      where built_in.pronamespace = 'pg_catalog'::regnamespace
        and built_in.proname = pg_proc.proname
    )
  union all
  select pg_operator.oid::regoperator::text, oprowner
  from own
  join pg_operator on oprnamespace = own.oid
  left join extended on classid = 'pg_operator'::regclass and objid = pg_operator.oid
  where objid is null
)
select
  quote_ident(nspname),
  exists (
    select from aclexplode(coalesce(nspacl, acldefault('n', nspowner)))
    where privilege_type = 'CREATE' and grantee not in (select oid from trusted)
  ),
  (
    select object || ' of ' || quote_ident(pg_get_userbyid(owner))
    from foreign_objects
    where owner not in (select oid from trusted)
    order by 1
    limit 1
  )
from own
"""

_warned: set[tuple[str, str]] = set()


def engine(url: URL, *, read_only: bool, timeout: float | None = None) -> Engine:
    """Return an engine for sourcebooks. Raises DatabaseError without a driver.

    `timeout` limits the time of all calls on a connection together, in seconds.
    """
    # A report asks more than once; what it reads must not change in between.
    options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}

    def connected() -> psycopg.Connection[Any]:
        connection = _connect(url, any_bytes=False)
        try:
            _keep_own_schema(connection, url)
            connection.commit()
        except BaseException:
            connection.close()
            raise
        if timeout:
            limit_postgresql(connection, timeout)
        return connection

    try:
        return create_engine(
            url,
            creator=connected,
            poolclass=NullPool,
            execution_options=options if read_only else {},
            use_native_hstore=False,  # or the driver would look the type up, along the path
        )
    except ModuleNotFoundError:
        raise DatabaseError(NO_DRIVER) from None


def open_postgresql(database: str) -> psycopg.Connection[Any]:
    """Connect to any PostgreSQL database; every transaction sees one state and only reads.

    Raises DatabaseError where that fails.
    """
    url = locate(database)
    try:
        import psycopg
    except ModuleNotFoundError:
        raise DatabaseError(NO_DRIVER) from None
    with naming_errors(name_of(url), psycopg.Error, connecting=True):
        connection = _connect(url, any_bytes=True)
        connection.read_only = True
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    return connection


def _connect(url: URL, *, any_bytes: bool) -> psycopg.Connection[Any]:
    """Connect; `any_bytes` reads text of a database without an encoding, whatever its bytes."""
    import psycopg
    from psycopg.adapt import Loader

    class AnyBytes(Loader):
        """Turns bytes that are not UTF-8 into surrogates, from which they can be recovered."""

        def load(self, data: Any) -> str:
            return bytes(data).decode("utf-8", "surrogateescape")

    # The driver logs a warning about what its error will say.
    logging.getLogger("psycopg").addHandler(logging.NullHandler())
    if "connect_timeout" not in url.query:
        url = url.update_query_dict({"connect_timeout": str(CONNECT_TIMEOUT)})
    arguments, options = url.get_dialect()().create_connect_args(url)
    connection = psycopg.connect(*arguments, **options, autocommit=True, prepare_threshold=None)
    try:
        settings = dict(SETTINGS)
        if any_bytes and connection.info.parameter_status("server_encoding") == "SQL_ASCII":
            settings["client_encoding"] = "SQL_ASCII"
            for type in ("text", "varchar", "bpchar", "name", 0):
                connection.adapters.register_loader(type, AnyBytes)
        setting = ", ".join(["pg_catalog.set_config(%s, %s, false)"] * len(settings))
        connection.execute(f"select {setting}".encode(), [*chain(*settings.items())])
        with suppress(psycopg.Error):  # not every server can end a query whose client was killed
            connection.execute("set client_connection_check_interval = '2s'")
        connection.autocommit = False
    except BaseException:
        connection.close()
        raise
    return connection


def catalog_rows(
    connection: psycopg.Connection[Any], query: str, **values: Any
) -> list[tuple[Any, ...]]:
    """Run a query of the catalogue in the current transaction and return its rows.

    Only pg_catalog is on the search path; `%(path)s` holds the schemas of the user's own path.
    """
    [(before, path)] = connection.execute(
        "select pg_catalog.current_setting('search_path'), "
        "pg_catalog.current_schemas(true)::pg_catalog.text[]"
    )
    set_path = "select pg_catalog.set_config('search_path', %s, true)"
    connection.execute(set_path, ("pg_catalog",))
    rows = connection.execute(query.encode(), {"path": path, **values}).fetchall()
    connection.execute(set_path, (before,))
    return rows


def keep_catalog(connection: psycopg.Connection[Any]) -> list[str]:
    """Leave only pg_catalog on the search path for good; return the schemas that were on it."""
    [(path,)] = catalog_rows(connection, "select %(path)s::text[]")
    connection.execute("select pg_catalog.set_config('search_path', 'pg_catalog', false)")
    connection.commit()
    return [schema for schema in path if not schema.startswith("pg_")]


def _keep_own_schema(connection: psycopg.Connection[Any], url: URL) -> None:
    """Leave only the sourcebook's schema on the search path. Raises DatabaseError.

    Of a schema that does not exist yet nothing is on the path, and so nothing is done.
    """
    for schema, is_open, foreign_object in catalog_rows(connection, OWN_SCHEMA):
        if foreign_object:
            raise DatabaseError(
                f"{name_of(url)}: its schema {schema} holds {foreign_object}, which could run in "
                "place of PostgreSQL's own; drop it, and revoke create on that schema"
            )
        if is_open and (name_of(url), schema) not in _warned:
            _warned.add((name_of(url), schema))
            _warn(
                f"{name_of(url)}: others may create functions in its schema {schema}, which could "
                f"then run with your rights; revoke create on schema {schema} from them"
            )
        connection.execute("select pg_catalog.set_config('search_path', %s, false)", (schema,))


def _warn(message: str) -> None:
    if "_SOURCEBOOK_COMPLETE" not in os.environ:  # completion says nothing
        sys.stderr.write(f"{DatabaseError(message)}\n")
