"""The rows of a pruned first layer as independent draws: what the law of a mask depends on, and samples of it.

Row i of the scores is a function of its own weights (a_i, w_i) alone once the residual is fixed (S6). So fresh rows,
drawn apart from the pruned network and scored by the claim's expression, have the law of the network's rows: exactly
for random, magnitude, wanda, shallow synflow and for snip with a residual of the data alone; up to O(n^−½) for GraSP
(S8: its smoothed residual contains the row itself) and for residuals with the network's output.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from sys import float_info
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.arguments import InputError, checked_integer, proper_share, real_matrix
from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.data import Dataset, check_scale
from sparse_limits.numerics.masks.selection import Mask, global_mask, kept_count, kth_largest, row_mask
from sparse_limits.numerics.networks import Network, tangent_residual
from sparse_limits.numerics.prediction import methods as pruning
from sparse_limits.numerics.prediction.methods import DATA_DRIVEN, SMOOTHED
from sparse_limits.theory import saliency as claims
from sparse_limits.theory.saliency import grasp as grasp_symbols
from sparse_limits.theory.saliency import snip as snip_symbols
from sparse_limits.theory.saliency.model import dimension, width

Floats = NDArray[np.floating]
Counts = NDArray[np.int64]

METHODS = tuple(method for method in pruning.METHODS if method != "synflow-iterative")

FEWEST_ROWS = 100
MOST_SCORES = 2**25  # fresh scores held at a time: 256 MB
BLOCK = 2**19  # entries of a block of rows × samples: it stays in cache
BINS = 64  # of rows in the picture of the limit


class NotCoveredError(InputError):
    """Nothing is wrong with the values, but the theory of a method does not cover them."""


def check_not_cancelled(x: Floats, residual: Floats) -> None:
    """NotCoveredError where the residuals of samples that are equal add up to 0, up to rounding, and are not 0 themselves."""
    sums: dict[bytes, Floats] = {}
    for sample, value in zip(x + 0.0, residual, strict=True):  # -0.0 equals 0.0
        alike = sample.tobytes()
        sums[alike] = sums.get(alike, 0.0) + value
    whole, left = float(np.abs(residual).sum()), sum(float(np.abs(each).sum()) for each in sums.values())
    if len(sums) < len(x) and whole > 0 and left <= len(x) * float_info.epsilon * whole:
        raise NotCoveredError(
            "the residuals of equal samples add up to 0, and so every score is 0, expected other data or targets"
        )


@dataclass(frozen=True, eq=False)
class Problem:
    """The first layer of a ReLU network (d inputs, `depth` hidden layers of `width`, q outputs) and what prunes it.

    density: the share of first-layer weights asked for. x [N, d]; residual [N, q], read by snip and GraSP; smoothed
    [N, q]: the residual after the tangent kernel, for GraSP. fixed_residual: whether the residual knows nothing of the
    network (initial output subtracted).

    Raises:
        InputError: for a method or depth outside the theory, shapes that do not fit, numbers that are not finite, and a
            density outside (0, 1) or one that keeps none or all of the weights.
    """

    method: str
    density: float
    width: int
    x: Floats
    residual: Floats
    smoothed: Floats | None = None
    depth: int = 1
    fixed_residual: bool = True

    def __post_init__(self) -> None:
        check_method(self.method, self.depth)
        object.__setattr__(self, "width", checked_integer("width", self.width, 1, 2**40))
        object.__setattr__(self, "density", proper_share("density", self.density))
        arrays: dict[str, Floats | None] = {"x": self.x, "residual": self.residual}
        if self.method in SMOOTHED:
            arrays["smoothed"] = self.smoothed
        for name, value in arrays.items():
            array = real_matrix(name, value).astype(float)
            if len(array) != len(self.x):
                raise InputError(f"{name} has {len(array)} samples, x has {len(self.x)}, expected as many")
            object.__setattr__(self, name, array)
        _check_scales("", self.method, self.x, self.residual)
        if self.method in DATA_DRIVEN:
            check_not_cancelled(self.x, self.residual)
        if self.smoothed is not None and self.smoothed.shape != self.residual.shape:
            raise InputError(f"smoothed has shape {self.smoothed.shape}, expected {self.residual.shape}")
        size = self.inputs if self.by_row else self.width * self.inputs
        kept = kept_count(self.density, size)
        if not 0 < kept < size:
            where = "each row" if self.by_row else "the first layer"
            raise NotCoveredError(
                f"density is {self.density}: it keeps {kept} of the {size} weights of {where}, expected some, not all"
            )

    @property
    def inputs(self) -> int:
        return int(self.x.shape[1])

    @property
    def outputs(self) -> int:
        return int(self.residual.shape[1])

    @property
    def driver(self) -> Floats:
        """The residual that SNIP's formulas are to be read with: GraSP's is the smoothed one (S8)."""
        return self.residual if self.smoothed is None else self.smoothed

    @property
    def by_row(self) -> bool:
        """Whether weights are compared within each row, not over the layer."""
        return self.method == "wanda"

    @property
    def share(self) -> float:
        """The share of weights that is kept: the density, rounded to whole weights of a row where rows are ranked."""
        return kept_count(self.density, self.inputs) / self.inputs if self.by_row else self.density

    @property
    def common_scale(self) -> bool:
        """Whether one threshold, on a scale known beforehand, divides all scores of the layer."""
        return not self.by_row and not (self.method == "synflow" and self.depth > 1)

    @property
    def exact(self) -> bool:
        """Whether fresh rows have exactly the law of the network's rows."""
        if self.method in DATA_DRIVEN:
            return self.method == "snip" and self.fixed_residual
        return self.by_row or self.common_scale

    def mask(self, scores: Floats) -> Mask:
        """The kept weights among scores [rows, d]."""
        return (row_mask if self.by_row else global_mask)(scores, self.density)


