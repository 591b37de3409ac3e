"""The scenario that ``ringfence new`` writes: small, complete, and commented."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sim.document.messages import unknown_name
from sim.errors import UnknownNameError

_TEXT = """\
# A scenario: one world, one base strategy, and strategies that differ from it.
#
#   ringfence validate FILE      says what is wrong, and where
#   ringfence explain KEY        says what a key means
#   ringfence run FILE           runs every strategy and compares them
#
# Shares are 33 % or 0.33; durations have a unit (ms, s, min, h, d). A figure that nobody knows for
# sure is a range, {low: 22 %, central: 33 %, high: 45 %}: one run uses its central value.
# Every figure marked "assumed" is a guess. Replace it by what you know, and say where from.
format: 1
name: NAME
question: How many people do we reach before the cutoff, with all channels and with half of them?
seed: 1

# ── The world: who the recipients are and how they behave. All strategies share it. ─────────────
world:
  lines: 100_000              # telephone numbers, not people
  electorate: 800_000         # registered voters in all, people
  voters_per_line: {low: 1.0, central: 1.5, high: 2.2, source: assumed}
  territories:                # one for each clock; shares of the lines, 100 % together
    mainland: {share: 95 %, timezone: Europe/Paris, holidays: FR}
    reunion: {share: 5 %, timezone: Indian/Reunion, holidays: FR-974}
  line_types:
    landline:
      share: 100 %
      answering:              # how first attempts end, shares of dials; 'rest' fills up to 100 %
        invalid: 3 %
        busy: 4 %
        no_answer: rest
        machine: 32 %
        human: {low: 22 %, central: 33 %, high: 45 %}
        at_ring_timeout: 25 s # the ring time-out at which these shares were measured
        by_hour: us-landline  # more people answer in the evening than in the morning
        human_ring: {law: lognormal, median: 9 s, p90: 18 s}
        machine_ring: 20 s
        source: assumed
  signalling: {invalid: 3 s, busy: 3 s}
  listening:                  # how many are still there after so long
    law: survival
    points: {6 s: 80 %, 19 s: 55 %, 60 s: 25 %}
    source: assumed
  press_1: {low: 2 %, central: 6 %, high: 15 %, source: assumed}
  press_1_delay: {law: uniform, shortest: 2 s, longest: 8 s, source: assumed}
  voicemail:
    greeting: {law: lognormal, median: 10 s, p90: 20 s, source: assumed}
    heard: {low: 30 %, central: 60 %, high: 90 %, source: assumed}
    delay: {law: exponential, mean: 6 h, source: assumed}
    shared: {central: 30 %, source: assumed}

# ── The base strategy: what the caller chooses. ─────────────────────────────────────────────────
campaign:
  timezone: Europe/Paris
  start: 2017-04-20 10:00
  cutoff: 2017-04-21 20:00    # no call starts at or after it
dialing:
  channels: 60                # calls at the same time
  calls_per_second: 2
  ring_timeout: 25 s
  call_times:                 # in the recipient's local time
    - {days: mon-fri, from: "10:00", to: "13:00"}
    - {days: mon-fri, from: "14:00", to: "20:00"}
attempts: {lifetime: 2}
recycle:
  busy: {delay: 15 min}
  no_answer: {delay: 4 h}
amd: {on_machine: leave_message}
message: {duration: 60 s, voicemail: 40 s}
prices: {per_line_dialled: 0.010 EUR}
reached_when: {live: 30 s, voicemail: heard}

# ── The strategies: each says only how it differs from the base strategy. ───────────────────────
base: all-channels            # the one that the others are compared with
strategies:
  all-channels: {}
  half-the-channels:
    dialing: {channels: 30}

check: {scale: 100 %}         # `ringfence check` reruns it at this scale and compares
"""


_GUESSED = """\
    points: {6 s: 80 %, 19 s: 55 %, 60 s: 25 %}
    source: assumed
