"""Citations to paste: author, title, publisher, date, address and passages."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby
from operator import attrgetter

from sqlalchemy import Connection, bindparam, text

from schema.edtf import MONTHS

BATCH = 1000
"""Documents per query: engines limit the number of bound values."""

SOURCES = """
    select sources.key, sources.title, sources.published, sources.url, source_actors.role,
      actors.name
    from sources
    left join source_actors on source_actors.source_id = sources.id
    left join actors on actors.id = source_actors.actor_id
    where sources.document_id is null
      and sources.key in :documents
    order by sources.key, source_actors.n, actors.name, actors.key
"""


def citations(
    connection: Connection, places: Mapping[str, Collection[int]]
) -> Iterator[tuple[str, str]]:
    """Yield each document's key and the citation of these passages, sorted by key.

    `places` is read only when the first citation is needed, after all rows.
    """
    statement = text(SOURCES).bindparams(bindparam("documents", expanding=True))
    documents = sorted(places)
    for start in range(0, len(documents), BATCH):
        result = connection.execute(statement, {"documents": documents[start : start + BATCH]})
        for key, rows in groupby(result, attrgetter("key")):
            sources = list(rows)
            source = sources[0]
            actors = {
                role: [row.name for row in sources if row.role == role]
                for role in ("author", "voice", "publisher")
            }
            parts = [
                _listed(actors["author"] or actors["voice"]),
                f"“{source.title}”",
                _listed(actors["publisher"]),
                date_in_words(source.published or ""),
                source.url,
                cited_passages(places[key]),
            ]
            yield key, ", ".join(part for part in parts if part) + "."


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def date_in_words(edtf: str) -> str:
    """Return a day, month or year in words, and any other date as it is."""
    plain = re.fullmatch(r"([0-9]{4})(?:-(0[1-9]|1[0-2])(?:-([0-9]{2}))?)?", edtf)
    if not plain:
        return edtf
    year, month, number = plain.groups()
    return " ".join(
        filter(None, (number and str(int(number)), month and MONTHS[int(month) - 1], year))
    )


def cited_passages(numbers: Collection[int]) -> str:
    """Return the numbers of passages as cited: ¶ 4, or ¶¶ 4, 7–9."""
    runs: list[list[int]] = []
    for n in sorted(numbers):
        if runs and n == runs[-1][-1] + 1:
            runs[-1].append(n)
        else:
            runs.append([n])
    numbered = ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)
    return f"{'¶' if len(numbers) == 1 else '¶¶'} {numbered}"
