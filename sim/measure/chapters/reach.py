"""Whom the campaign reached: two chains of distinct lines, live and by voicemail, and people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from sim.measure.chapter import Account, Chapter
from sim.measure.chapters.dialling import DiallingTotals
from sim.measure.evidence import Evidence
from sim.measure.marks import LIVE_MARKS_S
from sim.measure.metric import CALL_LOG, OTHERS, Heading, Metric, Place, divide, lines, of

if TYPE_CHECKING:
    from sim.measure.findings import Findings

_WORLD = "call log; voters of each line (world.voters_per_line)"
_HEARD = "call log; world.voicemail.heard and world.voicemail.delay"


# ── Totals ───────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class ReachTotals:
    """Lines and people reached, at the simulated scale."""

    lines_connected: int
    lines_gate_passed: int
    lines_delivered_live: int
    lines_with_voicemail: int
    lines_voicemail_heard: int
    """Heard whenever, after the cutoff included."""
    lines_voicemail_heard_before_cutoff: int
    """Lines whose first hearing comes before the campaign's cutoff."""
    lines_live: tuple[int, ...]
    """Lines that heard the live message for each of ``LIVE_MARKS_S``."""
    lines_reached: int
    people_reached: int
    people_reached_live: int
    people_reached_by_cutoff: int
    """Late hearing left out."""
    electorate: Fraction
    """Registered voters, scaled as the lines are, people."""


def totals(e: Evidence) -> ReachTotals:
    """Count whom the campaign reached."""
    total = e.lines.total
    return ReachTotals(
        lines_connected=total("connected"),
        lines_gate_passed=total("gate_passed"),
        lines_delivered_live=total("delivered_live"),
        lines_with_voicemail=total("with_voicemail"),
        lines_voicemail_heard=total("voicemail_heard"),
        lines_voicemail_heard_before_cutoff=total("voicemail_heard_before_cutoff"),
        lines_live=tuple(total(f"live_{mark}s") for mark in LIVE_MARKS_S),
        lines_reached=total("reached"),
        people_reached=total("people"),
        people_reached_live=total("people_live"),
        people_reached_by_cutoff=total("people_by_cutoff"),
        electorate=e.world.electorate * e.scale,
    )


# ── Metrics ──────────────────────────────────────────────────────────────────────────────────────

VOICEMAIL = Place(Heading.VOICEMAIL)
PEOPLE = Place(Heading.PEOPLE)


def _live(index: int) -> Metric:
    mark = LIVE_MARKS_S[index]
    return lines(
        ReachTotals,
        f"lines_live_{mark}s",
        f"Lines live ≥ {mark} s",
        f"Distinct lines on which a person heard the live message for at least {mark} s. The "
        "clock starts at the message, after the gate.",
        f"distinct lines with a call that listened ≥ {mark} s",
        lambda t: t.lines_live[index],
        source="call log; world.listening",
    )


