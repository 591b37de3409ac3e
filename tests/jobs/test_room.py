"""What does not fit is refused before it starts, and the estimate is near what a run takes."""

from __future__ import annotations

import resource
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest

from sim.errors import DoesNotFitError
from sim.jobs import room
from sim.jobs.room import Need, need_of, see_that_it_fits
from sim.loading.load import load
from sim.scenario.scale import scale_scenario
from tests.cli.conftest import FRANCE, PROGRAM, environment

WITHIN = 1.6
"""Factor within which the estimate holds the growth of memory of a run."""

MEASURE = """
import re, sys
from fractions import Fraction
from sim.jobs.room import need_of
from sim.jobs.run import run_scenario
from sim.jobs.scaling import scaled_down
from sim.loading.load import load
loaded = load(sys.argv[1])
# Not ru_maxrss, which a process takes over from the one that started it.
used = lambda: 1024 * int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])
before = used()
share = Fraction(1, 12)
run_scenario(loaded, strategies=["as-run"], scale=share, out=sys.argv[2])
scaled = scaled_down(loaded.scenario, share, loaded.laws, ['as-run']).scenario
print(used() - before, need_of(scaled, ["as-run"], calls=False, laws=loaded.laws).memory)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="counts in kilobytes on Linux alone")
def test_the_estimate_is_near_what_a_run_takes(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(FRANCE), str(tmp_path / "run")],
        capture_output=True,
        text=True,
        check=True,
    )
    taken, estimated = map(int, done.stdout.split()[-2:])
    assert taken / WITHIN < estimated < taken * WITHIN


def test_lines_and_calls_count() -> None:
    """By hand: six million lines, one call each, at most, and two regimes or none."""
    loaded = load(FRANCE)
    full, laws = loaded.scenario, loaded.laws
    lines = full.world.lines
    without = full.model_copy(update={"regimes": ()})
    assert need_of(without, ["as-run"], calls=False) == Need(
        room.FIXED + lines * room.PER_LINE,
        room.DISK_FIXED,
        room.FIXED,
        further=room.FIXED + lines * (room.PER_LINE - room.PER_LINE_SHARED),
    )
    whole = need_of(full, ["as-run"], calls=True, laws=laws)
    assert whole.fixed == room.FIXED + room.LOG_FIXED
    assert whole.memory == whole.fixed + lines * (room.PER_LINE + room.PER_AUDITED_CALL)
    assert whole.disk == room.DISK_FIXED + lines * (room.DISK_PER_CALL + room.DISK_PER_LINE)
    # Measured: 0.80 GB with what the program has by itself, 0.25 GB.
    assert whole.memory == pytest.approx(0.80e9 - 0.25e9, rel=0.1)
    tenth, _ = scale_scenario(full, Fraction(1, 10))
    small = need_of(tenth, ["as-run"], calls=True, laws=laws)
    assert 10 * (small.memory - small.fixed) == whole.memory - whole.fixed


def test_a_rule_on_several_calls_keeps_the_log() -> None:
    """In 2017 no cap is in force yet; the strategy of today's rules calls under one."""
    loaded = load(FRANCE)
    full, laws = loaded.scenario, loaded.laws
    made = {name: room.calls_of(full, name) for name in ("as-run", "consumer-rules")}
    as_run, today = (need_of(full, [name], calls=False, laws=laws) for name in made)
    rest = room.FIXED + full.world.lines * room.PER_LINE
    assert as_run.memory == rest + made["as-run"] * room.PER_AUDITED_CALL
    both = room.PER_AUDITED_CALL + room.PER_KEPT_CALL
    assert today.memory == rest + made["consumer-rules"] * both
    assert need_of(full, ["as-run"], calls=False).memory == rest + made["as-run"] * both


@pytest.mark.parametrize(
    ("memory", "disk", "words"),
    [
        (None, None, None),
        (2_000_000_000, 2_000_000_000, None),
        (540_000_000, None, "1.00 GB of memory, 0.54 GB are free; nothing was run; --scale 50%"),
        (1, None, "0.00 GB are free; nothing was run; not even a small scale fits"),
        (None, 100_000_000, "0.50 GB on disk, 0.10 GB are free; nothing was run; --scale 18%"),
    ],
)
def test_what_is_said(
    monkeypatch: pytest.MonkeyPatch, memory: int | None, disk: int | None, words: str | None
) -> None:
    """At 50 %: (0.54 − 0.073) ÷ (1 − 0.073) = 0.503. On disk: (0.1 − 0.0084) ÷ 0.4916 = 0.186."""
    monkeypatch.setattr(room, "free_memory", lambda: memory)
    monkeypatch.setattr(room, "free_disk", lambda _: disk)
    need = Need(10**9, 5 * 10**8, 73_000_000)
    if words is None:
        see_that_it_fits(need, Path(), Fraction(1))
        return
    with pytest.raises(DoesNotFitError) as refused:
        see_that_it_fits(need, Path(), Fraction(1))
    assert words in str(refused.value)


def test_sixty_million_lines_under_a_limit_of_three_gibibytes(tmp_path: Path) -> None:
    most = 3 << 30
    done = subprocess.run(
        [str(PROGRAM), "run", str(FRANCE), "--set", "world.lines=60_000_000", "--out", "run"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        encoding="utf-8",
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (most, most)),
    )
    assert done.returncode == 2, done.stderr
    assert "Error: the run takes about " in done.stderr
    assert "nothing was run; --scale " in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_console_tells_of_time_by_the_same_speed() -> None:
    from analysis.console import verdict

    assert verdict.CALLS_A_SECOND == room.CALLS_A_SECOND
