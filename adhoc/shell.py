"""The shell of `sourcebook sql`: one query after another, guarded and limited like any other.

Imports prompt_toolkit and pygments, which only the shell needs. It writes one file, the history, in
the user's folder for state; nobody else may read it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import click
from prompt_toolkit import PromptSession
from prompt_toolkit.application.current import get_app
from prompt_toolkit.filters import Condition
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.lexers import PygmentsLexer
from pygments.lexers.sql import PostgresLexer, SqlLexer

from adhoc.diagnostics import with_caret
from adhoc.printing import PrintOptions, print_result
from adhoc.recipes import recipes
from adhoc.session import Session
from adhoc.sql_completion import SqlCompleter
from database import describe
from database.errors import SourcebookError
from database.location import locate, name_of
from database.statement import Engine, StatementError, tokens
from output.options import write
from output.page import Page, PageColumn
from schema.dictionary import UnknownTableError
from schema.escape import visible

HELP = """\
A query ends with a semicolon or an empty line. Tab completes tables, columns and keywords; the
arrow keys bring back earlier queries, Ctrl-R searches them. Ctrl-C stops a query, Ctrl-D leaves.

.tables         all tables and views; also: show tables, \\d, \\dt
.tables NAME    the columns of a table, with examples; also: describe NAME, \\d NAME
.examples       questions with their queries, to learn from
.examples N     the query for question N, and its rows
.help           this; also: help, ?
.quit           leave; also: exit, quit, \\q"""

_COMMAND = re.compile(
    r"""(?:
          (?P<tables> \.tables | \\d[tv]?\+? | show\s+tables | desc(?:ribe)?(?=\s+\S+\s*;?$) )
        | (?P<examples> \.examples? )
        | (?P<quit> [.\\]?(?:quit|exit) | \\q )
        | help | \? | [.\\]\S*  # whatever else looks like a command gets the help
    )
    (?:\s+(?P<argument>.+?))? \s* ;?""",
    re.VERBOSE | re.IGNORECASE,
)
"""A command, as this shell, psql, sqlite3 and MySQL's write it."""

PROMPT, MORE = "sql> ", "...> "


def shell(database: str, arguments: Mapping[str, Any], options: PrintOptions) -> None:
    """Run what the user types until they leave. Raises DatabaseError if the database fails.

    `arguments` are those of -p; each query takes the ones that it names.
    """
    with Session(database) as session:
        prompt: PromptSession[str] = PromptSession(
            PROMPT,
            multiline=True,
            prompt_continuation=MORE,
            completer=SqlCompleter(session.engine, session.columns()),
            complete_while_typing=False,
            lexer=PygmentsLexer(PostgresLexer if session.engine == "postgresql" else SqlLexer),
            history=history(),
            key_bindings=_keys(session.engine),
        )
        click.echo(f"{visible(name_of(locate(database)))}: .help lists the commands", err=True)
        while True:
            try:
                typed = prompt.prompt().strip()
            except KeyboardInterrupt:  # the input typed so far is dropped
                continue
            except EOFError:
                return
            command = _COMMAND.fullmatch(typed)
            if command and command["quit"]:
                return
            with _reporting_errors(typed):
                if command:
                    _run_command(session, database, command, options)
                elif typed:
                    _run_query(session, typed, arguments, options)


def _run_command(
    session: Session, database: str, command: re.Match[str], options: PrintOptions
) -> None:
    """Run a command of the shell; one that it doesn't know gets the help."""
    if command["tables"]:
        _print_tables(database, (command["argument"] or "").strip('"'), options)
    elif command["examples"]:
        _print_examples(session, command["argument"], options)
    else:
        click.echo(HELP, err=True)


def _run_query(
    session: Session, typed: str, arguments: Mapping[str, Any], options: PrintOptions
) -> None:
    """Run a query with those of the arguments that it names."""
    pieces = tokens(typed, session.engine)
    names = {token.text[1:] for token in pieces if token.kind == "parameter"}
    chosen = {name: arguments[name] for name in names & arguments.keys()}
    print_result(session, typed, chosen, options)


