"""The graph exports: networkx reads back every actor and tie, and nothing that is not actual."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import combinations, pairwise, product
from pathlib import Path
from typing import Any

import networkx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, insert, select, text

from coding.load import SHIPPED, load
from coding.validation import read
from database.connect import reading, writing
from exports.ftm import ENTITIES, ftm
from exports.graph_files import Xml, gexf, graphml
from exports.graphs import EDGE, NODE, RELAY, VOICE
from schema.models import METADATA
from schema.vocabulary import FactKind
from tests.databases import Files, Server, on_sqlite
from tests.export_folders import job, shipped_articles
from tests.sourcebook_builder import SourcebookBuilder

ACTORS = METADATA.tables["actors"]

HOSTILE = (
    *("0042", "1.20", "-0", "true", "null", r"\N", r"\.", "<&>\"'", "]]>", "&amp;", "<!--"),
    *("\t", "\r\n", "a\rb", "\x01", "\x1b[31m", "\x7f", "\x85", "\ufffe\uffff", "\ufeff"),
    *("\u202eright to left", "שלום", "😀", "é", "e\u0301", "\u2028", " blank ", "x" * 10**6),
)


GRAPHML = ("sourcebook.graphml", "voices.graphml")


def exported(connection: Connection, folder: Path, name: str = "sourcebook") -> Any:
    """Export the graphs and read one as networkx does."""
    rows = {file.name: file.rows for file in graphml(job(connection, folder, "graphml"))}
    graph = networkx.read_graphml(folder / f"{name}.graphml", force_multigraph=True)
    assert rows[f"{name}.graphml"] == len(graph.nodes) + len(graph.edges)
    return graph


def exported_gexf(connection: Connection, folder: Path, name: str = "sourcebook") -> Any:
    """Export the graphs for Gephi and read one as networkx does."""
    list(gexf(job(connection, folder, "gexf")))
    return networkx.read_gexf(folder / f"{name}.gexf", version="1.3")


@pytest.fixture(scope="module")
def article(sourcebooks: Files | Server) -> Iterator[Connection]:
    """A sourcebook with the articles that ship; nobody changes it."""
    yield from shipped_articles(sourcebooks)


@on_sqlite
def test_nodes_are_the_actors(article: Connection, tmp_path: Path) -> None:
    graph = exported(article, tmp_path)
    query = """
        select actors.key, actors.name, actors.kind, actor_summaries.names
        from actors
        left join actor_summaries on actor_summaries.actor_id = actors.id
        order by actors.key
    """
    expected = {
        key: {
            name: value
            for name, value in zip(("label", "kind", "names"), rest, strict=True)
            if value
        }
        for key, *rest in article.execute(text(query))
    }
    assert dict(graph.nodes(data=True)) == expected
    assert list(graph) == list(expected)


@on_sqlite
def test_ties_are_edges(article: Connection, tmp_path: Path) -> None:
    graph = exported(article, tmp_path)
    names = [
        *("from_key", "to_key", "label", "standing", "type", "relation", "what", "topic", "since"),
        *("until", "modality", "certainty", "source", "passage"),
    ]
    rows = article.execute(text(f"select {', '.join(names)} from ties"))
    expected: dict[str, tuple[Any, ...]] = {}
    for from_key, to_key, label, standing, tie, relation, what, topic, *rest in rows:
        since, until, modality, certainty, documents, passage = rest
        fact = f"{documents}:{relation}"
        expected[fact] = (
            *(from_key, to_key, f"{standing}: {label}" if standing else label, standing),
            *(tie, what, topic, since, until),
            *(modality, certainty, documents, passage),
        )
    actual = {
        data["fact"]: (
            *(source, target, data["label"], data.get("standing"), data["tie"]),
            *(data.get(name) for name in ("what", "topic", "since", "until")),
            *(data[name] for name in ("modality", "certainty", "documents", "passage")),
        )
        for source, target, data in graph.edges(data=True)
        if data["layer"] == "ties"
    }
    assert len(actual) > 100
    assert {standing for _, _, _, standing, *_ in actual.values()} > {None, "Alleged"}
    assert actual == expected


@on_sqlite
def test_events_are_edges_that_are_counted(article: Connection, tmp_path: Path) -> None:
    """An edge says which events it counts, and where these are stated."""
    graph = exported(article, tmp_path)
    roles: dict[str, list[tuple[str, str]]] = {}
    query = """
        select documents.key || ':' || facts.key, participants.role, actors.key
        from events
        join facts on facts.id = events.id
        join sources as documents on documents.id = facts.document_id
        join participants on participants.fact_id = events.id
        join actors on actors.id = participants.actor_id
        where events.modality = 'actual'
    """
    for event, role, actor in article.execute(text(query)):
        roles.setdefault(event, []).append((role, actor))
    expected: Counter[tuple[str, str, bool, str]] = Counter()
    for event, involved in roles.items():
        doers = sorted(actor for role, actor in involved if role == "doer")
        expected.update((*pair, True, event) for pair in combinations(doers, 2))
        receivers = [actor for role, actor in involved if role == "receiver"]
        pairs = [pair for pair in product(doers, receivers) if pair[0] != pair[1]]
        expected.update((*pair, False, event) for pair in pairs)
    counted: Counter[tuple[str, str, bool, str]] = Counter()
    for source, target, data in graph.edges(data=True):
        if data["layer"] == "events":
            events = data["fact"].split("; ")
            assert data["weight"] == len(events)
            assert data["passage"].count("stand-together-or-fall-apart ¶") >= 1
            counted.update((source, target, data["symmetric"], event) for event in events)
    assert len(counted) > 20
    assert counted == expected


@on_sqlite
def test_every_attribute_is_declared_with_its_meaning(article: Connection, tmp_path: Path) -> None:
    exported(article, tmp_path)
    for name, attributes in zip(GRAPHML, ((NODE, EDGE), (VOICE, RELAY)), strict=True):
        lines = (tmp_path / name).read_text(encoding="utf-8").splitlines()
        declared = [line for line in lines if "<key " in line]
        assert len(declared) == sum(map(len, attributes))
        assert all("</desc>" in line for line in declared)


@on_sqlite
def test_voices_are_a_graph_of_their_own(article: Connection, tmp_path: Path) -> None:
    """An edge leads from a voice to the one that relays it, weighted by the evidence."""
    graph = exported(article, tmp_path, "voices")
    lund = "stand-together-or-fall-apart"
    assert [node for node in graph if not graph.out_degree(node)] == [lund]
    assert "der-spiegel-report" in graph
    [(diplomat, _, data)] = graph.in_edges("der-spiegel-report", data=True)
    assert graph.nodes[diplomat]["anonymity"] == "unnamed"
    assert (data["document"], data["passage"]) == (lund, "¶9")
    query = """
        select count(*)
        from evidence
        join chains on chains.attribution_id = evidence.attribution_id
        where chains.depth = 1
           or chains.depth = 2
    """
    into = sum(data["weight"] for _, _, data in graph.in_edges(lund, data=True))
    assert into == article.execute(text(query)).scalar_one()
    assert networkx.is_directed_acyclic_graph(graph)


@on_sqlite
def test_gephi_gets_the_same_graphs(article: Connection, tmp_path: Path) -> None:
    for name in ("sourcebook", "voices"):
        graph, other = exported(article, tmp_path, name), exported_gexf(article, tmp_path, name)
        assert dict(graph.nodes(data=True)) == dict(other.nodes(data=True))
        own = {"id", "spells", "start", "end"}
        for (*ends, data), (*other_ends, other_data) in zip(
            graph.edges(data=True), other.edges(data=True), strict=True
        ):
            assert ends == other_ends
            assert {key: value for key, value in data.items() if key not in own} == {
                key: value for key, value in other_data.items() if key not in own
            }


@on_sqlite
def test_an_edge_has_the_days_of_its_events(article: Connection, tmp_path: Path) -> None:
    """Gephi's timeline shows an edge at the times that its dates can mean."""
    dates = {
        fact: (date, earliest, latest)
        for fact, date, earliest, latest in article.execute(
            text("select introduced_by || ':' || event, date, earliest, latest from timeline")
        )
    }
    graph, dynamic = exported(article, tmp_path), exported_gexf(article, tmp_path)
    dated = 0
    for (*_, edge), (*_, timed) in zip(
        graph.edges(data=True), dynamic.edges(data=True), strict=True
    ):
        if edge["layer"] != "events":
            continue
        days = [dates[fact] for fact in edge["fact"].split("; ")]
        days = [day for day in days if day[0]]
        assert edge.get("date") == ("; ".join(dict.fromkeys(day[0] for day in days)) or None)
        if days:
            dated += 1
            opens = any(first is None for _, first, _ in days)
            assert edge.get("start") == (None if opens else min(first for _, first, _ in days))
            spells = timed["spells"]
            assert [spell for spell in spells if "" in spell] == [] or opens
            for _, first, last in days:
                assert any(
                    (not start or start <= first) and (not end or last is None or last <= end)
                    for start, end in spells
                    if first
                )
            for (_, before), (after, _) in pairwise(spells):
                assert before < after  # Gephi refuses times that overlap
        else:
            assert "spells" not in timed
    assert dated > 10


