"""Evidence for G6: along which axes the graphon of a pruning method varies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import combinations

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from numerics import balls
from numerics.evidence import Finding, Trial, control, enclosed, exact, statistical
from numerics.masks import row_mask
from theory.graphon.symbols import m, n
from theory.graphon.taxonomy import (
    CLASSES,
    METHODS,
    Heterogeneity,
    classify,
    density_of_noise,
    expected_chi,
    graphon_taxonomy,
    heterogeneity,
    slope,
)
from theory.saliency.model import ONE, SaliencyModel, half_normal_quantile, tau, u, v
from theory.tails import Tail, half_normal, pareto, t

Instances = Sequence[tuple[SaliencyModel, sp.Expr]]
Classes = Mapping[str, Heterogeneity]

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
BOTH = SaliencyModel(1 + u, 1 + v, half_normal)
SQUARE = replace(pareto, survival=pareto.survival.subs(sp.Symbol("alpha", positive=True), 2))
SIGNED = Tail("signed normal", half_normal.survival / 2)  # P(ξ > t) for t ≥ 0
SELF_TERM = SaliencyModel(half_normal_quantile, ONE, Tail("squared normal", half_normal.at(sp.sqrt(t))))  # |a| w²


@exact(graphon_taxonomy)
@control("without t", sensitivity=density_of_noise * slope)
@control("wrong sign", sensitivity=-t * density_of_noise * slope)
@control("10 % more", sensitivity=ELEVEN * t * density_of_noise * slope)
def kernel_varies_with_the_slope_of_the_profile(
    sensitivity: sp.Expr, instances: Instances, trial: Trial
) -> Iterator[Finding]:
    """∂W/∂u and ∂W/∂v of every pair of profiles, by the chain rule."""
    for model, threshold in instances:
        argument = threshold / (model.row * model.column)
        for profile, position in ((model.row, u), (model.column, v)):
            at = {
                t: argument,
                density_of_noise: model.noise.density.subs(t, argument),
                slope: sp.diff(sp.log(profile), position),
            }
            yield trial.same(
                sp.diff(model.kernel(threshold), position), sensitivity.subs(at, simultaneous=True), by=sp.ratsimp
            )


def varies(expression: sp.Expr, position: sp.Symbol, trial: Trial) -> bool:
    """Whether the derivative is proved non-zero at a random point."""
    derivative = sp.diff(expression, position)
    return any(not balls.enclose(derivative, point).contains(0) for point in trial.points(derivative))


@enclosed(graphon_taxonomy, cost=0.5)
@control("saturated noise", instances=((replace(BOTH, noise=SQUARE), sp.Rational(1, 2)),))
@control("signed scores at density ½", instances=((replace(BOTH, noise=SIGNED), sp.Integer(0)),))
@control("row-wise thresholds", instances=((BOTH, tau * BOTH.row),))
@control("column-wise thresholds", instances=((BOTH, tau * BOTH.column),))
def kernel_varies_exactly_where_the_profiles_do(instances: Instances, trial: Trial) -> Iterator[Finding]:
    """The class of the kernel is that of the profiles; the assumptions broken one by one."""
    for model, threshold in instances:
        of_kernel = heterogeneity(*(varies(model.kernel(threshold), position, trial) for position in (u, v)))
        of_profiles = heterogeneity(model.row.has(u), model.column.has(v))
        yield trial.holds(of_kernel == of_profiles, f"kernel: {of_kernel}, profiles: {of_profiles}")


@exact(graphon_taxonomy)
@control("snip is homogeneous", classes={**CLASSES, "snip": Heterogeneity.HOMOGENEOUS})
@control("snip selects features only", classes={**CLASSES, "snip": Heterogeneity.COLUMN})
@control("grasp is homogeneous", classes={**CLASSES, "grasp": Heterogeneity.HOMOGENEOUS})
@control("shallow synflow selects features", classes={**CLASSES, "shallow synflow": Heterogeneity.COLUMN})
@control("deep synflow keeps its rows", classes={**CLASSES, "deep synflow": Heterogeneity.ROW})
@control("wanda varies with rows", classes={**CLASSES, "wanda": Heterogeneity.BOTH})
@control("magnitude is heterogeneous", classes={**CLASSES, "magnitude": Heterogeneity.BOTH})
@control("random is heterogeneous", classes={**CLASSES, "random": Heterogeneity.ROW})
@control("a constant smoothed residual leaves grasp its self-term (S9)", methods={**METHODS, "grasp": SELF_TERM})
def methods_have_their_classes(
    classes: Classes, methods: Mapping[str, SaliencyModel], trial: Trial
) -> Iterator[Finding]:
    """The classes of the methods, from their kernels."""
    for name, model in methods.items():
        found = trial.once(classify, model)
        yield trial.holds(found == classes[name], f"{name}: {found}, claimed {classes[name]}")


ROW, COLUMN = np.array([0.4, 1.2]), np.array([0.5, 2.0])  # |a| and column profile of the two blocks
SCORES = {  # row and column factors of |w|
    "random": (False, False),
    "magnitude": (False, False),
    "deep synflow": (False, False),
    "shallow synflow": (True, False),
    "wanda": (False, True),
    "snip": (True, True),
    "grasp": (True, True),
}


def block_counts(rng: np.random.Generator, name: str, size: int) -> NDArray[np.int64]:
    """Scores above 1 in 2×2 blocks of `size` weights of a method, two latents of rows × two of columns. int[2, 2]"""
    rows, columns = (factor if used else np.ones(2) for used, factor in zip(SCORES[name], (ROW, COLUMN), strict=True))
    weights = rng.random((2, 2, size)) * 2 if name == "random" else np.abs(rng.standard_normal((2, 2, size)))
    return (rows[:, None, None] * columns[:, None] * weights > 1).sum(axis=2)


@statistical(graphon_taxonomy, tests=1)
@control("snip is homogeneous in rows", classes={**CLASSES, "snip": Heterogeneity.COLUMN})
@control("grasp is homogeneous", classes={**CLASSES, "grasp": Heterogeneity.HOMOGENEOUS})
@control("shallow synflow selects features", classes={**CLASSES, "shallow synflow": Heterogeneity.COLUMN})
@control("wanda is homogeneous", classes={**CLASSES, "wanda": Heterogeneity.HOMOGENEOUS})
def masks_are_flat_along_the_other_axes(classes: Classes, trial: Trial) -> Iterator[Finding]:
    """Masks of scores of every method: equal densities along each axis that its class leaves out."""
    size = trial.size(40_000)
    first, second = [], []
    for name, kind in classes.items():
        counts = trial.draw(block_counts, name, size)
        if kind in (Heterogeneity.HOMOGENEOUS, Heterogeneity.COLUMN):
            first.extend(counts[0])
            second.extend(counts[1])
        if kind in (Heterogeneity.HOMOGENEOUS, Heterogeneity.ROW):
            first.extend(counts[:, 0])
            second.extend(counts[:, 1])
    yield trial.two_counts(first, size, second, size)


def mean_chi(rows: int, columns: int, kept: int) -> Fraction:
    """E χ over all sets of `kept` of the entries, by enumeration."""
    density = Fraction(kept, rows * columns)
    total, sets = Fraction(0), 0
    for chosen in combinations(range(rows * columns), kept):
        counts = np.bincount([entry % columns for entry in chosen], minlength=columns).tolist()
        total += sum((Fraction(count, rows) - density) ** 2 for count in counts)
        sets += 1
    return total / sets * rows / (density * (1 - density))


@exact(graphon_taxonomy)
@control("chi-square of n − 1", expected_chi=n - 1)
@control("independent entries", expected_chi=n)
@control("rows", expected_chi=(m - 1) * m * n / (m * n - 1))
@control("10 % less", expected_chi=NINE * expected_chi)
def chi_of_all_sets_of_entries(expected_chi: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """E χ by enumeration of all K-subsets, in rationals; the same for every K."""
    for rows, columns in ((1, 4), (2, 3), (3, 2), (3, 3)):
        claimed = expected_chi.subs({m: rows, n: columns})
        for kept in range(1, rows * columns):
            mean = trial.once(mean_chi, rows, columns, kept)
            yield trial.holds(
                claimed == sp.Rational(mean), f"{rows}×{columns}, K = {kept}: mean {mean}, claimed {claimed}"
            )


def chi_of_ranked_masks(rng: np.random.Generator, masks: int, side: int, kept: int) -> NDArray[np.floating]:
    """χ of masks of the largest of side² magnitudes |w|. float[masks]"""
    density = kept / side**2
    masks_as_rows = row_mask(np.abs(rng.standard_normal((masks, side**2))), density)
    counts = masks_as_rows.reshape(masks, side, side).sum(axis=1)
    return ((counts / side - density) ** 2).sum(axis=1) * side / (density * (1 - density))


@statistical(graphon_taxonomy, tests=1)
@control("chi-square of n − 1", expected_chi=n - 1)
@control("independent entries", expected_chi=n)
@control("10 % less", expected_chi=NINE * expected_chi)
@control("10 % more", expected_chi=ELEVEN * expected_chi)
def chi_of_magnitude_masks(expected_chi: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The mean of χ over top-K masks of magnitudes; χ never exceeds the number of entries."""
    side = 3
    sample = trial.draw(chi_of_ranked_masks, trial.size(20_000), side, 3)
    yield trial.averages(sample, trial.value(expected_chi, {m: side, n: side}), 0.0, float(side**2))
