"""The registry of metrics: what each number is called, what it means, how it scales.

Everything that shows numbers (console table, report, ``ringfence explain``, baselines, data
dictionary) reads :data:`METRICS` and nothing else. Each chapter has its own; this is all of them.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from fractions import Fraction

from sim.errors import UnknownNameError
from sim.measure.chapters import CHAPTERS
from sim.measure.metric import MONEY, Heading, Metric, Number
from sim.measure.totals import Totals

METRICS: dict[str, Metric] = {
    metric.name: metric for chapter in CHAPTERS for metric in chapter.metrics
}
"""The metrics by name, in the order of the registry."""


def compared(*, more: bool) -> dict[Heading, tuple[str, ...]]:
    """Names of the metrics that are compared between strategies, by heading, as they are shown.

    Chapters say it: each has a heading, and a metric may have another.

    Parameters
    ----------
    more
        Whether with those that only the report has room for.
    """
    under: dict[Heading, list[Metric]] = {heading: [] for heading in Heading}
    for chapter in CHAPTERS:
        for metric in chapter.metrics:
            under[metric.place.heading or chapter.heading].append(metric)
    if not more:
        del under[Heading.OTHERS]
    return {
        heading: tuple(
            metric.name
            for metric in sorted(metrics, key=lambda m: (m.place.more, m.place.rank))
            if more or not metric.place.more
        )
        for heading, metrics in under.items()
    }


def labelled(text: str) -> str | None:
    """The metric that stands under a label on screens; None where there is none, or several."""
    wanted = " ".join(text.lower().split())
    labels = {metric.label.lower(): name for name, metric in METRICS.items()}
    if wanted in labels:
        return labels[wanted]
    begun = [name for label, name in labels.items() if label.startswith(f"{wanted} ")]
    return begun[0] if len(begun) == 1 else None


def compute(totals: Totals) -> dict[str, Number]:
    """Every metric of one strategy, at the scale that was simulated.

    Returns
    -------
    dict
        Values by metric, in the order of the registry; None where a metric has no value.
    """
    return {name: metric.compute(totals) for name, metric in METRICS.items()}


def at_full_size(values: Mapping[str, Number], scale: Fraction) -> dict[str, Number]:
    """Values as they are shown: what a run at ``scale`` says about the full size.

    Parameters
    ----------
    values
        Metrics at the scale that was simulated, as :func:`compute` gives them.
    scale
        Effective scale: lines simulated ÷ lines of the scenario.

    Returns
    -------
    dict
        Additive metrics divided by the scale (counts to the nearest whole number), ratios and
        those that are of the full size already as they are, metrics that cannot be scaled None. At
        scale 1 the values themselves.
    """
    if scale == 1:
        return dict(values)
    shown: dict[str, Number] = {}
    for name, value in values.items():
        metric = METRICS[name]
        if value is None or metric.kind == "not_scalable":
            shown[name] = None
        elif metric.kind in {"ratio", "full_size"}:
            shown[name] = value
        elif isinstance(value, int):
            shown[name] = round(value / scale)
        else:
            shown[name] = value / float(scale)
    return shown


def unit_of(name: str, currency: str | None) -> str:
    """Unit of a metric, with the scenario's currency in place."""
    return METRICS[name].unit.replace(MONEY, currency or MONEY)


def nearest(name: str) -> list[str]:
    """Names of metrics that look like ``name``, best first; at most three."""
    return difflib.get_close_matches(name, METRICS, n=3, cutoff=0.5)


def explain_metric(name: str) -> str:
    """What a metric means, its unit, formula and source, as text.

    Raises
    ------
    sim.errors.UnknownNameError
        If there is no such metric; the message names the nearest ones.
    """
    if name not in METRICS:
        close = nearest(name)
        hint = f"; did you mean {' or '.join(close)}?" if close else ""
        raise UnknownNameError(f"there is no metric '{name}'{hint}")
    metric = METRICS[name]
    scaling = {
        "additive": "additive: a scaled run shows its full-size equivalent, marked",
        "full_size": "full size: a scaled run gives the full-size number, shown as it is",
        "ratio": "ratio: the same at any scale",
        "not_scalable": "not scalable: shown at full size only",
    }[metric.kind]
    judged = {
        "better": "higher is better for the caller",
        "worse": "lower is better for the caller",
        "neither": "neither high nor low is better in itself",
    }[metric.higher_is]
    return "\n".join(
        (
            f"{metric.name}: {metric.label} [{metric.unit}]",
            metric.description,
            f"formula: {metric.formula}",
            f"source:  {metric.source}",
            f"scaling: {scaling}",
            f"judged:  {judged}",
        )
    )
