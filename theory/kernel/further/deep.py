"""K13.2: how much the tangent kernel fluctuates on the diagonal: dense layers in closed form, wide and deep ones."""

from dataclasses import replace

import sympy as sp

from sparse_limits.theory.claims import Claim, Provenance, Source, formulas
from sparse_limits.theory.kernel import convergence
from sparse_limits.theory.kernel.convergence import (
    Moments,
    Pair,
    advance,
    at_inputs,
    beta,
    deep_second,
    dense_second,
    grown,
    mean,
    moments,
    path,
    readout,
    shrunk,
    step,
    values_of,
    width_constant,
)
from sparse_limits.theory.kernel.dual import DENSITY, DEPTH
from sparse_limits.theory.kernel.dual import depth as L
from sparse_limits.theory.kernel.finite_width import WIDTH, n
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, induction, same, vanishes
from sparse_limits.theory.saliency.model import rho

values = grown**L
total = L * grown**L  # m_t + 2 m_p
rest = (n - 1) * (grown**L - shrunk**L) / 6  # m_t − m_p
source = grown**L * (1 + 2 * L / 3) + 2 * (n - 1) * (grown**L - shrunk**L) / 9  # 2 m_t + h_t

leading = Moments(Pair(sp.S.One, sp.S.One, sp.Integer(6)), Pair(L, sp.S.Zero, 2 * L), Pair(L**2, sp.S.Zero, 2 * L**2))
correction = (
    (5 * L, 5 * L),
    (3 * L**2 - 2 * L, L * (L + 1)),
    ((7 * L**3 - 6 * L**2 + 2 * L) / 3, L * (L + 1) * (2 * L + 1) / 3),
)
grown_limit, shrunk_limit = sp.exp(5 * beta), sp.exp(-beta)

STEPS = proof(
    r"""
recursion (by K13.1 for step, readout): At density $1$ only traces and products matter. In units of $\pi_x^2$,
$E\,\Theta_n^2=S=k_t+2k_p+2m_t+h_t$ after the last hidden layer, where these moments follow by `step` from $h_t=h_p=1$ and zeros.

dense layer (from recursion): With $\lambda=[[grown]]$ and $\mu=[[shrunk]]$ a layer of equal widths takes $h_t=h_p$ to $\lambda h_t$,
$m_t+2m_p$ to $\lambda(m_t+2m_p+h_t)$, $m_t-m_p$ to $\mu(m_t-m_p+h_t)$, and $S$ to $\lambda S$ plus the new $2m_t+h_t$.

values and mixed moments (from dense layer): So after $L$ layers $h_t=[[values]]$, $m_t+2m_p=[[total]]$ and $m_t-m_p=[[rest]]$.

source (from values and mixed moments): $2m_t+h_t=[[source]]$.

second moment (from dense layer, source): From $S=1$ without hidden layers, $S=[[dense_second]]$.

mean (by K13.1 for mean): In these units the mean is $L+1$.

variance (from second moment, mean): The variance over the square of the mean is $[[dense_variance]]$.

powers (from dense layer): If $n\to\infty$ and $L/n\to\beta$, then $\lambda^L\to[[grown_limit]]$ and $\mu^L\to[[shrunk_limit]]$.

deep (from second moment, mean, powers): So the second moment over the square of the mean tends to $[[deep_second]]$.

leading order (from recursion; gives leading): With the first layer dense and all others masked at density $\rho$, as $n\to\infty$ the nine
means after $L$ layers tend to `leading`: $h_d\to6$, $m_t\to L$, $m_d\to2L$, $k_t\to L^2$, $k_d\to2L^2$.

first order (from leading order; gives correction): The differences of traces and products from these limits, times $n$, tend to
`correction`; the means are polynomials in $\frac1n$.

wide (from first order, mean): In the readout these terms add up to $[[width_constant]]$, where the last mask contributes the diagonals with
the factor $\frac{1-\rho}\rho$.
""",
    vars(convergence) | globals(),
)

h, m, k = moments.values, moments.mixed, moments.tangents


G, S = sp.symbols("G S", positive=True)  # λ^L and μ^L


ALIKE = {h.product: h.traces}


def in_powers(expression: sp.Expr) -> sp.Expr:
    """With letters for λ^L and μ^L."""
    return sp.expand_power_exp(expression).subs({(1 + 5 / n) ** L: G, (1 - 1 / n) ** L: S})


def fraction(gap: sp.Expr) -> sp.Expr:
    """One fraction, with these letters."""
    return sp.cancel(in_powers(gap))


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


SHIFTED = tuple((t.subs(L, L + 1), p.subs(L, L + 1)) for t, p in correction)