def piece(certainty: str = "asserted", modality: str = "actual", stance: str | None = None) -> Any:
    """A piece of evidence."""
    return {
        "voice": "letter",
        "at": [(1, 0)],
        "certainty": certainty,
        "modality": modality,
        "stance": stance,
    }


@pytest.fixture
def ties(database: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Callable[[Any], Any]:
    """Build a sourcebook of two actors; return its edges, and what stderr says."""

    def made(fill: Callable[[SourcebookBuilder], None]) -> tuple[list[Any], str]:
        with writing(database) as connection:
            book = SourcebookBuilder(connection)
            book.actor("alma", "Alma")
            book.actor("brim", "Brim")
            book.document("letter", "A letter", 2)
            fill(book)
        with reading(database) as connection:
            graph = exported(connection, tmp_path)
        return list(graph.edges(data=True)), capsys.readouterr().err

    return made


def relation(
    book: SourcebookBuilder, key: str, *evidence: Any, type: str = "supports", **dates: Any
) -> None:
    book.fact(
        FactKind.RELATION,
        key,
        evidence,
        from_actor_id=book.ids["actor", "alma"],
        to_actor_id=book.ids["actor", "brim"],
        type=type,
        **dates,
    )


@on_sqlite
def test_a_relation_that_is_never_actual_is_not_a_tie(ties: Callable[[Any], Any]) -> None:
    def fill(book: SourcebookBuilder) -> None:
        relation(book, "denied", piece(modality="denied"))
        relation(book, "rejected", piece("alleged", stance="rejects"))
        relation(book, "open", piece("alleged"), piece("reported"), piece(modality="denied"))
        both: Any = {"doer": ["alma"], "receiver": ["brim"]}
        book.event("hope", "A hope", piece(modality="expected"), modality="expected", **both)

    edges, stderr = ties(fill)
    [(source, target, data)] = edges
    assert (source, target) == ("alma", "brim")
    assert (data["fact"], data["weight"], data["standing"]) == ("letter:open", 2, "Disputed")
    assert data["label"].startswith("Disputed: ")
    assert data["modality"] == "actual; denied"
    assert stderr == (
        "graphml: left out: events that are not actual (1), ties that are not actual (2)\n"
    )


@on_sqlite
def test_events_are_counted_by_pair_type_and_direction(
    ties: Callable[[Any], Any],
) -> None:
    def fill(book: SourcebookBuilder) -> None:
        forth: Any = {"doer": ["alma"], "receiver": ["brim"], "event_type": "aid"}
        book.event("one", "One", piece(), piece("alleged"), **forth)
        book.event("once more", "One", piece("reported"), **forth)
        book.event("two", "Two", piece("rumoured"), piece("reported", "denied"), **forth)
        book.event("three", "Three", piece(), doer=["brim"], receiver=["alma"])
        book.event("four", "Four", piece(), doer=["brim", "alma"], event_type="consult")
        book.event("alone", "Alone", piece(), doer=["alma"], receiver=["alma"], concerned=["brim"])

    edges, stderr = ties(fill)
    assert {
        (source, target, edge["label"], edge.get("standing"), edge["weight"], edge["symmetric"])
        for source, target, edge in edges
    } == {
        ("alma", "brim", "does it to: aid", None, 2, False),
        ("alma", "brim", "Rumoured: does it to: aid", "Rumoured", 1, False),
        ("brim", "alma", "does it to: event", None, 1, False),
        ("alma", "brim", "do it together: consult", None, 1, True),
    }
    assert len(edges) == 4
    assert stderr == ""


@on_sqlite
def test_both_graph_formats_agree_on_what_is_alleged(database: str, tmp_path: Path) -> None:
    """Evidence that the document rejects, or that is not actual, does not count."""
    cases = {
        "said": ([piece()], None),
        "alleged": ([piece("alleged")], "Alleged"),
        "rumoured": ([piece("rumoured")], "Rumoured"),
        "rumoured too": ([piece("alleged"), piece("rumoured")], "Alleged"),
        "inferred": ([piece("inferred")], "Inferred"),
        "doubted too": ([piece("alleged"), piece(stance="doubts")], "Alleged"),
        "else rejected": ([piece("alleged"), piece(stance="rejects")], "Alleged"),
        "else expected": ([piece("alleged"), piece(modality="expected")], "Alleged"),
        "reported": ([piece("alleged", stance="rejects"), piece("reported")], None),
    }
    with writing(database) as connection:
        book = SourcebookBuilder(connection)
        book.actor("alma", "Alma")
        book.document("letter", "A letter", 2)
        for key, (pieces, _) in cases.items():
            book.actor(key, key)
            book.event(key, key, *pieces, doer=["alma"], receiver=[key])
    with reading(database) as connection:
        graph = exported(connection, tmp_path)
        list(ftm(job(connection, tmp_path, "ftm")))
    assert {
        target: (data.get("standing"), data["weight"]) for _, target, data in graph.edges(data=True)
    } == {key: (standing, 1) for key, (_, standing) in cases.items()}
    entities = map(json.loads, (tmp_path / ENTITIES).read_text(encoding="utf-8").splitlines())
    assert {
        entity["properties"]["name"][0] for entity in entities if entity["schema"] == "Event"
    } == {f"{standing}: {key}" if standing else key for key, (_, standing) in cases.items()}


@on_sqlite
def test_equal_ties_of_two_documents_say_so(ties: Callable[[Any], Any]) -> None:
    def fill(book: SourcebookBuilder) -> None:
        relation(book, "alma--supports--brim", piece())
        book.document("memo", "A memo", 1)
        relation(book, "alma--supports--brim", {**piece(), "voice": "memo"})

    edges, _ = ties(fill)
    assert {data["fact"]: data.get("same_as") for _, _, data in edges} == {
        "letter:alma--supports--brim": None,
        "memo:alma--supports--brim": "letter:alma--supports--brim",
    }


@on_sqlite
def test_dates_that_readers_cannot_take_are_counted(ties: Callable[[Any], Any]) -> None:
    def fill(book: SourcebookBuilder) -> None:
        both: Any = {"doer": ["alma"], "receiver": ["brim"]}
        book.event("war", "War", piece(), date="-0043", event_type="assault", **both)
        book.event("peace", "Peace", piece(), date="0014", event_type="consult", **both)
        book.event("alone", "Alone", piece(), date="-0043", doer=["alma"])
        relation(book, "pact", piece(), since=book.date("-0043"), until=book.date("Y12000"))

    edges, stderr = ties(fill)
    dates = ("start", "end", "date", "since", "until")
    assert {data["fact"]: [data.get(it) for it in dates] for *_, data in edges} == {
        "letter:war": [None, None, "-0043", None, None],
        "letter:peace": ["0014-01-01", "0014-12-31", "0014", None, None],
        "letter:pact": [None, None, None, "-0043", "Y12000"],
    }
    assert stderr == (
        "graphml: ties and events with dates before the year 0 or after 9999: 2; start and end "
        "leave these out\n"
    )


@on_sqlite
def test_a_symmetric_tie_is_one_edge(ties: Callable[[Any], Any]) -> None:
    def fill(book: SourcebookBuilder) -> None:
        relation(book, "pact", piece(), type="ally-of")
        relation(book, "again", piece(), type="ally-of")

    edges, _ = ties(fill)
    assert [edge["symmetric"] for _, _, edge in edges] == [True, True]


# --- values ---------------------------------------------------------------------------------------


def as_read(value: str) -> str:
    """Return a text as a reader of XML returns it: what XML cannot hold is escaped."""
    forbidden = {*map(chr, range(32)), "\ufffe", "\uffff"} - {"\t", "\n", "\r"}
    return "".join(ascii(c)[1:-1] if c in forbidden else c for c in value)


@on_sqlite
@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    values=st.lists(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1),
        unique_by=as_read,
        max_size=5,
    )
)
def test_any_value_is_read_back(database: str, tmp_path: Path, values: list[str]) -> None:
    require_read_back(database, tmp_path, values)


