"""A store with a run and with what does not belong there, for the tests of the dashboard."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.small_run import TEXT

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


LINES = 12_000
"""So many that a surface through the draws of one strategy is sure enough, whatever their luck."""


def sure_text(strategies: int) -> str:
    """The small scenario with more lines, and strategies that each have fewer channels."""
    head, _, _ = TEXT.partition("strategies:")
    for old, new in (
        ("lines: 3_000", f"lines: {LINES}"),
        ("electorate: 24_000", f"electorate: {8 * LINES}"),
        ("channels: 6", f"channels: {LINES // 500}"),
        ("calls_per_second: 1", f"calls_per_second: {LINES // 3000}"),
    ):
        assert old in head
        head = head.replace(old, new)
    fewer = (f"  channels-{n}: {{dialing: {{channels: {n}}}}}\n" for n in range(2, strategies + 1))
    return f"{head}strategies:\n  all-channels: {{}}\n{''.join(fewer)}"


def sure_study(folder: Path, strategies: int) -> Path:
    """A study of 32 draws into ``folder/study``: a surface of the base, and none of the next.

    Where a strategy has a surface, the page *What if* interpolates; where not, its slider stays.
    """
    from sim.jobs.study import run_study
    from sim.loading.load import load

    file = folder / "small.yaml"
    file.write_text(sure_text(strategies), encoding="utf-8")
    made = run_study(load(file), 32, out=folder / "study", jobs=1)
    told = made.answer["strategies"]
    assert told["all-channels"]["surfaces"]["people_reached"]["error"] < 0.02
    assert told["channels-2"]["surfaces"]["people_reached"]["refused"]
    file.unlink()
    return made.path


HEARD, CHANNELS = (20, 50, 80), (30, 60, 90)
"""What the sweep tries of two keys: shares in per cent, and channels."""


def people(strategy: str, heard: int, channels: int) -> float:
    """What a point of the sweep reaches, P50; P5 and P95 are a tenth to either side.

    ``few`` gains more by channels: both strategies reach as many at 60, whatever is heard.
    """
    steep = 2 if strategy == "few" else 1
    return float(100 * heard + heard * steep * (channels - 60))


def sweep_told() -> dict[str, Any]:
    """What ``ringfence sweep --json`` prints, of numbers that can be worked out by hand."""

    def spread(value: float) -> dict[str, float]:
        return {"p5": 0.9 * value, "p50": value, "p95": 1.1 * value}

    def one(strategy: str, heard: int, channels: int) -> dict[str, Any]:
        return {
            "people_reached": spread(people(strategy, heard, channels)),
            "complaints": None,
            "cost": spread(7.0 * channels),
            "attempts": spread(9_000.0),
            "finished": 1.0,
            "metrics": {},
            "read": False,
        }

    return {
        "schema": "ringfence-sweep/1",
        "scenario": "small",
        "vary": {
            "world.voicemail.heard": [f"{heard} %" for heard in HEARD],
            "dialing.channels": [str(channels) for channels in CHANNELS],
        },
        "strategies": ["many", "few"],
        "draws": 4,
        "readings": 256,
        "points_run": len(HEARD) * len(CHANNELS),
        "folder": "runs/map",
        "points": [
            {
                "settings": {
                    "world.voicemail.heard": f"{heard} %",
                    "dialing.channels": str(channels),
                },
                "x": None,
                "strategies": {name: one(name, heard, channels) for name in ("many", "few")},
            }
            for heard in HEARD
            for channels in CHANNELS
        ],
        "marginal": {},
        "break_even": {},
        "frontier": None,
    }


PLAN_TOLD = {
    "schema": "ringfence-plan/1",
    "scenario": "small",
    "strategy": "many",
    "for": "finish before cutoff",
    "probability": 0.75,
    "solve": "dialing.channels",
    "unit": "",
    "between": [1.0, 8.0],
    "more_helps": True,
    "met": True,
    "answer": 5.0,
    "screened": 5.0,
    "interval": None,
    "today": {"value": 6.0, "share": 0.75},
    "roots": [3.0, None, 5.0, 2.0],
    "root": {"p5": 2.1, "p50": 3.0, "p95": 4.8},
    "not_met_in": 0.25,
    "turning_back": [],
    "confirmed": [{"value": 5.0, "held": 3, "draws": 4}],
    "binding": [],
    "asks_for_more": [],
    "folder": "runs/enough",
}
"""What ``ringfence plan --json`` prints: 2, 3, 5 and none are enough in four draws."""


def experiments(folder: Path) -> None:
    """A sweep over two keys and a plan, as their commands keep them."""
    from sim.store.experiment import keep

    keep(folder / "map", sweep_told())
    keep(folder / "enough", PLAN_TOLD)


@pytest.fixture(scope="session")
def store(france: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a folder may hold: a run, a study, experiments, what is torn or newer, and strangers."""
    folder = tmp_path_factory.mktemp("store")
    sure_study(folder, 2)
    experiments(folder)
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
