"""Names of events, control, links of quotes, dates of positions, durations, identifiers, credits.

What a coding says of them is stored and read back, and reports, searches and citations show it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import yaml
from click.testing import CliRunner

from cli import sourcebook
from coding.items import content_hash
from coding.snapshot import DocumentSnapshot
from coding.validation import read
from database.connect import reading
from database.derived.refresh import recompute
from tests.databases import Files, Server, on_sqlite

CODING: dict[str, Any] = yaml.safe_load(
    """
format: 1
coder: Tests
document:
  key: branch-and-river
  title: Branch and River
  language: en
  published: "2020-03-10"
  authors: [ana-writer, {name: Jo van Stone}]
  publishers: {name: Journal of Rivers}
  volume: "12"
  issue: "3"
  pages: 45-67
  identifiers: {doi: 10.1000/ABC, issn: [1234-5678]}
passages:
- {length: 200, hash: "HASH"}
places:
- {key: norland, name: Norland, kind: country, identifiers: {wikidata: Q1}}
- {key: port-ann, name: Port Ann, kind: city, within: norland}
topics:
- {key: peace, label: Peace}
actors:
- {key: ana-writer, name: Ana Writer, kind: person}
- {key: army, name: The army, kind: armed-force, identifiers: {wikidata: Q1, viaf: ["7", "8"]}}
- {key: rebels, name: The rebels, kind: armed-group}
events:
- key: campaign
  title: The army crosses the river
  date: "2020-01"
  duration: {words: decades-long, least: 20 years, most: 3 decades}
  place: port-ann
  who: {doer: army}
  names:
  - {name: Operation Olive Branch, evidence: [{at: "1:0-9"}]}
  - {name: Olive, kind: short, evidence: [{at: "1:5-9"}]}
  evidence: [{at: "1:0-50", words: in January}]
quotes:
- key: announcement
  says: The river will be crossed.
  date: "2019-12"
  who: {speaker: army}
  evidence: [{at: "1:10-40", words: in December}]
links:
- {from: campaign, type: in-response-to, to: announcement, evidence: [{at: "1:0-50"}]}
- {from: announcement, type: part-of, to: campaign, key: back, evidence: [{at: "1:0-40"}]}
positions:
- key: army-wants-peace
  topic: peace
  kind: goal
  statement: to have peace
  date: "2020-02"
  who: {holder: army}
  evidence: [{at: "1:60-80", words: in February}]
relations:
- from: army
  type: fights
  to: rebels
  duration: {words: for years}
  evidence: [{at: "1:60-90"}]
control:
- actor: rebels
  type: besieges
  place: port-ann
  part: the harbour
  since: "2019"
  until: "2020-02"
  evidence: [{at: "1:90-120", words: since 2019}]
- {key: army-holds, actor: army, type: holds, place: norland, evidence: [{at: "1:0-9"}]}
""".replace("HASH", "0" * 64)
)


def coding(**changed: Any) -> dict[str, Any]:
    """Return the coding, with other parts."""
    return {**json.loads(json.dumps(CODING)), **changed}


def put(tmp_path: Path, content: dict[str, Any], name: str = "coding.yaml") -> str:
    path = tmp_path / name
    path.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True))
    return str(path)


def run(database: str, *arguments: str, code: int = 0) -> Any:
    done = CliRunner().invoke(sourcebook, ["--db", database, *arguments])
    assert done.exit_code == code, done.output
    return done


def rows(database: str, *arguments: str) -> list[dict[str, Any]]:
    done = run(database, *arguments, "--format", "json")
    listed = json.loads(done.stdout)
    return listed if isinstance(listed, list) else listed["rows"]


def ask(database: str, query: str) -> list[Any]:
    with reading(database) as connection:
        return [*connection.execute(sa.text(query)).scalars()]


@pytest.fixture(scope="module")
def stored(sourcebooks: Files | Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A sourcebook with the coding; nobody changes it."""
    made = sourcebooks.migrated()
    run(made, "load", put(tmp_path_factory.mktemp("codings"), coding()))
    yield made
    sourcebooks.remove(made)


@pytest.fixture
def loaded(stored: str, sourcebooks: Files | Server) -> Iterator[str]:
    """The same, to be changed."""
    made = sourcebooks.copy(stored)
    yield made
    sourcebooks.remove(made)


