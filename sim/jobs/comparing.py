"""Strategies of one scenario, or of several versions of it, compared under the same unknowns.

What is compared comes from finished studies; a scenario file becomes one. Studies whose draws are
not the same cannot be paired, and are refused. Where the studies are of versions of a scenario,
each strategy that several of them have is set beside its own of the first. Single runs have no
draws: :mod:`sim.jobs.differences` sets them side by side.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sim.errors import OptionError
from sim.jobs.differences import labels
from sim.jobs.draws import Drawing
from sim.jobs.gathering import Gathering, InCommon
from sim.jobs.sensitivity import named
from sim.loading.load import load
from sim.scenario.scenario import Scenario
from sim.store.drawn import Drawn
from sim.store.manifest import SCENARIO
from sim.store.study import Study, Task
from sim.store.verify import hold
from sim.study.beside import Differing, differing
from sim.study.comparing import (
    PEOPLE,
    Alternatives,
    Beside,
    Dominated,
    Standing,
    beside,
    dominated,
    rivals,
    standings,
    utilities,
)
from sim.study.inputs import Input
from sim.study.intervals import Spread, spread
from sim.study.turning import Turn, turn

Floats = NDArray[np.float64]
SCHEMA: Final = "ringfence-compare/1"
"""Of the JSON document; its number goes up when a key goes or changes its meaning."""
JUST_PEOPLE: Final[Mapping[str, float]] = {PEOPLE: 1.0}


@dataclass(frozen=True, slots=True)
class Source:
    """A study, and what its draws are of."""

    study: Study
    drawing: Drawing
    label: str
    """What its strategies are told apart by; empty where there is one study."""

    def read(self, task: Task, /) -> Drawn:
        """A task's result."""
        return self.study.drawn(task.draw, task.noise)

    def gathering(self, draws: int) -> Gathering:
        """Its first draws."""
        return Gathering(self.drawing, self, tuple(Task(draw) for draw in range(1, draws + 1)))

    def alternative(self, strategy: str) -> str:
        """What a strategy is called among all that is compared."""
        return f"{self.label}/{strategy}" if self.label else strategy


@dataclass(frozen=True, slots=True)
class Comparison:
    """What comparing found."""

    sources: tuple[Source, ...]
    known: Alternatives
    weights: Mapping[str, float]
    differing: tuple[Differing, ...]
    """Keys in which the alternatives differ, a value each."""
    spreads: Mapping[str, Mapping[str, Spread]]
    """By number and alternative."""
    besides: Mapping[str, Mapping[str, Beside]]
    """By number and alternative other than the base."""
    dominated: tuple[Dominated, ...]
    standing: Mapping[str, Standing]
    finished: Mapping[str, float]
    """By alternative: share of draws in which every line of the list was dialled."""
    leader: str
    """The alternative that is best most often."""
    turns: Mapping[str, Turn]
    """By other alternative: when it is ahead of the leader."""
    inputs: Mapping[str, Input]
    """What was drawn, by path."""
    versions: tuple[Version, ...]
    """Strategies that several studies have."""


@dataclass(frozen=True, slots=True)
class Version:
    """A strategy of one study beside the same one of the first that has it."""

    strategy: str
    base: str
    other: str
    """The two alternatives."""
    differing: tuple[Differing, ...]
    """Keys in which they differ."""
    besides: Mapping[str, Beside]
    """By number."""


def compare(
    studies: Sequence[Study],
    strategies: Iterable[str] | None = None,
    weights: Mapping[str, float] = JUST_PEOPLE,
    names: Sequence[str] | None = None,
) -> Comparison:
    """Compare strategies, each under the same unknowns.

    Parameters
    ----------
    studies
        Finished ones, of one scenario or of versions of it.
    strategies
        Names; default all that there are.
    weights
        What numbers are worth beside each other.
    names
        What the studies are called where there are several; default their folders' names.

    Raises
    ------
    sim.errors.OptionError
        For fewer than two alternatives, weights of what there is not, or studies whose draws are
        not the same.
    sim.errors.UnknownNameError
        For a strategy that no study has.
    """
    sources = _sources(studies, names or labels([study.path for study in studies]))
    draws = min(source.study.draws_count for source in sources)
    wanted = list(strategies or ())
    every = list(dict.fromkeys(name for one in studies for name in one.strategies))
    named("strategy", wanted, every)
    chosen = {
        source.label: [name for name in source.study.strategies if not wanted or name in wanted]
        for source in sources
    }
    known, finished = _known(sources, chosen, draws)
    if len(known.names) < 2:
        raise OptionError(
            "there is one strategy, and nothing to compare it with", allowed="two or more"
        )
    utility = utilities(known, weights)
    standing = standings(utility)
    leader, others = rivals(standing)
    scenarios = {
        source.alternative(name): _document(source.drawing.loaded.scenario, name)
        for source in sources
        for name in chosen[source.label]
    }
    return Comparison(
        sources,
        known,
        weights,
        differing([scenarios[name] for name in known.names]),
        {
            number: {name: spread(values.ravel()) for name, values in found.items()}
            for number, found in known.numbers.items()
        },
        {number: beside(known, number) for number in known.numbers},
        dominated(known),
        standing,
        finished,
        leader,
        {
            name: turn(utility[name] > utility[leader], known.runs, _wide(known, utility[name]))
            for name in others
        },
        {one.path: one for source in sources for one in source.drawing.inputs},
        tuple(_versions(sources, chosen, known, scenarios)),
    )