def dense_layers_have_two_factors(grown: sp.Expr, shrunk: sp.Expr) -> Relations:
    """`step` at density 1 and equal widths, from any moments with h_t = h_p."""
    found = advance(step, moments, n, n, sp.Integer(1))
    for part in (found.values.traces, found.values.product):
        yield same(part.subs(ALIKE), grown * h.traces)
    mixed, sums = found.mixed, m.traces + 2 * m.product
    yield same((mixed.traces + 2 * mixed.product).subs(ALIKE), grown * (sums + h.traces))
    apart = shrunk * (m.traces - m.product + h.traces)
    yield same((mixed.traces - mixed.product).subs(ALIKE), apart)
    dense = readout.subs(rho, 1)
    onward = grown * dense + 2 * mixed.traces + found.values.traces
    yield same(dense.xreplace(values_of(found)).subs(ALIKE), onward.subs(ALIKE))


def mixed_moments_add_up(grown: sp.Expr, shrunk: sp.Expr, values: sp.Expr, total: sp.Expr, rest: sp.Expr) -> Relations:
    """One hidden layer from h = 1 and zeros, and one more."""
    yield induction(values, L, grown, lambda term: grown * term, start=1, by=fraction)
    yield induction(total, L, grown, lambda term: grown * (term + values), start=1, by=fraction)
    yield induction(rest, L, shrunk, lambda term: shrunk * (term + values), start=1, by=fraction)


def sources_are_mixed_and_values(values: sp.Expr, total: sp.Expr, rest: sp.Expr, source: sp.Expr) -> Relations:
    """m_t from its sum and its difference with m_p."""
    t, p, added, apart = sp.symbols("t p x y")
    solved = sp.solve([t + 2 * p - added, t - p - apart], t, p)
    yield same(source, 2 * solved[t].subs({added: total, apart: rest}) + values, by=fraction)


def second_moments_add_up(grown: sp.Expr, source: sp.Expr, dense_second: sp.Expr) -> Relations:
    """From S = 1 by one hidden layer, and by one more."""

    def following(term: sp.Expr) -> sp.Expr:
        return grown * term + source.subs(L, L + 1)

    first = following(sp.S.One).subs(L, 0)
    yield induction(dense_second, L, first, following, start=1, by=fraction)


def powers_tend_to_exponentials(
    grown: sp.Expr, shrunk: sp.Expr, grown_limit: sp.Expr, shrunk_limit: sp.Expr
) -> Relations:
    """ln(1 + x/n) is x/n to first order: βn times the logarithm tends to β times its slope in 1/n."""
    z = sp.Symbol("z", positive=True)
    for factor, limit in ((grown, grown_limit), (shrunk, shrunk_limit)):
        slope = sp.diff(sp.log(factor.subs(n, 1 / z)), z).subs(z, 0)
        yield same(limit, sp.exp(beta * slope))
        yield vanishes(sp.log(factor.subs(n, 1 / z)).subs(z, 0))


def deep_networks_have_the_limit(
    dense_second: sp.Expr, grown_limit: sp.Expr, shrunk_limit: sp.Expr, deep_second: sp.Expr
) -> Relations:
    """The fraction in n at L = βn, powers left as letters, as 1/n → 0."""
    z = sp.Symbol("z", positive=True)
    found = sp.cancel((in_powers(dense_second) / (L + 1) ** 2).subs(L, beta * n).subs(n, 1 / z)).subs(z, 0)
    yield same(deep_second, found.subs({G: grown_limit, S: shrunk_limit}))


def leading_orders_follow(leading: Moments) -> Relations:
    """One dense layer from any input, and one more of density ρ, as n → ∞."""
    kurtosis, width = sp.Symbol("kurtosis", positive=True), sp.Symbol("d", integer=True, positive=True)
    first = advance(step, at_inputs(kurtosis), width, n, sp.Integer(1))
    onward = advance(step, known_at(leading, NO_CORRECTION), n, n, rho)
    for claimed, start, following in zip(*map(formulas, (leading, first, onward)), strict=True):
        yield same(claimed.subs(L, L + 1), orders(following)[0])
        yield same(claimed.subs(L, 1), orders(start)[0])


def first_orders_follow(leading: Moments, correction: tuple[tuple[sp.Expr, sp.Expr], ...]) -> Relations:
    """One dense layer, and one more of density ρ; the diagonals enter one order later."""
    kurtosis, width = sp.Symbol("kurtosis", positive=True), sp.Symbol("d", integer=True, positive=True)
    first = advance(step, at_inputs(kurtosis), width, n, sp.Integer(1))
    onward = advance(step, known_at(leading, correction), n, n, rho)
    for place, name in enumerate(("values", "mixed", "tangents")):
        for claimed, part in zip(correction[place], ("traces", "product"), strict=True):
            following, start = (getattr(getattr(each, name), part) for each in (onward, first))
            yield same(claimed.subs(L, L + 1), orders(following)[1])
            yield same(claimed.subs(L, 1), orders(start)[1])


