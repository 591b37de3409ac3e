"""What a measurement is, and how it travels from the process that took it."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True, slots=True)
class Sample:
    """Repeated timings of one thing in one process."""

    units: int
    """Calls made in each repeat."""
    seconds: tuple[float, ...]
    """Wall-clock time of each repeat; empty where only parts are timed."""
    peak_mb: float
    """Most memory that the process held, 10**6 bytes; interpreter and libraries included."""
    facts: Mapping[str, float] = field(default_factory=dict)
    """What else was found out."""
    parts: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    """Nanoseconds a unit of parts, by name, for each repeat."""

    @property
    def median_s(self) -> float:
        """Median time of a repeat, s."""
        return statistics.median(self.seconds)

    @property
    def ns(self) -> float:
        """Median time a call, ns."""
        return self.median_s / self.units * 1e9

    @property
    def rate(self) -> float:
        """Calls per second at the median time."""
        return self.units / self.median_s

    @property
    def spread(self) -> float:
        """Slowest repeat less fastest, as a share of the median."""
        return (max(self.seconds) - min(self.seconds)) / self.median_s

    def to_json(self) -> str:
        """One line of text."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Sample:
        """The sample that a line says."""
        values = json.loads(text)
        values["seconds"] = tuple(values["seconds"])
        values["parts"] = {name: tuple(part) for name, part in values["parts"].items()}
        return cls(**values)


def timed(action: Callable[[], object], repeats: int) -> tuple[float, ...]:
    """Wall-clock time of an action, again and again, s."""
    seconds = []
    for _ in range(repeats):
        began = time.perf_counter()
        action()
        seconds.append(time.perf_counter() - began)
    return tuple(seconds)