def _wide(known: Alternatives, utility: Floats) -> Mapping[str, Floats]:
    """Readings, where the utility has any."""
    return known.readings if utility.shape[1] > 1 else {}


def _sources(studies: Sequence[Study], names: Sequence[str]) -> tuple[Source, ...]:
    """The studies with what they draw; several have labels that tell them apart."""
    first = studies[0].facts
    found = []
    for study, label in zip(studies, names, strict=True):
        facts = study.facts
        for what, one, other in (
            ("seed", first.seed, facts.seed),
            ("scale", first.scale, facts.scale),
            ("code of Ringfence", first.code_sha256, facts.code_sha256),
        ):
            if one != other:
                raise OptionError(
                    f"studies of another {what} cannot be paired",
                    place=study.path,
                    found=str(other)[:12],
                    allowed=str(one)[:12],
                )
        loaded = load(hold(study.path, SCENARIO, study.manifest["files"][SCENARIO]))
        drawing = Drawing(loaded, study.strategies, Fraction(facts.scale))
        found.append(Source(study, drawing, label if len(studies) > 1 else ""))
    return tuple(found)


def _versions(
    sources: Sequence[Source],
    chosen: Mapping[str, Sequence[str]],
    known: Alternatives,
    documents: Mapping[str, Mapping[str, Any]],
) -> Iterator[Version]:
    """Every strategy that several studies have, of each beside that of the first."""
    every = dict.fromkeys(name for source in sources for name in chosen[source.label])
    for strategy in every:
        having = [one.alternative(strategy) for one in sources if strategy in chosen[one.label]]
        for other in having[1:]:
            pair = (having[0], other)
            alone = replace(
                known,
                names=pair,
                base=having[0],
                numbers={
                    number: {name: values[name] for name in pair}
                    for number, values in known.numbers.items()
                },
            )
            yield Version(
                strategy,
                *pair,
                differing([documents[name] for name in pair]),
                {number: beside(alone, number)[other] for number in alone.numbers},
            )


def _known(
    sources: Sequence[Source], chosen: Mapping[str, Sequence[str]], draws: int
) -> tuple[Alternatives, dict[str, float]]:
    """All alternatives, read in what no log of any hangs on."""
    sources = [source for source in sources if chosen[source.label]]
    gathered = [(source, source.gathering(draws), chosen[source.label]) for source in sources]
    common = frozenset(
        set.intersection(*(set(one.readable(names)) for _, one, names in gathered))
        if gathered
        else ()
    )
    found: list[tuple[str, InCommon, str, Source]] = []
    for source, gathering, names in gathered:
        read = gathering.read_in_common(names, common)
        found += [(source.alternative(name), read, name, source) for name in names]
    numbers: dict[str, dict[str, Floats]] = {
        PEOPLE: {name: read.people[own] for name, read, own, _ in found}
    }
    for number in ("complaints", "cost"):
        each = {
            name: getattr(read, number)[own]
            for name, read, own, _ in found
            if own in getattr(read, number)
        }
        if len(each) == len(found) and any(
            np.ptp(values) or values.any() for values in each.values()
        ):
            numbers[number] = each
    first = gathered[0][1]
    base_of = first.base if first.base in gathered[0][2] else gathered[0][2][0]
    known = Alternatives(
        tuple(name for name, *_ in found),
        sources[0].alternative(base_of),
        numbers,
        _luck(found),
        {path: u for path, u in first.drawn_at.items() if path not in common},
        {path: u for path, u in first.read_at.items() if path in common},
    )
    return known, {name: float(read.finished[own].mean()) for name, read, own, _ in found}


def _luck(found: Sequence[tuple[str, InCommon, str, Source]]) -> dict[str, dict[str, float]]:
    """Run noise as the studies measured it."""
    out: dict[str, dict[str, float]] = {}
    for name, _, own, source in found:
        noise = source.study.answer["strategies"][own]["run_noise"]
        for number, told in noise.items():
            if told.get("relative_sd") is not None:
                out.setdefault(number, {})[name] = float(told["relative_sd"])
    return out


def _document(scenario: Scenario, strategy: str) -> dict[str, Any]:
    """A strategy and its world as plain data, defaults included."""
    whole = json.loads(scenario.model_dump_json(by_alias=True, exclude={"strategies"}))
    kept = {key: whole[key] for key in ("world", "regimes") if key in whole}
    own = json.loads(scenario.strategies[strategy].model_dump_json(by_alias=True))
    return {**kept, **own}
