"""Logs and regimes at random, with moments on, just before and just after edges."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
from hypothesis import strategies as st

from sim.audit.tables import AuditInput, Calls, CampaignFacts, OptOuts, Recipients, Slot
from sim.record.never import NEVER
from sim.regimes.model import Regime
from tests.audit.build import DAY, HOUR, regime, utc

ZONES = (
    "Europe/Paris",
    "America/Guadeloupe",
    "America/New_York",
    "Pacific/Marquesas",
    "Pacific/Wallis",
    "Pacific/Kiritimati",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
)
LINE_TYPES = ("landline", "mobile")
TERRITORIES = ("mainland", "islands")

# Clock changes in Paris, New York, Lord Howe and Chatham; eves of polls; a public holiday.
ANCHORS = tuple(
    utc(text)
    for text in (
        "2017-03-12 07:00",
        "2017-03-26 01:00",
        "2017-04-01 14:00",
        "2017-04-01 15:00",
        "2017-04-17 10:00",
        "2017-04-20 22:00",
        "2017-04-21 09:30",
        "2017-04-21 12:00",
        "2017-04-21 22:00",
        "2017-10-29 01:00",
        "2017-11-05 06:00",
    )
)
WINDOWS_H = (1, 23, 24, 25, 48)
STEPS = tuple(
    sign * step + tick
    for step in (0, 30 * 60_000, *(h * HOUR for h in WINDOWS_H), 7 * DAY)
    for sign in (-1, 1)
    for tick in (-1, 0, 1)
)
CLOCKS = ("00:00", "00:30", "02:00", "09:30", "12:00", "18:00", "23:59", "24:00")
DAYS = ("all", "mon-fri", "sat", "sun", "fri")
DAYS_OF_CAP = st.integers(1, 3).map(lambda d: {"window": f"{d} d", "day": "calendar"})
NAMES = ("opt_out_offered", "opt_out_at_start", "how_to_object", "opt_out_key")
IDENTITY = ("caller_at_start", "phone_number")
_SOURCE = {"ref": "X1", "text": "Made up."}


@st.composite
def moments(draw: st.DrawFn) -> int:
    """A moment at an edge, or a step or two from one."""
    at = draw(st.sampled_from(ANCHORS))
    for step in draw(st.lists(st.sampled_from(STEPS), max_size=2)):
        at += step
    return at


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A value, mostly; None where it is not known."""
    return st.integers(0, 9).flatmap(lambda k: strategy if k else st.none())


def bools(n: int) -> st.SearchStrategy[Any]:
    """A column of yes and no, or None."""
    bits = st.integers(0, (1 << n) - 1)
    return maybe(bits.map(lambda b: np.array([b >> i & 1 for i in range(n)], dtype=np.bool_)))


def codes(n: int, kinds: int, least: int = 0) -> st.SearchStrategy[Any]:
    """A column of codes."""
    one = st.integers(least, kinds - 1)
    return st.lists(one, min_size=n, max_size=n).map(lambda c: np.array(c, dtype=np.int16))


def times(n: int, *, never: bool = False) -> st.SearchStrategy[Any]:
    """A column of moments."""
    one = st.one_of(moments(), st.just(NEVER)) if never else moments()
    return st.lists(one, min_size=n, max_size=n).map(lambda t: np.array(t, dtype=np.int64))


def within(n: int) -> st.SearchStrategy[Any]:
    """How far starts may lie from the moments given: mostly not at all, up to two hours."""
    one = st.sampled_from((0, 0, 1, 999, 90_000, 2 * HOUR))
    return st.lists(one, min_size=n, max_size=n).map(lambda w: np.array(w, dtype=np.int64))


