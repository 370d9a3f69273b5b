"""Texts: how they are split into passages and measured, and which files are refused."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coding.faults import InvalidInputError
from coding.text import (
    MAX_TEXT,
    PassageSearch,
    measure,
    normalise,
    passages,
    read_file,
    read_text,
)
from schema.escape import is_blank

ANY = st.text(st.characters(exclude_categories=["Cs"]))


def rejected(path: Path) -> str:
    with pytest.raises(InvalidInputError) as caught:
        read_text(path)
    (fault,) = caught.value.faults
    return str(fault)


def test_white_space_becomes_one_blank() -> None:
    spaces = [chr(n) for n in range(0x110000) if chr(n).isspace()]
    assert len(spaces) > 20
    for space in spaces:
        assert normalise(f"{space}a{space}{space} b{space}") == "a b"
    for joiner in "\u200b\u200c\u200d\ufeff":  # show nothing, and are no white space
        assert normalise(f" a{joiner}b ") == f"a{joiner}b"


def test_letters_are_composed_and_otherwise_left_alone() -> None:
    assert normalise("Cafe\u0301 ﬁ “x” … A\u030a") == "Caf\u00e9 ﬁ “x” … \u00c5"


@given(ANY)
def test_normalising_again_changes_nothing(line: str) -> None:
    once = normalise(line)
    assert normalise(once) == once
    assert once == unicodedata.normalize("NFC", once)
    assert once == once.strip()
    assert "  " not in once


@given(ANY)
def test_a_passage_is_a_line_as_an_editor_shows_it(text: str) -> None:
    actual = passages(text)
    assert all(actual)
    assert passages("\n".join(actual)) == actual
    assert passages(text.replace("\r", "").replace("\n", "\r\n")) == passages(
        text.replace("\r", "")
    )
    shown = [line for line in re.split("\r\n|\r|\n", text) if not is_blank(line)]
    assert " ".join(actual) == normalise("\n".join(shown))


@pytest.mark.parametrize(
    "hidden", [*"\u200b\ufeff\u2060\u00ad\u200e\u3164\u2800\ufe0f\u200d\u202e"]
)
def test_a_line_that_shows_nothing_is_no_passage(hidden: str) -> None:
    assert passages(f"a\n{hidden}\n {hidden} {hidden}\t\nb{hidden}c") == ["a", f"b{hidden}c"]


def test_only_line_ends_divide_passages() -> None:
    assert passages("a\nb\r\nc\rd\n\r\n \t\n\u00a0\ne") == ["a", "b", "c", "d", "e"]
    for inside in "\x0b\x0c\x1c\x85\u2028\u2029":
        assert passages(f"a{inside}b\n{inside}\nc") == ["a b", "c"]
    assert passages(" \n") == []


def test_a_measure_is_code_points_and_a_hash_of_utf_8() -> None:
    passage = "né 😀"
    assert measure(passage) == (4, hashlib.sha256(passage.encode()).hexdigest())


# --- files ----------------------------------------------------------------------------------------


def test_a_text_is_read(tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    path.write_bytes("\ufeffTitle\r\n\r\n  The  envoy…\u00a0 \r\n".encode())
    assert read_text(path) == ["Title", "The envoy…"]


def test_files_that_are_not_texts_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    assert "does not exist" in rejected(path)
    assert "is a folder" in rejected(tmp_path)
    os.mkfifo(tmp_path / "fifo")
    assert "is a pipe or a device" in rejected(tmp_path / "fifo")
    path.write_bytes(b"\n \n\xc2\xa0")
    assert "is empty; give the file" in rejected(path)
    path.write_bytes(b"a\nb\r\nc\rd\xe9")
    assert ":4: error not-utf-8: is not UTF-8: byte 0xe9 at offset 8;" in rejected(path)
    path.write_bytes(b"a\nb\0")
    assert ":2: error control-character: contains a NUL" in rejected(path)
    for encoding in ("utf-16-le", "utf-16-be"):
        path.write_bytes("\ufeffab".encode(encoding))
        assert "is UTF-16; save it as UTF-8" in rejected(path)
    with path.open("wb") as file:
        file.truncate(MAX_TEXT + 1)
    assert "is too large: 20.0 MB" in rejected(path)


def test_a_file_of_exactly_the_limit_is_read(tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    path.write_bytes(b"abc")
    assert read_file(path, 3) == "abc"
    with pytest.raises(InvalidInputError, match="too large"):
        read_file(path, 2)


@given(st.binary(max_size=40))
def test_any_bytes_are_a_text_or_unusable(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.txt"
    path.write_bytes(data)
    try:
        text = read_file(path, 1000)
    except InvalidInputError as error:
        (fault,) = error.faults
    else:
        assert text.encode() == data.removeprefix(b"\xef\xbb\xbf")
        return
    assert fault.rule in ("not-utf-8", "control-character")


# --- similar words --------------------------------------------------------------------------------

TEXTS = ["The envoy came by night.", "Nobody said “we are lost” to him.", "The envoy left."]


@pytest.mark.parametrize(
    ("words", "among", "message"),
    [
        ("The envoy", [], "; it is at 1:0-9"),
        ("The envoy", [3], "; it is at 3:0-9"),
        ("the envoy came", [3, 99], "; nearest is 1:0-14, “The envoy came”"),
        ("'we are lost'", [1], "; nearest is 2:12-24, ““we are lost”"),
        ("ne are los", [2], "; nearest is 2:13-24, “we are lost”"),
        ("The envoy left. And never came back.", [1], "; nearest is 3:0-15, “The envoy left.”"),
        ("xyzzy plugh", [1], ""),
    ],
)
def test_the_nearest_words(words: str, among: list[int], message: str) -> None:
    actual = PassageSearch(TEXTS).hint(words, among)
    assert actual == message


def test_in_a_long_text_only_the_named_passages_are_searched(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("coding.text.MAX_SEARCHED", 10)
    hint = PassageSearch(TEXTS).hint
    assert hint("the envoy came", [3]) == "; nearest is 3:0-14, “The envoy left”"
    assert hint("The envoy came", [3]) == "; it is at 1:0-14"
