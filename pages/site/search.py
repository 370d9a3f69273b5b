"""The search index of a site: scripts that a page loads as it needs them, from disk or a server.

A word's shard, named after its first letters, says which entries have the word: twice the number of
an entry, and one more if its title has it. Entries are in files of a fixed number. So a search
reads a few small files, however large the sourcebook is.
"""

from __future__ import annotations

import json
import re
import unicodedata
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator

from schema.escape import visible
from schema.folding import APOSTROPHES, foldings, romanised

CHUNK = 200
"""Entries of one file."""

FEW = 50_000
"""Postings of an index that is divided by the first letter alone; a larger one by two."""

_WORD = re.compile(r"[^\W_]+")
_LOST = str.maketrans("", "", APOSTROPHES)


class Index:
    """Collects what can be found; entries that are added first come first among equals."""

    def __init__(self) -> None:
        self._entries: list[str] = []
        self._files: list[str] = []
        self._postings: dict[str, array[int]] = defaultdict(lambda: array("L"))
        self._count = 0

    def add(self, kind: str, title: str, address: str, *texts: str) -> None:
        """Add something that has an address, to be found by the words of its title and texts."""
        entry = [kind, visible(title), address]
        self._entries.append(json.dumps(entry, separators=(",", ":")))
        own = words_of(title)
        for word in sorted(own.union(*map(words_of, texts))):
            self._postings[word].append(2 * self._count + (word in own))
        self._count += 1

    def files(self) -> Iterator[tuple[str, str]]:
        """Yield the name and the text of each file."""
        for start in range(0, self._count, CHUNK):
            entries = ",\n".join(self._entries[start : start + CHUNK])
            name = f"entries-{start // CHUNK}"
            yield name, f'sourcebook("{name}",[{entries}])\n'
        for name, words in sorted(self._shards().items()):
            listed = ",\n".join(
                f"{json.dumps(word)}:{_listed(self._postings[word])}" for word in words
            )
            yield name, f'sourcebook("{name}",{{{listed}}})\n'

    def _shards(self) -> dict[str, list[str]]:
        depth = 1 if sum(map(len, self._postings.values())) < FEW else 2
        shards: dict[str, list[str]] = defaultdict(list)
        for word in sorted(self._postings):
            shards[shard_of(word, depth)].append(word)
        return shards

    @property
    def shards(self) -> Iterable[str]:
        """Return the names of the shards."""
        return sorted(self._shards())


def _listed(entries: array[int]) -> str:
    return f"[{','.join(map(str, entries))}]"


def shard_of(word: str, depth: int) -> str:
    """Return the name of the file that has a word: its first letters, if they are plain."""
    letters = word[:depth]
    return "".join(
        sign if sign.isascii() and sign.isalnum() else f"_{ord(sign):x}" for sign in letters
    )


def words_of(text: str) -> set[str]:
    """Return the words by which a text is found, however it is typed."""
    ways = [plain(text), *foldings(text)]
    ways += [] if text.isascii() else [romanised(text)]
    return {word for way in ways for word in way.split()}


def plain(text: str) -> str:
    """Return words as the script of a page folds what is typed: no case, no accents."""
    letters = unicodedata.normalize("NFKD", text).lower().translate(_LOST)
    letters = "".join(sign for sign in letters if unicodedata.category(sign)[0] != "M")
    return " ".join(_WORD.findall(letters))
