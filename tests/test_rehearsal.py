"""check with other codings and with a database: what loading would find, and likely duplicates."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli import sourcebook
from tests.test_load_batch import HEAD, ask, load

ACTOR = "- {{key: {0}, name: {1}, kind: {2}}}\n"


def coding(folder: Path, document: str, *actors: tuple[str, str, str], rest: str = "") -> Path:
    path = folder / f"{document}.yaml"
    listed = "".join(ACTOR.format(*actor) for actor in actors)
    doers = ", ".join(key for key, _, _ in actors)
    event = f"events: [{{key: e, title: E, who: {{doer: [{doers}]}}, evidence: [{{at: 1}}]}}]\n"
    text = HEAD.format(document, "0" * 64) + "actors:\n" + listed + event + rest
    path.write_text(text, encoding="utf-8")
    return path


def content(database: str) -> list[Any]:
    tables = ("actors", "facts", "evidence", "loads", "codings", "fact_summaries", "dates")
    counts = [ask(database, f"select count(*) from {table}")[0] for table in tables]
    return [
        *counts,
        *ask(database, "select hash from codings"),
        *ask(database, "select name from actors"),
    ]


def check(*arguments: str | Path) -> tuple[Result, list[dict[str, Any]]]:
    done = CliRunner().invoke(sourcebook, [*map(str, arguments), "--format", "json"])
    return done, json.loads(done.stdout)


@pytest.mark.parametrize(
    ("first", "second", "kinds", "message"),
    [
        ("Erdoğan", "Recep Tayyip Erdogan", ("person", "person"), "is part of"),
        ("Ali Hassan", "Ali Hassan", ("person", "person"), "both are called “Ali Hassan”"),
        ("Sana'a Brigade", "Sanaa brigade", ("armed-group", "armed-group"), "both are called"),
        ("Qasem Soleimani", "Qassem Suleimani", ("person", "person"), "are spelled alike"),
        ("Turkey", "Turkey", ("state", "government"), "; against it: "),
        ("Kaya", "Ibrahim Kaya", ("unnamed", "person"), "“Kaya” is part of “Ibrahim Kaya”"),
        ("Iran", "Iraq", ("state", "state"), None),
        ("Hafez al-Assad", "Bashar al-Assad", ("person", "person"), None),
        ("5th Corps of Syria", "6th Corps of Syria", ("armed-force", "armed-force"), None),
        ("Syrian Army", "Syrian state", ("armed-force", "state"), None),
    ],
)
def test_likely_duplicates(
    tmp_path: Path, first: str, second: str, kinds: tuple[str, str], message: str | None
) -> None:
    a = coding(tmp_path, "a", ("one", json.dumps(first), kinds[0]))
    b = coding(tmp_path, "b", ("two", json.dumps(second), kinds[1]))
    done, rows = check("check", a, b)
    actual = [row["message"] for row in rows if row["rule"] == "likely-duplicate"]
    assert len(actual) == (message is not None) * 1 or len(actual) == 2
    if message is None:
        assert (done.exit_code, actual) == (0, [])
        return
    assert done.exit_code == 3
    assert all(message in it for it in actual)
    assert "CODING…` joins them" in actual[0]


def test_names_that_one_coder_kept_apart_are_no_duplicates(tmp_path: Path) -> None:
    both = [("elder", "Ali Hassan", "person"), ("younger", "Ali Hassan", "person")]
    _, rows = check("check", coding(tmp_path, "a", *both), coding(tmp_path, "b", *both))
    assert "likely-duplicate" not in {row["rule"] for row in rows}


def test_places_topics_and_sources_are_compared_too(tmp_path: Path) -> None:
    rest = (
        "topics: [{{key: t{0}, label: The Geneva talks}}]\n"
        "places: [{{key: p{0}, name: Deir ez-Zor, kind: city}}]\n"
        "sources: [{{key: s{0}, title: The Daily Report, kind: press-report, at: 1}}]\n"
    )
    paths = [coding(tmp_path, f"d{n}", ("x", "X", "state"), rest=rest.format(n)) for n in (1, 2)]
    _, rows = check("check", *paths)
    where = {row["where"] for row in rows if row["rule"] == "likely-duplicate"}
    assert where >= {"topics[t1]", "places[p1]", "sources[s1]"}


def test_a_mistyped_key_and_a_repeated_tie_are_found(tmp_path: Path) -> None:
    tie = "relations: [{from: france, type: supports, to: mali, evidence: [{at: 1}]}]\n"
    states = [("france", "France", "state"), ("mali", "Mali", "state")]
    a = coding(tmp_path, "a", *states, rest=tie)
    b = coding(tmp_path, "b", *states, rest=tie)
    c = tmp_path / "c.yaml"
    c.write_text(
        HEAD.format("c", "0" * 64)
        + "actors: [{key: frnace}]\n"
        + "events: [{key: e, title: E, who: {doer: frnace}, evidence: [{at: 1}]}]\n"
        + "topics: [{key: t, label: Relations with Mali}]\n"
    )
    a.write_text(a.read_text() + "topics: [{key: u, label: Relations with Mali}]\n")
    done, rows = check("check", a, b, c)
    assert done.exit_code == 3
    ties = [row for row in rows if row["rule"] == "tie-elsewhere"]
    assert [(Path(row["file"]).name, row["severity"]) for row in ties] == [("b.yaml", "note")]
    assert "already in a; write `elsewhere: - fact: a:france--supports--mali`" in ties[0]["message"]
    (unknown,) = [row for row in rows if row["rule"] == "unknown-reference"]
    assert (unknown["severity"], unknown["where"]) == ("warning", "actors[frnace]")
    assert "did you mean `france`?" in unknown["message"]
    # What is known of the coding is compared all the same.
    alike = {row["where"] for row in rows if row["rule"] == "likely-duplicate"}
    assert "topics[t]" in alike


@pytest.mark.parametrize(
    ("what", "other", "is_repeated"),
    [
        ("supreme leader", "Supreme Leader", True),
        ("supreme leader", "the supreme leader", True),
        ("supreme leader", None, True),
        ("supreme leader", "president", False),
    ],
)
def test_a_tie_is_repeated_in_other_letters_and_without_what(
    tmp_path: Path, what: str, other: str | None, is_repeated: bool
) -> None:
    people = [("ali", "Ali", "person"), ("iran", "Iran", "state")]
    for document, post in (("a", what), ("b", other)):
        says = f", what: {post}" if post else ""
        tie = f"{{from: ali, type: heads, to: iran{says}, evidence: [{{at: 1}}]}}"
        coding(tmp_path, document, *people, rest=f"relations: [{tie}]\n")
    _, rows = check("check", tmp_path)
    assert ("tie-elsewhere" in {row["rule"] for row in rows}) is is_repeated


def test_what_a_refused_coding_keeps_out_is_no_fault_of_others(tmp_path: Path) -> None:
    coding(tmp_path, "a", ("iran", "Iran", "state"), ("oman", "Oman", "state"))
    coding(tmp_path, "b", ("iran", "Persia", "state"))
    user = tmp_path / "c.yaml"
    uses = "actors: [{key: oman}]\nelsewhere: [{fact: a:e, evidence: [{at: 1}]}]\n"
    event = "events: [{key: f, title: F, who: {doer: oman}, evidence: [{at: 1}]}]\n"
    user.write_text(HEAD.format("c", "0" * 64) + uses + event, encoding="utf-8")
    last = tmp_path / "d.yaml"
    uses = "elsewhere: [{fact: c:f, evidence: [{at: 1}]}]\n"
    last.write_text(HEAD.format("d", "0" * 64) + uses, encoding="utf-8")
    done, rows = check("check", tmp_path)
    assert done.exit_code == 1
    faults = [(Path(row["file"]).name, row["rule"]) for row in rows if row["severity"] != "note"]
    assert faults == [("a.yaml", "conflict"), ("b.yaml", "conflict")]


def test_a_database_is_compared_and_stays_as_it_was(database: str, tmp_path: Path) -> None:
    a = coding(tmp_path, "a", ("erdogan", "Erdoğan", "person"))
    assert load(database, a).exit_code == 0
    before = content(database)
    b = coding(tmp_path, "b", ("recep-tayyip-erdogan", "Recep Tayyip Erdoğan", "person"))
    done, rows = check("--db", database, "check", b)
    assert (done.exit_code, [row["rule"] for row in rows]) == (3, ["likely-duplicate"])
    assert "may be erdogan of a: “Erdoğan” is part of “Recep Tayyip Erdoğan”" in rows[0]["message"]
    conflict = coding(tmp_path, "c", ("erdogan", "Someone", "person"))
    done, rows = check("--db", database, "check", conflict)
    assert (done.exit_code, [row["rule"] for row in rows]) == (1, ["conflict"])
    assert content(database) == before
    # Without --db a single coding is checked by itself.
    assert check("check", conflict)[0].exit_code == 0
