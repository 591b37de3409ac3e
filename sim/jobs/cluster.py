"""A study's tasks on a cluster of Dask: many machines that share no disk.

The scheduler hands each task to a worker, and gives it to another where one dies. Results come back
here and become files of the study's folder, as if this machine had made them: so whatever is
killed, a worker, the scheduler or this command, the same command goes on and ends with the same
bytes. A worker must run the same code with the same packages; one that does not is told.

Whoever reaches a scheduler of Dask can run code on its workers, so it belongs on a network of one's
own, or behind its certificates. This module opens no port.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, cast

from sim.errors import InterruptionError, OptionError, RingfenceError
from sim.jobs.crew import Did, Failed
from sim.jobs.draws import Drawing
from sim.jobs.room import Need, see_that_it_fits
from sim.store.study import Task, code_digest, relevant_versions

ANSWER_S: Final = 10.0
"""How long a scheduler may take to answer, and to have a worker, s."""
_CLOSE_S: Final = 2.0
_OPTION: Final = "--scheduler"
_ADDRESS: Final = re.compile(r"(tcp|tls)://[^\s/@]{1,255}:\d{1,5}")
_ONE_AT_A_TIME = threading.Lock()
"""A worker with several threads does one task after the other: each fills a core, and memory."""


@dataclass(frozen=True, slots=True)
class Code:
    """What a result hangs on besides its task."""

    digest: str
    """Of the program."""
    versions: tuple[tuple[str, str], ...]
    """Of the packages."""

    @classmethod
    def here(cls) -> Code:
        """Of this process."""
        return cls(code_digest(), tuple(sorted(relevant_versions().items())))

    def differs(self, other: Code) -> str:
        """How another's differs, in words; empty where it is the same."""
        theirs = dict(other.versions)
        moved = [
            f"{name} {theirs.get(name, 'none')}, here {version}"
            for name, version in self.versions
            if theirs.get(name) != version
        ]
        if self.digest != other.digest:
            moved.insert(0, "another state of the program")
        return "; ".join(moved)


class Cluster:
    """A cluster to work with, from ``with`` to its end.

    Parameters
    ----------
    address
        Of the scheduler: ``tcp://10.0.0.5:8786``.
    need
        What a task takes on a worker.

    Raises
    ------
    sim.errors.OptionError
        On entering: if Dask is not installed, nothing answers there, no worker is there, or one
        runs other code.
    """

    def __init__(self, address: str, need: Need) -> None:
        self.address = address
        self.need = need
        self._client: Any = None

    def __enter__(self) -> Cluster:
        if _ADDRESS.fullmatch(self.address) is None:
            raise OptionError(
                "that is no scheduler's address",
                place=_OPTION,
                found=f"'{self.address}'",
                allowed="tcp://HOST:PORT, or tls://HOST:PORT",
            )
        try:
            import distributed
        except ImportError:
            raise OptionError(
                "a cluster needs Dask, which is not installed",
                place=_OPTION,
                remedy="pip install 'ringfence[cluster]'",
            ) from None
        # What it would log, of lost connections above all, is told in our words.
        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        try:
            connect: Any = distributed.Client
            self._client = connect(self.address, timeout=ANSWER_S, set_as_default=False)
        except OSError:
            raise OptionError(
                f"no scheduler answers there within {ANSWER_S:.0f} s",
                place=_OPTION,
                found=self.address,
                remedy="start one with 'dask scheduler', and name the address that it prints",
            ) from None
        with ExitStack() as left:
            left.callback(self._close)
            self._hold()
            left.pop_all()
        return self

    def _hold(self) -> None:
        """See that workers are there, and are ours."""
        try:
            self._client.wait_for_workers(1, timeout=ANSWER_S)
        except TimeoutError:
            raise OptionError(
                f"the scheduler has no worker, and got none within {ANSWER_S:.0f} s",
                place=_OPTION,
                found=self.address,
                remedy=f"start some with 'dask worker {self.address} --nthreads 1'",
            ) from None
        ours = Code.here()
        for worker, code in self._client.run(code_there, on_error="return").items():
            told = "no ringfence" if isinstance(code, BaseException) else ours.differs(code)
            if told:
                raise OptionError(
                    f"worker {worker} has other code: {told}",
                    place=_OPTION,
                    remedy="install the same on all machines, from the same lock",
                )

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close()

    def _close(self) -> None:
        """Leave the cluster; what was not begun is not begun."""
        with suppress(OSError, RuntimeError):  # it is gone already
            self._client.close(timeout=_CLOSE_S)

    @property
    def size(self) -> int:
        """Workers that are there now."""
        return max(1, len(self._client.scheduler_info(n_workers=-1)["workers"]))

    def do(self, drawing: Drawing, tasks: Sequence[Task], key: str) -> Iterator[Did]:
        """Do tasks, each told as it is done; one that fails stops no other.

        Raises
        ------
        sim.errors.InterruptionError
            If the scheduler goes away.
        """
        import distributed

        code, of, in_turn = Code.here(), len(tasks), cast("Any", distributed.as_completed)
        waiting = {
            self._client.submit(
                done, drawing, task, code, self.need, key=f"ringfence-{task.name(key)}", pure=False
            ): task
            for task in tasks
        }
        for number, future in enumerate(
            in_turn(list(waiting), loop=self._client.loop, raise_errors=False)
        ):
            found = _found(future)
            if found is None:
                raise InterruptionError(
                    f"the scheduler at {self.address} went away after {number} of {of} runs; "
                    "the same command goes on"
                )
            yield waiting.pop(future), found
            future.release()


def _found(future: Any) -> bytes | Failed | None:
    """What became of a task; None where the scheduler that knew of it is gone."""
    try:
        if future.status == "error":
            return Failed(_why(future.exception()))
        result: bytes | None = future.result() if future.status == "finished" else None
        return result
    except OSError:  # the connection broke meanwhile
        return None


def code_there() -> Code:
    """What a worker runs: called there."""
    return Code.here()


def done(drawing: Drawing, task: Task, code: Code, need: Need) -> bytes:
    """A task's result: what a worker does.

    Raises
    ------
    sim.errors.OptionError
        If the worker runs other code.
    sim.errors.DoesNotFitError
        If it has too little memory.
    """
    if told := code.differs(code_there()):
        raise OptionError(f"the worker has other code: {told}")
    with _ONE_AT_A_TIME:
        see_that_it_fits(need, None, drawing.scale)
        return drawing.work(task)


def _why(error: BaseException) -> str:
    """Why a task failed, in a sentence."""
    from distributed import KilledWorker

    if isinstance(error, KilledWorker):
        return "one worker after another died under it"
    if isinstance(error, RingfenceError):
        return str(error)
    return f"internal error ({type(error).__name__})"
