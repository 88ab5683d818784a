"""Evidence for K13.3: second moments of two hidden layers of which the first has one neuron."""

from collections.abc import Mapping

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, exact
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.kernel.convergence import N, dense_second
from sparse_limits.theory.kernel.dual import c, cosine, kappa_0, kappa_1
from sparse_limits.theory.kernel.dual import depth as L
from sparse_limits.theory.kernel.finite_width import fourth, n
from sparse_limits.theory.kernel.further.off_diagonal import tangent_convergence
from sparse_limits.theory.kernel.further.width_one import (
    first_kernel,
    kernel_mean,
    kernel_square,
    next_cosine,
    next_slope,
    values_square,
)

G, P, weight, readout = sp.symbols(
    "G P v alpha", positive=True
)  # both gates of the first layer, product of preactivations
OPEN = {0: sp.Rational(1, 2), 2: sp.Rational(1, 2), 4: sp.Rational(3, 2)}  # E v^k 1{v > 0}
NORMAL = {0: sp.S.One, 2: sp.S.One, 4: sp.Integer(3)}
FIRST: Mapping[tuple[int, int], sp.Expr] = {  # E P^j G^k
    (1, 0): kappa_1 / 2,
    (1, 1): kappa_1 / 2,
    (0, 1): kappa_0 / 2,
    (0, 2): kappa_0 / 2,
    (2, 0): fourth / 4,
}
VALUE = 4 * weight**2 * P  # of φφ′ of a neuron of the second layer whose gate is open
TANGENT = 4 * P + 4 * weight**2 * c * G
KERNEL = VALUE + readout**2 * TANGENT


def mean(polynomial: sp.Expr) -> sp.Expr:
    """The mean of a polynomial in P, G, v and α where v > 0, by its terms."""
    terms = sp.Poly(sp.expand(polynomial), P, G, weight, readout).terms()
    found = sum(factor * FIRST[p, g].subs(cosine, c) * OPEN[v] * NORMAL[a] for (p, g, v, a), factor in terms)
    return sp.sympify(found)


def of_rows(row: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """Mean and mean square of the mean of N rows: of two rows the gates and weights v are independent."""
    between = sp.expand(row).subs(weight**2, 1) / 2  # the mean over v, given the first layer
    terms = sp.Poly(sp.expand(between**2), P, G).terms()
    apart = sum(factor * FIRST[powers].subs(cosine, c) for powers, factor in terms)
    return mean(row), (mean(row**2) + (N - 1) * apart) / N


@exact(tangent_convergence)
def two_layers_from_one_neuron(
    values_distance: sp.Expr, tangents_distance: sp.Expr, kernel_distance: sp.Expr, trial: Trial
) -> Findings:
    """Term by term, from the moments of the first layer; and the kernel at one input, where it is that of K13.1."""
    for claimed, row, target in (
        (values_distance, VALUE, next_cosine),
        (tangents_distance, TANGENT, next_slope * first_kernel),
    ):
        average, square = of_rows(row)
        yield trial.same(claimed**2, square - 2 * average * target + target**2, by=sp.expand)
    average, square = mean(KERNEL), mean(KERNEL**2)
    target = next_cosine + next_slope * first_kernel
    yield trial.same(kernel_distance**2, square - 2 * average * target + target**2, by=sp.expand)
    yield trial.same(kernel_mean, average, by=sp.expand)
    yield trial.same(values_square, of_rows(VALUE)[1], by=sp.expand)
    yield trial.same(kernel_square.subs(c, 1), valued(dense_second, {n: 1, L: 2}))
