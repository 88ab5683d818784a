"""Evidence for the steps of K13.2: a dense layer, sums over layers, first order in the width, and depth in proportion."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import sympy as sp

from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact
from sparse_limits.theory.claims import formulas
from sparse_limits.theory.kernel.convergence import (
    Moments,
    Pair,
    advance,
    at_inputs,
    beta,
    deep_second,
    dense_second,
    dense_variance,
    grown,
    moments,
    readout,
    shrunk,
    step,
    values_of,
    width_constant,
)
from sparse_limits.theory.kernel.deep import (
    correction,
    grown_limit,
    leading,
    rest,
    shrunk_limit,
    source,
    tangent_fluctuations,
    total,
    values,
)
from sparse_limits.theory.kernel.dual import depth as L
from sparse_limits.theory.kernel.finite_width import n
from sparse_limits.theory.saliency.model import rho

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
h, m, k = moments.values, moments.mixed, moments.tangents
G, S = sp.symbols("G S", positive=True)  # λ^L and μ^L
ALIKE = {h.product: h.traces}


def in_powers(expression: sp.Expr) -> sp.Expr:
    """With letters for λ^L and μ^L."""
    return sp.expand_power_exp(expression).subs({(1 + 5 / n) ** L: G, (1 - 1 / n) ** L: S})


def fraction(gap: sp.Expr) -> sp.Expr:
    """One fraction, with these letters."""
    return sp.cancel(in_powers(gap))


@exact(tangent_fluctuations, step="dense layer")
@control("two neurons", grown=1 + 2 / n)
@control("10 % more", grown=ELEVEN * grown)
@control("of the mean", grown=sp.S.One)
@control("exchanged", shrunk=grown)
@control("of the mean too", shrunk=sp.S.One)
@control("10 % less", shrunk=NINE * shrunk)
def dense_layers_have_two_factors(grown: sp.Expr, shrunk: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """`step` at density 1 and equal widths, from any moments with h_t = h_p."""
    found = advance(step, moments, n, n, sp.Integer(1))
    for part in (found.values.traces, found.values.product):
        yield trial.same(part.subs(ALIKE), grown * h.traces)
    mixed, sums = found.mixed, m.traces + 2 * m.product
    yield trial.same((mixed.traces + 2 * mixed.product).subs(ALIKE), grown * (sums + h.traces))
    apart = shrunk * (m.traces - m.product + h.traces)
    yield trial.same((mixed.traces - mixed.product).subs(ALIKE), apart)
    dense = readout.subs(rho, 1)
    onward = grown * dense + 2 * mixed.traces + found.values.traces
    yield trial.same(dense.xreplace(values_of(found)).subs(ALIKE), onward.subs(ALIKE))


@exact(tangent_fluctuations, step="values and mixed moments")
@control("one layer less", values=values / grown)
@control("values 10 % more", values=ELEVEN * values)
@control("values that do not grow", values=sp.S.One)
@control("once", total=values)
@control("total 10 % less", total=NINE * total)
@control("a layer more", total=(L + 1) * values)
@control("no shrinking", rest=(n - 1) * (grown**L - 1) / 6)
@control("rest 10 % more", rest=ELEVEN * rest)
@control("of n neurons", rest=rest * n / (n - 1))
@control("factor 10 % more", grown=ELEVEN * grown)
@control("another factor", shrunk=NINE * shrunk)
def mixed_moments_add_up(
    grown: sp.Expr, shrunk: sp.Expr, values: sp.Expr, total: sp.Expr, rest: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """One hidden layer from h = 1 and zeros, and one more."""
    yield trial.induction(values, L, grown, lambda term: grown * term, start=1, by=fraction)
    yield trial.induction(total, L, grown, lambda term: grown * (term + values), start=1, by=fraction)
    yield trial.induction(rest, L, shrunk, lambda term: shrunk * (term + values), start=1, by=fraction)


@exact(tangent_fluctuations, step="source")
@control("values alone", source=values)
@control("mixed once", source=(source + values) / 2)
@control("10 % more", source=ELEVEN * source)
@control("values 10 % more", values=ELEVEN * values)
@control("a layer more", total=(L + 1) * values)
@control("rest 10 % more", rest=ELEVEN * rest)
def sources_are_mixed_and_values(
    values: sp.Expr, total: sp.Expr, rest: sp.Expr, source: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """m_t from its sum and its difference with m_p."""
    t, p, added, apart = sp.symbols("t p x y")
    solved = sp.solve([t + 2 * p - added, t - p - apart], t, p)
    yield trial.same(source, 2 * solved[t].subs({added: total, apart: rest}) + values, by=fraction)


@exact(tangent_fluctuations, step="second moment")
@control("values only", dense_second=grown**L * (L + 1) ** 2)
@control("one eigenvalue", dense_second=dense_second.subs(1 - 1 / n, 1))
@control("10 % more", dense_second=ELEVEN * dense_second)
@control("factor 10 % more", grown=ELEVEN * grown)
@control("source 10 % more", source=ELEVEN * source)
def second_moments_add_up(grown: sp.Expr, source: sp.Expr, dense_second: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """From S = 1 by one hidden layer, and by one more."""

    def following(term: sp.Expr) -> sp.Expr:
        return grown * term + source.subs(L, L + 1)

    first = following(sp.S.One).subs(L, 0)
    yield trial.induction(dense_second, L, first, following, start=1, by=fraction)


@exact(tangent_fluctuations, step="variance")
@control("the square of the mean forgotten", dense_variance=dense_second / (L + 1) ** 2)
@control("not relative", dense_variance=dense_second - (L + 1) ** 2)
@control("10 % more", dense_variance=ELEVEN * dense_variance)
@control("second moment 10 % more", dense_second=ELEVEN * dense_second)
def variances_are_relative(dense_second: sp.Expr, dense_variance: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Times the square of the mean, and that once."""
    yield trial.same((dense_variance + 1) * (L + 1) ** 2, dense_second, by=fraction)


