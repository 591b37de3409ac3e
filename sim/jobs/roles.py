"""What each uncertain input decides of a strategy: who is called when, or what is made of it.

It is read off the strategy's plan and never from a list: an input *reads* if the plan has the same
numbers with the input at its low and at its high end, but for those that no call hangs on. An input
that changes only what acts back (:class:`sim.engine.plan.placing.Back`) is *held*: the log is what
it is until something reaches the dialer, so the input may be read where that is unlikely, and
whoever reads says how unlikely. Everything else *places*.

Plans are compared in a small world of the same people: a share that moves by less than a tenth
of a percentage point may pass for one that does not move.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sim.engine.plan.build import plan_of
from sim.engine.plan.placing import Back, Placing, Ways, back, placing, same, ways
from sim.engine.plan.stage import Stage
from sim.scenario.scenario import Scenario
from sim.study.inputs import Group, drawn, inputs

LINES = 1 << 13
"""Most lines of the world in which plans are compared."""
ENDS = (0.95, 0.05)
"""Where the ends of a range lie; the high one first, since it mostly tells."""


class Role(StrEnum):
    """What an input decides of a strategy."""

    READING = "reading"
    """Nothing about any call."""
    HELD = "held"
    """Calls, but only once something acts back that it bears on."""
    PLACING = "placing"
    """Who is called when."""


@dataclass(frozen=True, slots=True)
class Roles:
    """What the inputs decide of one strategy."""

    ways: Ways
    """By which ways something can reach its dialer."""
    role: Mapping[str, Role]
    """By the path of an input."""

    def of(self, *wanted: Role) -> tuple[str, ...]:
        """Paths of the inputs with a role."""
        return tuple(path for path, role in self.role.items() if role in wanted)


def roles(stage: Stage, moving: Sequence[Group], strategies: Sequence[str]) -> dict[str, Roles]:
    """What each input decides of each strategy.

    Parameters
    ----------
    stage
        Of the scenario as it is run.
    moving
        Its groups of inputs.
    strategies
        Names of strategies.
    """
    small = small_stage(stage)
    middle = {name: Parts.of(small, name) for name in strategies}
    found: dict[str, dict[str, Role]] = {name: {} for name in strategies}
    for path in (one.path for one in inputs(moving)):
        open_ = list(strategies)
        for end in ENDS:
            other = small.again(small.replication, drawn(small.scenario, moving, {path: end}))
            for name in open_:
                role = middle[name].role(Parts.of(other, name))
                known = found[name].get(path, Role.READING)
                found[name][path] = max(role, known, key=list(Role).index)
            open_ = [name for name in open_ if found[name][path] is not Role.PLACING]
            if not open_:
                break
    for name in strategies:
        _together(stage.scenario, found[name])
    return {name: Roles(middle[name].ways, found[name]) for name in strategies}


def _together(scenario: Scenario, role: dict[str, Role]) -> None:
    """Inputs that are drawn together decide together: what one of them decides, all do."""
    for group in scenario.joint:
        members = [path for path in group.inputs if path in role]
        most = max((role[path] for path in members), key=list(Role).index, default=None)
        if most is not None:
            role.update(dict.fromkeys(members, most))


def small_stage(stage: Stage) -> Stage:
    """The stage with few lines, or itself."""
    scenario = stage.scenario
    if scenario.world.lines <= LINES:
        return stage
    world = scenario.world.model_copy(update={"lines": LINES})
    fewer: Scenario = scenario.model_copy(update={"world": world})
    return stage.again(stage.replication, fewer)


@dataclass(frozen=True, slots=True)
class Parts:
    """What of a plan is compared."""

    placing: Placing
    back: Back
    ways: Ways

    @classmethod
    def of(cls, stage: Stage, name: str) -> Parts:
        """Of a strategy's plan."""
        plan = plan_of(stage, name)
        return cls(placing(plan), back(plan), ways(plan))

    def role(self, other: Parts) -> Role:
        """What an input decides that makes the other plan of this one."""
        if not same(self.placing, other.placing):
            return Role.PLACING
        acts = not (self.ways.none and other.ways.none)
        return Role.HELD if acts and not same(self.back, other.back) else Role.READING
