"""Votes: what those reached are worth by published experiments, and what only seems gained."""

from __future__ import annotations

from dataclasses import dataclass

from sim.measure.chapter import Chapter
from sim.measure.chapters.complaints import ComplaintTotals
from sim.measure.chapters.dialling import DiallingTotals
from sim.measure.chapters.money import cost
from sim.measure.chapters.reach import ReachTotals
from sim.measure.evidence import Evidence
from sim.measure.metric import MONEY, MORE, Heading, Metric, Number, divide, metric
from sim.measure.totals import Totals


@dataclass(frozen=True, slots=True)
class VoteTotals:
    """What being reached does to votes; how many are reached, another chapter counts."""

    per_1000_reached: float
    """Votes gained for a thousand people reached; below 0, lost."""
    vote_anyway: float
    """How much larger the share that votes is among people whom calls reach, 0–1."""


def totals(e: Evidence) -> VoteTotals | None:
    """The world's law; None where it says nothing of votes."""
    votes = e.world.votes
    if votes is None:
        return None
    return VoteTotals(votes.per_1000_reached.central, votes.vote_anyway.central)


def gained(totals: Totals) -> float | None:
    """Votes gained, at the simulated scale; None where nothing is said of votes."""
    votes = totals.get(VoteTotals)
    if votes is None:
        return None
    return totals[ReachTotals].people_reached * votes.per_1000_reached / 1_000


def _placebo(totals: Totals) -> float | None:
    votes = totals.get(VoteTotals)
    return None if votes is None else totals[ReachTotals].people_reached * votes.vote_anyway


def _seeming(totals: Totals) -> float | None:
    placebo, found = _placebo(totals), gained(totals)
    return None if placebo is None or found is None else placebo + found


def _per_vote(numerator: float | None, totals: Totals) -> Number:
    """Something for each vote gained; None where none is."""
    found = gained(totals)
    return None if found is None or found <= 0 else divide(numerator, found)


def _complaints(totals: Totals) -> Number:
    made = totals.get(ComplaintTotals)
    return None if made is None else _per_vote(float(made.total * totals.scale), totals)


def _dialled(totals: Totals) -> Number:
    found = gained(totals)
    return None if found is None else divide(1_000 * found, totals[DiallingTotals].lines_dialled)


_LAW = "people_reached; world.votes"

METRICS = (
    metric(
        "votes_gained",
        "Votes gained",
        "votes",
        "additive",
        "Votes that calls gain among the people reached, against the same people not called, at "
        "the effect of published experiments; below 0, lost. Whom a call reached later than the "
        "poll counts, too.",
        "people_reached × world.votes.per_1000_reached ÷ 1,000",
        _LAW,
        gained,
        higher_is="better",
    ),
    metric(
        "votes_per_1000_dialled",
        "Votes per 1,000 lines dialled",
        "votes per 1,000 lines",
        "ratio",
        "Votes gained for a thousand lines dialled: what an experiment that calls all of one arm "
        "would see.",
        "1,000 × votes_gained ÷ lines_dialled",
        _LAW,
        _dialled,
        higher_is="better",
    ),
    metric(
        "votes_placebo",
        "Votes a placebo seems to gain",
        "votes",
        "additive",
        "What calls about nothing would seem to gain where the people reached are held against "
        "those not reached: people whom calls reach vote more anyway.",
        "people_reached × world.votes.vote_anyway",
        _LAW,
        _placebo,
        higher_is="neither",
        place=MORE,
    ),
    metric(
        "votes_seeming",
        "Votes that seem gained",
        "votes",
        "additive",
        "What the same comparison would say of these calls. It is no gain: what is more than a "
        "placebo's is votes_gained.",
        "votes_placebo + votes_gained",
        _LAW,
        _seeming,
        higher_is="neither",
        place=MORE,
    ),
    Metric(
        "cost_per_vote",
        "Cost per vote gained",
        f"{MONEY} per vote",
        "ratio",
        "worse",
        "Cost divided by votes gained; none where no vote is gained.",
        "cost ÷ votes_gained",
        f"{_LAW}; the strategy's prices",
        lambda t: _per_vote(cost(t), t),
    ),
    metric(
        "complaints_per_vote",
        "Complaints per vote gained",
        "complaints per vote",
        "ratio",
        "All complaints divided by votes gained, both at full size; none where no vote is gained.",
        "complaints ÷ (votes_gained ÷ scale)",
        f"{_LAW}; complaints",
        _complaints,
    ),
)

CHAPTER = Chapter(name="votes", heading=Heading.VOTES, totals=totals, metrics=METRICS)
