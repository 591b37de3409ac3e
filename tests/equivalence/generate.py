"""Scenarios for the equivalence tests: small worlds that mix everything that the engines know.

A number gives a scenario, and every choice in it is independent of the others. Hypothesis is not
used here: on scenarios as large as these it mostly mutates what it has, and three in four of its
examples placed no call. A number that fails is looked at with fewer lines:
``plan(number, most_lines=9)``.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from sim.engine.plan.build import build_plan
from sim.engine.plan.plan import Cap, Plan
from sim.errors import UnreachableSharesError
from sim.loading.packs import packs_of
from sim.record.never import NEVER
from sim.scenario.scenario import Scenario

ZONES = (
    "Europe/Paris",
    "Pacific/Marquesas",  # UTC-9:30
    "Pacific/Noumea",  # across midnight from Paris
    "America/Miquelon",  # its own clock changes
    "Asia/Kathmandu",  # UTC+5:45
    "Australia/Lord_Howe",  # clock changes of half an hour
)
STARTS = {
    "plain": "2017-04-18 10:00",
    "eve of a poll": "2017-04-20 20:00",
    "spring clock change": "2017-03-25 18:00",
    "autumn clock change": "2017-10-28 18:00",
    "Miquelon clock change": "2017-03-11 20:00",
}
RATES = ("0.7", "1", "1/3", "2.5", "46.3", "80", "333", "5000")
CONSENTS: tuple[dict[str, Any] | None, ...] = (
    {"share": 0.6},
    {"share": 0.9, "slot": {"length": "6 h", "days": "all", "from": "00:00", "to": "24:00"}},
    {"share": 0.8, "slot": {"length": "97 min", "days": "tue-sun", "from": "00:00", "to": "24:00"}},
    None,
)
"""Consents of generated worlds; some name times that lie askew to every other clock."""
ENFORCED: tuple[dict[str, list[str]], ...] = (
    {"fr-cnil-political": ["consent_slot"]},
    {"fr-cnil-political": ["consent", "consent_slot", "opposition"]},
    {"fr-electoral-silence": ["silence"]},
    {"fr-cnil-political": ["consent_slot"], "fr-electoral-silence": ["all"], "ca-adad": ["hours"]},
)
"""Rules that generated strategies may enforce."""
DELAYS = ("1 s", "3 s", "10 s", "15 min", "17 min", "4 h")
WINDOWS_MS = (1_000, 61_000, 17 * 60_000, 3 * 3_600_000)
"""Windows of the rolling caps that generated plans keep."""


class Dice:
    """Independent choices that a number decides."""

    def __init__(self, number: int) -> None:
        self._random = random.Random(number)

    def pick(self, options: Sequence[Any]) -> Any:
        """One of the options, all alike."""
        return self._random.choice(options)

    def whole(self, least: int, most: int) -> int:
        """A whole number from ``least`` to ``most``, all alike."""
        return self._random.randint(least, most)

    def flip(self) -> bool:
        """Yes or no."""
        return self._random.random() < 0.5

    def some(self, options: Sequence[Any], least: int, most: int) -> list[Any]:
        """Some of the options, in any order, none twice."""
        return self._random.sample(options, self.whole(least, most))


def duration_laws(dice: Dice, shortest: int = 1, longest: int = 40, *, grid: bool) -> Any:
    """A duration law; on the grid, whole seconds only, so that moments coincide."""
    s = dice.whole(shortest, longest)
    if grid or dice.flip():
        return f"{s} s"
    return dice.pick(
        (
            {"law": "lognormal", "median": f"{s} s", "p90": f"{2 * s} s"},
            {"law": "uniform", "shortest": f"{s} s", "longest": f"{3 * s} s"},
            {"law": "exponential", "mean": f"{s} s"},
        )
    )


def answering(dice: Dice, *, grid: bool) -> dict[str, Any]:
    """How a line type answers."""
    share = (0.03, 0.0, 0.1, 0.25)
    return {
        "invalid": dice.pick(share),
        "busy": dice.pick(share),
        "machine": dice.pick([0.2, 0.1, 0.0]),
        "human": dice.pick([0.25, 0.1, 0.25, 0.0]),
        "no_answer": "rest",
        "at_ring_timeout": "60 s",
        "by_hour": dice.pick([None, "us-landline", "us-mobile"]),
        "by_attempt": dice.pick([[1.0], [1.0, 0.5], [1.0, 0.3, 2.0]]),
        "frailty": dice.pick([None, {"sd": 1.0, "cohorts": 4}, {"sd": 2.0, "cohorts": 7}]),
        "human_ring": (duration_laws(dice, 2, 12, grid=grid)),
        "machine_ring": (duration_laws(dice, 5, 20, grid=grid)),
    }


def windows(dice: Dice) -> list[dict[str, Any]]:
    """Calling windows, some of one minute, some across the whole day."""
    out = []
    for _ in range(dice.whole(1, 3)):
        opens = dice.whole(0, 1438)
        closes = dice.whole(opens + 1, min(1440, opens + dice.whole(1, 900)))
        out.append(
            {
                "days": dice.pick(["all", "mon-fri", "sat-sun", ["tue", "sun"]]),
                "from": f"{opens // 60:02}:{opens % 60:02}",
                "to": f"{closes // 60:02}:{closes % 60:02}",
            }
        )
    # Mostly somebody may be called early on: an empty log proves nothing.
    out += dice.pick(
        [
            [{"days": "all", "from": "00:00", "to": "24:00"}],
            [{"days": "all", "from": "09:00", "to": "21:00"}],
            [{"days": "all", "from": "00:00", "to": "24:00"}],
            [{"days": "all", "from": "18:00", "to": "23:30"}],
            [{"days": "mon-fri", "from": "10:07", "to": "12:01"}],
            [],
        ]
    )
    return out


def _moment(start: str, minutes: int) -> str:
    import datetime as dt

    return (dt.datetime.fromisoformat(start) + dt.timedelta(minutes=minutes)).strftime(
        "%Y-%m-%d %H:%M"
    )


def dialing(dice: Dice, start: str, length: int) -> dict[str, Any]:
    """Capacity, pace, outages, changes and windows."""
    out: dict[str, Any] = {
        "channels": dice.pick([7, 1, 2, 3, 40, 3000, 70_000]),
        "calls_per_second": dice.pick(RATES),
        "ring_timeout": dice.pick(["10 s", "15 s", "25 s"]),
        "ring": dice.pick([True, True, True, True, False]),
        "lead_order": dice.pick(["random", "file", "territory", "segment"]),
        "call_times": windows(dice),
        "on_holidays": dice.pick(["normal", "closed", "sunday"]),
        "outages": [],
        "changes": [],
    }
    # Capacity changes early, while the small lists of these worlds are still being dialled.
    early = min(length - 1, 240)
    for _ in range(dice.whole(0, 2)):
        begins = dice.whole(0, early)
        outage = {
            "from": _moment(start, begins),
            "to": _moment(start, begins + dice.whole(1, 60)),
            "channels": dice.pick([0, 1, 5]),
        }
        if dice.flip():
            outage["calls_per_second"] = dice.pick(RATES)
        out["outages"].append(outage)
    for minute in sorted({dice.whole(0, early) for _ in range(dice.whole(0, 2))}):
        out["changes"].append(
            {
                "at": _moment(start, minute),
                "channels": dice.pick([None, 1, 4, 100]),
                "calls_per_second": dice.pick([None, *RATES]),
            }
        )
    return out


def what_acts_back(dice: Dice, *, grid: bool) -> dict[str, Any]:
    """The parts of a world that act back, so lively that small logs meet all of them."""
    slow = ("1 s", "45 s", "10 min", "3 h")
    factor = (1.0, 0.5, 0.0, 4.0)
    effects = (
        "unanswered", "voicemail", "consented", "opposed", "night", "meal", "repeat",
        "after_opt_out", "objection_first", "silence", "labelled", "blocked",
    )  # fmt: skip
    complaints = {
        "per_million": dice.pick([200_000, 700_000]),
        "casebook_effect": 1.0,
        "effects": {name: dice.pick(factor) for name in effects},
        "night": {"from": "21:00", "to": "08:00"},
        "meals": [{"from": "12:00", "to": "14:00"}, {"from": "19:00", "to": "21:07"}],
        "delay": dice.pick(slow) if grid else {"law": "exponential", "mean": dice.pick(slow)},
        "channels": dice.pick(
            [
                {"regulator": 0.5, "operator": 0.2, "social": 0.2, "press": 0.1},
                {"regulator": 1.0, "operator": 0.0, "social": 0.0, "press": 0.0},
            ]
        ),
        "contagion": dice.pick(
            [
                {"regulator": 0.6, "operator": 0.3, "social": 1.5, "press": 2.0, "delay": wait}
                for wait in ("1 s", "2 min")
            ]
            + [None]
        ),
        "opts_out": dice.pick([0.0, 0.7]),
        "silence": dice.pick([None, "fr-electoral-silence"]),
        "horizon": dice.pick(["5 d", "6 h"]),
    }
    regulator = {
        "reviews": {
            "timezone": dice.pick(ZONES),
            "days": dice.pick(["all", "mon-fri"]),
            "at": dice.pick(["10:30", "11:00", "18:00"]),
        },
        "registration": dice.pick(["0 s", "7 min"]),
        "thresholds": dice.pick(
            [
                {"contact": 1, "reminder": 3, "order": 8},
                {"contact": 1, "reminder": 2, "order": 100},
            ]
        ),
    }
    call_back = {
        "share": dice.pick([0.3, 1.0]),
        "delay": dice.pick(slow),
        "handling": (duration_laws(dice, 20, 90, grid=grid)),
        "opts_out": 0.5,
        "redials": dice.pick([0.0, 0.8]),
        "redial_delay": dice.pick(slow),
        "tries": dice.pick([1, 3]),
    }
    reputation = {
        "update": dice.pick(["1 min", "17 min", "4 h"]),
        "allowed_per_day": 75,
        "short_call": 3,
        "report": 20,
        "label_at": dice.pick([1, 12]),
        "half_life": "4 h",
        "labelled_odds": dice.pick([0.0, 0.4]),
    }
    parts: dict[str, Any] = {
        "complaints": complaints,
        "regulator": regulator,
        "call_back": call_back,
        "reputation": reputation,
    }
    left_out = dice.pick(
        [(), (), ("regulator",), ("call_back",), ("reputation",), ("complaints", "regulator")]
    )
    return {name: part for name, part in parts.items() if name not in left_out}


def answers_to_feedback(dice: Dice, start: str) -> dict[str, Any]:
    """What a strategy sets against it."""
    actions = (
        ["carry_on"],
        ["objection_first"],
        ["narrow_hours"],
        ["objection_first", "narrow_hours"],
        ["suspend"],
        ["suspend", "narrow_hours"],
        ["stop"],
    )
    return {
        "inbound": {"lines": dice.pick([0, 0, 1, 3, 100])},
        "caller_numbers": {"numbers": dice.pick([1, 2, 7])},
        "reactions": {
            "contact": dice.pick(actions),
            "reminder": dice.pick(actions),
            "order": dice.pick(actions),
            "suspend_for": dice.pick(["1 s", "11 min", "20 h"]),
            "narrow_call_times": [{"days": "all", "from": "10:40", "to": "20:15"}],
        },
    }


def documents(dice: Dice, *, most_lines: int = 250) -> dict[str, Any]:
    """A scenario with one strategy, as plain data."""
    grid = dice.flip()
    start = dice.pick(sorted(STARTS.values()))
    length = dice.whole(600, 3 * 1440) if dice.flip() else dice.whole(1, 600)
    zones = dice.some(ZONES, 2, 4)
    weights = [dice.whole(1, 5) for _ in zones]
    territories = {
        f"t{i}": {"share": w / sum(weights), "timezone": zone, "holidays": "FR"}
        for i, (zone, w) in enumerate(zip(zones, weights, strict=True))
    }
    types = ["landline", "mobile"][: dice.whole(1, 2)]
    cutoffs = {
        name: _moment(start, dice.whole(-300, length))
        for name in territories
        if dice.whole(0, 3) == 0
    }
    consent = dice.pick(CONSENTS)
    enforce = dice.pick([{}, {}, *ENFORCED])
    if consent is None:
        enforce = {}
    retried = dice.pick(
        [
            ["no_answer"],
            ["busy", "no_answer"],
            ["busy", "no_answer", "machine"],
            ["no_answer", "machine", "human"],
            ["human"],
            [],
        ]
    )
    acts_back = dice.whole(0, 2) > 0
    strategy = {
        "enforce": enforce,
        "campaign": {
            "timezone": "Europe/Paris",
            "start": start,
            "cutoff": _moment(start, length),
            "territory_cutoffs": cutoffs,
        },
        "dialing": dialing(dice, start, length),
        "attempts": {"lifetime": dice.pick([3, 2, 5, 1])},
        "recycle": {name: {"delay": dice.pick(DELAYS)} for name in retried},
        "amd": {
            "enabled": dice.flip(),
            "on_machine": dice.pick(["hang_up", "leave_message", "leave_message"]),
            "analysis_time": dice.pick(["0 s", "3 s"]),
            "human_as_machine": dice.pick([0.0, 0.2]),
            "machine_as_human": dice.pick([0.0, 0.2]),
        },
        "message": {
            "duration": dice.pick(["20 s", "90 s"]),
            "gate": dice.pick(["none", "press-1"]),
            "gate_timeout": dice.pick(["4 s", "10 s"]),
            "voicemail": "45 s",
            "opt_out": dice.pick(["start", "none", "start", "end"]),
            "opt_out_notice": dice.pick(["0 s", "4 s"]),
            "opt_out_key": dice.pick([True, True, False]),
            "call_back": acts_back,
        },
        "suppression": {
            "key_press": dice.pick(["0 s", "5 s", "2 min"]),
            "household": dice.flip(),
            "refresh": dice.pick([None, "1 min", "17 min", "4 h"]),
        },
    }
    if acts_back:
        strategy |= answers_to_feedback(dice, start)
    return {
        "format": 1,
        "name": "generated",
        "seed": dice.whole(0, 2**64 - 1),
        "base": "only",
        "world": {
            "lines": dice.whole(1, 5)
            if dice.whole(0, 5) == 0
            else dice.whole(most_lines // 3, most_lines),
            "electorate": 1000,
            "voters_per_line": 1.5,
            "territories": territories,
            "line_types": {
                name: {"share": 1 / len(types), "answering": answering(dice, grid=grid)}
                for name in types
            },
            "segments": dice.pick(
                [None, {"a": {"share": 0.25, "human_odds": 2.0}, "b": {"share": 0.75}}]
            ),
            "consent": consent,
            "registers": {"bloctel": 0.2, "national-dnc": 0.1},
            "opposition": 0.1,
            "households": dice.pick([None, {"share": 0.6}]),
            "opting_out": {
                "at_start": dice.pick([0.5, 1.0]),
                "at_end": 0.7,
                "delay": (duration_laws(dice, 1, 6, grid=grid)),
            },
            **(what_acts_back(dice, grid=grid) if acts_back else {}),
            "signalling": {
                "invalid": (duration_laws(dice, 1, 5, grid=grid)),
                "busy": (duration_laws(dice, 1, 5, grid=grid)),
            },
            "listening": (duration_laws(dice, 2, 60, grid=grid)),
            "press_1": dice.pick([0.0, 0.5, 1.0]),
            "press_1_delay": (duration_laws(dice, 1, 6, grid=grid)),
            "voicemail": {
                "greeting": (duration_laws(dice, 2, 15, grid=grid)),
                "heard": 0.6,
                "delay": "4 h",
                "shared": 0.5,
            },
        },
        "strategies": {"only": strategy},
    }


def scenario(dice: Dice, *, most_lines: int = 250) -> Scenario:
    """A scenario with one strategy, named ``only``."""
    return Scenario.model_validate(documents(dice, most_lines=most_lines))


MOST_MOMENTS = 300
RUN = 30


def thinned(moments: tuple[int, ...]) -> tuple[int, ...]:
    """Of thousands of moments some hundreds, in runs as dense as before with gaps between them.

    What a moment does is a law of itself and of the time since the one before, however many there
    are: a campaign of three days with one a minute takes long and shows nothing more.
    """
    one_in = -(-len(moments) // MOST_MOMENTS)
    return tuple(at for i, at in enumerate(moments) if i // RUN % one_in == 0)


FIRST_FORTY = 40
"""Numbers below know nothing of :func:`dialers_own`: mutants are named by what they were."""


def dialers_own(dice: Dice, data: dict[str, Any]) -> dict[str, Any]:
    """A scenario with what teams set on their dialers beside all that, as plain data."""
    strategy = data["strategies"]["only"]
    lifetime = dice.pick([3, 4, 6])
    types = [None, *([name] for name in data["world"]["line_types"])]
    strategy["attempts"] = {
        "lifetime": lifetime,
        "per_day": dice.pick([None, 1, 2, 3]),
        "min_gap": dice.pick(["0 s", "1 s", "11 s", "16 min", "5 h"]),
    }
    strategy["caps"] = [
        {
            "calls": dice.whole(1, lifetime),
            "within": dice.pick(["7 s", "18 min", "9 h"]),
            "line_types": dice.pick(types),
        }
        for _ in range(dice.whole(0, 2))
    ]
    strategy["attempts"]["order"] = dice.pick(
        ["retries-first", "fresh-first", {"retries": 1, "fresh": 3}, {"retries": 2, "fresh": 1}]
    )
    for line_type in data["world"]["line_types"].values():
        line_type["answering"]["failed"] = dice.pick([0.0, 0.0, 0.2])
    data["world"]["signalling"]["failed"] = dice.pick([None, "1 s", "2 min"])
    strategy["recycle"]["failed"] = {"delay": dice.pick(DELAYS)}
    return data


def call_times_of_ones_own(dice: Dice, data: dict[str, Any]) -> None:
    """Windows of some territories alone, and windows that change on a date."""
    places = sorted(data["world"]["territories"])
    dialing = data["strategies"]["only"]["dialing"]
    if dice.flip():
        own = dice.some(places, 1, 2)
        dialing["territory_call_times"] = {place: windows(dice) for place in own}
    for change in dialing["changes"]:
        if dice.flip():
            change["call_times"] = windows(dice)
        if dice.flip():
            change["territory_call_times"] = {dice.pick(places): windows(dice)}


FIRST_WITH_MESSAGES = 1_000
"""Numbers below know nothing of :func:`messages_on_a_date`, for the same reason."""


def messages_on_a_date(dice: Dice, data: dict[str, Any]) -> None:
    """Messages that change while the small lists of these worlds are still being dialled."""
    strategy = data["strategies"]["only"]
    changes = strategy["dialing"]["changes"]
    start = strategy["campaign"]["start"]
    known = {change["at"] for change in changes}
    more = sorted({_moment(start, dice.whole(0, 90)) for _ in range(dice.whole(1, 3))} - known)
    changes += [{"at": at} for at in more]
    for change in changes:
        if dice.flip():
            change["message"] = {
                "duration": dice.pick([None, "60 s", "2 min"]),
                "voicemail": dice.pick([None, "7 s", "80 s"]),
            }
        if dice.flip():
            change["amd"] = {"on_machine": dice.pick(["hang_up", "leave_message"])}


def lines_that_differ(dice: Dice, data: dict[str, Any]) -> None:
    """Lines that nobody uses, that detection hears alike, and whose machines go with people."""
    data["world"]["lines_in_use"] = dice.pick([0.75, 0.9])
    for line_type in data["world"]["line_types"].values():
        if line_type["answering"]["frailty"] is not None:
            line_type["answering"]["machine_correlation"] = dice.pick([-0.7, 0.0, 0.5])
    data["strategies"]["only"]["amd"] |= {
        "enabled": True,
        "human_as_machine": 0.4,
        "machine_as_human": 0.4,
        "by_line": dice.pick([0.3, 1.0]),
    }


def carriers_of_ones_own(dice: Dice, data: dict[str, Any]) -> None:
    """Carriers that share the calls, some with outages, within the dialer's own limits."""
    strategy = data["strategies"]["only"]
    start = strategy["campaign"]["start"]
    found: dict[str, Any] = {}
    for number in range(dice.whole(1, 4)):
        found[f"c{number}"] = carrier = {
            "channels": dice.pick([1, 2, 5, 40]),
            "calls_per_second": dice.pick(RATES),
            "outages": [],
        }
        if dice.flip():
            begins = dice.whole(0, 60)
            carrier["outages"] = [
                {
                    "from": _moment(start, begins),
                    "to": _moment(start, begins + dice.whole(1, 30)),
                    "channels": dice.pick([0, 1, 3]),
                    "calls_per_second": dice.pick([None, *RATES]),
                }
            ]
    strategy["dialing"]["carriers"] = found


