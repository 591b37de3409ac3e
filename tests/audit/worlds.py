"""Campaigns at random under made-up laws, and what breaks each rule, said once more.

A :class:`Case` is a world, a strategy and a law whose rules the strategy enforces, all or all but
one. :func:`broken` tells which calls break a rule: from the engine's own log and population and the
rule's words, one call after the other. It knows neither the auditor nor the dialer.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from sim.engine.plan.plan import Plan
from sim.record.feedback import FeedbackResult
from sim.record.log import LogChunk
from sim.scenario.scenario import Scenario
from tests.worlds import plain

HOUR = 3_600_000
DAY = 24 * HOUR
MS = {"0 s": 0, "10 min": 600_000, "20 min": 1_200_000, "1 h": HOUR, "3 h": 3 * HOUR}
WINDOWS = {"97 min": 5_820_000, "5 h": 5 * HOUR, "26 h": 26 * HOUR, "30 d": 30 * DAY}
ZONES = ("Europe/Paris", "Indian/Reunion", "Pacific/Noumea", "Pacific/Marquesas")
STARTS = ("2017-04-21 12:00", "2017-04-20 19:00", "2017-03-25 16:00", "2017-04-15 09:00")
"""Before and over the eve of a poll, over a clock change, over Easter Monday."""
OPENS, CLOSES = 9 * 60 + 30, 19 * 60
REGISTER = "bloctel"
SLOT_MINUTES = 360
TYPES = ("landline", "mobile")
ANSWERING = {
    "invalid": 0.05,
    "busy": 0.1,
    "machine": 0.2,
    "human": 0.4,
    "no_answer": "rest",
    "at_ring_timeout": "25 s",
    "human_ring": {"law": "lognormal", "median": "6 s", "p90": "12 s"},
    "machine_ring": "20 s",
}
RULES = (
    "consent",
    "slot",
    "register",
    "opposition",
    "hours",
    "silence",
    "cap-landline",
    "cap",
    "honour",
    "pause",
)
"""Rules of generated laws by id."""


@dataclass(frozen=True)
class Case:
    """One campaign."""

    seed: int
    world: dict[str, Any]
    strategy: dict[str, Any]
    rules: dict[str, dict[str, Any]]
    """The law by the ids of its rules."""
    dropped: str | None
    """The rule that the strategy does not enforce."""
    key_press: str
    refresh: str | None
    """Time between refreshes of the dialer's list, where people call back or complain."""

    @property
    def law(self) -> dict[str, Any]:
        """The law as its file has it."""
        base = {
            "title": "A rule.",
            "force": "law",
            "from": "2000-01-01",
            "source": {"ref": "X1", "text": "Made up."},
        }
        return {
            "id": "made-up",
            "title": "Made up",
            "jurisdiction": "Nowhere",
            "binds": "all",
            "currency": "EUR",
            "summary": "Made up.",
            "valid": {"from": "2000-01-01"},
            "rules": [{"id": name, **base, **rule} for name, rule in self.rules.items()],
        }

    def scenario(self, folder: Path) -> tuple[Scenario, str]:
        """The scenario, and the path of its law, which is written into a folder."""
        path = folder / "law.yaml"
        path.write_text(json.dumps(self.law), encoding="utf-8")
        kept = [name for name in self.rules if name != self.dropped]
        enforce = {str(path): kept} if kept else {}
        made = plain(seed=self.seed, world=self.world, enforce=enforce, **self.strategy)
        return made, str(path)

    def kept(self, name: str) -> bool:
        """Whether the strategy keeps a rule."""
        rule = self.rules[name]
        if rule["kind"] == "honour_opt_out":  # by its suppression list, whatever it enforces
            return max(MS[self.key_press], MS[self.refresh or "0 s"]) <= MS[rule["delay"]]
        if rule["kind"] == "pause_after_refusal":
            return self.key_press == "0 s" and self.refresh is None
        return name != self.dropped


