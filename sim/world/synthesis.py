"""Population synthesis: every column from keyed uniforms, in blocks that fit the cache."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.answering import Latent, cohorts_of, latent
from sim.scenario.model import Scenario
from sim.streams import Key, Purpose, words
from sim.threshold import threshold
from sim.world.population import Population
from sim.world.slots import consent_slots

_BLOCK = 1 << 16


def latents(scenario: Scenario) -> tuple[Latent, ...]:
    """What stands behind the answering shares, by line type.

    Raises
    ------
    sim.behaviour.answering.UnreachableSharesError
        Where a line type's shares cannot come from its ring laws.
    """
    return tuple(
        latent(line_type.answering, f"world.line_types.{name}.answering")
        for name, line_type in scenario.world.line_types.items()
    )


def _pick(word: NDArray[np.uint32], shares: list[float]) -> NDArray[np.uint8]:
    """Index of a category for each word, by cumulative thresholds."""
    edges = np.cumsum(shares)[:-1] / sum(shares)
    out = np.zeros(len(word), dtype=np.uint8)
    for edge in edges:
        out += word >= np.uint32(threshold(float(edge)))
    return out


def synthesise(scenario: Scenario, key: Key, hidden: tuple[Latent, ...]) -> Population:
    """Make the population of a scenario's world.

    Parameters
    ----------
    scenario
        The scenario; its world alone is read.
    key
        The replication's key.
    hidden
        From :func:`latents`.
    """
    world = scenario.world
    n = world.lines
    territories = [t.share.central for t in world.territories.values()]
    types = [t.share.central for t in world.line_types.values()]
    segments = [s.share.central for s in world.segments.values()] if world.segments else [1.0]
    cohorts = np.uint64(cohorts_of(world))
    mean_voters = world.voters_per_line.central
    voters, more = int(mean_voters), threshold(mean_voters - int(mean_voters))
    shared = np.uint32(threshold(world.voicemail.shared.central))
    invalid = np.array([threshold(h.invalid) for h in hidden], dtype=np.uint32)
    machine = np.array([threshold(h.machine) for h in hidden], dtype=np.uint32)

    consent = np.uint32(threshold(world.consent.share.central if world.consent else 0.0))
    slots = np.uint64(max(1, len(consent_slots(world))))
    opposed = np.uint32(threshold(world.opposition.central if world.opposition else 0.0))
    registers = [np.uint32(threshold(share.central)) for share in world.registers.values()]

    columns = {name: np.empty(n, dtype=np.uint8) for name in Population.__dataclass_fields__}
    for first in range(0, n, _BLOCK):
        block = slice(first, min(first + _BLOCK, n))
        line = np.arange(block.start, block.stop, dtype=np.uint32)
        place = words(key, Purpose.LINE_PLACE, line)
        people = words(key, Purpose.LINE_PEOPLE, line)
        kind = _pick(place[1], types)
        columns["territory"][block] = _pick(place[0], territories)
        columns["line_type"][block] = kind
        columns["in_service"][block] = place[2] >= invalid[kind]
        columns["has_machine"][block] = place[3] < machine[kind]
        columns["cohort"][block] = (people[0] * cohorts) >> np.uint64(32)
        columns["voters"][block] = voters + (people[1] < np.uint32(more))
        columns["shared_voicemail"][block] = people[2] < shared
        columns["segment"][block] = _pick(people[3], segments)
        wishes = words(key, Purpose.LINE_CONSENT, line)
        columns["consent"][block] = wishes[0] < consent
        columns["slot"][block] = (wishes[1] * slots) >> np.uint64(32)
        columns["opposed"][block] = wishes[2] < opposed
        listed = words(key, Purpose.LINE_REGISTERS, line)
        bits = np.zeros(len(line), dtype=np.uint8)
        for number, below in enumerate(registers):
            bits |= (listed[number] < below).astype(np.uint8) << np.uint8(number)
        columns["registers"][block] = bits
    for column in columns.values():
        column.flags.writeable = False
    return Population(**columns)
