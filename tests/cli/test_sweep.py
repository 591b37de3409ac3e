"""``ringfence sweep``: a screen, a document, a page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sim.store.experiment import load_experiment
from tests.cli.conftest import Command
from tests.small_run import TEXT


@pytest.fixture
def small(here: Path) -> Path:
    (here / "small.yaml").write_text(TEXT, encoding="utf-8")
    return here / "small.yaml"


def test_a_screen_and_a_page(ringfence: Command, small: Path) -> None:
    arguments = ("sweep", "small.yaml", "--scale", "20%", "--vary")
    answer = ringfence(*arguments, "world.voicemail.heard=20 %..80 %:4", "--html", "page.html")
    assert answer.code == 0
    lines = answer.out.splitlines()
    assert max(len(line) for line in lines if not line.startswith(("kept in", "page: "))) <= 80
    assert lines[0] == "small · world.voicemail.heard at 4 points, one run, read at each"
    assert "One more" in answer.out
    assert 'id="response"' in Path("page.html").read_text("utf-8")
    two = ringfence(*arguments, "dialing.channels=3,6", "--vary", "attempts.lifetime=1,2", "--json",
                    "--progress", "json", "--html", "map.html")  # fmt: skip
    assert len(json.loads(two.out)["points"]) == 4
    far = [json.loads(line) for line in two.err.splitlines() if line.startswith("{")]
    assert list(dict.fromkeys(one["number"] for one in far)) == [1, 2, 3, 4]
    assert [one["share"] for one in far] == sorted(one["share"] for one in far)
    assert far[0]["step"] == "dialing.channels 3, attempts.lifetime 1"
    kept = load_experiment(Path(json.loads(two.out)["folder"]))
    assert kept == json.loads(two.out)
    assert "contour" in Path("map.html").read_text("utf-8")


def test_bad_input(ringfence: Command, small: Path) -> None:
    answer = ringfence("sweep", "small.yaml", "--vary", "dialing.chanels=1,2")
    assert answer.code == 2
    assert "did you mean 'dialing.channels'" in answer.err
    assert ringfence("sweep", "small.yaml").code == 2
