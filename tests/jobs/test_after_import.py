"""A run goes on from imported calls: who objected by then is left alone."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from sim.engine import fast, reference
from sim.engine.plan.build import build_plan
from sim.jobs.after_team import team_log
from sim.record.head import Head
from sim.record.never import NEVER
from sim.scenario.scenario import Scenario
from tests.equivalence.compare import log_of
from tests.intake.samples import DATA, SAMPLES, imported, line_of
from tests.worlds import plain


def made(where: Path) -> Path:
    """Calls of the sample of a dialer, with its list of those who objected."""
    wishes = ("--optouts", str(DATA / "vicidial_dnc_log.csv"))
    return imported(SAMPLES["vicidial"], where, *wishes)


def scenario(folder: Path) -> Scenario:
    """A campaign around these calls, in which everybody is called again and again."""
    calls = pq.read_table(folder / "calls.parquet").to_pydict()
    types = {name for name in calls.get("line_type", []) if name} or {"landline"}
    places = {name for name in calls.get("territory", []) if name} or {"all"}
    answering: Any = {
        "invalid": 0.3, "busy": 0.1, "machine": 0.2, "human": 0.2, "no_answer": "rest",
        "at_ring_timeout": "25 s", "human_ring": "5 s", "machine_ring": "20 s",
    }  # fmt: skip
    line_types = {name: {"share": 1 / len(types), "answering": answering} for name in types}
    return plain(
        world={
            "lines": 200,
            "line_types": line_types | ({} if "landline" in types else {"landline": None}),
            "territories": {
                **({} if "all" in places else {"all": None}),
                **{name: {"share": 1 / len(places), "timezone": "UTC"} for name in places},
            },
        },
        campaign={
            "start": f"{min(calls['start_utc']):%Y-%m-%d} 00:00",
            "cutoff": f"{max(calls['start_utc']) + dt.timedelta(days=3):%Y-%m-%d} 00:00",
        },
        attempts={"lifetime": 6},
        recycle={name: {"delay": "1 h"} for name in ("busy", "no_answer", "machine", "human")},
    )


def test_who_objected_is_left_alone_from_then_on(tmp_path: Path) -> None:
    """By the files themselves: four objections of three lines, all of which were called."""
    folder = made(tmp_path)
    of = scenario(folder)
    log = team_log(folder, of, imported=True)
    wishes = pq.read_table(folder / "optouts.parquet").to_pylist()
    assert len(log.objected[0]) == len(wishes) == 4
    assert not any("objections not known" in note for note in log.notes)
    plan = build_plan(of, "only")
    at = log.last_utc_ms() + 1 - plan.start_utc_ms
    known, head = log.begin("only", plan, at)
    assert known.until_ms is not None
    first: dict[str, int] = {}
    for wish in wishes:
        when = int(wish["at_utc"].timestamp() * 1000) - plan.start_utc_ms
        first[wish["line"]] = min(first.get(wish["line"], NEVER), max(when, 0))
    held = known.until_ms[known.until_ms < NEVER]
    assert sorted(held.tolist()) == sorted(first.values())
    assert line_of("+18505550107") in first
    gone = np.flatnonzero(known.until_ms < NEVER)
    again = np.setdiff1d(head.line, gone)
    for engine in (fast, reference):
        found, _ = log_of(engine, known, head=Head(at, head))
        later = found.line[found.start_ms >= at]
        assert not np.isin(gone, later).any()
        assert np.isin(again, later).any()