@st.composite
def inputs(draw: st.DrawFn) -> AuditInput:
    """A log of a few calls to a few lines, with columns missing at random."""
    n, lines = draw(st.integers(1, 14)), draw(st.integers(1, 4))
    start = draw(times(n))
    if draw(st.booleans()):
        start = np.sort(start)
    holds = draw(st.lists(st.sampled_from((0, 1, 30_000, HOUR, 9 * HOUR)), min_size=n, max_size=n))
    has_zone = draw(st.integers(0, 9)) > 0
    has_territory = has_zone and draw(st.booleans())
    calls = Calls(
        line=draw(codes(n, lines)),
        start_ms=start,
        end_ms=start + np.array(holds) if draw(st.integers(0, 3)) else None,
        start_within_ms=draw(st.one_of(st.none(), st.none(), within(n))),
        zone=draw(codes(n, len(ZONES))) if has_zone else None,
        territory=draw(codes(n, len(TERRITORIES))) if has_territory else None,
        line_type=draw(maybe(codes(n, len(LINE_TYPES)))),
        connected=draw(bools(n)),
        delivered=draw(bools(n)),
        person=draw(bools(n)),
        abandoned=draw(bools(n)),
        pressed=draw(bools(n)),
        rang_out=draw(bools(n)),
        ring_ms=draw(maybe(codes(n, 20_000))),
        objection_first=draw(st.one_of(st.none(), st.none(), bools(n))),
        caller_number=draw(maybe(codes(n, 2))),
        heard_ms=draw(maybe(heard(start))),
    )
    calls = replace(calls, unknown=draw(unknown_of_calls(calls)))
    return AuditInput(
        name="generated",
        calls=calls,
        lines=lines,
        zones=ZONES,
        territories=TERRITORIES if has_territory else (),
        line_types=LINE_TYPES,
        scopes=(frozenset({"automated"}), frozenset({"automated", "caller"})),
        slots=tuple(draw(st.lists(slots(), min_size=2, max_size=2))),
        recipients=draw(maybe(recipients(lines))),
        optouts=draw(maybe(optouts(lines))),
        facts=draw(facts()),
    )


OF_LINES = (
    "consent",
    "consent_scope",
    "consent_slot",
    "register register",
    "opposition directory",
)
ASKED = (
    *("end_ms", "zone", "territory", "line_type", "connected", "delivered", "person"),
    *("abandoned", "pressed", "rang_out", "ring_ms"),
)
"""Columns of which single values may be unknown."""


def masks(n: int) -> st.SearchStrategy[Any]:
    """A few of n."""
    few = st.lists(st.integers(0, max(n - 1, 0)), min_size=1, max_size=5)
    return few.map(lambda places: np.isin(np.arange(n), places))


@st.composite
def unknown_of_calls(draw: st.DrawFn, calls: Calls) -> MappingProxyType[str, Any]:
    """Single values that are not known, in most of the logs; now and then a whole column's."""
    unknown: dict[str, Any] = {}
    if draw(st.integers(0, 3)):
        for name in draw(st.lists(st.sampled_from(ASKED), min_size=1, max_size=6, unique=True)):
            if getattr(calls, name) is not None:
                n = len(calls)
                whole = draw(st.integers(0, 9)) == 0
                unknown[name] = np.ones(n, dtype=np.bool_) if whole else draw(masks(n))
    return MappingProxyType(unknown)


@st.composite
def heard(draw: st.DrawFn, start: Any) -> Any:
    """When messages left are heard: later than the call, or never."""
    steps = [NEVER, *(step for step in STEPS if step > 0)]
    chosen = draw(st.lists(st.sampled_from(steps), min_size=len(start), max_size=len(start)))
    return np.array([NEVER if s == NEVER else at + s for at, s in zip(start, chosen, strict=True)])


@st.composite
def slots(draw: st.DrawFn) -> Slot:
    """A weekly slot that may begin at any minute."""
    first = draw(st.sampled_from((0, 4 * 1440, 4 * 1440 + 720, 5 * 1440 - 1, 6 * 1440 + 120)))
    open_at = np.zeros(10_080, dtype=np.bool_)
    open_at[first : first + draw(st.sampled_from((1, 60, 1440, 3 * 1440)))] = True
    return Slot("slot", open_at)


