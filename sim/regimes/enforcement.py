"""Which rules a strategy enforces, and which of them it cannot keep.

``enforce`` names regimes, and for each ``all`` or ids and kinds of rules. Where readings of a rule
are disputed, the strict one is meant unless the lenient one is named by its id.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

from sim.document.quantity import ShareRange
from sim.document.written import duration_text
from sim.errors import UnknownNameError
from sim.regimes.laws import Laws
from sim.regimes.model import (
    ConsentRule,
    HonourOptOutRule,
    IdentificationRule,
    MessageRule,
    PauseAfterRefusalRule,
    Rule,
)
from sim.scenario.message import Message
from sim.scenario.strategy import Strategy
from sim.scenario.world import World

ALL = "all"
KEPT_BY_THE_DIALER = frozenset(
    {"hours", "consent", "consent_slot", "register", "opposition", "silence", "frequency_cap"}
)
"""Kinds that decide whom the dialer calls, and when."""
KEPT_BY_THE_MESSAGE = frozenset({"message", "identification"})
"""Kinds that what is played keeps, or breaks."""
KEPT_BY_SUPPRESSION = frozenset({"honour_opt_out", "pause_after_refusal"})
"""Kinds that the caller's own list of those who object keeps, if it is fast enough."""
_DAY_MS = 86_400_000


def enforceable(rule: Rule) -> bool:
    """Whether a strategy can keep a rule of this kind."""
    return rule.kind in KEPT_BY_THE_DIALER | KEPT_BY_THE_MESSAGE | KEPT_BY_SUPPRESSION


def chosen(rules: Sequence[Rule], names: Sequence[str]) -> tuple[Rule, ...]:
    """Those of a regime's rules that names stand for.

    Raises
    ------
    UnknownNameError
        For a name that is neither ``all`` nor the id or kind of a rule.
    """
    for name in names:
        if name != ALL and not any(name in (rule.id, rule.kind) for rule in rules):
            raise UnknownNameError(f"there is no rule '{name}'")
    return tuple(
        rule
        for rule in rules
        if rule.id in names or (rule.reading != "lenient" and (ALL in names or rule.kind in names))
    )


def enforced_rules(
    laws: Laws, enforce: Mapping[str, Sequence[str]], first: dt.date, last: dt.date
) -> tuple[Rule, ...]:
    """The rules that a strategy keeps, of those in force on some day of its campaign.

    A day more at both ends counts: recipients' calendars may differ by one from the campaign's.

    Parameters
    ----------
    laws
        With every regime that is named.
    enforce
        By regime: ``all``, or ids and kinds of its rules.
    first, last
        Days of the campaign.
    """
    day = dt.timedelta(days=1)
    return tuple(
        rule
        for regime, names in enforce.items()
        for rule in chosen(laws.rules(regime), names)
        if enforceable(rule)
        and rule.since <= last + day
        and (rule.until is None or rule.until >= first - day)
    )


def problems(
    laws: Laws, strategy: Strategy, world: World | None = None
) -> Iterator[tuple[str, str]]:
    """Rules that a strategy says it enforces and does not keep: regime, and what is wrong.

    Parameters
    ----------
    laws
        With every regime that it enforces.
    strategy
        The strategy.
    world
        Its world, which says whether people object by call-back or complaint; left out, nobody
        does.
    """
    campaign = strategy.campaign
    for regime, names in strategy.enforce.items():
        rules = enforced_rules(laws, {regime: names}, campaign.start.date(), campaign.cutoff.date())
        for rule in rules:
            if isinstance(rule, HonourOptOutRule):
                for problem in _late(rule, strategy, world):
                    yield regime, f"{problem}, so it cannot be kept in full"
            elif isinstance(rule, PauseAfterRefusalRule):
                rest = [other.id for other in rules if other is not rule]
                hint = f"; to enforce the others, name them: {', '.join(rest)}" if rest else ""
                for problem in _not_at_once(rule, strategy, world):
                    yield regime, f"{problem}, so it cannot be kept in full{hint}"
            elif lacking := _lacking(rule, strategy.message):
                yield regime, f"rule '{rule.id}' needs a message with {', '.join(lacking)}"


def _lacking(rule: Rule, message: Message) -> list[str]:
    """What a rule wants of a message that lacks it."""
    lacking: list[str] = []
    if isinstance(rule, MessageRule):
        lacking += [item for item in rule.requires if not _said(item, message)]
        within = message.opt_out_key_within
        if rule.within is not None and (within is None or within > rule.within):
            lacking.append(f"opt_out_key_within of at most {duration_text(rule.within)}")
    elif isinstance(rule, IdentificationRule):
        lacking += [item for item in rule.requires if item not in message.identification]
    elif isinstance(rule, ConsentRule) and rule.press_1_counts:
        lacking += [] if message.gate == "press-1" else ["gate: press-1"]
        if message.voicemail is not None:
            lacking.append("no voicemail, which nobody consents to by a key")
    return lacking


# ── Objections and refusals ──────────────────────────────────────────────────────────────────────


def _late(rule: HonourOptOutRule, strategy: Strategy, world: World | None) -> Iterator[str]:
    """Ways for an objection to wait longer than a rule allows."""
    if rule.business_days is None:
        allowed = rule.delay or 0
        written = f"within {duration_text(allowed)}"
    else:
        # So many whole days from Monday to Friday take at least so many days.
        allowed = rule.business_days * _DAY_MS
        written = f"within {rule.business_days} business days"
    demand = f"rule '{rule.id}' demands that an objection is honoured {written}"
    suppression = strategy.suppression
    if suppression.key_press > allowed:
        yield f"{demand}; suppression.key_press is {duration_text(suppression.key_press)}"
    if not _beside_the_key(strategy, world):
        return
    if suppression.refresh is None:
        yield f"{demand}; suppression.refresh is left out"
    elif suppression.refresh > allowed:
        yield f"{demand}; suppression.refresh is {duration_text(suppression.refresh)}"


def _not_at_once(
    rule: PauseAfterRefusalRule, strategy: Strategy, world: World | None
) -> Iterator[str]:
    """Ways for a refusal not to take effect at its moment."""
    demand = f"rule '{rule.id}' allows no call from the moment of a refusal on"
    key_press = strategy.suppression.key_press
    if key_press > 0:
        yield f"{demand}; suppression.key_press is {duration_text(key_press)}"
    if means := _beside_the_key(strategy, world):
        yield (
            f"{demand}; one by {' or '.join(means)} reaches the dialer only at the next refresh of "
            "its list"
        )


def _beside_the_key(strategy: Strategy, world: World | None) -> tuple[str, ...]:
    """How people may object other than by a key in the call: call-back, complaint."""
    if world is None:
        return ()
    means = []
    calls = world.call_back if strategy.message.call_back and strategy.inbound.lines else None
    if calls is not None and _some(calls.share) and _some(calls.opts_out):
        means.append("call-back")
    if world.complaints is not None and _some(world.complaints.opts_out):
        means.append("complaint")
    return tuple(means)


def _some(share: ShareRange) -> bool:
    """Whether a share can be more than nothing."""
    return share.central > 0 or (share.high or 0) > 0


def _said(item: str, message: Message) -> bool:
    """Whether a message has what a rule requires."""
    return {
        "opt_out_offered": message.opt_out != "none",
        "opt_out_at_start": message.opt_out == "start",
        "how_to_object": message.how_to_object,
        "opt_out_key": message.opt_out_key,
    }[item]
