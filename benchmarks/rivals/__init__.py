"""The same reduced model in other simulators, each written as its own users would write it.

Every module has one function, ``simulate(calls, channels)``. It gets the calls of the list in
dialling order, each with the holding time and the disposition drawn for it, and lets ``channels``
channels work through them: as soon as a channel is free it dials the next. Drawing is done before
and costs the rivals nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

DISPOSITIONS = 5
"""Ways a call may end, as codes from 0."""


class Call(NamedTuple):
    """A call that is to be made."""

    hold_ms: int
    disposition: int


class Finished(NamedTuple):
    """What a simulation came to."""

    makespan_ms: float
    """End of the last call."""
    by_disposition: tuple[int, ...]
    """Calls by how they ended, counted when they ended."""


Simulate = Callable[[Sequence[Call], int], Finished]
"""The calls in dialling order and the number of channels, to what came of them."""
