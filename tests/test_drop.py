"""Dropping documents: what only they use goes, nothing else; all or nothing."""

from __future__ import annotations

import csv
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli import sourcebook
from database.connect import writing
from tests.databases import Files, Server, on_sqlite
from tests.test_load import OTHER, ROOT, ask, everything, loaded, put
from tests.test_load_sequences import content, stale
from tests.valid_coding import VALID_CODING

BARE = OTHER.replace("{key: sudland-state, name: Sudland, kind: state}", "{key: sudland-state}")
ELSEWHERE = "elsewhere:\n- fact: {}\n  evidence:\n  - at: 1:0-10\n"


def command(database: str, *arguments: str | Path) -> Result:
    return CliRunner().invoke(sourcebook, ["--db", database, *map(str, arguments)])


def dropped(database: str, *documents: str) -> Result:
    """Drop documents, which must succeed, and leave the derived tables right."""
    done = command(database, "drop", *documents, "--format", "csv")
    assert done.exit_code == 0, done.stderr
    assert stale(database) == []
    return done


def refused(database: str, *documents: str) -> list[str]:
    """Try to drop documents, which must change nothing; return the faults."""
    before = everything(database)
    done = command(database, "drop", *documents)
    assert (done.exit_code, done.stdout) == (1, "")
    assert everything(database) == before
    *faults, last = done.stderr.splitlines()
    assert last.endswith("; nothing was dropped")
    return faults


@pytest.fixture
def fresh(sourcebooks: Files | Server, tmp_path: Path) -> Callable[..., dict[str, list[str]]]:
    """Return what a new database holds after loading some codings."""

    def fresh(*codings: str) -> dict[str, list[str]]:
        database = sourcebooks.migrated()
        for coding in codings:
            loaded(database, put(tmp_path, coding, "fresh.yaml"))
        actual = content(database)
        sourcebooks.remove(database)
        return actual

    return fresh


def without_files(rows: dict[str, list[str]]) -> dict[str, list[str]]:
    """Replace the names of files, which differ."""
    return {
        name: [row.replace("other.yaml", "fresh.yaml").replace("third.yaml", "fresh.yaml")
               for row in of_table]
        for name, of_table in rows.items()
    }  # fmt: skip


def test_what_only_a_document_uses_goes_and_is_listed(
    database: str, tmp_path: Path, fresh: Callable[..., dict[str, list[str]]]
) -> None:
    loaded(database, put(tmp_path, VALID_CODING))
    loaded(database, put(tmp_path, OTHER, "other.yaml"))
    done = dropped(database, "harbour-talks")
    assert without_files(content(database)) == fresh(OTHER)
    rows = list(csv.DictReader(done.stdout.splitlines()))
    assert {(row["item"], row["key"], row["what"]) for row in rows} >= {
        ("event", "walk-out", "Sudland leaves"),
        ("source", "harbour-talks", "The Harbour Talks"),
        ("coding", "harbour-talks", ""),
    }
    assert not {row["item"] for row in rows} & {"actor", "place", "topic"}  # the other has them
    assert "harbour-talks: removed 1 coding, 2 events" in done.stderr
    assert "; kept, as other codings introduce them: 4 actors, 2 places" in done.stderr
    journal = "select document, action from loads order by id desc limit 1"
    assert ask(database, journal) == [("harbour-talks", "dropped")]
    listed = "select distinct action from changes where load_id = (select max(id) from loads)"
    assert ask(database, listed) == [("removed",)]


def test_the_last_document_leaves_nothing(
    database: str, tmp_path: Path, fresh: Callable[..., dict[str, list[str]]]
) -> None:
    path = put(tmp_path, VALID_CODING)
    loaded(database, path)
    dropped(database, "harbour-talks")
    assert content(database) == fresh()
    assert loaded(database, path).first
    (fault,) = refused(database, "habour-talks")
    assert fault == (
        "habour-talks: error unknown-document: no such document is loaded; did you mean "
        "`harbour-talks`?; `sourcebook documents` lists them"
    )


