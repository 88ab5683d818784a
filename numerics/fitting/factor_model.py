"""The factorised graphon W_ij = F̄(τ/(f_i φ_j)) that a mask came from: tail of the noise, row law and column profile.

On the scale of logarithms W_ij = G(α_i + β_j), α = ln(f/τ), β = ln φ, with the link G(η) = F̄(e^−η) of a tail family of
`sparse_limits.theory.tails`. A power of the noise only rescales α and β (S1), so no family has a shape to be fitted.

Columns have one effect each or, if there are many, one for each group of like degree. Rows are random: their α is drawn
from a law on a few atoms. All of it is fitted by maximum marginal likelihood; a free effect for every row *and* every
column would be too many. Where columns outnumber rows by far, the two change places. An even side has one effect.

Families differ in the interaction of rows and columns alone: where a side is even, all give the same graphon.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_array
from scipy.special import log_softmax

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.fitting.homogeneity import degrees
from sparse_limits.theory.graphon.lognormal import lognormal_noise, noise_scale
from sparse_limits.theory.saliency.model import half_normal_quantile, u
from sparse_limits.theory.tails import alpha, exponential, frechet, half_normal, pareto, t

Floats = NDArray[np.floating]
Groups = NDArray[np.int64]
Function = Callable[[Floats], Floats]

FAMILIES = {tail.name: tail for tail in (half_normal, exponential, lognormal_noise, frechet, pareto)}


class Resolution(NamedTuple):
    """At most so many atoms of the random side and groups of the fixed one."""

    atoms: int
    groups: int


COARSE, FINE = Resolution(32, 64), Resolution(96, 192)  # to choose the family; to describe the graphon
UNITS, MOST_READ = 4096, 2**18  # so many units are read, or as many as have so many counts, if there are more of them
FEWER_BY = 4  # columns over rows from which on they change places
STEPS = 300  # of the search for the maximum
_LOWEST = 1e-7  # probabilities keep this distance from 0 and 1, lest one entry decide
_REACH = 20.0  # of η
_ETA = sp.Symbol("eta", real=True)


@dataclass(frozen=True, eq=False)
class Counted:
    """What the likelihood reads of a mask: counts [r, G] of kept entries by group of the fixed side.

    groups [c]: the group of each unit of the fixed side; sizes [G]: of the groups. transposed: the random side are the
    columns. varies: whether the random side has more than one effect.
    """

    counts: Floats
    groups: Groups
    sizes: Floats
    transposed: bool
    varies: bool

    @property
    def interacts(self) -> bool:
        """Whether both sides vary: only then families differ."""
        return self.varies and self.sizes.size > 1


@dataclass(frozen=True, eq=False)
class Fitted:
    """A fit of one family: atoms [K] with weights [K] of the random side, effects [G] of the fixed side.

    table [K, G]: the graphon itself. units: how many of the random side were read; log_likelihoods [units].
    """

    family: str
    atoms: Floats
    weights: Floats
    effects: Floats
    log_likelihoods: Floats

    @property
    def log_likelihood(self) -> float:
        return float(self.log_likelihoods.sum())

    @property
    def table(self) -> Floats:
        return _kept_away(_link(self.family)[0], self.atoms[:, None] + self.effects)


def count(
    mask: csr_array, uneven_rows: bool, uneven_columns: bool, most: int, *, transposed: bool | None = None
) -> Counted:
    """Choose the sides of a mask [m, n] of bool, and count its entries by at most `most` groups of the fixed side.

    transposed: whether the random side are the columns; by default where these are more by far.
    """
    m, n = mask.shape
    if transposed is None:
        transposed = n > FEWER_BY * m
    matrix = csr_array(mask.T) if transposed else mask
    varies, fixed_varies = (uneven_columns, uneven_rows) if transposed else (uneven_rows, uneven_columns)
    units, across = degrees(matrix)
    groups = like_degrees(across, units.size, most) if fixed_varies else np.zeros(across.size, np.int64)
    sizes = np.bincount(groups)
    cells = np.repeat(np.arange(units.size), units) * sizes.size + groups[matrix.indices]
    counts = np.bincount(cells, minlength=units.size * sizes.size).reshape(units.size, sizes.size)
    return Counted(counts.astype(np.float64), groups, sizes.astype(np.float64), transposed, varies)


def like_degrees(counts: NDArray[np.integer], length: int, most: int) -> Groups:
    """At most `most` groups, numbered from 0, of counts out of `length` that are alike; few counts are a group each.

    Groups are narrow where counts are many, on the scale arcsin √share, on which the noise of a count is the same for
    all: with the cube root of the density for their density, they are nearly as good as the best (Panter and Dite).
    """
    if counts.size <= most:
        return np.arange(counts.size)
    scale, at, times = np.unique(np.arcsin(np.sqrt(counts / length)), return_inverse=True, return_counts=True)
    if scale.size <= most:
        return at
    steps = np.cumsum(times ** (1 / 3) * np.gradient(scale) ** (2 / 3))
    return np.unique(np.minimum(steps / steps[-1] * most, most - 1).astype(np.int64)[at], return_inverse=True)[1]


def part(data: Counted) -> Floats:
    """The counts that a fit reads: all, or those of units that are spread evenly over the order of their degrees."""
    units = max(UNITS, MOST_READ // data.sizes.size)
    if not data.varies or len(data.counts) <= units:
        return data.counts
    order = np.argsort(data.counts.sum(axis=1), kind="stable")
    return data.counts[order[np.linspace(0, len(order) - 1, units).astype(np.int64)]]


def fit_families(data: Counted) -> list[Fitted]:
    """Every family, the likeliest first; one alone if they do not differ."""
    names = list(FAMILIES) if data.interacts else [half_normal.name]
    found = [fit_family(name, data, COARSE.atoms) for name in names]
    return sorted(found, key=lambda each: -each.log_likelihood)


def fit_half_normal_rows(data: Counted) -> Fitted:
    """Half-normal noise with half-normal rows (S4): the model of SNIP and of SynFlow, where f = |a|."""
    middles = (np.arange(2 * COARSE.atoms) + 0.5) / (2 * COARSE.atoms)
    rows = np.log(numeric((u,), half_normal_quantile)(middles))
    return fit_family(half_normal.name, data, rows.size, (rows, np.full(rows.size, 1 / rows.size)))


def fit_family(family: str, data: Counted, most: int, law: tuple[Floats, Floats] | None = None) -> Fitted:
    """The maximum of the marginal likelihood of a part of the counts, with at most `most` atoms.

    law: atoms and weights that are kept as they are.
    """
    counts, sizes = part(data), data.sizes
    if law is None:
        atoms, weights, effects = _start(family, counts, sizes, most if data.varies else 1)
    else:
        atoms, weights = law
        effects = _matching(family, atoms, weights, _shares(counts.sum(axis=0), len(counts) * sizes))
    ends = [0, atoms.size, 2 * atoms.size] if law is None else [0, 0, 0]

    def parts(x: Floats) -> tuple[Floats, Floats, Floats]:
        if law is not None:
            return atoms, np.log(weights), x
        return x[: ends[1]], log_softmax(x[ends[1] : ends[2]]), x[ends[2] :]

    def loss(x: Floats) -> tuple[float, Floats]:
        rows, log_weights, columns = parts(x)
        each, posterior, by_cell = _likelihoods(family, rows, log_weights, columns, counts, sizes)
        slope = by_cell.sum(axis=0)
        if law is None:
            surplus = posterior.sum(axis=0) - len(counts) * np.exp(log_weights)
            slope = np.concatenate([by_cell.sum(axis=1), surplus, slope])
        return -float(each.sum()), -slope

    first = effects if law is not None else np.concatenate([atoms, np.log(weights), effects])
    precise = 3e-3 / max(1.0, abs(loss(first)[0]))  # a step that gains less than this is the last
    found = minimize(
        loss, first, jac=True, method="L-BFGS-B", options={"maxiter": STEPS, "maxcor": 20, "ftol": precise}
    )
    rows, log_weights, columns = parts(found.x)
    each, _, _ = _likelihoods(family, rows, log_weights, columns, counts, sizes)
    order = np.argsort(rows)
    return Fitted(family, rows[order], np.exp(log_weights[order]), columns, each)


def posterior(fitted: Fitted, data: Counted) -> Floats:
    """The posterior [r, K] of the atom of each unit of the random side."""
    return _likelihoods(fitted.family, fitted.atoms, np.log(fitted.weights), fitted.effects, data.counts, data.sizes)[1]


def factors(fitted: Fitted, data: Counted) -> tuple[Floats, Floats]:
    """left [m, K] and right [K, n] with W = left @ right: each unit averages the table over its posterior."""
    of_units = posterior(fitted, data)
    if data.transposed:
        return fitted.table.T[data.groups], np.ascontiguousarray(of_units.T)
    return of_units, fitted.table[:, data.groups]


def _likelihoods(
    family: str, rows: Floats, log_weights: Floats, columns: Floats, counts: Floats, sizes: Floats
) -> tuple[Floats, Floats, Floats]:
    """Log-likelihood [r] and posterior [r, K] of each unit, and the slope of their sum in η, [K, G]."""
    value, slope = _link(family)
    eta = rows[:, None] + columns
    p = _kept_away(value, eta)
    rise = np.where(np.abs(eta) < _REACH, slope(np.clip(eta, -_REACH, _REACH)), 0.0)
    kept, gone = np.log(p), np.log1p(-p)
    scores = counts @ (kept - gone).T
    scores += gone @ sizes + log_weights
    highest = scores.max(axis=1, keepdims=True)
    scores -= highest
    posterior: Floats = np.exp(scores, out=scores)  # in place: fresh memory would take longer than the exponentials
    total = posterior.sum(axis=1, keepdims=True)
    posterior /= total
    each = (highest + np.log(total))[:, 0]
    seen = posterior.T @ counts
    missing = posterior.sum(axis=0)[:, None] * sizes - seen
    return each, posterior, (seen / p - missing / (1 - p)) * rise


@cache
def _link(family: str) -> tuple[Function, Function]:
    """G(η) = F̄(e^−η) and G′(η) = e^−η g(e^−η), g the density of the noise."""
    tail = FAMILIES[family]
    at = {alpha: 1, noise_scale: 1, t: sp.exp(-_ETA)}
    return numeric((_ETA,), tail.survival.subs(at)), numeric((_ETA,), (t * tail.density).subs(at))


def _kept_away(value: Function, eta: Floats) -> Floats:
    return _LOWEST + (1 - 2 * _LOWEST) * value(np.clip(eta, -_REACH, _REACH))


def _start(family: str, counts: Floats, sizes: Floats, most: int) -> tuple[Floats, Floats, Floats]:
    """Atoms spread over the degrees of the units, and effects, that give them and the groups their densities."""
    length = sizes.sum()
    degree = counts.sum(axis=1)
    groups = _shares(counts.sum(axis=0), len(counts) * sizes)
    deviations = (
        float(np.ptp(np.arcsin(np.sqrt(degree / length)))) * 2 * np.sqrt(length)
    )  # of the noise, that they span
    most = min(most, int(2 + deviations), degree.size - 1)
    alike = like_degrees(degree, length, most) if most > 1 else np.zeros(degree.size, np.int64)
    number = np.bincount(alike)
    weights = number / degree.size
    shares = _shares(np.bincount(alike, degree) / number, np.full(number.size, length))
    effects: Floats = np.zeros(sizes.size)
    for _ in range(5):
        atoms = _matching(family, effects, sizes / length, shares)
        effects = _matching(family, atoms, weights, groups)
    return atoms, weights, effects


def _shares(counts: Floats, sizes: Floats) -> Floats:
    """counts/sizes, a quarter of an entry away from 0 and 1."""
    return np.clip(counts, 0.25, np.maximum(sizes - 0.25, 0.25)) / sizes


def _matching(family: str, others: Floats, weights: Floats, shares: Floats) -> Floats:
    """The x at which Σ_k weights_k G(others_k + x) is each of `shares`, by bisection."""
    value, _ = _link(family)
    low, high = np.full(shares.shape, -_REACH - others.max()), np.full(shares.shape, _REACH - others.min())
    for _ in range(30):
        middle = (low + high) / 2
        below = _kept_away(value, middle[:, None] + others) @ weights < shares
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    found: Floats = (low + high) / 2
    return found