def test_what_is_stored_is_what_the_coding_says(loaded: str, tmp_path: Path) -> None:
    items = read(Path(put(tmp_path, coding()))).items
    with reading(loaded) as connection:
        assert DocumentSnapshot(connection, "branch-and-river").items == items
        assert [*recompute(connection, write=False)] == []
    assert "unchanged" in run(loaded, "load", str(tmp_path / "coding.yaml")).stderr


CHANGES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "author": lambda it: it["document"]["authors"].reverse(),
    "publisher": lambda it: it["document"].pop("publishers"),
    "volume": lambda it: it["document"].pop("volume"),
    "issue": lambda it: it["document"].update(issue="4"),
    "pages": lambda it: it["document"].update(pages="1"),
    "doi": lambda it: it["document"].update(identifiers={"doi": "10.1000/x"}),
    "identifier of a place": lambda it: it["places"][0].pop("identifiers"),
    "identifiers trade places": lambda it: (
        it["actors"][1].update(identifiers={"viaf": "9"}),
        it["actors"][2].update(identifiers={"wikidata": "Q1"}),
    ),
    "words of a duration": lambda it: it["events"][0]["duration"].update(words="long"),
    "bound of a duration": lambda it: it["events"][0]["duration"].pop("most"),
    "duration of a tie": lambda it: it["relations"][0].pop("duration"),
    "name of an event": lambda it: it["events"][0]["names"].pop(0),
    "kind of a name": lambda it: it["events"][0]["names"][0].update(kind="description"),
    "date of a position": lambda it: it["positions"][0].update(date="2020-01"),
    "part of a place": lambda it: it["control"][0].pop("part"),
    "end of control": lambda it: it["control"][0].pop("until"),
    "kind of control": lambda it: it["control"][1].update(type="contests"),
    "link of a quote": lambda it: it["links"].pop(),
    "actor of control goes": lambda it: (
        it["control"].pop(0),
        it["relations"].clear(),
        it["actors"].pop(),
    ),
    "control": lambda it: it["control"].clear(),
    "event becomes a quote": lambda it: (
        it["quotes"].append(
            {"key": "campaign", "says": "So.", "evidence": [{"at": "1"}]},
        ),
        it["events"].clear(),
    ),
}


@on_sqlite  # the same statements run on both engines: test_load.py tries them
def test_a_change_is_seen_stored_and_hashed(loaded: str, tmp_path: Path) -> None:
    """One change after the other."""
    changed = coding()
    before = content_hash(read(Path(put(tmp_path, changed))).items)
    for name, change in CHANGES.items():
        change(changed)
        path = put(tmp_path, changed)
        items = read(Path(path)).items
        assert content_hash(items) != before, name
        before = content_hash(items)
        assert "unchanged" not in run(loaded, "load", path).stderr, name
        with reading(loaded) as connection:
            assert DocumentSnapshot(connection, "branch-and-river").items == items, name
            assert [*recompute(connection, write=False)] == [], name


def test_what_was_not_known_before_leaves_the_hash_as_it_was(tmp_path: Path) -> None:
    bare = coding(control=[], links=[])
    bare["document"] = {
        key: value
        for key, value in bare["document"].items()
        if key in ("key", "title", "language", "published")
    }
    for section in ("places", "actors", "events", "relations", "positions"):
        for item in bare[section]:
            for field in ("identifiers", "duration", "names"):
                item.pop(field, None)
    bare["positions"] = []
    items = read(Path(put(tmp_path, bare))).items
    hashed = content_hash(items)
    for content in items.values():
        for field in ("identifiers", "volume", "issue", "pages"):
            content.pop(field, None)
        for field in [field for field in content if field.startswith("duration_")]:
            content.pop(field)
    assert content_hash(items) == hashed


# --- reports --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["olive branch", "Operation Olive Branch", "campaign"])
def test_an_event_is_found_by_its_names(stored: str, name: str) -> None:
    listed = rows(stored, "report", "event", name)
    parts = {(row["part"], row["what"]) for row in listed}
    assert ("Called", "“Operation Olive Branch”") in parts
    assert ("How long", "“decades-long”") in parts
    assert ("In response to", "The army says that the river will be crossed") in parts


def test_a_search_finds_the_names_of_events(stored: str) -> None:
    [hit] = rows(stored, "search", "operation olive")
    assert hit["kind"] == "event-name"
    assert hit["what"] == ("“Operation Olive Branch” is a name for “The army crosses the river”")


