"""The command `draw`: a timeline, a network or who relays whom, as an SVG file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from output.options import Number, StrictCommand, failing, say, timeout_option
from reports.catalogue import Catalogue
from reports.command import EXIT, EXPLAINED, parameter_option

if TYPE_CHECKING:
    from sqlalchemy import Connection

OUTPUT = click.Option(
    ["-o", "--output"],
    type=click.Path(path_type=Path),
    help="Write the picture to this file, FILE.svg, instead of stdout. A failed run leaves the "
    "file as it was.",
)

Picture = Callable[["Connection", dict[str, Any]], Iterable[str]]
"""Draws a picture of what the arguments ask for."""


class DrawCommand(StrictCommand):
    """The command of one picture: it takes the options of the reports that it draws."""

    def __init__(
        self,
        name: str,
        reports: tuple[str, ...],
        help: str,
        picture: Picture,
        more: Sequence[click.Option] = (),
    ) -> None:
        self._picture = picture
        parameters = {
            parameter.name: parameter
            for report in reversed(reports)
            for parameter in Catalogue.of(None).report(report).parameters
            if (name, parameter.name) not in WITHOUT
        }
        self._types = {parameter.type for parameter in parameters.values()}
        super().__init__(
            name,
            params=[*map(parameter_option, parameters.values()), *more, OUTPUT, timeout_option()],
            callback=self.run,
            help=help,
        )

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write what the options take."""
        for type, meaning in EXPLAINED.items():
            if type in self._types:
                formatter.write_paragraph()
                with formatter.indentation():
                    formatter.write_text(meaning)
        formatter.write_paragraph()
        formatter.write_text(EXIT)

    @failing()
    def run(self, output: Path | None, timeout: float | None, **arguments: Any) -> None:
        """Draw the picture and write it."""
        ctx = click.get_current_context()
        if output is not None and output.suffix.lower() != ".svg":
            from schema.escape import visible

            raise click.UsageError(f"-o {visible(str(output))}: a picture is SVG; write FILE.svg")
        from database.connect import reading
        from output.destination import destination
        from reports.run import BadValueError

        try:
            with reading(ctx.obj, timeout) as connection:
                picture = "".join(self._picture(connection, arguments))
        except BadValueError as error:
            option = next(p for p in self.params if p.name == error.parameter)
            raise click.BadParameter(str(error), ctx, option) from None
        with destination(output) as out:
            out.write(picture)


def _timeline(connection: Connection, arguments: dict[str, Any]) -> Iterable[str]:
    from pages.answers import ask
    from pages.pictures.timeline import timeline
    from pages.pictures.timeline_lanes import FEW, in_lanes, with_reasons

    remarks: list[str] = []
    answer = ask(connection, "timeline", arguments, remarks.append)
    if answer.values.get("with_members"):
        answer = with_reasons(connection, answer)
    else:
        answer = in_lanes(connection, answer, arguments)
        if answer.lanes:
            # Then those who act for the actor aren't left out.
            remarks = [it for it in remarks if not it.startswith("left out")]
            remarks.append(
                f"fewer than {FEW} dated facts: in lanes of their own, also those of "
                f"{'; '.join(answer.lanes)}"
            )
    for remark in remarks:
        say(remark)
    return timeline(connection, answer, "#{}".format)


EVENTS_ONLY, TIES_ONLY = ("place", "at_least"), ("type",)
"""Options of a network that choose among joint events, and among ties."""


def _network(connection: Connection, arguments: dict[str, Any]) -> Iterable[str]:
    from database.errors import SourcebookError, how_to_install
    from pages.answers import ask

    try:
        from pages.pictures.network import network
    except ModuleNotFoundError as error:
        package = str(error.name)
        raise SourcebookError(f"a network needs {package}: {how_to_install(package)}") from None
    most, singles = arguments.pop("most"), arguments.pop("singles")
    of_events = any(arguments[name] is not None for name in EVENTS_ONLY)
    of_ties = any(arguments[name] is not None for name in TIES_ONLY)
    both = of_events == of_ties
    events = ask(connection, "network", arguments, say) if of_events or both else None
    ties = ask(connection, "ties", arguments, say if events is None else _quiet)
    return network(
        connection,
        ties if of_ties or both else None,
        events,
        "#{}".format,
        most=most,
        singles=singles,
    )


def _voices(connection: Connection, arguments: dict[str, Any]) -> Iterable[str]:
    from pages.answers import ask
    from pages.pictures.voices import voices

    most = arguments.pop("most")
    return voices(connection, ask(connection, "sources", arguments, say), "#{}".format, most=most)


def _quiet(_: str) -> None:
    """Say nothing: the first of two answers has said it."""


class PictureGroup(StrictCommand, click.Group):
    """The pictures; the reports' headers are read only for the picture that is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return their names."""
        return list(PICTURES)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:  # noqa: ARG002
        """Return the command of a picture."""
        return DrawCommand(name, *PICTURES[name]) if name in PICTURES else None


WITHOUT = {("network", "modality")}
"""A network draws only what happened."""

PICTURES: dict[str, tuple[tuple[str, ...], str, Picture, Sequence[click.Option]]] = {
    "timeline": (
        ("timeline",),
        "Draw dated events and statements, each date as exactly as its words and no more.",
        _timeline,
        (),
    ),
    "network": (
        ("network", "ties"),
        (
            "Draw actors, their ties and the events in which they take part together. --type "
            "chooses among ties and leaves joint events out; --place and --at-least choose among "
            "joint events and leave ties out."
        ),
        _network,
        (
            click.Option(
                ["--most"],
                type=Number(least=2),
                default=40,
                show_default=True,
                help="Draw at most this many actors: those with the most ties and joint events.",
            ),
            click.Option(
                ["--singles"],
                is_flag=True,
                help="Draw actors with one tie too.  [default: only if they are persons, or with "
                "--actor]",
            ),
        ),
    ),
    "voices": (
        ("sources",),
        "Draw who relays whom: each document, and left of it the voices that it draws on.",
        _voices,
        (
            click.Option(
                ["--most"],
                type=Number(least=1),
                default=60,
                show_default=True,
                help="Draw at most this many voices: those on whose word most facts rest.",
            ),
        ),
    ),
}


@click.group(cls=PictureGroup)
def draw() -> None:
    """Draw a timeline, a network or who relays whom as an SVG picture.

    It needs no script. A picture takes the options of the report of its name, and says what it
    leaves out. The same data make the same bytes.
    """
