"""Pinning: what it writes into the file, what it leaves alone, what it refuses."""

from __future__ import annotations

import json
import os
import re
import stat
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from coding import yaml_tree as tree_module
from coding.faults import Fault, InvalidInputError
from coding.pinning import pin, pin_file, unpin
from coding.places import Locator, locate, parse_places, quote_place
from coding.reading import parse_coding
from coding.text import PassageSearch, measure, normalise
from coding.validation import check_file
from coding.verification import verify
from tests.draft_coding import DRAFT, HEAD, PASSAGES, TEXT, TEXT_PATH, pinned, proven


def rejected(source: str, text: list[str] = PASSAGES) -> list[Fault]:
    with pytest.raises(InvalidInputError) as caught:
        pinned(source, text)
    return caught.value.faults


@pytest.fixture(params=["CBaseLoader", "BaseLoader"], autouse=True)
def loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Use both of PyYAML's parsers: pinning cuts the file where they say."""
    monkeypatch.setattr(tree_module, "LOADER", getattr(yaml, request.param))


# --- pinning --------------------------------------------------------------------------------------


def test_drafts_become_offsets_and_everything_else_stays() -> None:
    block = "\n".join(
        f"- {{length: {length}, hash: {digest}{', heading: true' if n == 0 else ''}}}"
        for n, (length, digest) in enumerate(map(measure, PASSAGES))
    )
    expected = DRAFT
    for old, new in [
        ("passages: []  # pin fills it", f"passages:  # pin fills it\n{block}"),
        ('1 "envoy"', "1:20-25"),
        ("""'4 "An envoy"'""", "4:0-8"),
        ('2 "envoy came"', "2:4-14"),
        ('"2 \\"envoy  slept\\", 1"', '"2:72-83, 1"'),
        ('3 "three men … said",\n        4 "Zoë’s ... shut"', "3:38-59, 4:32-51"),
        ("""'3 "two … in"'""", "3:69-87"),
        ('2 "tired and cold", 2 "but alive"', "2:26-40, 2:56-65"),
        ('3 "\\"why\\" he"', "3:13-21"),
    ]:
        assert old in expected
        expected = expected.replace(old, new)
    assert pinned(DRAFT) == expected
    assert pinned(expected) == expected
    # The offsets are of the words: everything but the one quotation that has marks in it.
    (fault,) = proven(expected)
    assert str(fault) == (
        "c.yaml:42: error not-verbatim: quotes[why].text: “why” is not the text at 3:13-21 "
        '(“"why" he”); it is at 3:14-17'
    )
    assert pinned(DRAFT.replace("\n", "\r\n")) == expected.replace("\n", "\r\n")


@pytest.mark.parametrize(
    ("draft", "place"),
    [
        ('2 "The envoy came"', "2:0-14"),
        ('2 "night … The"', "2:18-71"),
        ('3 "came … or"', "3:22-31"),  # as it stands, before it is read as first and last
        ('3 "why … went"', "3:14-36"),
        ('3 "knows … came … or"', "3:7-31"),  # only one way of reading it is there
        ('4 "a"', "4:10-11"),  # as a word, though the letter is in others
        ('4 "ingdo"', "4:24-29"),  # unless it is no word anywhere
        ('4 "Zoe\u0308’s"', "4:32-37"),
        ('1 "😀 the"', "1:14-19"),
        ('1  "😀\u00a0 the "', "1:14-19"),
        ('3 "\\"why\\""', "3:13-18"),
        ('1:2-3, 1 "The"', "1:2-3, 1:0-3"),
        ('2 "The envoy … The envoy"', "2:0-77"),
        ('2 "envoy" (1st)', "2:4-9"),
        ('2 "envoy" (2nd)', "2:72-77"),
        ('2 "The … envoy" (2nd)', "2:68-77"),
        ('2 "came … envoy"', "2:10-77"),  # the nearest end where the other is unique
        ('2 "The … came"', "2:0-14"),
        ('2 "envoy … slept"', "2:72-83"),
    ],
)
def test_a_draft_becomes_the_place_of_its_words(draft: str, place: str) -> None:
    source = HEAD + "sources:\n- key: a\n  at: " + draft + "\n"
    assert f"  at: {place}\n" in pinned(source)