@on_sqlite  # what is refused is decided in Python
def test_a_drop_is_refused_with_who_uses_what(database: str, tmp_path: Path) -> None:
    other = BARE.replace("to: meeting", "to: harbour-talks:talks")
    loaded(database, put(tmp_path, VALID_CODING))
    loaded(database, put(tmp_path, other + ELSEWHERE.format("harbour-talks:walk-out"), "b.yaml"))
    faults = [fault.partition("still-in-use: ")[2] for fault in refused(database, "harbour-talks")]
    remedy = " there and load that coding, or drop it, too"
    using = (
        "event meeting, event walk-out, quote envoy-on-walk-out and relation "
        "norland-state--rival-of--sudland-state"
    )
    link = "link walk-out--follows--harbour-talks:talks"
    linked = f"an event or quote is linked to it in other-talks ({link})"
    assert faults == [
        f"actor sudland-state is in use by other-talks ({using}); introduce it{remedy}",
        f"event talks: {linked}; take that out{remedy}",
        f"event walk-out: there is evidence on it in other-talks; take that out{remedy}",
    ]
    dropped(database, "harbour-talks", "other-talks")
    assert ask(database, "select count(*) from sources") == [(0,)]


def test_documents_that_refer_to_one_another_go_together(database: str, tmp_path: Path) -> None:
    """The event that is linked is under a heading, which stays as long as the event does."""
    loaded(database, put(tmp_path, VALID_CODING))
    other = OTHER.replace("from: walk-out", "from: harbour-talks:walk-out")
    loaded(database, put(tmp_path, other, "other.yaml"))
    evidence = ELSEWHERE.format("other-talks:harbour-talks:walk-out--follows--meeting")
    loaded(database, put(tmp_path, VALID_CODING + evidence))
    assert refused(database, "harbour-talks")
    assert refused(database, "other-talks")
    done = dropped(database, "other-talks", "harbour-talks")
    assert done.stdout.count("actor,sudland-state") == 1
    assert ask(database, "select count(*) from facts") == [(0,)]


def citing(key: str, published: str = "") -> str:
    """Return a coding that cites the document of the valid one."""
    cited = "- {key: harbour-talks, title: The Harbour Talks, kind: article, at: '1:0-5'PUBLISHED}"
    cited = cited.replace("PUBLISHED", f", published: {published}" if published else "")
    coding = OTHER.replace("sources:\n", f"sources:\n{cited}\n")
    return coding.replace("key: other-talks", f"key: {key}")


def test_a_cited_document_stays_as_those_who_cite_it_describe_it(
    database: str, tmp_path: Path, fresh: Callable[..., dict[str, list[str]]]
) -> None:
    owner = VALID_CODING.replace("key: ana-writer, name: Ana Writer", "key: ann, name: Ann")
    owner = owner.replace("[ana-writer]", "[ann]")
    other = put(tmp_path, citing("other-talks"), "other.yaml")
    expected = fresh(citing("other-talks"))
    for first, second in (("coding.yaml", "other.yaml"), ("other.yaml", "coding.yaml")):
        put(tmp_path, owner)
        for name in (first, second):
            loaded(database, tmp_path / name)
        described = "select published, language from sources where key = 'harbour-talks'"
        assert ask(database, described) != [(None, None)]
        assert "actor,ann" in dropped(database, "harbour-talks").stdout
        assert ask(database, described) == [(None, None)]
        assert without_files(content(database)) == expected
        assert loaded(database, other).changes == []
        dropped(database, "other-talks")


@on_sqlite  # what is refused is decided in Python
def test_those_who_cite_a_document_must_agree_about_it(database: str, tmp_path: Path) -> None:
    loaded(database, put(tmp_path, VALID_CODING))
    loaded(database, put(tmp_path, citing("other-talks"), "other.yaml"))
    third = citing("third", published="2020-03-10")
    loaded(database, put(tmp_path, third, "third.yaml"))
    (fault,) = refused(database, "harbour-talks")
    assert fault == (
        "harbour-talks: error still-in-use: is cited differently in other-talks and third "
        "(published); make them agree and load both together, or drop them, too"
    )
    dropped(database, "harbour-talks", "third")


@on_sqlite  # what is refused is decided in Python
def test_a_coding_of_an_earlier_version_is_loaded_again_first(
    database: str, tmp_path: Path
) -> None:
    other = put(tmp_path, citing("other-talks"), "other.yaml")
    loaded(database, put(tmp_path, VALID_CODING))
    loaded(database, other)
    with writing(database) as connection:
        connection.exec_driver_sql("update introductions set cited_as = null")
    (fault,) = refused(database, "harbour-talks")
    assert "is cited in other-talks, which an earlier version of Sourcebook loaded" in fault
    count = ask(database, "select count(*) from loads")[0][0]
    assert loaded(database, other).changes == []
    assert ask(database, "select count(*) from loads") == [(count + 1,)]  # feeds copy it
    dropped(database, "harbour-talks")


