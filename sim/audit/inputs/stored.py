"""An audit's input from the tables of a stored run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.audit.inputs.simulated import Joining, means_of, optouts_of
from sim.audit.tables import I64, AuditInput, Bools, OptOuts
from sim.behaviour.calls import CallTables
from sim.behaviour.voicemail import hearing
from sim.errors import RunDirectoryError
from sim.record.log import Outcome
from sim.scenario.scenario import Scenario
from sim.streams import Key
from sim.world.population import Population

if TYPE_CHECKING:
    import pandas as pd

CALL_COLUMNS = (
    "strategy", "line", "attempt", "start_utc", "zone", "outcome", "ring_ms", "hold_ms", "key",
)  # fmt: skip
"""Columns of the call log that an audit reads."""
OPTOUT_COLUMNS = ("strategy", "line", "at_utc")
"""Likewise of the table of objections."""
STEP_COLUMNS = ("strategy", "at_utc", "stage")
"""Likewise of the table of the regulator's steps."""
_OPT_OUT_KEY = 9
"""The key that lists the number, as the call log shows it."""


@dataclass(frozen=True, slots=True)
class StoredTables:
    """What a run wrote down, of all of its strategies."""

    calls: Iterable[pd.DataFrame]
    """The call log, some rows at a time, with :data:`CALL_COLUMNS`."""
    optouts: pd.DataFrame | None
    """Objections, with :data:`OPTOUT_COLUMNS`; None where the run wrote none down."""
    steps: pd.DataFrame | None
    """Steps of the regulator, with :data:`STEP_COLUMNS`; None likewise."""


def stored_input(
    scenario: Scenario,
    name: str,
    people: Population,
    tables: CallTables,
    key: Key,
    found: StoredTables,
    scale: float = 1.0,
) -> AuditInput:
    """The input of an audit from what a run wrote down of a strategy.

    Parameters
    ----------
    scenario
        As it was run, already scaled.
    name
        The strategy's name.
    people
        The population, made again.
    tables
        The strategy's tables of behaviour, made again.
    key
        The run's key.
    found
        What the run wrote down.
    scale
        Lines simulated ÷ lines of the scenario.

    Raises
    ------
    sim.errors.RunDirectoryError
        If the lines of the log stand in other time zones than those of the population.
    """

    def heard(line: NDArray[np.int32], attempt: NDArray[np.uint8]) -> tuple[Bools, I64]:
        return hearing(tables, key, line, attempt)

    columns, ring, pressed = _calls_of(found.calls, name, scenario, people)
    means = means_of(scenario, name, tables)
    optouts = None
    if means.key or means.otherwise:
        optouts = _stored_optouts(found.optouts, name)
        if optouts is None and not means.otherwise:
            line, _, start, hold, _ = columns
            optouts = optouts_of([(line[pressed], (start + hold)[pressed])])
    steps = _stored_steps(found.steps, name)
    return Joining(scenario, name, people, heard, scale)(columns, optouts, steps, ring)


def _calls_of(
    batches: Iterable[pd.DataFrame], strategy: str, scenario: Scenario, people: Population
) -> tuple[list[NDArray[Any]], NDArray[np.int32], Bools]:
    """A strategy's columns: line, attempt, start, hold, outcome; ring times; opt-out keys."""
    zones = np.array([t.timezone for t in scenario.world.territories.values()], dtype=np.object_)
    parts: list[tuple[NDArray[Any], ...]] = []
    for rows in batches:
        mine = rows[(rows["strategy"] == strategy).to_numpy()]
        if mine.empty:
            continue
        line = mine["line"].to_numpy(np.int32)
        if (
            line.max() >= people.lines
            or (zones[people.territory[line]] != mine["zone"].astype(object).to_numpy()).any()
        ):
            raise RunDirectoryError(
                "the world of the run cannot be made again: its lines stand in other time zones. "
                "Another version made the run; run its scenario again"
            )
        outcome = mine["outcome"].cat
        codes = np.array([_code(str(name)) for name in outcome.categories], dtype=np.uint8)
        parts.append(
            (
                line,
                mine["attempt"].to_numpy(np.uint8),
                _moments(mine["start_utc"]),
                mine["hold_ms"].to_numpy(np.int32),
                codes[outcome.codes.to_numpy()],
                mine["ring_ms"].to_numpy(np.int32),
                mine["key"].to_numpy() == _OPT_OUT_KEY,
            )
        )
    if not parts:
        empty = np.empty(0, dtype=np.int32)
        none: list[NDArray[Any]] = [
            empty,
            empty,
            empty.astype(np.int64),
            empty,
            empty.astype(np.uint8),
        ]
        return none, empty, empty.astype(np.bool_)
    line, attempt, start, hold, code, ring, pressed = map(np.concatenate, zip(*parts, strict=True))
    return [line, attempt, start, hold, code], ring, pressed


def _stored_optouts(rows: pd.DataFrame | None, strategy: str) -> OptOuts | None:
    """The objections that a run wrote down; None where it did not."""
    if rows is None:
        return None
    mine = rows[(rows["strategy"] == strategy).to_numpy()]
    return OptOuts(mine["line"].to_numpy(np.int32), _moments(mine["at_utc"]))


def _stored_steps(rows: pd.DataFrame | None, strategy: str) -> list[tuple[int, str]]:
    """Moments at which the regulator went further, as the run wrote them down, and how far."""
    if rows is None:
        return []
    mine = rows[(rows["strategy"] == strategy).to_numpy()]
    return list(zip(_moments(mine["at_utc"]).tolist(), mine["stage"].astype(str), strict=True))


def _moments(column: pd.Series) -> I64:
    """Moments of a table as ms since 1970 UTC."""
    found: I64 = column.dt.tz_localize(None).to_numpy("datetime64[ms]").view(np.int64)
    return found


def _code(name: str) -> int:
    """Code of an outcome by its name in a call log; all who heard the message count alike."""
    return int(Outcome.__members__.get(name.upper(), Outcome.HEARD))
