"""What a store keeps open, and for how many at once."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from analysis.dashboard.shelf import Shelf


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
