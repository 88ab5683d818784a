"""Evidence for G7: in which cases the graphon of Pareto noise has rank one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import sympy as sp

from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact
from sparse_limits.theory.graphon.pareto import (
    INSTANCES,
    RANK_ONE,
    column_mean,
    column_square,
    critical_density,
    f,
    largest_singular_value,
    linear_singular_value,
    pareto_graphon,
    peak,
    rank_one_kernel,
    row_mean,
    row_square,
    threshold,
)
from sparse_limits.theory.saliency.model import SaliencyModel, phi, rho, tau, u, v
from sparse_limits.theory.tails import Tail, alpha, t


def rank_on_a_grid(model: SaliencyModel, cut: sp.Expr) -> int:
    """The rank of the values of the kernel for α = 2 on a grid of thirds, in rationals."""
    values = model.kernel(cut).subs(alpha, 2)
    rank: int = sp.Matrix(4, 4, lambda i, j: values.xreplace({u: sp.Rational(i, 3), v: sp.Rational(j, 3)})).rank()
    return rank


def instances_of(noise: Tail) -> Mapping[str, tuple[SaliencyModel, sp.Expr]]:
    """The instances under another noise."""
    return {name: (replace(model, noise=noise), cut) for name, (model, cut) in INSTANCES.items()}


@exact(pareto_graphon)
@control("always rank one", rank_one=dict.fromkeys(RANK_ONE, True))
@control("saturation always breaks rank one", rank_one={name: "no saturation" in name for name in RANK_ONE})
@control("a power law far out only", instances=instances_of(Tail("Lomax", (1 + t) ** -alpha)))
def ranks_are_those_of_values_on_a_grid(
    rank_one: Mapping[str, bool], instances: Mapping[str, tuple[SaliencyModel, sp.Expr]], trial: Trial
) -> Iterator[Finding]:
    """A kernel of rank one has such values at all points; where it has not, some 2 × 2 minor is not zero."""
    for name, (model, cut) in instances.items():
        rank = trial.once(rank_on_a_grid, model, cut)
        yield trial.holds((rank == 1) == rank_one[name], f"{name}: rank {rank} on a grid")


Corner = tuple[
    sp.Expr, sp.Expr, sp.Expr, sp.Expr
]  # lowest fφ/τ of two rows and columns; factors of the other row, the other column; the minor

a, b = sp.symbols("a b", nonnegative=True)
d, e = sp.symbols("d e", positive=True)

CORNERS: Mapping[str, Sequence[Corner]] = {  # by case; the letters may be any numbers of their signs
    "both profiles vary, no saturation": ((1 / (1 + a) / (1 + d) / (1 + e), 1 + d, 1 + e, sp.S.Zero),),
    "both profiles vary, some saturation": (  # the corners with the lowest below 1 and the highest beyond; the two between, or one, or none below
        (1 / (1 + a) / (1 + b) / (1 + e), (1 + e) * (1 + b), (1 + e) * (1 + a), e / (1 + a) / (1 + b) / (1 + e)),
        (1 / (1 + b) / (1 + d), (1 + a) * (1 + b) * (1 + d), 1 + d, d / (1 + b) / (1 + d)),
        (1 / (1 + b) / (1 + d), 1 + d, (1 + a) * (1 + b) * (1 + d), d / (1 + b) / (1 + d)),
        (1 / (1 + d), (1 + a) * (1 + d), (1 + b) * (1 + d), d / (1 + d)),
    ),
    "constant rows, some saturation": ((d, sp.S.One, 1 + e, sp.S.Zero),),
    "constant columns, some saturation": ((d, 1 + e, sp.S.One, sp.S.Zero),),
    "both profiles vary, all saturated": ((1 + a, 1 + d, 1 + e, sp.S.Zero),),
}


def decided(value: sp.Expr) -> sp.Expr:
    """The smaller of 1 and a number where the signs of the letters decide which it is; else left as it is."""
    if not isinstance(value, sp.Min):
        return value
    (other,) = set(value.args) - {sp.S.One}
    beyond = sp.factor(other - 1)
    return other if beyond.is_nonpositive else sp.S.One if beyond.is_nonnegative else value


def minor_of(kernel: sp.Expr, corner: Corner) -> sp.Expr:
    """The product of the values of W^{1/α} on one diagonal of a corner less that on the other."""
    lowest, row, column, _ = corner
    ones = dict.fromkeys((alpha, tau, phi), sp.S.One)
    at = [{**ones, f: lowest * each} for each in (sp.S.One, column, row, row * column)]
    first, second, third, fourth = (decided(kernel.xreplace(values)) for values in at)
    return sp.factor(second * third - first * fourth)


@exact(pareto_graphon, step="ranks")
@control("always rank one", rank_one=dict.fromkeys(RANK_ONE, True))
@control("saturation always breaks rank one", rank_one={name: "no saturation" in name for name in RANK_ONE})
@control("profiles that vary break rank one", rank_one={name: "both" not in name for name in RANK_ONE})
@control("never saturated", kernel=(f * phi / tau) ** alpha)
def ranks_are_those_of_all_minors(rank_one: Mapping[str, bool], kernel: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Of rank one all 2 × 2 minors are 0. Else those of corners below and beyond 1 are numbers that their letters' signs make positive."""
    for name, corners in CORNERS.items():
        for corner in corners:
            minor = trial.once(minor_of, kernel, corner)
            if rank_one[name]:
                yield trial.same(minor, 0)
            elif (positive := corner[-1]).is_positive:
                yield trial.nonnegative(minor, positive)
            else:
                yield trial.holds(False, f"{name}: the minor {minor} is not positive")


ELEVEN = sp.Rational(11, 10)
MEANS = row_mean * column_mean
EDGE = {  # of two equal rows and columns: the threshold is their one product of profiles
    **dict.fromkeys((row_mean, column_mean, row_square, column_square, alpha, f), sp.S.One),
    rho: sp.Rational(1, 2),
    phi: sp.Integer(2),
    peak: sp.Integer(2),
}


@enclosed(pareto_graphon)
@control("of twice the density", threshold=threshold.subs(rho, 2 * rho))
@control("threshold for its inverse", threshold=1 / threshold)
@control("10 % more", rank_one_kernel=ELEVEN * rank_one_kernel)
@control("power forgotten", rank_one_kernel=rho * (f * phi) ** (2 * alpha) / MEANS)
@control("means upside down", critical_density=2 / critical_density)
@control("half of the singular value", largest_singular_value=largest_singular_value / 2)
@control("10 % more in the example", linear_singular_value=ELEVEN * linear_singular_value)
def nothing_is_saturated(
    threshold: sp.Expr,
    rank_one_kernel: sp.Expr,
    critical_density: sp.Expr,
    largest_singular_value: sp.Expr,
    linear_singular_value: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """The threshold is the supremum or more, W at most that there, ρ* at most 1; σ₁ is the mean or more, 31/80 at most in the example."""
    equal = ({column_square: column_mean**2}, {row_square: row_mean**2})  # columns, or rows, of one profile
    for low, high, name in (
        (peak, threshold, "threshold"),
        (rank_one_kernel, rho * peak**alpha / MEANS, "rank_one_kernel"),
        (critical_density, sp.S.One, "critical_density"),
        *((rho, largest_singular_value.subs(each), "largest_singular_value") for each in equal),
        (linear_singular_value, sp.Rational(31, 80), "linear_singular_value"),
    ):
        yield trial.below(low, high, needed=name)
        at = {**EDGE, rho: sp.Rational(49, 144)} if name == "linear_singular_value" else EDGE
        yield trial.below(low, high, at=[at])
