"""The files that a command is given: codings in folders, and the texts that belong to them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

from coding.faults import InvalidInputError
from coding.format import Coding
from coding.text import invalid, measure, read_text

CODINGS = (".yaml", ".yml", ".json")
"""How the names of codings end, in a folder."""


def codings_in(paths: Iterable[Path]) -> list[Path]:
    """Return the files, and the codings in folders and their folders, sorted by path.

    Raises InvalidInputError for a folder without any.
    """
    files: list[Path] = []
    for path in paths:
        if not path.is_dir():
            files.append(path)
            continue
        inside = sorted(
            file
            for file in path.rglob("*")
            if file.suffix in CODINGS
            and file.is_file()
            and not any(part.startswith(".") for part in file.relative_to(path).parts)
        )
        if not inside:
            raise invalid("unreadable", path, "has no codings: no file ends in .yaml or .json")
        files += inside
    return list(dict.fromkeys(files))


class Texts:
    """A folder of texts, each found by the passages of its coding."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def _by_passages(self) -> dict[tuple[str, ...], Path]:
        texts: dict[tuple[str, ...], Path] = {}
        for path in sorted(self.folder.rglob("*")):
            if path.suffix in CODINGS or path.name.startswith(".") or not path.is_file():
                continue
            try:
                passages = read_text(path)
            except InvalidInputError:  # a picture, for example
                continue
            texts.setdefault(tuple(measure(passage)[1] for passage in passages), path)
        return texts

    def text_of(self, coding: Coding, path: Path) -> Path:
        """Return the text that was coded: the same passages, or the most of them, at least half.

        Raises InvalidInputError if there is none.
        """
        hashes = tuple(passage.hash for passage in coding.passages)
        exact = self._by_passages.get(hashes)
        if exact is not None:
            return exact
        common = {
            text: len({*hashes} & {*passages}) for passages, text in self._by_passages.items()
        }
        best = max(common, key=lambda text: (common[text], str(text)), default=None)
        if best is None or 2 * common[best] < len(hashes) or not hashes:
            raise invalid("other-text", path, f"no text in {self.folder} has its passages")
        return best
