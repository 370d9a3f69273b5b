"""The command `export`: everything that a sourcebook holds, as a folder of files."""

from __future__ import annotations

from pathlib import Path

import click

from exports.formats import FORMATS
from output.options import StrictCommand, failing, only_for, write


@click.command(cls=StrictCommand)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--format", type=click.Choice(list(FORMATS)), required=True, help="What to write.")
@click.option("--keep-text", is_flag=True, help="Write the passages' text too, if it was kept.")
@click.option("--null", metavar="TEXT", help="In csv, write null as TEXT.  [default: nothing]")
@click.option(
    "--bom",
    is_flag=True,
    help="In csv, begin with a byte order mark, so that Excel recognises UTF-8.",
)
@click.pass_obj
@failing()
def export(
    db: str, folder: Path, format: str, keep_text: bool, null: str | None, bom: bool
) -> None:
    r"""Write everything that the sourcebook holds into the folder DIR, and list the files.

    \b
    csv, jsonl, parquet  a file for each table, and timeline, quotations, ties
                         and stances, which need no joins; in csv, null is an
                         empty cell and empty text is ""
    sql                  a file for sqlite3 and one for psql; each restores the
                         sourcebook
    graphml, gexf        a graph of actors with their ties, and one of voices:
                         who relays whom; Gephi shows gexf on its timeline
    datasette            a database with full-text search, every report as a
                         form: run `datasette DIR`
    ftm                  entities of FollowTheMoney

    DIR must not exist, or must be empty or an earlier export, which is replaced. It is written
    whole or not at all. The same sourcebook makes the same bytes.
    """
    from database.connect import reading
    from exports.export import export as run
    from output.page import Page, PageColumn
    from schema.escape import visible

    only_for("--null", null, [format], "csv")
    only_for("--bom", bom, [format], "csv")
    if null and (not null.isprintable() or set(null) & {",", '"'}):
        raise click.UsageError("--null takes a word without commas, quotation marks and controls")
    with reading(db, stored=True) as connection:
        result = run(connection, folder, format, keep_text=keep_text, null=null or "", bom=bom)
    columns = (PageColumn("file"), PageColumn("rows", "integer"), PageColumn("bytes", "integer"))
    rows = [(file.name, file.rows, size) for file, size in result.files]
    write(Page(columns, rows), "table", None)
    summary = (
        f"{folder}: {len(rows)} {format} file{'s' * (len(rows) != 1)} · content {result.content}"
    )
    click.echo(visible(summary), err=True)
