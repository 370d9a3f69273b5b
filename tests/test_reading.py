"""Reading a coding: every way in which a file can be wrong is a fault with its line."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from coding import yaml_tree as tree_module
from coding.faults import Fault, InvalidInputError
from coding.items import ItemKey, items_of
from coding.reading import parse_coding, read_coding
from coding.yaml_tree import MAX_DEPTH, MAX_NODES, LineNumbers, parse
from schema.escape import visible

HEAD = """\
format: 1
coder: A. Coder
document: {key: d, title: A letter, language: en, published: 2016-05}
"""
GOOD = (
    HEAD
    + """\
actors:
- key: envoy
  name: The envoy
  kind: person
  names:
  - name: envoy
    evidence:
    - at: 2:4-9
events:
- key: visit
  title: The envoy visits
  date: 2015-11-04
  who:
    doer: envoy
    host: [{actor: envoy, count: no, least: 12}]
  evidence:
  - at: 2:0-9, 3
    hedge: no
    words: 0042
"""
)


@pytest.fixture(params=["CBaseLoader", "BaseLoader"], autouse=True)
def loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Use both of PyYAML's parsers: not every system has libyaml."""
    monkeypatch.setattr(tree_module, "LOADER", getattr(yaml, request.param))


def faults(text: str) -> list[Fault]:
    with pytest.raises(InvalidInputError) as caught:
        parse_coding(text, "c.yaml")
    assert caught.value.faults
    return caught.value.faults


def lines_of(text: str) -> list[str]:
    return [str(fault) for fault in faults(text)]


def rejected(path: Path) -> str:
    with pytest.raises(InvalidInputError) as caught:
        read_coding(path)
    (fault,) = caught.value.faults
    assert fault.file == str(path)
    return str(fault)


# --- valid codings --------------------------------------------------------------------------------


def test_a_good_coding_is_read_and_every_scalar_stays_text(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    coding, lines = read_coding(path)
    event = coding.events[0]
    assert event.date == "2015-11-04"
    assert (event.evidence[0].hedge, event.evidence[0].words) == ("no", "0042")
    assert [count.actor for counts in event.who.values() for count in counts] == ["envoy"] * 2
    assert lines.file == str(path)


def test_lines_and_paths_are_those_of_the_file() -> None:
    _, lines = parse_coding(GOOD, "c.yaml")
    numbered = dict(enumerate(GOOD.splitlines(), 1))
    for loc, words, where in [
        (("events", 0), "- key: visit", "events[visit]"),
        (("events", 0, "date"), "  date: 2015-11-04", "events[visit].date"),
        (("events", 0, "who", "doer", 0, "actor"), "    doer: envoy", "events[visit].who.doer"),
        (("actors", 0, "names", 0, "evidence", 0, "at"), "    - at: 2:4-9", None),
        (("events", 0, "summary"), "- key: visit", "events[visit]"),
    ]:
        assert numbered[lines.line(loc) or 0] == words
        assert where is None or lines.where(loc) == where
    assert lines.where(("actors", 0, "names", 0)) == "actors[envoy].names[0]"
    assert (lines.line(("quotes", 3)), lines.where(("quotes", 3))) == (1, "")
    assert LineNumbers("x").line(("a",)) is None


def test_a_link_without_a_key_is_named_by_its_ends() -> None:
    text = HEAD + "links:\n- {from: a, to: b, type: follows, lag: }\n"
    assert faults(text)[0].where == "links[a--follows--b].lag"


def test_a_list_of_one_written_as_a_mapping_is_named() -> None:
    text = GOOD.replace("doer: envoy", "doer: {actor: The Envoy}")
    (fault,) = faults(text)
    assert fault.where == "events[visit].who.doer.actor"
    assert "the-envoy would do" in fault.message


# --- files ----------------------------------------------------------------------------------------


def test_paths_that_are_not_regular_files_are_refused(tmp_path: Path) -> None:
    assert "is a folder" in rejected(tmp_path)
    assert "does not exist" in rejected(tmp_path / "missing.yaml")
    assert "cannot be read" in rejected(Path(str(tmp_path / "nul\0.yaml")))
    assert "cannot be read" in rejected(tmp_path / ("x" * 300))
    os.mkfifo(tmp_path / "fifo")
    assert "is a pipe or a device" in rejected(tmp_path / "fifo")
    assert "is a pipe or a device" in rejected(Path("/dev/zero"))


def test_a_file_without_read_permission_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> Any:
        raise PermissionError(13, "Permission denied")

    path = tmp_path / "c.yaml"
    path.write_text(GOOD)
    monkeypatch.setattr(Path, "open", refuse)
    assert "cannot be read: Permission denied" in rejected(path)


def test_a_large_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    start = time.process_time()
    assert "50.0 MB, where at most 10 MB" in rejected(path)
    assert time.process_time() - start < 0.1


def test_a_file_larger_than_its_reported_size_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(GOOD)
    monkeypatch.setattr("coding.reading.MAX_CODING", 100)
    status = os.stat_result((0o100644, *[0] * 9))
    monkeypatch.setattr(Path, "stat", lambda *_args, **_kwargs: status)
    assert "is too large: larger" in rejected(path)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"a: b\r\nc: d\re: \xff", ":3: error not-utf-8: is not UTF-8: byte 0xff at offset 14"),
        (b"\xef\xbb\xbfa: \xc3", ":1: error not-utf-8: is not UTF-8: byte 0xc3 at offset 6"),
        ("a: b".encode("utf-16"), "is UTF-16"),
        (b"a: b\nc\0: d", ":2: error control-character: contains a NUL"),
        (b"", "is empty"),
        (b"# only a comment\n", "is empty"),
        (b"---\n", "is empty"),
    ],
)
def test_bytes_that_are_not_yaml_are_refused(tmp_path: Path, data: bytes, message: str) -> None:
    path = tmp_path / "c.yaml"
    path.write_bytes(data)
    assert message in rejected(path)


