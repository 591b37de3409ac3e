"""The part of the page that needs a run of the engine."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.validation.campaign import DELAYS, Figures, Predicted, moments, predict
from analysis.validation.given import Given, given_few
from analysis.validation.level import (
    Level,
)
from analysis.validation.words import (
    band,
    figures,
    per_cent,
    per_million,
    points,
    prose,
    share,
    table,
)
from sim.scenario.scenario import Scenario

NOON = 50
"""Hours from the start, Tuesday at 10:00, to Thursday noon, when F2 was written."""
FEWER = 10
"""Reports were fewer than this then, F2."""
STRATEGY = "as-run"
"""The strategy that is the campaign as it was run."""


Rows = list[tuple[str, ...]]
"""Rows of a table."""
By = dict[str, list[Predicted]]
"""By delay: the reports predicted by each moment."""


def engine_part(scenario: Scenario, found: Figures, whole: Level) -> str:
    """What the engine's run of the campaign gives, and the predictions made from it.

    Parameters
    ----------
    scenario
        The scenario that was run.
    found
        From :func:`analysis.validation.campaign.run`.
    whole
        The level fitted to all nine.
    """
    hours = moments(scenario, STRATEGY)
    shared = whole.centred(per_million(scenario).central)
    predicted = predict(scenario, found, shared, hours)
    names = ("by the end of day three", "by the end of day four", f"within {hours[2] // 24} days")
    at_centre, rows = _tables(predicted, names)
    return "\n\n".join(
        [
            *_at_the_central_level(scenario, found, hours[2] // 24, names, at_centre),
            *_with_the_level_uncertain(predicted, hours[2] // 24, rows),
            *_given(given_few(scenario, found, shared, NOON, FEWER)),
        ]
    )


def _tables(predicted: By, names: Sequence[str]) -> tuple[Rows, Rows]:
    """Rows at the central level, a delay each; and rows of the bands, a delay and moment each."""
    at_centre: Rows = []
    rows: Rows = []
    for delay, by_moment in predicted.items():
        shares = [row.central.mean / by_moment[-1].central.mean for row in by_moment]
        at_centre.append(
            (
                f"{delay} (P{100 * DELAYS[delay]:.0f})",
                *(f"{row.central.mean:.1f} ± {row.central.variance**0.5:.1f}" for row in by_moment),
                *(per_cent(share) for share in shares[:2]),
            )
        )
        for name, row in zip(names, by_moment, strict=True):
            rows.append(
                (
                    delay,
                    name,
                    f"{row.law.quantile(0.5):,}",
                    band(row.law.band(0.5)),
                    band(row.law.band(0.9)),
                )
            )
    return at_centre, rows


def _with_the_level_uncertain(predicted: By, days: int, rows: Rows) -> list[str]:
    """The bands, and what they say of the little that is known."""
    moved = [
        fast.central.mean / slow.central.mean
        for fast, slow in zip(predicted["fast"], predicted["slow"], strict=True)
    ]
    central = predicted["central"]
    four, sixty = central[1].law, central[2].law
    return [
        prose("**With the level as uncertain as it is**:"),
        table(("delay", "reports", "median:", "25–75 %:", "5–95 %:"), rows),
        prose("Beside what is known (F2, F10, F11):"),
        table(
            ("known", *(f"chance, {delay} delay:" for delay in predicted)),
            [
                (
                    "fewer than 10 by day three",
                    *(share(by[0].law.below(10)) for by in predicted.values()),
                ),
                (
                    f"at most 549 within {days} days: a ceiling, for it counts all of 2017",
                    *(share(by[2].law.at_most(549)) for by in predicted.values()),
                ),
            ],
        ),
        points(
            "The median should lie in 0–30 by day four, and in 30–600 in sixty days (assumed "
            f"bands, from the same facts). It is {four.quantile(0.5)} and {sixty.quantile(0.5)}: "
            f"{_bands_met(four.quantile(0.5), sixty.quantile(0.5))}.",
            f"From slow to fast, the delay moves the reports by day three by a factor of "
            f"{moved[0]:.1f}, and those within sixty days by {moved[2]:.1f}. Fewer than ten by day "
            "three agrees with a low level, or with slow complaints; the two cannot be told apart.",
            "Days end at midnight in the campaign's time zone. “Fewer than ten” was said during "
            "day three, and of reports already registered, so the chances above are a little too "
            "low.",
            "Only the level is uncertain here. The effects, the channels, contagion and "
            "`casebook` are at their central values, and most of them are assumed: the true "
            "bands are wider.",
        ),
    ]


def _given(found: Given) -> list[str]:
    """What the reports of day three leave of level and delay: the scenario's own range."""
    return [
        "### Given fewer than ten by Thursday noon",
        prose(
            "What is known of this very campaign is better used than put to the test: level and "
            "delay are drawn together given it (`analysis/validation/given.py`), by Bayes over "
            "the t law of the level and the range of the delay."
        ),
        table(
            ("", "5 %:", "median:", "95 %:"),
            [
                (
                    "level given F2, per million dials",
                    *(figures(value) for value in (found.low, found.central, found.high)),
                )
            ],
        ),
        points(
            f"Before it was known it had a chance of {found.chance:.2f}.",
            f"Level and slowness have a correlation of {found.correlation:.2f}: the slower "
            "complaints are, the higher a level agrees with so few. The median delay moves to the "
            f"{100 * found.delay:.0f} % point of its range, which the scenario leaves at 50 %.",
            "So `france-2017` has this level and this correlation, and F2 confirms nothing of it: "
            "the table above, at the casebook's level, is a test, and what the scenario's runs "
            "have by Thursday is not.",
        ),
    ]


def _at_the_central_level(
    scenario: Scenario, found: Figures, days: int, names: Sequence[str], at_centre: Rows
) -> list[str]:
    """The run, and the reports to be expected of it at the central level."""
    return [
        prose(
            f"One run of `{scenario.name}`, strategy `{STRATEGY}`, at full size placed "
            f"{found.calls:,} calls. At the central level {found.weight:.0f} complaints about "
            "calls are to be expected, in all channels. What becomes of them follows from the "
            "model's laws: the hour of each call, the delay to the complaint, the channel, and "
            "contagion among the lines called so far (`analysis/validation/clusters.py`). "
            "Complaints are in proportion to the level, so the predictive law of the level gives "
            "that of the reports."
        ),
        prose(
            "**At the central level**: reports to the regulator, mean and standard deviation, "
            f"and the share of the {days} days' reports that is in early. The delay from call "
            "to complaint is that of complaints in the United States (U19); fast and slow are the "
            "ends of the scenario's range, 5 % and 95 %. Slow is what was assumed before that "
            "was found."
        ),
        table(
            ("delay", *(f"{name}:" for name in names), "share by day three:", "by day four:"),
            at_centre,
        ),
        prose(
            f"The run itself, which is one draw, had {found.reported[0]} reports by the end of day "
            f"three, {found.reported[1]} by that of day four and {found.reported[2]} in all."
        ),
    ]


def _bands_met(four: int, sixty: int) -> str:
    """Whether medians lie in the assumed bands, in words."""
    met = (four <= 30, 30 <= sixty <= 600)
    return {
        (True, True): "both do",
        (True, False): "**the second does not**",
        (False, True): "**the first does not**",
        (False, False): "**neither does**",
    }[met]
