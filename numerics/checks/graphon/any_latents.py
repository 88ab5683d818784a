"""Evidence for G4.3: masks whose latents and noise are not those of the limit."""

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.evidence import Findings, Trial, statistical
from sparse_limits.numerics.masks.selection import kept_count, top_k_mask
from sparse_limits.theory.graphon.any_latents import any_latents, of_columns, of_noise, of_rows
from sparse_limits.theory.graphon.symbols import delta, m, n

Floats = NDArray[np.floating]
SIZE, MASKS = 400, 12
SHIFT = sp.Rational(1, 10)  # of the distribution functions of latents
MIXED = sp.Rational(1, 10)  # share of the noise that has another law
FAILURE = sp.Rational(1, 100)


def strip_of_masks(rng: np.random.Generator, masks: int, factor: str) -> Floats:
    """The integral of the mask less the graphon over the rectangle in which they should differ. float[masks]

    f is 1 up to latents of one half, else 10⁶, φ is 1, the noise 1 + x/100 of a standard exponential x, and the density one half: the
    graphon is within exp(−10⁷) of 0 and 1 on two halves of the rows. latents: those of rows are the midpoints and SHIFT beyond, so that
    rows of the lower half are kept as well. noise: a share MIXED of it is 10⁸ times as large in any row, and kept.
    """
    midpoints = (np.arange(SIZE) + 0.5) / SIZE
    found = np.empty(masks)
    for mask in range(masks):
        noise = 1 + rng.exponential(size=(SIZE, SIZE)) / 100
        if factor == "noise":
            noise *= np.where(rng.random((SIZE, SIZE)) < float(MIXED), 1e8, 1.0)
        latents = np.minimum(midpoints + (0 if factor == "noise" else float(SHIFT)), 1)
        scores = np.where(latents > 0.5, 1e6, 1.0)[:, None] * noise
        kept = top_k_mask(scores, kept_count(0.5, SIZE**2))
        found[mask] = kept[midpoints <= 0.5].sum() / kept.size  # where the graphon is nearly 0
    return found


@statistical(any_latents, tests=3)
def masks_are_as_near_as_the_bound_says(limit_bound: sp.Expr, trial: Trial) -> Findings:
    """The integral over one rectangle, a lower bound of the cut norm, exceeds the bound with a probability of at most δ.

    The latents deviate by SHIFT beyond the half cell of midpoints, as those of rows or of columns, or a share of the noise has another law.
    """
    cell = sp.Rational(1, 2 * SIZE)
    sizes = {m: SIZE, n: SIZE, delta: FAILURE, of_rows: cell, of_columns: cell, of_noise: 0}
    for factor, deviation in (
        ("latents", {of_rows: SHIFT + cell}),
        ("latents", {of_columns: SHIFT + cell}),
        ("noise", {of_noise: MIXED}),
    ):
        bound = trial.value(limit_bound, sizes | deviation)
        beyond = int((trial.draw(strip_of_masks, MASKS, factor) > bound).sum())
        yield trial.counts(beyond, MASKS, float(FAILURE), side="above")
