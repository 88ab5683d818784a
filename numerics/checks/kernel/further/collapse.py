"""Evidence for K11.1, besides its reasons: one input leaves rank two; kernel matrices collapse."""

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.evidence import Findings, Trial, empirical, exact
from sparse_limits.numerics.kernels.analytic import dense_kernel
from sparse_limits.numerics.kernels.spectra import kernel_eigenvalues
from sparse_limits.theory.kernel.dual import cosine, kappa_0, kappa_1
from sparse_limits.theory.kernel.further.collapse import above, below, d, energy, one_input_spectrum, share

SAMPLES = sp.Matrix([2, -1, sp.Rational(1, 2), -3, 1])  # the input that is left, of five samples


def one_input_kernel() -> sp.Matrix:
    """Its kernel matrix: own layer g_W κ₀ c, readout g_Q κ₁ √(ab), at cosines ±1."""

    def entry(i: int, j: int) -> sp.Expr:
        product = SAMPLES[i] * SAMPLES[j]
        at = {cosine: sp.sign(product)}
        return (share * kappa_0.subs(at) * product + energy * kappa_1.subs(at) * sp.Abs(product)) / d

    return sp.Matrix(len(SAMPLES), len(SAMPLES), entry)


@exact(one_input_spectrum)
def one_input_leaves_rank_two(positive_eigenvalue: sp.Expr, negative_eigenvalue: sp.Expr, trial: Trial) -> Findings:
    """The samples of each sign are an eigenvector; the trace leaves nothing to others."""
    kernel = one_input_kernel()
    sums = {sign: sum(x**2 for x in SAMPLES if sp.sign(x) == sign) for sign in (1, -1)}
    here = {above: sums[1], below: sums[-1]}
    found = []
    for sign, claimed in ((1, positive_eigenvalue), (-1, negative_eigenvalue)):
        vector = SAMPLES.applyfunc(lambda x, sign=sign: x if sp.sign(x) == sign else 0)
        found.append(claimed.subs(here))
        for residual in kernel * vector - found[-1] * vector:
            yield trial.vanishes(residual)
    yield trial.same(kernel.trace(), sum(found))


def collapsed(
    rng: np.random.Generator, samples: int, inputs: int, floor: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Normal samples [m, d], and the eigenvalues of m times their kernel, one input weighted 1 and the others `floor`."""
    x = rng.standard_normal((samples, inputs))
    weights = np.full(inputs, floor)
    weights[0] = 1.0
    return x, samples * kernel_eigenvalues(dense_kernel(x * np.sqrt(weights)).ntk)


@empirical(one_input_spectrum)
def kernel_matrices_collapse(positive_eigenvalue: sp.Expr, negative_eigenvalue: sp.Expr, trial: Trial) -> Findings:
    """100 samples of 16 inputs, one kept: two eigenvalues to ten digits, no third; with a floor of 1/100 the rank is full."""
    samples, inputs = 100, 16
    x, values = trial.draw(collapsed, samples, inputs, 0.0)
    first = x[:, 0]
    at = {share: 1, energy: 1, d: inputs}
    at |= {above: sp.Rational((first[first > 0] ** 2).sum()), below: sp.Rational((first[first < 0] ** 2).sum())}
    claimed = sorted((trial.value(each, at) for each in (positive_eigenvalue, negative_eigenvalue)), reverse=True)
    yield trial.at_most(float(np.abs(values[:2] / claimed - 1).max()), 1e-10, "relative error of two eigenvalues")
    yield trial.at_most(float(values[2] / values[0]), 1e-12, "third eigenvalue over the first")
    floored = trial.draw(collapsed, samples, inputs, 0.01)[1]
    yield trial.at_most(float((floored == 0).sum()), 0.0, "zero eigenvalues with a floor")
