"""Which rules a strategy enforces, and which of them it cannot keep.

``enforce`` names regimes, and for each ``all`` or ids and kinds of rules. Where readings of a rule
are disputed, the strict one is meant unless the lenient one is named by its id.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

from sim.regimes.load import load_regime
from sim.regimes.model import (
    ConsentRule,
    FrequencyCapRule,
    IdentificationRule,
    MessageRule,
    Rule,
)
from sim.scenario.model import Message, Strategy

ALL = "all"
KEPT_BY_THE_DIALER = frozenset(
    {"hours", "consent", "consent_slot", "register", "opposition", "silence", "frequency_cap"}
)
"""Kinds that decide whom the dialer calls, and when."""
KEPT_BY_THE_MESSAGE = frozenset({"message", "identification"})
"""Kinds that what is played keeps, or breaks."""


def enforceable(rule: Rule) -> bool:
    """Whether a strategy can keep a rule of this kind."""
    return rule.kind in KEPT_BY_THE_DIALER | KEPT_BY_THE_MESSAGE


def chosen(regime: str, names: Sequence[str]) -> tuple[Rule, ...]:
    """The rules of a regime that names stand for.

    Raises
    ------
    LookupError
        For a name that is neither ``all`` nor the id or kind of a rule; its argument is the name.
    """
    rules = load_regime(regime).rules
    for name in names:
        if name != ALL and not any(name in (rule.id, rule.kind) for rule in rules):
            raise LookupError(name)
    return tuple(
        rule
        for rule in rules
        if rule.id in names or (rule.reading != "lenient" and (ALL in names or rule.kind in names))
    )


def enforced_rules(
    enforce: Mapping[str, Sequence[str]], first: dt.date, last: dt.date
) -> tuple[Rule, ...]:
    """The rules that a strategy keeps, of those in force on some day of its campaign."""
    return tuple(
        rule
        for regime, names in enforce.items()
        for rule in chosen(regime, names)
        if enforceable(rule) and rule.since <= last and (rule.until is None or rule.until >= first)
    )


def problems(strategy: Strategy) -> Iterator[tuple[str, str]]:
    """Rules that a strategy says it enforces and does not keep: regime, and what is wrong."""
    campaign = strategy.campaign
    for regime, names in strategy.enforce.items():
        rules = enforced_rules({regime: names}, campaign.start.date(), campaign.cutoff.date())
        for rule in rules:
            lacking: list[str]
            if isinstance(rule, MessageRule):
                lacking = [item for item in rule.requires if not _said(item, strategy.message)]
            elif isinstance(rule, IdentificationRule):
                lacking = [i for i in rule.requires if i not in strategy.message.identification]
            elif isinstance(rule, FrequencyCapRule):
                if strategy.attempts.lifetime > rule.calls:
                    yield (
                        regime,
                        f"rule '{rule.id}' allows {rule.calls} calls in a window; enforcing it "
                        f"needs attempts.lifetime of at most {rule.calls}, found "
                        f"{strategy.attempts.lifetime}",
                    )
                continue
            elif isinstance(rule, ConsentRule) and rule.press_1_counts:
                lacking = [] if strategy.message.gate == "press-1" else ["gate: press-1"]
                if strategy.message.voicemail is not None:
                    lacking.append("no voicemail, which nobody consents to by a key")
            else:
                continue
            if lacking:
                yield regime, f"rule '{rule.id}' needs a message with {', '.join(lacking)}"


def _said(item: str, message: Message) -> bool:
    """Whether a message has what a rule requires."""
    return {
        "opt_out_offered": message.opt_out != "none",
        "opt_out_at_start": message.opt_out == "start",
        "how_to_object": message.how_to_object,
        "opt_out_key": message.opt_out_key,
    }[item]
