"""How many complaints a campaign brings up to a moment: their mean, their spread and their law.

A complaint about a call founds a cluster: it breeds a Poisson number of further complaints, each of
which comes after a delay and breeds in turn (Hawkes and Oakes 1974). Two things keep a cluster
smaller than it would grow to for ever: what falls beyond the horizon is not counted, and whoever
has not been called by the moment of their complaint does not join in. So time is cut into cells,
and a complaint in cell ``i`` breeds one in cell ``j`` with the chance that the delay falls there
times the share of lines called by then.

With ``G_i`` the probability generating function of the counted size of a cluster that begins in
cell ``i``, ``p_c`` the share of channel ``c``, ``m_c`` the mean number that it breeds and ``w_ij``
that chance,

    G_i(s) = Σ_c p_c s^[counted] exp(m_c Σ_j w_ij (G_j(s) - 1)),

which is solved from the last cell backwards. The founders are many independent small chances:
Poisson in each cell, so the whole has ``exp(Σ_i λ_i (G_i(s) - 1))``. Within a cell complaints count
as spread evenly; halving the cells moves the mean by less than the fourth digit (tested).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Complexes = NDArray[np.complex128]
Cumulative = Callable[[Floats], Floats]
"""The integral of a delay's distribution function from 0: durations to durations, ms."""


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """How complaints may unfold, in n cells of time and over k channels."""

    edges_ms: Floats
    """(n + 1,) Edges of the cells, rising, ms since the campaign's start; the last is the
    horizon."""
    founders: Floats
    """(n,) Mean complaints about calls in each cell."""
    joining: Floats
    """(n, n) Chance that a complaint in a cell has one that it breeds in another, if it breeds
    one: upper triangular; what is missing to 1 falls beyond the horizon or on lines not called."""
    channels: Floats
    """(k,) Share of complaints that go to each channel; they sum to 1."""
    bred: Floats
    """(k,) Mean complaints that one to each channel breeds, were everybody called at once."""

    @property
    def branching(self) -> float:
        """Mean complaints that one breeds, over the channels."""
        return float(self.channels @ self.bred)

    def counted(self, channel: int | None = None, before_ms: float | None = None) -> Bools:
        """(n, k) Which complaints to count: all, those to a channel, those before an edge.

        Raises
        ------
        ValueError
            Where ``before_ms`` is no edge.
        """
        out = np.ones((len(self.founders), len(self.channels)), dtype=np.bool_)
        if channel is not None:
            out[:] = False
            out[:, channel] = True
        if before_ms is not None:
            at = np.flatnonzero(self.edges_ms == before_ms)
            if not len(at):
                raise ValueError(f"{before_ms} ms is no edge of a cell")
            out[int(at[0]) :] = False
        return out


def cells(cutoff_ms: int, horizon_ms: int, *, within: int = 48, after: int = 48) -> Floats:
    """Edges of cells: even up to the cutoff, then each longer than the last, to the horizon.

    Parameters
    ----------
    cutoff_ms, horizon_ms
        The campaign's cutoff, and the end of counting; either may come first.
    within, after
        Cells up to the cutoff and beyond it.
    """
    last = min(cutoff_ms, horizon_ms)
    edges = np.linspace(0.0, last, within + 1)
    if horizon_ms <= cutoff_ms:
        return edges
    # The first cell beyond is as long as those before, where that leads to the horizon.
    first = min(last / within, (horizon_ms - last) / after)
    ratio = _ratio((horizon_ms - last) / first, after)
    lengths = first * ratio ** np.arange(after)
    beyond = last + np.cumsum(lengths)
    beyond[-1] = horizon_ms
    return np.concatenate([edges, beyond])


def _ratio(total: float, cells: int) -> float:
    """The ratio of a geometric row of so many terms from 1 that sums to a total."""
    low, high = 1.0, 1.0 + total
    for _ in range(200):
        middle = (low + high) / 2
        over = cells * np.log(middle) > 700 or (middle**cells - 1) / (middle - 1) > total
        low, high = (low, middle) if over else (middle, high)
    return low


def accumulated(quantile: Callable[[Floats], Floats], points: int = 1 << 13) -> Cumulative:
    """The integral from 0 of a distribution function, by its quantiles.

    Between quantiles the distribution counts as even, and beyond the outermost as ended.

    Parameters
    ----------
    quantile
        Probabilities in (0, 1) to durations, never falling, ms.
    points
        How many quantiles.
    """
    chance = (np.arange(points) + 0.5) / points
    at = np.maximum(quantile(chance), 0.0)
    share = np.concatenate([[0.0], chance, [1.0]])
    at = np.concatenate([[at[0]], at, [at[-1]]])
    area = np.concatenate([[0.0], np.cumsum((share[1:] + share[:-1]) / 2 * np.diff(at))])

    def integral(duration: Floats) -> Floats:
        k = np.clip(np.searchsorted(at, duration, side="right") - 1, 0, len(at) - 2)
        along = np.clip(duration - at[k], 0.0, at[k + 1] - at[k])
        width = at[k + 1] - at[k]
        slope = np.divide(share[k + 1] - share[k], width, out=np.zeros_like(width), where=width > 0)
        inside = area[k] + share[k] * along + slope * along**2 / 2
        beyond = np.maximum(duration - at[-1], 0.0)
        return np.where(duration <= at[0], 0.0, np.where(beyond > 0, area[-1] + beyond, inside))

    return integral


