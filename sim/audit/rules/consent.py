"""The line gave its consent, valid when the call starts, to such a call and for such an hour."""

from __future__ import annotations

import numpy as np

from sim.audit.tables import WEEK_MINUTES, Bools
from sim.audit.verdict import Assessed, MissingError
from sim.audit.view import View
from sim.regimes.model import ConsentRule, ConsentSlotRule


def assess_consent(view: View, rule: ConsentRule) -> Assessed:
    """Calls to lines without valid consent.

    Where pressing 1 in the call counts, a call without consent breaks the rule only if some of the
    message was played and nobody pressed.
    """
    scope = view.scope(rule)
    without = scope & ~view.consented
    if rule.scope:
        without = scope & ~(view.consented & _covers(view, rule))
    if rule.press_1_counts:
        without &= view.known("delivered")
        if view.data.facts.gate != "none":
            without &= ~view.known("pressed")
    return Assessed(int(np.count_nonzero(scope)), without)


def _covers(view: View, rule: ConsentRule) -> Bools:
    """(n,) Whether the line's consent names all that it must."""
    recipients = view.data.recipients
    if recipients is None or recipients.consent_scope is None:
        raise MissingError(f"it is not known whether consents name: {', '.join(rule.scope)}")
    names = [set(rule.scope) <= scope for scope in view.data.scopes]
    enough = np.array([*names, False], dtype=np.bool_)  # the last is that of -1
    return enough[recipients.consent_scope][view.calls.line]


def assess_consent_slot(view: View, rule: ConsentSlotRule) -> Assessed:
    """Calls to lines with consent, outside of the slot that it is for.

    Consent that names no slot is for none. Calls without consent are those of the rule on consent.
    """
    scope = view.scope(rule) & view.consented
    recipients = view.data.recipients
    if recipients is None or recipients.consent_slot is None:
        raise MissingError("it is not known for which slots consent was given")
    none = np.zeros(WEEK_MINUTES, dtype=np.bool_)
    open_at = np.array([*(slot.open for slot in view.data.slots), none]).reshape(-1)
    slot = recipients.consent_slot[view.calls.line].astype(np.int32)
    slot[slot < 0] = len(view.data.slots)
    slot *= WEEK_MINUTES
    allowed = open_at[slot + view.week_minute]
    overrun = None
    if view.last_week_minute is not None:
        overrun = scope & allowed & ~open_at[slot + view.last_week_minute]
    return Assessed(int(np.count_nonzero(scope)), scope & ~allowed, overrun)
