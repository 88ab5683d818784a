"""Evidence for E3: what hubs gain over the product of the densities, and the gap between any two columns."""

from collections.abc import Callable

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact, statistical
from sparse_limits.theory.expressivity.paths import integrated
from sparse_limits.theory.expressivity.symbols import k, kernel, positions, u
from sparse_limits.theory.expressivity.wired_neurons import column, hubs, other, wired_share


@enclosed(hubs)
def hubs_have_no_more_than_at_full_columns(hub_share: sp.Expr, trial: Trial) -> Findings:
    """The share is at most 1/(k + 1), that of W = u: an edge to the last latent has probability 1 at most."""
    yield trial.below(hub_share, 1 / (k + 1))


@exact(hubs, step="pairs of rows")
def gap_of_all_powers(rises: sp.Expr, chebyshev_gap: sp.Expr, trial: Trial) -> Findings:
    """At W = uᵛ with free exponents, the gap is the stated one, and half of the mean of the rises over pairs of rows.

    Both sides of the identity are linear in each column, so that these kernels decide it.
    """
    first, second = positions[:2]
    apart = 1 / ((first + 1) * (second + 1))
    yield trial.same(over_rows(chebyshev_gap), 1 / (first + second + 1) - apart)
    mean = integrated(rises.replace(kernel, lambda row, place: row**place), (u, 0, 1), (other, 0, 1))
    yield trial.same(over_rows(chebyshev_gap), mean / 2)


def over_rows(gap: sp.Expr) -> sp.Expr:
    """An expression of integrals over latents at W = uᵛ."""
    return gap.replace(kernel, lambda row, place: row**place).replace(sp.Integral, integrated)


@exact(hubs, step="product")
def product_of_rising_columns_rises(product_rise: sp.Expr, trial: Trial) -> Findings:
    """The product of two columns rises from one row to another if both do, for any values v x at the lower row and any rises c u."""
    more = dict(zip(positions, sp.symbols("c_1:4", nonnegative=True), strict=True))

    def rising(row: sp.Expr, place: sp.Symbol) -> sp.Expr:
        return place * other + (more[place] * u if row == u else 0)

    (v, c), (w, d), _ = more.items()
    certificate = v * other * d * u + w * other * c * u + c * d * u**2
    yield trial.nonnegative(product_rise.replace(kernel, rising), certificate, by=sp.expand)


@exact(hubs, step="all inputs")
def three_columns_gain_twice(mean_product: sp.Expr, chebyshev_gap: sp.Expr, trial: Trial) -> Findings:
    """At W = uᵛ with free exponents, the gain of three columns is a sum of two terms.

    These are the gap of two columns times the density of the third, and the gap between the product of the two and the third.
    """
    first, second, third = positions
    together = 1 / (first + second + third + 1)
    gap = over_rows(chebyshev_gap)
    joined = gap.subs({first: first + second, second: third}, simultaneous=True)
    yield trial.same(together - over_rows(mean_product), joined + gap / (third + 1))


@exact(hubs)
def constant_columns_attain_the_product(mean_product: sp.Expr, trial: Trial) -> Findings:
    """W = v at every latent: the share of neurons wired to three inputs is the product of the densities."""
    share, product = (each.replace(kernel, lambda row, place: place).doit() for each in (wired_share, mean_product))
    yield trial.same(share, product)


KERNELS: tuple[Callable[[sp.Expr, sp.Expr], sp.Expr], ...] = (
    lambda row, place: row * place,
    lambda row, place: place + row**2 / 2,
    lambda row, place: (1 - row) * place + row * place**2,
    lambda row, place: 1 - row * place,
)


@exact(hubs)
def gap_is_an_integral_over_pairs_of_rows(chebyshev_gap: sp.Expr, trial: Trial) -> Findings:
    """For four polynomial kernels the gap is ∫W(u,v₁)W(u,v₂)du − r(v₁)r(v₂)."""
    first, second = positions[:2]
    for form in KERNELS:
        joint = integrated(form(u, first) * form(u, second), (u, 0, 1))
        apart = sp.prod(integrated(form(u, v), (u, 0, 1)) for v in (first, second))
        gap = chebyshev_gap.replace(kernel, form).replace(sp.Integral, integrated)
        yield trial.same(gap, joint - apart, by=sp.expand)


def step_columns(rng: np.random.Generator, tries: int, order: str) -> NDArray[np.int64]:
    """Three columns of five rows in tenths, each sorted as `order` says. int[tries, 3, 5]"""
    columns = np.sort(rng.integers(0, 11, size=(tries, 3, 5)), axis=2)
    if order == "falling":
        columns = columns[:, :, ::-1]
    if order == "opposite":
        columns[:, 0] = columns[:, 0, ::-1]
    return columns


@exact(hubs)
def monotone_columns_never_lose(orders: tuple[str, ...], trial: Trial) -> Findings:
    """Sorted step columns, in integers: the mean of the product is at least the product of the means."""
    for order in orders:
        columns = trial.draw(step_columns, trial.size(200), order)
        together, apart = 25 * columns.prod(axis=1).sum(axis=1), columns.sum(axis=2).prod(axis=1)
        ratio = float((together[apart > 0] / apart[apart > 0]).min())
        yield trial.holds((together >= apart).all(), f"{order} columns: smallest ratio {ratio:.3f}")


def wired_hubs(rng: np.random.Generator, neurons: int, inputs: int) -> int:
    """Neurons wired to `inputs` inputs at W = 0.9 u."""
    chances = 0.9 * rng.random(neurons)
    return int((rng.random((neurons, inputs)) < chances[:, None]).all(axis=1).sum())


@statistical(hubs, tests=2)
def drawn_hubs_have_the_share(hub_share: sp.Expr, trial: Trial) -> Findings:
    """Drawn neurons are wired to three and to eight inputs as often as stated at w = 9/10."""
    for inputs, quick in ((3, 80_000), (8, 250_000)):
        neurons = trial.size(quick)
        expected = trial.value(hub_share, {column: sp.Rational(9, 10), k: inputs})
        yield trial.counts(trial.draw(wired_hubs, neurons, inputs), neurons, expected)
