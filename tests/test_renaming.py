"""Renaming a key in codings: what changes, what stays, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from coding.reading import parse_coding, read_coding
from coding.renaming import RenameError, rename
from coding.rules import check

HASH = "0" * 64
HEAD = """\
format: 1
coder: A. Coder  # me
document: {key: DOC, title: A letter, language: en, published: 2016-05}
passages:
- {length: 100, hash: HASH}
""".replace("HASH", HASH)
FIRST = (
    HEAD.replace("DOC", "first")
    + """\
places:
- {key: turkey, name: Turkey, kind: country}   # not the state
topics: [{key: turkey, label: Turkey}]
actors:
# the state
- key: turkey
  name: Turkey  # its heading
  kind: state
  names:
  - {name: Türkiye, evidence: [{at: 1:0-7}]}   # as it calls itself
- key: 'syria'
  name: Syria
  kind: state
events:
- key: warning
  title: Turkey warns
  place: turkey
  who: {doer: turkey, receiver: [syria, {actor: turkey, count: two}]}
  evidence:
  - at: 1
positions:
- {key: turkey, topic: turkey, kind: goal, statement: War, who: {holder: [turkey]},
   evidence: [{at: 1}]}
relations:
- {from: turkey, type: opposes, to: syria, evidence: [{at: 1}]}
- from: "turkey"
  key: turkey--supports--syria
  type: supports
  to: syria
  evidence: [{at: 1}]
links:
- {from: warning, type: follows, to: second:visit, evidence: [{at: 1}]}
"""
)
SECOND = (
    HEAD.replace("DOC", "second")
    + """\
actors:
- {key: turkey}
events:
- {key: visit, title: A visit, who: {doer: turkey}, evidence: [{at: 1}]}
elsewhere:
- {fact: first:turkey--opposes--syria, evidence: [{at: 1}]}
- {fact: first:turkey--supports--syria, evidence: [{at: 1}]}
- {fact: first:turkey/Türkiye, evidence: [{at: 1}]}
- {fact: first:warning--follows--second:visit, evidence: [{at: 1}]}
"""
)


@pytest.fixture
def codings(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / "first.yaml", tmp_path / "second.yaml"]
    for path, text in zip(paths, (FIRST, SECOND), strict=True):
        path.write_text(text, encoding="utf-8")
    return paths


def test_an_actor_is_renamed_wherever_it_is_used_and_nothing_else_changes(
    codings: list[Path],
) -> None:
    renamed = rename("actor", "turkey", "turkiye", codings)
    assert [(it.path, it.places, it.reduced) for it in renamed] == [
        (codings[0], 6, []),
        (codings[1], 4, []),
    ]
    expected = FIRST
    for old, new in [
        ("- key: turkey\n  name: Turkey  #", "- key: turkiye\n  name: Turkey  #"),
        ("doer: turkey,", "doer: turkiye,"),
        ("{actor: turkey,", "{actor: turkiye,"),
        ("{holder: [turkey]}", "{holder: [turkiye]}"),
        ("{from: turkey,", "{from: turkiye,"),
        ('from: "turkey"', 'from: "turkiye"'),
    ]:
        assert old in expected
        expected = expected.replace(old, new)
    assert codings[0].read_text(encoding="utf-8") == expected
    second = codings[1].read_text(encoding="utf-8")
    assert "- {key: turkiye}" in second
    assert "doer: turkiye" in second
    assert "first:turkiye--opposes--syria" in second  # the key is made of its ends
    assert "first:turkey--supports--syria" in second  # a key of its own stays
    assert "first:turkiye/Türkiye" in second
    rename("actor", "turkiye", "turkey", codings)
    assert codings[0].read_text(encoding="utf-8") == FIRST


@pytest.mark.parametrize(
    ("kind", "old", "new", "changed"),
    [
        ("place", "turkey", "anatolia", ["- {key: anatolia, name", "place: anatolia\n"]),
        ("topic", "turkey", "ankara", ["topics: [{key: ankara,", "topic: ankara,"]),
        ("fact", "turkey", "war-aim", ["- {key: war-aim, topic: turkey,"]),
        ("source", "second", "third", ["to: third:visit", "key: third, title", "--third:visit"]),
    ],
)
def test_other_kinds(
    codings: list[Path], kind: str, old: str, new: str, changed: list[str]
) -> None:
    rename(kind, old, new, codings)
    text = "".join(path.read_text(encoding="utf-8") for path in codings)
    assert all(part in text for part in changed)
    assert text.count(new) == len(changed)


def test_a_fact_that_others_refer_to_is_renamed_there_too(codings: list[Path]) -> None:
    rename("fact", "second:visit", "state-visit", codings)
    assert "to: second:state-visit," in codings[0].read_text(encoding="utf-8")
    assert "{key: state-visit," in codings[1].read_text(encoding="utf-8")
    rename("fact", "warning", "threat", codings)
    assert "first:threat--follows--second:state-visit" in codings[1].read_text(encoding="utf-8")


def test_renaming_to_a_key_that_exists_joins_the_two(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(
        HEAD.replace("DOC", "a")
        + """\
actors:
- key: erdogan
  name: Erdoğan
  kind: person
  names:
  - name: Erdoğan  # short
    kind: short
    evidence: [{at: 1:0-7}]
