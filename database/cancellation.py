"""Runs database calls that a time limit or Ctrl-C can cancel.

While a driver works, Python handles no signals, and a single SQL function may compute for hours
without checking for an interrupt. So the calls run in a thread while the main thread waits.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from itertools import islice
from queue import Empty, SimpleQueue
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

from database.errors import SourcebookError

if TYPE_CHECKING:
    import psycopg

T = TypeVar("T")

GRACE = 2.0
"""How long an interrupted call has to end, in seconds."""

INTERRUPT_INTERVAL = 0.05
"""Seconds between interrupts of a call: an interrupt between two statements has no effect."""

BATCH = 1000
"""How many rows one call reads at most."""

BATCH_TIME = 0.05
"""How long a call gathers rows, in seconds: rows that are slow or huge come one by one."""


class TimeLimitError(SourcebookError):
    """The calls together took longer than the limit."""


class CancellableCalls:
    """Makes calls one after another in a thread; `seconds` limits the sum of their times.

    `interrupt` must end the running call; it is called from the waiting thread. If the call ignores
    it, the call is `abandoned`, and `abandon` is called: the thread goes on, and the connection
    must not be used again.
    """

    def __init__(
        self,
        interrupt: Callable[[], None],
        abandon: Callable[[], None] = lambda: None,
        seconds: float | None = None,
    ) -> None:
        """Start the thread. Without `seconds`, or with 0, calls take as long as they need."""
        self.abandoned = False
        self._interrupt = interrupt
        self._abandon = abandon
        self._seconds = seconds
        self._left = min(seconds, threading.TIMEOUT_MAX) if seconds else None
        self._calls: SimpleQueue[tuple[Callable[[], Any], SimpleQueue[Any]] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def call(self, function: Callable[[], T]) -> T:
        """Return what the function returns, or raise what it raises.

        Raises TimeLimitError, or KeyboardInterrupt at Ctrl-C, once the call has ended or is
        abandoned.
        """
        if threading.current_thread() is self._thread:
            return function()
        answer: SimpleQueue[tuple[T, None] | tuple[None, BaseException]] = SimpleQueue()
        began = monotonic()
        self._calls.put((function, answer))
        try:
            value, error = answer.get(timeout=self._left)
        except Empty:
            self._cancel(answer)
            raise TimeLimitError(
                f"stopped after {self._seconds:g} s; --timeout gives it more seconds, 0 no limit"
            ) from None
        except KeyboardInterrupt:
            self._cancel(answer)
            raise
        if self._left is not None:
            self._left = max(0.0, self._left - (monotonic() - began))
        if error is not None:
            raise error
        return value  # type: ignore[return-value]  # there is a value wherever there is no error

    def iterate(self, rows: Iterator[T]) -> Iterator[T]:
        """Yield the rows; each call reads more of them than the one before."""
        size = 1  # the first row is shown at once, however long the thousandth takes
        while batch := self.call(partial(_batch, rows, size)):
            while batch:
                yield batch.pop()
            size = min(2 * size, BATCH)

    def close(self) -> None:
        """End the thread after the running call."""
        self._calls.put(None)

    def _cancel(self, answer: SimpleQueue[Any]) -> None:
        self.abandoned = True
        until = monotonic() + GRACE
        while monotonic() < until:
            self._interrupt()
            try:
                answer.get(timeout=INTERRUPT_INTERVAL)
            except Empty:
                continue
            self.abandoned = False
            return
        self._abandon()

    def _run(self) -> None:
        while (call := self._calls.get()) is not None:
            function, answer = call
            try:
                outcome = function(), None
            except BaseException as error:  # noqa: BLE001 - raised in the waiting thread
                answer.put((None, error))
            else:
                answer.put(outcome)
                del outcome
            del call, function, answer  # or their objects would live until the next call


def _batch(rows: Iterator[T], size: int) -> list[T]:
    """Read some rows; return them in reverse, so that pop() takes the first."""
    batch: list[T] = []
    until = monotonic() + BATCH_TIME
    for row in islice(rows, size):
        batch.append(row)
        if monotonic() > until:
            break
    return batch[::-1]


# --- drivers --------------------------------------------------------------------------------------


def _cancellable(cursor: type, calls_of: Callable[[Any], CancellableCalls]) -> Any:
    """Derive a class of cursors that call the database through `calls_of` them."""

    def through(method: Callable[..., Any]) -> Callable[..., Any]:
        def call(self: Any, *args: Any, **kwargs: Any) -> Any:
            return calls_of(self).call(partial(method, self, *args, **kwargs))

        return call

    names = ("execute", "executemany", "fetchone", "fetchmany", "fetchall")
    return type("Cursor", (cursor,), {name: through(getattr(cursor, name)) for name in names})


_Cursor: Any = _cancellable(sqlite3.Cursor, lambda cursor: cursor.connection.calls)


class _SqliteCursor(_Cursor):  # type: ignore[misc]  # made at run time
    """Reads ahead where rows are fetched one at a time, as SQLAlchemy iterates over a result."""

    _ahead: Iterator[Any] | None = None

    def execute(self, *arguments: Any) -> Any:
        self._ahead = None
        return super().execute(*arguments)

    def __iter__(self) -> Iterator[Any]:
        if self._ahead is None:
            rows = iter(partial(sqlite3.Cursor.__next__, self), None)
            self._ahead = self.connection.calls.iterate(rows)
        return self._ahead

    def fetchone(self) -> Any:
        return next(iter(self), None)

    def fetchmany(self, size: int = 1) -> list[Any]:
        return super().fetchmany(size) if self._ahead is None else list(islice(self, size))

    def fetchall(self) -> list[Any]:
        return super().fetchall() if self._ahead is None else list(self)

    def close(self) -> None:
        self._ahead = None
        if not self.connection.calls.abandoned:
            super().close()


class SqliteConnection(sqlite3.Connection):
    """A connection to a file whose calls can be cancelled; any thread may use it, one at a time.

    Where a call is abandoned, nothing is closed: SQLite would wait for the call.
    """

    def __init__(self, *arguments: Any, seconds: float | None = None, **options: Any) -> None:
        """Open a file; `seconds` limits the time of all calls together."""
        super().__init__(*arguments, **{**options, "check_same_thread": False})
        self.calls = CancellableCalls(self.interrupt, seconds=seconds)

    def cursor(self, factory: Any = _SqliteCursor) -> Any:
        """Return a cursor whose calls can be cancelled."""
        return super().cursor(factory)

    def execute(self, *arguments: Any) -> Any:
        """Execute a statement on a cursor of its own."""
        return self.cursor().execute(*arguments)

    def executemany(self, *arguments: Any) -> Any:
        """Execute a statement for each row of values, on a cursor of its own."""
        return self.cursor().executemany(*arguments)

    def rollback(self) -> None:
        """Undo the transaction."""
        if not self.calls.abandoned:
            super().rollback()

    def close(self) -> None:
        """Close the file and end the thread."""
        self.calls.close()
        if not self.calls.abandoned:
            super().close()


def postgresql_calls(
    connection: psycopg.Connection[Any], seconds: float | None
) -> CancellableCalls:
    """Return cancellable calls for a connection; abandoning a call closes the connection."""
    import psycopg

    def interrupt() -> None:
        with suppress(psycopg.Error):
            connection.cancel_safe(timeout=GRACE)

    return CancellableCalls(interrupt, connection.close, seconds)


def limit_postgresql(connection: psycopg.Connection[Any], seconds: float) -> None:
    """Limit the time of all calls on a connection's cursors. The driver itself handles Ctrl-C."""
    calls = postgresql_calls(connection, seconds)
    for factory in ("cursor_factory", "server_cursor_factory"):
        cursor = _cancellable(getattr(connection, factory), lambda _: calls)
        setattr(connection, factory, cursor)