"""


@dataclass(frozen=True, slots=True)
class Start:
    """What a starter has of one country, beside the preset of complaints that names it."""

    answering: Mapping[str, tuple[str, str]]
    """By line type: its share of lines, and the preset of how it answers."""
    voicemail: str
    amd: str
    timezone: str
    holidays: str
    currency: str


STARTS: Mapping[str, Start] = {
    "fr-landline-political": Start(
        {"landline": ("100 %", "fr-landline-2017")},
        "fr-landline-2017",
        "detector-2010",
        "Europe/Paris",
        "FR",
        "EUR",
    ),
    "uk-automated-political": Start(
        {"landline": ("45 %", "uk-landline"), "mobile": ("55 %", "uk-mobile")},
        "uk-mixed",
        "detector-2024",
        "Europe/London",
        "GB-ENG",
        "GBP",
    ),
    "us-automated-political": Start(
        {"landline": ("35 %", "us-landline"), "mobile": ("65 %", "us-mobile-2024")},
        "us-mixed",
        "detector-2024",
        "America/Chicago",
        "US",
        "USD",
    ),
    "ca-automated-political": Start(
        {"landline": ("45 %", "ca-landline"), "mobile": ("55 %", "ca-mobile")},
        "ca-mixed",
        "detector-2024",
        "America/Toronto",
        "CA",
        "CAD",
    ),
}
"""What a starter may start from, by the name of its preset of complaints."""


def starter(name: str, start: str | None = None) -> str:
    """The text of a starter scenario.

    Parameters
    ----------
    name
        The scenario's name.
    start
        What to start from in place of guesses, one of :data:`STARTS`.

    Raises
    ------
    UnknownNameError
        When there is nothing of that name to start from.
    """
    if start is not None and start not in STARTS:
        raise UnknownNameError(unknown_name("preset to start from", start, STARTS))
    # A name such as 2017 or `true` is text only in quotes.
    plain = name[:1].isalpha() and name.lower() not in ("true", "false", "null")
    text = _TEXT if start is None else _from(start, STARTS[start])
    return text.replace("NAME", name if plain else json.dumps(name), 1)


def _from(name: str, start: Start) -> str:
    """The starter with a country's presets in place of its guesses."""
    types = "".join(
        f"    {kind}: {{share: {share}, answering: {preset}}}\n"
        for kind, (share, preset) in start.answering.items()
    )
    text = _between(_TEXT, "  line_types:\n", "  signalling:", types)
    text = _between(text, "  voicemail:", "\n# ── The base strategy", "")
    text = text.replace(
        "  voicemail:",
        "  # Presets: parts whose figures have sources and grades. Lay keys over one so:\n"
        f"  #   complaints: {{preset: {name}, per_million: 30}}\n"
        f"  voicemail: {start.voicemail}\n  complaints: {name}\n",
        1,
    )
    places = f"    all: {{share: 100 %, timezone: {start.timezone}, holidays: {start.holidays}}}\n"
    text = _between(
        text, "for each clock; shares of the lines, 100 % together\n", "  line_types:", places
    )
    for old, new in (
        ("timezone: Europe/Paris\n  start", f"timezone: {start.timezone}\n  start"),
        ("amd: {on_machine", f"amd: {{preset: {start.amd}, on_machine"),
        ("0.010 EUR", f"0.010 {start.currency}"),
        (_GUESSED, "    points: {6 s: 97 %, 19 s: 75 %}\n    source: P10\n    grade: B\n"),
        ("15 %, source: assumed}", "18 %, source: P14 P15 P16 P37, grade: C}"),
        (
            "40 s}\n",
            "40 s}\nsuppression: {refresh: 1 d}   # objections reach the dialer once a day\n",
        ),
    ):
        text = text.replace(old, new, 1)
    return text


def _between(text: str, after: str, before: str, new: str) -> str:
    """The text with what stands between two marks replaced."""
    first = text.index(after) + len(after)
    return text[:first] + new + text[text.index(before, first) :]