@pytest.mark.parametrize(
    ("draft", "rule", "message"),
    [
        ('5 "envoy"', "words-not-found", "there is no ¶5: the text has 4"),
        ('2 "an envoy"', "words-not-found", "“an envoy” is not in ¶2; "),
        ('2 "kingdom"', "words-not-found", "“kingdom” is not in ¶2; it is at 4:23-30"),
        ('2 "Envoy came"', "words-not-found", "nearest is 2:4-14, “envoy came”"),
        ('2 "envoy came … dead"', "words-not-found", "“dead” is not in ¶2"),
        ('2 "ghost … alive"', "words-not-found", "“ghost” is not in ¶2"),
        ('2 "alive … tired"', "words-not-found", "“tired” does not follow “alive” in ¶2; swap"),
        (
            '2 "envoy"',
            "words-ambiguous",
            "“envoy” occurs 2 times in ¶2, at 2:4-9, 2:72-77; give more",
        ),
        ('2 "The … envoy"', "words-ambiguous", "occurs 2 times in ¶2, at 2:0-9, 2:68-77; "),
        ('2 "envoy" (3rd)', "words-not-found", "“envoy” occurs only 2 times in ¶2"),
        ('2 "alive" (2nd)', "words-not-found", "“alive” occurs only once in ¶2"),
        ('2 "envoy" (0th)', "bad-place", "cannot be read"),
        ('2 ""', "bad-place", "2 has no words"),
        ('2 "said "but"', "bad-place", 'cannot be read from “2 "said "but"” on'),
        ('0 "The"', "bad-place", "cannot be read"),
        ('"The"', "bad-place", "cannot be read"),
        ('2 "came" 3', "bad-place", "cannot be read"),
        ('2 "came",', "bad-place", "cannot be read"),
        (
            '|\n    2 "came"',
            "bad-place",
            "is a block of text; write the place on the line of `at:`",
        ),
    ],
)
def test_drafts_that_cannot_be_pinned(draft: str, rule: str, message: str) -> None:
    quoting = "'" if draft.startswith('"') else ""
    (fault,) = rejected(f"{HEAD}sources:\n- key: a\n  at: {quoting}{draft}{quoting}\n")
    assert (fault.rule, fault.line, fault.where) == (rule, 6, "sources[a].at")
    assert message in fault.message


def test_all_bad_drafts_are_reported_at_once_and_nothing_is_written(tmp_path: Path) -> None:
    source = DRAFT.replace('1 "envoy"', '1 "ghost", 9 "envoy"').replace('"An envoy"', '"a m"')
    source = source.replace('2 "envoy came"', '2 "the"')
    assert [fault.line for fault in rejected(source)] == [13, 13, 15]
    path, text = tmp_path / "c.yaml", tmp_path / "text.txt"
    path.write_text(source)
    text.write_text(TEXT)
    with pytest.raises(InvalidInputError, match="ghost"):
        pin_file(path, text)
    assert path.read_text() == source
    assert len(list(tmp_path.iterdir())) == 2


def test_malformed_yaml_is_not_pinned() -> None:
    assert [fault.rule for fault in rejected(DRAFT + "coder: B\n")] == ["key-twice"]
    assert [fault.rule for fault in rejected("a: [")] == ["not-yaml"]
    # The format refuses an `at` that is neither a draft nor a locator.
    assert "at: 2-3" in pinned(HEAD + "sources: [{key: a, at: 2-3}]\n")


# --- the block of passages ------------------------------------------------------------------------

TWO = ["Title", "A sentence."]
BLOCK = "\n".join(
    f"- {{length: {length}, hash: {digest}{', heading: true' if n == 0 else ''}}}"
    for n, (length, digest) in enumerate(map(measure, TWO))
)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("passages: []\n", f"passages:\n{BLOCK}\n"),
        ("passages:\n", f"passages:\n{BLOCK}\n"),
        ("passages:   # later\n", f"passages:   # later\n{BLOCK}\n"),
        ("passages: ''\n", None),
        ("passages: none\n", None),
        ("passages: {a: b}\n", None),
        ("passages:\n  a: b\n", None),
        ("passages: [{length: 3,\n  hash: x}] # old\n", f"passages: # old\n{BLOCK}\n"),
        ("passages:\n  # old\n  - {length: 1, hash: x} # x\n  - length: 2\n    hash: |\n      x\n",
         "passages:\n  # old\n" + "".join(f"  {line}\n" for line in BLOCK.splitlines())),
        ("", f"passages:\n{BLOCK}\n"),
    ],
)  # fmt: skip
def test_where_the_block_is_written(before: str, after: str | None) -> None:
    rest = "# topics\ntopics: []"
    if after is None:
        assert [fault.rule for fault in rejected(HEAD + before + rest, TWO)] == ["no-block"]
    else:
        assert pinned(HEAD + before + rest, TWO) == HEAD + after + rest
        assert pinned(HEAD + after + rest, TWO) == HEAD + after + rest


