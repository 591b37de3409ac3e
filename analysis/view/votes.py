"""What votes gained are worth, in a sentence: of a run and of a study."""

from __future__ import annotations

from analysis.view.rounded import rounded
from sim.study.votes import NONE, PerVote, Worth

NO_BOUND = "no bound"
"""Stands for the end of an interval that has none."""


def votes_sentence(worth: Worth, currency: str | None) -> str:
    """Votes gained with their interval, whether that holds none, and what each costs."""
    low, high = rounded(worth["p5"]), rounded(worth["p95"])
    text = f"Votes gained: {rounded(worth['p50'])} [{low} to {high}]"
    if worth["consistent_with_none"]:
        text += f", {NONE}"
    paid = []
    if cost := worth["cost_per_vote"]:
        paid.append(f"{_each(cost)} {currency or 'of cost'}")
    if complaints := worth["complaints_per_vote"]:
        paid.append(f"{_each(complaints)} complaints")
    return f"{text}; for each {' and '.join(paid)}." if paid else f"{text}."


def _each(paid: PerVote) -> str:
    """What is paid for a vote, with its interval."""
    low, middle, high = (
        NO_BOUND if value is None else rounded(value)
        for value in (paid["p5"], paid["p50"], paid["p95"])
    )
    return middle if low == middle == high else f"{middle} [{low} to {high}]"
