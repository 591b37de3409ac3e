"""Commands that are at work in a store, by the files that they tell it with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

from analysis.view.numbers import decimal
from sim.partial import is_partial
from sim.store.live import At, is_live, read_live


class Living:
    """What is being made in a store.

    Parameters
    ----------
    store
        Its folder.
    names
        What lies there.
    """

    def __init__(self, store: Path, names: Iterable[str]) -> None:
        found = {name: read_live(store / name) for name in names if is_live(Path(name))}
        self.by_file: dict[str, At] = {name: at for name, at in found.items() if at is not None}
        """By name of the file: how far its command is."""
        self._made = {at.target for at in self.by_file.values()}

    def makes(self, name: str) -> bool:
        """Whether an entry is what some command is making: it stands in the list as that."""
        plain = name
        if is_partial(Path(name)):
            plain = name.removeprefix(".").rpartition(".partial-")[0]
        return plain in self._made


def words_of(at: At) -> str:
    """How far a command is, in words."""
    parts = [at.command]
    if at.step:
        parts.append(f"{at.step} ({at.number} of {at.of})")
    if at.rate:
        parts.append(f"{_rate(at.rate)} {at.unit} a second")
    if at.seconds_left is not None:
        parts.append(f"about {span(at.seconds_left)} left")
    return " · ".join(parts)


def _rate(rate: float) -> str:
    if rate >= 1e6:
        return f"{rate / 1e6:.1f} million"
    return decimal(round(rate)) if rate >= 10 else f"{rate:.2g}"


def span(seconds: float) -> str:
    """A span as people say it."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    if seconds < 5400:
        return f"{round(seconds / 60)} min"
    return str(dt.timedelta(minutes=round(seconds / 60)))[:-3] + " h"
