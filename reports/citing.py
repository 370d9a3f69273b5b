"""Citations to paste: author, title, publisher, date, address and the passages that are meant."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby
from operator import attrgetter

from sqlalchemy import Connection, bindparam, text

from schema.edtf import MONTHS

MOST = 1000
"""How many documents one query asks for: engines limit what can be bound."""

SOURCES = """
    select sources.key, sources.title, sources.published, sources.url, source_actors.role,
      actors.name
    from sources
    left join source_actors on source_actors.source_id = sources.id
    left join actors on actors.id = source_actors.actor_id
    where sources.document_id is null
      and sources.key in :documents
    order by sources.key, actors.name
"""


def citations(
    connection: Connection, places: Mapping[str, Collection[int]]
) -> Iterator[tuple[str, str]]:
    """Give the key of each document and how to cite these passages of it, in order of the keys.

    Nothing is asked, and `places` not read, before the first is wanted.
    """
    statement = text(SOURCES).bindparams(bindparam("documents", expanding=True))
    documents = sorted(places)
    for start in range(0, len(documents), MOST):
        found = connection.execute(statement, {"documents": documents[start : start + MOST]})
        for key, rows in groupby(found, attrgetter("key")):
            made = list(rows)
            source = made[0]
            who = {
                role: [row.name for row in made if row.role == role]
                for role in ("author", "voice", "publisher")
            }
            parts = [
                _listed(who["author"] or who["voice"]),
                f"“{source.title}”",
                _listed(who["publisher"]),
                day(source.published or ""),
                source.url,
                pilcrows(places[key]),
            ]
            yield key, ", ".join(part for part in parts if part) + "."


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def day(edtf: str) -> str:
    """Write a date as it is cited; one that is no plain day, month or year stays as it is."""
    plain = re.fullmatch(r"([0-9]{4})(?:-(0[1-9]|1[0-2])(?:-([0-9]{2}))?)?", edtf)
    if not plain:
        return edtf
    year, month, number = plain.groups()
    return " ".join(
        filter(None, (number and str(int(number)), month and MONTHS[int(month) - 1], year))
    )


def pilcrows(numbers: Collection[int]) -> str:
    """Write the numbers of passages: ¶ 4, or ¶¶ 4, 7–9."""
    runs: list[list[int]] = []
    for n in sorted(numbers):
        if runs and n == runs[-1][-1] + 1:
            runs[-1].append(n)
        else:
            runs.append([n])
    said = ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)
    return f"{'¶' if len(numbers) == 1 else '¶¶'} {said}"
