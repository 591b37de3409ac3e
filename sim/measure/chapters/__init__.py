"""What a campaign leads to, a chapter each; see :mod:`sim.measure.chapter`.

To add one: its module here, and its line in :data:`CHAPTERS`. ``docs/add-a-consequence.md`` shows
how.
"""

from __future__ import annotations

from sim.measure.chapter import Chapter
from sim.measure.chapters import (
    call_backs,
    capacity,
    complaints,
    consent,
    dialling,
    labels,
    money,
    objections,
    reach,
    regulator,
    votes,
)

CHAPTERS: tuple[Chapter, ...] = (
    dialling.CHAPTER,
    reach.CHAPTER,
    capacity.CHAPTER,
    money.CHAPTER,
    objections.CHAPTER,
    complaints.CHAPTER,
    regulator.CHAPTER,
    call_backs.CHAPTER,
    labels.CHAPTER,
    consent.CHAPTER,
    votes.CHAPTER,
)
"""Every chapter, in the order in which its metrics are shown."""
