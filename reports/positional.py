"""Names that a report is given without an option: `report actor putin`. Imports click alone.

They are the values of its required parameters, in the order of its header. A report without any
suggests the options that a name may belong to.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from output.wording import counted, listed
from reports.definition import NAMED, Parameter, Report, Type
from schema.escape import shortened

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem
    from sqlalchemy import Connection

    from reports.known_names import KnownName

NAMES = "_names"
"""Their key among the arguments; no parameter of a report begins so."""


class NameArguments(click.Argument):
    """The words after a report's name that belong to no option."""

    def __init__(self, report: Report) -> None:
        self._required = [parameter for parameter in report.parameters if parameter.required]
        super().__init__([NAMES], nargs=-1, shell_complete=self._complete)

    def get_usage_pieces(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the required parameters, for the usage line."""
        return [parameter.name.upper() for parameter in self._required]

    def _complete(
        self,
        ctx: click.Context,
        param: click.Parameter,  # noqa: ARG002
        incomplete: str,
    ) -> list[CompletionItem]:
        """Offer what the next required parameter can name."""
        from reports.completion import of_parameter

        missing = _missing(self._required, ctx.params)
        before = len(ctx.params.get(NAMES) or ())
        return of_parameter(ctx, missing[before], incomplete) if before < len(missing) else []


class UnplacedNamesError(Exception):
    """Names that the report can't place without an option."""


def place(report: Report, arguments: dict[str, Any], names: Sequence[str]) -> None:
    """Give each name to the next required parameter that has no value.

    A single parameter takes all of them as one name. Raises UnplacedNamesError if no parameter is
    required, UsageError if there are too many names or too few.
    """
    missing = _missing(report.parameters, arguments)
    if names and not missing:
        given = [parameter for parameter in report.parameters if parameter.required]
        if not given:
            raise UnplacedNamesError
        options = " and ".join(parameter.option for parameter in given)
        raise click.UsageError(
            f"{options} {'is' if len(given) == 1 else 'are'} given already; leave out "
            f"{shortened(' '.join(names))!r} or that{for_two(report, given[0])}"
        )
    if len(missing) == 1 and missing[0].type in NAMED and names:
        names = (" ".join(names),)
    wanted = " ".join(it.name.upper() for it in report.parameters if it.required)
    if len(names) > len(missing):
        raise click.UsageError(
            f"{report.name} takes {wanted}, and got {len(names)} names; put a name of several "
            "words in quotation marks"
        )
    if len(names) < len(missing):
        parameter = missing[len(names)]
        before = report.parameters[: report.parameters.index(parameter)]
        again = any(it.required and it.type is parameter.type for it in before)
        a = "a second" if again else "an" if parameter.type[0] in "aeiou" else "a"
        raise click.UsageError(
            f"give {a} {parameter.type}: {parameter.name.upper()} in `sourcebook report "
            f"{report.name} {wanted}`"
        )
    arguments |= {parameter.name: name for parameter, name in zip(missing, names, strict=False)}


def for_two(report: Report, parameter: Parameter) -> str:
    """Say what is for two actors, if a parameter of the report takes an actor."""
    if parameter.type is not Type.ACTOR or report.name == "dyad":
        return ""
    return "; for two actors: sourcebook report dyad A B"


def _missing(parameters: Sequence[Parameter], given: Mapping[str, Any]) -> list[Parameter]:
    return [it for it in parameters if it.required and given.get(it.name) is None]


# --- suggestions ----------------------------------------------------------------------------------


def suggestions(
    ctx: click.Context,
    connection: Connection,
    report: Report,
    arguments: Mapping[str, Any],
    names: Sequence[str],
) -> list[str]:
    """Return lines that suggest the options that a name may belong to, with their numbers of rows.

    Two actors are for another report. Raises UsageError if there are no such options.
    """
    from reports.about import options_of

    name = " ".join(names)
    two = _dyad(ctx, connection, report, names)
    fits, reasons = _fits(connection, report, arguments, name)
    if not fits:
        options = listed([it.option for it in report.parameters if it.type in NAMED], "or")
        takes = f"a name only with {options}" if options else "no name"
        reasons = sorted(dict.fromkeys(reasons), key=lambda reason: "\n" in reason)
        reason = "; ".join(reasons) or f"leave {shortened(name)!r} out"
        other = f"; for two actors: {two}" if two else ""
        raise click.UsageError(f"{report.name} takes {takes}; {reason}{other}")
    given = {it.name: arguments[it.name] for it in report.parameters if not _is_free(it, arguments)}
    before = [*program(ctx), report.name, *options_of(report, given)]
    commands = [shlex.join([*before, parameter.option, name]) for parameter in fits]
    width = max(map(len, commands))
    things = dict.fromkeys(
        f"{known.heading} ({known.kind})" if known else f"a {parameter.name}"
        for parameter, known in fits.items()
    )
    what = ", ".join(things)
    lines = [f"“{name}” fits {what}, but {report.name} needs an option for it. Did you mean"]
    for command, parameter in zip(commands, fits, strict=True):
        rows = _count(
            connection,
            report,
            {**arguments, parameter.name: (name,) if parameter.repeated else name},
        )
        lines.append(f"    {command:{width}}  {rows}: {parameter.meaning}")
    if any(parameter.type is Type.ACTOR for parameter in fits):
        lines.append(f"Or everything on this actor: {shlex.join([*program(ctx), 'actor', name])}")
    if two:
        lines.append(f"Or everything between two actors: {two}")
    return lines


def _dyad(ctx: click.Context, connection: Connection, report: Report, names: Sequence[str]) -> str:
    """Return the command for two actors, if the names are two and each means one."""
    from reports.resolve import UnknownNameError, look_up

    if len(names) != 2 or all(it.type is not Type.ACTOR for it in report.parameters):
        return ""
    try:
        keys = {look_up(connection, Type.ACTOR, name).key for name in names}
    except UnknownNameError:
        return ""
    return shlex.join([*program(ctx), "dyad", *names]) if len(keys) == 2 else ""


def _is_free(parameter: Parameter, arguments: Mapping[str, Any]) -> bool:
    """Whether a parameter has no value, or takes more."""
    given = arguments.get(parameter.name)
    return given is None or given is False or given == () or given == parameter.default


def _fits(
    connection: Connection, report: Report, arguments: Mapping[str, Any], name: str
) -> tuple[dict[Parameter, KnownName | None], list[str]]:
    """Return the free parameters that the name fits, with what it means, and why others don't."""
    from reports.resolve import UnknownNameError, look_up

    fits: dict[Parameter, KnownName | None] = {}
    reasons = []
    for parameter in report.parameters:
        if not _is_free(parameter, arguments):
            continue
        if name in parameter.choices:
            fits[parameter] = None
        elif parameter.type in NAMED:
            try:
                fits[parameter] = look_up(connection, parameter.type, name)
            except UnknownNameError as error:
                reasons.append(error.args[0])
    return fits, reasons


def program(ctx: click.Context) -> list[str]:
    """Return the command that runs reports, with the database if it was given."""
    root = ctx.find_root()
    given = root.get_parameter_source("db") is click.core.ParameterSource.COMMANDLINE
    return ["sourcebook", *(["--db", root.params["db"]] if given else []), "report"]


def _count(connection: Connection, report: Report, arguments: Mapping[str, Any]) -> str:
    """Return how many rows the report has with these arguments."""
    from reports.run import run

    with run(connection, report, arguments) as page:
        return counted(sum(1 for _ in page.rows))