def check_method(method: str, depth: int) -> None:
    """InputError for a method that is unknown or, at this number of hidden layers, outside the theory."""
    if method == "synflow-iterative":
        raise InputError(
            "method is 'synflow-iterative': its scores change from round to round, and the theory (S11) covers "
            "one-shot scores, expected synflow"
        )
    if method not in METHODS:
        raise InputError(f"method is {method!r}, expected one of {', '.join(METHODS)}")
    checked_integer("depth", depth, 1, 1000)
    if depth > 1 and method in DATA_DRIVEN:
        raise InputError(
            f"depth is {depth}: the theory of {method} (S3 to S8) covers one hidden layer, expected 1 "
            "(all layers of deeper networks: scope global, or predict layers)"
        )


def _check_scales(name: str, method: str, x: Floats, targets: Floats, inputs: Sequence[str] = ()) -> None:
    """InputError for numbers, of those that the method reads, whose products would leave the floats."""
    if method in ("wanda", *DATA_DRIVEN):
        check_scale(f"{name}x", x, ": standardise the columns", inputs)
    if method in DATA_DRIVEN:
        check_scale(f"{name}y", targets, ": scale the targets")


def posed(
    method: str,
    density: float,
    width: int,
    data: Dataset,
    network: Network | None = None,
    *,
    subtract_output: bool = True,
    depth: int = 1,
) -> Problem:
    """The problem that a data set poses, and, with `network`, the one posed by that very network.

    Without subtract_output the residual is f₀ − y, f₀ the network's output. GraSP's residual is smoothed by the
    network's own kernel Θ̂, or without a network by its limit Θ (S8). InputError as for `Problem`, and when f₀ is asked
    for without a network.
    """
    check_method(method, depth)
    subtract_output = subtract_output or method not in DATA_DRIVEN  # the others read no residual
    if network is None and not subtract_output:
        raise InputError("network is None, expected one because its initial output is part of the residual")
    _check_scales(f"{data.name}: ", method, data.x, data.y, data.about.inputs)
    x = np.asarray(data.x, dtype=float)
    residual = -data.y if network is None else pruning.residual(network, x, data.y, subtract_output=subtract_output)
    smoothed = None
    if method in SMOOTHED:
        smoothed = limit_smoothing(x, residual) if network is None else tangent_residual(network, x, residual)
    return Problem(method, density, width, x, residual, smoothed, depth, fixed_residual=subtract_output)


