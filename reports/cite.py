"""`sourcebook cite`: the sources themselves, as text to paste or for a bibliography program."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from output.options import StrictCommand, failing, format_of, say
from reports.options import completing

if TYPE_CHECKING:
    from sqlalchemy import Connection

FORMATS = {".txt": "text", ".bib": "bibtex", ".ris": "ris", ".json": "csl-json"}
"""What --format takes, by the extension of such a file."""

DOCUMENTS = "select document_id from codings"

IDS = """
    select sources.id, coalesce(documents.key || ':', '') || sources.key as key
    from sources
    left join sources as documents on documents.id = sources.document_id
"""


@click.command(cls=StrictCommand)
@click.argument(
    "names", nargs=-1, metavar="[DOCUMENT|SOURCE]...", shell_complete=completing("source")
)
@click.option(
    "--format",
    type=click.Choice([*FORMATS.values()]),
    help="How to write the citations.  [default: what the extension of -o says, or text]",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Write to this file instead of stdout. A failed run leaves the file as it was.",
)
@click.pass_obj
@failing()
def cite(db: str, names: tuple[str, ...], format: str | None, output: Path | None) -> None:
    """Cite documents or other sources; without a name, all documents.

    NAMES are keys, titles or authors.

    text is to be pasted, with the date in words; bibtex is for LaTeX, ris for EndNote, Citavi and
    the like, csl-json for Zotero and Pandoc. A source that is only known through a document is
    cited with it: `cited in …`.
    """
    from database.connect import reading
    from output.destination import destination
    from reports.reference_formats import WRITERS
    from reports.references import references

    format = format_of(format, output, FORMATS)
    with reading(db) as connection:
        cited = references(connection, _ids(connection, names))
        with destination(output) as out:
            out.writelines(WRITERS[format](cited))


def _ids(connection: Connection, names: Sequence[str]) -> list[int]:
    from sqlalchemy import text

    from reports.definition import Type
    from reports.resolve import UnknownNameError, look_up

    if not names:
        return [*connection.execute(text(DOCUMENTS)).scalars()]
    keys = set()
    for name in names:
        try:
            known = look_up(connection, Type.SOURCE, name)
        except UnknownNameError as error:
            try:  # by its author
                known = look_up(connection, Type.DOCUMENT, name, say)
            except UnknownNameError:
                raise click.UsageError(str(error)) from None
        keys.add(known.key)
    return [row.id for row in connection.execute(text(IDS)) if row.key in keys]
