"""Duties that a campaign has once: few abandoned calls, notices, proof of consent, and others."""

from __future__ import annotations

import numpy as np

from sim.audit.tables import Bools
from sim.audit.verdict import Assessed, MissingError
from sim.audit.view import View
from sim.regimes.model import (
    AbandonmentRule,
    CampaignDutyRule,
    DataNoticeRule,
    ProofOfConsentRule,
    Rule,
)


def assess_abandonment(view: View, rule: AbandonmentRule) -> Assessed:
    """Whether too large a share of the calls that a person answered was abandoned.

    The share is that of the whole log. Unanswered calls that rang too short break the rule too.
    """
    scope = view.scope(rule)
    limit = view.data.facts.abandoned_within_ms
    notes: list[str] = []
    if rule.within is not None:
        if limit is None:
            notes.append("it is not known after which silence a call was counted as abandoned")
        elif limit > rule.within:
            raise MissingError(
                f"calls were counted as abandoned after {limit} ms, the rule says {rule.within} ms"
            )
    share = _abandoned(view, scope)
    notes.insert(0, f"{share:.2%} of the calls that a person answered were abandoned")
    broken = share > rule.most
    if rule.shortest_ring is not None:
        ring, rang_out = view.calls.ring_ms, view.calls.rang_out
        if ring is None or rang_out is None:
            notes.append("how long unanswered calls rang is not known")
        else:
            short = int(np.count_nonzero(scope & rang_out & (ring < rule.shortest_ring)))
            notes.append(f"{short} unanswered calls rang less than {rule.shortest_ring} ms")
            broken = broken or short > 0
    return Assessed(int(np.count_nonzero(scope)), broken=broken, notes=tuple(notes))


def _abandoned(view: View, scope: Bools) -> float:
    """Share of the calls that a person answered which were abandoned."""
    person, abandoned = view.calls.person, view.calls.abandoned
    if person is None or abandoned is None:
        share = view.data.facts.abandoned_share
        if share is None:
            raise MissingError("it is not known which calls were abandoned")
        return share
    answered = int(np.count_nonzero(scope & person))
    return int(np.count_nonzero(scope & person & abandoned)) / answered if answered else 0.0


def assess_data_notice(view: View, rule: DataNoticeRule) -> Assessed:
    """Whether people were told where their number came from, and of their rights."""
    told = view.data.facts.data_notice
    if told is None:
        raise MissingError("it is not known whether people were told where their data came from")
    return _duty(view, rule, told)


def assess_proof_of_consent(view: View, rule: ProofOfConsentRule) -> Assessed:
    """Whether proof of each consent is kept."""
    kept = view.data.facts.proof_of_consent
    if kept is None:
        raise MissingError("it is not known whether proof of consent is kept")
    return _duty(view, rule, kept)


def assess_campaign_duty(view: View, rule: CampaignDutyRule) -> Assessed:
    """Whether another duty was met, in time."""
    met = view.data.facts.duties.get(rule.duty)
    if met is None:
        raise MissingError(f"it is not known whether this was done: {rule.duty}")
    return _duty(view, rule, met)


def _duty(view: View, rule: Rule, met: bool) -> Assessed:
    calls = int(np.count_nonzero(view.scope(rule)))
    return Assessed(calls, broken=not met and calls > 0)