def test_links_of_quotes_are_sentences(stored: str) -> None:
    assert ask(stored, "select sentence from fact_summaries where kind = 'link' order by 1") == [
        (
            "“The army crosses the river” is a response to “The army says that the river will be "
            "crossed”"
        ),
        "“The army says that the river will be crossed” is part of “The army crosses the river”",
    ]


def test_a_dated_position_is_a_position_in_the_timeline(stored: str) -> None:
    listed = rows(stored, "report", "timeline", "--from", "2020-02")
    assert [(row["kind"], row["what"]) for row in listed] == [
        ("position", "The army wants to have peace")
    ]
    [stance] = rows(stored, "report", "stances")
    assert stance["date"] == "2020-02"


def test_control_is_asked_for_by_place_and_time(stored: str) -> None:
    siege = "The rebels besiege Port Ann (the harbour)"
    holding = "The army holds Norland"
    listed = rows(stored, "report", "control")
    assert [row["sentence"] for row in listed] == [holding, siege]
    asked = {
        siege: ("--place", "port-ann"),
        holding: ("--actor", "army"),
    }
    for sentence, options in asked.items():
        assert [row["sentence"] for row in rows(stored, "report", "control", *options)] == [
            sentence
        ]
    assert len(rows(stored, "report", "control", "--place", "norland")) == 2
    assert len(rows(stored, "report", "control", "--from", "2020-03")) == 1


def test_an_actor_has_its_identifiers_and_what_it_controls(stored: str) -> None:
    listed = rows(stored, "report", "actor", "army")
    assert {"Q1", "7", "8"} <= {row["what"] for row in listed if row["part"] == "identifier"}
    assert "control" in {row["part"] for row in listed}


def test_places_and_sources_have_their_identifiers(stored: str) -> None:
    listed = rows(stored, "report", "places")
    assert [(row["place"], row["within"], row["identifiers"]) for row in listed] == [
        ("norland", None, "wikidata: Q1"),
        ("port-ann", "Norland", None),
    ]
    counts = [(row["events"], row["quotes"], row["control"]) for row in listed]
    assert counts == [(1, 0, 2), (1, 0, 1)]  # Port Ann is in Norland
    assert len(rows(stored, "report", "places", "--place", "port-ann")) == 1
    assert len(rows(stored, "report", "places", "--place", "norland")) == 2
    [source] = rows(stored, "report", "sources")
    assert source["identifiers"] == "doi: 10.1000/abc; issn: 1234-5678"


def test_what_a_document_says_itself_of_control_can_be_asked_for(stored: str) -> None:
    kinds = {row["kind"] for row in rows(stored, "report", "own-voice", "--kind", "control")}
    assert kinds == {"control"}


def test_ties_say_how_long_they_lasted(stored: str) -> None:
    [tie] = rows(stored, "report", "ties")
    assert tie["duration"] == "for years"


def test_a_source_is_cited_with_its_place_in_a_journal(stored: str) -> None:
    assert run(stored, "cite").stdout == (
        "Ana Writer and Jo van Stone, “Branch and River”, Journal of Rivers, vol. 12, no. 3, "
        "pp. 45–67, 10 March 2020, https://doi.org/10.1000/abc.\n"
    )
    bibtex = run(stored, "cite", "--format", "bibtex").stdout
    for line in (
        "@article{branch-and-river,",
        "  author = {Writer, Ana and van Stone, Jo},",
        "  journal = {{Journal of Rivers}},",
        "  volume = {12},",
        "  number = {3},",
        "  pages = {45--67},",
        "  doi = {10.1000/abc},",
        "  issn = {1234-5678}",
    ):
        assert line in bibtex
    ris = run(stored, "cite", "--format", "ris").stdout
    assert ris.startswith("TY  - JOUR\n")
    for line in ("T2  - Journal of Rivers", "VL  - 12", "IS  - 3", "SP  - 45", "EP  - 67"):
        assert f"\n{line}\n" in ris
    assert "\nDO  - 10.1000/abc\nSN  - 1234-5678\n" in ris
    [item] = json.loads(run(stored, "cite", "--format", "csl-json").stdout)
    assert item["type"] == "article-journal"
    assert item["container-title"] == "Journal of Rivers"
    assert (item["volume"], item["issue"], item["page"]) == ("12", "3", "45-67")
    assert (item["DOI"], item["ISSN"]) == ("10.1000/abc", "1234-5678")