def test_a_missing_block_is_written_after_the_document() -> None:
    text = "document:\n  key: d\n  title: >\n    Long\n\n# c\ntopics: []\n"
    expected = f"document:\n  key: d\n  title: >\n    Long\npassages:\n{BLOCK}\n\n# c\ntopics: []\n"
    assert pinned(text, TWO) == expected
    indented = "# c\n  document: {key: d}"
    block = BLOCK.replace("- ", "  - ")
    assert pinned(indented, TWO) == f"{indented}\n  passages:\n{block}"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{topics: []}", "the coding has no document"),
        ("topics: []\n", "the coding has no document"),
        (
            "document: d\n? passages\n: - {length: 1}\n",
            "the layout of the file cannot be rewritten",
        ),
    ],
)
def test_layouts_that_are_refused(source: str, message: str) -> None:
    (fault,) = rejected(source, TWO)
    assert message in fault.message


def test_headings_are_guessed_once_and_then_left_to_the_coder() -> None:
    texts = ["Part one", "x" * 79, "x" * 80, *(f"It ends{end}" for end in '.!?…:”"')]
    first = pinned(HEAD, texts)
    assert [line.endswith("true}") for line in first.splitlines()[4:]] == [True] * 2 + [False] * 8
    mine = first.replace(", heading: true", "", 1).replace("}\n", ", heading: true}\n", 4)
    mine = mine.replace("heading: true, heading: true", "heading: true")
    again = pinned(mine, [*texts, "Part two"])
    old, new = yaml.safe_load(mine)["passages"], yaml.safe_load(again)["passages"]
    assert new[:-1] == old
    assert new[-1]["heading"] is True


def test_a_coding_in_json_is_pinned_and_stays_json() -> None:
    quote = {"key": "q", "text": "alive", "evidence": [{"at": '2 "alive"'}]}
    blocks: list[dict[str, Any]] = [
        {},
        {"passages": []},
        {"passages": [{"length": 1, "hash": "x"}]},
    ]
    for passages in blocks:
        source = json.dumps({"format": 1, "document": {"key": "d"}, **passages, "quotes": [quote]})
        once = pinned(source)
        coding = json.loads(once)
        assert coding["quotes"][0]["evidence"] == [{"at": "2:60-65"}]
        assert [(it["length"], it["hash"]) for it in coding["passages"]] == [
            *map(measure, PASSAGES)
        ]
        assert coding["passages"][0]["heading"] is True
        assert pinned(once) == once


# --- a text that has changed ----------------------------------------------------------------------


def repinned(
    source: str, text: list[str], was: list[str] | None = None
) -> tuple[str, list[str], int]:
    result = pin(source, text, Path("c.yaml"), earlier=was)
    return result.text, result.to_review, result.moved


def test_places_move_with_their_passages() -> None:
    first = pinned(DRAFT)
    text, reworded, moved = repinned(first, ["A new beginning.", *PASSAGES[:2], *PASSAGES[2:]])
    assert (reworded, moved) == ([], 13)
    assert [*re.findall(r"\bat: [\"']?(\d+(?::\d+-\d+)?)", text)] == [
        *("2:20-25", "5:0-8", "3:4-14", "3:72-83", "4", "4:38-59", "3:0-3", "4:69-87"),
        *("3:26-40", "4:13-21"),
    ]
    # Back again: the passage that was added is gone, and nothing was coded from it.
    assert repinned(text, PASSAGES)[0] == first


def test_words_that_are_known_are_looked_up_in_a_changed_passage() -> None:
    first = pinned(DRAFT)
    changed = [*PASSAGES]
    changed[1] = "Later " + PASSAGES[1].replace("but alive", "still alive")
    words = first.replace("{at: 2:4-14}", '{at: 2 "envoy came"}').replace(
        "at: 2:0-3", 'at: 2 "The"'
    )
    words = words.replace('"2:72-83, 1"', "1")
    text, reworded, moved = repinned(words.replace('2 "The"', '2 "The envoy came"'), changed)
    assert "at: 2:32-46, 2:62-73" in text
    assert reworded == [
        "c.yaml:40: quotes[tired].evidence[0].at: 2:62-73 is “still alive”, was “but alive”"
    ]
    assert moved == 2


