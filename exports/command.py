"""The command `export`: a folder of files with all that a sourcebook holds."""

from __future__ import annotations

from pathlib import Path

import click

from exports.formats import FORMATS
from output.options import failing, write


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--format", type=click.Choice(list(FORMATS)), required=True, help="What to write.")
@click.option("--keep-text", is_flag=True, help="Write the passages' text too, where it was kept.")
@click.option(
    "--force",
    is_flag=True,
    help="Write into DIR though it holds other files: these stay, but for those of our names.",
)
@click.pass_obj
@failing()
def export(db: str, folder: Path, format: str, keep_text: bool, force: bool) -> None:
    r"""Write all that the sourcebook holds into the folder DIR, and print the files.

    csv, jsonl and parquet have one file a table; in csv null is \N, or what datapackage.json says.
    csv and jsonl can be loaded again (`load DIR`). sql has a file for sqlite3 and one for psql.
    graphml and ftm hold graphs: actors and ties, and entities of FollowTheMoney.

    DIR is made, or replaced where it holds nothing but an earlier export: whole, or not at all.
    Among other files (--force) it is written file by file, datapackage.json last: while that is
    missing, the export is not whole. It says what each file holds. The same sourcebook makes the
    same bytes.
    """
    from database.connect import reading
    from exports.writing import export as run
    from output.page import Column, Page
    from schema.escape import visible

    with reading(db) as connection:
        done = run(connection, folder, format, keep_text=keep_text, force=force)
    columns = (Column("file"), Column("rows", "integer"), Column("bytes", "integer"))
    write(Page(columns, [(file.name, file.rows, size) for file, size in done.files]), "table", None)
    files = len(done.files)
    click.echo(visible(f"{folder}: {files} files of {format} · content {done.content}"), err=True)
