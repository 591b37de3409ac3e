"""``/compare?a=&b=``: what runs or studies differ in, inputs beside numbers; paired by draw."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

import numpy as np
from dash import html
from dash.development.base_component import Component
from numpy.typing import NDArray

from analysis.dashboard.pages.study import view_of
from analysis.dashboard.place import Place, to
from analysis.dashboard.shelf import Shelf
from analysis.dashboard.widgets import Content, chooser, link, notice, page, rows, section
from analysis.view.draws import draws_of_run
from analysis.view.luck import run_variance
from analysis.view.numbers import MISSING, decimal
from analysis.view.rounded import chance, compared
from sim.errors import BadInputError, RunDirectoryError
from sim.measure.metrics import METRICS, at_full_size
from sim.store.manifest import SCENARIO
from sim.store.verify import hold
from sim.study.beside import Differing, Moved, differing, moved
from sim.study.comparison import paired
from sim.study.luck import NOISY

Floats = NDArray[np.float64]
NAMES: Final = ("a", "b", "c", "d")
"""What an address calls what is compared."""
MOST_ROWS: Final = 400
CODE_DIGITS: Final = 12
"""Of a digest of code: how many are shown."""


@dataclass(frozen=True)
class Compared:
    """One of what is compared."""

    name: str
    kind: str
    document: Mapping[str, Any]
    """Its resolved scenario."""
    about: Mapping[str, Any]
    """Seed, scale and code."""
    numbers: Mapping[str, Mapping[str, float | None]]
    """By strategy and metric, at full size; of a study, medians over its draws."""
    draws: Mapping[str, Floats]
    """By strategy: people reached in each draw."""
    luck: Mapping[str, Mapping[str, float | None]]
    """Of a run, by strategy and metric: the variance of its number over luck, where one is told."""
    drawn: Any
    """What two must share so that their draws may be paired."""


def compare_page(place: Place, shelf: Shelf) -> Component:
    """The page."""
    kinds = {e.id: e.kind for e in shelf.entries() if e.kind in ("run", "study")}
    known = {"": "none", **{name: f"{name} ({kind})" for name, kind in kinds.items()}}
    wanted = [place.get(name) for name in NAMES if place.get(name)]
    shown = NAMES[: max(2, min(len(NAMES), len(wanted) + 1))]
    lists = chooser(place, {name: (f"{name.upper()}:", known) for name in shown})
    unknown = [name for name in wanted if name not in kinds]
    if unknown:
        raise RunDirectoryError(f"the store has no run or study {unknown[0][:80]!r}")
    if len(set(wanted)) < 2:
        return page("Compare", lists, notice("Choose two different runs or studies."))
    found = [_read(name, kinds[name], shelf) for name in dict.fromkeys(wanted)]
    return page(
        "Compare",
        lists,
        html.Ul(
            [html.Li(link(one.name, to(one.kind, one.name))) for one in found], className="links"
        ),
        section("inputs", "Inputs that differ", _inputs(found)),
        section("paired", "People reached, draw by draw", *_paired(found)),
        section("numbers", "Numbers that differ", _numbers(found)),
    )


def _read(name: str, kind: str, shelf: Shelf) -> Compared:
    """Read one of what is compared."""
    return (
        shelf.made("compared", name, lambda _folder: _run(name, shelf))
        if kind == "run"
        else (shelf.made("compared", name, lambda _folder: _study(name, shelf)))
    )


def _document(folder: Any, manifest: Mapping[str, Any]) -> Mapping[str, Any]:
    """A resolved scenario as plain data."""
    from ruamel.yaml import YAML

    file = hold(folder, SCENARIO, manifest["files"][SCENARIO])
    found = YAML(typ="safe", pure=True).load(file.read_text("utf-8"))
    if not isinstance(found, dict):
        raise BadInputError(f"{file} is no scenario")
    return found


def _run(name: str, shelf: Shelf) -> Compared:
    run, view = shelf.run(name), shelf.view(name)
    draws = draws_of_run(view)
    inputs = view.of("reading_inputs", view.base)
    scale = Fraction(str(run.scale))
    own = {
        s: {m: run.metrics[f"{s}.{m}"] for m in METRICS if f"{s}.{m}" in run.metrics}
        for s in run.strategies
    }
    return Compared(
        name,
        "run",
        _document(run.path, run.manifest),
        {"seed": run.seed, "scale": run.scale, "code": _code(run.manifest.get("code_sha256"))},
        {s: at_full_size(values, scale) for s, values in own.items()},
        draws.people,
        {s: {m: _at(run_variance(view, s, m), scale) for m in values} for s, values in own.items()},
        ("run", run.seed, tuple(map(str, inputs["input"]))),
    )


def _code(digest: str | None) -> str | None:
    """Which code made it: the start of its digest, which runs and studies have alike."""
    return None if digest is None else digest[:CODE_DIGITS]


def _at(variance: float | None, scale: Fraction) -> float | None:
    """A count's variance at full size."""
    return None if variance is None else variance / float(scale) ** 2


