"""Loading many codings in one command: order, groups, bad files, folders and their texts.

What is decided in Python is tried on one engine; what shares a transaction, on both.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from cli import sourcebook
from coding.batch import ordered
from coding.load import SHIPPED
from coding.renaming import rename
from coding.validation import read
from database.connect import reading
from database.derived.refresh import recompute
from tests.databases import on_sqlite

HEAD = """\
format: 1
coder: A. Coder
document: {{key: {0}, title: Letter {0}, language: en, published: 2016-05}}
passages: [{{length: 100, hash: {1}}}]
"""
EVENT = "- {{key: {0}, title: Event {0}, evidence: [{{at: 1}}]}}\n"


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a coding of a document of this name."""

    def written(name: str, rest: str = "", folder: Path = tmp_path) -> Path:
        path = folder / f"{name}.yaml"
        path.write_text(HEAD.format(name, "0" * 64) + rest, encoding="utf-8")
        return path

    return written


def load(database: str, *arguments: str | Path) -> Result:
    return CliRunner().invoke(sourcebook, ["--db", database, "load", *map(str, arguments)])


def ask(database: str, query: str) -> list[Any]:
    with reading(database) as connection:
        assert list(recompute(connection, write=False)) == []  # the derived tables agree
        return [*connection.execute(text(query)).scalars()]


@on_sqlite
def test_codings_are_loaded_after_those_they_refer_to(
    database: str, write: Callable[..., Path]
) -> None:
    paths = [
        write("a", "elsewhere: [{fact: b:second, evidence: [{at: 1}]}]\n"),
        write("b", "links: [{from: second, type: follows, to: c:third, evidence: [{at: 1}]}]\n"
              "events:\n" + EVENT.format("second")),
        write("c", "actors: [{key: iran}]\nevents:\n"
              "- {key: third, title: Third, who: {doer: iran}, evidence: [{at: 1}]}\n"),
        write("d", "actors: [{key: iran, name: Iran, kind: state}]\n"),
    ]  # fmt: skip
    assert [it.document for it in ordered([read(path) for path in paths])] == ["d", "c", "b", "a"]
    done = load(database, *paths)
    assert done.exit_code == 0, done.stderr
    loads = """
        select document
        from loads
        order by id
    """
    assert ask(database, loads) == ["d", "c", "b", "a"]


def test_codings_that_refer_to_one_another_are_loaded_together(
    database: str, write: Callable[..., Path]
) -> None:
    link = "links: [{{from: {0}, type: follows, to: {1}, evidence: [{{at: 1}}]}}]\n"
    paths = [
        write("a", "events:\n" + EVENT.format("first") + link.format("first", "b:second")),
        write(
            "b",
            "events:\n"
            + EVENT.format("second")
            + "elsewhere: [{fact: a:first, evidence: [{at: 1}]}]",
        ),
    ]
    assert load(database, paths[0]).exit_code == 1
    done = load(database, *paths)
    assert done.exit_code == 0, done.stderr
    assert ask(database, "select count(*) from event_links") == [1]
    assert "unchanged" in load(database, *paths).stderr
    # Both events get other keys at the same time, and one of the documents is bad at first.
    rename("fact", "first", "primal", paths)
    rename("fact", "second", "later", paths)
    paths[1].write_text(paths[1].read_text().replace("a:primal", "a:nothing"))
    refused = load(database, *paths)
    assert refused.exit_code == 1
    assert "a:nothing: there is no such fact" in refused.stderr
    assert ask(database, "select key from facts where kind = 'event' order by key") == [
        "first",
        "second",
    ]
    paths[1].write_text(paths[1].read_text().replace("a:nothing", "a:primal"))
    done = load(database, *paths)
    assert done.exit_code == 0, done.stderr
    assert ask(database, "select key from facts where kind = 'event' order by key") == [
        "later",
        "primal",
    ]
    listed = CliRunner().invoke(
        sourcebook, ["--db", database, "report", "changes", "--format", "csv"]
    )
    assert "primal" in listed.stdout


