"""What would have to be measured, of each input that drives an answer beyond chance."""

from __future__ import annotations

from analysis.evidence.drives import Drives
from analysis.validation.level_laws import automated
from analysis.validation.level_laws import stored as laws
from analysis.validation.level_laws_part import AIM, NAMED, alone, spread
from analysis.validation.words import prose, table

MEASURES = {
    "world.voicemail.heard": "An operator's count of messages that one caller unknown to the "
    "people left, and of those played to their end, by kind of line; 400 messages tell a share of "
    "a half to 5 points either way.",
    "world.complaints.per_million": "Dials and complaints of campaigns that were chosen before "
    "anybody complained, of one country, year and channel; 30 of them tell the middle of their "
    "levels to a factor of 1.7, and how far one campaign is from another.",
    "world.complaints.channels.regulator": "Of people who complained of a recorded message "
    "anywhere, to whom: 1,000 answers tell a share of a tenth to 2 points either way.",
    "world.complaints.effects.repeat": "Complaints by how often their lines had been called, "
    "beside how many lines had been called so often: one dialer's log and its complaints.",
    "world.complaints.effects.consented": "Complaints of one campaign by lines that had consented "
    "and lines that had not, beside the dials to each.",
    "world.voicemail.shared": "Of messages that were played, how many of the line's voters heard "
    "them: 400 further voters asked tell a share of a fifth to 4 points either way.",
    "world.voters_per_line": "A list of numbers held against the register: voters at each of 1,000 "
    "lines tell their mean to a twentieth.",
}
"""By input: the measurement, and how much of it is enough."""
FEW = 0.005
"""Share of the spread below which an input counts as driving nothing."""


def measuring(found: tuple[Drives, ...]) -> list[str]:
    """The section that says what to measure first, and how sure levels of complaints can be."""
    return [
        "## What to measure first",
        prose(
            "Each input that drives an answer beyond chance, the one with the largest share first, "
            "what would tell it, and where."
        ),
        table(
            ("input", "drives", "measurement that would narrow it most"),
            [
                (f"`{path}`", places, MEASURES.get(path, ""))
                for path, places in _driving(found).items()
            ],
        ),
        prose(_level()),
    ]


def _driving(found: tuple[Drives, ...]) -> dict[str, str]:
    """By input: which answers of which scenarios, and how much of them."""
    told: dict[str, list[tuple[float, str]]] = {}
    for one in found:
        for name, answer in one.answers.items():
            for path, share in answer.shares.items():
                if share.told and share.value >= FEW:
                    words = f"{name.replace('_', ' ')} of {one.scenario}"
                    told.setdefault(path, []).append((share.value, words))
    first = sorted(told, key=lambda path: -max(told[path])[0])
    return {
        path: "; ".join(
            f"{100 * value:.0f} % of {words}" for value, words in sorted(told[path])[::-1]
        )
        for path in first
    }


def _level() -> str:
    """How wide a band of complaints is, and why no further case of the same kind narrows it."""
    low, _, high = laws().laws["t law"].bands[NAMED]
    return (
        "How many complaints a campaign draws is told no better than this. The aim was a 90 % band "
        f"of a factor of {AIM} for an automated campaign of a named country and year; the law that "
        f"predicts best has {high / low:,.0f}. The {len(automated())} automated campaigns of which "
        "both numbers are known differ among themselves by a standard deviation of "
        f"{spread():.1f} of the logarithm. So were the middle and this spread known without error, "
        f"a band would still be a factor of {alone():,.0f}. More campaigns of the same kind may "
        "show that they are more alike than these; else only what sets one apart from another "
        "narrows it. [validation.md](validation.md#other-laws-of-the-level) has the laws that were "
        "tried."
    )
