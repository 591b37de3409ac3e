"""The uncertain inputs of a scenario, and what one draw of all of them makes of it.

Most inputs move alone. Some move together, since apart they would contradict each other:

* shares that sum to 1 (how calls end, where complaints go, the parts of the world) are one
  composition: each ranged share is drawn as a log-ratio to the share that gives way (``rest``, else
  the largest that has no range), and the whole is closed to 1 (Aitchison 1982). Shares without a
  range stay what they are. A share that is ranged alone keeps its three points exactly;
* the median and the 90 % point of a log-normal law: where one range is given for the median, the
  90 % point keeps its ratio to it; where both have ranges, one uniform moves both;
* the points of a survival curve: one uniform moves all that have ranges;
* where complaints go and how many further ones each breeds: in a draw in which one complaint would
  breed :data:`MOST_BRED` or more, all that is bred is brought down together to that.

The same key of two strategies is one input: it is drawn once, and each strategy reads its own law
at the same uniform.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from sim.document.laws import LogNormal, Survival
from sim.document.node import Path, dotted
from sim.document.quantity import (
    QUANTITIES,
    DurationRange,
    FactorRange,
    FrozenDict,
    ShareRange,
    SignedRange,
)
from sim.errors import BadInputError
from sim.scenario.answering import Answering
from sim.scenario.complaints import ComplaintChannels
from sim.scenario.scenario import Scenario
from sim.study.law import Law, law_of

Floats = NDArray[np.float64]
MOST_BRED = 0.9
"""Mean further complaints that one may breed in a draw, so that each becomes ten at most; midway
between the central value and 1 where that is more."""
Changed = TypeVar("Changed", bound=BaseModel)


class RefusedRangeError(BadInputError):
    """A range with draws that no model has."""

    def __init__(self, path: Path, message: str) -> None:
        super().__init__(message, place=dotted(path))
        self.path, self.message = path, message

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.path, self.message)


@dataclass(frozen=True, slots=True)
class Input:
    """One uncertain input."""

    path: str
    """Where a file writes it, with dots; of the base strategy for a key of strategies."""
    law: Law
    """Its own three points; of a share of a composition, as if it moved alone."""
    source: str | None
    """Where the range comes from."""


@dataclass(frozen=True, slots=True)
class Alone:
    """An input that moves by itself."""

    inputs: tuple[Input, ...]
    target: Path

    def values(self, uniform: Floats) -> Iterator[tuple[Path, Floats]]:
        """The value of each key in n draws, from (n, 1) uniforms."""
        yield self.target, self.inputs[0].law(uniform[:, 0])


@dataclass(frozen=True, slots=True)
class Spread:
    """The median and the 90 % point of a log-normal law."""

    inputs: tuple[Input, ...]
    """The median, or the 90 % point where that alone is uncertain."""
    median: Path
    p90: Path
    laws: tuple[Law | None, Law | None]
    """Of the median and of the 90 % point, each None where it is one number."""
    ratio: float
    """90 % point ÷ median at central values."""

    def values(self, uniform: Floats) -> Iterator[tuple[Path, Floats]]:
        """The values of both keys in n draws, from (n, 1) uniforms."""
        median, p90 = (None if law is None else law(uniform[:, 0]) for law in self.laws)
        if median is not None:
            yield self.median, median
            if p90 is None:
                p90 = np.rint(median * self.ratio)
        if p90 is not None:
            yield self.p90, p90


@dataclass(frozen=True, slots=True)
class Curve:
    """The points of a survival curve: one uniform moves all that have ranges."""

    inputs: tuple[Input, ...]
    """The first point with a range: it stands for all."""
    targets: tuple[Path, ...]
    laws: tuple[Law, ...]

    def values(self, uniform: Floats) -> Iterator[tuple[Path, Floats]]:
        """The values of all keys in n draws, from (n, 1) uniforms."""
        for path, law in zip(self.targets, self.laws, strict=True):
            yield path, law(uniform[:, 0])


@dataclass(frozen=True, slots=True)
class Composition:
    """Shares that sum to 1."""

    inputs: tuple[Input, ...]
    """The ranged shares."""
    targets: tuple[Path, ...]
    """Their keys, then the key that gives way unless it is written ``rest``."""
    whole: float
    """What the ranged shares and the one that gives way sum to."""

    def values(self, uniform: Floats) -> Iterator[tuple[Path, Floats]]:
        """The values of all keys in n draws, from (n, k) uniforms."""
        centres = np.array([one.law.central for one in self.inputs])
        odds = np.empty(uniform.shape)
        for column, one in enumerate(self.inputs):
            others = float(centres.sum() - centres[column])
            # Alone, the share and the one that gives way share what the others leave.
            left = self.whole - others
            share = _within(one.law, left, uniform[:, column])
            odds[:, column] = share / (left - share)
        total = 1.0 + odds.sum(axis=1, keepdims=True)
        shares = self.whole * odds / total
        parts = [*shares.T, self.whole / total[:, 0]]
        yield from zip(self.targets, parts, strict=False)


def _within(law: Law, left: float, uniform: Floats) -> Floats:
    """A share of what is left, between 0 and all of it: the law on its own logit scale."""
    part = Law(law.low / left, law.central / left, law.high / left, law.shape, "share")
    return left * part(uniform)


@dataclass(frozen=True, slots=True)
class Cascade:
    """Complaints that breed complaints: with the shares of the channels, so that clusters end."""

    inputs: tuple[Input, ...]
    """Of the shares of the channels, then of the numbers bred."""
    shares: Composition | None
    """Of the channels, where one has a range."""
    alone: tuple[Alone, ...]
    """The numbers bred that have ranges."""
    channels: Mapping[Path, float]
    """Central share by the key of each channel."""
    bred: Mapping[Path, float]
    """Central number bred by the key of each, in the same order."""
    most: float
    """Mean number that one complaint may breed in a draw."""

    def values(self, uniform: Floats) -> Iterator[tuple[Path, Floats]]:
        """The values of all keys in n draws, from (n, k) uniforms."""
        shares, bred = self._free(uniform)
        yield from shares.items()
        held = self.most / np.maximum(self._ratio(shares, bred, len(uniform)), self.most)
        for path, central in self.bred.items():
            if path in bred or (held < 1).any():
                yield path, bred.get(path, np.full(len(uniform), central)) * held

    def held(self, uniform: Floats) -> NDArray[np.bool_]:
        """(n,) Draws in which what is bred is brought down."""
        return self._ratio(*self._free(uniform), len(uniform)) > self.most

    def _free(self, uniform: Floats) -> tuple[dict[Path, Floats], dict[Path, Floats]]:
        """Shares of the channels and numbers bred that move, not brought down."""
        first = 0 if self.shares is None else len(self.shares.inputs)
        shares = {} if self.shares is None else dict(self.shares.values(uniform[:, :first]))
        bred = {
            path: value
            for column, one in enumerate(self.alone, first)
            for path, value in one.values(uniform[:, column : column + 1])
        }
        return shares, bred

    def _ratio(self, shares: Mapping[Path, Floats], bred: Mapping[Path, Floats], n: int) -> Floats:
        """(n,) Mean complaints that one breeds."""
        total = np.zeros(n)
        for (channel, share), (child, mean) in zip(
            self.channels.items(), self.bred.items(), strict=True
        ):
            total += shares.get(channel, share) * bred.get(child, mean)
        return total


Group = Alone | Spread | Curve | Composition | Cascade


def groups(scenario: Scenario) -> tuple[Group, ...]:
    """What moves, in the order of the format: the world first, then each strategy.

    Raises
    ------
    RefusedRangeError
        For a share of a composition whose range leaves nothing for the share that gives way.
    """
    found = _with_cascade(scenario, list(_groups(scenario.world, ("world",), None)))
    for name, strategy in scenario.strategies.items():
        found += _groups(strategy, ("strategies", name), None)
    # No call hangs on what people make of one: last, so that other inputs keep their coordinates.
    return tuple(sorted(found, key=lambda group: group.inputs[0].path.startswith("world.votes.")))


def inputs(moving: Sequence[Group]) -> tuple[Input, ...]:
    """Every input once, in order: the coordinates of a draw."""
    return tuple({one.path: one for group in moving for one in group.inputs}.values())


def written(path: Path) -> str:
    """Where a file writes a key: a strategy's under the base strategy."""
    return dotted(path[2:] if path[:1] == ("strategies",) else path)


