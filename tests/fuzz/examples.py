"""Every fault that the tests of scenarios and law packs know of, as a beginning for others.

A check that is new comes with its case in one of those tables, and so is reached here, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from tests.document import test_source
from tests.regimes import test_load
from tests.scenario import test_faults, test_feedback_faults, test_overlay
from tests.scenario.example import FEEDBACK, TEXT

Change = tuple[str, str]


@dataclass(frozen=True)
class Example:
    """Changes of a sound text, and settings, that together make one fault."""

    text: str
    changes: tuple[Change, ...] = ()
    sets: tuple[str, ...] = ()


def _beside(lines: str) -> tuple[Change, ...]:
    """More keys at the top."""
    return (("base: as-run", f"{lines}\nbase: as-run"),)


def _in_world(lines: str) -> tuple[Change, ...]:
    """More keys of the world."""
    return (("  press_1: 6 %", f"  press_1: 6 %\n  {lines}"),)


_WINDOWS = """\
    - {days: mon-fri, from: "10:00", to: "13:00"}
    - {days: mon-fri, from: "14:00", to: "20:00"}"""
_REGULATOR = """regulator:
    reviews: {timezone: Europe/Paris, days: mon-fri, at: "18:00"}
    registration: 12 h
    thresholds: {contact: 4, reminder: 10, order: 2_500}"""
_OVERLAP = """outages:
    - {from: 2017-04-19 10:00, to: 2017-04-19 12:00, channels: 0}
    - {from: 2017-04-19 11:00, to: 2017-04-19 13:00, channels: 1}"""
_CLEANED = ("list: {source: white-pages}", "list: {without_registers: [bloctel, bloctel, x]}")
_EXPECTED = (
    "{metric: people_reached, strategy: nobody, at_least: 1}",
    "{metric: people_reached, strategy: half, better_than: half, by: 1 %}",
    "{strategy: half, at_least: 1}",
    "{metric: people_reached, strategy: half}",
    "{violations: fr-cnil-political, strategy: half}",
    "{violations: fr-cnil-political, strategy: half, over: noise, exactly: 0}",
    "{metric: finish_probability, strategy: half, at_least: 50 %}",
    "{metric: people_reached, strategy: half, over: noise, at_least: 1}",
    "{metric: people_reached, strategy: half, at_least: -1}",
)
_HUMAN = "world.line_types.landline.answering.human"
_JOINED = (
    "inputs: [world.voters_per_line, world.press_1], correlation: 0.5",
    "inputs: [world.voters_per_line, world.voters_per_line], correlation: 0.5",
    f"inputs: [world.voters_per_line, {_HUMAN}]",
    f"inputs: [world.voters_per_line, {_HUMAN}], correlations: [[1, 2], [2, 1]]",
    f"inputs: [world.voters_per_line, {_HUMAN}], correlation: 2",
)
_WHITE = "{source: white-pages}"
_TEN = '[{days: mon-fri, from: "10:00", to: "12:00"}]'
_TWO = '[{days: mon-fri, from: "10:00", to: "13:00"}, {days: mon-fri, from: "14:00", to: "20:00"}]'
_ON_A_DATE = "changes: [{at: 2017-04-19 10:00, amd: {on_machine: leave_message}}]"
OTHERS: tuple[tuple[str, tuple[Change, ...]], ...] = (
    *((TEXT, _beside(f"enforce: {{{rules}}}")) for rules in (
        "nobody: [consent]",
        "fr-cnil-political: [nothing]",
        "fr-cnil-political: [consent, consent_slot, opposition]",
        "fr-consumer-2023: [all]",
        "uk-pecr: [all]",
        "us-tcpa-political: [all]",
        '"a\\0b.yaml": [x], none.yaml: [y]',
    )),
    *((TEXT, _beside(f"regimes: [{names}]")) for names in (
        "nobody", "fr-cnil-political, fr-cnil-political", "fr-consumer-2023", '"a\\0b.yaml"',
        "none.yaml",
    )),
    (TEXT, _beside("reactions: {suspend_for: 3 h}")),
    (TEXT, _beside("caller_numbers: {numbers: 5}")),
    (TEXT, (("voicemail: 45 s}", "voicemail: 45 s, call_back: true}"),)),
    (TEXT, (("0.010 EUR}", "0.010 EUR, per_consent: 1 EUR}"),)),
    (TEXT, (_CLEANED,)),
    (TEXT, (_CLEANED, *_in_world("registers: {bloctel: 10 %}"))),
    *((TEXT, _in_world(f"consent: {{share: 1 %, slot: {{{slot}, days: all}}}}")) for slot in (
        'length: 90 s, from: "00:00", to: "24:00"',
        'length: 9 h, from: "09:00", to: "10:00"',
        'length: 1 min, from: "00:00", to: "24:00"',
    )),
    (TEXT, (("lead_order: random", _OVERLAP),)),
    (TEXT, (("lead_order: random", "ring: false"), ("leave_message", "hang_up"))),
    (TEXT, (("Indian/Reunion", "EST"),)),
    (TEXT, (("Indian/Reunion", "Africa/Monrovia"), ("start: 2017", "start: 1971"))),
    (TEXT, ((_WINDOWS, '    - {days: sun, from: "10:00", to: "13:00"}'),)),
    (TEXT, (("at_ring_timeout: 25 s", "at_ring_timeout: 0 s"),)),
    (TEXT, (("points: {6 s", "points: {0 s"),)),
    (TEXT, (("format: 1", "%YAML 1.1\nformat: 1"),)),
    (TEXT, (("Whom", '"\\UFFFFFFFF'),)),
    (TEXT, (("Whom do we reach?", '"\\ud800"'),)),
    (TEXT, (("Whom", "\x07"),)),
    *((TEXT, _beside(f"check:\n  expect:\n    - {what}")) for what in _EXPECTED),
    *((TEXT, _beside(f"joint: [{{{what}}}]")) for what in _JOINED),
    *((TEXT, _in_world(what)) for what in (
        "lines_in_use: 0 %",
        "votes: {per_1000_reached: {low: 1, central: 2, high: 3, shape: log-uniform}}",
        "votes: {per_1000_reached: many}",
        'hours: {own: [{days: all, from: "09:07", to: "21:00", odds: 1}]}',
    )),
    (TEXT, (("central: 1.5, high: 2.2", "central: 0.5, high: 2.2"), ("low: 1.0", "low: 0.4"),
            *_in_world("lines_without_voters: 10 %"))),
    (TEXT, (("frailty: {sd: 1.0}", "machine_correlation: 0.999\n        frailty: {sd: 1.0}"),)),
    (TEXT, (("frailty: {sd: 1.0}", "machine_correlation: 0.5"),)),
    (TEXT, ((_WHITE, "{source: white-pages, territories: [mainland, mainland]}"),)),
    (TEXT, ((_WHITE, "{source: white-pages, territories: [mainland]}"),
            ("lead_order: random", f"territory_call_times: {{reunion: {_TEN}}}"))),
    (TEXT, (("lead_order: random", f"territory_call_times: {{reunion: {_TWO}}}"),)),
    (TEXT, (("lead_order: random",
             f"territory_call_times: {{reunion: {_TEN}, mainland: {_TEN}}}"),)),
    (TEXT, (("lead_order: random", _ON_A_DATE), ("amd: {on_machine: leave_message}",
             "amd: {enabled: false, on_machine: hang_up}"), (", voicemail: 45 s", ""))),
    (TEXT, (("lead_order: random", _ON_A_DATE), ("amd: {on_machine: leave_message}",
             "amd: {on_machine: hang_up}"), (", voicemail: 45 s", ""))),
    *((f"extends: {name}\n", ()) for name in ('"a\\0b"', "/etc/passwd")),
    (TEXT, _in_world(_REGULATOR)),
    (FEEDBACK, (("regulator: 15 %, operator: 60 %", "regulator: 0 %, operator: 75 %"),)),
    (FEEDBACK, (("opt_out: end,", "opt_out: start,"),)),
    (FEEDBACK, (("household: true, refresh: 6 h", "household: true"),)),
)  # fmt: skip
"""Texts and changes that those tables do not hold, since their tests stand by themselves."""


@cache
def scenarios() -> tuple[Example, ...]:
    """Those of scenarios."""
    one = [row[0] for row in (*test_faults.ERRORS, *test_faults.WARNINGS)]
    one += [row[1] for row in test_source.KEYS]
    several = [row[0] for row in (*test_feedback_faults.ERRORS, *test_feedback_faults.WARNINGS)]
    return (
        *(Example(TEXT, (_unmarked(change),)) for change in one),
        *(Example(FEEDBACK, tuple(map(_unmarked, changes))) for changes in several),
        *(Example(TEXT, sets=(row[0],)) for row in test_overlay.SETS),
        *(Example(row[0] + "\n") for row in test_overlay.EXTENDS),
        *(Example(text, changes) for text, changes in OTHERS),
    )


@cache
def packs() -> tuple[Example, ...]:
    """Those of law packs."""
    changes = [(case[0], case[1]) for case in test_load.BAD.values()]
    return tuple(Example(test_load.GOOD, (change,)) for change in changes)


def _unmarked(change: Change) -> Change:
    """A change without the sign for its fault's place."""
    return change[0], change[1].replace("^", "")


def together(examples: tuple[Example, ...]) -> tuple[str, tuple[str, ...]]:
    """The text of the first with the changes of all that fit into it, and all their settings."""
    text = examples[0].text
    for old, new in (change for example in examples for change in example.changes):
        if text.count(old) == 1:
            text = text.replace(old, new)
    return text, tuple(word for example in examples for word in example.sets)
