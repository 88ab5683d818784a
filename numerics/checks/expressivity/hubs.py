"""Evidence for E3: what hubs gain over the product of the densities, and the gap between any two columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact, statistical
from sparse_limits.theory.expressivity.symbols import k, kernel, positions, u
from sparse_limits.theory.expressivity.wired_neurons import (
    affine_gap,
    chebyshev_gap,
    column,
    column_density,
    density_product,
    hub_gain,
    hub_share,
    hubs,
    mean_product,
    other,
    product_rise,
    rises,
    slopes,
    wired_share,
)

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)


@exact(hubs, step="hubs")
@control("the product of the densities", hub_share=density_product)
@control("one more in the denominator", hub_share=column**k / (k + 2))
@control("10 % more", hub_share=ELEVEN * hub_share)
def hub_shares_are_integrals(hub_share: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """∫(uw)^k du for a symbolic k."""
    yield trial.same(hub_share, sp.integrate(sp.expand((u * column) ** k), (u, 0, 1)))


@enclosed(hubs)
@control("more than at full columns", hub_share=ELEVEN / (k + 1))
@control("one more in the denominator, less the factor", hub_share=1 / (k + 1) + column)
def hubs_have_no_more_than_at_full_columns(hub_share: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """An edge to the last latent is no likelier than 1: no share exceeds that of W = u."""
    yield trial.below(hub_share, 1 / (k + 1))


@exact(hubs, step="column")
@control("without the half", column_density=column)
@control("10 % less", column_density=NINE * column_density)
def column_density_is_an_integral(column_density: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """∫uw du."""
    yield trial.same(column_density, sp.integrate(u * column, (u, 0, 1)))


@exact(hubs, step="densities")
@control("densities without the half", density_product=column**k)
@control("densities 10 % less", density_product=NINE * density_product)
@control("a column without the half", column_density=column)
def densities_multiply(column_density: sp.Expr, density_product: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One column, and the factor of one more."""
    yield trial.induction(density_product, k, column_density, lambda term: column_density * term, start=1)


