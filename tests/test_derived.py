"""The derived tables: after every kind of change, what a load left equals what is computed anew.

One planted change for each thing that a derived row depends on; chance edits are in
test_load_sequences.py. Each case names rows that must differ afterwards, mostly in a document that
was not loaded again, so that a forgotten rule can't pass unnoticed.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from cli import sourcebook
from coding.load import load
from coding.validation import read
from database.connect import reading, writing
from database.derived.refresh import Drift, recompute
from schema.models import DERIVED
from tests.databases import Files, Server, on_sqlite

Coding = dict[str, Any]

PASSAGES = [{"length": 60, "hash": str(n) * 64} for n in range(3)]


def evidence(at: str, *through: str, **more: str) -> list[Coding]:
    """Write one piece of evidence."""
    return [{"at": at, **({"through": list(through)} if through else {}), **more}]


ACTORS = {
    "ann": {"key": "ann", "name": "Ann", "kind": "person"}
    | {"names": [{"name": "Annie", "kind": "short", "evidence": evidence("1:40-45")}]},
    "crew": {"key": "crew", "name": "The crew", "kind": "community"},
    "port": {"key": "port", "name": "The port", "kind": "organisation"},
    "land": {"key": "land", "name": "The land", "kind": "state"},
}
WIRE = {"key": "wire", "title": "The wire", "kind": "press-report"}
ONE: Coding = {
    "format": 1,
    "coder": "Tests",
    "document": {"key": "one", "title": "One", "language": "en", "published": "2020-05-10"},
    "passages": PASSAGES,
    "topics": [{"key": "tolls", "label": "Tolls"}],
    "actors": [*ACTORS.values()],
    "sources": [
        WIRE,
        {"key": "some", "title": "Some", "kind": "remarks", "anonymity": "unnamed"},
        {"key": "log", "title": "The log", "kind": "book", "at": "3:40-50"},
    ],
    "events": [
        {"key": "strike", "title": "The crew strikes", "who": {"doer": "crew"}}
        | {"date": "2020-05", "evidence": evidence("1:0-9", "wire", words="in May")},
    ],
    "quotes": [
        {"key": "pay", "says": "The port should pay.", "who": {"speaker": "crew"}}
        | {"evidence": evidence("1:10-20", "wire", "some")},
    ],
    "positions": [
        {"key": "lower", "kind": "goal", "statement": "Tolls should go down.", "topic": "tolls"}
        | {"who": {"holder": "ann"}, "evidence": evidence("2:0-9")},
    ],
    "relations": [
        {"from": "ann", "type": "heads", "to": "port", "what": "director"}
        | {"since": "2010", "evidence": evidence("2:10-20", words="since 2010")},
        {"from": "port", "type": "differs-from", "to": "land", "topic": "tolls"}
        | {"evidence": evidence("2:21-30")},
    ],
}
TWO: Coding = {
    "format": 1,
    "coder": "Tests",
    "document": {"key": "two", "title": "Two", "language": "en", "published": "2020-06-10"},
    "passages": PASSAGES,
    "topics": [{"key": "tolls"}],
    "actors": [{"key": key} for key in ACTORS],
    "sources": [{"key": "wire"}],
    "events": [
        {"key": "talks", "title": "Ann and the crew talk", "who": {"doer": ["ann", "crew"]}}
        | {"evidence": evidence("1:0-9", "wire")},
    ],
    "links": [
        {"from": "talks", "type": "follows", "to": "one:strike", "evidence": evidence("1:10-20")},
    ],
    "quotes": [
        {"key": "gulls", "says": "Gulls are loud.", "who": {"speaker": "crew"}}
        | {"evidence": evidence("1:21-30")},
    ],
    "positions": [
        {"key": "higher", "kind": "goal", "statement": "Tolls should go up.", "topic": "tolls"}
        | {"who": {"holder": "land"}, "evidence": evidence("2:0-9")},
    ],
    "relations": [
        {"from": "ann", "type": "heads", "to": "port", "evidence": evidence("2:10-20")},
        {"from": "port", "type": "part-of", "to": "land", "evidence": evidence("2:21-30")},
        {"from": "port", "type": "agrees-with", "to": "land", "topic": "tolls"}
        | {"evidence": evidence("2:31-40")},
    ],
    "elsewhere": [{"fact": "one:strike", "evidence": evidence("3:0-9")}],
}


class Book:
    """A sourcebook that holds both documents, and what its derived tables say."""

    def __init__(self, database: str, folder: Path) -> None:
        self.database = database
        self.folder = folder
        self.codings = {"one": copy.deepcopy(ONE), "two": copy.deepcopy(TWO)}

    def load(self, *documents: str) -> None:
        for document in documents:
            path = self.folder / f"{document}.yaml"
            path.write_text(yaml.safe_dump(self.codings[document]), encoding="utf-8")
            with writing(self.database) as connection:
                load(connection, read(path))

    def stale(self) -> list[Drift]:
        with reading(self.database) as connection:
            return [*recompute(connection, write=False)]

    def value(self, query: str) -> Any:
        with reading(self.database) as connection:
            return connection.exec_driver_sql(query).scalar_one()

    def of(self, column: str, document: str, key: str) -> Any:
        """Give a column of a fact's summary."""
        return self.value(
            f"select {column} from fact_summaries "
            f"where introduced_by = '{document}' and key = '{key}'"
        )

    def counted(self, document: str, fact: str) -> Any:
        """Give the number of documents that state a fact."""
        return self.value(
            "select documents from fact_overview "
            f"where introduced_by = '{document}' and fact = '{fact}'"
        )

    def chain(self, column: str, document: str, source: str) -> Any:
        """Give a column of the chain of a voice in a document."""
        return self.value(
            f"""
            select {column}
            from attribution_chains
            join attributions on attributions.id = attribution_chains.attribution_id
            join sources on sources.id = attributions.source_id
            join sources as documents on documents.id = attributions.document_id
            where documents.key = '{document}' and sources.key = '{source}'
            """
        )

    def paths(self, member: str) -> list[Any]:
        with reading(self.database) as connection:
            return [
                tuple(row)
                for row in connection.exec_driver_sql(
                    f"""
                    select wholes.key, path, steps, standing, memberships.earliest
                    from memberships
                    join actors as members on members.id = member_id
                    join actors as wholes on wholes.id = whole_id
                    where members.key = '{member}'
                    order by wholes.key, n
                    """
                )
            ]


