"""What a pruning method keeps of a network's first layer, predicted from data before anything is pruned.

| method | closed form | otherwise |
|---|---|---|
| random, magnitude | constant (S2) | |
| synflow | constant columns, row densities from the readout (S11) | |
| wanda | column norms (S12), for many inputs | row law: rows are ranked one by one |
| snip | P2 (S5; several outputs: S7.3) while ρ < 0.3 and the row law confirms every column | row law (S6) |
| grasp, grasp-magnitude | | row law (S6) with the smoothed residual (S8) |

A `Problem` says what is pruned and `predict` gives column densities; `sparse_limits.numerics.prediction.first_layer.observation` prunes networks and
holds the two against each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np
from sympy import Rational

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.exact.balls import number
from sparse_limits.numerics.masks.threshold import threshold_for
from sparse_limits.numerics.prediction.architecture import NORMAL, Law
from sparse_limits.numerics.prediction.first_layer.moments import (
    OutputMoments,
    ResidualMoments,
    column_densities,
    noise_floor,
    output_densities,
    output_moments,
    residual_moments,
)
from sparse_limits.numerics.prediction.first_layer.row_law import Floats, Problem, RowLaw, sample_row_law
from sparse_limits.numerics.prediction.methods import DATA_DRIVEN, SMOOTHED
from sparse_limits.numerics.statistics.distribution_free import clopper_pearson
from sparse_limits.theory import saliency as claims
from sparse_limits.theory.saliency import model as model_symbols
from sparse_limits.theory.saliency import snip as snip_symbols
from sparse_limits.theory.saliency import synflow as synflow_symbols
from sparse_limits.theory.saliency import threshold as threshold_symbols

CLOSED_FORMS = ("P0", "P1iso", "P1", "P2")
CLOSURE_DENSITY = 0.3  # from here on the Gaussian closure of P2 is known to be poor (S5, S6)
INFINITE_WIDTH = 2**40  # S8's second term, of order n^−½, is gone
COLUMN_LEVEL = 0.05  # of the intervals in which fresh rows see the densities of all columns
COLUMN_NOISES = 3  # standard deviations of a network's column by which a closed form may be off
RANK_ONE_DISTANCE = 0.1  # up to here the saliency is called rank one: a tenth of the gradient is off its mean's line


@dataclass(frozen=True)
class ColumnOff:
    """A column in which a closed form is not certified.

    distance: from the row law's density, which is known to be at most `reach` away from the closed form's; allowed: as
    `Certificate` says.
    """

    column: int
    distance: float
    reach: float
    allowed: float


@dataclass(frozen=True)
class Certificate:
    """Whether fresh rows confirm a closed form, on average over columns and column by column.

    mean_distance: of the columns from the row law, to be at most mean_noise, that of a network and of the fresh rows.
    columns_off: the columns, the farthest first, that may be off by more than COLUMN_NOISES standard deviations of the count
    in a network of this width, by exact intervals around the fresh rows' counts of level COLUMN_LEVEL for all columns
    together.
    """

    predictor: str
    mean_distance: float
    mean_noise: float
    columns_off: tuple[ColumnOff, ...]

    @property
    def holds(self) -> bool:
        return self.mean_distance <= self.mean_noise and not self.columns_off


@dataclass(frozen=True, eq=False)
class Prediction:
    """Column densities [d] by predictor, and which of them is used and why.

    threshold: the limit's τ in the units of the claims (√(nd) S for snip and GraSP); None where there is no such scale.
    moments: of the residual, for GraSP of the smoothed one; None for several outputs and where no residual is read.
    certificate: of the closed form that was held against the row law; None where there is no such.
    """

    problem: Problem
    law: RowLaw
    predictors: Mapping[str, Floats]
    used: str
    reason: str
    threshold: float | None
    moments: ResidualMoments | None = None
    certificate: Certificate | None = None

    @property
    def densities(self) -> Floats:
        return self.predictors[self.used]

    @property
    def floor(self) -> float:
        """F_n at the problem's width."""
        return noise_floor(self.law.densities, self.problem.width)

    @cached_property
    def rank_one_distance(self) -> float | None:
        """How far the gradient is from a row factor times a column profile; None where there are no moments."""
        return None if self.moments is None else rank_one_distance(self.moments)

    @property
    def rank_one(self) -> bool:
        """Whether the saliency may be called rank one: f(row) φ(column) |noise|.

        A theorem for the methods that read no residual (S2, S11, S12); else the gradient must lie along its mean.
        """
        if self.problem.method not in DATA_DRIVEN:
            return True
        return self.rank_one_distance is not None and self.rank_one_distance <= RANK_ONE_DISTANCE


