"""The screen that `sourcebook init` ends with: what is in a sourcebook, and what to try next."""

import re
import shlex
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from textwrap import wrap
from typing import NamedTuple

from sqlalchemy import Connection, text

from output.page import shortened
from output.wording import counted, listed
from reports.about import provenance
from reports.catalogue import Catalogue
from reports.definition import Type
from reports.references import references
from reports.resolve import UnknownNameError, look_up
from reports.run import run
from schema.date_words import date_in_words
from schema.escape import visible

LEAST_COLUMN = 30
"""The least width of the second of two columns."""

MOST_DOCUMENTS = 3
"""How many documents are named; more are only counted."""


class Measure(NamedTuple):
    """A row of the report `summary`."""

    number: int = 0
    note: str = ""


DOCUMENTS = """
    select sources.id, sources.key, count(*) as passages
    from codings
    join sources on sources.id = codings.document_id
    join passages on passages.document_id = codings.document_id
    group by sources.id, sources.key
    order by sources.key
"""

# Who does most, or whom most statements are about; people before others.
PROMINENT = """
    select actors.key, actors.name
    from participants
    join actors on actors.id = participants.actor_id
    where participants.role = :role
    group by actors.key, actors.name, actors.kind
    order by case when actors.kind = 'person' then 0 else 1 end, count(*) desc, actors.key
    limit 1
"""

WORDS = """
    select text
    from quotes
    where text like '% %'
    order by length(text), text
    limit 1
"""


def overview(connection: Connection, command: str = "sourcebook", width: int = 100) -> str:
    """Return what a sourcebook holds, and five commands to try next; `command` begins each."""
    return "".join(f"{visible(line)}\n" for line in _lines(connection, command, width))


def _lines(connection: Connection, command: str, width: int) -> Iterator[str]:
    data = provenance(connection)
    yield f"What is in {data['database']}"
    yield ""
    it = _measures(connection)
    contents = list(_contents(connection, command, it))
    yield from _columns(contents, width)
    yield ""
    kinds = ("facts", "facts, own word alone", "facts, unnamed alone", "facts, several origins")
    facts, alone, unnamed, several = (f"{it[name].number:,}" for name in kinds)
    yield from wrap(
        f"How well sourced it is: {alone} of the {facts} facts rest on a document's word alone, "
        f"{unnamed} on unnamed voices alone; {several} have two or more named origins.",
        width,
    )
    yield ""
    yield "Five commands to try next"
    yield ""
    yield from _columns(list(_commands(connection, command)), width)
    yield ""
    number = len(Catalogue().files)
    yield from wrap(
        f"All {number} reports: sourcebook report · their options: sourcebook report NAME --help · "
        "all commands: sourcebook --help",
        width,
    )
    yield f"Content {shortened(data['content'])} · {date_in_words(data['date'], full=True)}"


def _contents(
    connection: Connection, command: str, it: Mapping[str, Measure]
) -> Iterator[tuple[str, str]]:
    """Yield what there is, and what it is."""
    documents = connection.execute(text(DOCUMENTS)).all()
    passages = {row.key: counted(row.passages, "passage") for row in documents}
    label = counted(len(documents), "document")
    if len(documents) > MOST_DOCUMENTS:
        number = counted(sum(row.passages for row in documents), "passage")
        yield label, f"{number}; `{command} documents` lists them"
    elif not documents:
        yield label, ""
    else:
        for cited in references(connection, [row.id for row in documents]):
            parts = [
                listed([author.name for author in cited.authors]),
                f"“{cited.title}”",
                date_in_words(cited.published, full=True),
            ]
            yield label, f"{', '.join(filter(None, parts))} ({passages[cited.key]})"
            label = ""
    places, topics = counted(it["places"].number, "place"), counted(it["topics"].number, "topic")
    yield counted(it["actors"].number, "actor"), f"{it['actors'].note}; {places}, {topics}"
    yield counted(it["events"].number, "event"), it["events"].note
    yield counted(it["quotes"].number, "statement"), it["quotes"].note
    wishes = "what somebody wants, fears, needs, claims or refuses"
    yield counted(it["positions"].number, "position"), wishes
    yield counted(it["ties"].number, "tie"), "who supports, needs, heads or opposes whom"
    others = it["other sources"]
    yield counted(others.number, "source"), f"{others.note}, besides the documents themselves"


def _commands(connection: Connection, command: str) -> Iterator[tuple[str, str]]:
    """Yield five commands that answer something here, and what they answer."""
    yield f"{command} report timeline", "what happened, in what order, and how sure the dates are"
    doer, name = _prominent(connection, "doer")
    yield f"{command} report actor {doer}", f"everything on {name}"
    subject, name = _prominent(connection, "subject")
    yield f"{command} report quotes --about {subject}", f"who says what about {name}"
    yield f"{command} report anonymous", "what rests on unnamed voices"
    words = connection.execute(text(WORDS)).scalar()
    words = words if words and re.fullmatch(r"[\w ]+", words) else "WORDS"
    yield f"{command} search {words}", "any words, in names, statements and quotes"


def _prominent(connection: Connection, role: str) -> tuple[str, str]:
    """Return who comes first in this role: a short name for a shell, and the whole name."""
    actor = connection.execute(text(PROMINENT), {"role": role}).first()
    if actor is None:
        return "NAME", "an actor"
    short = re.split(r"[\s-]", actor.name)[-1].lower()
    with suppress(UnknownNameError):
        if look_up(connection, Type.ACTOR, short).key == actor.key:
            return shlex.quote(short), actor.name
    return shlex.quote(actor.key), actor.name


def _measures(connection: Connection) -> Mapping[str, Measure]:
    """Return the measures of the report `summary` by name; one that it lacks is 0."""
    measures: dict[str, Measure] = defaultdict(Measure)
    with run(connection, Catalogue().report("summary"), {}) as page:
        names = [column.name for column in page.columns]
        for values in page.rows:
            row = dict(zip(names, values, strict=True))
            measures[str(row["measure"])] = Measure(int(row["count"] or 0), str(row["note"] or ""))
    return measures


def _columns(rows: list[tuple[str, str]], width: int) -> Iterator[str]:
    """Yield two columns; without room for the second, it goes below the first."""
    first = max(len(label) for label, _ in rows) + 2
    below = width - first < LEAST_COLUMN
    indent = 4 if below else first
    for label, meaning in rows:
        if below:
            yield label
        for n, line in enumerate(wrap(meaning, width - indent) or [""]):
            yield f"{'' if n or below else label:{indent}}{line}".rstrip()
