"""Waiting for a database in a way that can be broken off: by a limit of time and by Ctrl-C.

While a driver works for Python it does not hear signals, and a function of SQLite's may compute for
hours without looking up. So calls are made in a thread, and who waits for them stays awake.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any, TypeVar

T = TypeVar("T")

GRACE = 2.0
"""How long a call that was interrupted has to end, in seconds."""

AGAIN = 0.05
"""How often it is told so, in seconds: an interrupt that comes between two steps is lost."""


class TimeIsUpError(Exception):
    """The calls together took longer than they may."""


class Stoppable:
    """Makes calls one after another in a thread; `seconds` are for all of them together.

    Only the time in which somebody waits for a call counts. `interrupt` must make the call that
    runs end; it is called from another thread. One that does not end is left alone: `lost`.
    """

    def __init__(self, interrupt: Callable[[], None], seconds: float | None = None) -> None:
        self.interrupt = interrupt
        self.lost = False
        self._left = seconds
        self._calls: SimpleQueue[tuple[Callable[[], Any], SimpleQueue[Any]] | None] = SimpleQueue()
        threading.Thread(target=self._run, daemon=True).start()

    def call(self, function: Callable[[], T]) -> T:
        """Give what the function gives, or raise what it raises.

        Raises TimeIsUpError, and KeyboardInterrupt where somebody presses Ctrl-C, once the call has
        ended or is lost.
        """
        answer: SimpleQueue[tuple[T, None] | tuple[None, BaseException]] = SimpleQueue()
        began = monotonic()
        self._calls.put((function, answer))
        try:
            value, error = answer.get(timeout=self._left)
        except Empty:
            self._stop(answer)
            raise TimeIsUpError from None
        except KeyboardInterrupt:
            self._stop(answer)
            raise
        if self._left is not None:
            self._left = max(0.0, self._left - (monotonic() - began))
        if error is not None:
            raise error
        return value  # type: ignore[return-value]  # there is a value wherever there is no error

    def end(self) -> None:
        """Let the thread go."""
        self._calls.put(None)

    def _stop(self, answer: SimpleQueue[Any]) -> None:
        self.lost = True
        until = monotonic() + GRACE
        while monotonic() < until:
            self.interrupt()
            try:
                answer.get(timeout=AGAIN)
            except Empty:
                continue
            self.lost = False
            return

    def _run(self) -> None:
        while (call := self._calls.get()) is not None:
            function, answer = call
            try:
                outcome = function(), None
            except BaseException as error:  # noqa: BLE001 - handed to who waits for it
                answer.put((None, error))
            else:
                answer.put(outcome)
            del call, function, answer  # what a call held is not kept until the next