def predict(problem: Problem, rows: int, rng: np.random.Generator, closed_forms: Sequence[str] = ("P2",)) -> Prediction:
    """Column densities from the data alone, certified by `rows` fresh rows. InputError as for `sample_row_law`.

    closed_forms: which of P0, P1iso, P1, P2 to evaluate for snip.
    """
    law = sample_row_law(problem, rows, rng)
    constant = numeric((model_symbols.rho,), claims.constant_graphon.expressions["graphon"])(problem.share)
    predictors = {"row law": law.densities, "constant": np.full(problem.inputs, constant)}
    if problem.method in DATA_DRIVEN:
        return _data_driven(problem, law, predictors, closed_forms)
    if problem.method == "wanda":
        densities, threshold = wanda_densities(np.linalg.norm(problem.x, axis=0), problem.share)
        predictors = {"S12": densities, **predictors}
        certificate = certify("S12", densities, law.densities, law.rows, problem.width)
        used, reason = _choice(certificate, "column norms alone (S12)", problem.inputs)
        level = threshold if certificate.holds else None
        return Prediction(problem, law, predictors, used, reason, level, certificate=certificate)
    reasons = {
        "random": "scores that know neither row nor column leave a constant graphon (S2)",
        "magnitude": "the weights are iid, so the graphon is constant (S2)",
        "synflow": "SynFlow's first layer has no column factor (S11): flat columns, whatever the data",
    }
    return Prediction(problem, law, predictors, "constant", reasons[problem.method], _flat_threshold(problem))


def _flat_threshold(problem: Problem) -> float | None:
    """The threshold on |w| (magnitude, S2) or on |a||w| (SynFlow with one hidden layer and one output, S4)."""
    if problem.method == "magnitude":
        formula = numeric((model_symbols.rho, threshold_symbols.s), claims.constant_graphon.expressions["threshold"])
        return float(formula(problem.density, 1.0))
    if problem.method == "synflow" and problem.depth == problem.outputs == 1:
        return number(
            claims.product_graphon.expressions["flat_threshold"], {model_symbols.rho: Rational(problem.density)}
        )
    return None


def _data_driven(
    problem: Problem, law: RowLaw, predictors: Mapping[str, Floats], closed_forms: Sequence[str]
) -> Prediction:
    sampled = None if law.threshold is None else law.threshold * float(np.sqrt(problem.width * problem.inputs))
    several = problem.outputs > 1
    scalar = None if several else residual_moments(problem.x, problem.driver)
    if problem.method in SMOOTHED:
        reason = "GraSP is SNIP with the residual smoothed by the tangent kernel (S8): fresh rows (S6)"
        return Prediction(problem, law, predictors, "row law", reason, sampled, scalar)
    moments = scalar or output_moments(problem.x, problem.residual)
    found = {name: snip_densities(moments.truncated(name), problem.share) for name in closed_forms}
    predictors = {**{name: densities for name, (densities, _) in found.items()}, **predictors}
    certificate = None
    if problem.density >= CLOSURE_DENSITY:
        used, reason = (
            "row law",
            f"P2's Gaussian closure degrades from density {CLOSURE_DENSITY} on (S5): fresh rows (S6)",
        )
    elif "P2" not in found:
        used, reason = "row law", "P2 was not asked for: fresh rows (S6)"
    else:
        certificate = certify("P2", predictors["P2"], law.densities, law.rows, problem.width)
        what = f"closed form in the data's moments ({'S7.3' if several else 'S5'})"
        used, reason = _choice(certificate, what, problem.inputs)
    threshold = found[used][1] if used in found else sampled
    return Prediction(problem, law, predictors, used, reason, threshold, scalar, certificate)


def certify(predictor: str, densities: Floats, seen: Floats, rows: int, width: int) -> Certificate:
    """Hold the densities [d] of a closed form against those seen [d] in so many fresh rows, on average and in each column.

    A column is certified if no density that its count in the fresh rows allows (Clopper–Pearson) is farther from the closed
    form's than three standard deviations of a network's column of that density, or of one with a single weight on average.
    """
    counts, confidence = np.rint(rows * seen).astype(int), 1 - COLUMN_LEVEL / len(densities)
    low, high = np.array([clopper_pearson(int(count), rows, confidence) for count in counts]).T
    reach = np.maximum(densities - low, high - densities)
    allowed = COLUMN_NOISES * np.sqrt(np.maximum(densities * (1 - densities), 1 / width) / width)
    distances = np.abs(densities - seen)
    off = sorted(np.flatnonzero(reach > allowed), key=lambda column: -distances[column])
    return Certificate(
        predictor,
        float(distances.mean()),
        float(np.hypot(noise_floor(seen, width), noise_floor(seen, rows))),
        tuple(ColumnOff(int(j), float(distances[j]), float(reach[j]), float(allowed[j])) for j in off),
    )