def _groups(value: object, path: Path, source: str | None) -> Iterator[Group]:
    if isinstance(value, QUANTITIES):
        if (law := law_of(value)) is not None:
            yield Alone((Input(written(path), law, value.source or source),), path)
    elif isinstance(value, LogNormal):
        yield from _spread(value, path, value.source or source)
    elif isinstance(value, Survival):
        yield from _curve(value, path, value.source or source)
    elif isinstance(value, BaseModel):
        own = getattr(value, "source", None) or source
        parts = _parts(value)
        yield from _composition(parts, path, own)
        for name, info in type(value).model_fields.items():
            shown = info.alias or name
            if shown not in parts:
                yield from _groups(getattr(value, name), (*path, shown), own)
    elif isinstance(value, Mapping):
        shares = {name: getattr(entry, "share", None) for name, entry in value.items()}
        if shares and all(isinstance(share, ShareRange) for share in shares.values()):
            yield from _composition(shares, path, source, ("share",))
            value = {name: _without(entry, "share") for name, entry in value.items()}
        for name, entry in value.items():
            yield from _groups(entry, (*path, name), source)
    elif isinstance(value, tuple):
        for index, entry in enumerate(value):
            yield from _groups(entry, (*path, index), source)


def _with_cascade(scenario: Scenario, found: list[Group]) -> list[Group]:
    """The groups of the world, those of contagion and of where complaints go as one."""
    told = scenario.world.complaints
    if told is None or told.contagion is None:
        return found
    names = tuple(ComplaintChannels.model_fields)
    at: Path = ("world", "complaints")
    channels = {(*at, "channels", name): getattr(told.channels, name).central for name in names}
    bred = {(*at, "contagion", name): getattr(told.contagion, name).central for name in names}
    shares = [g for g in found if isinstance(g, Composition) and g.targets[0] in channels]
    alone = [g for g in found if isinstance(g, Alone) and g.target in bred]
    if not shares and not alone:
        return found
    central = sum(p * m for p, m in zip(channels.values(), bred.values(), strict=True))
    ours: list[Composition | Alone] = [*shares, *alone]
    cascade = Cascade(
        inputs=tuple(one for group in ours for one in group.inputs),
        shares=shares[0] if shares else None,
        alone=tuple(alone),
        channels=channels,
        bred=bred,
        most=max(MOST_BRED, (1 + central) / 2),
    )
    first = min(found.index(group) for group in ours)
    rest = [group for group in found if group not in ours]
    return [*rest[:first], cascade, *rest[first:]]


