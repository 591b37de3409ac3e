"""Starts: scenarios without a campaign that ship, which a file names in ``extends``.

``extends: us-mobile`` stands for lines, voicemail and a dialer's settings with the figures of the
presets, so a file has to say only how many lines there are, when it calls, and how fast.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "starts"


@cache
def starts() -> tuple[str, ...]:
    """Names of all starts."""
    return tuple(sorted(file.stem for file in _FOLDER.glob("*.yaml")))


def start_file(name: str) -> str | None:
    """The file of a start; None where there is none of that name."""
    return str(_FOLDER / f"{name}.yaml") if name in starts() else None


def start_lines(name: str) -> Iterator[str]:
    """What a start is, and its YAML, with that of the start that it extends itself."""
    about, *lines = (_FOLDER / f"{name}.yaml").read_text(encoding="utf-8").splitlines()
    yield f"{name}: a start, for `extends`. {about.removeprefix('# ')}"
    yield from lines
    below = next((line.split()[1] for line in lines if line.startswith("extends:")), None)
    if below is not None:
        yield ""
        yield from start_lines(below)


def about(name: str) -> str:
    """Whom a start is of."""
    first = (_FOLDER / f"{name}.yaml").read_text(encoding="utf-8").splitlines()[0]
    return first.removeprefix("# ")


@dataclass(frozen=True, slots=True)
class Country:
    """What the short starter of one country says."""

    timezone: str
    start: str
    cutoff: str
    complaints: str
    """Its preset of complaints."""


COUNTRIES = {
    "fr": Country("Europe/Paris", "2017-04-20 10:00", "2017-04-21 20:00", "fr-landline-political"),
    "uk": Country(
        "Europe/London", "2026-05-05 10:00", "2026-05-06 20:00", "uk-automated-political"
    ),
    "us": Country(
        "America/Chicago", "2026-10-29 10:00", "2026-10-30 20:00", "us-automated-political"
    ),
    "ca": Country(
        "America/Toronto", "2025-04-24 10:00", "2025-04-25 20:00", "ca-automated-political"
    ),
}
"""By the first two letters of a start."""