@on_sqlite
def test_a_key_that_three_codings_share_is_renamed_in_one_go(
    database: str, write: Callable[..., Path]
) -> None:
    event = "events: [{key: e, title: E, who: {doer: turkey}, evidence: [{at: 1}]}]\n"
    paths = [
        write("a", "actors: [{key: turkey, name: Turkey, kind: state}]\n" + event),
        write("b", "actors: [{key: turkey}]\n" + event),
        write("c", "actors: [{key: turkey}]\n" + event),
    ]
    assert load(database, *paths).exit_code == 0
    rename("actor", "turkey", "turkiye", paths)
    assert all(load(database, path).exit_code == 1 for path in paths)
    done = load(database, *paths)
    assert done.exit_code == 0, done.stderr
    assert ask(database, "select key from actors") == ["turkiye"]
    assert ask(database, "select count(*) from participants") == [3]
    assert "a: added 1 actor; changed 1 event; removed 1 actor" in done.stderr


@on_sqlite
def test_joined_keys_are_loaded_in_one_go(database: str, write: Callable[..., Path]) -> None:
    actor = "actors: \n- key: {0}\n  name: {0}\n  kind: person\n"
    event = "events: [{{key: e, title: E, who: {{doer: {0}}}, evidence: [{{at: 1}}]}}]\n"
    paths = [
        write("a", actor.format("erdogan") + event.format("erdogan")),
        write("b", actor.format("recep-tayyip-erdogan") + event.format("recep-tayyip-erdogan")),
    ]
    assert load(database, *paths).exit_code == 0
    rename("actor", "erdogan", "recep-tayyip-erdogan", paths)
    done = load(database, *paths)
    assert done.exit_code == 0, done.stderr
    assert ask(database, "select key from actors") == ["recep-tayyip-erdogan"]


@on_sqlite
def test_a_bad_coding_does_not_keep_the_others_out(
    database: str, tmp_path: Path, write: Callable[..., Path]
) -> None:
    good, bad = write("a", "events:\n" + EVENT.format("e")), tmp_path / "bad.yaml"
    bad.write_text("format: 1\n", encoding="utf-8")
    lost = write("lost", "elsewhere: [{fact: nowhere:e, evidence: [{at: 1}]}]\n")
    done = load(database, bad, lost, good)
    assert done.exit_code == 1
    assert "a: added" in done.stderr
    assert "bad.yaml" in done.stderr
    assert "nowhere:e: there is no such fact" in done.stderr
    assert done.stderr.endswith("nothing more was loaded\n")
    assert ask(database, "select count(*) from codings") == [1]
    other = write("b", "events:\n" + EVENT.format("e"))
    strict = load(database, "--strict", bad, other)
    assert strict.exit_code == 1
    assert ask(database, "select count(*) from codings") == [1]


@on_sqlite
def test_a_row_that_is_there_already_is_not_counted_as_new(
    database: str, write: Callable[..., Path]
) -> None:
    actors = "actors: [{key: iran, name: Iran, kind: state}, {key: iraq, name: Iraq, kind: state}"
    first, second = (
        write("a", actors + "]\n"),
        write("b", actors + ", {key: un, name: UN, kind: body}]\n"),
    )
    second.write_text(second.read_text().replace("kind: body", "kind: organisation"))
    assert "added 2 actors," in load(database, first).stderr
    assert "added 1 actor," in load(database, second).stderr
    second.write_text(second.read_text().replace("{key: iraq, name: Iraq, kind: state}, ", ""))
    done = load(database, second)
    assert done.exit_code == 0
    assert "removed" not in done.stderr
    assert ask(database, "select count(*) from actors") == [3]


