"""The fifteen questions a campaign asks: a scenario to start from, and the command that answers.

docs/questions.md has them with what their answers look like; a test holds the two together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sim.errors import OptionError

DOCS: Final = "docs/questions.md"


@dataclass(frozen=True, slots=True)
class Question:
    """One of the fifteen."""

    title: str
    """As docs/questions.md asks it."""
    commands: tuple[str, ...]
    """What answers it; FILE stands for the scenario, RUN for a folder of a run."""
    answer: str
    """What the answer looks like, in a sentence."""
    start: str = "fr-landline"
    """What the scenario extends."""
    parts: tuple[str, ...] = ()
    """What it has beside that."""
    strategies: str = "  all-channels: {}\n  half-the-channels: {dialing: {channels: 30}}\n"
    """YAML of its strategies; the first is the base."""
    more: str = ""
    """YAML of further keys."""
    world: str = ""
    """YAML of further keys of its world, in one line."""

    @property
    def base(self) -> str:
        """The first strategy."""
        return self.strategies.split(":")[0].strip()


_ALL: Final = "  all-channels: {}\n"
_CNIL: Final = "regimes: [fr-cnil-political]\n"
_OPT_OUT: Final = (
    "message: {opt_out: end, how_to_object: true, opt_out_notice: 5 s, opt_out_key: true}\n"
)
_OBJECTIONS: Final = (
    'opting_out: {at_start: {low: 0.5 %, central: 2 %, high: 5 %, source: "assumed; P14", '
    "grade: D}, at_end: {low: 0.1 %, central: 0.5 %, high: 2 %, source: assumed, grade: D}, "
    "delay: 2 s}"
)
_REPUTATION: Final = (
    'reputation: {update: 1 d, allowed_per_day: {low: 40, central: 75, high: 150, source: "P22; '
    'range assumed", grade: C}, short_call: {low: 0.2, central: 1, high: 3, source: assumed, '
    "grade: D}, report: {low: 5, central: 20, high: 100, source: assumed, grade: D}, "
    'label_at: {low: 300, central: 700, high: 1500, source: "calc; P22", grade: C}, half_life: 3 d'
    ', labelled_odds: {low: 0.2, central: 0.4, high: 0.8, source: "calc; P1, P20", grade: C}}'
)
QUESTIONS: Final = {
    1: Question(
        "Can we finish before the cutoff, in every time zone?",
        ('plan FILE --for "finish before cutoff" --probability 95% --solve dialing.channels',),
        "the channels that are enough in 95 % of draws, or what binds",
    ),
    2: Question(
        "What reach do we give up by complying?",
        ("compare FILE --strategy everybody --strategy only-consented",),
        "the ratio of people reached, draw by draw, with its interval",
        parts=("complaints", "consent"),
        strategies="  everybody: {}\n"
        "  only-consented: {enforce: {fr-cnil-political: [prior-consent-strict]}}\n",
        more=_CNIL,
    ),
    3: Question(
        "How many complaints, and per million?",
        ("run FILE --all",),
        "complaints expected, their P95 over draws and luck, and complaints_per_million_dials",
        parts=("complaints",),
    ),
    4: Question(
        "What is the worst case if press or social media pick it up?",
        (
            "sweep FILE --vary world.complaints.contagion.social=0.1,0.4,0.8 "
            "--metric complaints_contagion_share",
        ),
        "the share of complaints that others bred, at each strength of contagion",
        parts=("complaints",),
    ),
    5: Question(
        "What penalty is to be expected, under each country's law?",
        ("run FILE --out RUN", "report RUN --format md"),
        "each regime's rules against the calls, with the exposure that the law names",
        parts=("complaints", "consent"),
        more=_CNIL,
    ),
    6: Question(
        "Which rule was broken, when, for whom?",
        ("run FILE --strategy everybody --calls --out RUN", "audit RUN"),
        "every violation with its rule, local time, kind of line and attempt",
        parts=("consent",),
        strategies="  everybody: {}\n"
        "  only-consented: {enforce: {fr-cnil-political: [prior-consent-strict]}}\n",
        more=_CNIL,
    ),
    7: Question(
        "How many channels and calls a second do we need?",
        (
            "sweep FILE --vary dialing.channels=30..120:3 --vary dialing.calls_per_second=1,2,4",
            'plan FILE --for "finish before cutoff" --solve dialing.channels '
            "--solve dialing.calls_per_second",
        ),
        "people reached over both, as a map with --html; and how little of one will do",
        strategies=_ALL,
    ),
    8: Question(
        "Which hours buy most reach per complaint?",
        (
            "sweep FILE --vary 'dialing.call_times="
            '[{days: mon-fri, from: "09:00", to: "12:00"}],'
            '[{days: mon-fri, from: "17:00", to: "20:00"}]\'',
        ),
        "reach and complaints of each choice of hours, and which are on the frontier",
        parts=("complaints",),
        strategies=_ALL,
    ),
    9: Question(
        "One attempt or three?",
        ("sweep FILE --vary strategies.three-attempts.attempts.lifetime=1,2,3",),
        "people reached with each number of attempts, and whether the list is done",
        strategies=f"{_ALL}  three-attempts: {{attempts: {{lifetime: 3}}}}\n",
    ),
    10: Question(
        "Objection offered at the start or at the end?",
        ("sweep FILE --vary message.opt_out=end,start --metric lines_opted_out",),
        "people reached, complaints and lines that opted out, for each place of the notice",
        parts=("complaints",),
        strategies=_ALL,
        more=_OPT_OUT,
        world=_OBJECTIONS,
    ),
    11: Question(
        "Does a press-1 gate protect, or only cut listening?",
        ("compare FILE --strategy no-gate --strategy press-1",),
        "people reached and complaints of one beside the other",
        parts=("complaints",),
        strategies="  no-gate: {}\n  press-1: {message: {gate: press-1, gate_timeout: 10 s}}\n",
    ),
    12: Question(
        "Leave voicemail, and when to stop so that it is not heard in the silence period?",
        (
            'sweep FILE --vary "campaign.cutoff=2017-04-21 12:00,2017-04-21 16:00,'
            '2017-04-21 20:00" --metric lines_voicemail_heard_after_cutoff',
        ),
        "lines on which a message is heard after calls have stopped, for each stop",
        strategies=_ALL,
    ),
    13: Question(
        "How large a consent list, gathered how long ago, makes opt-in worthwhile?",
        (
            'sweep FILE --strategy only-consented --vary "world.consent.share=1 %..20 %:4" '
            "--metric cost_per_person_reached",
        ),
        "people reached and cost for each, at each share of consent",
        parts=("consent",),
        strategies="  everybody: {}\n  only-consented:\n"
        "    enforce: {fr-cnil-political: [prior-consent-strict]}\n"
        "    prices: {per_consent: 2 EUR}\n",
        more=_CNIL,
    ),
    14: Question(
        "How many calls a number and day before labels hurt?",
        (
            "sweep FILE --vary attempts.lifetime=1,2,3 --metric labelled_call_share "
            "--metric numbers_labelled_most",
        ),
        "the share of calls that a label marked, at the numbers that are declared",
        start="us-mixed",
        parts=("complaints",),
        strategies=_ALL,
        more="caller_numbers: {numbers: 10}\n",
        world=_REPUTATION,
    ),
    15: Question(
        "Was it worth it at all?",
        ("run FILE --all",),
        "votes gained, consistent with none, and what each costs in money and complaints",
        parts=("complaints",),
        world="votes: recorded-calls",
    ),
}
"""By number."""


def question(number: int) -> Question:
    """One of the fifteen.

    Raises
    ------
    sim.errors.OptionError
        For a number that none has.
    """
    if number not in QUESTIONS:
        raise OptionError(
            "there is no such question",
            place="--question",
            found=str(number),
            allowed=f"1 to {len(QUESTIONS)}, as {DOCS} has them",
        )
    return QUESTIONS[number]


def anchor(number: int) -> str:
    """Where the documentation answers it."""
    words = "".join(c for c in question(number).title.lower() if c.isalnum() or c in " -")
    return f"{DOCS}#{number}-{words.replace(' ', '-')}"
