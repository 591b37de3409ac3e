"""How much is enough, held against what runs give."""

from __future__ import annotations

import json
import math
from fractions import Fraction
from pathlib import Path

import pytest

from sim.errors import OptionError
from sim.jobs.dials import dial_of
from sim.jobs.planning import Plan, document, plan
from sim.jobs.probing import Probe
from sim.study.goals import parse_goal


@pytest.fixture(scope="module")
def planned(scenario_file: Path, tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("plans")

    def make(goal: str, path: str, *, draws: int = 4, probability: float = 0.75, **more) -> Plan:
        sets = more.pop("sets", ())
        probes = [
            Probe(str(scenario_file), sets, ("all-channels",), scale, folder, draws, 16)
            for scale in (Fraction(1, 2), Fraction(1))
        ]
        return plan(*probes, parse_goal(goal), path, probability, **more)

    make.probe = lambda sets: Probe(
        str(scenario_file), sets, ("all-channels",), Fraction(1), folder, 2, 16
    )
    return make


@pytest.fixture(scope="module")
def channels(planned) -> Plan:
    return planned("finish before cutoff", "dialing.channels", between="1..8")


def test_more_channels_finish_and_fewer_do_not(channels: Plan) -> None:
    """3,000 lines that hold 45 s or so each, of which two attempts: about 30 h of calls in 16 h of
    hours, so two channels are too few and eight plenty; and runs say so."""
    assert channels.rising
    assert 2 <= channels.answer <= 6
    shown = channels.confirmed[-1]
    assert shown.share >= 0.75
    less = channels.probe.results({"dialing.channels": "1"})
    assert all(
        one.found["all-channels"].metrics["list_done_hours"] is None for one in less.values()
    )
    assert channels.turning_back == ()


def test_the_law_of_the_root_is_of_draws(channels: Plan) -> None:
    told = document(channels)
    assert len(told["roots"]) == 4
    assert told["met"]
    assert told["answer"] == channels.confirmed[-1].value
    assert told["today"] == {"value": 6.0, "share": 1.0}
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert told["asks_for_more"] == []  # too few draws


def test_again_it_is_the_same_and_quick(channels: Plan, planned) -> None:
    again = planned("finish before cutoff", "dialing.channels", between="1..8")
    assert again.roots == channels.roots
    assert again.probe.runs == 0


def test_fewer_lines_help_where_money_is_short(planned) -> None:
    """1 ct a line dialled: 2,000 lines for 20 EUR, whatever is drawn."""
    found = planned("cost <= 20", "world.lines", between="1000..3000", draws=4)
    assert not found.rising
    assert found.answer == pytest.approx(2000, rel=0.02)
    assert found.confirmed[-1].share >= 0.75


def test_a_moment_is_found_to_the_minute(planned) -> None:
    """From two hours before the cutoff to its day's opening: later starts leave less time."""
    path = "campaign.start"
    found = planned("finish", path, between="2017-04-20 10:00..2017-04-21 11:00", draws=2,
                    probability=0.5)  # fmt: skip
    assert not found.rising
    told = document(found)
    assert told["origin"] == "2017-04-20 10:00"
    assert told["today"] == {"value": 0.0, "share": 1.0}
    assert found.answer == round(found.answer)
    assert found.confirmed[-1].share >= 0.5
    later = found.probe.results({path: found.dial.text(found.answer + 60)})
    assert any(
        one.found["all-channels"].metrics["list_done_hours"] is None for one in later.values()
    )


def test_a_pace_may_be_a_fraction_and_attempts_are_whole(planned) -> None:
    pace = dial_of(planned.probe(("dialing.calls_per_second=1/2",)), "all-channels",
                   "dialing.calls_per_second")  # fmt: skip
    assert (pace.today, pace.low, pace.high, pace.whole) == (0.5, 0.125, 2.0, False)
    attempts = dial_of(planned.probe(()), "all-channels", "attempts.lifetime")
    assert (attempts.today, attempts.low, attempts.high, attempts.whole) == (2, 1, 8, True)
    share = dial_of(planned.probe(()), "all-channels", "world.press_1")
    assert (share.low, share.high, share.unit) == (12.5, 100.0, "%")
    cutoff = dial_of(planned.probe(()), "all-channels", "campaign.cutoff")
    assert cutoff.text(cutoff.low) == "2017-04-20 11:00"  # an hour after the start
    assert cutoff.text(cutoff.today or 0) == "2017-04-21 12:00"


def test_what_cannot_be_met_says_what_binds(planned) -> None:
    """One call in 20 s is 2,880 in 16 h, less than one each: no channel makes up for pace."""
    found = planned("finish", "dialing.channels", sets=("dialing.calls_per_second=0.05",),
                    between="2..20")  # fmt: skip
    assert found.answer == math.inf
    assert found.confirmed == ()
    assert found.binding == ("dialing.calls_per_second",)
    assert found.at_best is not None
    assert 0 < found.at_best <= 3000  # lines that are left undialled
    told = document(found)
    assert not told["met"]
    assert told["answer"] is None
    assert told["not_met_in"] == 1.0


@pytest.mark.parametrize(
    ("path", "more", "said"),
    [
        ("dialing.channels", {"probability": 0.95}, "4 draws are too few"),
        ("dialing.channels", {"probability": 1.0}, "a probability below 100 %"),
        ("dialing.channels", {"between": "3,4"}, "a plan needs a range"),
        ("message.gate", {}, "is not one number"),
        ("caller_numbers.numbers", {}, "no way around labels"),
    ],
)
def test_bad_input(planned, path: str, more: dict, said: str) -> None:
    with pytest.raises(OptionError, match=said):
        planned("finish", path, **more)
