"""A store with a run and with what does not belong there, for the tests of the dashboard."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
STRATEGIES = ("as-run", "three-attempts", "cnil-compliant")


@pytest.fixture(scope="session")
def france(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of three strategies of the shipped campaign, with its calls."""
    from sim.jobs.run import run_scenario
    from sim.loading.load import load

    loaded = load(ROOT / "scenarios" / "france-2017.yaml")
    out = tmp_path_factory.mktemp("france") / "france"
    return run_scenario(
        loaded, strategies=STRATEGIES, scale=0.002, calls=True, out=out, argv=["ringfence", "run"]
    ).path


@pytest.fixture(scope="session")
def store(france: Path, scenario_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a folder may hold: a run, a study, a torn run, one of a newer format, and strangers."""
    from sim.jobs.study import run_study
    from sim.loading.load import load

    folder = tmp_path_factory.mktemp("store")
    run_study(load(scenario_file), 3, out=folder / "study", jobs=1)
    shutil.copytree(france, folder / "france")
    shutil.copytree(france, folder / "torn")
    (folder / "torn" / "timeline.parquet").write_bytes(b"half")
    shutil.copytree(france, folder / "newer")
    manifest = json.loads((folder / "newer" / "manifest.json").read_text("utf-8"))
    manifest["format_version"] = 99
    (folder / "newer" / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (folder / "notes.txt").write_text("bread, milk", encoding="utf-8")
    (folder / "holiday").mkdir()
    (folder / "away").symlink_to(france)
    (folder / ".france.partial-00000000-1-0").mkdir()
    return folder