# --- YAML -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- a\n", "c.yaml: error not-yaml: has no keys and values"),
        ("text", "c.yaml: error not-yaml: has no keys and values"),
        (HEAD + "---\na: b\n", "c.yaml:4: error not-plain: begins a second document"),
        (HEAD + "events:\n\t- b\n", "c.yaml:5: error not-yaml: is not YAML"),
        (HEAD + "events: [", "error not-yaml: is not YAML"),
        (HEAD + "events: a: b\n", "c.yaml:4: error not-yaml: is not YAML: mapping values"),
        (HEAD + "events: a: b\n", " at column 10; put quotes around text that cont"),
        (HEAD + "topics: &a []\n", "c.yaml:4: error not-plain: topics: has the anchor &a"),
        (HEAD + "topics: !!python/object:os.system []\n", "c.yaml:4: error not-plain: topics: "),
        (HEAD + "topics: !!seq []\n", "has the tag tag:yaml.org,2002:seq"),
        (HEAD + "coder: B\n", "c.yaml:4: error key-twice: has “coder” twice, first on line 2"),
        (HEAD + "topics:\n", "c.yaml:4: error no-value: topics: has no value"),
        (HEAD + "topics: [{key: a, label: }]\n", "topics[a].label: has no value"),
        (HEAD + "? [a, {b: c}]\n: d\n", "c.yaml:4: error not-plain: has a list, a mapping or"),
        (HEAD + "? {a: b}\n: d\n", "c.yaml:4: error not-plain: has a list, a mapping or"),
        (
            HEAD + 'topics: [{"": d}]\n',
            "c.yaml:4: error no-key: topics[0]: has a value without a key",
        ),
        (HEAD + "# \x1b[31m\n", "c.yaml:4: error control-character: column 3 contains the control"),
        (HEAD + "# a\u202eb\x07\n", "U+202E; remove it, and 1 more follow"),
        (
            HEAD + 'topics: [{key: a, label: "a\\x1b"}]\n',
            "c.yaml:4: error control-character: topics[a].label: contains the",
        ),
        (HEAD + '"\\0": a\n', "c.yaml:4: error control-character: contains the control character"),
        (HEAD + 'topics: "\\uD800"\n', "c.yaml:4: error "),
        (HEAD + 'topics: "\\UFFFFFFFF"\n', "error not-yaml: is not YAML"),
        (HEAD + "events: " + "[" * 100_000, "is nested more than 20 levels deep"),
        (HEAD + "events: " + "{a: " * 100_000, "is nested more than 20 levels deep"),
        (HEAD + "events:\n" + "- " * 100_000, "is nested more than 20 levels deep"),
        ("%YAML 9" + "9" * 5000 + ".1\n---\na: b\n", "error not-yaml: is not YAML"),
        ("%YAML 2.0\n---\na: b\n", "error not-yaml: is not YAML"),
    ],
)
def test_yaml_that_is_refused(text: str, message: str) -> None:
    assert any(message in line for line in lines_of(text))
    assert all(line.isprintable() for line in lines_of(text))