def _parts(value: BaseModel) -> dict[str, Any]:
    """The shares of a model that sum to 1, by name."""
    if isinstance(value, Answering):
        names: tuple[str, ...] = ("invalid", "busy", "no_answer", "machine", "human")
    elif isinstance(value, ComplaintChannels):
        names = tuple(type(value).model_fields)
    else:
        return {}
    return {name: getattr(value, name) for name in names}


def _without(entry: BaseModel, name: str) -> BaseModel:
    """An entry whose field is one number, since it has been seen to."""
    field: ShareRange = getattr(entry, name)
    return entry.model_copy(update={name: ShareRange(central=field.central)})


def _spread(value: LogNormal, path: Path, source: str | None) -> Iterator[Group]:
    laws = (law_of(value.median), law_of(value.p90))
    if laws == (None, None):
        return
    name = "median" if laws[0] is not None else "p90"
    law = laws[0] or laws[1]
    assert law is not None
    own = (value.median if laws[0] is not None else value.p90).source
    yield Spread(
        inputs=(Input(written((*path, name)), law, own or source),),
        median=(*path, "median"),
        p90=(*path, "p90"),
        laws=laws,
        ratio=value.p90.central / value.median.central,
    )


def _curve(value: Survival, path: Path, source: str | None) -> Iterator[Group]:
    found = {(*path, "points", at): (share, law_of(share)) for at, share in value.points.items()}
    ranged = {at: (share, law) for at, (share, law) in found.items() if law is not None}
    if ranged:
        at, (share, law) = next(iter(ranged.items()))
        yield Curve(
            inputs=(Input(written(at), law, share.source or source),),
            targets=tuple(ranged),
            laws=tuple(law for _, law in ranged.values()),
        )


