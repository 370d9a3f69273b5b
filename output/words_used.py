"""Which words of the closed vocabularies an answer uses, to explain them beside it."""

from collections.abc import Sequence

from output.page import Cell, PageColumn
from schema import vocabulary

MOST = 40
"""A column with more values than this has none of a vocabulary."""

_VOCABULARIES = [
    kind
    for kind in vars(vocabulary).values()
    if isinstance(kind, type) and issubclass(kind, vocabulary.Vocabulary) and len(kind)
]


class WordsUsed:
    """Sees the rows of an answer pass, and knows what the words in its columns mean."""

    def __init__(self, columns: Sequence[PageColumn]) -> None:
        self._columns = columns
        self._values: dict[int, set[str]] = {
            n: {column.usually} if column.usually else set()
            for n, column in enumerate(columns)
            if column.type == "text"
        }

    def see(self, row: Sequence[Cell]) -> None:
        """Note the words of a row."""
        for n, values in list(self._values.items()):
            value = row[n]
            if isinstance(value, str) and value not in values:
                values.add(value)
                if len(values) > MOST:
                    del self._values[n]

    def meanings(self) -> list[tuple[str, str]]:
        """Return each word that was used and its meaning, column by column."""
        return [
            (f"{self._columns[n].heading}: {member}", member.meaning)
            for n, values in self._values.items()
            for member in _members(self._columns[n].name, values)
        ]


def _members(name: str, values: set[str]) -> list[vocabulary.Vocabulary]:
    """Return the words among these values, if all of them belong to one vocabulary."""
    words = {word for value in values for word in value.split("; ")}
    fitting = [kind for kind in _VOCABULARIES if words and words <= set(kind)]
    # Several may fit: `person` is a kind of actor, and more. The column's name decides.
    fitting.sort(key=lambda kind: name.replace("_", "") != kind.__name__.lower())
    return [member for member in fitting[0] if member in words] if fitting else []