def test_aliases_are_refused_and_never_expanded() -> None:
    bomb = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30))
    caught = faults("a0: &a0 lol\n" + bomb)
    assert sum("has the alias" in fault.message for fault in caught) == 29 * 9
    assert any(fault.message == "has the alias *a; write out what it means"
               for fault in faults(HEAD + "topics: &a []\nplaces: *a\n"))  # fmt: skip
    assert any("for a key" in line for line in lines_of("a: &a b\n*a : c\n"))


def test_the_maximum_depth_is_allowed_and_one_more_is_not() -> None:
    assert parse("a: " + "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1), "c.yaml").root
    with pytest.raises(InvalidInputError, match="levels deep"):
        parse("a: " + "[" * MAX_DEPTH + "]" * MAX_DEPTH, "c.yaml")


def test_too_many_nodes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert MAX_NODES >= 25 * 20_000
    monkeypatch.setattr(tree_module, "MAX_NODES", 10)
    assert parse("a: [" + "b, " * 7 + "]", "c.yaml").root
    with pytest.raises(InvalidInputError, match="is past 10 keys and values; split the coding"):
        parse("a: [" + "b, " * 8 + "]", "c.yaml")


def test_refused_keys_leave_no_trace() -> None:
    text = "a: {b: 1}\na: {c: [2]}\n? {d: [3]}\n: {e: 4}\n"
    tree = parse(text, "c.yaml", extents=True)
    assert tree.root == {"a": {"b": "1"}}
    assert set(tree.lines.numbers) == set(tree.extents) == {(), ("a",), ("a", "b")}
    assert [fault.line for fault in tree.faults] == [2, 3]


# --- the format -----------------------------------------------------------------------------------

EVENT = "\nevents:\n- key: visit\n  title: A visit\n  evidence: [{at: 2}]\n  "


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEAD.replace("coder: A. Coder\n", ""), "missing-field: needs `coder`"),
        (HEAD.replace("format: 1\n", ""), "missing-field: needs `format`: the version of this"),
        (
            HEAD + EVENT.replace("at: 2", ""),
            "visit].evidence[0]: needs `at`: where the text says it",
        ),
        (
            HEAD + "event: []",
            "unknown-field: event: there is no key “event” here; did you mean `events`?",
        ),
        (HEAD + "zzzzzzzz: []", "there is no key “zzzzzzzz” here. There are: format, coder, doc"),
        (
            HEAD + EVENT + "typ: aid",
            "events[visit].typ: there is no key “typ” here; did you mean `type`?",
        ),
        (HEAD + EVENT + "type: aidd", "not-in-vocabulary: events[visit].type: “aidd” is not a va"),
        (HEAD + EVENT + "type: aidd", "did you mean `aid`? There are: agree, consult"),
        (HEAD + EVENT + "who: {doer: [a], speakr: b}", "visit].who.speakr: “speakr” is not a ro"),
        (HEAD + EVENT + "who: {mediatr: b}", "did you mean `mediator`? There are: doer, receiver"),
        (HEAD.replace("1", "2", 1), "format: format “2” is unknown; this version reads form"),
        (HEAD.replace("1", "²", 1), "format: format “²” is unknown"),
        (HEAD + EVENT + "place: Old Town", "visit].place: “Old Town” is not a key: use lower"),
        (HEAD + EVENT + "place: Old Town", "hyphens; old-town would do"),
        (HEAD.replace("en,", "English,"), "document.language: “English” is not a language; write"),
        (HEAD + "passages: [{length: 3, hash: x}]", "passages[0].hash: “x” is not a SHA-256; `so"),
        (HEAD + "passages: [{length: x, hash: x}]", "length: “x” is not a whole number"),
        (HEAD + "passages: [{length: 0, hash: x}]", "length: “0” is too small; the least is 1"),
        (HEAD + "passages: [{length: 3, hash: x, heading: maybe}]", "is neither true nor false"),
        (HEAD + "passages: [{length: [], hash: x}]", "length: a list is not a whole number"),
        (HEAD + "passages: [{length: 1.5, hash: x}]", "length: “1.5” is not a whole number"),
        (HEAD + "passages: [{length: 3, hash: x, heading: []}]", "is a list; write true or false"),
        (HEAD.replace("2016-05", "2016-13"), "document.published: 2016-13: no such month"),
        (HEAD + "events: none", "events: is “none”; write a list"),
        (HEAD + "events: [none]", "events[0]: is “none”; write keys and values"),
        (HEAD + EVENT + "who: [a]", "visit].who: is a list; write keys and values"),
        (HEAD + EVENT + "who: {doer: [[a]]}", "who.doer[0]: is a list; write keys and values"),
        (HEAD + EVENT + "summary: [a]", "visit].summary: is a list; write a single text"),
        (HEAD + EVENT + "summary: ''", "visit].summary: has no text; write some"),
        (HEAD + EVENT + f"summary: {'x' * 2001}", "has 2,001 characters, and may have 2,000"),
        (HEAD + EVENT + 'summary: "a\\tb"', "summary: contains the control character U+0009"),
        (HEAD + EVENT + "who: {doer: {actor: a, least: 3}}", "doer: least and most need count"),
        (HEAD + "quotes: [{key: a, text: [], says: b}]", "quotes[a].text: is an empty list"),
    ],
)
def test_what_the_format_refuses(text: str, message: str) -> None:
    assert any(message in line for line in lines_of(text))


