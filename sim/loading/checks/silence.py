"""Silence before a poll: the regime that is named for it has one."""

from __future__ import annotations

from collections.abc import Iterator

from sim.document.messages import unknown_name
from sim.document.node import Path
from sim.errors import Fault
from sim.loading.checks.subject import rule
from sim.regimes.laws import Laws, is_own
from sim.regimes.load import load_regime, regime_ids
from sim.regimes.model import Regime
from sim.scenario.checks.subject import Subject


@rule("world.complaints")
def silence_before_a_poll(subject: Subject, laws: Laws) -> Iterator[Fault]:
    """`silence` names a regime that has such a silence."""
    complaints = subject.world.complaints
    if complaints is None or complaints.silence is None:
        return
    path: Path = ("world", "complaints", "silence")
    name = complaints.silence
    if name not in laws.packs:
        if not is_own(name):  # else it is said where the pack is read
            yield subject.fault(unknown_name("regime", name, regime_ids()), path)
    elif not _silent(laws.regime(name)):
        others = ", ".join(filter(lambda shipped: _silent(load_regime(shipped)), regime_ids()))
        yield subject.fault(
            f"the regime '{laws.regime(name).id}' has no rule of silence before a poll; such a "
            f"rule have: {others}",
            path,
        )


def _silent(regime: Regime) -> bool:
    return any(rule.kind == "silence" for rule in regime.rules)
