"""The command `brief`: one self-contained page about a subject, for whoever knows nothing yet."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from output.options import StrictCommand, failing, say, timeout_option
from reports.options import completing

if TYPE_CHECKING:
    from sqlalchemy import Connection


SUBJECTS = ("actor", "topic", "event", "document")

FORMATS = {".html": "html", ".md": "markdown"}


def _about(name: str) -> click.Option:
    return click.Option(
        [f"--{name}"],
        metavar=name.upper(),
        shell_complete=completing(name),
        help=f"What the sourcebook holds about this {name}: its key, or words of its name.",
    )


@click.command(cls=StrictCommand, params=[*map(_about, SUBJECTS), timeout_option()])
@click.option(
    "--format",
    type=click.Choice([*FORMATS.values()]),
    help="How to write it.  [default: what the extension of -o says, or html]",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Write to this file, FILE.html or FILE.md, instead of stdout. A failed run leaves the "
    "file as it was.",
)
@click.pass_obj
@failing()
def brief(
    db: str, /, format: str | None, output: Path | None, timeout: float | None, **asked: str | None
) -> None:
    """Write a briefing of one to four printed pages, for readers who are new to a subject.

    Who or what it is, a timeline, what was said, where sources agree and differ, what rests on
    unnamed voices alone, what was expected, and what came of it. Every statement has a note that
    says where and how it is stated. Without an option, the briefing is about the whole sourcebook.
    Markdown has no pictures.
    """
    given = [(kind, name) for kind, name in asked.items() if name is not None]
    if len(given) > 1:
        options = " and ".join(f"--{kind}" for kind, _ in given)
        raise click.UsageError(f"{options}: a briefing has one subject; give one of them")
    format = _format(format, output)
    from database.connect import reading
    from output.destination import destination

    with reading(db, timeout) as connection:
        written = _written(connection, *(given[0] if given else ("", "")), format)
    with destination(output) as out:
        out.write(written)


def _format(format: str | None, output: Path | None) -> str:
    """Return the format, from the extension of the file if it isn't given."""
    extension = output.suffix.lower() if output else ""
    if extension and extension not in FORMATS:
        raise click.UsageError("-o: write FILE.html or FILE.md")
    by_extension = FORMATS.get(extension)
    if format and by_extension and format != by_extension:
        raise click.UsageError(f"--format {format} doesn't fit -o {output}; leave one out")
    return format or by_extension or "html"


def _written(connection: Connection, kind: str, name: str, format: str) -> str:
    """Return the briefing as text."""
    from pages.briefing.others import briefing
    from pages.briefing.page import rendered
    from pages.briefing.parts import Subject
    from reports.definition import Type
    from reports.resolve import UnknownNameError, look_up

    subject = Subject("", "", "")
    if kind:
        try:
            known = look_up(connection, Type(kind), name, say)
        except UnknownNameError as error:
            context = click.get_current_context()
            option = next(it for it in context.command.params if it.name == kind)
            raise click.BadParameter(str(error), context, option) from None
        subject = Subject(kind, known.key, known.heading)
    command = ["sourcebook", "brief", *([f"--{kind}", name] if kind else [])]
    return rendered(connection, briefing(connection, subject), shlex.join(command), format)
