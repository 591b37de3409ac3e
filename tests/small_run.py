"""A small scenario file and its run: fixtures that the tests of several rooms share.

The simulator is imported where a run is wanted: every test process loads this file, few need it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import feedback_world

TEXT = """\
format: 1
name: small
question: Does it hold?
seed: 11
world:
  lines: 3_000
  electorate: 24_000
  voters_per_line: {low: 1.0, central: 1.5, high: 2.2, source: assumed}
  territories:
    mainland: {share: 90 %, timezone: Europe/Paris, holidays: FR}
    reunion: {share: 10 %, timezone: Indian/Reunion, holidays: FR-974}
  line_types:
    landline:
      share: 100 %
      answering:
        invalid: 3 %
        busy: 4 %
        no_answer: rest
        machine: 32 %
        human: {low: 22 %, central: 33 %, high: 45 %}
        at_ring_timeout: 25 s
        human_ring: {law: lognormal, median: 9 s, p90: 18 s}
        machine_ring: 20 s
        source: assumed
  signalling: {invalid: 3 s, busy: 3 s}
  listening: {law: survival, points: {6 s: 80 %, 19 s: 55 %, 60 s: 25 %}}
  press_1: 50 %
  press_1_delay: {law: uniform, shortest: 2 s, longest: 8 s}
  voicemail:
    greeting: {law: lognormal, median: 10 s, p90: 20 s}
    heard: {low: 30 %, central: 60 %, high: 90 %, source: assumed}
    delay: {law: exponential, mean: 6 h}
    shared: 30 %
campaign: {timezone: Europe/Paris, start: 2017-04-20 10:00, cutoff: 2017-04-21 12:00}
dialing:
  channels: 6
  calls_per_second: 1
  ring_timeout: 25 s
  call_times: [{days: mon-fri, from: "10:00", to: "18:00"}]
attempts: {lifetime: 2}
recycle: {busy: {delay: 15 min}, no_answer: {delay: 1 h}}
amd: {on_machine: leave_message, analysis_time: 2 s, human_as_machine: 5 %, machine_as_human: 5 %}
message: {duration: 45 s, gate: press-1, voicemail: 30 s}
prices: {per_line_dialled: 0.010 EUR}
base: all-channels
strategies:
  all-channels: {}
  half-the-channels: {dialing: {channels: 3}, reached_when: {voicemail: left}}
"""


@pytest.fixture(scope="session")
def scenario_text() -> str:
    return TEXT


@pytest.fixture(scope="session")
def scenario_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("scenario") / "small.yaml"
    file.write_text(TEXT, encoding="utf-8")
    return file


@pytest.fixture(scope="session")
def loaded(scenario_file: Path):
    from sim.loading.load import load

    return load(scenario_file)


@pytest.fixture(scope="session")
def acting_back(tmp_path_factory: pytest.TempPathFactory):
    """A scenario in which everything acts back."""
    file = tmp_path_factory.mktemp("scenario") / "acting-back.yaml"
    from sim.loading.load import load

    file.write_text(feedback_world.TEXT, encoding="utf-8")
    return load(file)


@pytest.fixture(scope="session")
def followed(acting_back, tmp_path_factory: pytest.TempPathFactory):
    """Its run with the call log; tests leave it as it is."""
    from sim.jobs.run import run_scenario

    return run_scenario(acting_back, out=tmp_path_factory.mktemp("runs") / "back", calls=True)


@pytest.fixture(scope="session")
def outcome(loaded, tmp_path_factory: pytest.TempPathFactory):
    """One run with its call log; tests leave it as it is."""
    from sim.jobs.run import run_scenario

    return run_scenario(loaded, out=tmp_path_factory.mktemp("runs") / "one", calls=True)


@pytest.fixture(scope="session")
def small_study(loaded, tmp_path_factory: pytest.TempPathFactory):
    """A study of it, 32 draws at a tenth; tests leave it as it is."""
    from sim.jobs.study import run_study

    folder = tmp_path_factory.mktemp("studies") / "small"
    return run_study(loaded, 32, scale=0.1, out=folder, jobs=1)