@on_sqlite
def test_a_dry_run_prints_what_would_go(database: str, tmp_path: Path) -> None:
    loaded(database, put(tmp_path, VALID_CODING))
    before = everything(database)
    trial = command(database, "drop", "harbour-talks", "--dry-run", "--format", "csv")
    assert everything(database) == before
    assert ask(database, "select count(*) from loads") == [(1,)]
    done = dropped(database, "harbour-talks")
    assert trial.stdout == done.stdout
    assert trial.stderr == done.stderr.replace("removed", "would remove", 1)


@on_sqlite
def test_what_cannot_be_listed_is_not_dropped(database: str, tmp_path: Path) -> None:
    loaded(database, put(tmp_path, VALID_CODING))
    before = everything(database)
    done = command(database, "drop", "harbour-talks", "-o", tmp_path / "nowhere" / "list.csv")
    assert done.exit_code == 1
    assert everything(database) == before


KILLED = """
import signal, sys, time
# A shell that starts the tests in the background has them ignore SIGINT.
signal.signal(signal.SIGINT, signal.default_int_handler)

from coding import drop
from database.connect import writing

def stop(connection, *rest):
    if connection.dialect.name == "sqlite":
        # Make SQLite write uncommitted pages into the file, as it does in long loads.
        connection.exec_driver_sql("pragma cache_size = 1")
        connection.exec_driver_sql("update passages set hash = hash")
        connection.exec_driver_sql("update facts set key = key")
    print("written", flush=True)
    time.sleep(60)

drop.journal = stop
with writing(sys.argv[1]) as connection:
    drop.drop(connection, ["harbour-talks"])
"""


def test_an_ended_drop_leaves_the_database_as_it_was(database: str, tmp_path: Path) -> None:
    loaded(database, put(tmp_path, VALID_CODING))
    loaded(database, put(tmp_path, OTHER, "other.yaml"))
    before = everything(database)
    running = [sys.executable, "-c", KILLED, database]
    # A server sees the end of the connection, whatever ended the program.
    for number in (signal.SIGKILL, *([signal.SIGINT] if Path(database).exists() else [])):
        with subprocess.Popen(
            running, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"written\n"
            process.send_signal(number)
        assert everything(database) == before, number
    dropped(database, "harbour-talks")


def fed(database: str, copy: str) -> None:
    """Feed what has changed, and compare every row."""
    done = command(database, "feed", copy, "--verify")
    assert done.exit_code == 0, done.stderr
    assert "nothing to copy" not in done.stderr


@on_sqlite
@pytest.mark.parametrize("target", ["sqlite", "postgresql", "duckdb"])
def test_a_feed_brings_a_drop(
    database: str, tmp_path: Path, target: str, request: pytest.FixtureRequest
) -> None:
    copies = {"sqlite": "copy.db", "duckdb": "copy.duckdb"}
    if target == "postgresql":
        copy = str(request.getfixturevalue("postgres_database")())
    else:
        copy = str(tmp_path / copies[target])
    loaded(database, put(tmp_path, VALID_CODING))
    loaded(database, put(tmp_path, citing("other-talks"), "other.yaml"))
    assert command(database, "feed", copy).exit_code == 0
    dropped(database, "harbour-talks")
    fed(database, copy)
    dropped(database, "other-talks")
    if target != "duckdb":  # which is built anew each time
        fed(database, copy)
    # A document that is loaded again gets the numbers of the old one.
    loaded(database, put(tmp_path, VALID_CODING))
    fed(database, copy)


@on_sqlite
def test_an_export_lacks_what_was_dropped(database: str, tmp_path: Path) -> None:
    loaded(database, put(tmp_path, VALID_CODING))
    loaded(database, put(tmp_path, OTHER, "other.yaml"))
    dropped(database, "harbour-talks")
    done = command(database, "export", tmp_path / "out", "--format", "csv")
    assert done.exit_code == 0, done.stderr
    out = tmp_path / "out"
    assert "harbour-talks" not in (out / "sources.csv").read_text(encoding="utf-8")
    assert "harbour-talks,dropped" in (out / "loads.csv").read_text(encoding="utf-8")
