"""A second auditor in plain Python, one call at a time, to be read beside the rules' words.

It shares nothing with the first but its input and the regime's model, and is far too slow for a
real log. Tests hold the two against each other, call for call.
"""

from __future__ import annotations

from sim.audit.plain.log import Log, PlainVerdict, UnknownError
from sim.audit.plain.rules import RULES
from sim.audit.tables import AuditInput
from sim.regimes.model import Regime, Rule

__all__ = ["PlainVerdict", "plain_audit"]


def plain_audit(data: AuditInput, regime: Regime) -> dict[str, PlainVerdict]:
    """Hold a call log against a regime: verdicts by the rule's id."""
    log = Log(data)
    return {rule.id: _verdict(log, rule) for rule in regime.rules}


def _verdict(log: Log, rule: Rule) -> PlainVerdict:
    if not log.count:
        return PlainVerdict("not_assessable")
    days = [log.day(i) for i in range(log.count)]
    if max(days) < rule.since or (rule.until is not None and min(days) > rule.until):
        return PlainVerdict("not_in_force")
    try:
        return RULES[type(rule)](log, rule)
    except UnknownError:
        return PlainVerdict("not_assessable")