def _study(name: str, shelf: Shelf) -> Compared:
    study, view = shelf.study(name), view_of(shelf, name)
    people: dict[str, Floats] = {}
    numbers: dict[str, dict[str, float | None]] = {}
    for strategy in view.strategies:
        by_draw = view.metric(strategy, "people_reached")
        kept = [by_draw[draw] for draw in sorted(by_draw) if draw]
        people[strategy] = np.array(kept) / view.scale
        rows_ = view.of("draws", strategy)
        middle = {
            str(metric): float(
                np.median(rows_["value"][(rows_["metric"] == metric) & (rows_["draw"] > 0)])
            )
            for metric in np.unique(rows_["metric"].astype(str))
            if metric in METRICS
        }
        numbers[strategy] = dict(at_full_size(middle, Fraction(str(view.scale))))
    return Compared(
        name,
        "study",
        _document(study.path, study.manifest),
        {"seed": view.seed, "scale": view.scale, "code": _code(study.facts.code_sha256)},
        numbers,
        people,
        {},
        ("study", view.seed),
    )


def _inputs(found: list[Compared]) -> Component:
    about = [{f"({key})": value for key, value in one.about.items()} for one in found]
    every: list[Differing] = [*differing(about), *differing([one.document for one in found])]
    if not every:
        return html.P("No input differs: the same scenario, seed, scale and version.")
    body = [(row.path, *(_plain(value) for value in row.values)) for row in every[:MOST_ROWS]]
    more = "" if len(every) <= MOST_ROWS else f", the first {MOST_ROWS} shown"
    return rows(
        ("Input", *(one.name for one in found)),
        body,
        caption=f"{len(every)} inputs differ{more}",
    )


def _plain(value: Any) -> str:
    if value is None:
        return MISSING
    text = str(value)
    return text if len(text) <= 120 else text[:119] + "…"


def _numbers(found: list[Compared]) -> Component:
    every = [row for row in moved([one.numbers for one in found]) if row.metric in METRICS]
    if not every:
        return html.P("No number differs, of the strategies that all of them have.")
    kinds = {one.kind for one in found}
    body = [
        (
            f"{row.strategy}: {METRICS[row.metric].label}",
            *(_number(value) for value in row.values),
            _change(row),
            *((_in_luck(row, found),) if kinds == {"run"} else ()),
        )
        for row in every[:MOST_ROWS]
    ]
    of = "at full size" if kinds == {"run"} else "at full size; of a study, medians over draws"
    more = "" if len(every) <= MOST_ROWS else f", the first {MOST_ROWS} shown"
    return rows(
        (
            "Number",
            *(one.name for one in found),
            f"{found[1].name} ÷ {found[0].name}",
            *(("In luck, σ",) if kinds == {"run"} else ()),
        ),
        body,
        caption=f"{len(every)} numbers differ, {of}{more}",
    )


def _number(value: float | None) -> str:
    if value is None or not math.isfinite(value):
        return MISSING
    return decimal(value) if abs(value) >= 100 or value == int(value) else f"{value:.4g}"


def _change(row: Moved) -> str:
    one, other = row.values[:2]
    if not one or other is None:
        return MISSING
    return f"{100 * (other / one - 1):+.3g} %".replace("-", "−")


def _in_luck(row: Moved, found: list[Compared]) -> str:
    """How many standard deviations of two runs' luck the second is above the first."""
    one, other = row.values[:2]
    variances = [each.luck[row.strategy].get(row.metric) for each in found[:2]]
    if one is None or other is None or None in variances or not any(variances):
        return MISSING
    apart = (other - one) / math.sqrt(sum(value or 0.0 for value in variances))
    return "≈" if abs(apart) < NOISY else f"{apart:+.1f}".replace("-", "−")


def _paired(found: list[Compared]) -> Content:
    first = found[0]
    parts: Content = []
    for other in found[1:]:
        if other.drawn != first.drawn:
            parts.append(
                html.P(
                    f"{first.name} and {other.name} share no draws (kind, seed or uncertain inputs "
                    "differ), so their numbers are not paired."
                )
            )
            continue
        body = []
        for strategy, base in first.draws.items():
            value = other.draws.get(strategy)
            if value is None:
                continue
            n = min(len(value), len(base))
            if not n or not (base[:n] > 0).any():
                continue
            one = paired(value[:n], base[:n])
            ratio = one.ratio
            hidden = one.verdict == "within noise"
            body.append(
                (
                    strategy,
                    compared(ratio.p5, ratio.p50, ratio.p95, within_noise=hidden),
                    chance(one.higher),
                    chance(one.lower),
                    f"{n:,}",
                )
            )
        header = ("Strategy", f"{other.name} ÷ {first.name}", "More in", "Fewer in", "Draws")
        parts.append(
            rows(header, body, caption=f"{other.name} beside {first.name}, under the same draws")
        )
    return parts
