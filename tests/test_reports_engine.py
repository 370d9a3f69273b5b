"""The reports on two made-up articles: one suite for both engines, same rows, order and types."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator
from itertools import chain, combinations
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from database.connect import reading, writing
from output.formats import Format, render
from reports.catalogue import Catalogue
from reports.definition import Report, ReportError, Type
from reports.run import BadValueError, run
from schema.vocabulary import ROLES_OF, FactKind
from tests.databases import create, on_sqlite
from tests.open_sourcebooks import OPEN, opened
from tests.shipped_reports import REPORTS
from tests.sourcebook_builder import islands

GOLDEN = Path(__file__).parent / "golden" / "reports"
NAMES = ("actors", "quotes", "sources", "timeline")
NASTY = ["'", "''; drop table facts; --", "%", "_", ":nobody", "\\", "🦊", "a\nb", "\x1b[2J"]


@pytest.fixture(scope="module")
def database(new_sourcebook: Callable[[], str]) -> Iterator[str]:
    made = new_sourcebook()
    with writing(made) as connection:
        islands(connection)
    yield from opened(made)


def ask(database: str, name: str, **arguments: str) -> list[dict[str, Any]]:
    """Give the rows of a report as a program gets them."""
    out = io.StringIO()
    with run(OPEN[database], REPORTS[name], arguments) as page:
        render(page, Format.JSON, out)
    rows: list[dict[str, Any]] = json.loads(out.getvalue())
    return rows


def keys(database: str, name: str, **arguments: str) -> list[str]:
    """Return the first column, of keys; without the document, since no two facts share theirs."""
    rows = ask(database, name, **arguments)
    return [str(next(iter(row.values()))).rpartition(":")[2] for row in rows]


# --- the four reports -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_rows_order_and_types_are_the_same_everywhere(database: str, name: str) -> None:
    wanted = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    assert ask(database, name) == wanted


@pytest.mark.parametrize("name", NAMES)
def test_values_are_of_the_type_that_the_header_says(database: str, name: str) -> None:
    types = {"integer": int, "real": float}
    with run(OPEN[database], REPORTS[name], {}) as page:
        rows = [list(row) for row in page.rows]
    assert rows
    for row in rows:
        for column, value in zip(page.columns, row, strict=True):
            assert value is None or type(value) is types.get(column.type, str), column.name


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_database_gives_no_rows(empty_sourcebook: str, name: str) -> None:
    assert ask(empty_sourcebook, name) == []


def combined(report: Report) -> list[tuple[str, ...]]:
    """Return up to two filters, and all; flags aren't filters, and there are no topics here."""
    names = [
        parameter.name
        for parameter in report.parameters
        if parameter.optional and parameter.type not in (Type.FLAG, Type.TOPIC)
    ]
    sizes = sorted({*range(min(len(names), 2) + 1), len(names)})
    return list(chain(*(combinations(names, n) for n in sizes)))


SOME = {
    "actor": "alma",
    "speaker": "alma",
    "about": "brim",
    "from": "2019",
    "to": "2020",
    "modality": "actual",
    "directness": "direct",
    "certainty": "asserted",
    "place": "port",
    "document": "bulletin",
}


@on_sqlite  # both engines combine conditions alike
@pytest.mark.parametrize("name", ["quotes", "timeline"])
def test_filters_go_together(database: str, name: str) -> None:
    """Each filter leaves out rows; together they leave what each leaves."""
    rows = {
        given: set(keys(database, name, **{it: SOME[it] for it in given}))
        for given in combined(REPORTS[name])
    }
    for given, together in rows.items():
        assert together == rows[()].intersection(*(rows[it,] for it in given)), given