def readouts_have_the_constant(
    leading: Moments, correction: tuple[tuple[sp.Expr, sp.Expr], ...], width_constant: sp.Expr
) -> Relations:
    """The second moment at density ρ is the square of the mean, and 1/n times that square times the constant."""
    square, first = orders(readout.xreplace(values_of(known_at(leading, correction))))
    yield same(width_constant * (L + 1) ** 2, first)
    yield same(square, (L + 1) ** 2)


tangent_fluctuations = Claim(
    label="K13.2",
    title="Fluctuations of the tangent kernel: dense layers in closed form, wide and deep limits",
    statement=r"""
In the setting of K13.1, consider the diagonal. **Dense:** if all layers are dense and all widths are $n$,
$E\,\Theta_n(x,x)^2=[[dense_second]]$ in units of $\pi_x^2$, so
the relative variance is $[[dense_variance]]$. **Wide:** if the first layer is dense and all others are masked at density $\rho$, then for
$L\ge1$
$n\operatorname{Var}\Theta_n/(E\Theta_n)^2\to[[width_constant]]$ as $n\to\infty$. **Deep:** if $L\to\infty$ too and $L/n\to\beta$, then for
dense layers $E\Theta_n^2/(E\Theta_n)^2\to[[deep_second]]$: a deep kernel stays random.
""",
    steps=STEPS,
    source=Source("2510.17515", "v1", "for dense networks, up to constants, Hanin and Nica (2020); beyond the paper"),
    provenance=Provenance.EXTENSION,
    quantities=(
        WIDTH.drawn_from(2, 40),
        DEPTH.drawn_from(1, 6),
        DENSITY.drawn_from(sp.Rational(1, 5), sp.Rational(9, 10)),
        Quantity(beta, "limit of depth over width", POSITIVE, drawn=(sp.Rational(1, 8), 2)),
    ),
    hypotheses=(
        Hypothesis("masks independent of the weights, with independent entries; equal widths of the hidden layers"),
        Hypothesis("for wide networks, a hidden layer", L >= 1, needed_by=("width_constant", "leading", "correction")),
    ),
    aids={"mean": mean},
    because={
        "dense layer": dense_layers_have_two_factors,
        "values and mixed moments": mixed_moments_add_up,
        "source": sources_are_mixed_and_values,
        "second moment": second_moments_add_up,
        "variance": lambda dense_second, dense_variance: same(
            (dense_variance + 1) * (L + 1) ** 2, dense_second, by=fraction
        ),
        "powers": powers_tend_to_exponentials,
        "deep": deep_networks_have_the_limit,
        "leading order": leading_orders_follow,
        "first order": first_orders_follow,
        "wide": readouts_have_the_constant,
    },
    wrong=lambda: {
        "dense_second: values only": (1 + 5 / n) ** L * (L + 1) ** 2,
        "dense_second: one eigenvalue": dense_second.subs(1 - 1 / n, 1),
        "dense_second: a negative variance": (L + 1) ** 2 - dense_second,
        "dense_variance: the square of the mean forgotten": dense_second / (L + 1) ** 2,
        "dense_variance: not relative": dense_second - (L + 1) ** 2,
        "width_constant: dense": width_constant.subs(rho, 1),
        "width_constant: each layer as the first": 3 * L / rho,
        "width_constant: as many times the first layer": 3 * L / rho + 6 * (1 - rho) / rho,
        "deep_second: e^5β alone": sp.exp(5 * beta),
        "deep_second: e^β of one layer": deep_second.subs(beta, beta / 5),
        "mean: one layer's gradients": path,
        "mean: the hidden layers alone": L * path,
        "grown: two neurons": 1 + 2 / n,
        "grown: of the mean": sp.S.One,
        "shrunk: exchanged": grown,
        "shrunk: of the mean too": sp.S.One,
        "shrunk: factor of one neuron": 1 - 2 / n,
        "values: one layer less": values / grown,
        "values: values that do not grow": sp.S.One,
        "total: once": values,
        "total: a layer more": (L + 1) * values,
        "rest: no shrinking": (n - 1) * (grown**L - 1) / 6,
        "rest: of n neurons": rest * n / (n - 1),
        "source: values alone": values,
        "source: mixed once": (source + values) / 2,
        "grown_limit: of one layer": sp.exp(beta),
        "grown_limit: falls": sp.exp(-5 * beta),
        "shrunk_limit: grows": sp.exp(beta),
        "shrunk_limit: constant": sp.S.One,
        "leading: values without kurtosis": replace(leading, values=replace(leading.values, diagonal=sp.Integer(2))),
        "leading: a trace of one layer": replace(leading, mixed=replace(leading.mixed, traces=sp.S.One)),
        "leading: products too": replace(leading, tangents=replace(leading.tangents, product=L**2)),
        "leading: a layer more": replace(leading, tangents=replace(leading.tangents, traces=(L + 1) ** 2)),
        "correction: a layer more": SHIFTED,
        "correction: none": NO_CORRECTION,
        "correction: values alone": (correction[0], *NO_CORRECTION[1:]),
    },
)