@exact(hubs, step="gain")
@control("the gain of one input less", hub_gain=2 ** (k - 1) / k)
@control("the gain 10 % more", hub_gain=ELEVEN * hub_gain)
@control("the product of the densities", hub_share=density_product)
@control("densities without the half", density_product=column**k)
def hubs_gain_over_the_densities(
    hub_share: sp.Expr, density_product: sp.Expr, hub_gain: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The ratio of the two shares; one input gains nothing, and k + 1 of them 2(k + 1)/(k + 2) times what k gain."""
    yield trial.same(hub_gain, hub_share / density_product)
    yield trial.induction(hub_gain, k, sp.S.One, lambda term: term * 2 * (k + 1) / (k + 2), start=1)


@exact(hubs, step="two rows")
@control("one column alone", rises=kernel(u, positions[0]) - kernel(other, positions[0]))
@control("one rises and one falls", rises=-rises)
@control("of the sum of two rows", rises=rises.replace(kernel(other, positions[0]), -kernel(other, positions[0])))
@control("10 % more", rises=ELEVEN * rises)
def columns_change_in_the_same_sense(rises: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Columns that rise by v times the difference of two latents, and columns that fall by as much."""
    for sign in (1, -1):
        changes = rises.replace(kernel, lambda row, place, sign=sign: 1 + sign * row * place)
        yield trial.nonnegative(changes, positions[0] * positions[1] * sp.Abs(u - other) ** 2, by=sp.expand)


@exact(hubs, step="pairs of rows")
@control("forgets the half", chebyshev_gap=2 * chebyshev_gap)
@control("10 % more", chebyshev_gap=ELEVEN * chebyshev_gap)
@control("one column twice", chebyshev_gap=chebyshev_gap.subs(positions[1], positions[0]))
@control("one rises and one falls", rises=-rises)
def gap_of_all_powers(rises: sp.Expr, chebyshev_gap: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """W = uᵛ with exponents left free, on which both sides, linear in either column, are decided; and the mean of the rises."""
    first, second = positions[:2]
    apart = 1 / ((first + 1) * (second + 1))
    yield trial.same(over_rows(chebyshev_gap), 1 / (first + second + 1) - apart)
    mean = integrated(rises.replace(kernel, lambda row, place: row**place), (u, 0, 1), (other, 0, 1))
    yield trial.same(over_rows(chebyshev_gap), mean / 2)


def over_rows(gap: sp.Expr) -> sp.Expr:
    """An expression of integrals over latents at W = uᵛ."""
    return gap.replace(kernel, lambda row, place: row**place).replace(sp.Integral, integrated)


def integrated(inner: sp.Expr, *limits: Iterable[sp.Expr]) -> sp.Expr:
    """The integral over [0, 1] of a sum of powers, term by term: a power has 1 over its exponent and 1; others by SymPy."""
    for place, (letter, low, high) in enumerate(limits):
        found = []
        for term in sp.Add.make_args(sp.expand(inner, power_exp=False)):
            factor, rest = term.as_independent(letter, as_Add=False)
            powers = [power.as_base_exp() for power in sp.Mul.make_args(rest) if power != 1]
            exponent = sp.Add(*(each for _, each in powers))
            if {base for base, _ in powers} - {letter} or exponent.has(letter) or (low, high) != (0, 1):
                return sp.Integral(inner, *limits[place:]).doit()
            found.append(factor / (exponent + 1))
        inner = sp.Add(*found)
    return inner


@exact(hubs, step="product")
@control("of the sum", product_rise=kernel(u, positions[0]) - kernel(other, positions[1]))
@control("from the higher row", product_rise=-product_rise)
@control("10 % more", product_rise=ELEVEN * product_rise)
def product_of_rising_columns_rises(product_rise: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Columns with any values v x at the lower row, and higher by any c u at the other."""
    more = dict(zip(positions, sp.symbols("c_1:4", nonnegative=True), strict=True))

    def rising(row: sp.Expr, place: sp.Symbol) -> sp.Expr:
        return place * other + (more[place] * u if row == u else 0)

    (v, c), (w, d), _ = more.items()
    certificate = v * other * d * u + w * other * c * u + c * d * u**2
    yield trial.nonnegative(product_rise.replace(kernel, rising), certificate, by=sp.expand)


@exact(hubs, step="all inputs")
@control("two of the three", mean_product=mean_product / sp.Integral(kernel(u, positions[2]), (u, 0, 1)))
@control("10 % more", mean_product=ELEVEN * mean_product)
@control("forgets the half", chebyshev_gap=2 * chebyshev_gap)
def three_columns_gain_twice(mean_product: sp.Expr, chebyshev_gap: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """W = uᵛ, exponents free: the gap of two columns times the density of the third, and the gap of their product and it."""
    first, second, third = positions
    together = 1 / (first + second + third + 1)
    gap = over_rows(chebyshev_gap)
    joined = gap.subs({first: first + second, second: third}, simultaneous=True)
    yield trial.same(together - over_rows(mean_product), joined + gap / (third + 1))


@exact(hubs)
@control("two of the three", mean_product=mean_product / sp.Integral(kernel(u, positions[2]), (u, 0, 1)))
@control("10 % more", mean_product=ELEVEN * mean_product)
def constant_columns_attain_the_product(mean_product: sp.Expr, trial: Trial) -> Iterator[Finding]:
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
@control("forgets the half", chebyshev_gap=2 * chebyshev_gap)
@control("10 % more", chebyshev_gap=ELEVEN * chebyshev_gap)
@control("one column twice", chebyshev_gap=chebyshev_gap.subs(positions[1], positions[0]))
def gap_is_an_integral_over_pairs_of_rows(chebyshev_gap: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Polynomial kernels: ∫W(u,v₁)W(u,v₂)du − r(v₁)r(v₂)."""
    first, second = positions[:2]
    for form in KERNELS:
        joint = integrated(form(u, first) * form(u, second), (u, 0, 1))
        apart = sp.prod(integrated(form(u, v), (u, 0, 1)) for v in (first, second))
        gap = chebyshev_gap.replace(kernel, form).replace(sp.Integral, integrated)
        yield trial.same(gap, joint - apart, by=sp.expand)


@exact(hubs, step="affine columns")
@control("affine, twice", affine_gap=2 * affine_gap)
@control("affine 10 % less", affine_gap=NINE * affine_gap)
@control("the gap, twice", chebyshev_gap=2 * chebyshev_gap)
def affine_columns_have_this_gap(chebyshev_gap: sp.Expr, affine_gap: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The integral over pairs of rows at W = a + b u, its slopes free; and slopes of two signs."""
    lines = dict(zip(positions[:2], slopes, strict=True))
    affine = chebyshev_gap.replace(kernel, lambda row, place: 1 + row * place).doit().subs(lines)
    yield trial.same(affine, affine_gap, by=sp.expand)
    rise, fall = sp.symbols("rise fall", positive=True)
    yield trial.nonnegative(-affine_gap, rise * fall / 12, where={slopes[0]: rise, slopes[1]: -fall}, strict=True)


def step_columns(rng: np.random.Generator, tries: int, order: str) -> NDArray[np.int64]:
    """Three columns of five rows in tenths, each sorted as `order` says. int[tries, 3, 5]"""
    columns = np.sort(rng.integers(0, 11, size=(tries, 3, 5)), axis=2)
    if order == "falling":
        columns = columns[:, :, ::-1]
    if order == "opposite":
        columns[:, 0] = columns[:, 0, ::-1]
    return columns


@exact(hubs)
@control("opposite columns", orders=("opposite",))
@control("rising and opposite columns", orders=("rising", "opposite"))
def monotone_columns_never_lose(orders: tuple[str, ...], trial: Trial) -> Iterator[Finding]:
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
@control("the product of the densities", hub_share=density_product)
@control("10 % more", hub_share=ELEVEN * hub_share)
@control("10 % less", hub_share=NINE * hub_share)
def drawn_hubs_have_the_share(hub_share: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Wired neurons at w = 9/10, for three and for eight inputs."""
    for inputs, quick in ((3, 80_000), (8, 250_000)):
        neurons = trial.size(quick)
        expected = trial.value(hub_share, {column: sp.Rational(9, 10), k: inputs})
        yield trial.counts(trial.draw(wired_hubs, neurons, inputs), neurons, expected)
