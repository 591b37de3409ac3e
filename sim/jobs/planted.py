"""Whether a baseline would notice: small changes, planted one at a time, must move it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sim.document.quantity import FrozenDict
from sim.errors import UnreachableSharesError
from sim.jobs.measuring import Measured, run_all
from sim.jobs.scaling import scaled_down
from sim.scenario.answering import Answering
from sim.scenario.scenario import Scenario
from sim.scenario.strategy import Strategy

CHANNELS = 0.9
"""Channels of a planted change, as a share of those that there are."""
SHARE = 0.98
"""Shares of answering of a planted change, likewise."""
_DISPOSITIONS = ("human", "machine", "no_answer", "busy")


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of one planted change."""

    change: str
    """In words."""
    noticed: tuple[str, ...]
    """Strategies of which something moved."""
    missed: tuple[str, ...]
    """Strategies of which nothing did."""


def tried(measured: Measured, tell: Callable[[str], None] | None = None) -> Iterator[Trial]:
    """Plant a change of channels, of a share and of the cutoff, and see what moves.

    A change that the model refuses is not tried.

    Parameters
    ----------
    measured
        What a baseline has just been made of.
    tell
        Told which change is planted.

    Yields
    ------
    Trial
        Of each change; a strategy misses it where it has no effect, or none that is held.
    """
    full = measured.loaded.scenario
    for what, plant in PLANTS.items():
        if tell is not None:
            tell(f"{full.name}: trying {what}")
        planted = plant(full)
        if planted is None:
            continue
        try:
            names = list(planted.strategies)
            small = scaled_down(planted, measured.scale, measured.loaded.laws, names)
            found = run_all(measured.loaded, planted, small, measured.workers)
        except UnreachableSharesError:
            continue
        moved = {
            name: (one.counters, one.digests)
            != (measured.strategies[name].counters, measured.strategies[name].digests)
            for name, one in found.items()
        }
        yield Trial(
            what,
            tuple(name for name, did in moved.items() if did),
            tuple(name for name, did in moved.items() if not did),
        )


def unseen(trials: list[Trial]) -> list[str]:
    """Strategies that no planted change moved."""
    if not trials:
        return []
    return [name for name in trials[0].missed if all(name in trial.missed for trial in trials)]


def told(trials: list[Trial]) -> Iterator[str]:
    """What was tried, a line a change."""
    for trial in trials:
        of = len(trial.noticed) + len(trial.missed)
        line = f"tried: {trial.change}: noticed in {len(trial.noticed)} of {of} strategies"
        yield line + (f"; without effect in {', '.join(trial.missed)}" if trial.missed else "")


# ── The changes ──────────────────────────────────────────────────────────────────────────────────


def _fewer_channels(full: Scenario) -> Scenario | None:
    def fewer(strategy: Strategy) -> dict[str, Any]:
        channels = strategy.dialing.channels
        used = max(1, min(channels - 1, int(channels * CHANNELS)))
        return {"dialing": strategy.dialing.model_copy(update={"channels": used})}

    return _each(full, fewer)


def _fewer_answers(full: Scenario) -> Scenario | None:
    types = {}
    for name, line_type in full.world.line_types.items():
        changed = _fewer(line_type.answering)
        if changed is None:
            return None
        types[name] = line_type.model_copy(update={"answering": changed})
    world = full.world.model_copy(update={"line_types": FrozenDict(types)})
    return full.model_copy(update={"world": world})


def _fewer(answering: Answering) -> Answering | None:
    """The first stated share made smaller, what it loses given to the rest; None without a rest."""
    shares: Mapping[str, Any] = {name: getattr(answering, name) for name in _DISPOSITIONS}
    stated = [name for name, share in shares.items() if share != "rest" and share.central > 0]
    if not stated or "rest" not in (*shares.values(), answering.invalid):
        return None
    share = shares[stated[0]]
    less = {
        name: None if value is None else value * SHARE
        for name, value in (("low", share.low), ("central", share.central), ("high", share.high))
    }
    return answering.model_copy(update={stated[0]: share.model_copy(update=less)})


def _earlier_cutoff(full: Scenario) -> Scenario | None:
    def earlier(strategy: Strategy) -> dict[str, Any]:
        campaign, minute = strategy.campaign, dt.timedelta(minutes=1)
        places = {name: at - minute for name, at in campaign.territory_cutoffs.items()}
        update = {"cutoff": campaign.cutoff - minute, "territory_cutoffs": FrozenDict(places)}
        return {"campaign": campaign.model_copy(update=update)}

    return _each(full, earlier)


def _each(full: Scenario, change: Callable[[Strategy], dict[str, Any]]) -> Scenario:
    """The scenario with each strategy changed."""
    strategies = {
        name: strategy.model_copy(update=change(strategy))
        for name, strategy in full.strategies.items()
    }
    return full.model_copy(update={"strategies": FrozenDict(strategies)})


PLANTS: dict[str, Callable[[Scenario], Scenario | None]] = {
    "a tenth fewer channels": _fewer_channels,
    "2 % fewer answers": _fewer_answers,
    "the cutoff a minute earlier": _earlier_cutoff,
}
"""By what each changes."""
