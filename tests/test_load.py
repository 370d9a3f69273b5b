"""Loading: all or nothing; it writes only what differs, and nothing the second time.

What is decided in Python, as most refusals are, is tried on one engine.
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text

from coding.changeset import Peers
from coding.faults import InvalidInputError
from coding.items import ItemKey, content_hash
from coding.load import Loaded, load
from coding.snapshot import DocumentSnapshot
from coding.validation import read
from database.connect import reading, writing
from database.errors import DatabaseError
from reports.definition import Type
from reports.resolve import look_up
from schema.models import METADATA
from schema.vocabulary import Action
from tests.databases import Files, Server, on_sqlite
from tests.sample_rows import JOURNAL
from tests.valid_coding import VALID_CODING

ROOT = Path(__file__).parent.parent

OTHER = (
    VALID_CODING.replace("key: harbour-talks", "key: other-talks")
    .replace("title: The Harbour Talks", "title: Other Talks")
    .replace("key: talks\n", "key: meeting\n")
    .replace("to: talks", "to: meeting")
)


@pytest.fixture
def second_database(sourcebooks: Files | Server) -> Iterator[str]:
    """Another sourcebook on the same engine."""
    made = sourcebooks.migrated()
    yield made
    sourcebooks.remove(made)


def put(tmp_path: Path, coding: str, name: str = "coding.yaml") -> Path:
    """Write a coding to a file."""
    path = tmp_path / name
    path.write_text(coding, encoding="utf-8")
    return path


def loaded(database: str, path: Path) -> Loaded:
    """Load a file as the command line does."""
    validated = read(path)
    with writing(database) as connection:
        return load(connection, validated)


def refused(database: str, path: Path) -> list[str]:
    """Load a file that must be refused, and return the faults."""
    with pytest.raises(InvalidInputError) as caught:
        loaded(database, path)
    return [str(fault) for fault in caught.value.faults]


@pytest.fixture(scope="module")
def loaded_once(
    sourcebooks: Files | Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A sourcebook with the valid coding; it is copied for every test."""
    made = sourcebooks.migrated()
    loaded(made, put(tmp_path_factory.mktemp("codings"), VALID_CODING))
    yield made
    sourcebooks.remove(made)


@pytest.fixture
def book(loaded_once: str, sourcebooks: Files | Server) -> Iterator[str]:
    """A sourcebook that holds the valid coding already."""
    made = sourcebooks.copy(loaded_once)
    yield made
    sourcebooks.remove(made)