@pytest.mark.parametrize(
    ("at", "message"),
    [
        ('2 "the envoy"', "is not pinned; run `sourcebook pin FILE --text TEXT`"),
        ("2-5", "“2-5” is not a locator; write passage:start-end as in 2:330-338"),
        ("'2:1-3,4'", "separate several by a comma and a space"),
    ],
)
def test_what_is_not_a_locator(at: str, message: str) -> None:
    (fault,) = faults(GOOD.replace("2:4-9", at))
    assert fault.where == "actors[envoy].names[0].evidence[0].at"
    assert message in fault.message


def test_pydantics_errors_are_put_into_our_own_words() -> None:
    """Pydantic's own messages begin with “Input should”."""
    for value in ("x", "[]", "{}", "[x]", "{x: y}", "[[x]]", "[{x: y}]", "''"):
        for name in ("format", "coder", "document", "passages", "actors", "events", "quotes"):
            text = "\n".join(
                [*(line for line in HEAD.splitlines() if not line.startswith(name)),
                 f"{name}: {value}"]
            )  # fmt: skip
            assert "nput should" not in reason(text)


def reason(text: str) -> str:
    try:
        parse_coding(text, "c.yaml")
    except InvalidInputError as error:
        return str(error)
    return ""


def test_all_faults_are_reported_at_once_without_their_consequences() -> None:
    text = GOOD.replace("kind: person", "kind:").replace("2015-11-04", "2015-11-31")
    text = text.replace("coder: A. Coder", "coder: &a A. Coder")
    caught = faults(text)
    assert [(fault.line, fault.rule) for fault in caught] == [
        (2, "not-plain"),
        (7, "no-value"),
        (15, "ill-formed"),
    ]
    # A value that is missing would be of the wrong type too.
    assert [fault.rule for fault in faults(HEAD.replace("A. Coder", ""))] == ["no-value"]
    assert [fault.rule for fault in faults(HEAD + '"": a')] == ["no-key"]
    # A key without a value is not missing, either.
    quote = "quotes:\n- key: a\n  directness: direct\n  text:\n"
    assert [fault.rule for fault in faults(HEAD + quote)] == ["no-value"]


