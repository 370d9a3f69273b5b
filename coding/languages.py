"""What the rules know about a language: word lists from `languages/`, which a user can extend.

A file of the same name in the folder given with `--words` is read on top of ours: its lists are
added to them, its keys to our mappings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from coding.faults import InvalidInputError
from coding.text import invalid, read_file

OURS = Path(__file__).parent / "languages"
MAX_WORDS = 1_000_000
"""The largest word list that is read, in bytes."""

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's, if PyYAML has it
NO_LANGUAGE = "other"
"""The lists for a language that has none of its own: marks, and what names a day."""


class Language:
    """The word lists of one language."""

    def __init__(self, code: str, lists: dict[str, Any], path: Path) -> None:
        self.code = code
        self._lists = lists
        self._path = path

    def words(self, name: str) -> list[str]:
        """Return a list; empty if the language has none."""
        return [str(word) for word in self._lists.get(name) or ()]

    def numbered(self, name: str) -> dict[str, str]:
        """Return a mapping turned round, by case-folded word: `{"may": "5"}`."""
        return {
            str(word).casefold(): str(value)
            for value, words in (self._lists.get(name) or {}).items()
            for word in words
        }

    def spellings(self, name: str) -> list[str]:
        """Return the words of a list or mapping as they are written."""
        lists = self._lists.get(name) or ()
        groups = lists.values() if isinstance(lists, dict) else [lists]
        return [str(word) for words in groups for word in words]

    def mapping(self, name: str) -> dict[str, str]:
        """Return a mapping of words to words."""
        return {str(word): str(value) for word, value in (self._lists.get(name) or {}).items()}

    def templates(self, name: str) -> dict[str, list[str]]:
        """Return a mapping of names to templates."""
        return {str(key): list(map(str, value)) for key, value in self._lists.get(name, {}).items()}

    @cached_property
    def marks(self) -> list[tuple[str, str]]:
        """Return the pairs of quotation marks."""
        return [(pair[0], pair[1]) for text in self.words("marks") if (pair := text.split())[1:]]

    def compiled(self, template: str, slots: dict[str, str]) -> re.Pattern[str]:
        """Return a template as a regular expression; raises InvalidInputError."""
        seen: set[str] = set()

        def fill(slot: re.Match[str]) -> str:
            pattern = slots[slot[1]]
            if slot[1] in seen:  # a group has its name only once
                pattern = re.sub(r"\?P<\w+>", "?:", pattern)
            seen.add(slot[1])
            return pattern

        try:
            return re.compile(re.sub(r"\{([a-z]+)\}", fill, template))
        except (KeyError, re.error) as error:
            message = f"cannot read the template {template!r}: {error}"
            raise invalid("not-plain", self._path, message) from None


def alternatives(words: Iterable[str]) -> str:
    """Return a regular expression for any of these words, the longest first."""
    ordered = sorted(set(words), key=lambda word: (-len(word), word))
    return "|".join(re.escape(word).replace(r"\ ", r"\s") for word in ordered) or r"(?!)"


def known_languages(extra: Path | None = None) -> list[str]:
    """Return the codes of the languages that have word lists, here or in a folder of one's own."""
    paths = [*OURS.glob("*.yaml"), *(extra.glob("*.yaml") if extra else ())]
    return sorted({path.stem for path in paths} - {NO_LANGUAGE})


def language(code: str, extra: Path | None = None) -> Language:
    """Return the lists of a language, such as `en` or `en-GB`; raises InvalidInputError."""
    base = code.partition("-")[0]
    path = OURS / f"{base}.yaml"
    if not path.exists():  # marks, and what names a day in several languages
        path = OURS / f"{NO_LANGUAGE}.yaml"
    lists = _read(path)
    if extra is not None:
        more = extra / f"{base}.yaml"
        if not more.exists():
            raise invalid("unreadable", more, f"does not exist; name the file {base}.yaml")
        lists = _merged(lists, _read(more), more)
        path = more
    return Language(base, lists, path)


def _read(path: Path) -> dict[str, Any]:
    try:
        lists = yaml.load(read_file(path, MAX_WORDS), Loader=LOADER)  # noqa: S506 - a safe one
    except yaml.YAMLError as error:
        raise invalid("not-yaml", path, str(error).replace("\n", " ")) from None
    if not isinstance(lists, dict):
        raise invalid("not-yaml", path, "has no lists; write, for example, `say: [quip, joke]`")
    return lists


def _merged(ours: dict[str, Any], theirs: dict[str, Any], path: Path) -> dict[str, Any]:
    merged = dict(ours)
    for name, value in theirs.items():
        old = ours.get(name)
        if old is None:
            merged[name] = value
        elif isinstance(old, list) and isinstance(value, list):
            merged[name] = [*value, *old]
        elif isinstance(old, dict) and isinstance(value, dict):
            merged[name] = _merged(old, value, path)
        else:
            raise InvalidInputError(
                invalid("not-plain", path, f"`{name}` is not a {type(old).__name__}").faults
            )
    return merged