def _composition(
    parts: Mapping[str, Any], path: Path, source: str | None, below: Path = ()
) -> Iterator[Group]:
    """The composition of shares, some of which are ranges; at most one is the word ``rest``."""
    quantities = {name: part for name, part in parts.items() if isinstance(part, ShareRange)}
    ranged = {name: law for name, part in quantities.items() if (law := law_of(part)) is not None}
    if not ranged:
        return
    rest = next((name for name in parts if name not in quantities), None)
    fixed = {name: part.central for name, part in quantities.items() if name not in ranged}
    if rest is None:
        # Where every share has a range, the largest gives way.
        rest = max(fixed or ranged, key=lambda name: quantities[name].central)
        fixed.pop(rest, None)
        ranged.pop(rest, None)
        named = [(*path, rest, *below)]
    else:
        named = []
    whole = 1.0 - sum(fixed.values())
    yielding = whole - sum(law.central for law in ranged.values())
    for name, law in ranged.items():
        if law.high >= law.central + yielding:
            raise RefusedRangeError(
                (*path, name, *below),
                f"its high end of {law.high:.4g} leaves nothing for '{rest}', which has "
                f"{yielding:.4g} at central values",
            )
    yield Composition(
        inputs=tuple(
            Input(written((*path, name, *below)), law, quantities[name].source or source)
            for name, law in ranged.items()
        ),
        targets=(*((*path, name, *below) for name in ranged), *named),
        whole=whole,
    )


# ── One draw ─────────────────────────────────────────────────────────────────────────────────────


def values_in(moving: Sequence[Group], uniforms: Mapping[str, Floats]) -> dict[Path, Floats]:
    """The value of every key in n draws.

    Parameters
    ----------
    moving
        Groups of inputs.
    uniforms
        By the path of an input: its uniform in each draw, (n,), in (0, 1). Inputs that are not
        here stay at their central values; groups without any are left out.
    """
    found: dict[Path, Floats] = {}
    for group in moving:
        here = [uniforms.get(one.path) for one in group.inputs]
        known = [u for u in here if u is not None]
        if known:
            middle = np.full(len(known[0]), 0.5)
            columns = np.column_stack([middle if u is None else u for u in here])
            found.update(group.values(columns))
    return found


def drawn(scenario: Scenario, moving: Sequence[Group], uniform: Mapping[str, float]) -> Scenario:
    """A scenario at one draw of its inputs: each becomes one number.

    Parameters
    ----------
    scenario
        The scenario with its ranges.
    moving
        Its groups; inputs that are not in ``uniform`` stay at their central values, with those
        of their group.
    uniform
        By the path of an input: its uniform, in (0, 1).
    """
    return with_values(scenario, values_of(moving, uniform))


def values_of(moving: Sequence[Group], uniform: Mapping[str, float]) -> dict[Path, float]:
    """The value of each key that a draw moves; arguments as for :func:`drawn`."""
    found = values_in(moving, {path: np.array([u]) for path, u in uniform.items()})
    return {path: float(value[0]) for path, value in found.items()}


def with_values(scenario: Changed, values: Mapping[Path, float]) -> Changed:
    """A scenario, or a part of one with paths below it, with numbers in place of quantities.

    Nothing is checked here.
    """
    tree: dict[str | int, Any] = {}
    for path, value in values.items():
        at = tree
        for part in path[:-1]:
            at = at.setdefault(part, {})
        at[path[-1]] = value
    changed: Changed = _replaced(scenario, tree)
    return changed


def _replaced(value: Any, tree: Any) -> Any:
    if isinstance(value, DurationRange):
        return DurationRange.model_construct(
            central=round(tree), low=None, high=None, shape=value.shape, source=value.source
        )
    if isinstance(value, (ShareRange, FactorRange, SignedRange)):
        return type(value).model_construct(
            central=float(tree), low=None, high=None, shape=value.shape, source=value.source
        )
    if isinstance(value, BaseModel):
        names = {info.alias or name: name for name, info in type(value).model_fields.items()}
        update = {
            names[part]: _replaced(getattr(value, names[part]), below)
            for part, below in tree.items()
        }
        return value.model_copy(update=update)
    if isinstance(value, Mapping):
        return FrozenDict(
            {name: _replaced(e, tree[name]) if name in tree else e for name, e in value.items()}
        )
    if isinstance(value, tuple):
        return tuple(_replaced(e, tree[i]) if i in tree else e for i, e in enumerate(value))
    raise TypeError(f"no quantity of a scenario: {value!r}")
