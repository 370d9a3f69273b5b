"""Citations to paste: author, title, publisher, date, address and passages."""

from collections.abc import Collection, Iterator, Mapping

from sqlalchemy import Connection, bindparam, text

from reports.references import references

BATCH = 1000
"""Documents per query: engines limit the number of bound values."""

DOCUMENTS = """
    select id
    from sources
    where document_id is null
      and key in :documents
    order by key
"""


def citations(
    connection: Connection, places: Mapping[str, Collection[int]]
) -> Iterator[tuple[str, str]]:
    """Yield each document's key and the citation of these passages, sorted by key.

    `places` is read only when the first citation is needed, after all rows.
    """
    statement = text(DOCUMENTS).bindparams(bindparam("documents", expanding=True))
    documents = sorted(places)
    for start in range(0, len(documents), BATCH):
        keys = {"documents": documents[start : start + BATCH]}
        for source in references(connection, connection.execute(statement, keys).scalars().all()):
            yield source.key, f"{source.text(passages=cited_passages(places[source.key]))}."


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
