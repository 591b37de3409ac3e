"""Duties that a campaign has once: few abandoned calls, notices, proof of consent, and others."""

from __future__ import annotations

import numpy as np

from sim.audit.three import Three, three
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
    least, most, told = _abandoned(view, scope)
    notes.insert(0, told)
    broken = least > rule.most
    if not broken and most > rule.most:
        raise MissingError(f"{told}; the limit lies between")
    notes += _other_abandoned(view, scope)
    unknown = None
    if rule.shortest_ring is not None:
        ring, rang_out = view.calls.ring_ms, view.calls.rang_out
        if ring is None or rang_out is None:
            notes.append("how long unanswered calls rang is not known")
            rang = scope
            if rang_out is not None:
                rang = scope & three(rang_out, view.unknown("rang_out"), "")
            unknown = rang.possible
        else:
            rang = scope & three(rang_out, view.unknown("rang_out"), "")
            short = rang & three(ring < rule.shortest_ring, view.unknown("ring_ms"), "")
            count = int(np.count_nonzero(short.yes))
            notes.append(f"{count} unanswered calls rang less than {rule.shortest_ring} ms")
            broken = broken or count > 0
            unknown = short.maybe
    calls = int(np.count_nonzero(scope.yes))
    if broken or unknown is None or not unknown.any():
        return Assessed(calls, broken=broken, notes=tuple(notes))
    why = ("how long it rang unknown",)
    return Assessed(calls, unknown=unknown, why=why, broken=False, notes=tuple(notes))


def _abandoned(view: View, scope: Three) -> tuple[float, float, str]:
    """Least and greatest share of the calls that a person answered which were abandoned, in words.

    They differ where it is not known of some calls who answered, or what they got.
    """
    person, abandoned = view.calls.person, view.calls.abandoned
    if person is None or abandoned is None:
        share = view.data.facts.abandoned_share
        if share is None:
            raise MissingError("it is not known which calls were abandoned")
        return share, share, f"{share:.2%} of the calls that a person answered were abandoned"
    answered = scope & three(person, view.unknown("person"), "")
    got_nothing = three(abandoned, view.unknown("abandoned"), "")
    dropped, kept = answered & got_nothing, answered & ~got_nothing
    # The least: of open calls, only those that were not abandoned count; the greatest: the others.
    n_dropped, n_kept = int(np.count_nonzero(dropped.yes)), int(np.count_nonzero(kept.yes))
    may_drop, may_keep = (int(np.count_nonzero(of.possible)) for of in (dropped, kept))
    least = n_dropped / max(n_dropped + may_keep, 1)
    most = may_drop / max(may_drop + n_kept, 1)
    if least == most:
        return least, most, f"{least:.2%} of the calls that a person answered were abandoned"
    return (
        least,
        most,
        (
            f"{least:.2%} to {most:.2%} of the calls that a person answered were abandoned: it is "
            "not known of all who answered and what they got"
        ),
    )


def _other_abandoned(view: View, scope: Three) -> list[str]:
    """What to tell of calls marked as abandoned that no person answered."""
    person, abandoned = view.calls.person, view.calls.abandoned
    if person is None or abandoned is None:
        return []
    answered = three(person, view.unknown("person"), "")
    odd = scope.yes & three(abandoned, view.unknown("abandoned"), "").yes & ~answered.possible
    count = int(np.count_nonzero(odd))
    if not count:
        return []
    return [f"{count:,} calls are marked as abandoned that no person answered: not counted"]


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
    scope = view.scope(rule)
    calls = int(np.count_nonzero(scope.yes))
    if not met and not calls and scope.maybe is not None and scope.maybe.any():
        raise MissingError(f"of no call it is known that the rule looks at it: {_why(scope)}")
    return Assessed(calls, broken=not met and calls > 0)


def _why(scope: Three) -> str:
    return ", ".join(scope.why(scope.possible))
