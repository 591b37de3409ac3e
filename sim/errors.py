"""What can go wrong, as one tree.

::

    Exception
    └── RingfenceError                  whatever this program says in words
        ├── BadInputError               2    what was given cannot be used
        │   ├── DocumentError                a YAML file; carries every fault that was found
        │   │   ├── ScenarioError            a scenario
        │   │   ├── RegimeError              a law pack
        │   │   └── MappingError             how a dialer's log becomes calls
        │   ├── UnreachableSharesError       answering shares that the ring times cannot give
        │   ├── RefusedRangeError            a range with draws that no model has
        │   ├── RunDirectoryError            a run directory cannot be written or read
        │   ├── BaselineError                a baseline cannot be read, written or judged by
        │   ├── DialerFilesError             a real dialer's files; carries every fault
        │   │   ├── ImportFilesError         files that cannot be imported
        │   │   └── MisfitError              a log from which no run of a scenario can go on
        │   ├── DoesNotFitError              a run takes more memory or disk than is free
        │   ├── OptionError                  an option, or an argument of a function
        │   │   └── UnknownNameError         there is nothing of that name; tells the nearest
        │   ├── OutputError                  what was asked for cannot be written
        │   └── ForeignPackageError          a package of another project stands before ours
        ├── CannotJudgeError            2    nothing is wrong, but there is nothing to judge by
        │   ├── MissingError                 one rule, for want of data; the auditor catches it
        │   └── UnknownError                 likewise in the plain auditor
        ├── InterruptionError           130  stopped from outside, before the end
        └── InternalError               70   the program contradicts itself
            └── LedgerError                  tables of one run tell different stories

The number is the exit code of the console command; who stands below inherits it. Any exception
that is not of this tree is an internal error, too. :func:`sim.cli.main` is the one place that
turns errors into exit codes; nothing below it catches one only to raise another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from sim.printed import escaped

BAD_INPUT = 2
"""Exit code: what was given cannot be used, or there is nothing to judge by."""
INTERNAL = 70
"""Exit code: a fault of the program."""
INTERRUPTED = 130
"""Exit code: stopped from outside."""


class RingfenceError(Exception):
    """Whatever this program says in words; catch it to catch all of them.

    Parameters
    ----------
    what
        What is wrong, as a sentence without a full stop.
    place
        Where: a file, ``file:line:column``, an option. Stands in front, unless `what` names it.
    found
        What was found there.
    nearest
        The nearest name that would do.
    allowed
        What is allowed.
    remedy
        What to do about it.
    """

    exit_code: ClassVar[int] = INTERNAL
    """Of the console command."""
    several: ClassVar[bool] = False
    """Whether the text may have several lines: one a fault."""

    def __init__(
        self,
        what: str,
        *,
        place: object = "",
        found: str = "",
        nearest: str = "",
        allowed: str = "",
        remedy: str = "",
    ) -> None:
        self.what = what
        self.place = str(place)
        self.found = found
        self.nearest = nearest
        self.allowed = allowed
        self.remedy = remedy
        super().__init__(self._sentence())

    def _sentence(self) -> str:
        """All that is known, in one sentence."""
        keep = "\n" if self.several else ""
        text = escaped(self.what, keep)
        further = (
            f"found {self.found}" if self.found else "",
            f"did you mean '{self.nearest}'?" if self.nearest else "",
            f"allowed: {self.allowed}" if self.allowed else "",
            self.remedy,
        )
        for part in further:
            if part:
                text += f"{'' if text.endswith('?') else ';'} {escaped(part, keep)}"
        place = escaped(self.place)
        return f"{place}: {text}" if place and place not in text else text

    def lines(self) -> tuple[str, ...]:
        """What a console says of it, line by line."""
        return (f"Error: {self}",)


# ── Bad input ────────────────────────────────────────────────────────────────────────────────────


class BadInputError(RingfenceError):
    """What was given cannot be used; nothing was done with it."""

    exit_code = BAD_INPUT


Severity = Literal["error", "warning"]
MAX_PATH = 200
"""Longest path that a fault gives, in characters; of a longer one, its beginning."""
MAX_MESSAGE = 2_000
"""Longest message, likewise."""
MAX_FAULTS = 200
"""Most faults that a console tells; of more, it tells how many."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, and where."""

    file: str
    """File as the user named it, or ``--set``."""
    line: int
    """From 1; a whole file is meant by its beginning, 1:1."""
    column: int
    """From 1, in characters."""
    path: str
    """Key, with dots: ``dialing.channels``. Empty when no key is meant."""
    message: str
    """What was found, what is allowed, and where it helps, what to write instead."""
    severity: Severity = "error"

    def __post_init__(self) -> None:
        for name, most in (("path", MAX_PATH), ("message", MAX_MESSAGE)):
            text = getattr(self, name)
            if len(text) > most:
                shorter = f"{text[: most - 30]}… ({len(text):_} characters)"
                object.__setattr__(self, name, shorter)

    def __str__(self) -> str:
        parts = [self.where]
        if self.severity == "warning":
            parts.append("warning")
        if self.path:
            parts.append(self.path)
        return escaped(": ".join([*parts, self.message]))

    @property
    def where(self) -> str:
        """The place: ``file:line:column``, or the file."""
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


