"""What the simulator did, held against law: the stop at 20:00 in Paris, and stored runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.audit.auditor import audit
from sim.audit.inputs.live import CallLog
from sim.audit.tables import AuditInput
from sim.engine import fast
from sim.engine.plan.build import build_plan
from sim.errors import RunDirectoryError, UnknownNameError
from sim.jobs.audit import read_run
from sim.jobs.run import run_scenario
from sim.loading.load import Runnable, load
from sim.record.feedback import FeedbackResult, OptOutBy
from sim.record.log import LogChunk, concatenate
from sim.record.never import NEVER
from sim.regimes.load import load_regime
from sim.scenario.call_back import CallBack
from sim.scenario.scenario import Scenario
from tests.audit.build import PARIS, breaking, only, regime, utc
from tests.worlds import plain

# The territory of a plain world is called "all"; here it is metropolitan France.
ZONES = {
    "all": PARIS,
    "reunion": "Indian/Reunion",
    "mayotte": "Indian/Mayotte",
    "nouvelle-caledonie": "Pacific/Noumea",
    "wallis-et-futuna": "Pacific/Wallis",
    "polynesie-tahiti": "Pacific/Tahiti",
    "polynesie-marquises": "Pacific/Marquesas",
    "guadeloupe": "America/Guadeloupe",
    "guyane": "America/Cayenne",
    "saint-pierre-et-miquelon": "America/Miquelon",
}
CUTOFF_IN_PARIS = {
    "all": "2017-04-22 00:00",
    "reunion": "2017-04-21 22:00",
    "mayotte": "2017-04-21 23:00",
    "nouvelle-caledonie": "2017-04-21 15:00",
    "wallis-et-futuna": "2017-04-21 14:00",
    "polynesie-tahiti": "2017-04-21 12:00",
    "polynesie-marquises": "2017-04-21 11:30",
    "guadeloupe": "2017-04-21 06:00",
    "guyane": "2017-04-21 05:00",
    "saint-pierre-et-miquelon": "2017-04-21 04:00",
}
"""First moments of the silence, as docs/sources.md gives them."""


def campaign(cutoff: str) -> AuditInput:
    """Calls day and night to all territories, until a stop in Paris time."""
    world = {
        "lines": 6_000,
        "territories": {n: {"share": 0.1, "timezone": zone} for n, zone in ZONES.items()},
    }
    scenario = plain(
        world=world,
        answering={"machine": 0.3},
        campaign={"timezone": PARIS, "start": "2017-04-20 20:00", "cutoff": cutoff},
        dialing={"calls_per_second": "0.046", "channels": 50},
        amd={"on_machine": "leave_message"},
        message={"voicemail": "30 s"},
    )
    plan = build_plan(scenario, "only")
    log = CallLog(scenario)
    log.begin("only", plan)
    fast.run(plan, log.add)
    return log.end()


def test_a_stop_at_20_in_paris_breaks_the_eve_rule_in_seven_territories() -> None:
    data = campaign("2017-04-21 20:00")
    found = audit(data, load_regime("fr-electoral-silence"))
    result = found.result("l49-1")
    start, territory = data.calls.start_ms, data.calls.territory
    assert territory is not None
    (rows,) = found.violations()
    assert rows.territory is not None
    for code, name in enumerate(data.territories):
        late = (territory == code) & (start >= utc(CUTOFF_IN_PARIS[name], PARIS))
        assert np.count_nonzero(rows.territory == code) == np.count_nonzero(late), name
        assert late.any() == (name not in ("all", "reunion", "mayotte")), name
    assert result.first_ms is not None
    assert result.first_ms >= utc(CUTOFF_IN_PARIS["saint-pierre-et-miquelon"], PARIS)
    assert found.breaks_law


def test_the_law_would_have_left_metropolitan_france_four_hours_more() -> None:
    data = campaign("2017-04-22 00:00")
    found = audit(data, load_regime("fr-electoral-silence"))
    (rows,) = found.violations()
    assert rows.territory is not None
    broken = {data.territories[code] for code in np.unique(rows.territory)}
    assert broken == set(ZONES) - {"all"}
    # Messages left rightly that are heard on the eve are counted apart.
    result = found.result("l49-1")
    heard = data.calls.heard_ms
    assert heard is not None
    assert heard[heard != NEVER].min() > data.calls.start_ms.min()
    assert result.heard_inside


# ── Stored runs ──────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> tuple[Runnable, Path]:
    """A small run with two line types, two zones and two territories in one of them."""
    folder = tmp_path_factory.mktemp("run")
    file = folder / "small.yaml"
    file.write_text(SMALL, encoding="utf-8")
    loaded = load(file)
    run_scenario(loaded, calls=True, out=folder / "run")
    return loaded, folder / "run"


ANSWERING = """
      answering:
        invalid: 5 %
        busy: 5 %
        machine: 30 %
        human: 30 %
        no_answer: rest
        at_ring_timeout: 25 s
        human_ring: 5 s
        machine_ring: 15 s
