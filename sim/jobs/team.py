"""The processes of a pool: started, handed tasks, heard, ended.

They die with the one that started them, however it ends, and leave the answer to signals to it
(:mod:`sim.children`, :mod:`sim.interrupts`).
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
import traceback
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from multiprocessing.reduction import ForkingPickler
from types import MappingProxyType, TracebackType
from typing import Any, Generic, Self, cast

from sim import children
from sim.errors import InternalError, InterruptionError
from sim.jobs.pool import Method, R, T, Tell, Work, unheard

TOLD, DONE, FAILED = range(3)
"""What an answer of a process is."""
_HELD = ("SIGINT", "SIGTERM", "SIGHUP")
"""Signals held back while a process starts, until it has its own way with them."""


@dataclass(frozen=True, slots=True)
class _Failure:
    """What a task raised."""

    error: Exception
    trace: str

    def again(self) -> Exception:
        """The error, to be raised here, with where it arose as a note."""
        self.error.add_note(f"In another process:\n{self.trace}")
        return self.error


class Team(Generic[T, R]):
    """Processes that do tasks, used in a ``with`` block, which none of them survives."""

    def __init__(
        self, work: Work[T, R], tasks: Sequence[T], size: int, tell: Tell | None, method: Method
    ) -> None:
        self._left = iter(range(len(tasks)))
        self._tell = tell
        self._workers: dict[Connection, BaseProcess] = {}
        self._busy: list[Connection] = []
        self._work, self._tasks = work, tuple(tasks)
        self._method: Method = method
        self._size = size

    def __enter__(self) -> Self:
        try:
            for _ in range(self._size):
                connection, process = _started(
                    self._method, self._work, self._tasks, self._tell is not None
                )
                self._workers[connection] = process
                self._busy.append(connection)
                self._hand_out(connection)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    def results(self) -> Iterator[R]:
        """Results in the order of the tasks, each as soon as it and those before are there."""
        found: dict[int, R | _Failure] = {}
        for number in range(len(self._tasks)):
            while number not in found:
                for connection in wait(self._busy):
                    self._hear(cast("Connection", connection), found)
            result = found.pop(number)
            if isinstance(result, _Failure):
                raise result.again()
            yield result

    def _hear(self, connection: Connection, found: dict[int, R | _Failure]) -> None:
        """Take an answer."""
        try:
            kind, number, content = connection.recv()
        except (EOFError, OSError):
            raise _lost(self._workers[connection]) from None
        if kind == TOLD:
            if self._tell is not None:
                self._tell(content)
            return
        found[number] = content
        self._hand_out(connection)

    def _hand_out(self, connection: Connection) -> None:
        """Give a process its next task; where there is none, it ends."""
        task = next(self._left, None)
        if task is None:
            self._busy.remove(connection)
        with contextlib.suppress(OSError):  # it is gone: heard of in its turn
            connection.send(task)

    def _end(self) -> None:
        """End all of them. Those who have no task any more are at their end already."""
        for process in self._workers.values():
            process.kill()
        for connection, process in self._workers.items():
            connection.close()
            process.join()
            if process.pid is not None:
                children.end(process.pid)
        self._workers.clear()


def _lost(process: BaseProcess) -> Exception:
    """What to say of a process that has ended before its time."""
    process.join()
    code = process.exitcode or 0
    if code < 0 and -code in {signal.SIGTERM, getattr(signal, "SIGKILL", signal.SIGTERM)}:
        return InterruptionError(
            f"one of the processes was killed ({signal.Signals(-code).name}), perhaps for want of "
            "memory; nothing was left half-written",
            remedy="--jobs 1 takes the least memory",
        )
    return InternalError(f"one of the processes has ended by itself, with code {code}")


# ── Starting ─────────────────────────────────────────────────────────────────────────────────────


def _started(
    method: Method, work: Work[T, R], tasks: tuple[T, ...], heard: bool
) -> tuple[Connection, BaseProcess]:
    """Start a process; what it is spoken to by, and itself."""
    context: Any = multiprocessing.get_context(method)
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(work, tasks, theirs, heard), daemon=True)
    with _signals_held(), warnings.catch_warnings():
        # Native threads that only wait, as those of numpy's linear algebra, survive a fork.
        warnings.simplefilter("ignore", DeprecationWarning)
        process.start()
        assert process.pid is not None
        children.begin(process.pid)
    theirs.close()
    return ours, process


@contextlib.contextmanager
def _signals_held() -> Iterator[None]:
    """A ``with`` block in which a signal to stop waits; a process started in it has it waiting."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    numbers = [getattr(signal, name) for name in _HELD]
    before = signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _proxy(content: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    """A view that cannot be written to, made again: it does not pickle by itself."""
    return MappingProxyType(content)


ForkingPickler.register(MappingProxyType, lambda proxy: (_proxy, (dict(proxy),)))


# ── In a process of the team ─────────────────────────────────────────────────────────────────────


def _serve(work: Work[T, R], tasks: tuple[T, ...], connection: Connection, heard: bool) -> None:
    """Do tasks as they are handed out."""
    _leave_signals_to_the_starter()
    threading.Thread(target=_die_with_the_starter, daemon=True).start()
    while (number := connection.recv()) is not None:

        def tell(content: Any, number: int = number) -> None:
            connection.send((TOLD, number, content))

        try:
            _send(connection, DONE, number, work(tasks[number], tell if heard else unheard))
        except Exception as error:
            _send(connection, FAILED, number, _Failure(error, traceback.format_exc()))


def _send(connection: Connection, kind: int, number: int, content: Any) -> None:
    """Send an answer; of an error that does not pickle, its words."""
    try:
        answer = ForkingPickler.dumps((kind, number, content))
        if kind == FAILED:
            ForkingPickler.loads(answer)
    except Exception as error:
        if not isinstance(content, _Failure):
            raise
        found = content.error
        told = InternalError(f"{found} ({type(found).__name__}; {error})")
        answer = ForkingPickler.dumps((kind, number, _Failure(told, content.trace)))
    connection.send_bytes(answer)


def _leave_signals_to_the_starter() -> None:
    """Whoever stops the command stops the starter, which ends us. SIGTERM alone is for us, too."""
    for name in _HELD:
        if (number := getattr(signal, name, None)) is not None:
            signal.signal(number, signal.SIG_DFL if name == "SIGTERM" else signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [getattr(signal, name) for name in _HELD])


def _die_with_the_starter() -> None:
    """End this process when the one that started it is gone, however that was ended."""
    starter = multiprocessing.parent_process()
    assert starter is not None
    starter.join()
    os._exit(1)
