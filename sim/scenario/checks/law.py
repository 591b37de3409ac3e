"""Regimes exist, and a strategy can keep the rules that it says it enforces."""

from __future__ import annotations

from collections.abc import Iterator

from sim.document.messages import unknown_name
from sim.document.node import Path
from sim.errors import Fault, ScenarioError
from sim.scenario.checks.subject import Subject, rule


@rule(
    "enforce", "campaign", "message", "suppression", "inbound", "world.consent",
    "world.registers", "world.opposition", "world.call_back", "world.complaints",
)  # fmt: skip
def enforced_rules_can_be_kept(subject: Subject) -> Iterator[Fault]:
    """`enforce` names rules that exist, in regimes that exist, and that this strategy can keep."""
    if not subject.strategy.enforce:
        return
    from sim.regimes.enforcement import ALL, problems  # only here: they read the law packs
    from sim.regimes.load import load_regime, regime_ids

    sound = True
    for regime, names in subject.strategy.enforce.items():
        path: Path = ("enforce", regime)
        if regime not in regime_ids():
            sound = False
            yield subject.fault(unknown_name("regime", regime, regime_ids()), path, on_key=True)
            continue
        try:
            rules = load_regime(regime).rules
        except ScenarioError as error:
            sound = False
            yield subject.fault(f"the regime cannot be read: {error}", path)
            continue
        known = list(dict.fromkeys([ALL, *(r.id for r in rules), *(r.kind for r in rules)]))
        for place, name in enumerate(names):
            if name not in known:
                sound = False
                yield subject.fault(unknown_name("rule", name, known), (*path, place))
    if sound:
        for regime, problem in problems(subject.strategy, subject.world):
            yield subject.fault(problem, ("enforce", regime))
        yield from _missing_world(subject)


def _missing_world(subject: Subject) -> Iterator[Fault]:
    """Rules on consent need a world that says who consented."""
    from sim.regimes.enforcement import enforced_rules

    campaign, world = subject.strategy.campaign, subject.world
    for regime, names in subject.strategy.enforce.items():
        rules = enforced_rules({regime: names}, campaign.start.date(), campaign.cutoff.date())
        # Consent by a key needs no consent beforehand.
        kinds = {r.kind for r in rules if not getattr(r, "press_1_counts", False)}
        path: Path = ("enforce", regime)
        if "consent" in kinds and world.consent is None:
            yield subject.fault(
                "enforces consent, but the world says nothing of it: give world.consent", path
            )
        if "consent_slot" in kinds and world.consent is not None and world.consent.slot is None:
            yield subject.warning("consents of this world name no times, so they cover any", path)
        for found in rules:
            if found.kind == "register" and found.name not in world.registers:
                yield subject.warning(
                    f"the world has no register '{found.name}', so nobody stands in it", path
                )
        if "opposition" in kinds and world.opposition is None:
            yield subject.warning("the world marks nobody as refusing: give world.opposition", path)