@pytest.mark.parametrize(
    ("arguments", "actual"),
    [
        ({"actor": "idle"}, []),
        ({"actor": "envoy"}, []),  # what it says is undated
        ({"actor": "zoe"}, ["speech", "dream"]),
        ({"actor": "0042"}, ["landing"]),
        ({"modality": "expected"}, ["peace"]),
        ({"modality": "denied"}, ["nobody's"]),
        ({"from": "2020-02-04"}, ["speech", "claim", "peace", "siege", "vow"]),
        ({"from": "2020-02-29"}, ["claim", "peace", "siege", "vow"]),
        ({"from": "2020-03"}, ["claim", "siege", "vow"]),
        ({"from": "2021"}, ["siege"]),
        ({"to": "2019-10-31"}, ["vow"]),
        ({"to": "2019-11-01"}, ["siege", "vow"]),
        ({"to": "2019"}, ["siege", "vow"]),
        ({"from": "2020-02-04", "to": "2020-02-05", "actor": "zoe"}, ["speech"]),
        # Within: nothing that is only partly in that time, or open at one end.
        ({"from": "2020-02", "within": "yes"}, ["peace", "storm", "landing", "speech"]),
        ({"to": "2020-02-28", "within": "yes"}, ["storm", "landing", "speech"]),
        ({"from": "2020-02-03", "to": "2020-02-03", "within": "yes"}, ["storm", "landing"]),
        ({"certainty": "alleged", "actor": "alma"}, ["landing"]),
        ({"place": "port"}, ["landing"]),
        ({"document": "gazette"}, ["landing"]),
        ({"from": "2020-02", "to": "2020-02", "actor": "alma", "modality": "actual"}, None),
    ],
)
def test_the_timeline_can_be_asked_for_less(
    database: str, arguments: dict[str, str], actual: list[str] | None
) -> None:
    assert keys(database, "timeline", **arguments) == (
        ["storm", "landing", "speech", "siege"] if actual is None else actual
    )


@pytest.mark.parametrize(
    ("arguments", "actual"),
    [
        ({"speaker": "alma"}, ["speech"]),
        ({"speaker": "idle"}, []),
        ({"about": "Brim"}, ["claim", "speech"]),
        ({"about": "Brim", "speaker": "zoe"}, ["speech"]),
        ({"directness": "indirect"}, ["murmur"]),
    ],
)
def test_quotes_can_be_asked_for_less(
    database: str, arguments: dict[str, str], actual: list[str]
) -> None:
    assert keys(database, "quotes", **arguments) == actual


def test_actors_are_counted_by_every_role_of_an_event() -> None:
    """The report names the roles that are none of an event's."""
    named = re.findall(r"role not in \(([^)]*)\)", REPORTS["actors"].sql)
    others = {role for kind, roles in ROLES_OF.items() if kind != FactKind.EVENT for role in roles}
    assert [set(re.findall(r"'(\w+)'", listed)) for listed in named] == [others]


# --- whom a name means ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("zoe", "zoe"),
        ("Zoë Ångström", "zoe"),
        ("zoe angstrom", "zoe"),
        ("ZOE A\u030aNGSTRO\u0308M", "zoe"),
        ("ångström", "zoe"),
        ("Almans", "alma"),
        ("THE ALMANS", "alma"),
        ("idle", "idle"),
        ("0042", "0042"),
        ("O'Hara; drop table actors; --", "0042"),
        ("o’hara drop table actors", "0042"),
        ("Brim 100%_", "brim"),
        ("BRIM", "brim"),
    ],
)
def test_an_actor_is_found_by_any_name(database: str, name: str, key: str) -> None:
    assert keys(database, "quotes", about=name) == keys(database, "quotes", about=key)


@pytest.mark.parametrize("name", ["the Palace", "palace"])
def test_a_name_of_two_actors_gets_their_keys(database: str, name: str) -> None:
    message = (
        f"{name!r} may be\n  Alma (state, “the Palace”)  alma\n  Brim (state, “the Palace”)  brim\n"
        "give one of these keys"
    )
    with pytest.raises(BadValueError, match=re.escape(message)):
        keys(database, "timeline", actor=name)


def test_an_unknown_actor_gets_the_nearest_names(database: str) -> None:
    with pytest.raises(BadValueError, match=r"no actor 'Angstroem'; nearest: Zoë Ångström \(zoe\)"):
        keys(database, "timeline", actor="Angstroem")


def test_nobody_is_near_where_nobody_is(empty_sourcebook: str) -> None:
    with pytest.raises(BadValueError, match="no actor 'alma': the database has none"):
        keys(empty_sourcebook, "timeline", actor="alma")


@pytest.mark.parametrize("value", NASTY)
@pytest.mark.parametrize("parameter", ["speaker", "about"])
def test_a_value_never_becomes_sql(database: str, parameter: str, value: str) -> None:
    with pytest.raises(BadValueError, match="there is no actor"):
        keys(database, "quotes", **{parameter: value})
    assert len(ask(database, "actors")) == 6