"""
SMALL = f"""
format: 1
name: small
seed: 3
campaign: {{timezone: Europe/Paris, start: 2024-03-05 10:00, cutoff: 2024-03-06 20:00}}
world:
  lines: 3_000
  electorate: 10_000
  voters_per_line: 1.5
  territories:
    north: {{share: 30 %, timezone: Europe/Paris}}
    south: {{share: 30 %, timezone: Europe/Paris}}
    far: {{share: 40 %, timezone: Pacific/Marquesas}}
  line_types:
    landline:
      share: 60 %{ANSWERING}
    mobile:
      share: 40 %{ANSWERING}
  signalling: {{invalid: 4 s, busy: 4 s}}
  listening: 20 s
  press_1: 50 %
  press_1_delay: 3 s
  voicemail: {{greeting: 10 s, heard: 50 %, delay: 1 h, shared: 50 %}}
  consent:
    share: 40 %
    covers_calls: 80 %
    slot: {{length: 2 h, days: mon-fri, from: "10:00", to: "20:00"}}
    gathered: {{from: 2023-06-01 00:00, to: 2024-03-01 00:00}}
    withdrawn: 30 %
    until: 2024-03-08 00:00
  households: {{share: 30 %}}
  opting_out: {{at_start: 20 %, at_end: 20 %, delay: 2 s}}
  registers: {{bloctel: 10 %, internal: 5 %}}
  opposition: 20 %
dialing:
  channels: 50
  calls_per_second: 1
  ring_timeout: 25 s
  call_times: [{{days: all, from: "00:00", to: "24:00"}}]
attempts: {{lifetime: 2}}
recycle: {{busy: {{delay: 15 min}}, human: {{delay: 1 h}}}}
suppression: {{key_press: 2 h}}
amd: {{on_machine: leave_message, human_as_machine: 5 %, machine_as_human: 5 %}}
message: {{duration: 40 s, gate: press-1, voicemail: 30 s, opt_out: start, opt_out_key: true}}
base: one
strategies:
  one: {{}}
  two: {{message: {{gate: none, opt_out_key: false}}}}
"""


def same(data: AuditInput, live: AuditInput) -> None:
    """Two inputs hold the same; ring times are held by stored logs only."""
    for part in ("calls", "recipients", "optouts"):
        here, there = getattr(data, part), getattr(live, part)
        assert (here is None) == (there is None), part
        for name in () if here is None else here.__dataclass_fields__:
            a, b = getattr(here, name), getattr(there, name)
            if name in ("registers", "oppositions", "of_line"):
                assert {k: v.tolist() for k, v in a.items()} == {
                    k: v.tolist() for k, v in b.items()
                }
            elif name != "ring_ms":
                assert (a is None) == (b is None), name
                assert a is None or np.array_equal(a, b), name
    assert data.facts == live.facts
    assert (data.zones, data.territories) == (live.zones, live.territories)


def run_live(loaded: Runnable, strategy: str) -> tuple[AuditInput, FeedbackResult | None]:
    """A strategy's input while it runs, and what followed from its calls."""
    plan = build_plan(loaded.scenario, strategy, laws=loaded.laws)
    log = CallLog(loaded.scenario)
    log.begin(strategy, plan)
    followed = fast.run(plan, log.add).feedback
    return log.end(followed), followed


LIVELY = (
    SMALL.replace("opt_out: start", "call_back: true, opt_out: end")
    .replace("key_press: 2 h", "key_press: 2 h, refresh: 1 h")
    .replace(
        "  opposition: 20 %",
        """  opposition: 20 %
  complaints:
    per_million: 50_000
    casebook_effect: 1
    effects:
      {unanswered: 1, voicemail: 1, consented: 1, opposed: 1, night: 1, meal: 1, repeat: 1,
       after_opt_out: 1, objection_first: 1, silence: 1, labelled: 1, blocked: 1}
    night: {from: "21:00", to: "08:00"}
    delay: {law: exponential, mean: 2 h}
    channels: {regulator: 50 %, operator: 30 %, social: 10 %, press: 10 %}
  regulator:
    reviews: {timezone: Europe/Paris, days: all, at: "10:30"}
    thresholds: {contact: 1, reminder: 100_000, order: 200_000}
  call_back:
    {share: 30 %, delay: 30 min, handling: 1 min, opts_out: 50 %, redials: 50 %,
     redial_delay: 5 min}
inbound: {lines: 3}
reactions: {contact: [objection_first]}""",
    )
)
"""The same where people call back and complain, and the regulator makes contact."""