METRICS = (
    lines(
        ReachTotals,
        "lines_connected",
        "Lines connected",
        "Distinct lines that a person or an answering machine answered at least once.",
        "distinct lines with a call of disposition machine or human",
        lambda t: t.lines_connected,
    ),
    lines(
        ReachTotals,
        "lines_gate_passed",
        "Lines past the gate",
        "Distinct lines on which a person got the live message: pressed the key, or met no gate.",
        "distinct lines with a call past the gate",
        lambda t: t.lines_gate_passed,
        source="call log; world.press_1",
    ),
    lines(
        ReachTotals,
        "lines_delivered_live",
        "Lines delivered live",
        "Distinct lines on which a person heard the live message for at least "
        "`reached_when.live`, or to its end.",
        "distinct lines with a call that listened ≥ reached_when.live, or to the end",
        lambda t: t.lines_delivered_live,
        source="call log; world.listening; the strategy's reached_when.live",
    ),
    *(_live(index) for index in range(len(LIVE_MARKS_S))),
    lines(
        ReachTotals,
        "lines_with_voicemail",
        "Lines with voicemail",
        "Distinct lines on whose answering machine at least one message was left.",
        "distinct lines with a call of outcome machine_voicemail",
        lambda t: t.lines_with_voicemail,
        place=VOICEMAIL,
    ),
    lines(
        ReachTotals,
        "lines_voicemail_heard",
        "Lines voicemail heard",
        "Distinct lines on which a message left is heard, whenever that is. The share that is "
        "heard is an assumed parameter of the world.",
        "distinct lines with a message heard",
        lambda t: t.lines_voicemail_heard,
        source=_HEARD,
        place=VOICEMAIL,
    ),
    lines(
        ReachTotals,
        "lines_voicemail_heard_before_cutoff",
        "Lines voicemail heard before the cutoff",
        "Of the lines on which voicemail is heard, those where the first hearing comes before the "
        "campaign's cutoff.",
        "distinct lines with first hearing < campaign.cutoff",
        lambda t: t.lines_voicemail_heard_before_cutoff,
        source=_HEARD,
        place=OTHERS,
    ),
    lines(
        ReachTotals,
        "lines_voicemail_heard_after_cutoff",
        "Lines voicemail heard after the cutoff",
        "Of the lines on which voicemail is heard, those where the first hearing comes at or after "
        "the campaign's cutoff: a message in the silence that follows it.",
        "lines_voicemail_heard − lines_voicemail_heard_before_cutoff",
        lambda t: t.lines_voicemail_heard - t.lines_voicemail_heard_before_cutoff,
        higher_is="neither",
        source=_HEARD,
        place=VOICEMAIL,
    ),
    lines(
        ReachTotals,
        "lines_reached",
        "Lines reached",
        "Distinct lines delivered live or reached by voicemail, as `reached_when.voicemail` says: "
        "heard, left or never. A line in both chains counts once.",
        "distinct lines delivered live or reached by voicemail",
        lambda t: t.lines_reached,
        source="call log; the strategy's reached_when",
        place=OTHERS,
    ),
    Metric(
        "people_reached",
        "People reached",
        "people",
        "additive",
        "better",
        "People on the lines reached. Live reaches one person; a voicemail heard reaches one "
        "voter, and each further one with a chance. A line in both chains counts once: the greater "
        "of the two, and never more than its voters. Voicemail heard after the cutoff is included.",
        "Σ over lines of max(live, voicemail), at most its voters",
        _WORLD,
        of(ReachTotals, lambda t: t.people_reached),
        place=PEOPLE,
    ),
    Metric(
        "people_reached_live",
        "People reached live",
        "people",
        "additive",
        "better",
        "People reached by a live message: one per line delivered live.",
        "one per line delivered live that has a voter",
        _WORLD,
        of(ReachTotals, lambda t: t.people_reached_live),
        place=PEOPLE,
    ),
    Metric(
        "people_reached_voicemail_only",
        "People reached by voicemail only",
        "people",
        "additive",
        "better",
        "People reached who did not hear the message live.",
        "people_reached − people_reached_live",
        _WORLD,
        of(ReachTotals, lambda t: t.people_reached - t.people_reached_live),
        place=PEOPLE,
    ),
    Metric(
        "people_reached_by_cutoff",
        "People reached by the cutoff",
        "people",
        "additive",
        "better",
        "People reached, leaving out voicemail that is first heard at or after the campaign's "
        "cutoff.",
        "as people_reached, hearing < campaign.cutoff",
        _WORLD,
        of(ReachTotals, lambda t: t.people_reached_by_cutoff),
        place=PEOPLE,
    ),
    Metric(
        "share_of_list",
        "Share of list reached",
        "share",
        "ratio",
        "better",
        "Share of the lines on the list that were reached.",
        "lines_reached ÷ lines_on_list",
        CALL_LOG,
        lambda t: divide(t[ReachTotals].lines_reached, t[DiallingTotals].lines_on_list),
        place=PEOPLE,
    ),
    Metric(
        "share_of_electorate",
        "Share of electorate reached",
        "share",
        "ratio",
        "better",
        "People reached, as a share of registered voters.",
        "people_reached ÷ world.electorate",
        "call log; world.electorate",
        of(ReachTotals, lambda t: divide(Fraction(t.people_reached), t.electorate)),
        place=PEOPLE,
    ),
)


# ── Ledger ───────────────────────────────────────────────────────────────────────────────────────


def equal(found: Findings) -> Iterable[Account]:
    """The lines of every table are those of the lines' final state."""
    counted, blocks = found.totals[ReachTotals], found.blocks
    for name in ("lines_connected", "lines_delivered_live", "lines_with_voicemail"):
        cumulative = int(blocks["timeline"][f"{name}_cum"][-1])
        yield f"timeline.{name}_cum", cumulative, name, getattr(counted, name)
    for name in blocks["territories"]:
        if hasattr(counted, name):
            total = getattr(counted, name)
            yield f"territories.{name}", found.sum("territories", name), name, total
    for name in ("connected", "delivered_live"):
        column, total = f"newly_{name}", getattr(counted, f"lines_{name}")
        yield f"attempts.{column}", found.sum("attempts", column), f"lines_{name}", total


_CHAINS = (
    ("lines_connected", "lines_gate_passed", "lines_delivered_live"),
    ("lines_connected", "lines_reached", "lines_delivered_live"),
    ("lines_connected", "lines_with_voicemail", "lines_voicemail_heard"),
    ("lines_voicemail_heard", "lines_voicemail_heard_before_cutoff"),
    ("people_reached", "people_reached_by_cutoff", "people_reached_live"),
)
"""Each holds the next."""


def within(found: Findings) -> Iterable[Account]:
    """Each link of a chain holds the next; the timeline leaves out what comes after it."""
    counted, dialled = found.totals[ReachTotals], found.totals[DiallingTotals]
    connected = counted.lines_connected
    yield "lines_connected", connected, "lines_dialled", dialled.lines_dialled
    for chain in _CHAINS:
        for outer, inner in pairwise(chain):
            yield inner, getattr(counted, inner), outer, getattr(counted, outer)
    yield "lines_connected", connected, "calls answered", dialled.connected
    for name in ("lines_voicemail_heard", "lines_reached", "people_reached"):
        cumulative = int(found.blocks["timeline"][f"{name}_cum"][-1])
        yield f"timeline.{name}_cum", cumulative, name, getattr(counted, name)


CHAPTER = Chapter(
    name="reach", heading=Heading.LIVE, totals=totals, metrics=METRICS, equal=equal, within=within
)
