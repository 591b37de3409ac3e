"""The scenario that ``ringfence new`` writes: small, complete, and commented."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sim.document.messages import unknown_name
from sim.errors import UnknownNameError
from sim.scenario.questions import anchor, question
from sim.scenario.start import COUNTRIES, starts

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


_SHORT = """\
# Ten lines: `ringfence explain START` prints the rest, with sources; any key of it may stand here.
extends: START
name: NAME
world: {lines: 100_000, electorate: 800_000PARTS}
campaign: {timezone: ZONE, start: FROM, cutoff: TO}
dialing: {channels: 60, calls_per_second: 2}
base: all-channels
strategies:
  all-channels: {}
  half-the-channels: {dialing: {channels: 30}}
check: {scale: 100 %}
"""

PARTS = ("complaints", "consent")
"""What a short starter may have beside its start."""
_OF_COMPLAINTS = {
    "fr-landline-political": "fr-landline",
    "uk-automated-political": "uk-mixed",
    "us-automated-political": "us-mixed",
    "ca-automated-political": "ca-mixed",
}
"""The start of each country's preset of complaints, whose name may stand for both."""


def starter(name: str, start: str | None = None, parts: Sequence[str] = ()) -> str:
    """The text of a starter scenario.

    Parameters
    ----------
    name
        The scenario's name.
    start
        What to start from in place of guesses: a start, or a preset of complaints, which stands for
        its country's start with these complaints.
    parts
        What there shall be beside it, of :data:`PARTS`.

    Raises
    ------
    UnknownNameError
        When there is nothing of that name to start from, or no such part.
    """
    # A name such as 2017 or `true` is text only in quotes.
    plain = name[:1].isalpha() and name.lower() not in ("true", "false", "null")
    text = _TEXT if start is None else _from(start, parts)
    return text.replace("NAME", name if plain else json.dumps(name), 1)


def asking(name: str, number: int) -> str:
    """The text of a scenario that a question can be asked of, with the command that answers it.

    Raises
    ------
    sim.errors.OptionError
        For a number that no question has.
    """
    one = question(number)
    text = starter(name, one.start, one.parts)
    head, _, rest = text.partition("base: ")
    _, _, check = rest.partition("check: ")
    first, _, others = head.partition("\n")
    if one.world:
        others = others.replace("}\ncampaign", f", {one.world}}}\ncampaign", 1)
    asked = "".join(f"#   ringfence {command}\n" for command in commands_of(name, number))
    return (
        f"# Question {number}: {one.title}\n#\n{asked}#\n"
        f"# It tells {one.answer}: {anchor(number)}\n"
        f"{first}\n{others}question: {json.dumps(one.title)}\n{one.more}"
        f"base: {one.base}\nstrategies:\n{one.strategies}check: {check}"
    )


def commands_of(name: str, number: int, file: str | None = None) -> tuple[str, ...]:
    """The commands that answer a question of a scenario, without the program's own name."""
    own = file or f"{name}.yaml"
    return tuple(
        command.replace("FILE", own).replace("RUN", f"runs/{name}")
        for command in question(number).commands
    )


def _from(start: str, parts: Sequence[str]) -> str:
    """The short starter."""
    if start in _OF_COMPLAINTS:
        start, parts = _OF_COMPLAINTS[start], [*parts, "complaints"]
    known = [name for name in starts() if name[:2] in COUNTRIES]
    if start not in known:
        raise UnknownNameError(unknown_name("preset to start from", start, known))
    country = COUNTRIES[start[:2]]
    told = {"complaints": country.complaints, "consent": "own-supporters"}
    for part in parts:
        if part not in told:
            raise UnknownNameError(unknown_name("part to start with", part, told))
    more = "".join(f", {part}: {told[part]}" for part in PARTS if part in parts)
    text = _SHORT.replace("START", start).replace("PARTS", more).replace("ZONE", country.timezone)
    text = text.replace("FROM", country.start).replace("TO", country.cutoff)
    if "complaints" in parts:
        refresh = "suppression: {refresh: 1 d}  # objections reach the dialer once a day\n"
        text = text.replace("base: ", refresh + "base: ", 1)
    return text
