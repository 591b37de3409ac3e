"""New numbers accepted: all that moved in a baseline, or some of it by name."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TypeVar, cast

from sim.store.baseline import PACK, SCENARIO, Baseline, Row, digest_of


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What is accepted, and why."""

    reason: str
    """Why the new numbers are right."""
    strategies: tuple[str, ...] = ()
    """Of these alone; empty for all, and for what belongs to none."""
    metrics: tuple[str, ...] = ()
    """Of what matches one of these patterns alone (``*`` and ``?``); empty for all."""

    @property
    def whole(self) -> bool:
        """Whether everything is accepted."""
        return not self.strategies and not self.metrics

    def takes(self, row: Row) -> bool:
        """Whether a difference is accepted."""
        return (not self.strategies or row.strategy in self.strategies) and (
            not self.metrics or any(fnmatchcase(row.metric, one) for one in self.metrics)
        )


def accepted(old: Baseline, now: Baseline, taken: Collection[Row], reason: str) -> Baseline:
    """The old baseline with some of its differences taken over.

    Parameters
    ----------
    old, now
        What was accepted before, and what a run gave.
    taken
        The differences to take over, of :func:`~sim.store.baseline.compare`.
    reason
        Why.
    """
    counters = {name: dict(values) for name, values in old.counters.items()}
    digests = {name: dict(values) for name, values in old.digests.items()}
    laws, scenario = dict(old.laws), old.scenario_sha256
    kept = {name: dict(getattr(old, name)) for name in _BESIDE}
    for row in taken:
        if not row.strategy:
            if row.metric == SCENARIO:
                scenario, kept["resolved"] = now.scenario_sha256, now.resolved
            else:
                _put(laws, row.metric.removeprefix(PACK), cast("str | None", row.now))
        elif (table := digest_of(row.metric)) is not None:
            _put(digests.setdefault(row.strategy, {}), table, cast("str | None", row.now))
            if table == "call_log":
                for name in ("hours", "sample", "start_utc", "tables"):
                    _put(kept[name], row.strategy, getattr(now, name).get(row.strategy))
        else:
            _put(counters.setdefault(row.strategy, {}), row.metric, cast("int | None", row.now))
    return old.model_copy(
        update={
            "scenario_sha256": scenario,
            "counters": {name: values for name, values in counters.items() if values},
            "digests": {name: values for name, values in digests.items() if values},
            "laws": laws,
            **kept,
            "reason": reason,
            "code_sha256": "",
            "arithmetic": old.arithmetic if old.arithmetic == now.arithmetic else "",
        }
    )


_BESIDE = ("hours", "sample", "start_utc", "tables", "resolved")
"""What a baseline keeps beside its numbers, to say where logs part."""
V = TypeVar("V")


def _put(values: dict[str, V], name: str, value: V | None) -> None:
    """Set a value, or take it away where there is none any more."""
    if value is None:
        values.pop(name, None)
    else:
        values[name] = value