FIRST_WITH_SHOCKS = 2_000
"""Numbers below know nothing of :func:`stories_that_break`, for the same reason."""


def stories_that_break(dice: Dice, data: dict[str, Any]) -> None:
    """Stories at moments at which the small lists of these worlds are being dialled."""
    complaints = data["world"].get("complaints")
    if complaints is None or complaints["contagion"] is None:
        return
    start = data["strategies"]["only"]["campaign"]["start"]
    complaints["contagion"] |= {"press": 3.0}
    complaints["shocks"] = [
        {
            "at": _moment(start, dice.whole(0, 300)),
            "channel": dice.pick(["regulator", "operator", "social", "press"]),
        }
        for _ in range(dice.whole(1, 4))
    ]


def _built(data: dict[str, Any]) -> Plan:
    """The plan of a scenario; where more people answer than use lines, all lines are in use."""
    of = Scenario.model_validate(data)
    try:
        return build_plan(of, "only", laws=packs_of(of))
    except UnreachableSharesError:
        del data["world"]["lines_in_use"]
    of = Scenario.model_validate(data)
    return build_plan(of, "only", laws=packs_of(of))


def plan(number: int, *, most_lines: int = 250) -> Plan:
    """The plan of a scenario, often with rolling caps and moments from which lines are left alone.

    No law pack has caps as short as these small campaigns.
    """
    dice = Dice(number)
    data = documents(dice, most_lines=most_lines)
    if number >= FIRST_FORTY and number % 3:
        data = dialers_own(Dice(number + 2**48), data)
        call_times_of_ones_own(Dice(number + 2**49), data)
    if number >= FIRST_WITH_MESSAGES and number % 2:
        messages_on_a_date(Dice(number + 2**50), data)
    if number >= FIRST_WITH_MESSAGES and number % 10 == 2:
        lines_that_differ(Dice(number + 2**52), data)
    if number >= FIRST_WITH_MESSAGES and number % 5 == 0:
        carriers_of_ones_own(Dice(number + 2**51), data)
    if number >= FIRST_WITH_SHOCKS:
        stories_that_break(Dice(number + 2**52), data)
    plan = _built(data)
    line = np.arange(plan.population.lines)
    caps = tuple(
        Cap(
            dice.whole(1, 3),
            dice.pick(WINDOWS_MS),
            line % dice.whole(1, 3) == 0,
        )
        for _ in range(dice.whole(0, 2))
    )
    until = plan.until_ms
    if dice.whole(0, 2) == 0:
        some = line % dice.whole(1, 3) == 0
        own = np.where(some, 1_000 * ((line * 7919) % dice.whole(1, 20_000)), NEVER)
        until = own if until is None else np.minimum(own, until)
    back = plan.feedback
    if back is not None and back.regulator is not None and dice.flip():
        # Reviews once a day come too late for campaigns that last some minutes.
        step = 1_000 * dice.whole(10, 600)
        horizon = plan.cutoff_ms if back.complaints is None else back.complaints.horizon_ms
        reviews = tuple(range(step, min(horizon, 300 * step), step))
        back = replace(back, regulator=replace(back.regulator, review_ms=reviews))
    if back is not None:
        standing = back.reputation
        if standing is not None:
            standing = replace(standing, update_ms=thinned(standing.update_ms))
        back = replace(back, refresh_ms=thinned(back.refresh_ms), reputation=standing)
    return replace(plan, caps=plan.caps + caps, until_ms=until, feedback=back)