def falls(delay: Cumulative, edges_ms: Floats) -> Floats:
    """(n, n) Chance that a delay from a moment in one cell ends in another.

    The moment is anywhere in its cell, all alike; a point in time is a cell without length.
    """
    length = np.maximum(np.diff(edges_ms), 1e-9)[:, None]
    # From each edge to each later one; to an earlier one is no time.
    ahead = np.triu_indices(len(edges_ms))
    until = np.full((len(edges_ms), len(edges_ms)), float(delay(np.zeros(1))[0]))
    until[ahead] = delay(edges_ms[ahead[1]] - edges_ms[ahead[0]])
    # Chance to have ended by each edge, in the mean over the beginnings.
    by = (until[:-1] - until[1:]) / length
    return np.asarray(np.triu(np.diff(by, axis=1)), dtype=np.float64)


# ── Means and spreads ────────────────────────────────────────────────────────────────────────────


def means(course: Course) -> Floats:
    """(n, k) Mean complaints by cell and channel, those bred by others included."""
    step = course.branching * course.joining
    total = np.linalg.solve(np.eye(len(step)) - step.T, course.founders)
    return np.asarray(np.outer(total, course.channels), dtype=np.float64)


def moments(course: Course, counted: Bools) -> tuple[float, float]:
    """Mean and variance of the number of counted complaints, the level being given."""
    mean, variance = moments_over(
        course.founders[None], course.joining, course.channels[None], course.bred[None], counted
    )
    return float(mean[0]), float(variance[0])


def moments_over(
    founders: Floats, joining: Floats, channels: Floats, bred: Floats, counted: Bools
) -> tuple[Floats, Floats]:
    """:func:`moments` of d courses that share their cells and who may join in.

    Parameters
    ----------
    founders : (d, n) float64
    joining : (n, n) float64
    channels, bred : (d, k) float64
    counted : (n, k) bool, or (c, n, k) bool
        What counts; or c ways of counting.

    Returns
    -------
    (d,) float64, (d,) float64
        Means and variances; (c, d) for c ways of counting.
    """
    ways = counted if counted.ndim == 3 else counted[None]
    n, d = len(joining), len(founders)
    branching = (channels * bred).sum(axis=1)
    # Given the channel: 1 or 0, and a Poisson sum of clusters with mean m·a, variance m·b; so the
    # mean square of their sum is Σ p (c + m·a)², of which the parts without a are known before.
    told = np.einsum("cnk,dk->cnd", ways, channels)
    mixed = 2 * np.einsum("cnk,dk->cnd", ways, channels * bred)
    doubly = (channels * bred**2).sum(axis=1)
    size, square = np.zeros((len(ways), n, d)), np.zeros((len(ways), n, d))
    for i in range(n - 1, -1, -1):
        ahead, itself = joining[i, i + 1 :], joining[i, i]
        alone = 1 - branching * itself
        a = ahead @ size[:, i + 1 :]
        size[:, i] = (told[:, i] + branching * a) / alone
        a += itself * size[:, i]
        b = ahead @ square[:, i + 1 :]
        one = told[:, i] + (mixed[:, i] + doubly * a) * a
        square[:, i] = (one + branching * b) / alone
    mean, variance = (np.einsum("dn,cnd->cd", founders, part) for part in (size, square))
    return (mean, variance) if counted.ndim == 3 else (mean[0], variance[0])


# ── The law ──────────────────────────────────────────────────────────────────────────────────────


def cluster(course: Course, s: Complexes, counted: Bools) -> Complexes:
    """The generating function of the counted size of clusters that begin in each cell.

    Parameters
    ----------
    course
        How complaints unfold.
    s : (m,) complex128
        Where, inside the unit circle.
    counted : (n, k) bool
        Which complaints count.

    Returns
    -------
    (m,) complex128
        ``Σ_i λ_i (G_i(s) - 1)``: the logarithm of the whole's generating function.
    """
    n = len(course.joining)
    size = np.zeros((n, len(s)), dtype=np.complex128)
    founded = np.zeros(len(s), dtype=np.complex128)
    here = np.zeros_like(s)
    for i in range(n - 1, -1, -1):
        itself, later = float(course.joining[i, i]), course.joining[i, i + 1 :]
        # Not by BLAS, whose threads cost more than so small a product.
        ahead = np.einsum("j,jm->m", later, size[i + 1 :]) - later.sum() - itself
        known = [
            (m, (share * s + rest) * np.exp(m * ahead))
            for m, (share, rest) in _by_brood(course, counted[i]).items()
        ]
        # Newton, from the cell after. Inside the unit circle there is one solution: as a
        # complaint breeds less than one, each side is nearer to it than the other was.
        for _ in range(60):
            value, slope = np.zeros_like(s), np.zeros_like(s)
            for m, part in known:
                grown = part * np.exp(m * itself * here)
                value += grown
                slope += m * itself * grown
            step = (value - here) / (1 - slope)
            here = here + step
            if float(np.abs(step).max()) < 1e-13:
                break
        size[i] = here
        founded += course.founders[i] * (here - 1)
    return founded


def _by_brood(course: Course, counted: Bools) -> dict[float, tuple[float, float]]:
    """By how many a complaint breeds: the share of complaints that do and count, and the others."""
    found: dict[float, tuple[float, float]] = {}
    for share, m, counts in zip(
        course.channels.tolist(), course.bred.tolist(), counted, strict=True
    ):
        some, rest = found.get(m, (0.0, 0.0))
        found[m] = (some + share, rest) if counts else (some, rest + share)
    return found
