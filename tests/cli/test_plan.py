"""``ringfence plan``: a screen, a page, an exit code."""

from __future__ import annotations

import json
from pathlib import Path

from sim.store.experiment import load_experiment
from tests.cli.conftest import Command
from tests.small_run import TEXT


def test_a_screen_and_a_page(ringfence: Command, here: Path) -> None:
    (here / "small.yaml").write_text(TEXT, encoding="utf-8")
    arguments = ("plan", "small.yaml", "--for", "finish before cutoff", "--probability", "50%",
                 "--draws", "2", "--scale", "30%", "--screen", "30%", "--jobs", "1",
                 "--solve", "dialing.channels")  # fmt: skip
    answer = ringfence(*arguments, "--between", "1..8", "--html", "page.html")
    assert answer.code == 0
    lines = answer.out.splitlines()
    assert max(len(line) for line in lines if not line.startswith(("kept in", "page: "))) <= 80
    assert "is enough to finish before cutoff in 50 %" in " ".join(lines)
    assert "Confirmed" in answer.out
    assert 'id="law-of-root"' in Path("page.html").read_text("utf-8")
    short = ringfence(*arguments, "--between", "1..2", "--progress", "json")
    assert short.code == 1
    far = [json.loads(line) for line in short.err.splitlines() if line.startswith("{")]
    assert (far[0]["share"], far[-1]["state"]) == (0.0, "done")
    assert "cannot be met in 50 % of draws by dialing.channels" in " ".join(short.out.splitlines())
    kept = [load_experiment(folder) for folder in Path("runs").iterdir()]
    assert sorted(one["met"] for one in kept) == [False, True]
    small = ("--scale", "10%", "--screen", "10%", "--points", "2", "--budget", "cost <= 40")
    both = ringfence(
        *(*arguments, *small, "--solve", "world.lines"),
        *("--between", "20..60", "--between", "1500..6000", "--html", "two.html"),
    )
    assert both.code in (0, 1)
    assert "dialing.channels  world.lines  budget  people reached  cost" in both.out
    assert 'id="plan-frontier"' in Path("two.html").read_text("utf-8")
    for more, said in (
        (("--budget", "cost <= 40"), "a budget goes with two keys"),
        (("--points", "3"), "points go with two keys"),
        (("--between", "1..2", "--between", "1..2"), "more ranges than keys"),
        (("--solve", "a", "--solve", "b"), "one key or two"),
        (("--solve", "world.line"), "did you mean 'world.lines'"),
    ):
        refused = ringfence(*arguments, *more)
        assert refused.code == 2
        assert said in refused.err
    wrong = ringfence("plan", "small.yaml", "--for", "soon", "--solve", "dialing.channels")
    assert wrong.code == 2
