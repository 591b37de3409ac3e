"""A complete scenario for tests, and ways to break it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from sim.scenario.faults import Fault, ScenarioError
from sim.scenario.load import load_scenario

TEXT = """\
format: 1
name: example
question: Whom do we reach?
seed: 7
world:
  lines: 60_000
  electorate: 90_000
  voters_per_line: {low: 1.0, central: 1.5, high: 2.2, source: assumed}
  territories:
    mainland: {share: 97 %, timezone: Europe/Paris, holidays: FR}
    reunion: {share: 3 %, timezone: Indian/Reunion}
  line_types:
    landline:
      share: 100 %
      answering:
        invalid: 3 %
        busy: 4 %
        machine: 32 %
        human: {low: 22 %, central: 33 %, high: 45 %}
        no_answer: rest
        at_ring_timeout: 25 s
        by_hour: us-landline
        frailty: {sd: 1.0}
        human_ring: {law: lognormal, median: 9 s, p90: 18 s}
        machine_ring: 20 s
  signalling: {invalid: 2 s, busy: 3 s}
  listening: {law: survival, points: {6 s: 80 %, 30 s: 45 %}}
  press_1: 6 %
  press_1_delay: {law: uniform, shortest: 2 s, longest: 8 s}
  voicemail: {greeting: 10 s, heard: 60 %, delay: {law: exponential, mean: 6 h}, shared: 30 %}
campaign: {timezone: Europe/Paris, start: 2017-04-18 10:00, cutoff: 2017-04-21 20:00}
list: {source: white-pages}
dialing:
  channels: 100
  calls_per_second: 4
  ring_timeout: 25 s
  lead_order: random
  call_times:
    - {days: mon-fri, from: "10:00", to: "13:00"}
    - {days: mon-fri, from: "14:00", to: "20:00"}
attempts: {lifetime: 1}
amd: {on_machine: leave_message}
message: {duration: 90 s, gate: press-1, voicemail: 45 s}
prices: {per_line_dialled: 0.010 EUR}
base: as-run
strategies:
  as-run: {}
  half: {dialing: {channels: 50}}
  three-attempts:
    attempts: {lifetime: 3}
    recycle: {no_answer: {delay: 4 h}, busy: {delay: 15 min}}
"""
"""Without a fault or a warning. Lines are numbered from 1 in the tests' expectations."""


def changed(*replacements: tuple[str, str], text: str = TEXT) -> str:
    """The text with parts replaced, each of which must be there exactly once."""
    for old, new in replacements:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
        text = text.replace(old, new)
    return text


def faults_of(path: Path, sets: Sequence[str] = ()) -> tuple[Fault, ...]:
    """All faults of a file; the file's folder is left out of their names."""
    try:
        found = load_scenario(path, sets).warnings
    except ScenarioError as error:
        found = error.faults
    return tuple(
        Fault(Path(f.file).name, f.line, f.column, f.path, f.message, f.severity) for f in found
    )


Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a text, or bytes, to a file and gives its path."""

    def write_file(text: str | bytes, name: str = "s.yaml") -> Path:
        path = tmp_path / name
        if isinstance(text, str):
            path.write_text(text, encoding="utf-8", newline="")
        else:
            path.write_bytes(text)
        return path

    return write_file