@st.composite
def recipients(draw: st.DrawFn, lines: int) -> Recipients:
    """What is known of the lines."""
    register, opposition = draw(bools(lines)), draw(bools(lines))
    long_ago = st.just(np.zeros(lines, dtype=np.int64))
    known = Recipients(
        consent_from_ms=draw(maybe(st.one_of(times(lines, never=True), long_ago))),
        consent_until_ms=draw(maybe(times(lines, never=True))),
        consent_scope=draw(maybe(codes(lines, 2, -1))),
        consent_slot=draw(maybe(codes(lines, 2, -1))),
        registers=MappingProxyType({} if register is None else {"register": register}),
        oppositions=MappingProxyType({} if opposition is None else {"directory": opposition}),
    )
    unknown: dict[str, Any] = {}
    if draw(st.booleans()):
        for name in draw(st.lists(st.sampled_from(OF_LINES), min_size=1, max_size=4, unique=True)):
            unknown[name] = draw(masks(lines))
    return replace(known, unknown=MappingProxyType(unknown))


@st.composite
def optouts(draw: st.DrawFn, lines: int) -> OptOuts:
    """A few wishes not to be called."""
    m = draw(st.integers(0, 4))
    unknown = draw(st.one_of(st.none(), masks(m)))
    return OptOuts(draw(codes(m, lines, -1)), draw(times(m)), draw(bools(m)), unknown)


@st.composite
def facts(draw: st.DrawFn) -> CampaignFacts:
    """What the message said."""
    yes = st.sampled_from((True, False, None))
    said = {item: draw(yes) for item in IDENTITY}
    return CampaignFacts(
        opt_out_notice=draw(st.sampled_from(("none", "start", "end", None))),
        how_to_object=draw(yes),
        opt_out_key=draw(yes),
        opt_out_key_within_ms=draw(st.sampled_from((1_999, 2_000, 2_001, None))),
        gate=draw(st.sampled_from(("none", "press-1", None))),
        identification=MappingProxyType({k: v for k, v in said.items() if v is not None}),
        caller_numbers=draw(st.sampled_from((None, ("0600000000", "0162000000")))),
        abandoned_share=draw(st.sampled_from((None, 0.03, 0.04))),
        abandoned_within_ms=draw(st.sampled_from((None, 2_000, 2_001))),
        data_notice=draw(yes),
        proof_of_consent=draw(yes),
    )


@st.composite
def windows(draw: st.DrawFn) -> dict[str, Any]:
    """A weekly window."""
    first, last = sorted(draw(st.lists(st.integers(0, 7), min_size=2, max_size=2, unique=True)))
    return {"days": draw(st.sampled_from(DAYS)), "from": CLOCKS[first], "to": CLOCKS[last]}