def _print_examples(session: Session, number: str | None, options: PrintOptions) -> None:
    """Print the questions of all recipes, or the query and the rows of one."""
    known = recipes()
    if number is None:
        lines = [f"{n:4}  {recipe.question}" for n, recipe in enumerate(known, 1)]
        click.echo("\n".join([*lines, "", ".examples N runs one of them."]), err=True)
        return
    if number not in map(str, range(1, len(known) + 1)):
        raise StatementError(f"there is no example {number}; .examples lists 1 to {len(known)}")
    recipe = known[int(number) - 1]
    click.echo(f"{recipe.question}\n{recipe.explanation}\n\n{recipe.sql}\n", err=True)
    print_result(session, recipe.sql, {}, options)


@contextmanager
def _reporting_errors(typed: str) -> Iterator[None]:
    """Print what goes wrong instead of leaving the shell."""
    try:
        yield
    except StatementError as error:
        click.echo(f"Error: {with_caret(typed, error)}", err=True)
    except (SourcebookError, UnknownTableError) as error:
        click.echo(f"Error: {visible(error.args[0])}", err=True)
    except KeyboardInterrupt:
        click.echo("stopped", err=True)


def _print_tables(database: str, name: str, options: PrintOptions) -> None:
    with describe.describing(database) as dictionary:
        names = describe.DescribedColumn._fields if name else describe.DescribedTable._fields
        rows = list(dictionary.columns(name) if name else dictionary.tables())
        columns = [PageColumn(name, "integer" if name == "rows" else "text") for name in names]
        write(Page(columns, rows), options.format, None, options.raw)
        for note in dictionary.notes:
            click.echo(visible(note), err=True)


# --- keys -----------------------------------------------------------------------------------------


def is_whole(text: str, engine: Engine) -> bool:
    """Say whether an input is complete: ended by ; or an empty line, or a command."""
    if not text.strip() or _COMMAND.fullmatch(text.strip()):
        return True
    kinds = [token.kind for token in tokens(text, engine)]
    kinds = [kind for kind in kinds if kind not in ("blank", "comment")]
    return "\n" in text[len(text.rstrip(" \t")) - 1 :] or kinds[-1:] == ["end"]


def _keys(engine: Engine) -> KeyBindings:
    """Let Enter end an input that is complete; else it starts another line."""
    keys = KeyBindings()

    @Condition
    def whole() -> bool:
        buffer = get_app().current_buffer
        at_end = not buffer.document.text_after_cursor.strip()
        return at_end and not buffer.complete_state and is_whole(buffer.text, engine)

    @keys.add("enter", filter=whole)
    def _enter(event: KeyPressEvent) -> None:
        event.current_buffer.validate_and_handle()

    return keys


# --- history --------------------------------------------------------------------------------------


class _History(FileHistory):
    """A history in a file; inputs that cannot be written are forgotten."""

    def store_string(self, string: str) -> None:
        """Add an input, without halves of surrogate pairs, on which prompt_toolkit 3.0.50 fails."""
        with suppress(OSError):
            super().store_string(string.encode("utf-8", "replace").decode())


def history() -> History:
    """Return the history of all earlier shells; if no file can be written, one in memory."""
    try:
        folder = _state_folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = folder / "sql-history"
        os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600))
        return _History(str(file))
    except (OSError, RuntimeError) as error:
        click.echo(f"no history is kept: {visible(str(error))}", err=True)
        return InMemoryHistory()


def _state_folder() -> Path:
    given = os.environ.get("XDG_STATE_HOME", "")
    # By the rules of XDG a path that is not absolute is none.
    state = Path(given) if Path(given).is_absolute() else Path.home() / ".local" / "state"
    return state / "sourcebook"