def limit_smoothing(x: Floats, residual: Floats) -> Floats:
    """Θr at the data, [N, q]: the residual [N, q] smoothed by the tangent kernel of infinite width on x [N, d] (S8)."""
    kernel = numeric(
        (grasp_symbols.theta, snip_symbols.norm, grasp_symbols.other_norm, dimension),
        claims.smoothed_snip.expressions["tangent_kernel"],
    )
    norms = np.linalg.norm(x, axis=1)
    directions = x / np.where(norms > 0, norms, 1.0)[:, None]
    step = max(1, BLOCK // len(x))
    parts = []
    for start in range(0, len(x), step):
        rows = slice(start, start + step)
        angles = np.arccos(np.clip(directions[rows] @ directions.T, -1.0, 1.0))
        parts.append(kernel(angles, norms[rows, None], norms, x.shape[1]) @ residual / len(x))
    return np.concatenate(parts)


@dataclass(frozen=True, eq=False)
class RowLaw:
    """What fresh rows say about a mask.

    densities [d]: column densities when the largest scores of all fresh rows are kept. threshold: of a score, from the
    first quarter of the rows alone (None where rows are ranked one by one, or where their scale is unknown); counts
    [d]: how often each column exceeds it in the other `counted` rows. zero_share: P(S = 0). dead_share: the probability
    that a row keeps nothing. picture [bins, d]: the mask averaged over bins of rows, sorted by mean absolute score.
    """

    rows: int
    densities: Floats
    threshold: float | None
    counts: Counts
    counted: int
    zero_share: float
    dead_share: float
    picture: Floats


def check_fresh_rows(rows: int, name: str = "fresh_rows") -> None:
    """InputError unless so many fresh rows may be drawn: from 100 to 2⁴⁰."""
    checked_integer(name, rows, FEWEST_ROWS, 2**40)


def sample_row_law(problem: Problem, rows: int, rng: np.random.Generator) -> RowLaw:
    """Draw fresh rows and score them. Source: S6 (SNIP), S8 (GraSP), S2, S11, S12.

    `rows` is lowered so that rows · d stays below 2²⁵. InputError for fewer than 100 rows; NotCoveredError if the density
    exceeds the share of scores that are not zero: an assumption of every claim.
    """
    check_fresh_rows(rows)
    rows = max(FEWEST_ROWS, min(rows, MOST_SCORES // problem.inputs))
    if rows * problem.density < 1:
        raise NotCoveredError(f"density is {problem.density}: {rows} fresh rows keep less than one weight of a column")
    scores = row_scores(problem, rows, rng)
    zero_share = _check_zeros(problem, scores)
    mask = problem.mask(scores)
    threshold, counts, counted = None, mask.sum(axis=0), rows
    if problem.common_scale:
        pilot = scores[: rows // 4]
        threshold = kth_largest(pilot, max(1, kept_count(problem.density, pilot.size)))
        counts, counted = (scores[rows // 4 :] > threshold).sum(axis=0), rows - rows // 4
    dead = float((~mask.any(axis=1)).mean())
    return RowLaw(rows, mask.mean(axis=0), threshold, counts, counted, zero_share, dead, row_picture(scores, mask))


def _check_zeros(problem: Problem, scores: Floats) -> float:
    """P(S = 0); NotCoveredError if the threshold would have to split scores that are zero."""
    nonzero = np.count_nonzero(scores, axis=1)
    above = float((scores > 0).mean())
    zero_share = 1 - float(nonzero.mean()) / problem.inputs
    if problem.by_row:
        above = float(nonzero.min()) / problem.inputs  # the poorest row decides
    if above < problem.share < above + zero_share:
        sign = "positive " if problem.method == "grasp" else "non-zero "
        raise NotCoveredError(
            f"density is {problem.density}: {problem.method} gives a {sign}score to {above:.4g} of the weights here, "
            f"and every claim assumes a density below that (P(S = 0) = {zero_share:.4g})"
        )
    return zero_share


def limit_threshold(problem: Problem, rows: int, rng: np.random.Generator) -> float:
    """The threshold that all scores of the layer share in the limit, estimated from fresh rows.

    NotCoveredError if the density exceeds the share of scores that are not zero.
    """
    scores = row_scores(problem, rows, rng)
    _check_zeros(problem, scores)
    return kth_largest(scores, max(1, kept_count(problem.density, scores.size)))


class Rows(NamedTuple):
    """Independent first-layer rows: weights [rows, d], readout weights [rows, q] and scores [rows, d]."""

    weights: Floats
    readout: Floats
    scores: Floats


def fresh_rows(problem: Problem, rows: int, rng: np.random.Generator) -> Rows:
    """Rows with what they carry, their scores in the units of a network of the problem's width.

    Deep SynFlow has the row factor of its limit, a constant.
    """
    w, a = (rng.standard_normal((rows, size)) for size in (problem.inputs, problem.outputs))
    return Rows(w, a, _scores(problem, w, a, rng))


def row_scores(problem: Problem, rows: int, rng: np.random.Generator) -> Floats:
    """Scores [rows, d] of independent first-layer rows, as `fresh_rows`; SNIP's and GraSP's in blocks that stay in cache."""
    if problem.method == "random":
        return rng.random((rows, problem.inputs))
    if problem.method not in DATA_DRIVEN:
        read = problem.outputs if problem.method == "synflow" and problem.depth == 1 else 0
        w, a = (rng.standard_normal((rows, size)) for size in (problem.inputs, read))
        return _scores(problem, w, a, rng)
    step = max(1, BLOCK // len(problem.x))
    return np.concatenate([fresh_rows(problem, min(step, rows - start), rng).scores for start in range(0, rows, step)])


def _scores(problem: Problem, w: Floats, a: Floats, rng: np.random.Generator) -> Floats:
    if problem.method == "random":
        return rng.random(w.shape)
    if problem.method in DATA_DRIVEN:
        return (_snip_scores if problem.method == "snip" else _grasp_scores)(problem, w, a)
    scores = np.abs(w)
    if problem.method == "wanda":
        scores *= np.linalg.norm(problem.x, axis=0)
    if problem.method == "synflow" and problem.depth == 1:
        scores *= np.abs(a).sum(axis=1, keepdims=True)
    return scores


def _snip_scores(problem: Problem, w: Floats, a: Floats) -> Floats:
    """S6's row saliency; with several outputs Σ_k a_k g_k takes the place of a·g."""
    law = numeric((snip_symbols.a, snip_symbols.w, snip_symbols.g), claims.row_law.expressions["row_saliency"])
    open_gates = w @ problem.x.T > 0
    pulled = np.where(open_gates, a @ problem.residual.T, 0.0) @ problem.x / len(problem.x)
    scores: Floats = law(1.0, w, pulled) / np.sqrt(problem.width * problem.inputs)
    return scores


def _grasp_scores(problem: Problem, w: Floats, a: Floats) -> Floats:
    """w ⊙ Hg by S8, a formula linear in the averages G and g over the data; several outputs are summed as in SNIP."""
    arguments = (
        snip_symbols.a,
        grasp_symbols.smoothed,
        grasp_symbols.activation,
        snip_symbols.g,
        width,
        dimension,
    )
    formula = numeric(arguments, claims.smoothed_snip.expressions["hessian_gradient"])
    first = formula(1.0, 1.0, 0.0, 0.0, problem.width, problem.inputs)  # of a·G
    second = formula(0.0, 0.0, 1.0, 1.0, problem.width, problem.inputs)  # of E·g
    z = w @ problem.x.T / np.sqrt(problem.inputs)
    activation = np.maximum(z, 0.0) @ problem.residual / len(problem.x)
    through = np.hstack([first * a, second * activation]) @ np.hstack([problem.driver, problem.residual]).T
    scores = w * (np.where(z > 0, through, 0.0) @ problem.x / len(problem.x))
    return scores if problem.method == "grasp" else np.abs(scores)


def row_picture(scores: Floats, mask: Mask, bins: int = BINS) -> Floats:
    """The mask [n, d] averaged over at most `bins` groups of rows, sorted by mean absolute score: [bins, d]."""
    order = row_order(scores)
    return np.array([mask[group].mean(axis=0) for group in np.array_split(order, min(bins, len(order)))])


def row_order(scores: Floats) -> Counts:
    """Rows from the largest to the smallest mean absolute score."""
    return np.argsort(-np.abs(scores).mean(axis=1), kind="stable")