def test_with_the_earlier_text_every_place_in_a_changed_passage_is_moved() -> None:
    first = pinned(DRAFT)
    changed = [*PASSAGES]
    changed[2] = PASSAGES[2].replace("three men", "four men").replace("Nobody", "No one at all")
    text, reworded, moved = repinned(first, changed, PASSAGES)
    assert "3:45-65" in text
    assert "3:20-28" in text
    assert moved == 3
    assert [line.split(": ", 2)[2] for line in reworded] == [
        "3:45-65 is “four men, it is said”, was “three men, it is said”"
    ]
    assert "at: 3}" in text  # a whole passage stays whole


def test_places_without_words_in_a_changed_passage_are_refused() -> None:
    first = pinned(DRAFT)
    changed = [*PASSAGES[:3], PASSAGES[3] + "!"]
    (fault,) = rejected(first, changed)
    assert (fault.rule, fault.where) == ("other-text", "events[visit].evidence[0].at")
    assert fault.message == (
        "¶4 has changed since 4:32-51 was pinned; write its words, or give the text that was "
        "pinned with --was"
    )
    assert {fault.message for fault in rejected(first, PASSAGES[:3])} == {
        "¶4 is no longer in the text; write another place"
    }
    # New words are looked up, and a passage that no locator names may change.
    anew = first.replace("4:0-8", '4 "a man"').replace(", 4:32-51", "")
    assert "{at: 4:10-15}" in pinned(anew, changed)
    (fault,) = rejected(first, ["Another", "text", *PASSAGES[3:]])
    assert "this is another text: 1 of 4 passages match" in fault.message


# --- words kept for readers -----------------------------------------------------------------------


def test_words_can_be_kept_beside_the_offsets_and_the_coding_means_the_same() -> None:
    kept = pin(DRAFT, PASSAGES, Path("c.yaml"), keep_words=True).text
    assert '1:20-25 "envoy"' in kept
    assert """'2:72-83 "envoy slept", 1'""" in kept or '"2:72-83 \\"envoy slept\\", 1"' in kept
    bare = pinned(DRAFT)
    assert parse_coding(kept, "c.yaml")[0] == parse_coding(bare, "c.yaml")[0]
    assert pinned(kept).replace("'", "").replace('"', "") == bare.replace("'", "").replace('"', "")
    assert proven(kept) == proven(bare)
    faults = proven(kept.replace('1:20-25 "envoy"', '1:20-25 "ghost"'))
    assert [fault.message for fault in faults if fault.rule == "other-words"] == [
        "“ghost” is not at 1:20-25: “envoy” is; correct either"
    ]


def test_unpinning_is_undone_by_pinning() -> None:
    bare = pinned(DRAFT)
    result = unpin(bare, PASSAGES, Path("c.yaml"))
    assert '2 "envoy came"' in result.text
    assert result.places == 11
    assert parse_coding(pinned(result.text), "c.yaml")[0] == parse_coding(bare, "c.yaml")[0]
    with pytest.raises(InvalidInputError, match="run `sourcebook pin`"):
        unpin(bare, ["New", *PASSAGES], Path("c.yaml"))


@settings(deadline=None)
@given(st.text("ab .,", min_size=1, max_size=60), st.data())
def test_the_words_of_a_place_lead_back_to_it(line: str, data: st.DataObject) -> None:
    passage = normalise(line)
    if not passage:
        return
    start = data.draw(st.integers(0, len(passage) - 1))
    end = data.draw(st.integers(start + 1, len(passage)))
    place = quote_place(Locator(1, start, end), passage)
    if place.quoted_only:
        (again,) = parse_places(str(place))
        assert locate(again, PassageSearch([passage])).bare == Locator(1, start, end)


# --- files ----------------------------------------------------------------------------------------


def test_a_file_is_pinned_in_place(tmp_path: Path) -> None:
    path, text, link = tmp_path / "c.yaml", tmp_path / "text.txt", tmp_path / "link.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + DRAFT.replace("\n", "\r\n").encode())
    path.chmod(0o640)
    link.symlink_to(path)
    text.write_bytes(b"\xef\xbb\xbf" + TEXT.encode())
    assert pin_file(link, text).places == 10
    assert link.is_symlink()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    expected = pinned(DRAFT).replace("\n", "\r\n").encode()
    assert path.read_bytes() == b"\xef\xbb\xbf" + expected
    assert sorted(file.name for file in tmp_path.iterdir()) == ["c.yaml", "link.yaml", "text.txt"]
    before = path.stat()
    assert pin_file(path, text).places == 0
    assert path.stat().st_ino == before.st_ino
    assert path.stat().st_mtime_ns == before.st_mtime_ns


