# ruff: noqa: E501 - a scenario with long lines
"""A complete scenario for tests, and ways to break it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from sim.errors import Fault, ScenarioError
from sim.loading.load import load

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

_WORLD = """\
  consent:
    share: 20 %
    covers_calls: 80 %
    gathered: {from: 2017-01-09 08:00, to: 2017-04-14 18:00}
    withdrawn: 2 %
    until: 2017-04-21 18:00
    human_odds: {low: 1, central: 1.5, high: 3}
  households: {share: 30 %}
  opting_out: {at_start: 3 %, at_end: 1 %, delay: 2 s}
  complaints:
    per_million: {low: 5, central: 16, high: 80}
    casebook_effect: 0.2
    effects:
      unanswered: 0.05
      voicemail: 0.5
      consented: 0.1
      opposed: 2
      night: {low: 3, central: 5, high: 10}
      meal: 1.5
      repeat: 2
      after_opt_out: 5
      objection_first: 0.8
      silence: 2
      labelled: 1.3
      blocked: 1.6
    night: {from: "21:00", to: "08:00"}
    meals: [{from: "12:00", to: "14:00"}]
    delay: {law: exponential, mean: 3 d}
    channels: {regulator: 15 %, operator: 60 %, social: 24 %, press: 1 %}
    contagion: {regulator: 0.05, operator: 0, social: {low: 0.1, central: 0.4, high: 0.8}, press: 25, delay: 36 h}
    silence: fr-electoral-silence
    horizon: 30 d
  regulator:
    reviews: {timezone: Europe/Paris, days: mon-fri, at: "18:00"}
    registration: 12 h
    thresholds: {contact: 4, reminder: 10, order: 2_500}
  call_back: {share: 1 %, delay: 3 h, handling: 70 s, opts_out: 10 %, redials: 50 %, redial_delay: 5 min, tries: 4}
  reputation: {update: 1 h, allowed_per_day: 75, short_call: 2, report: 20, label_at: 300, half_life: 4 d, labelled_odds: 0.4}
"""
_STRATEGY = """\
suppression: {key_press: 1 min, household: true, refresh: 6 h}
inbound: {lines: 10}
caller_numbers: {numbers: 40}
reactions:
  contact: [objection_first]
  reminder: [objection_first, narrow_hours, suspend]
  suspend_for: 2 h
  narrow_call_times: [{days: mon-fri, from: "10:00", to: "12:30"}]
prices: {per_line_dialled: 0.010 EUR, per_consent: 0.50 EUR}
"""


def _with_feedback() -> str:
    text = TEXT.replace("campaign: {", f"{_WORLD}campaign: {{", 1)
    text = text.replace("prices: {per_line_dialled: 0.010 EUR}\n", _STRATEGY, 1)
    text = text.replace(
        "voicemail: 45 s}\n",
        "voicemail: 45 s, opt_out: end, opt_out_notice: 6 s, opt_out_key: true, "
        "opt_out_key_within: 2 s, call_back: true}\n",
        1,
    )
    return text.replace("busy: {delay: 15 min}}", "busy: {delay: 15 min}, human: {delay: 1 d}}", 1)


FEEDBACK = _with_feedback()
"""The same with everything that acts back on a campaign; without a fault or a warning too."""


def changed(*replacements: tuple[str, str], text: str = TEXT) -> str:
    """The text with parts replaced, each of which must be there exactly once."""
    for old, new in replacements:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
        text = text.replace(old, new)
    return text


def faults_of(path: Path, sets: Sequence[str] = ()) -> tuple[Fault, ...]:
    """All faults of a file; the file's folder is left out of their names."""
    try:
        found = load(path, sets).warnings
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