@on_sqlite
def test_hostile_values_are_read_back(
    database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    require_read_back(database, tmp_path, list(HOSTILE))
    [line] = capsys.readouterr().err.splitlines()
    # Four of them, each in a key and in a heading.
    assert line == r"graphml: 8 characters that XML cannot hold are written as \x00"


def require_read_back(database: str, folder: Path, values: list[str]) -> None:
    """Store values as keys, headings and background; check that keys and headings are read back."""
    with writing(database) as connection:
        savepoint = connection.begin_nested()
        for value in values:
            row = {"key": value, "name": value, "kind": "state", "background": f"a {value} b"}
            connection.execute(insert(ACTORS).values(row))
        graph = exported(connection, folder)
        stored = connection.execute(select(ACTORS.c.key)).scalars().all()
        savepoint.rollback()
    assert {*stored} == {*values}
    labels = dict(graph.nodes(data="label"))
    assert labels == {as_read(value): as_read(value) for value in values}


def test_lone_surrogates_are_escaped() -> None:
    xml = Xml()
    assert xml.text("\ud83d") == r"\ud83d"
    assert xml.escaped == 1


# --- bytes ----------------------------------------------------------------------------------------


def test_ids_and_engine_leave_no_trace(
    sourcebooks: Files | Server, tmp_path: Path, article: Connection
) -> None:
    """The same facts under other ids, on whichever engine, are the same bytes.

    So the other tests use one engine.
    """
    renumbered = Files(tmp_path).migrated()
    with writing(renumbered) as connection:
        # Actors in another order, so that their ids are others.
        columns = [column for column in ACTORS.columns if column.name != "id"]
        for row in article.execute(select(*columns).order_by(ACTORS.c.name.desc())):
            connection.execute(insert(ACTORS).values(**row._mapping))
    for coding in SHIPPED.glob("*.yaml"):
        proven = read(coding)
        with writing(renumbered) as connection:
            load(connection, proven)
    folders = tmp_path / "one", tmp_path / "other"
    for folder in folders:
        folder.mkdir()
    list(graphml(job(article, folders[0], "graphml")))
    with reading(renumbered) as connection:
        ids = select(ACTORS.c.key, ACTORS.c.id)
        assert {*connection.execute(ids)} != {*article.execute(ids)}
        list(graphml(job(connection, folders[1], "graphml")))
    for name in GRAPHML:
        first, other = ((folder / name).read_bytes() for folder in folders)
        assert first == other
