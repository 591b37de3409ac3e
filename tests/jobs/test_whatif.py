"""What a study says of other values: the very readings that runs of these values give."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from sim.jobs.study import run_study
from sim.jobs.whatif import Whatif, whatif
from sim.loading.load import load
from sim.store.study import Study


@pytest.fixture(scope="module")
def asked(scenario_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Whatif:
    study = run_study(load(scenario_file), 3, out=tmp_path_factory.mktemp("w") / "study", jobs=1)
    return whatif(study)


def test_in_the_middle_it_is_the_central_run(asked: Whatif) -> None:
    study: Study = asked.study
    lines = study.drawn(0).found["all-channels"].cases.lines.astype(float)
    left = np.arange(lines.shape[1])
    heard, voters, shared = 1 - 0.4**left, 1.5, 0.3
    people = lines[1].sum() + (heard * lines[1]).sum() * shared * (voters - 1)
    people += (heard * lines[0]).sum() * (shared * voters + (1 - shared))
    told = asked.tell("all-channels", {})
    assert told.people.central == pytest.approx(people)
    assert told.people.p5 < told.people.p50 < told.people.p95
    assert told.complaints is None


def test_an_input_that_is_read_moves_exactly(asked: Whatif) -> None:
    """The 95 % point of the share of voicemails heard is 90 %, as the scenario says."""
    lines = asked.study.drawn(0).found["all-channels"].cases.lines.astype(float)
    left = np.arange(lines.shape[1])
    heard, voters, shared = 1 - 0.1**left, 1.5, 0.3
    people = lines[1].sum() + (heard * lines[1]).sum() * shared * (voters - 1)
    people += (heard * lines[0]).sum() * (shared * voters + (1 - shared))
    told = asked.tell("all-channels", {"world.voicemail.heard": 0.95})
    assert told.people.central == pytest.approx(people, rel=1e-6)
    assert not told.interpolated


def test_few_draws_give_no_surface_and_what_places_is_refused(asked: Whatif) -> None:
    kinds = {dial.path: dial.kind for dial in asked.dials("all-channels")}
    assert kinds["world.voicemail.heard"] == "exact"
    human = next(path for path in kinds if path.endswith("answering.human"))
    assert kinds[human] == "refused"
    still, moved = (asked.tell("all-channels", m).people for m in ({}, {human: 0.9}))
    assert moved == still


def test_settings_are_what_a_scenario_takes(asked: Whatif, scenario_file: Path) -> None:
    settings = asked.settings({"world.voicemail.heard": 0.95})
    assert settings == {"world.voicemail.heard": "90 %"}
    again = load(scenario_file, [f"{path}={value}" for path, value in settings.items()])
    assert float(again.scenario.world.voicemail.heard.central) == pytest.approx(0.9)
    assert asked.effective == Fraction(1)