def test_codings_loaded_together_count_a_shared_row_once(
    database: str, write: Callable[..., Path]
) -> None:
    """Each refers to an event of the other, so both are loaded in one transaction."""

    def codings(actor: str) -> list[Path]:
        return [
            write(
                name,
                f"actors: [{{key: {actor}, name: Iran, kind: state}}]\n"
                f"events: [{{key: e, title: E, who: {{doer: {actor}}}, evidence: [{{at: 1}}]}}]\n"
                f"elsewhere: [{{fact: '{other}:e', evidence: [{{at: 1}}]}}]\n",
            )
            for name, other in (("a", "b"), ("b", "a"))
        ]

    done = load(database, *codings("iran"))
    assert done.exit_code == 0, done.stderr
    assert done.stderr.count("added 1 actor, 1 coding") == 1
    assert done.stderr.count("added 1 coding") == 1
    renamed = load(database, *codings("persia"))
    assert renamed.exit_code == 0, renamed.stderr
    assert renamed.stderr.count("added 1 actor") == 1
    assert renamed.stderr.count("removed 1 actor") == 1
    counted = "select count(*) from changes where item = 'actor' and action = '{}'"
    assert ask(database, counted.format("added")) == [2]
    assert ask(database, counted.format("removed")) == [1]


@on_sqlite
def test_a_row_that_another_coding_takes_over_is_neither_new_nor_gone(
    database: str, write: Callable[..., Path]
) -> None:
    actor, elsewhere = (
        "actors: [{key: iran, name: Iran, kind: state}]\n",
        "elsewhere: [{fact: '{}:e', evidence: [{at: 1}]}]\n",
    )
    events = "events:\n" + EVENT.format("e")
    assert load(database, write("a", actor + events), write("b", events)).exit_code == 0
    done = load(
        database,
        write("a", events.replace("key: e", "key: f") + elsewhere.replace("{}:e", "b:f")),
        write("b", actor + events.replace("key: e", "key: f") + elsewhere.replace("{}:e", "a:f")),
    )
    assert done.exit_code == 0, done.stderr
    assert "actor" not in done.stderr
    assert ask(database, "select key from actors") == ["iran"]


@on_sqlite
def test_a_folder_is_loaded_with_the_texts_of_its_codings(database: str, tmp_path: Path) -> None:
    root = Path(__file__).parent.parent / "docs"
    codings, texts = tmp_path / "codings", tmp_path / "texts" / "deep"
    (codings / "more").mkdir(parents=True)
    texts.mkdir(parents=True)
    (codings / "more" / "one.yaml").write_bytes((root / "example.yaml").read_bytes())
    (codings / "notes.txt").write_text("no coding")
    (codings / ".hidden.yaml").write_text("no coding")
    (texts / "one.txt").write_bytes((root / "example.txt").read_bytes())
    (texts / "picture.png").write_bytes(b"\x89PNG\xff")
    done = load(database, codings, "--texts", tmp_path / "texts", "--keep-text")
    assert done.exit_code == 0, done.stderr
    assert "text of 12 passages kept" in done.stderr
    (codings / "two.yaml").write_bytes((SHIPPED / "stand-together-or-fall-apart.yaml").read_bytes())
    checked = CliRunner().invoke(sourcebook, ["check", str(codings), "--texts", str(texts)])
    assert "two.yaml: error other-text: no text in" in checked.output
    wrong: list[list[str | Path]] = [
        ["--text", texts / "one.txt"],
        ["--text", "x", "--texts", texts],
    ]
    for arguments in wrong:
        assert load(database, codings, *arguments).exit_code == 2
    (tmp_path / "empty").mkdir()
    assert "has no codings" in load(database, tmp_path / "empty").stderr


@on_sqlite
def test_two_codings_of_a_document_are_refused_and_the_others_loaded(
    database: str, write: Callable[..., Path], tmp_path: Path
) -> None:
    (tmp_path / "old").mkdir()
    paths = [write("a"), write("a", "events:\n" + EVENT.format("x"), tmp_path / "old"), write("b")]
    done = load(database, *paths)
    assert done.exit_code == 1
    assert done.stderr.count("error document-twice") == 2
    assert f"{paths[0]} codes a, too; give one of them" in done.stderr
    assert ask(database, "select key from sources") == ["b"]
    checked = CliRunner().invoke(sourcebook, ["check", *map(str, paths)])
    assert checked.stdout.count("error document-twice") == 2
