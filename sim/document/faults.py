"""What can be wrong with a scenario, and the one exception that says so.

::

    Exception
    └── ScenarioError      a scenario cannot be used; carries every fault that was found
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, and where."""

    file: str
    """File as the user named it, or ``--set``."""
    line: int
    """From 1; 0 when the whole file is meant."""
    column: int
    """From 1, in characters; 0 when the whole file is meant."""
    path: str
    """Key, with dots: ``dialing.channels``. Empty when no key is meant."""
    message: str
    """What was found, what is allowed, and where it helps, what to write instead."""
    severity: Severity = "error"

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        parts = [where]
        if self.severity == "warning":
            parts.append("warning")
        if self.path:
            parts.append(self.path)
        return ": ".join([*parts, self.message])


def in_order(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Faults by file and position, each once."""
    return tuple(
        sorted(
            dict.fromkeys(faults),
            key=lambda fault: (fault.file, fault.line, fault.column, fault.path, fault.message),
        )
    )


class ScenarioError(Exception):
    """A scenario cannot be used.

    Parameters
    ----------
    faults
        Everything that was found, warnings included, in any order.
    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = in_order(faults)
        super().__init__("\n".join(map(str, self.faults)))

    @property
    def errors(self) -> tuple[Fault, ...]:
        """The faults that forbid a run."""
        return tuple(fault for fault in self.faults if fault.severity == "error")

    @property
    def warnings(self) -> tuple[Fault, ...]:
        """The faults that do not."""
        return tuple(fault for fault in self.faults if fault.severity == "warning")

    def __reduce__(self) -> tuple[type[ScenarioError], tuple[tuple[Fault, ...]]]:
        return ScenarioError, (self.faults,)