ACTS_BACK: dict[str, Any] = {
    "call_back": {
        "share": 0.6,
        "delay": {"law": "uniform", "shortest": "1 min", "longest": "3 h"},
        "handling": "2 min",
        "opts_out": 0.7,
        "redials": 0.5,
        "redial_delay": "5 min",
    },
    "complaints": {
        "per_million": 100_000,
        "casebook_effect": 1.0,
        "effects": dict.fromkeys(
            (
                *("unanswered", "voicemail", "consented", "opposed", "night", "meal", "repeat"),
                *("after_opt_out", "objection_first", "silence", "labelled", "blocked"),
            ),
            1.0,
        ),
        "night": {"from": "21:00", "to": "08:00"},
        "delay": {"law": "uniform", "shortest": "1 min", "longest": "5 h"},
        "channels": {"regulator": 0.5, "operator": 0.3, "social": 0.1, "press": 0.1},
        "opts_out": 0.8,
    },
}
"""People who call back and complain, often enough for small worlds."""


# ── At random ────────────────────────────────────────────────────────────────────────────────────


def _moment(start: str, hours: int) -> str:
    moment = dt.datetime.fromisoformat(start) + dt.timedelta(hours=hours)
    return moment.strftime("%Y-%m-%d %H:%M")


@st.composite
def worlds(draw: st.DrawFn, start: str, hours: int) -> dict[str, Any]:
    """A world in which lines differ in all that rules ask for."""
    consent: dict[str, Any] = {"share": draw(st.sampled_from((0.5, 0.9)))}
    if draw(st.integers(0, 3)):
        days = draw(st.sampled_from(("all", "tue-sun")))
        consent["slot"] = {"length": "6 h", "days": days, "from": "00:00", "to": "24:00"}
    if draw(st.booleans()):
        consent["covers_calls"] = 0.8
    if draw(st.integers(0, 3)):
        consent["gathered"] = {"from": _moment(start, -24), "to": _moment(start, -10)}
        if draw(st.integers(0, 3)):
            consent["withdrawn"] = draw(st.sampled_from((0.5, 0.95)))
            # Most withdrawals lie within the campaign, on its edges too.
            consent["until"] = _moment(start, draw(st.sampled_from((hours // 3, hours, 2 * hours))))
    zones = draw(st.lists(st.sampled_from(ZONES), min_size=1, max_size=3, unique=True))
    places = [f"place-{number}" for number in range(1, len(zones))]
    return {
        "lines": draw(st.integers(30, 120)),
        "territories": {
            name: {"share": 1 / len(zones), "timezone": zone}
            for name, zone in zip(["all", *places], zones, strict=True)
        },
        "line_types": {name: {"share": 0.5, "answering": ANSWERING} for name in TYPES},
        "consent": consent,
        "registers": {"other": 0.5, REGISTER: 0.4},
        "opposition": 0.3,
        "households": draw(st.sampled_from((None, {"share": 0.7}))),
        "opting_out": {
            "at_start": draw(st.sampled_from((0.2, 0.8))),
            "at_end": 0.8,
            "delay": {"law": "uniform", "shortest": "1 s", "longest": "4 s"},
        },
        "listening": "40 s",
    }


@st.composite
def laws(
    draw: st.DrawFn, also: str | None, without: str | None = None
) -> dict[str, dict[str, Any]]:
    """Some of the rules that a dialer can keep, with one and without another as asked."""
    window = st.sampled_from(tuple(WINDOWS))
    lifted = st.booleans()
    rules: dict[str, dict[str, Any]] = {
        "consent": {"kind": "consent"},
        "slot": {"kind": "consent_slot"},
        "register": {"kind": "register", "name": REGISTER, "lifted_by_consent": draw(lifted)},
        "opposition": {"kind": "opposition", "lifted_by_consent": draw(lifted)},
        "hours": {
            "kind": "hours",
            "windows": [{"days": "mon-sat", "from": "09:30", "to": "19:00"}],
            "lifted_by_consent": draw(lifted),
        },
        "silence": {
            "kind": "silence",
            "polls": [
                {
                    "name": "Poll",
                    "date": "2017-04-23",
                    "source": {"ref": "X1", "text": "Made up."},
                    "elsewhere": [
                        {
                            "date": "2017-04-22",
                            "zones": ["Pacific/Marquesas"],
                            "source": {"ref": "X1", "text": "Made up."},
                        }
                    ],
                }
            ],
        },
        "cap-landline": {
            "kind": "frequency_cap",
            "calls": draw(st.integers(1, 3)),
            "window": draw(window),
            "applies": {"line_types": ["landline"]},
            "lifted_by_consent": draw(lifted),
        },
        "cap": {
            "kind": "frequency_cap",
            "calls": draw(st.integers(1, 4)),
            "window": draw(window),
            "rolling": draw(st.booleans()),
            "lifted_by_consent": draw(lifted),
        },
        "honour": {"kind": "honour_opt_out", "delay": draw(st.sampled_from(("0 s", "1 h")))},
        "pause": {"kind": "pause_after_refusal", "days": draw(st.integers(1, 3))},
    }
    some = st.sampled_from([name for name in RULES if name != without])
    wanted = draw(st.lists(some, min_size=1, max_size=6, unique=True))
    return {name: rules[name] for name in RULES if name in wanted or name == also}


@st.composite
def cases(draw: st.DrawFn, dropped: str | None) -> Case:
    """A campaign of a few days in which lines are called often, and a rule that it drops."""
    start, hours = draw(st.sampled_from(STARTS)), draw(st.sampled_from((30, 60, 90)))
    late = ("20 min", "3 h") if dropped in ("honour", "pause") else ("0 s",)
    key_press = draw(st.sampled_from(late))
    refresh = draw(st.sampled_from((None, "10 min", "1 h")))
    # A refusal by call-back reaches the dialer too late for a pause from its moment on.
    late_for = "pause" if refresh is not None and dropped != "pause" else None
    world, rules = draw(worlds(start, hours)), draw(laws(dropped, late_for))
    if refresh is not None:
        world |= ACTS_BACK
        if "honour" in rules:
            rules["honour"]["delay"] = "1 h"
    delay = st.sampled_from(("5 min", "40 min", "5 h"))
    retried = draw(
        st.sampled_from((("human",), ("human", "no_answer", "busy"), ("machine", "human")))
    )
    strategy = {
        "campaign": {
            "timezone": "Europe/Paris",
            "start": start,
            "cutoff": _moment(start, hours),
        },
        "dialing": {
            "calls_per_second": draw(st.sampled_from(("1/200", "1/20", "3"))),
            "channels": draw(st.sampled_from((2, 20))),
        },
        "attempts": {"lifetime": draw(st.sampled_from((3, 6)))},
        "recycle": {name: {"delay": draw(delay)} for name in retried},
        "amd": {"on_machine": "leave_message", "human_as_machine": 0.1, "machine_as_human": 0.1},
        "message": {
            "duration": "30 s",
            "gate": draw(st.sampled_from(("none", "press-1"))),
            "voicemail": "20 s",
            "opt_out": draw(st.sampled_from(("start", "end"))),
            "opt_out_notice": "3 s",
            "opt_out_key": True,
            "call_back": True,
        },
        "suppression": {
            "key_press": key_press,
            "refresh": refresh,
            "household": draw(st.booleans()),
        },
        "inbound": {"lines": draw(st.sampled_from((1, 5)))},
    }
    return Case(
        seed=draw(st.integers(0, 2**32)),
        world=world,
        strategy=strategy,
        rules=rules,
        dropped=dropped,
        key_press=key_press,
        refresh=refresh,
    )


# ── What breaks each rule ────────────────────────────────────────────────────────────────────────


class Log:
    """Calls as lists, with what the world says of their lines."""

    def __init__(
        self, scenario: Scenario, plan: Plan, rows: LogChunk, followed: FeedbackResult | None
    ) -> None:
        self.line = rows.line.tolist()
        self.start = (rows.start_ms + plan.start_utc_ms).tolist()
        end = rows.start_ms + rows.hold_ms + plan.start_utc_ms
        keys = rows.opted_out != 0
        self.objections = list(zip(rows.line[keys].tolist(), end[keys].tolist(), strict=True))
        """(line, moment) of each."""
        if followed is not None:
            at = followed.opt_out_ms + plan.start_utc_ms
            every = list(zip(followed.opt_out_line.tolist(), at.tolist(), strict=True))
            assert set(self.objections) <= set(every)
            self.objections = every
        self.people = plan.population
        self.zones = [place.timezone for place in scenario.world.territories.values()]
        consent = scenario.world.consent
        self.slots: list[tuple[int, int]] = []
        if consent is not None and consent.slot is not None:
            self.slots = [
                (day, start) for day in consent.slot.days for start in range(0, 1440, SLOT_MINUTES)
            ]

    def wall(self, i: int) -> dt.datetime:
        """What the clock of the line's place shows."""
        zone = ZoneInfo(self.zones[self.people.territory[self.line[i]]])
        return dt.datetime.fromtimestamp(self.start[i] / 1000, tz=zone).replace(tzinfo=None)

    def consent(self, i: int) -> bool:
        """Whether the line's consent holds at the call."""
        line, at = self.line[i], self.start[i]
        if not self.people.consent[line]:
            return False
        since, until = self.people.consent_from_ms, self.people.consent_until_ms
        return (since is None or since[line] <= at) and (until is None or at < until[line])

    def is_landline(self, i: int) -> bool:
        return bool(self.people.line_type[self.line[i]] == TYPES.index("landline"))

    def objected(self, i: int) -> Iterator[int]:
        """When the line asked to be left alone, before and after the call."""
        return (at for line, at in self.objections if line == self.line[i])


def broken(rule: dict[str, Any], log: Log) -> set[int]:
    """Places of the calls that break a rule."""
    looked_at = [
        i
        for i in range(len(log.line))
        if not (rule.get("lifted_by_consent") and log.consent(i))
        and ("applies" not in rule or log.is_landline(i))
    ]
    if rule["kind"] == "frequency_cap":
        return _too_often(rule, log, looked_at)
    return {i for i in looked_at if _WRONG[rule["kind"]](rule, log, i)}


def _too_often(rule: dict[str, Any], log: Log, looked_at: list[int]) -> set[int]:
    most, window = rule["calls"], WINDOWS[rule["window"]]
    calls: dict[int, list[int]] = {}
    for i in looked_at:
        calls.setdefault(log.line[i], []).append(i)
    wrong = set()
    for own in calls.values():
        first = log.start[own[0]]
        for place, i in enumerate(own):
            at = log.start[i]
            opens = at - window + 1
            if not rule.get("rolling", True):
                opens = first + (at - first) // window * window
            wrong |= {i} if sum(log.start[k] >= opens for k in own[: place + 1]) > most else set()
    return wrong


def _outside_the_slot(_: dict[str, Any], log: Log, i: int) -> bool:
    if not log.consent(i) or not log.slots:
        return False
    day, opens = log.slots[log.people.slot[log.line[i]]]
    wall = log.wall(i)
    minute = wall.hour * 60 + wall.minute
    return wall.weekday() != day or not opens <= minute < opens + SLOT_MINUTES


def _in_the_register(_: dict[str, Any], log: Log, i: int) -> bool:
    return bool(log.people.registers[log.line[i]] & 2)  # the world's second


def _out_of_hours(_: dict[str, Any], log: Log, i: int) -> bool:
    wall = log.wall(i)
    return wall.weekday() == 6 or not OPENS <= wall.hour * 60 + wall.minute < CLOSES


def _in_silence(_: dict[str, Any], log: Log, i: int) -> bool:
    saturday = log.zones[log.people.territory[log.line[i]]] == "Pacific/Marquesas"
    poll = dt.date(2017, 4, 22 if saturday else 23)
    return log.wall(i).date() in (poll - dt.timedelta(days=1), poll)


def _too_late(rule: dict[str, Any], log: Log, i: int) -> bool:
    return any(log.start[i] >= at + MS[rule["delay"]] for at in log.objected(i))


def _in_the_pause(rule: dict[str, Any], log: Log, i: int) -> bool:
    return any(at <= log.start[i] < at + rule["days"] * DAY for at in log.objected(i))


_WRONG: dict[str, Callable[[dict[str, Any], Log, int], bool]] = {
    "consent": lambda _, log, i: not log.consent(i),
    "consent_slot": _outside_the_slot,
    "register": _in_the_register,
    "opposition": lambda _, log, i: bool(log.people.opposed[log.line[i]]),
    "hours": _out_of_hours,
    "silence": _in_silence,
    "honour_opt_out": _too_late,
    "pause_after_refusal": _in_the_pause,
}