def test_a_file_that_cannot_be_written_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    path, text = tmp_path / "c.yaml", tmp_path / "text.txt"
    path.write_text(DRAFT)
    text.write_text(TEXT)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InvalidInputError, match="cannot be written: No space left"):
        pin_file(path, text)
    assert path.read_text() == DRAFT
    assert sorted(file.name for file in tmp_path.iterdir()) == ["c.yaml", "text.txt"]


def test_a_file_that_may_not_be_written_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, text = tmp_path / "c.yaml", tmp_path / "text.txt"
    path.write_text(DRAFT)
    text.write_text(TEXT)
    plain = Path.open

    def refuse(self: Path, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        if mode == "rb+":
            raise PermissionError(13, "Permission denied")
        return plain(self, mode, *args, **kwargs)

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(InvalidInputError, match="cannot be written: Permission denied"):
        pin_file(path, text)
    assert path.read_text() == DRAFT


# --- arbitrary texts ------------------------------------------------------------------------------

LETTERS = st.sampled_from("abcé😀ש…”'\"\\:#,{}[]&*!%@`-?|>")
WORD = st.text(LETTERS, min_size=1, max_size=4)
PASSAGE = st.lists(WORD, min_size=1, max_size=6).map(" ".join).map(normalise)


def draft(words: str) -> str:
    """Return words as a draft writes them."""
    return words.replace("\\", "\\\\").replace('"', '\\"')


@settings(deadline=None)
@given(st.lists(PASSAGE, min_size=1, max_size=4), st.data())
def test_a_pinned_coding_is_verified_and_pinning_again_changes_nothing(
    texts: list[str], data: st.DataObject
) -> None:
    sources, quotes = [], []
    for n, passage in enumerate(texts, 1):
        start = data.draw(st.integers(0, len(passage) - 1))
        end = data.draw(st.integers(start + 1, len(passage)))
        words = passage[start:end].strip()
        if not words or passage.find(words) != passage.rfind(words):
            words = passage
        source = yaml.safe_dump({"key": f"s{n}", "title": words, "kind": "book"})
        style = data.draw(st.sampled_from([None, "'", '"']))
        at = yaml.safe_dump(
            {"at": f'{n} "{draft(words)}"'}, default_style=style, allow_unicode=True, width=20
        )
        sources.append("- " + (source + at).replace("\n", "\n  ").strip())
        quote = {
            "key": f"q{n}",
            "text": words,
            "directness": "direct",
            "evidence": [{"at": f'{n} "{draft(words)}"'}],
        }
        quotes.append(quote)
    text = f"{HEAD}sources:\n" + "\n".join(sources) + "\n"
    text += yaml.safe_dump({"quotes": quotes}, allow_unicode=data.draw(st.booleans()))
    once = pinned(text, texts)
    assert pinned(once, texts) == once
    coding, lines = parse_coding(once, "c.yaml")
    assert verify(coding, lines, texts, TEXT_PATH) == []
    assert [each.title for each in coding.sources] == [each.title for each in _given(text)]


def _given(text: str) -> list[Any]:
    """The sources of a coding that is not pinned yet."""
    tree = tree_module.parse(text, "c.yaml")
    actual: Any = tree.root["sources"]
    return [type("Source", (), {"title": item["title"].strip()}) for item in actual]


def test_places_of_passages_that_were_joined_are_found_and_listed(tmp_path: Path) -> None:
    docs = Path(__file__).parent.parent / "docs"
    old = [line for line in (docs / "example.txt").read_text("utf-8").splitlines() if line]
    coding, text = tmp_path / "coding.yaml", tmp_path / "text.txt"
    coding.write_text((docs / "example.yaml").read_text("utf-8"), encoding="utf-8")
    text.write_text("\n".join([f"{old[0]} {old[1]}", *old[2:]]), encoding="utf-8")
    result = pin_file(coding, text, earlier=docs / "example.txt")
    assert len(result.to_review) == 9
    assert all(line.endswith("was in another passage") for line in result.to_review)
    assert check_file(coding, text)[0] == []
