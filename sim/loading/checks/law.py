"""A strategy can keep the rules that it says it enforces."""

from __future__ import annotations

from collections.abc import Iterator

from sim.document.messages import unknown_name
from sim.document.node import Path
from sim.errors import Fault
from sim.loading.checks.subject import rule
from sim.regimes.enforcement import ALL, enforced_rules, problems
from sim.regimes.laws import Laws, is_own
from sim.regimes.load import regime_ids
from sim.scenario.checks.subject import Subject


@rule(
    "enforce", "campaign", "message", "suppression", "inbound", "world.consent",
    "world.registers", "world.opposition", "world.call_back", "world.complaints",
)  # fmt: skip
def enforced_rules_can_be_kept(subject: Subject, laws: Laws) -> Iterator[Fault]:
    """`enforce` names rules that exist, in regimes that exist, and that this strategy can keep."""
    sound = True
    for regime, names in subject.strategy.enforce.items():
        path: Path = ("enforce", regime)
        if regime not in laws.packs:
            sound = False
            if not is_own(regime):  # else it is said where the pack is read
                message = unknown_name("regime", regime, regime_ids())
                yield subject.fault(message, path, on_key=True)
            continue
        rules = laws.rules(regime)
        known = list(dict.fromkeys([ALL, *(r.id for r in rules), *(r.kind for r in rules)]))
        for place, name in enumerate(names):
            if name not in known:
                sound = False
                yield subject.fault(unknown_name("rule", name, known), (*path, place))
    if sound:
        for regime, problem in problems(laws, subject.strategy, subject.world):
            yield subject.fault(problem, ("enforce", regime))
        yield from _missing_world(subject, laws)


def _missing_world(subject: Subject, laws: Laws) -> Iterator[Fault]:
    """Rules on consent need a world that says who consented."""
    campaign, world = subject.strategy.campaign, subject.world
    first, last = campaign.start.date(), campaign.cutoff.date()
    for regime, names in subject.strategy.enforce.items():
        rules = enforced_rules(laws, {regime: names}, first, last)
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
