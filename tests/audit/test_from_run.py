"""What the simulator did, held against law: the stop at 20:00 in Paris, and stored runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.audit.auditor import audit
from sim.audit.from_run import CallLog, RunInputError, read_run
from sim.audit.tables import NEVER, AuditInput
from sim.engine import fast
from sim.engine.build import build_plan
from sim.regimes.load import load_regime
from sim.results.errors import RunDirectoryError
from sim.run import run_scenario
from sim.scenario.load import Loaded, load_scenario
from tests.audit.build import PARIS, utc
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
    log = CallLog(scenario, "only", plan)
    fast.run(plan, log.add)
    return log.finish()


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
def stored(tmp_path_factory: pytest.TempPathFactory) -> tuple[Loaded, Path]:
    """A small run with two line types, two zones and two territories in one of them."""
    folder = tmp_path_factory.mktemp("run")
    file = folder / "small.yaml"
    file.write_text(SMALL, encoding="utf-8")
    loaded = load_scenario(file)
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
  consent: {{share: 40 %, slot: {{length: 2 h, days: mon-fri, from: "10:00", to: "20:00"}}}}
  registers: {{bloctel: 10 %, internal: 5 %}}
  opposition: 20 %
dialing:
  channels: 50
  calls_per_second: 1
  ring_timeout: 25 s
  call_times: [{{days: all, from: "00:00", to: "24:00"}}]
attempts: {{lifetime: 2}}
recycle: {{busy: {{delay: 15 min}}}}
amd: {{on_machine: leave_message, human_as_machine: 5 %, machine_as_human: 5 %}}
message: {{duration: 40 s, gate: press-1, voicemail: 30 s, opt_out: start, opt_out_key: true}}
base: one
strategies:
  one: {{}}
  two: {{message: {{gate: none}}}}
"""


def test_a_stored_run_gives_what_the_log_gave_while_it_ran(stored: tuple[Loaded, Path]) -> None:
    loaded, folder = stored
    for data in read_run(folder):
        plan = build_plan(loaded.scenario, data.name)
        log = CallLog(loaded.scenario, data.name, plan)
        fast.run(plan, log.add)
        live = log.finish()
        for part in ("calls", "recipients"):
            here, there = getattr(data, part), getattr(live, part)
            for name in here.__dataclass_fields__:
                a, b = getattr(here, name), getattr(there, name)
                if name in ("registers", "oppositions"):
                    assert {k: v.tolist() for k, v in a.items()} == {
                        k: v.tolist() for k, v in b.items()
                    }
                elif name != "ring_ms":  # only stored logs hold it
                    assert (a is None) == (b is None), name
                    assert a is None or np.array_equal(a, b), name
        assert data.facts == live.facts
        assert (data.zones, data.territories) == (live.zones, live.territories)


def test_what_a_run_s_calls_came_to(stored: tuple[Loaded, Path]) -> None:
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
    stored: tuple[Loaded, Path],
) -> None:
    (data,) = read_run(stored[1], ["one"])
    found = audit(data, load_regime("us-tcpa-political"))
    assert found.result("honour-opt-out").status == "not_in_force"
    assert found.result("cap-landline").assessed
    assert found.result("opt-out-key").status == "not_assessable"
    consumer = audit(data, load_regime("fr-consumer-2023"))
    assert consumer.result("pause-after-refusal").reason == "opt-outs are not known"
    assert consumer.result("bloctel").violations > 0


def test_what_cannot_be_audited(stored: tuple[Loaded, Path], tmp_path: Path) -> None:
    loaded, folder = stored
    with pytest.raises(RunInputError, match="no strategy 'three'; it has one, two"):
        list(read_run(folder, ["three"]))
    run_scenario(loaded, strategies=["one"], out=tmp_path / "run")
    with pytest.raises(RunDirectoryError, match="--calls"):
        list(read_run(tmp_path / "run"))