def in_order(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Faults by file and position, each once."""
    return tuple(
        sorted(
            dict.fromkeys(faults),
            key=lambda fault: (fault.file, fault.line, fault.column, fault.path, fault.message),
        )
    )


def told(faults: Sequence[Fault]) -> Iterator[str]:
    """Faults line by line, as a console tells them: no more than it can show."""
    yield from map(str, faults[:MAX_FAULTS])
    if len(faults) > MAX_FAULTS:
        yield f"…and {len(faults) - MAX_FAULTS:_} more; {MAX_FAULTS} are shown"


class DocumentError(BadInputError):
    """A file of YAML cannot be used.

    Parameters
    ----------
    faults
        Everything that was found, warnings included, in any order.
    """

    several = True

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = in_order(faults)
        first = next(iter(self.errors), None)
        super().__init__(
            "\n".join(map(str, self.faults)), place="" if first is None else first.where
        )

    @property
    def errors(self) -> tuple[Fault, ...]:
        """The faults that forbid a run."""
        return tuple(fault for fault in self.faults if fault.severity == "error")

    @property
    def warnings(self) -> tuple[Fault, ...]:
        """The faults that do not."""
        return tuple(fault for fault in self.faults if fault.severity == "warning")

    def lines(self) -> tuple[str, ...]:
        """Every fault, and how many errors there are."""
        return (*told(self.faults), f"{_counted(self.errors, 'error')}; nothing was run")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.faults,)


class ScenarioError(DocumentError):
    """A scenario cannot be used; carries every fault that was found."""


class RegimeError(DocumentError):
    """A law pack's file cannot be used; carries every fault that was found."""


class MappingError(DocumentError):
    """A mapping of a dialer's log cannot be used; carries every fault that was found."""

    def lines(self) -> tuple[str, ...]:
        """Every fault, and how many errors there are."""
        return (*told(self.faults), f"{_counted(self.errors, 'error')}; nothing was imported")


class UnreachableSharesError(BadInputError):
    """The stated answering shares cannot come from the stated ring laws.

    Parameters
    ----------
    path
        The field's path in the scenario.
    what
        What was found, and why it cannot be.
    """

    def __init__(self, path: str, what: str) -> None:
        self.path = path
        super().__init__(what)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.path, self.what)


class RunDirectoryError(BadInputError):
    """A run directory cannot be written, or what is there is not a whole one, or not this one."""


class BaselineError(BadInputError):
    """There is no baseline to judge by, or it cannot be read or written."""


class DialerFilesError(BadInputError):
    """Files of a real dialer that cannot be audited.

    Parameters
    ----------
    faults
        A sentence for every fault, each with its file, and column or place.
    """

    several = True
    undone: ClassVar[str] = "audited"
    """What nothing was."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(map(escaped, faults))
        super().__init__("\n".join(self.faults))

    def lines(self) -> tuple[str, ...]:
        """Every fault, and how many there are."""
        return (*self.faults, f"{_counted(self.faults, 'fault')}; nothing was {self.undone}")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.faults,)


class ImportFilesError(DialerFilesError):
    """Files of a real dialer that cannot be imported; carries every fault."""

    undone = "imported"


class MisfitError(DialerFilesError):
    """A log from which no run of a scenario can go on; counts what does not fit."""

    undone = "run"


class DoesNotFitError(BadInputError):
    """A run takes more memory or disk than is free. Nothing of it was begun."""


class OptionError(BadInputError):
    """An option of a command, or an argument of a function, that cannot be used."""


class UnknownNameError(OptionError):
    """There is no strategy, regime, rule, metric, key or table of that name."""


class OutputError(BadInputError):
    """What was asked for cannot be written where it was asked for."""


@contextmanager
def writing(target: object) -> Iterator[None]:
    """A ``with`` block that does nothing but write a file: what the system says becomes ours.

    Raises
    ------
    OutputError
        With the file's name and the system's reason.
    """
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(f"cannot write {target}: {reason}", place=target) from error


class ForeignPackageError(BadInputError):
    """A package of another project bears the name of ours and stands before it on the path."""


# ── The rest ─────────────────────────────────────────────────────────────────────────────────────


class CannotJudgeError(RingfenceError):
    """Nothing is wrong, but there is nothing to judge by: no baseline, no rule with its data."""

    exit_code = BAD_INPUT

    def lines(self) -> tuple[str, ...]:
        """That nothing was judged, and why."""
        return (f"cannot judge: {self}",)


class InterruptionError(RingfenceError):
    """Stopped from outside before the end, as by Ctrl-C. Nothing is left half-written."""

    exit_code = INTERRUPTED

    def lines(self) -> tuple[str, ...]:
        """That it was interrupted."""
        return (f"interrupted: {self}",)


class InternalError(RingfenceError):
    """The program contradicts itself. The fault is never that of who uses it."""


class LedgerError(InternalError):
    """Tables of one run tell different stories: the ledgers do not balance."""


def _counted(things: tuple[object, ...], name: str) -> str:
    """How many: ``1 error``, ``2 errors``."""
    return f"{len(things)} {name}{'' if len(things) == 1 else 's'}"