# the same man
- key: recep-tayyip-erdogan
  name: Recep Tayyip Erdoğan
  kind: person
  names:
  - {name: Recep Tayyip Erdoğan, evidence: [{at: 1:0-20}]}
events:
- {key: visit, title: A visit, who: {doer: erdogan}, evidence: [{at: 1}]}
"""
    )
    (renamed,) = rename("actor", "erdogan", "recep-tayyip-erdogan", [path])
    assert renamed.reduced == ["name: Erdoğan", "kind: person"]
    coding, lines = read_coding(path)
    (actor,) = coding.actors
    assert (actor.key, actor.name) == ("recep-tayyip-erdogan", "Recep Tayyip Erdoğan")
    assert [name.name for name in actor.names] == ["Recep Tayyip Erdoğan", "Erdoğan"]
    assert "# short" in path.read_text()
    assert "# the same man" in path.read_text()
    assert [fault.rule for fault in check(coding, lines)] == []


def test_joining_across_codings_leaves_the_key_and_the_names(tmp_path: Path) -> None:
    paths = [tmp_path / "a.yaml", tmp_path / "b.yaml"]
    for path, key in zip(paths, ("erdogan", "recep-tayyip-erdogan"), strict=True):
        path.write_text(
            HEAD.replace("DOC", path.stem)
            + f"actors:\n- key: {key}\n  name: {key}\n  kind: person\n  names:\n"
            + f"  - {{name: {key}, evidence: [{{at: 1:0-7}}]}}\n"
        )
    rename("actor", "erdogan", "recep-tayyip-erdogan", paths)
    (actor,) = read_coding(paths[0])[0].actors
    assert (actor.key, actor.name) == ("recep-tayyip-erdogan", None)
    assert [name.name for name in actor.names] == ["erdogan"]
    assert read_coding(paths[1])[0].actors[0].name == "recep-tayyip-erdogan"


@pytest.mark.parametrize(
    ("kind", "old", "new", "message"),
    [
        ("actor", "frnace", "france", "no actor “frnace” in .*first.yaml, .*second.yaml; nothing"),
        ("place", "turkey", "Turkey!", "“Turkey!” is not a key: use lower-case"),
        ("fact", "warning", "turkey", "there is a fact “turkey” already"),
        ("fact", "turkey--opposes--syria", "x", "is the default key, made of both ends; write"),
        ("source", "first", "second", "a document cannot be joined with another"),
    ],
)
def test_what_cannot_be_renamed(
    codings: list[Path], kind: str, old: str, new: str, message: str
) -> None:
    with pytest.raises(RenameError, match=message):
        rename(kind, old, new, codings)
    assert codings[0].read_text(encoding="utf-8") == FIRST
    assert codings[1].read_text(encoding="utf-8") == SECOND


def test_a_key_that_several_documents_use_for_a_fact_needs_its_document(tmp_path: Path) -> None:
    paths = [tmp_path / "a.yaml", tmp_path / "b.yaml"]
    for path in paths:
        path.write_text(FIRST.replace("key: first", f"key: {path.stem}"), encoding="utf-8")
    with pytest.raises(RenameError, match="several documents have a fact “warning”: a:warning, b:"):
        rename("fact", "warning", "threat", paths)
    rename("fact", "b:warning", "threat", paths)
    assert "threat" not in paths[0].read_text(encoding="utf-8")
    parse_coding(paths[1].read_text(encoding="utf-8"), "b.yaml")


NAME = "{name: Erdoğan, evidence: [{at: 1:0-7}]}"
LONG = "- {key: recep-tayyip-erdogan, name: Recep Tayyip Erdoğan, kind: person}"
IN_BLOCK = """\
- key: recep-tayyip-erdogan
  name: Recep Tayyip Erdoğan
  kind: person
  names: [{name: R. T. Erdoğan, evidence: [{at: 1:0-20}]}]
"""


@pytest.mark.parametrize(
    "old",
    [
        f"- {{key: erdogan, name: E., kind: person, draft: true, names: [{NAME}]}}\n",
        f"- key: erdogan\n  name: E.\n  kind: person\n  draft: true\n  names: [{NAME}]\n",
        f"- key: erdogan\n  name: E.\n  kind: person\n  draft: true\n  names:\n  - {NAME}\n",
    ],
)
@pytest.mark.parametrize("new", [f"{LONG}\n", IN_BLOCK])
@pytest.mark.parametrize("together", [True, False])
def test_a_name_is_never_lost_when_two_are_joined(
    tmp_path: Path, old: str, new: str, together: bool
) -> None:
    paths = [tmp_path / "a.yaml", tmp_path / "b.yaml"]
    parts = [f"actors:\n{old}{new}", "\n"] if together else [f"actors:\n{old}", f"actors:\n{new}"]
    for path, part in zip(paths, parts, strict=True):
        path.write_text(HEAD.replace("DOC", path.stem) + part, encoding="utf-8")
    rename("actor", "erdogan", "recep-tayyip-erdogan", paths)
    (actor,) = read_coding(paths[0])[0].actors
    assert "Erdoğan" in [name.name for name in actor.names]
    if not together:
        assert (actor.name, actor.draft) == (None, True)  # its names are not reviewed yet


def test_a_key_is_not_renamed_to_itself(codings: list[Path]) -> None:
    with pytest.raises(RenameError, match="is its key already"):
        rename("actor", "turkey", "turkey", codings)