def test_a_stored_run_gives_what_the_log_gave_while_it_ran(stored: tuple[Runnable, Path]) -> None:
    loaded, folder = stored
    for data in read_run(folder):
        live, _ = run_live(loaded, data.name)
        same(data, live)
        assert (data.optouts is None) == (data.name == "two")


def test_a_stored_run_tells_who_called_back_complained_and_what_the_regulator_did(
    tmp_path: Path,
) -> None:
    file = tmp_path / "lively.yaml"
    file.write_text(LIVELY, encoding="utf-8")
    loaded = load(file)
    run_scenario(loaded, calls=True, out=tmp_path / "run")
    for data in read_run(tmp_path / "run"):
        live, followed = run_live(loaded, data.name)
        same(data, live)
        assert followed is not None
        assert data.optouts is not None
        keys = (followed.opt_out_by == OptOutBy.KEY).any()
        assert keys == (data.name == "one")
        assert {OptOutBy.CALL_BACK, OptOutBy.COMPLAINT} <= set(followed.opt_out_by.tolist())
        assert len(data.optouts.line) == len(followed.opt_out_line)
        first = data.calls.objection_first
        assert followed.stages
        assert first is not None
        steps = [
            at + build_plan(loaded.scenario, data.name, laws=loaded.laws).start_utc_ms
            for at, *_ in followed.stages
        ]
        assert np.array_equal(first, data.calls.start_ms >= steps[0])


def test_what_a_run_s_calls_came_to(stored: tuple[Runnable, Path]) -> None:
    _, folder = stored
    gated, free = read_run(folder)
    for data in (gated, free):
        calls: Any = data.calls
        assert (calls.delivered <= calls.connected).all()
        assert (calls.person <= calls.connected).all()
        assert (calls.abandoned <= calls.person).all()
        assert calls.abandoned.any()
        assert not (calls.rang_out & calls.connected).any()
        assert (calls.end_ms > calls.start_ms).all()
        assert (calls.heard_ms[calls.heard_ms != NEVER] > calls.start_ms.min()).all()
    assert gated.calls.pressed is not None
    assert gated.calls.pressed.any()
    assert free.calls.pressed is not None
    assert not free.calls.pressed.any()


def test_rules_on_what_the_model_does_not_hold_are_not_assessed(
    stored: tuple[Runnable, Path],
) -> None:
    one, two = read_run(stored[1])
    found = audit(one, load_regime("us-tcpa-political"))
    assert found.result("honour-opt-out").status == "not_in_force"
    assert found.result("cap-landline").assessed
    # How soon the key is offered is not said; without a key there is nothing to ask.
    assert found.result("opt-out-key").status == "not_assessable"
    keyless = audit(two, load_regime("us-tcpa-political")).result("opt-out-key")
    assert keyless.violations == keyless.calls > 0
    consumer = audit(two, load_regime("fr-consumer-2023"))
    assert consumer.result("pause-after-refusal").reason == "opt-outs are not known"
    assert consumer.result("bloctel").violations > 0


def test_key_presses_are_refusals_from_the_end_of_their_call(stored: tuple[Runnable, Path]) -> None:
    """The caller leaves a line alone two hours later, and calls some once more before."""
    loaded, folder = stored
    (data,) = read_run(folder, ["one"])
    plan = build_plan(loaded.scenario, "one", laws=loaded.laws)
    chunks: list[LogChunk] = []
    fast.run(plan, lambda chunk: chunks.append(chunk.copy()))
    log = concatenate(chunks)
    refused: dict[int, int] = {}
    late = 0
    presses = []
    for line, start, hold, key in zip(
        *(c.tolist() for c in (log.line, log.start_ms, log.hold_ms, log.opted_out)), strict=True
    ):
        late += start >= refused.get(line, NEVER)
        if key:
            presses.append((plan.start_utc_ms + start + hold, line))
            refused.setdefault(line, start + hold)
    optouts = data.optouts
    assert optouts is not None
    wanted = [list(column) for column in zip(*sorted(presses), strict=True)]
    assert [optouts.at_ms.tolist(), optouts.line.tolist()] == wanted
    assert len(presses) > 50
    found = audit(data, load_regime("fr-consumer-2023")).result("pause-after-refusal")
    assert found.violations == late > 0


def test_dates_of_consents_are_the_world_s(stored: tuple[Runnable, Path]) -> None:
    loaded, folder = stored
    (data,) = read_run(folder, ["one"])
    people = build_plan(loaded.scenario, "one", laws=loaded.laws).population
    known = data.recipients
    assert known is not None
    gave = people.consent == 1
    assert known.consent_from_ms is not None
    assert known.consent_until_ms is not None
    assert (known.consent_from_ms[gave] < utc("2024-03-01 00:00")).all()
    assert known.consent_given is not None
    np.testing.assert_array_equal(known.consent_given, gave)
    assert (known.consent_until_ms[known.consent_until_ms != NEVER] > utc("2023-06-01")).all()
    start, line = data.calls.start_ms, data.calls.line
    held = gave[line] & (known.consent_from_ms[line] <= start)
    held &= start < known.consent_until_ms[line]
    found = audit(data, regime({"kind": "consent"})).result("rule-0")
    assert found.violations == np.count_nonzero(~held) > np.count_nonzero(~gave[line])