# --- refusals -------------------------------------------------------------------------------------

REFUSED: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "a DOI as an address": (
        lambda it: it["document"].update(identifiers={"doi": "https://doi.org/10.1000/1"}),
        "https://doi.org/10.1000/1 is not a doi identifier; write it like 10.1000/182",
    ),
    "an identifier of two": (
        lambda it: it["actors"][2].update(identifiers={"wikidata": "Q1"}),
        "wikidata Q1 already belongs to army",
    ),
    "bounds in the wrong order": (
        lambda it: it["events"][0]["duration"].update(least="40 years"),
        "least 40 years is more than most 3 decades",
    ),
    "an author with key and name": (
        lambda it: it["document"].update(authors=[{"actor": "ana-writer", "name": "Ana"}]),
        "give either the key of an actor or a name",
    ),
    "a link to a position": (
        lambda it: it["links"][0].update(to="army-wants-peace"),
        "“army-wants-peace” is a position; give an event or quote",
    ),
    "a siege that ends too early": (
        lambda it: it["control"][0].update(until="2018"),
        "2018 is before 2019",
    ),
    "a name without evidence": (
        lambda it: it["events"][0]["names"][0].update(evidence=[]),
        "has no evidence",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_mistake_is_refused(tmp_path: Path, case: str) -> None:
    change, message = REFUSED[case]
    changed = coding()
    change(changed)
    done = CliRunner().invoke(sourcebook, ["check", put(tmp_path, changed)])
    assert done.exit_code == 1
    assert message in done.output


def test_an_identifier_of_another_coding_is_refused(loaded: str, tmp_path: Path) -> None:
    other = {
        "format": 1,
        "coder": "Tests",
        "document": {"key": "other", "title": "Other", "language": "en", "published": "2021"},
        "passages": CODING["passages"],
        "actors": [
            {
                "key": "the-army",
                "name": "The Army",
                "kind": "armed-force",
                "identifiers": {"wikidata": "Q1"},
                "names": [{"name": "army", "evidence": [{"at": "1"}]}],
            }
        ],
    }
    done = run(loaded, "load", put(tmp_path, other, "other.yaml"), code=1)
    assert (
        "identifier-twice: actors[the-army]: wikidata Q1 already belongs to army; if both are the "
        "same actor, `sourcebook rename actor the-army army CODING…` joins them"
    ) in done.stderr


@pytest.mark.parametrize(("identifier", "likely"), [("Q2", False), (None, True)])
def test_what_catalogues_tell_apart_is_no_likely_duplicate(
    loaded: str, tmp_path: Path, identifier: str | None, likely: bool
) -> None:
    army: dict[str, Any] = {
        "key": "the-army",
        "name": "The army",
        "kind": "armed-force",
        "names": [{"name": "the army", "evidence": [{"at": "1"}]}],
    }
    if identifier:
        army["identifiers"] = {"wikidata": identifier}
    other = {
        "format": 1,
        "coder": "Tests",
        "document": {"key": "other", "title": "Other", "language": "en", "published": "2021"},
        "passages": CODING["passages"],
        "actors": [army],
    }
    done = run(loaded, "check", put(tmp_path, other, "other.yaml"), code=3)  # warnings
    assert ("likely-duplicate" in done.output) == likely


def test_quotes_and_events_of_other_documents_are_linked(loaded: str, tmp_path: Path) -> None:
    other = {
        "format": 1,
        "coder": "Tests",
        "document": {"key": "other", "title": "Other", "language": "en", "published": "2021"},
        "passages": CODING["passages"],
        "quotes": [{"key": "echo", "says": "It was crossed.", "evidence": [{"at": "1"}]}],
        "links": [
            {
                "from": "echo",
                "type": "follows",
                "to": "branch-and-river:announcement",
                "evidence": [{"at": "1"}],
            }
        ],
    }
    run(loaded, "load", put(tmp_path, other, "other.yaml"))
    assert ask(
        loaded,
        "select from_kind || to_kind from event_links where id = (select max(id) from event_links)",
    ) == ["quotequote"]
    fewer = coding(quotes=[], links=[])
    done = run(loaded, "load", put(tmp_path, fewer), code=1)
    assert "an event or quote is linked to it in other" in done.stderr