# --- arbitrary input ------------------------------------------------------------------------------

QUIET = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
WORDS = st.sampled_from(
    ["format", "1", "coder", "document", "key", "title", "events", "quotes", "who", "doer", "at",
     "evidence", "passages", "names", "actors", "kind", "x", "", "no", "2:3-4", '2 "x"', "²"]
) | st.text(max_size=5)  # fmt: skip
TREES = st.recursive(
    WORDS | st.none() | st.integers() | st.floats() | st.dates(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=6),
    max_leaves=25,
)


def survives(data: bytes, path: Path) -> None:
    path.write_bytes(data)
    with contextlib.suppress(InvalidInputError):
        read_coding(path)
        return
    with pytest.raises(InvalidInputError) as caught:
        read_coding(path)
    assert caught.value.faults
    assert all(visible(str(fault)) == str(fault) for fault in caught.value.faults)


@QUIET
@given(st.binary(max_size=200))
def test_arbitrary_bytes(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    survives(data, tmp_path_factory.getbasetemp() / "bytes.yaml")


@QUIET
@given(st.text(alphabet="ab:-?[]{},&*!|>'\"%@`#~ \t\n\r\\x0u\u2028\ufeff😀", max_size=60))
@example('"\\ud800": a')
@example('a: "\\U00110000"')
@example("a: !<\x00> b")
def test_arbitrary_punctuation(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    survives(text.encode(), tmp_path_factory.getbasetemp() / "text.yaml")


@QUIET
@given(TREES)
def test_arbitrary_trees(tmp_path_factory: pytest.TempPathFactory, value: Any) -> None:
    data = yaml.safe_dump(value, allow_unicode=True).encode("utf-8", "surrogatepass")
    survives(data, tmp_path_factory.getbasetemp() / "tree.yaml")


@QUIET
@given(st.sampled_from(GOOD.split()), TREES)
def test_arbitrary_values_in_a_good_coding(
    tmp_path_factory: pytest.TempPathFactory, word: str, value: Any
) -> None:
    new = yaml.safe_dump(value, allow_unicode=True, default_flow_style=True, width=10**6)
    data = GOOD.replace(word, new.strip().removesuffix("...")).encode("utf-8", "surrogatepass")
    survives(data, tmp_path_factory.getbasetemp() / "good.yaml")


def test_text_is_stored_composed_and_without_blanks_at_its_ends() -> None:
    decomposed, composed = "Ame\u0301lie", "Am\u00e9lie"
    assert decomposed != composed
    text = (
        f"{HEAD}actors:\n- key: a\n  name: ' {decomposed} '\n  kind: person\n"
        f"  names: [{{name: {decomposed}, evidence: [{{at: '1:0-2'}}]}}]\n"
        f"elsewhere: [{{fact: 'other:b/{decomposed}', evidence: [{{at: '1:0-2'}}]}}]\n"
    )
    coding, _lines = parse_coding(text, "c.yaml")
    items = items_of(coding)
    assert items[ItemKey("actor", "a")]["name"] == composed
    assert ItemKey("name", f"a/{composed}") in items
    assert ItemKey("elsewhere", f"other:b/{composed}") in items
