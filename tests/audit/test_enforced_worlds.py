"""The auditor against the engine, which share no code: what is enforced is not found broken.

In each world a strategy that enforces a regime in full has no violation of the rules that can be
assessed. A strategy that drops one rule is found to break it as often as a predicate of this file
counts, and a second auditor in plain Python agrees call for call.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.audit.auditor import Audit, audit
from sim.audit.from_run import CallLog
from sim.audit.plain import plain_audit
from sim.audit.tables import AuditInput
from sim.engine import fast
from sim.engine.build import build_plan
from sim.engine.plan import Plan
from sim.regimes.load import load_regime
from sim.scenario.model import Scenario
from tests.worlds import plain

CNIL, SILENCE = "fr-cnil-political", "fr-electoral-silence"
PLACES = {
    "all": {"share": 0.4, "timezone": "Europe/Paris"},
    "reunion": {"share": 0.2, "timezone": "Indian/Reunion"},
    "nouvelle-caledonie": {"share": 0.2, "timezone": "Pacific/Noumea"},
    "polynesie-marquises": {"share": 0.2, "timezone": "Pacific/Marquesas"},
}


def world(seed: int, lines: int = 1500) -> dict[str, Any]:
    """Worlds that differ in consents, slots and opposition."""
    lengths = ("2 h", "97 min", "6 h")
    return {
        "lines": lines,
        "territories": PLACES,
        "consent": {
            "share": (0.2, 0.5, 0.9)[seed % 3],
            "slot": {
                "length": lengths[seed % len(lengths)],
                "days": ("all", "tue-sun", ["wed", "fri"])[seed % 3],
                "from": "00:00",
                "to": "24:00",
            },
        },
        "opposition": (0.1, 0.4)[seed % 2],
    }


def scenario(
    seed: int, enforce: dict[str, list[str]], pace: str | None = None, **message: Any
) -> Scenario:
    """A campaign across the eve of the first round of 2017."""
    return plain(
        seed=seed,
        world=world(seed),
        answering={"machine": 0.2, "busy": 0.1, "by_hour": "us-landline"},
        campaign={
            "timezone": "Europe/Paris",
            "start": "2017-04-19 08:00",
            "cutoff": "2017-04-22 20:00",
        },
        dialing={"calls_per_second": pace or ("0.01", "0.1", "1")[seed % 3], "channels": 5},
        attempts={"lifetime": 3},
        recycle={"busy": {"delay": "15 min"}, "no_answer": {"delay": "5 h"}},
        amd={"on_machine": "leave_message"},
        message={
            "gate": "press-1",
            "voicemail": "30 s",
            "opt_out": "start",
            "how_to_object": True,
            **message,
        },
        enforce=enforce,
    )


def run(of: Scenario) -> tuple[Plan, AuditInput]:
    plan = build_plan(of, "only")
    log = CallLog(of, "only", plan)
    fast.run(plan, log.add)
    return plan, log.finish()


def held(data: AuditInput, regime: str) -> Audit:
    return audit(data, load_regime(regime))


@pytest.mark.parametrize("seed", range(12))
def test_full_enforcement_leaves_nothing_to_find(seed: int) -> None:
    _, data = run(scenario(seed, {CNIL: ["all"], SILENCE: ["all"]}))
    for regime in (CNIL, SILENCE):
        found = held(data, regime)
        assert found.broken == ()
        assert len(found.assessed) >= (6 if regime == CNIL else 1)
        assert "no violation found" in found.counts()
        assert "compliant" not in found.counts()


@pytest.mark.parametrize("seed", range(6))
def test_dropping_consent_gives_the_calls_without_it(seed: int) -> None:
    plan, data = run(scenario(seed, {CNIL: ["consent_slot", "opposition"], SILENCE: ["all"]}))
    found = held(data, CNIL).result("prior-consent-strict")
    without = plan.population.consent[data.calls.line] == 0
    assert found.violations == int(without.sum()) > 0
    assert found.lines == len(np.unique(data.calls.line[without]))
    assert held(data, CNIL).result("directory-opposition").violations == 0


@pytest.mark.parametrize("seed", range(6))
def test_dropping_opposition_gives_the_calls_to_those_who_refuse(seed: int) -> None:
    plan, data = run(scenario(seed, {CNIL: ["consent", "consent_slot"], SILENCE: ["all"]}))
    found = held(data, CNIL).result("directory-opposition")
    opposed = plan.population.opposed[data.calls.line] == 1
    assert found.violations == int(opposed.sum()) > 0
    assert held(data, CNIL).result("prior-consent-strict").violations == 0


@pytest.mark.parametrize("seed", range(6))
def test_dropping_the_slot_gives_the_calls_outside_it(seed: int) -> None:
    """A predicate of its own: the wall clock, by numpy's weekday arithmetic and fixed offsets."""
    of = scenario(seed, {CNIL: ["consent", "opposition"], SILENCE: ["all"]})
    plan, data = run(of)
    found = held(data, CNIL).result("consent-slot")
    offset_minutes = np.array([120, 240, 660, -570])  # April: no clock changes there
    local = (
        data.calls.start_ms // 60_000 + offset_minutes[plan.population.territory[data.calls.line]]
    )
    day, minute = np.divmod(local, 1440)
    weekday = (day + 3) % 7
    slot = of.world.consent.slot  # type: ignore[union-attr]
    assert slot is not None
    length = slot.length // 60_000
    a_day = 1440 // length
    number = plan.population.slot[data.calls.line].astype(int)
    named_day = np.array(slot.days)[number // a_day]
    starts = number % a_day * length
    inside = (weekday == named_day) & (minute >= starts) & (minute < starts + length)
    assert found.violations == int((~inside).sum()) > 0


@pytest.mark.parametrize("seed", range(6))
def test_dropping_silence_gives_the_calls_on_the_eve(seed: int) -> None:
    """The eve begins Friday 00:00 in the Marquises, Saturday 00:00 elsewhere."""
    of = scenario(seed, {}, pace="0.006")  # slow enough to be dialling then
    plan, data = run(of)
    found = held(data, SILENCE).result("l49-1")
    offset_minutes = np.array([120, 240, 660, -570])
    territory = plan.population.territory[data.calls.line]
    local = data.calls.start_ms // 60_000 + offset_minutes[territory]
    friday = int(np.datetime64("2017-04-21", "D").astype(int)) * 1440
    begins = np.array([friday + 1440, friday + 1440, friday + 1440, friday])[territory]
    late = local >= begins
    assert found.violations == int(late.sum()) > 0
    assert found.first_ms == data.calls.start_ms[late].min()


@pytest.mark.parametrize("seed", range(3))
def test_a_notice_at_the_end_is_lenient_only(seed: int) -> None:
    of = scenario(seed, {CNIL: ["consent", "consent_slot", "opposition"]}, opt_out="end")
    _, data = run(of)
    found = held(data, CNIL)
    assert found.result("objection-notice-strict").violations > 0
    assert found.result("objection-notice-lenient").violations == 0


@pytest.mark.parametrize("seed", range(9))
def test_a_second_auditor_agrees_call_for_call(seed: int) -> None:
    """In plain Python, one call at a time, written from the words of the rules."""
    enforce = ({}, {CNIL: ["consent"]}, {CNIL: ["consent_slot", "opposition"]})[seed % 3]
    _, data = run(scenario(seed, enforce, pace="0.006" if seed % 2 else None))
    for regime in (CNIL, SILENCE, "ca-adad", "fr-consumer-2023", "us-tcpa-political"):
        found = held(data, regime)
        for rule, verdict in plain_audit(data, load_regime(regime)).items():
            result = found.result(rule)
            assert verdict.status == result.status, (regime, rule)
            if result.assessed and not result.campaign:
                calls = np.flatnonzero(found.violating(result)).tolist()
                assert sorted(verdict.violating) == calls, (regime, rule)
