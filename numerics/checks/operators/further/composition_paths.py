"""Evidence for O7.3: the share of paths that two layers keep."""

import numpy as np
import sympy as sp
from scipy.sparse import csr_array

from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact, statistical
from sparse_limits.numerics.exact.balls import number
from sparse_limits.numerics.masks.composition import path_counts
from sparse_limits.theory.formulas.level import level
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon.rate import log_size
from sparse_limits.theory.operators.further.composition import rho_1, rho_2, shared_latent, tau_1, tau_2
from sparse_limits.theory.saliency.model import phi, tau
from sparse_limits.theory.saliency.model import u as position
from sparse_limits.theory.saliency.snip import product_kernel
from sparse_limits.theory.tails import product_survival, t


def kept_paths(rng: np.random.Generator, units: int) -> list[int]:
    """Paths through SNIP layers of one input, `units` hidden units and one output.

    With shared hidden units; with those of the second layer independent; with the second layer keeping |a| > 1.
    """
    size, other = np.abs(rng.standard_normal((2, units)))
    first = csr_array((size * np.abs(rng.standard_normal(units)) > 0.8)[:, None])
    readout = np.abs(rng.standard_normal(units))
    return [
        int(path_counts([first, csr_array(second[None])]).sum())
        for second in (size * readout > 1.5, other * readout > 1.5, size > 1)
    ]


@enclosed(shared_latent, step="shared units")
def both_layers_are_kept_at_one_readout(
    first_kernel: sp.Expr, second_kernel: sp.Expr, row_law: sp.Expr, path_density: sp.Expr, trial: Trial
) -> Findings:
    """The integral of the product of the kernels over the law of the readout."""
    yield trial.same(
        path_density, sp.Integral(first_kernel * second_kernel * row_law, (log_size, -sp.oo, sp.oo)), by=None
    )


@exact(shared_latent)
def kernels_are_those_of_snip(first_kernel: sp.Expr, second_kernel: sp.Expr, trial: Trial) -> Findings:
    """The kernel of S4 for constant columns, at the position at which |a| is eˣ."""
    place = sp.erf(sp.exp(log_size) / sp.sqrt(2))
    kernel = product_kernel.subs({phi: 1, position: place})
    for claimed, threshold in ((first_kernel, tau_1), (second_kernel, tau_2)):
        yield trial.same(claimed, kernel.subs(tau, threshold))


@enclosed(shared_latent, step="sorted degrees")
def largest_readouts_have_the_first_kernel(
    first_kernel: sp.Expr, row_law: sp.Expr, least_size: sp.Expr, sorted_density: sp.Expr, trial: Trial
) -> Findings:
    """The integral of the first kernel over the law of the readout, from the least size on."""
    claimed = sp.Integral(first_kernel * row_law, (log_size, sp.log(least_size), sp.oo))
    yield trial.same(sorted_density, claimed, by=None)


AT = {tau_1: sp.Rational(4, 5), tau_2: sp.Rational(3, 2)}
DENSITIES = {rho_1: product_survival(AT[tau_1]), rho_2: product_survival(AT[tau_2])}
LARGEST = {**AT, rho_2: sp.erfc(1 / sp.sqrt(2))}  # |a| > 1


@statistical(shared_latent, tests=3, cost=0.5)
def paths_are_kept_as_often(
    path_density: sp.Expr, relabelled_density: sp.Expr, sorted_density: sp.Expr, trial: Trial
) -> Findings:
    """Counts over hidden units, which are iid at fixed thresholds."""
    units = trial.size(500_000)
    claimed = (
        trial.value(path_density.subs(AT)),
        trial.value(relabelled_density.subs(DENSITIES)),
        trial.value(sorted_density.subs(LARGEST)),
    )
    for count, share in zip(trial.draw(kept_paths, units), claimed, strict=True):
        yield trial.counts(count, units, share)


@enclosed(shared_latent, cost=0.4)
def labellings_order_the_path_density(
    path_density: sp.Expr, relabelled_density: sp.Expr, sorted_density: sp.Expr, trial: Trial
) -> Findings:
    """A layer that keeps all leaves the density of the other; shared labels lie strictly between the others.

    And the three numbers that the claim quotes at the densities (0.1, 0.3).
    """
    shared = path_density.subs(AT)
    yield trial.same(path_density.subs(tau_2, 0), product_survival(tau_1), by=None, at=[AT])
    yield trial.same(path_density.subs(tau_1, 0), product_survival(tau_2), by=None, at=[AT])
    yield trial.below(valued(relabelled_density, DENSITIES), shared, at=[{}], strict=True)  # boxes: an integral
    yield trial.below(shared, valued(sorted_density, {**AT, **DENSITIES}), at=[{}], strict=True)
    quoted = {rho_1: sp.Rational(1, 10), rho_2: sp.Rational(3, 10)}
    thresholds = [trial.once(number, level(product_survival(t), t, density)) for density in quoted.values()]
    at = {**quoted, **dict(zip((tau_1, tau_2), map(sp.Rational, thresholds), strict=True))}
    for share, decimals in ((path_density, "0.0621"), (relabelled_density, "0.0300"), (sorted_density, "0.0866")):
        value = trial.value(share, {symbol: at[symbol] for symbol in share.free_symbols})
        yield trial.holds(f"{value:.4f}" == decimals, f"{value:.6f} at (0.1, 0.3), quoted {decimals}")
