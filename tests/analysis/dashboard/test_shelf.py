"""What a store keeps open, and for how many at once."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from analysis.dashboard.shelf import Shelf
from sim.store.experiment import keep


def test_who_asks_meanwhile_waits_and_does_not_make_it_too(tmp_path: Path) -> None:
    """Two charts of a study need what takes seconds to work out: it is worked out once."""
    (tmp_path / "one").mkdir()
    shelf, made = Shelf(tmp_path), []

    def slowly(folder: Path) -> str:
        made.append(folder.name)
        time.sleep(0.1)
        return "worked out"

    found: list[str] = []
    threads = [
        threading.Thread(target=lambda: found.append(shelf.made("it", "one", slowly)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["worked out"] * 4
    assert made == ["one"]


def test_a_plan_of_two_keys_is_called_by_both(tmp_path: Path) -> None:
    asked = {"for": "finish before cutoff", "scenario": "small", "strategy": "many"}
    two = {"schema": "ringfence-plan-frontier/1", "solve": ["dialing.channels", "world.lines"]}
    keep(tmp_path / "two", {**asked, **two})
    keep(tmp_path / "one", {**asked, "schema": "ringfence-plan/1", "solve": "world.lines"})
    assert {entry.id: entry.question for entry in Shelf(tmp_path).entries()} == {
        "two": "finish before cutoff: dialing.channels, world.lines",
        "one": "finish before cutoff: world.lines",
    }