def ask(database: str, query: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query."""
    with reading(database) as connection:
        return [tuple(row) for row in connection.execute(text(query)).all()]


def everything(database: str) -> dict[str, list[tuple[Any, ...]]]:
    """Return all rows of all tables except the journal."""
    with reading(database) as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(table.select()).all()), key=repr)
            for table in METADATA.sorted_tables
            if table.name not in JOURNAL
        }


def by_key(connection: Connection, document: str) -> dict[ItemKey, Any]:
    """Return what the database holds of a document, by key."""
    return DocumentSnapshot(connection, document).items


def test_what_is_loaded_is_what_the_coding_says(database: str, tmp_path: Path) -> None:
    path = put(tmp_path, VALID_CODING)
    done = loaded(database, path)
    assert done.first
    assert {action for action, _name in done.changes} == {Action.ADDED}
    with reading(database) as connection:
        assert by_key(connection, "harbour-talks") == read(path).items


def test_the_same_coding_again_changes_nothing(book: str, tmp_path: Path) -> None:
    path = put(tmp_path, VALID_CODING)
    before = everything(book)
    assert loaded(book, path).changes == []
    assert everything(book) == before
    assert ask(book, "select count(*) from loads") == [(1,)]


@on_sqlite
def test_order_and_comments_change_nothing(book: str, tmp_path: Path) -> None:
    hashes = ask(book, "select hash from codings")
    head, events, rest = VALID_CODING.partition("events:\n")
    talks, walk_out, links = rest.partition("- key: walk-out")
    body, following, tail = links.partition("links:\n")
    turned = head + "# turned round\n" + events + walk_out + body + talks + following + tail
    assert loaded(book, put(tmp_path, turned)).changes == []
    assert ask(book, "select hash from codings") == hashes


def test_authors_keep_the_order_of_the_coding(database: str, tmp_path: Path) -> None:
    query = """
        select actors.key
        from source_actors
        join actors on actors.id = source_actors.actor_id
        where source_actors.role = 'author'
        order by source_actors.n
    """
    for first, second in (("ana-writer", "envoy"), ("envoy", "ana-writer")):
        authors = f"authors: [{first}, {second}]"
        path = put(tmp_path, VALID_CODING.replace("authors: [ana-writer]", authors))
        assert loaded(database, path).changes
        assert loaded(database, path).changes == []
        assert ask(database, query) == [(first,), (second,)]


CHANGES = [
    ("title: Sudland leaves", "title: Sudland goes", Action.CHANGED, "event", "walk-out"),
    ("2020-03-03~", "2020-03-04~", Action.CHANGED, "event", "walk-out"),
    ("doer: sudland-state", "doer: norland-state", Action.CHANGED, "event", "walk-out"),
    (
        "[norland-state, sudland-state]",
        "[sudland-state, norland-state]",
        Action.CHANGED,
        "event",
        "talks",
    ),
    ("- at: 3:0-20", "- at: 3:0-21", Action.CHANGED, "event", "walk-out"),
    ("text: it was over", "text: it is over", Action.CHANGED, "quote", "envoy-on-walk-out"),
    ("kind: goal", "kind: need", Action.CHANGED, "position", "norland-wants-harbour"),
    ("title: A report of", "title: The report of", Action.CHANGED, "source", "daily-report"),
    ("title: The envoy's", "title: An envoy's", Action.CHANGED, "voice", "envoy-remarks"),
    ("\n  voices: [envoy]", "", Action.CHANGED, "voice", "envoy-remarks"),
    ("name: An unnamed envoy", "name: An envoy", Action.CHANGED, "actor", "envoy"),
    ("label: The harbour", "label: Harbour", Action.CHANGED, "topic", "the-harbour"),
    (", within: norland", "", Action.CHANGED, "place", "port-ann"),
    ("length: 90", "length: 91", Action.CHANGED, "passage", "3"),
    ("coder: Tests", "coder: Others", Action.CHANGED, "coding", "harbour-talks"),
    ("title: The Harbour", "title: Harbour", Action.CHANGED, "source", "harbour-talks"),
    (
        "lag: two days later",
        "lag: two days",
        Action.CHANGED,
        "link",
        "walk-out--follows--talks",
    ),
    (
        "type: rival-of, to: sudland-state",
        "type: rival-of, to: sudland-state, what: trade",
        Action.CHANGED,
        "relation",
        "norland-state--rival-of--sudland-state",
    ),
]


def test_only_what_differs_is_changed(book: str, tmp_path: Path) -> None:
    """One change after the other."""
    numbers = "select kind, key, id from facts order by id"
    ids, coding = ask(book, numbers), VALID_CODING
    for old, new, action, item, key in CHANGES:
        assert old in coding, new
        coding = coding.replace(old, new, 1)
        path = put(tmp_path, coding)
        done = loaded(book, path)
        assert done.changes == [(action, ItemKey(item, key))], new
        assert not done.first
        with reading(book) as connection:
            assert by_key(connection, "harbour-talks") == read(path).items, new
    assert ask(book, numbers) == ids
    journal = "select action, item, key from changes where load_id > 1 order by load_id"
    assert ask(book, journal) == [(action, item, key) for _, _, action, item, key in CHANGES]


@pytest.mark.parametrize(
    ("cut", "removed"),
    [
        ("links:", {"link walk-out--follows--talks"}),
        ("positions:", {"position norland-wants-harbour", "topic the-harbour"}),
        ("relations:", {"relation norland-state--rival-of--sudland-state"}),
    ],
)
def test_what_is_no_longer_in_the_coding_is_removed(
    book: str, tmp_path: Path, cut: str, removed: set[str]
) -> None:
    start = VALID_CODING.index(cut)
    following = [VALID_CODING.find(f"\n{section}:", start) for section in ("quotes", "relations")]
    ends = [end + 1 for end in following if end != -1]
    shorter = VALID_CODING[:start] + (VALID_CODING[min(ends) :] if ends else "")
    if "topic the-harbour" in removed:
        shorter = shorter.replace("topics:\n- {key: the-harbour, label: The harbour}\n", "")
    path = put(tmp_path, shorter)
    done = loaded(book, path)
    assert {f"{name.kind} {name.key}" for _action, name in done.changes} == removed
    with reading(book) as connection:
        assert by_key(connection, "harbour-talks") == read(path).items


def test_unused_rows_are_removed(book: str, tmp_path: Path) -> None:
    bare = VALID_CODING[: VALID_CODING.index("topics:")]
    bare += "actors:\n- {key: ana-writer, name: Ana Writer, kind: person}\n"
    loaded(book, put(tmp_path, bare))
    counts = {
        name: len(rows)
        for name, rows in everything(book).items()
        if rows and name != "relation_types"
    }
    assert counts == {
        "actors": 1,
        "attribution_ancestors": 1,
        "attribution_chains": 1,
        "attributions": 1,
        "codings": 1,
        "dates": 1,
        "introductions": 2,
        "passage_coverage": 3,
        "passages": 3,
        "source_actors": 1,
        "sources": 1,
    }


def test_a_key_may_move_from_an_event_to_a_quote(book: str, tmp_path: Path) -> None:
    moved = VALID_CODING.replace("key: norland-wants-harbour", "key: swap").replace(
        "key: envoy-on-walk-out", "key: norland-wants-harbour"
    )
    path = put(tmp_path, moved)
    loaded(book, path)
    with reading(book) as connection:
        assert by_key(connection, "harbour-talks") == read(path).items


def test_two_codings_share_what_they_agree_on(book: str, tmp_path: Path) -> None:
    loaded(book, put(tmp_path, OTHER, "other.yaml"))
    assert ask(book, "select count(*) from actors") == [(4,)]
    # The report is one origin for both; the unnamed envoy's remarks belong to each.
    assert ask(book, "select key, count(*) from sources group by key order by key") == [
        ("daily-report", 1),
        ("envoy-remarks", 2),
        ("harbour-talks", 1),
        ("other-talks", 1),
    ]


@on_sqlite
def test_the_order_of_loading_leaves_no_trace(
    database: str, second_database: str, tmp_path: Path
) -> None:
    first, second = put(tmp_path, VALID_CODING), put(tmp_path, OTHER, "other.yaml")
    for path in (first, second):
        loaded(database, path)
    for path in (second, first):
        loaded(second_database, path)
    latest = "select content_hash from loads order by id desc limit 1"
    assert ask(database, latest) == ask(second_database, latest)
    for document in ("harbour-talks", "other-talks"):
        with reading(database) as screen, reading(second_database) as two:
            assert by_key(screen, document) == by_key(two, document)


@on_sqlite
def test_conflicting_introductions_name_both_files(book: str, tmp_path: Path) -> None:
    before = everything(book)
    other = OTHER.replace("name: Sudland, kind: state", "name: Sudland, kind: government")
    path = put(tmp_path, other, "other.yaml")
    with pytest.raises(InvalidInputError) as caught:
        loaded(book, path)
    (fault,) = caught.value.faults
    assert fault.rule == "conflict"
    assert fault.file == str(path)
    assert "coding.yaml" in fault.message
    assert "kind is 'government' here and 'state' there" in fault.message
    assert everything(book) == before


@on_sqlite
def test_a_reference_needs_an_introduction(database: str, tmp_path: Path) -> None:
    referring = OTHER.replace(
        "{key: sudland-state, name: Sudland, kind: state}", "{key: sudland-state}"
    )
    path = put(tmp_path, referring, "other.yaml")
    with pytest.raises(InvalidInputError) as caught:
        loaded(database, path)
    assert [fault.rule for fault in caught.value.faults] == ["unknown-reference"]
    assert ask(database, "select count(*) from sources") == [(0,)]
    loaded(database, put(tmp_path, VALID_CODING))
    loaded(database, path)
    with reading(database) as connection:
        assert ItemKey("actor", "sudland-state") not in by_key(connection, "other-talks")


def test_rows_that_others_refer_to_cannot_be_removed(database: str, tmp_path: Path) -> None:
    referring = OTHER.replace(
        "{key: sudland-state, name: Sudland, kind: state}", "{key: sudland-state}"
    )
    loaded(database, put(tmp_path, VALID_CODING))
    loaded(database, put(tmp_path, referring, "other.yaml"))
    before = everything(database)
    bare = VALID_CODING[: VALID_CODING.index("topics:")]
    bare += "actors:\n- {key: ana-writer, name: Ana Writer, kind: person}\n"
    path = put(tmp_path, bare)
    (message,) = refused(database, path)
    assert message == (
        f"{path}:4: error still-in-use: document: actor sudland-state is no longer introduced "
        "here, but is in use by other-talks; keep it here, or introduce it there and load that "
        "coding first"
    )
    assert everything(database) == before


def test_another_document_adds_evidence(book: str, tmp_path: Path) -> None:
    adding = OTHER + (
        "elsewhere:\n- fact: harbour-talks:walk-out\n  evidence:\n  - at: 1:0-10\n"
        "    modality: denied\n"
    )
    path = put(tmp_path, adding, "other.yaml")
    loaded(book, path)
    assert ask(
        book,
        "select source, passage, modality from fact_overview join facts on facts.id = fact_id"
        " where key = 'walk-out' and source like '%;%'",
    ) == [
        ("harbour-talks; other-talks", "harbour-talks ¶3; other-talks ¶1", "actual; denied"),
    ]
    with reading(book) as connection:
        assert by_key(connection, "other-talks") == read(path).items
    assert loaded(book, path).changes == []
    # When it is taken back, the other document's fact keeps none of it.
    loaded(book, put(tmp_path, OTHER, "other.yaml"))
    with reading(book) as connection:
        assert ItemKey("elsewhere", "harbour-talks:walk-out") not in by_key(
            connection, "other-talks"
        )


@on_sqlite
def test_evidence_for_a_missing_fact_is_refused(database: str, tmp_path: Path) -> None:
    adding = VALID_CODING + "elsewhere:\n- fact: nowhere:nothing\n  evidence:\n  - at: 1:0-10\n"
    path = put(tmp_path, adding)
    (message,) = refused(database, path)
    assert message.endswith(
        "error unknown-fact: elsewhere[nowhere:nothing]: nowhere:nothing: there is no such fact in "
        "the database; load the coding of nowhere first, or correct the key"
    )
    line = int(message.removeprefix(f"{path}:").split(":")[0])
    assert adding.splitlines()[line - 1] == "- fact: nowhere:nothing"
    assert ask(database, "select count(*) from sources") == [(0,)]


ADDING = "elsewhere:\n- fact: harbour-talks:{}\n  evidence:\n  - at: 1:0-10\n"


@on_sqlite
@pytest.mark.parametrize(
    ("old", "new", "fact"),
    [
        ("- key: norland-wants-harbour", "- key: renamed", "norland-wants-harbour"),
        ("key: norland-wants-harbour", "key: walk-out", "walk-out"),
        ("name: the Norlanders", "name: Norlanders", "norland-state/the Norlanders"),
    ],
)
def test_a_fact_with_evidence_from_another_document_stays(
    book: str, tmp_path: Path, old: str, new: str, fact: str
) -> None:
    swapped = VALID_CODING.replace("walk-out", "left") if new == "key: walk-out" else VALID_CODING
    path = put(tmp_path, VALID_CODING)
    loaded(book, put(tmp_path, OTHER + ADDING.format(fact), "other.yaml"))
    before = everything(book)
    put(tmp_path, swapped.replace(old, new))
    message = refused(book, path)
    assert len(message) == 1
    assert (
        f"{fact} is no longer in this coding, but there is evidence on it in other-talks"
        in message[0]
    )
    assert everything(book) == before


@on_sqlite
def test_events_that_others_link_to_or_quote_at_stay(book: str, tmp_path: Path) -> None:
    path = put(tmp_path, VALID_CODING)
    other = OTHER.replace("to: meeting", "to: harbour-talks:talks").replace(
        "  directness: partial", "  occasion: harbour-talks:talks\n  directness: partial"
    )
    loaded(book, put(tmp_path, other, "other.yaml"))
    put(
        tmp_path,
        VALID_CODING.replace("key: talks", "key: renamed").replace("to: talks", "to: renamed"),
    )
    message = refused(book, path)
    assert [line.split(", but ")[1].split(" other-talks;")[0] for line in message] == [
        "an event or quote is linked to it in",
        "it is the occasion of a quote in",
    ]


def test_evidence_on_a_link_outlives_its_change(book: str, tmp_path: Path) -> None:
    other = put(tmp_path, OTHER + ADDING.format("walk-out--follows--talks"), "other.yaml")
    loaded(book, other)
    loaded(book, put(tmp_path, VALID_CODING.replace("lag: two days later", "lag: two days")))
    assert loaded(book, other).changes == []


@on_sqlite
def test_a_link_is_coded_by_one_document(book: str, tmp_path: Path) -> None:
    ends = "from: harbour-talks:walk-out, type: follows, to: harbour-talks:talks"
    path = put(
        tmp_path, OTHER.replace("from: walk-out, type: follows, to: meeting", ends), "other.yaml"
    )
    (message,) = refused(book, path)
    assert "link-twice" in message
    assert message.endswith("under `elsewhere`, as harbour-talks:walk-out--follows--talks")


@on_sqlite
def test_an_occasion_is_an_event(book: str, tmp_path: Path) -> None:
    fact = "harbour-talks:norland-wants-harbour"
    other = OTHER.replace("  directness: partial", f"  occasion: {fact}\n  directness: partial")
    path = put(tmp_path, other + ADDING.format("norland-wants-harbour"), "other.yaml")
    (message,) = refused(book, path)
    assert message.endswith(f"{fact} is of kind position; give an event")


@on_sqlite
def test_a_source_that_another_document_points_to_stays(book: str, tmp_path: Path) -> None:
    path = put(tmp_path, VALID_CODING)
    other = OTHER.replace(
        "{key: daily-report, title: A report of the Daily, kind: press-report}",
        "{key: daily-report, at: '1:0-5'}",
    ).replace("through: [daily-report", "through: [envoy-remarks")
    other = other.replace("[envoy-remarks, envoy-remarks]", "[envoy-remarks]")
    loaded(book, put(tmp_path, other, "other.yaml"))
    turned = VALID_CODING.replace("kind: press-report}", "kind: press-report, anonymity: unnamed}")
    put(tmp_path, turned)
    (message,) = refused(book, path)
    assert (
        "source daily-report is no longer introduced here, but is in use by other-talks" in message
    )


@on_sqlite
def test_codings_loaded_together_are_corrected_together(database: str, tmp_path: Path) -> None:
    paths = [put(tmp_path, VALID_CODING), put(tmp_path, OTHER, "other.yaml")]
    for path in paths:
        loaded(database, path)
    for path in paths:
        path.write_text(path.read_text().replace("name: Sudland,", "name: Southland,"))
        (message,) = refused(database, path)
        assert message.endswith("or load both files together after changing both")
    codings = [read(path) for path in paths]
    peers = Peers(codings)
    for coding in codings:
        with writing(database) as connection:
            load(connection, coding, peers=peers)
    assert ask(database, "select name from actors where key = 'sudland-state'") == [("Southland",)]
    hashes = {content_hash(validated.items) for validated in codings}
    assert {row[0] for row in ask(database, "select hash from codings")} == hashes
    # Together, they still have to agree with each other.
    paths[1].write_text(paths[1].read_text().replace("name: Southland,", "name: Sutland,"))
    with pytest.raises(InvalidInputError, match="conflict"), writing(database) as connection:
        load(connection, read(paths[0]), peers=Peers([read(path) for path in paths]))


def test_a_citation_may_leave_out_columns_of_the_cited_document(
    database: str, second_database: str, tmp_path: Path
) -> None:
    cited = "sources:\n- {key: harbour-talks, title: The Harbour Talks, kind: article, at: '1'}\n"
    paths = [
        put(tmp_path, VALID_CODING),
        put(tmp_path, OTHER.replace("sources:\n", cited), "other.yaml"),
    ]
    for item, order in ((database, paths), (second_database, paths[::-1])):
        for path in order:
            loaded(item, path)
        assert [loaded(item, path).changes for path in paths] == [[], []]
        query = "select language, published from sources where key = 'harbour-talks'"
        assert ask(item, query) == [("en", "2020-03-10")]


@on_sqlite
def test_a_file_name_that_is_not_utf_8_is_stored_as_it_is_displayed(
    database: str, tmp_path: Path
) -> None:
    loaded(database, put(tmp_path, VALID_CODING, "coding\udc80.yaml"))
    assert ask(database, "select file from codings") == [(r"coding\udc80.yaml",)]


KILLED = """
import sys, time
from pathlib import Path
from coding import load, validation
from database.connect import writing

def stop(connection, *rest):
    if connection.dialect.name == "sqlite":
        # Make SQLite write uncommitted pages into the file, as it does in long loads.
        connection.exec_driver_sql("pragma cache_size = 1")
        connection.exec_driver_sql("update passages set hash = hash")
        connection.exec_driver_sql("update facts set key = key")
    print("written", flush=True)
    time.sleep(60)

load.journal = stop
with writing(sys.argv[1]) as connection:
    load.load(connection, validation.read(Path(sys.argv[2])))
"""


def test_a_killed_load_leaves_the_database_as_it_was(book: str, tmp_path: Path) -> None:
    before = everything(book)
    path = put(tmp_path, VALID_CODING.replace("title: Sudland leaves", "title: Sudland goes"))
    command = [sys.executable, "-c", KILLED, book, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"written\n"
        process.kill()
    assert everything(book) == before
    assert len(loaded(book, path).changes) == 1


def test_dangling_references_are_reported(tmp_path: Path) -> None:
    """Somebody deleted by hand while foreign keys were off."""
    database = Files(tmp_path).migrated()
    loaded(database, put(tmp_path, VALID_CODING))
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("delete from facts where kind = 'event'")
    changed = put(tmp_path, VALID_CODING.replace("The Harbour Talks", "Talks of the Harbour"))
    with pytest.raises(DatabaseError, match="that point to rows that are gone; restore the file"):
        loaded(database, changed)


def test_names_typed_in_another_unicode_form_are_found(database: str, tmp_path: Path) -> None:
    """Stored composed; a decomposed name means the actor with the accent, not the one without."""
    decomposed, composed = "Ame\u0301lie", "Am\u00e9lie"
    coding = VALID_CODING.replace("name: Ana Writer", f"name: {decomposed}").replace(
        "name: Sudland,", "name: Amelie,"
    )
    loaded(database, put(tmp_path, coding, f"{decomposed}.yaml"))
    assert ask(database, "select file from codings") == [(f"{composed}.yaml",)]
    with reading(database) as connection:
        assert look_up(connection, Type.ACTOR, decomposed).key == "ana-writer"
        assert look_up(connection, Type.ACTOR, "Amelie").key == "sudland-state"
