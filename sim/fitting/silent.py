"""The likelihood of a log that does not tell for how long calls rang: who took them, or nobody.

Without ring times the two parts do not fall apart: a person who would have answered may have been
forestalled by a machine. So each line is a mixture over the engine's propensities, with and without
a machine, and of both ring laws only three chances at the time-out matter: that a person, that a
machine, picks up by then, and that both do, it first. They are the world's; the log tells nothing
of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, ndtr

from sim.fitting.dials import HUMAN, MACHINE, Bools, Dials
from sim.fitting.likelihood import F64, People

_PIECES = 512


@dataclass(frozen=True)
class Ends:
    """What ring laws come to at a time-out; of draws, each is (draws,)."""

    human: F64
    """Chance that a person who picks up does so in time."""
    machine: F64
    """The same of a machine."""
    machine_first: F64
    """Chance that both do, the machine first."""

    @property
    def human_first(self) -> F64:
        """Chance that both do, the person first."""
        return self.human * self.machine - self.machine_first


def ends_of(human: F64, machine: F64, timeout_ms: int) -> Ends:
    """What ring laws come to.

    Parameters
    ----------
    human, machine
        (draws, 2) Log of the median and log of the sigma of each law.
    timeout_ms
        The time-out.
    """
    edges = np.log(np.arange(1, _PIECES + 1) / _PIECES * timeout_ms)
    middle = np.log((np.arange(_PIECES) + 0.5) / _PIECES * timeout_ms)

    def by_then(law: F64, log: F64) -> F64:
        found: F64 = ndtr((log[None, :] - law[:, :1]) / np.exp(law[:, 1:]))
        return found

    picked = np.diff(by_then(human, edges), prepend=0.0, axis=1)
    first = (picked * by_then(machine, middle)).sum(axis=1)
    return Ends(by_then(human, edges[-1:])[:, 0], by_then(machine, edges[-1:])[:, 0], first)


@dataclass(frozen=True)
class Silent:
    """Dials that rang, of which nobody noted for how long.

    The parameters are those of :class:`~sim.fitting.likelihood.People`, then those of
    :class:`~sim.fitting.likelihood.Machines`; on both ring laws nothing depends.
    """

    people: People
    """The dials; their times are not looked at."""
    machine: Bools
    ends: Ends

    @property
    def size(self) -> int:
        """Number of parameters."""
        return self.people.size + 3

    def scores(self, at: F64, slopes: bool = True) -> tuple[F64, F64]:
        """Log-likelihood of each line, and its derivatives: (lines,) and (lines, parameters)."""
        data, c = self.people, self.people.components
        spread, share = np.exp(at[1]), expit(at[data.size])
        chance = expit(data.eta(at))
        slope_of = chance * (1.0 - chance)
        terms = [self._of_dial(chance, has) for has in (0, 1)]
        weight = np.log([1.0 - share, share])
        by_line = [
            data.by_line(np.log(term)) + c.log_weight + weight[has]
            for has, (term, _) in enumerate(terms)
        ]
        most = np.maximum(by_line[0].max(axis=1), by_line[1].max(axis=1))[:, None]
        whole = np.stack([np.exp(each - most) for each in by_line])
        total = whole.sum(axis=(0, 2))
        log_likelihood: F64 = most[:, 0] + np.log(total)
        if not slopes:
            return log_likelihood, np.empty(0)
        whole /= total[:, None]
        slope = sum(
            whole[has][data.line] * by_chance / term * slope_of
            for has, (term, by_chance) in enumerate(terms)
        )
        d_eta = slope.sum(axis=1)
        d_spread = (slope * (spread * c.z)[None, :]).sum(axis=1)
        out = np.zeros((data.lines, self.size))
        data.into(out, at, d_eta, d_spread)
        out[:, data.size] = whole[1].sum(axis=1) - share
        return log_likelihood, out

    def _of_dial(self, chance: F64, has: int) -> tuple[F64, F64]:
        """(n, c) Chance of what each dial met, and its derivative by a person's chance."""
        person, voice, by_person, by_voice = taken(chance, has, self.ends)
        human, machine = self.people.human[:, None], self.machine[:, None]
        none, by_none = 1.0 - person - voice, -by_person - by_voice
        term = np.where(human, person, np.where(machine, voice, none))
        slope = np.where(human, by_person, np.where(machine, by_voice, by_none))
        # A machine took it: the line has one. So little is left that no weight comes of it.
        return np.maximum(term, 1e-300), slope


def taken(chance: F64, has: int, ends: Ends) -> tuple[F64, F64, float, float]:
    """Chances that a person and that a machine takes a call, and both by the person's chance.

    Parameters
    ----------
    chance
        That a person would answer.
    has
        Whether the line has a machine, 0 or 1.
    ends
        Of one world.
    """
    by_person = float(ends.human[0] - has * ends.machine_first[0])
    by_voice = -has * float(ends.human_first[0])
    return chance * by_person, has * float(ends.machine[0]) + chance * by_voice, by_person, by_voice


def chances(dials: Dials, chance: F64, log_weight: F64, share: float, ends: Ends) -> F64:
    """(3, n) Chance of a person, a machine and nobody, given what was seen of the line before.

    Parameters
    ----------
    dials
        Dials that rang.
    chance
        (n, c) That a person would answer, by propensity.
    log_weight
        (c,) Log of the shares of these.
    share
        Of lines with a machine.
    ends
        Of one world.
    """
    human, machine = (dials.outcome == code for code in (HUMAN, MACHINE))
    before, person, voice = [], [], []
    for has, prior in ((0, 1.0 - share), (1, share)):
        by_person, by_voice, _, _ = taken(chance, has, ends)
        none = 1.0 - by_person - by_voice
        term = np.where(human[:, None], by_person, np.where(machine[:, None], by_voice, none))
        before.append(dials.before(np.log(np.maximum(term, 1e-300))) + log_weight + np.log(prior))
        person.append(by_person)
        voice.append(np.broadcast_to(by_voice, by_person.shape))
    whole = np.concatenate(before, axis=1)
    weight = np.exp(whole - whole.max(axis=1, keepdims=True))
    weight /= weight.sum(axis=1, keepdims=True)
    took = [(weight * np.concatenate(each, axis=1)).sum(axis=1) for each in (person, voice)]
    return np.stack([*took, 1.0 - took[0] - took[1]])