@exact(tangent_fluctuations, step="powers")
@control("of one layer", grown_limit=sp.exp(beta))
@control("10 % more", grown_limit=ELEVEN * grown_limit)
@control("falls", grown_limit=sp.exp(-5 * beta))
@control("grows", shrunk_limit=sp.exp(beta))
@control("constant", shrunk_limit=sp.S.One)
@control("shrunk 10 % less", shrunk_limit=NINE * shrunk_limit)
@control("factor of two neurons", grown=1 + 2 / n)
@control("factor of one neuron", shrunk=1 - 2 / n)
def powers_tend_to_exponentials(
    grown: sp.Expr, shrunk: sp.Expr, grown_limit: sp.Expr, shrunk_limit: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """ln(1 + x/n) is x/n to first order: βn times the logarithm tends to β times its slope in 1/n."""
    z = sp.Symbol("z", positive=True)
    for factor, limit in ((grown, grown_limit), (shrunk, shrunk_limit)):
        slope = sp.diff(sp.log(factor.subs(n, 1 / z)), z).subs(z, 0)
        yield trial.same(limit, sp.exp(beta * slope))
        yield trial.vanishes(sp.log(factor.subs(n, 1 / z)).subs(z, 0))


@exact(tangent_fluctuations, step="deep")
@control("e^5β alone", deep_second=sp.exp(5 * beta))
@control("e^β of one layer", deep_second=deep_second.subs(beta, beta / 5))
@control("10 % less", deep_second=NINE * deep_second)
@control("second moment 10 % more", dense_second=ELEVEN * dense_second)
@control("limit of one layer", grown_limit=sp.exp(beta))
@control("limit that grows", shrunk_limit=sp.exp(beta))
def deep_networks_have_the_limit(
    dense_second: sp.Expr, grown_limit: sp.Expr, shrunk_limit: sp.Expr, deep_second: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The fraction in n at L = βn, powers left as letters, as 1/n → 0."""
    z = sp.Symbol("z", positive=True)
    found = sp.cancel((in_powers(dense_second) / (L + 1) ** 2).subs(L, beta * n).subs(n, 1 / z)).subs(z, 0)
    yield trial.same(deep_second, found.subs({G: grown_limit, S: shrunk_limit}))


z = sp.Symbol("z", positive=True)  # 1/n


def known_at(leading: Moments, correction: tuple[tuple[sp.Expr, sp.Expr], ...]) -> Moments:
    """The means after L layers to first order in 1/n; those of the diagonals to leading order."""
    pairs = (leading.values, leading.mixed, leading.tangents)
    made = [Pair(p.traces + t / n, p.product + q / n, p.diagonal) for p, (t, q) in zip(pairs, correction, strict=True)]
    return Moments(*made)


def orders(expression: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """What stands at 1 and at 1/n in a polynomial in 1/n."""
    polynomial = sp.Poly(sp.expand(expression.subs(n, 1 / z)), z)
    return polynomial.coeff_monomial(1), polynomial.coeff_monomial(z)


NO_CORRECTION = tuple((sp.S.Zero, sp.S.Zero) for _ in range(3))


@exact(tangent_fluctuations, step="leading order")
@control("values without kurtosis", leading=replace(leading, values=replace(leading.values, diagonal=sp.Integer(2))))
@control("a trace of one layer", leading=replace(leading, mixed=replace(leading.mixed, traces=sp.S.One)))
@control("products too", leading=replace(leading, tangents=replace(leading.tangents, product=L**2)))
@control("a layer more", leading=replace(leading, tangents=replace(leading.tangents, traces=(L + 1) ** 2)))
def leading_orders_follow(leading: Moments, trial: Trial) -> Iterator[Finding]:
    """One dense layer from any input, and one more of density ρ, as n → ∞."""
    kurtosis, width = sp.Symbol("kurtosis", positive=True), sp.Symbol("d", integer=True, positive=True)
    first = advance(step, at_inputs(kurtosis), width, n, sp.Integer(1))
    onward = advance(step, known_at(leading, NO_CORRECTION), n, n, rho)
    for claimed, start, following in zip(*map(formulas, (leading, first, onward)), strict=True):
        yield trial.same(claimed.subs(L, L + 1), orders(following)[0])
        yield trial.same(claimed.subs(L, 1), orders(start)[0])


SHIFTED = tuple((t.subs(L, L + 1), p.subs(L, L + 1)) for t, p in correction)


@exact(tangent_fluctuations, step="first order")
@control("a layer more", correction=SHIFTED)
@control("none", correction=NO_CORRECTION)
@control("values alone", correction=(correction[0], *NO_CORRECTION[1:]))
@control("a trace of one layer", leading=replace(leading, mixed=replace(leading.mixed, traces=sp.S.One)))
def first_orders_follow(
    leading: Moments, correction: tuple[tuple[sp.Expr, sp.Expr], ...], trial: Trial
) -> Iterator[Finding]:
    """One dense layer, and one more of density ρ; the diagonals enter one order later."""
    kurtosis, width = sp.Symbol("kurtosis", positive=True), sp.Symbol("d", integer=True, positive=True)
    first = advance(step, at_inputs(kurtosis), width, n, sp.Integer(1))
    onward = advance(step, known_at(leading, correction), n, n, rho)
    for place, name in enumerate(("values", "mixed", "tangents")):
        for claimed, part in zip(correction[place], ("traces", "product"), strict=True):
            following, start = (getattr(getattr(each, name), part) for each in (onward, first))
            yield trial.same(claimed.subs(L, L + 1), orders(following)[1])
            yield trial.same(claimed.subs(L, 1), orders(start)[1])


@exact(tangent_fluctuations, step="wide")
@control("dense", width_constant=width_constant.subs(rho, 1))
@control("each layer as the first", width_constant=3 * L / rho)
@control("10 % more", width_constant=ELEVEN * width_constant)
@control("no correction", correction=NO_CORRECTION)
@control("values without kurtosis", leading=replace(leading, values=replace(leading.values, diagonal=sp.Integer(2))))
def readouts_have_the_constant(
    leading: Moments,
    correction: tuple[tuple[sp.Expr, sp.Expr], ...],
    width_constant: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """The second moment at density ρ is the square of the mean, and 1/n times that square times the constant."""
    square, first = orders(readout.xreplace(values_of(known_at(leading, correction))))
    yield trial.same(width_constant * (L + 1) ** 2, first)
    yield trial.same(square, (L + 1) ** 2)


@enclosed(tangent_fluctuations)
@control("each layer as the first", width_constant=3 * L / rho + 6 * (1 - rho) / rho)
@control("three times", width_constant=3 * width_constant)
def masks_add_with_the_share_of_their_layers(width_constant: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """At most eight times (1 − ρ)/ρ and the share L/(L + 1) of the layers that are masked: nothing, if none is."""
    added = width_constant - width_constant.subs(rho, 1)
    yield trial.below(added, 8 * L / (L + 1) * (1 - rho) / rho, needed="width_constant")
