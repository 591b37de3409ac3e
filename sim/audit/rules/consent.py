"""The line gave its consent, valid when the call starts, to such a call and for such an hour."""

from __future__ import annotations

import numpy as np

from sim.audit.local import week_minute
from sim.audit.tables import WEEK_MINUTES
from sim.audit.three import Three, three
from sim.audit.verdict import Assessed, MissingError, judged
from sim.audit.view import View
from sim.regimes.model import ConsentRule, ConsentSlotRule


def assess_consent(view: View, rule: ConsentRule) -> Assessed:
    """Calls to lines without valid consent.

    Where pressing 1 in the call counts, a call without consent breaks the rule only if some of the
    message was played and nobody pressed.
    """
    valid = view.consent
    if rule.scope:
        valid = valid & _covers(view, rule)
    without = ~valid
    if rule.press_1_counts:
        without = without & view.known("delivered")
        if view.data.facts.gate != "none":
            without = without & ~view.known("pressed")
    return judged(view.scope(rule), without)


def _covers(view: View, rule: ConsentRule) -> Three:
    """Whether the line's consent names all that it must."""
    recipients = view.data.recipients
    if recipients is None or recipients.consent_scope is None:
        raise MissingError(f"it is not known whether consents name: {', '.join(rule.scope)}")
    names = [set(rule.scope) <= scope for scope in view.data.scopes]
    enough = np.array([*names, False], dtype=np.bool_)  # the last is that of -1
    found = enough[view.at_line("consent_scope", recipients.consent_scope)]
    return three(found, view.of_line("consent_scope"), "what consent names unknown")


def assess_consent_slot(view: View, rule: ConsentSlotRule) -> Assessed:
    """Calls to lines with consent, outside of the slot that it is for.

    Consent that names no slot is for none. Calls without consent are those of the rule on consent.
    """
    scope = view.scope(rule) & view.consent
    recipients = view.data.recipients
    if recipients is None or recipients.consent_slot is None:
        raise MissingError("it is not known for which slots consent was given")
    none = np.zeros(WEEK_MINUTES, dtype=np.bool_)
    open_at = np.array([*(slot.open for slot in view.data.slots), none]).reshape(-1)
    rows = np.flatnonzero(scope.possible)  # few lines have consent
    slot = view.at_line("consent_slot", recipients.consent_slot)[rows].astype(np.int32)
    slot[slot < 0] = len(view.data.slots)
    slot *= WEEK_MINUTES
    allowed = open_at[slot + week_minute(view.minute_of(rows))]
    outside = np.zeros(view.n, dtype=np.bool_)
    outside[rows] = ~allowed
    overrun = None
    last = view.last_minute_of(rows)
    if last is not None:
        overrun = np.zeros(view.n, dtype=np.bool_)
        overrun[rows] = allowed & ~open_at[slot + week_minute(last)]
        overrun &= scope.yes
    zone, slots = view.zone_unknown, view.of_line("consent_slot")
    if zone is None and slots is None:
        return judged(scope, Three(outside), overrun=overrun)
    # A consent without a slot is for no time, in whatever zone.
    unknown = np.zeros(view.n, dtype=np.bool_) if slots is None else slots.copy()
    if zone is not None:
        unknown |= zone & (recipients.consent_slot[view.calls.line] >= 0)
    doubts = [("zone unknown", zone), ("slot of consent unknown", slots)]
    told = tuple((text, of) for text, of in doubts if of is not None)
    breaks = Three(outside & ~unknown, unknown, told)
    return judged(scope, breaks, overrun=None if overrun is None else overrun & ~unknown)
