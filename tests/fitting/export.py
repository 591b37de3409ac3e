"""A simulated log as a dialer would export it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np

from sim.fitting.dials import HUMAN, MACHINE, NO_ANSWER, Dials
from tests.fitting.stays import patience
from tests.intake.samples import key_file, ringfence

FIRST_DAY = (dt.date(2024, 5, 13) - dt.date(1970, 1, 5)).days
"""From the Monday of the simulation to one of 2024."""
STAY = (0.9, 0.6)
MESSAGE_S = 25.0
CODES = ("INV", "BUSY", "NA", "AM", "PERSON")
MAPPING = """\
format: 1
name: a made-up dialer
line: {columns: number}
start: {columns: began, layout: "%Y-%m-%d %H:%M:%S"}
end: [{after: {column: took}}]
ring: [{column: rang, unit: ms}]
disposition:
  code: code
  values: {INV: invalid, BUSY: busy, NA: no_answer, AM: machine, PERSON: human}
"""


def export(dials: Dials, path: Path) -> Path:
    """Write a log; numbers are of a range kept for fiction, which has ten thousand.

    Of people :data:`STAY` are there after 6 and 19 s; machines are talked to for half a minute.
    """
    rows = ["number,began,rang,took,code"]
    stays = patience(np.random.default_rng(9), STAY, len(dials.line))
    for k in range(len(dials.line)):
        # The stamps of the simulation are those of the recipients' clock.
        began = dt.datetime.fromtimestamp(dials.start[k] / 1000, dt.UTC) + dt.timedelta(
            days=FIRST_DAY
        )
        ring = "" if np.isnan(dials.ring[k]) else f"{dials.ring[k]:.0f}"
        took = 30.0 + 30 * (dials.outcome[k] == MACHINE)
        if dials.outcome[k] == HUMAN:
            took = dials.ring[k] / 1000 + min(stays[k], MESSAGE_S)
        number = f"+3319900{dials.line[k]:04}"
        rows.append(
            f"{number},{began:%Y-%m-%d %H:%M:%S},{ring},{took:.1f},{CODES[dials.outcome[k]]}"
        )
    path.write_text("\n".join(rows) + "\n")
    assert NO_ANSWER < MACHINE
    return path


def imported(dials: Dials, folder: Path) -> Path:
    """A log imported."""
    mapping, out = folder / "map.yaml", folder / "import"
    mapping.write_text(MAPPING)
    done = ringfence(
        "import", export(dials, folder / "log.csv"), "--map", mapping, "--clock", "Europe/Paris",
        "--region", "FR", "--key", key_file(folder), "--out", out, "--jobs", 1,
    )  # fmt: skip
    assert done.exit_code == 0, (done.output, done.exception)
    return out