@st.composite
def regimes(draw: st.DrawFn) -> Regime:
    """One rule of every kind, each with its own dates, lines and calls."""
    hour = st.sampled_from(WINDOWS_H)
    poll = {
        "name": "Poll",
        "date": draw(st.sampled_from(("2017-04-23", "2017-04-23", "2017-03-27", "2017-10-30"))),
        "source": _SOURCE,
        "elsewhere": [
            {
                "date": draw(st.sampled_from(("2017-04-22", "2017-03-26"))),
                "zones": ["America/Guadeloupe", "Pacific/Marquesas"],
                "territories": ["islands"],
                "source": _SOURCE,
            }
        ],
    }
    honour = (
        {"delay": f"{draw(hour)} h"}
        if draw(st.booleans())
        else {"business_days": draw(st.integers(1, 6))}
    )
    kinds: list[dict[str, Any]] = [
        {
            "kind": "hours",
            "windows": draw(st.lists(windows(), min_size=1, max_size=2)),
            "holidays": draw(st.sampled_from(("normal", "closed", "sunday"))),
            "holidays_code": "FR",
        },
        {
            "kind": "consent",
            "scope": draw(st.sampled_from(((), ("automated",), ("automated", "caller")))),
            "press_1_counts": draw(st.booleans()),
        },
        {"kind": "consent_slot"},
        {"kind": "register", "name": "register"},
        {"kind": "opposition"},
        {
            "kind": "frequency_cap",
            "calls": draw(st.integers(1, 3)),
            "rolling": draw(st.integers(0, 3)) > 0,
            **draw(st.one_of(hour.map(lambda h: {"window": f"{h} h"}), DAYS_OF_CAP)),
        },
        {
            "kind": "pause_after_refusal",
            "days": draw(st.integers(1, 7)),
            "day": draw(st.sampled_from(("calendar", "24 h"))),
        },
        {"kind": "honour_opt_out", **honour},
        {
            "kind": "message",
            "requires": draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=2)),
            **({"within": "2 s"} if draw(st.booleans()) else {}),
        },
        {"kind": "identification", "requires": [draw(st.sampled_from(IDENTITY))]},
        {"kind": "caller_number", "forbidden_prefixes": ["06"]},
        {
            "kind": "silence",
            "polls": [poll],
            "days_before": draw(st.sampled_from((1, 1, 0, 2))),
            "starts": draw(st.sampled_from(("00:00", "00:00", *CLOCKS[:-1]))),
            "ends": draw(st.sampled_from(("24:00", "24:00", *CLOCKS))),
        },
        {"kind": "abandonment", "most": "3 %", "within": "2 s", "shortest_ring": "15 s"},
        {"kind": "data_notice"},
        {"kind": "proof_of_consent"},
    ]
    return regime(*({**rule, **draw(common())} for rule in kinds))


@st.composite
def common(draw: st.DrawFn) -> dict[str, Any]:
    """What rules of all kinds have: mostly nothing unusual."""
    rule: dict[str, Any] = {}
    if draw(st.integers(0, 3)) == 0:
        since = dt.date(2017, 3, 1) + dt.timedelta(days=draw(st.integers(0, 60)))
        rule["from"] = since.isoformat()
        if draw(st.booleans()):
            until = since + dt.timedelta(days=draw(st.integers(0, 60)))
            rule["until"] = until.isoformat()
    applies: dict[str, Any] = {}
    if draw(st.integers(0, 3)) == 0:
        applies["line_types"] = draw(st.sampled_from((["landline"], ["mobile", "other"])))
    if draw(st.integers(0, 3)) == 0:
        applies["calls"] = draw(st.sampled_from(("connected", "delivered")))
    if draw(st.integers(0, 3)) == 0:
        rule["lifted_by_consent"] = True
    return {**rule, "applies": applies}


@st.composite
def often_called(draw: st.DrawFn) -> AuditInput:
    """Calls to one or two lines within a few days, with zones and types partly unknown."""
    n = draw(st.integers(2, 12))
    first = draw(st.sampled_from(ANCHORS))
    steps = st.lists(st.integers(0, 40), min_size=n, max_size=n)
    start = np.array([first + step * 2 * HOUR for step in draw(steps)], dtype=np.int64)
    unknown = {
        name: draw(masks(n))
        for name in draw(st.lists(st.sampled_from(("zone", "line_type")), unique=True))
    }
    calls = Calls(
        line=draw(codes(n, 2)),
        start_ms=start,
        zone=draw(st.one_of(codes(n, 1), codes(n, len(ZONES)))),
        line_type=draw(codes(n, 2)),
        unknown=MappingProxyType(unknown),
    )
    return AuditInput(name="often", calls=calls, lines=2, zones=ZONES, line_types=LINE_TYPES)


@st.composite
def caps(draw: st.DrawFn) -> Regime:
    """Caps of all kinds, on lines of all types and of one."""
    rules = []
    for types in (None, ["landline"]):
        for window in ({"window": "24 h"}, {"window": "2 d", "day": "calendar"}):
            for rolling in (True, False):
                rule: dict[str, Any] = {"kind": "frequency_cap", "calls": draw(st.integers(1, 3))}
                applies = {} if types is None else {"applies": {"line_types": types}}
                rules.append({**rule, **window, "rolling": rolling, **applies})
    return regime(*rules)