def _choice(certificate: Certificate, what: str, inputs: int) -> tuple[str, str]:
    """The closed form while its certificate holds, else the row law; and the reason."""
    name, off = certificate.predictor, certificate.columns_off
    seen = f"{certificate.mean_distance:.4f} from the row law, noise {certificate.mean_noise:.4f}"
    if certificate.holds:
        return name, f"{what}, certified by fresh rows in every column (on average {seen})"
    if not off:
        return "row law", f"{name}, {what}, is too coarse here ({seen}): fresh rows instead"
    worst = off[0]
    return "row law", (
        f"{name}, {what}, is not certified in {len(off)} of {inputs} columns: column {worst.column} lies "
        f"{worst.distance:.4f} from the row law, perhaps {worst.reach:.4f}, where {worst.allowed:.4f} is allowed "
        f"({COLUMN_NOISES} sd of a network): fresh rows instead"
    )


def limit(problem: Problem) -> str:
    """The limit graphon in one line, its formula printed from the claim; a unit's position is its weights."""
    if problem.method in DATA_DRIVEN:
        saliency = claims.row_law.expressions["row_saliency"]
        if problem.method == "grasp":
            saliency = snip_symbols.a * snip_symbols.w * snip_symbols.g
        residual = "the smoothed residual" if problem.method in SMOOTHED else "the residual"
        several = ", a g summed over outputs" if problem.outputs > 1 else ""
        return f"W((a, w), j) = 1 where {saliency} > tau, else 0; g = E[r x_j 1(w x > 0)], r {residual}{several}"
    if problem.method == "wanda":
        kernel, where = claims.row_thresholds.expressions["kernel"], "phi the norm of column v"
    elif problem.method == "synflow" and problem.depth == 1:
        kernel = claims.synflow_factorises.expressions["row_kernel"]
        where = "a the readout weight of row u" if problem.outputs == 1 else "a the sum of row u's readout moduli"
    else:
        kernel, where = claims.constant_graphon.expressions["graphon"], "the density"
    return f"W(u, v) = {kernel}, {where}"


def snip_densities(moments: ResidualMoments | OutputMoments, share: float) -> tuple[Floats, float]:
    """P2 at the threshold that keeps `share` of the weights: column densities [d] and that threshold (S5, S7.3)."""
    scale = max(float(np.abs(moments.mean).max()), float(np.sqrt(moments.variance.max())))
    unit = scale if scale > 0 else 1.0  # the mask does not depend on it (S1), but the search starts near 1
    scaled = replace(
        moments, mean=moments.mean / unit, stein=moments.stein / unit, covariance=moments.covariance / unit**2
    )
    densities = output_densities(scaled) if isinstance(scaled, OutputMoments) else partial(column_densities, scaled)
    threshold = threshold_for(densities, share)
    return densities(threshold), threshold * unit


def wanda_densities(norms: Floats, share: float, law: Law = NORMAL) -> tuple[Floats, float]:
    """S12's graphon at column norms [d], at the threshold that keeps `share` of each row, and that threshold; law: of weights."""
    of_normal = numeric((model_symbols.tau, model_symbols.phi), claims.row_thresholds.expressions["kernel"])
    scaled = norms / norms.max()

    def densities(threshold: float) -> Floats:
        with np.errstate(divide="ignore"):  # a constant zero input is never kept
            return np.asarray(of_normal(threshold, scaled) if law is NORMAL else law.tail(threshold / scaled))

    threshold = threshold_for(densities, share)
    return densities(threshold), threshold * float(norms.max())


def synflow_row_densities(readout: Floats, share: float) -> Floats:
    """S11's row densities [n] for readout weights [q, n]: thresholds as if the rows were all there are."""
    factors = np.abs(readout).sum(axis=0)
    kernel = numeric((model_symbols.tau, synflow_symbols.row), claims.synflow_factorises.expressions["row_kernel"])

    def densities(tau: float) -> Floats:
        kept = np.zeros(len(factors))  # no score of a row that no output reads is above the threshold
        kept[factors > 0] = kernel(tau, factors[factors > 0])
        return kept

    return densities(threshold_for(densities, share))


def rank_one_distance(moments: ResidualMoments) -> float:
    """The part of the gradient g off the line of its mean, (E‖g − Pg‖² / E‖g‖²)^½ in [0, 1]; 1 where E g = 0.

    At 0 the gradient is a row factor times h, so the saliency factorises. It is small when the fluctuation η is, and
    also when the large eigenvectors of Cov(g) lie along h.
    """
    mean = float(claims.gradient_moments.expressions["mean_weight"]) * moments.mean
    square, total = float(mean @ mean), float(np.trace(moments.covariance))
    if square == 0:
        return 1.0
    across = max(0.0, total - float(mean @ moments.covariance @ mean) / square)
    return float(np.sqrt(across / (square + total)))
