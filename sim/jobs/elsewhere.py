"""A baseline of another platform: whether what differs is more than another luck would make.

Exact comparison comes first, everywhere. This one comes where it found differences, and only

* where the baseline's platform has another arithmetic (:mod:`sim.store.arithmetic`),
* for the same scenario and the same law packs,
* for strategies whose integer tables came out otherwise: both engines work in whole numbers, so
  where tables are the same and call logs are not, something else has changed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from sim.engine.plan.stage import Stage
from sim.jobs.measuring import Measured, Measuring
from sim.jobs.pool import Tell, each, unheard
from sim.store.baseline import Baseline, Row
from sim.streams import Replication
from sim.study.equivalence import Numbers, Ranked, judged


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What became of strategies whose baseline was made on another platform."""

    strategies: tuple[str, ...]
    ranked: Ranked

    @property
    def told(self) -> str:
        """What was found, in words."""
        found, (strategy, name) = self.ranked, self.ranked.worst
        off = f"{name} of {strategy} lies {found.distance:.3g} standard deviations off"
        if found.equivalent:
            return (
                f"EQUIVALENT on another platform: {', '.join(self.strategies)}: at most, {off}, "
                f"and of {found.runs} runs of another luck {found.farther} lie as far out"
            )
        chance = f"{100 / (found.runs + 1):.3g} %"
        return (
            f"another platform does not explain it: {off}, farther out than any of {found.runs} "
            f"runs of another luck; that happens by chance in at most {chance}"
        )


def elsewhere(old: Baseline, now: Baseline, rows: Sequence[Row]) -> tuple[str, ...]:
    """Strategies that differ and may do so because the baseline's platform was another.

    Parameters
    ----------
    old, now
        The baseline, and what a run gave here.
    rows
        Their comparisons.
    """
    if not old.arithmetic or old.arithmetic == now.arithmetic:
        return ()
    differing = [row for row in rows if row.verdict != "ok"]
    if any(not row.strategy for row in differing):
        return ()
    found = []
    for name in dict.fromkeys(row.strategy for row in differing):
        same_tables = old.tables.get(name) == now.tables.get(name)
        logs = [side.digests.get(name, {}).get("call_log") for side in (old, now)]
        if None in logs or (same_tables and logs[0] != logs[1]):
            return ()
        found.append(name)
    return tuple(found)


def judge_elsewhere(
    measured: Measured, old: Baseline, strategies: tuple[str, ...], tell: Callable[[str], None]
) -> Elsewhere:
    """Hold a baseline of another platform against runs of another luck on this one.

    Parameters
    ----------
    measured
        What the scenario gave here.
    old
        The baseline.
    strategies
        Whose numbers.
    tell
        Told how far it is.
    """
    base = measured.loaded.scenario.base
    work = _Lucky(measured, strategies)

    def others(numbers: range) -> list[Numbers]:
        runs = f"runs {numbers[0]} to {numbers[-1]} of another luck"
        tell(f"{old.scenario}: its baseline is of another platform: {runs}")
        made = each(work, numbers, measured.many)
        return [_paired(found, strategies, base) for found in made]

    one = _paired(_numbers(old.counters, old.hours), strategies, base)
    return Elsewhere(strategies, judged(one, others))


def _paired(found: Numbers, strategies: Collection[str], base: str) -> Numbers:
    """The numbers of strategies, and how far each is from the base strategy's.

    The same people are called under both, so that a difference has less luck in it than either.
    """
    plain = {key: value for key, value in found.items() if key[0] in strategies}
    paired = {
        (strategy, f"{name} less that of {base}"): value - found.get((base, name), 0.0)
        for (strategy, name), value in plain.items()
        if strategy != base
    }
    return {**plain, **paired}


def _numbers(
    counters: Mapping[str, Mapping[str, int]], hours: Mapping[str, Mapping[str, str]]
) -> Numbers:
    """Counters, and calls by simulated hour."""
    found = {
        (strategy, name): float(value)
        for strategy, values in counters.items()
        for name, value in values.items()
    }
    for strategy, by_hour in hours.items():
        for hour, told in by_hour.items():
            found[strategy, f"calls in hour {hour}"] = float(told.split()[0])
    return found


@dataclass(frozen=True)
class _Lucky:
    """Runs a scenario under other luck; the work of a pool."""

    measured: Measured
    strategies: tuple[str, ...]

    def __call__(self, number: int, _tell: Tell) -> Numbers:
        small, loaded = self.measured.small, self.measured.loaded
        full = loaded.scenario
        stage = Stage(small.scenario, loaded.laws, Replication(full.seed, 0, number))
        work = Measuring(stage, loaded.laws.regimes(full.regimes), small.effective)
        names = [name for name in full.strategies if name in (*self.strategies, full.base)]
        found = {name: work(name, unheard) for name in names}
        return _numbers(
            {name: one.counters for name, one in found.items()},
            {name: one.hours for name, one in found.items()},
        )