@pytest.fixture(scope="module")
def loaded(sourcebooks: Files | Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A sourcebook with both documents; it is copied for every test."""
    book = Book(sourcebooks.migrated(), tmp_path_factory.mktemp("codings"))
    book.load("one")
    book.load("two")
    assert book.stale() == []
    yield book.database
    sourcebooks.remove(book.database)


@pytest.fixture
def book(loaded: str, sourcebooks: Files | Server, tmp_path: Path) -> Iterator[Book]:
    database = sourcebooks.copy(loaded)
    yield Book(database, tmp_path)
    sourcebooks.remove(database)


def item(coding: Coding, section: str, key: str) -> Coding:
    """Find an item of a coding."""
    actual: Coding = next(entry for entry in coding[section] if entry.get("key") == key)
    return actual


def tie(coding: Coding, kind: str) -> Coding:
    """Find a tie by its type."""
    actual: Coding = next(relation for relation in coding["relations"] if relation["type"] == kind)
    return actual


# --- what each row depends on ---------------------------------------------------------------------

Edit = Callable[[Coding, Coding], None]
Look = Callable[[Book], Any]


def rename(kind: str, key: str, field: str, value: str) -> Edit:
    def edit(first: Coding, _: Coding) -> None:
        item(first, kind, key)[field] = value

    return edit


def hedge(first: Coding, _: Coding) -> None:
    item(first, "events", "strike")["evidence"][0]["certainty"] = "alleged"
    item(first, "events", "strike")["evidence"][0]["hedge"] = "maybe"


def more_evidence(first: Coding, _: Coding) -> None:
    item(first, "quotes", "pay")["evidence"] += evidence("3:0-5", "wire", "some")


def no_longer_elsewhere(_: Coding, two: Coding) -> None:
    two["elsewhere"] = []


def cite(first: Coding, _: Coding) -> None:
    item(first, "sources", "some")["at"] = "3:10-20"


def not_through_the_wire(first: Coding, _: Coding) -> None:
    item(first, "quotes", "pay")["evidence"] = evidence("1:10-20", "some")


def no_director(first: Coding, _: Coding) -> None:
    first["relations"] = [first["relations"][1]]


def denied_director(first: Coding, two: Coding) -> None:
    for coding in (first, two):
        tie(coding, "heads")["evidence"][0]["modality"] = "denied"


def port_apart(_: Coding, two: Coding) -> None:
    two["relations"] = [relation for relation in two["relations"] if relation["type"] != "part-of"]


def two_posts(_: Coding, two: Coding) -> None:
    more = {"key": "chair", "from": "ann", "type": "heads", "to": "port", "what": "chair"}
    two["relations"].append({**more, "evidence": evidence("3:20-30")})


def unasked(first: Coding, _: Coding) -> None:
    item(first, "events", "strike")["modality"] = "possible"


def renamed_key(first: Coding, _: Coding) -> None:
    item(first, "positions", "lower")["key"] = "down"


CASES: dict[str, tuple[str, Edit, Look, Any, Any]] = {
    "an actor's name, in an event of another document": (
        "one", rename("actors", "ann", "name", "Anna"),
        lambda book: book.of("who", "two", "talks"), "Ann; The crew", "Anna; The crew",
    ),
    "an actor's name, in a tie from it": (
        "one", rename("actors", "port", "name", "The harbour"),
        lambda book: book.of("sentence", "two", "port--part-of--land"),
        "The port is part of the land", "The harbour is part of the land",
    ),
    "an actor's name, in a tie to it": (
        "one", rename("actors", "land", "name", "The realm"),
        lambda book: book.of("sentence", "two", "port--part-of--land"),
        "The port is part of the land", "The port is part of the realm",
    ),
    "an actor's kind": (
        "one", rename("actors", "crew", "kind", "unnamed"),
        lambda book: book.of("unnamed", "two", "gulls"), "none", "all",
    ),
    "an actor's kind, for the verb": (
        "one", rename("actors", "crew", "name", "Some sailors"),
        lambda book: book.of("sentence", "two", "gulls"),
        "The crew says that Gulls are loud", "Some sailors say that Gulls are loud",
    ),
    "a topic's label, in a tie": (
        "one", rename("topics", "tolls", "label", "Fees"),
        lambda book: book.of("sentence", "two", "port--agrees-with--land"),
        "The port agrees with the land on Tolls", "The port agrees with the land on Fees",
    ),
    "a source's title": (
        "one", rename("sources", "wire", "title", "A wire"),
        lambda book: book.chain("chain", "two", "wire"), "The wire; Two", "A wire; Two",
    ),
    "a source's title, where a fact has several chains": (
        "one", rename("sources", "wire", "title", "A wire"),
        lambda book: book.of("chain", "one", "strike"),
        "The wire; One | Two", "A wire; One | Two",
    ),
    "a document's title": (
        "one", lambda first, _: first["document"].update(title="Uno"),
        lambda book: book.of("chain", "one", "strike"),
        "The wire; One | Two", "The wire; Uno | Two",
    ),
    "an event's title, in a link of another document": (
        "one", rename("events", "strike", "title", "The crew stops"),
        lambda book: book.of("sentence", "two", "talks--follows--one:strike"),
        "“Ann and the crew talk” follows “The crew strikes”",
        "“Ann and the crew talk” follows “The crew stops”",
    ),
    "an event's modality, in a link of another document": (
        "one", unasked,
        lambda book: book.of("sentence", "two", "talks--follows--one:strike"),
        "“Ann and the crew talk” follows “The crew strikes”",
        "“Ann and the crew talk” follows “The crew strikes” (possible)",
    ),
    "evidence": (
        "one", hedge, lambda book: book.of("certainty", "one", "strike"),
        "reported; asserted", "alleged; asserted",
    ),
    "evidence, for the passages of its chain": (
        "one", more_evidence, lambda book: book.chain("passage", "one", "wire"),
        "¶1", "¶1; ¶3",
    ),
    "evidence, for what is covered": (
        "one", more_evidence,
        lambda book: book.value(
            "select characters from passage_coverage join sources on id = passage_coverage."
            "document_id where key = 'one' and passage = 3"
        ),
        0, 5,
    ),
    "the second document of a fact goes": (
        "two", no_longer_elsewhere, lambda book: book.of("passage", "one", "strike"),
        "one ¶1; two ¶3", "¶1",
    ),
    "a citation": (
        "one", cite, lambda book: book.chain("passage", "one", "some"), "¶1", "¶1; ¶3",
    ),
    "a shorter chain": (
        "one", not_through_the_wire, lambda book: book.chain("depth", "one", "some"), 2, 1,
    ),
    "an equal tie of another document goes": (
        "one", no_director, lambda book: book.counted("two", "ann--heads--port"), 2, 1,
    ),
    "an equal tie stops being the only one of its document": (
        "two", two_posts, lambda book: book.counted("one", "ann--heads--port"), 2, 2,
    ),
    "the first of two equal ties goes": (
        "one", no_director,
        lambda book: bool(book.value(
            "select counted_as_id = fact_id from evidence_counts join facts on facts.id = fact_id "
            "join sources on sources.id = facts.document_id "
            "where sources.key = 'two' and facts.key = 'ann--heads--port'"
        )),
        False, True,
    ),
    "a tie on a path from another document goes": (
        "two", port_apart, lambda book: {path[0] for path in book.paths("ann")},
        {"land", "port"}, {"port"},
    ),
    "a tie on a path is denied": (
        "both", denied_director, lambda book: book.paths("ann"),
        [
            ("land", "one:ann--heads--port; two:port--part-of--land", 2, None, "2010-01-01"),
            ("land", "two:ann--heads--port; two:port--part-of--land", 2, None, None),
            ("port", "one:ann--heads--port", 1, None, "2010-01-01"),
            ("port", "two:ann--heads--port", 1, None, None),
        ],
        [],
    ),
    "a name of an actor": (
        "two",
        lambda _, two: item(two, "actors", "ann").update(
            names=[{"name": "Ann of Tarn", "kind": "name", "evidence": evidence("3:40-50")}]
        ),
        lambda book: book.value("select names from actor_summaries"),
        "Annie", "Ann of Tarn; Annie",
    ),
    "a name that goes": (
        "one", lambda first, _: item(first, "actors", "ann").pop("names"),
        lambda book: book.value("select count(*) from actor_summaries"), 1, 0,
    ),
    "where a document cites": (
        "one", lambda first, _: item(first, "sources", "log").update(at="1:50-55, 3:40-50"),
        lambda book: book.value("select passage from citation_passages"), "¶3", "¶1; ¶3",
    ),
    "a fact's key": (
        "one", renamed_key,
        lambda book: book.value("select count(*) from fact_summaries where key = 'down'"), 0, 1,
    ),
}  # fmt: skip


ON_BOTH = (
    *("an actor's name, in a tie to it", "a source's title", "evidence"),
    *("evidence, for the passages of its chain", "evidence, for what is covered"),
    *("an equal tie of another document goes", "a tie on a path is denied"),
    *("a name of an actor", "where a document cites"),
)
"""A case of each derived table. Which rows are refreshed is decided by the same SQL everywhere."""


@pytest.mark.parametrize(
    ("sourcebooks", "case"),
    [*(("sqlite", case) for case in CASES), *(("postgresql", case) for case in ON_BOTH)],
    indirect=["sourcebooks"],
)
def test_a_load_refreshes_what_depends_on_it(book: Book, case: str) -> None:
    document, edit, look, before, after = CASES[case]
    assert look(book) == before
    edit(book.codings["one"], book.codings["two"])
    book.load(*(["one", "two"] if document == "both" else [document]))
    assert look(book) == after
    assert book.stale() == []


def test_facts_that_a_load_does_not_touch_are_not_written(book: Book) -> None:
    item(book.codings["one"], "quotes", "pay")["says"] = "The port must pay."
    path = book.folder / "one.yaml"
    path.write_text(yaml.safe_dump(book.codings["one"]), encoding="utf-8")
    with writing(book.database) as connection:
        query = "select fact_id, {} from fact_summaries"
        column = "rowid" if connection.dialect.name == "sqlite" else "xmin::text || ctid::text"
        before = {tuple(row) for row in connection.exec_driver_sql(query.format(column))}
        load(connection, read(path))
        after = {tuple(row) for row in connection.exec_driver_sql(query.format(column))}
    assert len(before - after) <= 1


# --- memberships ----------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["port--part-of--land", "talks--follows--one:strike"])
def test_the_statement_of_a_tie_or_link_is_its_sentence_without_the_standing(
    book: Book, key: str
) -> None:
    two = book.codings["two"]
    kind = "links" if "follows" in key else "relations"
    changed = tie(two, "part-of") if kind == "relations" else two["links"][0]
    stated = book.of("sentence", "two", key)
    changed["evidence"][0]["certainty"] = "inferred"
    book.load("two")
    assert book.of("sentence", "two", key) == f"Inferred: {stated}"
    assert book.of("statement", "two", key) == stated


def test_cycles_end_and_time_is_kept(book: Book) -> None:
    first = book.codings["one"]
    tie(first, "heads")["until"] = "2015"
    more = {"key": "later", "from": "ann", "type": "heads", "to": "port", "since": "2018"}
    first["relations"] += [
        {**more, "evidence": evidence("3:0-9", words="again in 2018")},
        {"from": "land", "type": "part-of", "to": "ann", "evidence": evidence("3:10-20")},
    ]
    book.codings["two"]["relations"] = book.codings["two"]["relations"][1:]
    book.load("one", "two")
    assert [path for path in book.paths("ann") if path[0] == "port"] == [
        ("port", "one:ann--heads--port", 1, None, "2010-01-01"),
        ("port", "one:later", 1, None, "2018-01-01"),
    ]
    assert {path[0] for path in book.paths("land")} == {"ann", "port"}
    assert {path[0] for path in book.paths("port")} == {"ann", "land"}
    assert book.stale() == []


# --- what a document rejects ----------------------------------------------------------------------

ALLEGED = evidence("1:0-9", "wire", certainty="alleged", words="in May")
REJECTED = evidence("1:10-20", "wire", certainty="reported", stance="rejects")


@on_sqlite
@pytest.mark.parametrize(
    ("section", "key", "pieces", "expected"),
    [
        ("events", "strike", ALLEGED + REJECTED, ("actual", "Alleged")),
        ("positions", "lower", ALLEGED + REJECTED, ("actual", "Alleged")),
        ("positions", "lower", REJECTED, ("denied", "Not so")),
        ("positions", "lower", REJECTED + evidence("2:0-5"), ("actual", None)),
    ],
)
def test_what_a_document_rejects_does_not_count(
    book: Book, section: str, key: str, pieces: list[Coding], expected: tuple[str, str | None]
) -> None:
    item(book.codings["one"], section, key)["evidence"] = pieces
    book.codings["two"]["elsewhere"] = []
    book.load("one", "two")
    assert (book.of("settled", "one", key), book.of("standing", "one", key)) == expected


# --- the command ----------------------------------------------------------------------------------

SPOIL = {
    "evidence_counts": "update evidence_counts set pieces = 9",
    "fact_summaries": "update fact_summaries set sentence = 'x' where key = 'pay'",
    "attribution_chains": "update attribution_chains set depth = 7 where depth = 2",
    "attribution_ancestors": "delete from attribution_ancestors where distance = 2",
    "evidence_passages": "update evidence_passages set passage = '¶9' where passage = '¶3'",
    "fact_passages": "update fact_passages set pieces = 9 where passage = 3",
    "passage_coverage": "delete from passage_coverage where passage = 3",
    "memberships": "delete from memberships where steps = 2",
    "actor_summaries": "update actor_summaries set names = 'x'",
    "citation_passages": "update citation_passages set passage = '¶9'",
}


def test_migrate_verifies_and_corrects(book: Book) -> None:
    with writing(book.database) as connection:
        for statement in SPOIL.values():
            assert connection.exec_driver_sql(statement).rowcount > 0
    ask = ["--db", book.database, "migrate"]
    verified = CliRunner().invoke(sourcebook, [*ask, "--verify"])
    assert verified.exit_code == 1
    assert all(table in verified.stdout for table in SPOIL)
    assert "`sourcebook migrate` corrects them" in verified.stderr
    assert {difference.table for difference in book.stale()} == SPOIL.keys()
    corrected = CliRunner().invoke(sourcebook, ask)
    assert corrected.exit_code == 0
    assert "of derived tables corrected" in corrected.stderr
    assert CliRunner().invoke(sourcebook, [*ask, "--verify"]).exit_code == 0
    assert book.stale() == []


def test_every_derived_table_is_verified() -> None:
    assert SPOIL.keys() == {table.name for table in DERIVED}


@on_sqlite
def test_content_hashes_ignore_what_is_derived(book: Book) -> None:
    query = "select content_hash from loads order by id desc limit 1"
    before = book.value(query)
    with writing(book.database) as connection:
        for spoil in SPOIL.values():
            connection.exec_driver_sql(spoil)
    book.load("one", "two")
    assert book.value(query) == before
