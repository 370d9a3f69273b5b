"""What an answer says about itself: what was asked, and of which data."""

import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import PurePath

from sqlalchemy import Connection, text

from output.page import LinkedCitation, Page
from output.wording import counted, listed
from reports.definition import NAMED, Parameter, Report, ReportError, Type, Value
from reports.known_names import KNOWN
from reports.references import references
from reports.run import Given
from schema.date_words import date_in_words


def about(
    connection: Connection,
    page: Page,
    report: Report,
    values: Mapping[str, Value],
    given: Mapping[str, Given | None],
) -> Page:
    """Return the page with what was asked, in words, and the data that it comes from.

    `values` are those that `bind` returned for what was `given`.
    """
    subjects = [it for it in report.parameters if it.required and it.type in NAMED] or [
        it for it in report.parameters if it.type is Type.ACTOR and it.name == "actor"
    ]
    subjects = [it for it in subjects if it.name in values]
    others = [
        it
        for it in report.parameters
        if it.name in values and given.get(it.name) is not None and it not in subjects
    ]
    names = [_in_words(connection, it, values, given) for it in subjects]
    page = replace(
        page,
        title=f"{report.title}: {listed(names)}" if names else report.title,
        filters=_filters(connection, others, values, given),
    )
    command = shlex.join(["sourcebook", "report", report.name, *options_of(report, given)])
    return with_origin(connection, page, command)


def with_origin(connection: Connection, page: Page, command: str) -> Page:
    """Return the page with the command that was given, and the data that it comes from."""
    return replace(
        page,
        meta={"command": command, **provenance(connection)},
        document=_only_document(connection),
        cite=partial(_citation, connection),
    )


def provenance(connection: Connection) -> dict[str, str]:
    """Return which data rows come from, and when: the hash of the last load, the database, the day.

    Only the database's name is given, so that a printed page reveals no folders or servers.
    """
    name = PurePath(connection.engine.url.database or "").name
    return {"content": content_hash(connection), "database": name, "date": _today()}


def content_hash(connection: Connection) -> str:
    """Return the content hash of the last load; `none` if nothing is loaded."""
    query = text("select content_hash from loads order by id desc limit 1")
    return connection.execute(query).scalar() or "none"


def _today() -> str:
    """Return the day of asking; SOURCE_DATE_EPOCH may set it. Raises ReportError."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    try:
        moment = datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now().astimezone()
    except (ValueError, OverflowError, OSError):
        raise ReportError(
            "SOURCE_DATE_EPOCH isn't a number of seconds since 1970; correct it, or unset it"
        ) from None
    return moment.date().isoformat()


def options_of(report: Report, given: Mapping[str, Given | None]) -> list[str]:
    """Return the options of a report as they were given."""
    words = []
    for parameter in report.parameters:
        value = given.get(parameter.name)
        if parameter.type is Type.FLAG:
            words += [parameter.option] if value else []
        elif value is not None:
            for part in _each(value):
                words += [parameter.option, part]
    return words


def _each(value: Given) -> list[str]:
    return [str(value)] if isinstance(value, str | int) else [str(part) for part in value]


def _filters(
    connection: Connection,
    parameters: Sequence[Parameter],
    values: Mapping[str, Value],
    given: Mapping[str, Given | None],
) -> str:
    """Return what narrows the rows, in words: July 2015 to December 2015; actor: Iran."""
    words = {it.name: _in_words(connection, it, values, given) for it in parameters}
    first, last = words.pop("from", ""), words.pop("to", "")
    period = f"{first} to {last}" if first and last else first and f"from {first}"
    period = first if first == last else period or f"until {last}"
    pair = words.pop("a", ""), words.pop("b", "")
    parts = [part for part in (period, " and ".join(filter(None, pair))) if part]
    flags = {it.name: it.meaning for it in parameters if it.type is Type.FLAG}
    for name, value in words.items():
        parts.append(flags.get(name) or f"{name.replace('_', ' ')}: {value}")
    filters = "; ".join(parts)
    return f"{filters[0].upper()}{filters[1:]}." if filters else ""


def _in_words(
    connection: Connection,
    parameter: Parameter,
    values: Mapping[str, Value],
    given: Mapping[str, Given | None],
) -> str:
    """Return the value of a parameter as people say it: names for keys, dates in words."""
    value = values[parameter.name]
    if parameter.type in NAMED:
        keys = str(value).split(",") if parameter.repeated else [str(value)]
        return listed([_heading(connection, parameter.type, key) for key in keys])
    if parameter.type is Type.DATE:
        asked = given.get(parameter.name)
        return date_in_words(parameter.date(str(value if asked is None else asked)).text, full=True)
    return str(value)


def _heading(connection: Connection, type: Type, key: str) -> str:
    """Return the name under which reports list what has this key."""
    # Without its document, the key of an event means that of every document that has it.
    match = "like '%:' || :key" if type is Type.EVENT and ":" not in key else "= :key"
    query = f"select heading from ({KNOWN[type]}) as known where key {match} limit 1"  # noqa: S608 - ours
    return str(connection.execute(text(query), {"key": key}).scalar() or key)


def _only_document(connection: Connection) -> str:
    """Return the citation of the document, if just one is loaded."""
    ids = connection.execute(text("select document_id from codings limit 2")).scalars().all()
    return _brief(connection, ids[0]) if len(ids) == 1 else ""


def loaded(connection: Connection) -> str:
    """Return what is loaded: the citation of the only document, or how many there are."""
    query = text("select count(*) from codings")
    number = connection.execute(query).scalar_one()
    return _only_document(connection) or counted(number, "document")


def _citation(connection: Connection, key: str) -> str:
    """Return the citation of the document with this key, or the key if there is none."""
    query = text("select id from sources where document_id is null and key = :key")
    id = connection.execute(query, {"key": key}).scalar()
    return key if id is None else _brief(connection, id)


def _brief(connection: Connection, id: int) -> LinkedCitation:
    """Return author, title and date of a source."""
    [source] = references(connection, [id])
    return LinkedCitation(source.brief(), source.url)
