"""The shell of `sourcebook sql`: one query after another, guarded and limited as any other.

Imports prompt_toolkit and pygments, which only the shell needs. Beside the database it touches the
history, a file in the user's folder for state that nobody else may read.
"""

from __future__ import annotations

import os
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

from adhoc.command import Asked, answer
from adhoc.mistakes import pointed
from adhoc.session import Session
from adhoc.shell_words import Names
from database import describe
from database.errors import SourcebookError
from database.location import locate, name_of
from database.statement import Engine, StatementError, tokens
from output.options import write
from output.page import Column, Page
from schema.dictionary import UnknownTableError
from schema.escape import visible

HELP = """\
A query ends with a semicolon or an empty line. Tab completes tables, columns and keywords; the
arrow keys bring back earlier queries, Ctrl-R searches them. Ctrl-C stops a query, Ctrl-D leaves.

.tables         all tables and views
.tables NAME    the columns of one, with examples
.help           this
.quit           leave"""

PROMPT, MORE = "sql> ", "...> "


def shell(database: str, values: Mapping[str, Any], asked: Asked) -> None:
    """Ask what the user types until they leave. Raises DatabaseError where nothing can be asked.

    `values` are those of -p; each query takes what it names.
    """
    with Session(database) as session:
        names = Names(session.engine, session.names())
        prompt: PromptSession[str] = PromptSession(
            PROMPT,
            multiline=True,
            prompt_continuation=MORE,
            completer=names,
            complete_while_typing=False,
            lexer=PygmentsLexer(PostgresLexer if session.engine == "postgresql" else SqlLexer),
            history=history(),
            key_bindings=_keys(session.engine),
        )
        click.echo(f"{visible(name_of(locate(database)))}: .help says what can be done", err=True)
        while True:
            try:
                typed = prompt.prompt().strip()
            except KeyboardInterrupt:  # what was typed so far is given up
                continue
            except EOFError:
                return
            if typed in (".quit", ".exit"):
                return
            with _told(typed):
                _obey(session, database, typed, values, asked)


def _obey(
    session: Session, database: str, typed: str, values: Mapping[str, Any], asked: Asked
) -> None:
    """Do what one input says."""
    command, _, name = typed.rstrip(";").partition(" ")
    if command == ".tables":
        _tables(database, name.strip(), asked)
    elif typed.startswith("."):
        click.echo(HELP, err=True)
    elif typed:
        named = {one.text[1:] for one in tokens(typed, session.engine) if one.kind == "parameter"}
        answer(session, typed, {name: values[name] for name in named & values.keys()}, asked)


@contextmanager
def _told(typed: str) -> Iterator[None]:
    """Say what went wrong, or was stopped: the next query may do better."""
    try:
        yield
    except StatementError as error:
        click.echo(f"Error: {pointed(typed, error)}", err=True)
    except UnknownTableError as error:
        click.echo(f"Error: {visible(error.args[0])}", err=True)
    except SourcebookError as error:
        click.echo(f"Error: {visible(str(error))}", err=True)
    except KeyboardInterrupt:
        click.echo("stopped", err=True)


def _tables(database: str, name: str, asked: Asked) -> None:
    with describe.describing(database) as there:
        names = describe.Column._fields if name else describe.Table._fields
        rows = list(there.columns(name) if name else there.tables())
        columns = [Column(one, "integer" if one == "rows" else "text") for one in names]
        write(Page(columns, rows), asked.format, None, asked.raw)
        for note in there.notes:
            click.echo(visible(note), err=True)


# --- keys -----------------------------------------------------------------------------------------


def is_whole(text: str, engine: Engine) -> bool:
    """Say whether an input ends here: with a semicolon, an empty line, or as a command of ours."""
    if not text.strip() or text.lstrip().startswith("."):
        return True
    kinds = [one.kind for one in tokens(text, engine) if one.kind not in ("blank", "comment")]
    return "\n" in text[len(text.rstrip(" \t")) - 1 :] or kinds[-1:] == ["end"]


def _keys(engine: Engine) -> KeyBindings:
    """Let Enter end an input that is whole; else it begins another line."""
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


class _Kept(FileHistory):
    """A history in a file; what cannot be written is forgotten."""

    def store_string(self, string: str) -> None:
        """Add an input, without halves of surrogate pairs, on which prompt_toolkit 3.0.50 fails."""
        with suppress(OSError):
            super().store_string(string.encode("utf-8", "replace").decode())


def history() -> History:
    """Give the history of all earlier shells, or where none can be kept one that is forgotten."""
    try:
        folder = _state_folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = folder / "sql-history"
        os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600))
        return _Kept(str(file))
    except (OSError, RuntimeError) as error:
        click.echo(f"no history is kept: {visible(str(error))}", err=True)
        return InMemoryHistory()


def _state_folder() -> Path:
    given = os.environ.get("XDG_STATE_HOME", "")
    # By the rules of XDG a path that is not absolute is none.
    state = Path(given) if Path(given).is_absolute() else Path.home() / ".local" / "state"
    return state / "sourcebook"
