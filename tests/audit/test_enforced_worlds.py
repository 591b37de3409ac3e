"""The auditor against the engine, which share no code: what is enforced is not found broken.

In each world a strategy that enforces a regime in full has no violation of the rules that can be
assessed. A strategy that drops one rule is found to break it as often as a predicate of this file
counts, and a second auditor in plain Python agrees call for call.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.audit.auditor import Audit, audit
from sim.audit.inputs.live import CallLog
from sim.audit.plain import plain_audit
from sim.audit.tables import AuditInput
from sim.engine import fast
from sim.engine.plan.build import build_plan
from sim.engine.plan.plan import Plan
from sim.loading.packs import packs_of
from sim.record.feedback import OptOutBy
from sim.record.log import LogChunk, concatenate
from sim.regimes.load import load_regime
from sim.scenario.scenario import Scenario
from tests.audit.worlds import ANSWERING, RULES, TYPES, Case, Log, broken, cases
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
    plan = build_plan(of, "only", laws=packs_of(of))
    log = CallLog(of)
    log.begin("only", plan)
    fast.run(plan, log.add)
    return plan, log.end()


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


# ── Rules on how often, and on those who object ──────────────────────────────────────────────────

CONSUMER, TCPA = "fr-consumer-2023", "us-tcpa-political"
MESSAGE = {
    "opt_out": "start",
    "opt_out_notice": "3 s",
    "opt_out_key": True,
    "opt_out_key_within": "2 s",
    "identification": ["caller_at_start", "phone_number"],
}


def often(
    seed: int, enforce: dict[str, list[str]], zone: str, start: str, cutoff: str, **strategy: Any
) -> Scenario:
    """A campaign that calls people up to seven times; landlines and mobiles."""
    consent = {
        "share": 0.6,
        "covers_calls": 0.8,
        "gathered": {"from": "2020-01-01 00:00", "to": "2024-01-01 00:00"},
        "withdrawn": 0.5,
        "until": "2025-08-01 00:00",
    }
    sections: dict[str, Any] = {
        "attempts": {"lifetime": 7},
        "recycle": {"no_answer": {"delay": "40 min"}, "human": {"delay": "3 h"}},
        **strategy,
    }
    return plain(
        seed=seed,
        world={
            "lines": 800,
            "territories": {"all": {"share": 1.0, "timezone": zone}},
            "line_types": {name: {"share": 0.5, "answering": ANSWERING} for name in TYPES},
            "consent": consent,
            "households": {"share": 0.5},
            "registers": {"bloctel": 0.3},
            "opting_out": {"at_start": 0.2, "at_end": 0.2, "delay": "2 s"},
        },
        campaign={"timezone": zone, "start": start, "cutoff": cutoff},
        message=MESSAGE,
        enforce=enforce,
        **sections,
    )


def french(seed: int, *rules: str, **strategy: Any) -> Scenario:
    enforce = {CONSUMER: list(rules)}
    times = ("2024-03-28 08:00", "2024-04-04 22:00")  # Easter Monday is in it
    return often(seed, enforce, "Europe/Paris", *times, **strategy)


def american(seed: int, *rules: str, **strategy: Any) -> Scenario:
    times = ("2025-05-05 08:00", "2025-05-12 22:00")
    return often(seed, {TCPA: list(rules)}, "America/New_York", *times, **strategy)


def held_consent(plan: Plan, data: AuditInput) -> Any:
    """(n,) Whether the line's consent holds at each call, from the world's columns."""
    people, line, start = plan.population, data.calls.line, data.calls.start_ms
    assert people.consent_from_ms is not None
    assert people.consent_until_ms is not None
    return (people.consent_from_ms[line] <= start) & (start < people.consent_until_ms[line])


def beyond(data: AuditInput, counted: Any, most: int) -> int:
    """Calls to a line that already had so many; the campaign is shorter than the window."""
    made: Counter[int] = Counter()
    wrong = 0
    for line in data.calls.line[counted].tolist():
        made[line] += 1
        wrong += made[line] > most
    return wrong


@pytest.mark.parametrize("seed", range(4))
def test_the_whole_french_rule_on_consumers_is_kept(seed: int) -> None:
    _, data = run(french(seed, "all"))
    found = held(data, CONSUMER)
    assert found.broken == ()
    assert {result.rule.id for result in found.assessed} >= {
        "hours",
        "cap",
        "pause-after-refusal",
        "bloctel",
    }
    assert data.optouts is not None
    assert len(data.optouts.line) > 20
    assert max(Counter(data.calls.line.tolist()).values()) > 4  # consent lifts the cap


@pytest.mark.parametrize("seed", range(4))
def test_dropping_the_french_cap_gives_the_calls_beyond_the_fourth(seed: int) -> None:
    plan, data = run(french(seed, "hours", "pause-after-refusal", "bloctel"))
    found = held(data, CONSUMER)
    wrong = beyond(data, ~held_consent(plan, data), 4)
    assert found.result("cap").violations == wrong > 0
    assert [result.rule.id for result in found.broken] == ["cap"]


@pytest.mark.parametrize("seed", range(4))
def test_the_american_rules_that_a_dialer_keeps_are_kept(seed: int) -> None:
    _, data = run(american(seed, "all"))
    found = held(data, TCPA)
    assert found.broken == ()
    assert found.result("cap-landline").calls > 300
    assert found.result("honour-opt-out").assessed
    assert found.result("opt-out-key").calls > 300


@pytest.mark.parametrize("seed", range(4))
def test_dropping_the_american_cap_gives_the_calls_beyond_the_third(seed: int) -> None:
    plan, data = run(american(seed, "consent-mobile"))
    found = held(data, TCPA)
    landline = plan.population.line_type[data.calls.line] == 0
    wrong = beyond(data, landline & ~held_consent(plan, data), 3)
    assert found.result("cap-landline").violations == wrong > 0
    assert {result.rule.id for result in found.broken} == {"cap-landline", "hours-voluntary"}


@pytest.mark.parametrize("honoured", ["13 d", "20 d"])
def test_ten_business_days_to_honour_an_opt_out(honoured: str) -> None:
    """By numpy's own count of business days. A caller who takes 13 days keeps the rule."""
    of = often(
        5,
        {TCPA: ["consent-mobile", "cap-landline"]},
        "America/New_York",
        "2025-05-05 08:00",
        "2025-06-20 22:00",
        recycle={"human": {"delay": "56 h"}, "no_answer": {"delay": "56 h"}},
        attempts={"lifetime": 15},
        suppression={"key_press": honoured},
    )
    _, data = run(of)
    found = held(data, TCPA).result("honour-opt-out")
    assert data.optouts is not None

    def local_day(moments: Any) -> Any:
        return ((moments - 4 * 3_600_000) // 86_400_000).astype("datetime64[D]")

    first: dict[int, int] = {}
    for line, at in zip(data.optouts.line.tolist(), data.optouts.at_ms.tolist(), strict=True):
        first.setdefault(line, at)
    asked = np.array([first.get(line, 2**62) for line in data.calls.line.tolist()])
    after = np.flatnonzero(asked < data.calls.start_ms)
    passed = np.busday_count(
        local_day(asked[after]) + np.timedelta64(1, "D"), local_day(data.calls.start_ms[after])
    )
    assert len(after) > 50
    assert found.violations == int((passed >= 10).sum())
    assert bool(found.violations) == (honoured == "20 d")


# ── Worlds and laws at random ────────────────────────────────────────────────────────────────────

SLOW = [HealthCheck.too_slow, HealthCheck.large_base_example, HealthCheck.data_too_large]


def hold(case: Case, seen: Counter[str]) -> None:
    """Run a campaign: what it keeps is not broken, and what it drops is, as often as counted."""
    with tempfile.TemporaryDirectory() as folder:
        of, path = case.scenario(Path(folder))
        law = load_regime(path)
        plan = build_plan(of, "only", laws=packs_of(of))
    rows: list[LogChunk] = []
    log = CallLog(of)
    log.begin("only", plan)

    def sink(chunk: LogChunk) -> None:
        log.add(chunk)
        rows.append(chunk.copy())

    followed = fast.run(plan, sink).feedback
    found = audit(log.end(followed), law)
    engine = Log(of, plan, concatenate(rows), followed)
    seen["calls"] += len(engine.line) > 0
    seen["several attempts"] += len(set(engine.line)) < len(engine.line)
    seen["objections"] += len(engine.objections) > 0
    if followed is not None:
        seen["call-backs"] += bool((followed.opt_out_by == OptOutBy.CALL_BACK).any())
        seen["complaints"] += bool((followed.opt_out_by == OptOutBy.COMPLAINT).any())
    seen["consents that end"] += plan.until_ms is not None
    seen["caps"] += len(plan.caps) > 0
    seen["households"] += plan.partner is not None
    for name, rule in case.rules.items():
        result = found.result(name)
        assert result.assessed or not engine.line, (name, result.reason)
        wrong = broken(rule, engine)
        assert np.flatnonzero(found.violating(result)).tolist() == sorted(wrong), name
        assert result.violations == len(wrong), name
        assert not (wrong and case.kept(name)), name
        seen[name] += bool(wrong)


def test_campaigns_that_keep_the_whole_law_break_none_of_it() -> None:
    seen: Counter[str] = Counter()

    @settings(max_examples=100, deadline=None, suppress_health_check=SLOW)
    @given(cases(None))
    def campaigns(case: Case) -> None:
        hold(case, seen)

    campaigns()
    assert not any(seen[rule] for rule in RULES)
    wanted = "several attempts, objections, consents that end, caps, households"
    for what in f"{wanted}, call-backs, complaints".split(", "):
        assert seen[what], what
    assert seen["calls"] > 50


@pytest.mark.parametrize("dropped", RULES)
def test_a_rule_that_is_dropped_is_broken_as_often_as_counted(dropped: str) -> None:
    """By predicates of :mod:`tests.audit.worlds`, call for call; the other rules are kept."""
    seen: Counter[str] = Counter()

    @settings(max_examples=12, deadline=None, suppress_health_check=SLOW)
    @given(cases(dropped))
    def campaigns(case: Case) -> None:
        hold(case, seen)

    for _ in range(8):  # campaigns at random, until some break it
        if not seen[dropped]:
            campaigns()
    assert seen[dropped]
    # Who is called too soon after a key press breaks both rules on it.
    assert {rule for rule in RULES if seen[rule]} <= {dropped, "honour", "pause"}


@pytest.mark.verify
@settings(max_examples=5_000, deadline=None, suppress_health_check=SLOW)
@given(st.sampled_from((None, *RULES)).flatmap(cases))
def test_thousands_of_campaigns_keep_what_they_enforce(case: Case) -> None:
    hold(case, Counter())
