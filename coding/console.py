"""What commands on codings say and print: faults, counts, rows. Imports click alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click


@contextmanager
def failing(verb: str = "changed") -> Iterator[list[str]]:
    """Turn an error that the user can do something about into lines on stderr and status 1.

    Yields a list for what has been done, so that the last line can say what has not.
    """
    from coding.faults import InvalidInputError
    from output.options import failing as stopping
    from output.wording import counted

    done: list[str] = []
    try:
        with stopping():
            yield done
    except InvalidInputError as error:
        for fault in error.faults:
            click.echo(str(fault), err=True)
        faults = counted(len(error.faults), "fault")
        nothing = "nothing more" if done else "nothing"
        raise click.ClickException(f"{faults}; {nothing} was {verb}") from None
    except ConnectionError:  # whoever reads stdout may stop at any line
        raise
    except OSError as error:
        raise click.ClickException(f"cannot write: {error.strerror or error}") from None


def print_rows(
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    format: str,
    output: Path | None,
    raw: bool,
    numbers: Sequence[str] = (),
    main: str = "",
) -> None:
    """Write rows to stdout or a file, in one of the formats; `main` gets the width that is left."""
    from output.options import write
    from output.page import Page, PageColumn

    typed = [
        PageColumn(name, "integer" if name in numbers else "text", main=name == main)
        for name in columns
    ]
    write(Page(typed, rows), format, output, raw)


def print_line(line: str) -> None:
    """Print a line that may quote a text."""
    from schema.escape import visible

    click.echo(visible(line))


def say(message: str) -> None:
    """Print a message on stderr."""
    from schema.escape import visible

    click.echo(visible(message), err=True)


def say_loaded(loaded: Any) -> None:
    """Say on stderr what loading a coding has changed."""
    from output.wording import counted

    if loaded.changes:
        say(f"{loaded.document}: {loaded.summary()}")
    else:
        say(f"{loaded.document}: unchanged")
    if loaded.kept:
        say(f"{loaded.document}: text of {counted(loaded.kept, 'passage')} kept")
