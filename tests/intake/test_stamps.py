"""Stamps against the standard library: every layout, and both sides of clock changes."""

from __future__ import annotations

import datetime as dt
import random
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest

from sim.intake.stamps import UNKNOWN_MS, Wall, read_stamps

LAYOUTS = {
    "%Y-%m-%d %H:%M:%S": "%Y-%m-%d %H:%M:%S",
    "%d/%m/%Y %Hh%M:%S": "%d/%m/%Y %Hh%M:%S",
    "%m/%d/%y %I:%M:%S %p": "%m/%d/%y %I:%M:%S %p",
    "%a, %d %b %Y %H:%M:%S %z": "%a, %d %b %Y %H:%M:%S +0230",
    "ISO": "%Y-%m-%dT%H:%M:%S-05:00",
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts(layout: str) -> None:
    rng = random.Random(1)
    moments = [dt.datetime(2024, 1, 1) + dt.timedelta(seconds=rng.randrange(10**8))
               for _ in range(200)]  # fmt: skip
    found = read_stamps(pa.array([at.strftime(LAYOUTS[layout]) for at in moments]), [layout])
    ahead = {"ISO": -5 * 3600, "%a, %d %b %Y %H:%M:%S %z": 9000}.get(layout, 0)
    right = [(at - dt.datetime(1970, 1, 1)).total_seconds() - ahead for at in moments]
    assert found.local.tolist() == [int(at * 1000) for at in right]
    assert found.absolute.all() == (ahead != 0)


def test_days_that_do_not_exist_and_text_that_is_none() -> None:
    texts = ["2024-02-30 10:00:00", "2023-02-29 10:00:00", "2024-13-01 10:00:00", "", "x",
             "2024-02-29 24:00:00", "2024-02-29 10:61:00", "2024-02-29 10:00:00"]  # fmt: skip
    assert read_stamps(pa.array(texts), ["%Y-%m-%d %H:%M:%S"]).known.tolist() == [False] * 7 + [
        True
    ]


@pytest.mark.parametrize("zone", ["Europe/Paris", "America/New_York", "Australia/Lord_Howe",
                                  "Asia/Kathmandu", "Pacific/Apia"])  # fmt: skip
def test_the_wall_clock_against_the_standard_library(zone: str) -> None:
    """Both folds of every hour; one that the clock skips comes back as another."""
    info = ZoneInfo(zone)
    start = dt.datetime(2011, 1, 1) if zone == "Pacific/Apia" else dt.datetime(2024, 1, 1)
    local = [start + dt.timedelta(minutes=17 * k) for k in range(32_000)]
    text = pa.array([at.strftime("%Y-%m-%d %H:%M:%S") for at in local])
    walls = Wall(zone).utc(read_stamps(text, ["%Y-%m-%d %H:%M:%S"]))
    for at, first, second in zip(local, walls.first, walls.second, strict=True):
        both = sorted({at.replace(tzinfo=info, fold=fold).timestamp() for fold in (0, 1)})
        real = [
            int(t * 1000) for t in both
            if dt.datetime.fromtimestamp(t, info).replace(tzinfo=None, fold=0) == at
        ]  # fmt: skip
        if real:
            assert (first, second) == (real[0], real[-1]), at
        else:
            assert first == second == UNKNOWN_MS, at
    assert np.count_nonzero(walls.first == UNKNOWN_MS) < 200