# ── Objections beside the key ────────────────────────────────────────────────────────────────────


def feedback(
    objections: Sequence[tuple[int, int, OptOutBy]] = (),
    steps: tuple[tuple[int, int, int], ...] = (),
) -> FeedbackResult:
    """What followed from some calls: objections of (moment, line, by), steps of the regulator."""
    empty: dict[str, Any] = {
        field.name: np.empty(0, dtype=np.int64) for field in fields(FeedbackResult)
    }
    at, line, by = ([entry[k] for entry in objections] for k in range(3))
    return FeedbackResult(
        **{
            **empty,
            "opt_out_ms": np.array(at, dtype=np.int64),
            "opt_out_line": np.array(line, dtype=np.int32),
            "opt_out_by": np.array(by, dtype=np.uint8),
            "stages": steps,
            "labelled": (),
            "labelled_calls": 0,
            "reference_weight": 0,
        }
    )


CALL_BACK = {
    "share": 0.5,
    "delay": "1 h",
    "handling": "1 min",
    "opts_out": 0.5,
    "redials": 0.5,
    "redial_delay": "1 min",
}


def test_objections_by_call_back_and_complaint_count_beside_the_key() -> None:
    message = {"opt_out": "start", "opt_out_key": True, "call_back": True, "voicemail": "20 s"}
    scenario = plain(
        world={"lines": 50, "opting_out": {"at_start": 0.5, "at_end": 0.5, "delay": "1 s"}},
        message=message,
    )
    plan = build_plan(scenario, "only")
    both = scenario.model_copy(
        update={
            "world": scenario.world.model_copy(
                update={"call_back": CallBack.model_validate(CALL_BACK)}
            )
        }
    )

    def finished(of: Scenario, followed: FeedbackResult | None) -> AuditInput:
        log = CallLog(of)
        log.begin("only", plan)
        fast.run(plan, log.add)
        return log.end(followed)

    start = plan.start_utc_ms
    keys = finished(scenario, None).optouts
    assert keys is not None
    assert len(keys.line) > 5
    followed = feedback(
        [(5, 7, OptOutBy.CALL_BACK), (6, 3, OptOutBy.KEY), (9, 2, OptOutBy.COMPLAINT)]
    )
    every = finished(both, followed).optouts
    assert every is not None
    assert every.line.tolist() == [7, 2, *keys.line.tolist()]
    assert every.at_ms.tolist() == [start + 5, start + 9, *keys.at_ms.tolist()]
    # Where people may object in ways that are not told, it is not known who did.
    assert finished(both, None).optouts is None


def test_a_notice_that_a_reaction_puts_first_counts_from_then_on() -> None:
    scenario = plain(
        world={"lines": 400},
        dialing={"calls_per_second": "1"},
        message={"opt_out": "end"},
        reactions={
            "contact": ["objection_first"],
            "reminder": ["objection_first", "narrow_hours"],
            "order": ["carry_on"],
        },
    )
    plan = build_plan(scenario, "only")

    def offered(*steps: tuple[int, int, int]) -> AuditInput:
        log = CallLog(scenario)
        log.begin("only", plan)
        fast.run(plan, log.add)
        return log.end(feedback(steps=steps))

    rule = {"kind": "message", "requires": ["opt_out_at_start"]}
    every = list(range(400))
    assert breaking(offered(), rule) == every
    assert breaking(offered((100_000, 1, 5)), rule) == every[:100]
    assert breaking(offered((100_000, 1, 5), (200_000, 2, 9)), rule) == every[:100]
    assert breaking(offered((100_000, 2, 5), (300_000, 3, 9)), rule) == [
        *every[:100],
        *every[300:],
    ]
    assert breaking(offered((100_000, 3, 99)), rule) == every
    note = only(audit(offered((100_000, 1, 5)), regime(rule))).notes
    assert "some calls told of the right to object at their start" in note


def test_what_cannot_be_audited(stored: tuple[Runnable, Path], tmp_path: Path) -> None:
    loaded, folder = stored
    with pytest.raises(UnknownNameError, match="no strategy 'three'; allowed: one, two"):
        list(read_run(folder, ["three"]))
    run_scenario(loaded, strategies=["one"], out=tmp_path / "run")
    with pytest.raises(RunDirectoryError, match="--calls"):
        list(read_run(tmp_path / "run"))