@pytest.mark.parametrize("value", ["a\0b", "\udcff", "", "  "])
def test_what_is_no_text_is_refused(database: str, value: str) -> None:
    with pytest.raises(BadValueError, match=r"is empty|isn't text"):
        keys(database, "quotes", speaker=value)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("2015-02-30", "is not a day: February 2015 has 28 days"),
        ("2015-13", "no such month"),
        ("15-1-1", "not EDTF: write YYYY, YYYY-MM or YYYY-MM-DD"),
        ("2015-11-04T10:00", "a day and time are"),
        ("yesterday", "yesterday: not a date; write 2015, July 2015"),
        ("\uff12\uff10\uff11\uff15", "is not used in EDTF"),
        ("2015' or 1=1 --", "EDTF has no spaces"),
        ("2011/..", "has no last day"),
    ],
)
def test_a_date_is_checked_before_it_is_used(database: str, value: str, reason: str) -> None:
    with pytest.raises(BadValueError, match=reason):
        keys(database, "timeline", to=value)


def test_a_report_takes_only_what_its_header_says(database: str) -> None:
    with pytest.raises(BadValueError, match="no such parameter"):
        keys(database, "sources", actor="alma")


# --- how it is found ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "parameter"), [("timeline", "actor"), ("quotes", "speaker"), ("quotes", "about")]
)
def test_the_facts_of_an_actor_are_found_through_an_index(
    tmp_path: Path, name: str, parameter: str
) -> None:
    """The index holds all columns that are needed; tests/test_plans.py checks all filters."""
    database = create(tmp_path / "sourcebook.db")
    query = sa.text("explain query plan " + REPORTS[name].statement({parameter}))
    with reading(database) as connection:
        plan = [row[3] for row in connection.execute(query, {parameter: SOME[parameter]})]
    assert any(
        step.startswith("SEARCH participants USING COVERING INDEX") and "(actor_id=?" in step
        for step in plan
    )


# --- the query and its header ---------------------------------------------------------------------


HEAD = "-- T\n-- Q?\n-- Columns\n--   n  integer  a number\n"


def rows(database: str, report: Report, **arguments: str) -> list[tuple[Any, ...]]:
    with reading(database) as connection, run(connection, report, arguments) as page:
        return [tuple(row) for row in page.rows]


def written(folder: Path, text: str) -> Report:
    path = folder / "mine.sql"
    path.write_text(text, encoding="utf-8")
    return Catalogue((folder,)).report("mine")


def test_columns_that_are_not_the_headers_are_refused(database: str, tmp_path: Path) -> None:
    report = written(tmp_path, f"{HEAD}\nselect 1 as m")
    with pytest.raises(ReportError, match=r"mine\.sql: returns the columns m; its header says n"):
        rows(database, report)


def test_a_query_that_fails_names_its_file(database: str, tmp_path: Path) -> None:
    report = written(tmp_path, f"{HEAD}\nselect n from nought")
    with pytest.raises(ReportError, match=r"mine\.sql: .*nought"):
        rows(database, report)


def test_colons_in_strings_and_comments_are_no_parameters(database: str, tmp_path: Path) -> None:
    report = written(
        tmp_path,
        """-- T :x
-- Q?
-- Parameters
--   n  integer, default 7  a number
-- Columns
--   a  integer  the number
--   t  text     a text

select -- :y is none
  cast(:n as integer) as "a", /* nor
  :z */ '10:30 :w, 5% \\:' as t;
""",
    )
    assert rows(database, report) == [(7, "10:30 :w, 5% \\:")]
    assert rows(database, report, n="8") == [(8, "10:30 :w, 5% \\:")]
    with pytest.raises(BadValueError, match="'x' is not a whole number"):
        rows(database, report, n="x")
    with pytest.raises(BadValueError, match="too large"):
        rows(database, report, n=str(2**63))


def test_what_is_required_must_be_given(database: str, tmp_path: Path) -> None:
    header = HEAD.replace("-- Columns", "-- Parameters\n--   p  place, required  where\n-- Columns")
    report = written(tmp_path, f"{header}\nselect id as n from places where key = :p")
    assert rows(database, report, p="old port") == rows(database, report, p="port") != []
    with pytest.raises(BadValueError, match="is required"):
        rows(database, report)


def test_rows_are_read_as_they_are_used(database: str, tmp_path: Path) -> None:
    """Two hundred million rows would take minutes and gigabytes: the first comes at once."""
    pairs = ", ".join(f"(values (1), (2)) as t{n}" for n in range(28))
    report = written(tmp_path, f"{HEAD}\nselect 1 as n from {pairs}")
    with reading(database) as connection, run(connection, report, {}) as page:
        assert next(iter(page.rows))[0] == 1
