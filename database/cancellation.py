"""Runs database calls that a time limit or Ctrl-C can cancel.

While a driver works, Python handles no signals, and a single SQL function may compute for hours
without checking for an interrupt. So the calls run in a thread while the main thread waits.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any, TypeVar

T = TypeVar("T")

GRACE = 2.0
"""How long an interrupted call has to end, in seconds."""

INTERRUPT_INTERVAL = 0.05
"""Seconds between two interrupts of a call: one that comes between two statements has no effect."""


class TimeLimitError(Exception):
    """The calls together took longer than the limit."""


class CancellableCalls:
    """Makes calls one after another in a thread; `seconds` limits the sum of their times.

    `interrupt` must end the running call; it is called from the waiting thread. A call that ignores
    the interrupt is `abandoned`: its thread goes on, and its connection must not be used again.
    """

    def __init__(self, interrupt: Callable[[], None], seconds: float | None = None) -> None:
        self.interrupt = interrupt
        self.abandoned = False
        self._left = seconds
        self._calls: SimpleQueue[tuple[Callable[[], Any], SimpleQueue[Any]] | None] = SimpleQueue()
        threading.Thread(target=self._run, daemon=True).start()

    def call(self, function: Callable[[], T]) -> T:
        """Return what the function returns, or raise what it raises.

        Raises TimeLimitError, or KeyboardInterrupt at Ctrl-C, once the call has ended or is
        abandoned.
        """
        answer: SimpleQueue[tuple[T, None] | tuple[None, BaseException]] = SimpleQueue()
        began = monotonic()
        self._calls.put((function, answer))
        try:
            value, error = answer.get(timeout=self._left)
        except Empty:
            self._cancel(answer)
            raise TimeLimitError from None
        except KeyboardInterrupt:
            self._cancel(answer)
            raise
        if self._left is not None:
            self._left = max(0.0, self._left - (monotonic() - began))
        if error is not None:
            raise error
        return value  # type: ignore[return-value]  # there is a value wherever there is no error

    def close(self) -> None:
        """End the thread after the running call."""
        self._calls.put(None)

    def _cancel(self, answer: SimpleQueue[Any]) -> None:
        self.abandoned = True
        until = monotonic() + GRACE
        while monotonic() < until:
            self.interrupt()
            try:
                answer.get(timeout=INTERRUPT_INTERVAL)
            except Empty:
                continue
            self.abandoned = False
            return

    def _run(self) -> None:
        while (call := self._calls.get()) is not None:
            function, answer = call
            try:
                outcome = function(), None
            except BaseException as error:  # noqa: BLE001 - raised in the waiting thread
                answer.put((None, error))
            else:
                answer.put(outcome)
            del call, function, answer  # or their objects would live until the next call
