"""Evidence for B2.3: the kernel behind units that see one input each, on inputs with a common coordinate of either sign."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import sympy as sp

from sparse_limits.numerics.evidence import Finding, Trial, control, empirical, enclosed, exact
from sparse_limits.numerics.exact.identities import simplified
from sparse_limits.numerics.kernels import LayerGraphons, graphon_kernel, input_latent
from sparse_limits.numerics.masks.composition import GridGraphon, point_latent
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.generalisation.one_input_units import (
    alike_entry,
    alike_gate,
    energy,
    least_ratio,
    linear_energy,
    many_ratio,
    one_input_units,
    opposite_entry,
    opposite_gate,
    own_entry,
    pairs,
    private,
    shared,
    sign_ratio,
    spike,
    spilled,
    spilled_alike,
    spilled_opposite,
    spilled_variance,
    three_layers,
    variance,
)
from sparse_limits.theory.kernel.dual import a, b, c, cosine, kappa_0, kappa_1, relu

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)


def through(value: sp.Expr, other: sp.Expr) -> sp.Expr:
    """The dual of a unit that sees one input, at its values in two samples."""
    return relu.value.subs({a: value**2, b: other**2, c: value * other})


@exact(one_input_units, step="first layer")
@control("the correlation itself", spike=cosine)
@control("its inverse", spike=1 / spike)
@control("spike 10 % more", spike=ELEVEN * spike)
@control("without the input's own", variance=spike)
@control("variance 10 % less", variance=NINE * variance)
@control("the variance", shared=variance)
@control("10 % more", shared=ELEVEN * shared)
def units_add_where_signs_are_equal(
    spike: sp.Expr, variance: sp.Expr, shared: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The unit of the common coordinate and that of the input's own; opposite signs; the correlation is r."""
    common = sp.sqrt(spike)
    yield trial.same(variance, through(common, common) + 1, by=sp.cancel)
    yield trial.same(shared, through(common, common), by=sp.cancel)
    yield trial.same(shared, cosine * variance, by=sp.cancel)
    yield trial.same(through(common, -common), 0)


HEIGHT = sp.Symbol("eta", positive=True)


def over_units(product: int) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
    """Variance, value and gate of the first layer at two inputs of s_i s_j = product.

    There are a unit of the common coordinate, one of each of both inputs' own, and 2n − 2 of others', which are alike.
    """
    one = [sp.sqrt(HEIGHT), sp.S.One, sp.S.Zero, sp.S.Zero]
    other = [product * sp.sqrt(HEIGHT), sp.S.Zero, sp.S.One, sp.S.Zero]

    def seen(x: list[sp.Expr], y: list[sp.Expr], unit: int) -> sp.Expr:
        kept = [sp.S.One if j == unit else spilled for j in range(len(x))]
        return sp.expand(sp.Add(*(w * u * v for w, u, v in zip(kept, x, y, strict=True))))

    variance = value = gate = sp.S.Zero
    for unit, number in enumerate((1, 1, 1, 2 * pairs - 2)):
        at = {a: sp.factor(seen(one, one, unit)), b: sp.factor(seen(other, other, unit)), c: seen(one, other, unit)}
        variance += number * at[a]
        value += number * valued(relu.value, at)
        gate += number * at[c] * valued(relu.slope, at)
    return variance, value, gate


def in_heights(gap: sp.Expr) -> sp.Expr:
    """Zero, where it is, with factors under each root."""

    def factored(part: sp.Expr) -> sp.Expr:
        return sp.expand_power_base(sp.factor(part.base) ** part.exp)

    gap = valued(gap, {cosine: HEIGHT / (1 + HEIGHT)})
    for _ in range(2):  # roots of cosines that hold roots
        gap = gap.replace(lambda part: part.is_Pow and part.exp.is_Rational and not part.exp.is_Integer, factored)
    return simplified(gap)


def by_units(part: int, claimed: sp.Expr, product: int, trial: Trial) -> Finding:
    """That variance, value or gate is the sum over units, for any number of inputs, δ and r free."""
    return trial.same(claimed, trial.once(over_units, product)[part].subs(HEIGHT, spike), by=in_heights)


@exact(one_input_units, step="all edges")
@control("at δ = 0", spilled_variance=variance)
@control("variance 10 % more", spilled_variance=ELEVEN * spilled_variance)
def variances_of_units_add_up(spilled_variance: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Unit by unit."""
    yield by_units(0, spilled_variance, -1, trial)


@exact(one_input_units, step="all edges", cost=0.3)
@control("without e_0", spilled_alike=spilled_alike - (spike + spilled) * kappa_1)
@control("alike, 10 % more", spilled_alike=ELEVEN * spilled_alike)
@control("the value", alike_gate=spilled_alike)
@control("gate 10 % less", alike_gate=NINE * alike_gate)
def units_add_up_at_one_sign(spilled_alike: sp.Expr, alike_gate: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Unit by unit, values and gates."""
    yield by_units(2, alike_gate, 1, trial)
    yield by_units(1, spilled_alike, 1, trial)


@exact(one_input_units, step="all edges", cost=0.3)
@control("as if alike", spilled_opposite=spilled_alike)
@control("opposite, at δ = 0", spilled_opposite=sp.S.Zero)
@control("opposite, 10 % less", spilled_opposite=NINE * spilled_opposite)
@control("gate at δ = 0", opposite_gate=sp.S.Zero)
@control("gate as if alike", opposite_gate=alike_gate)
@control("opposite gate 10 % more", opposite_gate=ELEVEN * opposite_gate)
def units_add_up_at_opposite_signs(
    spilled_opposite: sp.Expr, opposite_gate: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Unit by unit, values and gates."""
    yield by_units(2, opposite_gate, -1, trial)
    yield by_units(1, spilled_opposite, -1, trial)


@exact(one_input_units, step="all edges")
@control("variance of δ too", spilled_variance=spilled_variance + 1)
@control("variance 10 % more", spilled_variance=ELEVEN * spilled_variance)
@control("alike, 10 % more", spilled_alike=ELEVEN * spilled_alike)
@control("gate 10 % less", alike_gate=NINE * alike_gate)
@control("opposite as if alike", spilled_opposite=spilled_alike)
@control("opposite gate as if alike", opposite_gate=alike_gate)
@control("variance of e_0 alone", variance=spike)
@control("twice the shared", shared=2 * shared)
def edges_fade(
    variance: sp.Expr,
    shared: sp.Expr,
    spilled_variance: sp.Expr,
    spilled_alike: sp.Expr,
    alike_gate: sp.Expr,
    spilled_opposite: sp.Expr,
    opposite_gate: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """Continuous formulas at δ = 0: value and gate are the shared one at one sign, 0 at opposite ones."""
    wanted = (
        (spilled_variance, variance),
        (spilled_alike, shared),
        (alike_gate, shared),
        (spilled_opposite, sp.S.Zero),
        (opposite_gate, sp.S.Zero),
    )
    for each, limit in wanted:
        yield trial.same(each.subs(spilled, 0), limit, by=sp.cancel)


def next_entry(size: sp.Expr, covariance: sp.Expr) -> sp.Expr:
    """Θκ₀ + F at a variance and a covariance, where Θ is twice the covariance."""
    at = {a: size, b: size, c: covariance}
    return 2 * covariance * valued(relu.slope, at) + valued(relu.value, at)


@exact(one_input_units, step="second layer", cost=0.4)
@control("two layers alone", own_entry=2 * variance)
@control("own 10 % more", own_entry=ELEVEN * own_entry)
@control("as if equal", alike_entry=own_entry)
@control("the readout alone", alike_entry=variance * kappa_1)
@control("alike 10 % less", alike_entry=NINE * alike_entry)
@control("nothing of opposite signs", opposite_entry=sp.S.Zero)
@control("opposite 10 % more", opposite_entry=ELEVEN * opposite_entry)
@control("variance 10 % more", variance=ELEVEN * variance)
@control("shared 10 % more", shared=ELEVEN * shared)
def entries_are_those_of_the_recursion(
    variance: sp.Expr,
    shared: sp.Expr,
    own_entry: sp.Expr,
    alike_entry: sp.Expr,
    opposite_entry: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """At the covariances of equal inputs, of one sign and of opposite ones."""
    for claimed, covariance in ((own_entry, variance), (alike_entry, shared), (opposite_entry, sp.S.Zero)):
        yield trial.same(claimed, next_entry(variance, covariance))


def in_signs(own: sp.Expr, alike: sp.Expr, opposite: sp.Expr) -> sp.Expr:
    """sᵀAs over the number of inputs, for a matrix with these entries."""
    return own + (pairs - 1) * alike - pairs * opposite


@exact(one_input_units, step="linear part")
@control("all of one sign", linear_energy=sp.S.One)
@control("of one sign's inputs", linear_energy=1 + pairs * spike)
@control("10 % more", linear_energy=ELEVEN * linear_energy)
@control("spike 10 % more", spike=ELEVEN * spike)
def linear_parts_add_up(spike: sp.Expr, linear_energy: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The products of the inputs: 1 + η, η and −η."""
    yield trial.same(linear_energy, in_signs(1 + spike, spike, -spike), by=sp.cancel)


@exact(one_input_units, step="signs")
@control("all of one sign", energy=own_entry + (2 * pairs - 1) * alike_entry)
@control("the diagonal", energy=own_entry)
@control("10 % more", energy=ELEVEN * energy)
@control("nothing of opposite signs", opposite_entry=sp.S.Zero)
@control("own 10 % more", own_entry=ELEVEN * own_entry)
@control("alike 10 % less", alike_entry=NINE * alike_entry)
def energies_add_up(
    own_entry: sp.Expr, alike_entry: sp.Expr, opposite_entry: sp.Expr, energy: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """One own entry, n − 1 of one sign, n of the other."""
    yield trial.same(energy, in_signs(own_entry, alike_entry, opposite_entry), by=sp.expand)


@exact(one_input_units, step="ratio")
@control("its inverse", sign_ratio=1 / sign_ratio)
@control("the energy", sign_ratio=energy)
@control("10 % more", sign_ratio=ELEVEN * sign_ratio)
@control("energy 10 % more", energy=ELEVEN * energy)
@control("linear part of one sign", linear_energy=1 + pairs * spike)
def ratios_are_energies(
    energy: sp.Expr, linear_energy: sp.Expr, sign_ratio: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """One over the other."""
    yield trial.same(sign_ratio, energy / linear_energy, by=sp.expand)


def with_letters(gap: sp.Expr) -> sp.Expr:
    """One fraction, with letters for the arc cosine and the root."""
    letters = {sp.acos(cosine): sp.Symbol("angle"), sp.sqrt(1 - cosine**2): sp.Symbol("sine")}
    return sp.cancel(gap.subs(letters))


@exact(one_input_units, step="many inputs")
@control("half", many_ratio=many_ratio / 2)
@control("the gate alone", many_ratio=kappa_0)
@control("10 % more", many_ratio=ELEVEN * many_ratio)
@control("without opposite signs", many_ratio=kappa_0 + kappa_1 / (2 * cosine))
@control("the ratio 10 % less", sign_ratio=NINE * sign_ratio)
def many_inputs_leave_the_leading_terms(sign_ratio: sp.Expr, many_ratio: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The ratio less its limit, times 1 + 2nη, does not depend on n."""
    rest = (sign_ratio - many_ratio) * (1 + 2 * pairs * spike)
    yield trial.vanishes(sp.diff(rest, pairs), by=with_letters)


@exact(one_input_units, step="small spikes")
@control("of one layer", least_ratio=sp.S.One)
@control("of homogeneous masks", least_ratio=sp.Rational(9581, 10000))
@control("10 % less", least_ratio=NINE * least_ratio)
@control("half", many_ratio=many_ratio / 2)
def small_spikes_leave_three_quarters(many_ratio: sp.Expr, least_ratio: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The limit at r = 0."""
    yield trial.same(least_ratio, trial.once(at_small_spikes, many_ratio))


def at_small_spikes(ratio: sp.Expr) -> sp.Expr:
    """The quotient of the slopes of numerator and denominator, if both are 0 at r = 0."""
    parts = sp.fraction(sp.together(ratio))
    if any(valued(part, {cosine: 0}) != 0 for part in parts):
        return sp.limit(ratio, cosine, 0)
    above, below = (valued(sp.diff(part, cosine), {cosine: 0}) for part in parts)
    return above / below


VALUES = (  # η and the limit, to fifteen digits
    (sp.Rational(1, 10), sp.Rational("0.786216580140577337")),
    (sp.Rational(1, 50), sp.Rational("0.757802162897409750")),
    (sp.Rational(1, 1000), sp.Rational("0.750397489927366314")),
)


@enclosed(one_input_units)
@control("the gate alone", many_ratio=kappa_0)
@control("a tenth of a thousandth more", many_ratio=many_ratio + sp.Rational(1, 10000))
@control("three quarters", many_ratio=sp.Rational(3, 4))
@control("tends to a half", least_ratio=sp.Rational(1, 2))
@control("of homogeneous masks", least_ratio=sp.Rational(9581, 10000))
def ratios_come_close(many_ratio: sp.Expr, least_ratio: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """At three spikes, by their digits; for all r above the limit, and by less than half of η."""
    for height, value in VALUES:
        at = {cosine: height / (1 + height)}
        yield trial.below(sp.Abs(many_ratio - value), sp.Rational(1, 10**15), at=[at])
    limit, ratio = (sp.expand(2 * cosine * each) for each in (least_ratio, many_ratio))  # without a quotient at 0
    excess = sp.expand((ratio - limit) * (1 - cosine))  # below r² where that of the ratio is below η/2
    for low, high in ((limit, ratio), (excess, cosine**2)):
        yield trial.everywhere(low, high, within={cosine: (0, 1)}, zero={cosine: (0, 2)}, strict=True)


def ratio_of_a_network(number: int, height: float) -> float:
    """sᵀKs over sᵀBs of `number` inputs of either sign, by the recursion for graphons on the grid."""
    signs = np.repeat([1.0, -1.0], number)
    x = np.hstack([np.sqrt(height) * signs[:, None], np.eye(2 * number)])
    d = x.shape[1]
    units, above, output = input_latent(d), point_latent(), point_latent()
    first = GridGraphon(np.eye(d), units, input_latent(d))
    second = GridGraphon(np.ones((1, d)), above, units)
    last = GridGraphon(np.ones((1, 1)), output, above)
    kernel = graphon_kernel(x, [LayerGraphons(each, each) for each in (first, second, last)]).ntk
    linear = x @ x.T / d**2
    return float(signs @ kernel @ signs / (signs @ linear @ signs))


@empirical(one_input_units)
@control("the limit", sign_ratio=many_ratio)
@control("10 % more", sign_ratio=ELEVEN * sign_ratio)
@control("10 % less", sign_ratio=NINE * sign_ratio)
def networks_have_the_ratio(sign_ratio: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Eight inputs and twenty, by the recursion that knows nothing of signs."""
    for number, height in ((4, 0.5), (10, 0.25)):
        seen = trial.once(ratio_of_a_network, number, height)
        at = {pairs: number, cosine: sp.Rational(height) / (1 + sp.Rational(height))}
        yield trial.at_most(abs(seen / trial.value(sign_ratio, at) - 1), 1e-9, "relative error")


NESTED = (  # η, K and the number of inputs
    (sp.Rational(1, 10**6), 10**2, 10**9, sp.Rational(1, 100)),
    (sp.Rational(1, 10**9), 10**3, 10**14, sp.Rational(1, 1000)),
    (sp.Rational(1, 10**12), 10**4, 10**20, sp.Rational(3, 10**5)),
)


@enclosed(one_input_units)
@control("of two layers", three_layers=many_ratio)
@control("10 % less", three_layers=NINE * three_layers)
@control("a quarter less", three_layers=three_layers * sp.Rational(3, 4))
def three_layers_come_close_to_a_half(three_layers: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Three hidden layers at three nested spikes: above a half, and by less than is said of each."""
    for height, share, number, margin in NESTED:
        at = {cosine: height / (1 + height), private: share, pairs: number // 2}
        yield trial.below(sp.Rational(1, 2), three_layers, at=[at], strict=True)
        yield trial.below(three_layers, sp.Rational(1, 2) + margin, at=[at], strict=True)


def ratio_of_a_deep_network(number: int, height: float, share: float) -> float:
    """sᵀKs over sᵀBs of `number` inputs of either sign behind three hidden layers, by the recursion for graphons."""
    signs = np.repeat([1.0, -1.0], number)
    groups = 2 * number
    common, own = np.sqrt(height) * signs[:, None], np.sqrt(share * height) * np.eye(groups)
    x = np.hstack([common, own, np.sqrt(groups) * np.eye(groups)])
    d = x.shape[1]
    units, middle, above, output = input_latent(d), input_latent(groups), point_latent(), point_latent()
    first = GridGraphon(np.eye(d), units, input_latent(d))
    second = GridGraphon(np.hstack([np.ones((groups, 1 + groups)), np.eye(groups)]), middle, units)
    third = GridGraphon(np.ones((1, groups)), above, middle)
    last = GridGraphon(np.ones((1, 1)), output, above)
    kernel = graphon_kernel(x, [LayerGraphons(each, each) for each in (first, second, third, last)]).ntk
    seen = np.hstack([common, own, np.eye(groups)])  # of the last coordinates by one group of as many
    linear = seen @ seen.T / d**2
    return float(signs @ kernel @ signs / (signs @ linear @ signs))


@empirical(one_input_units)
@control("of two layers", three_layers=sign_ratio)
@control("10 % more", three_layers=ELEVEN * three_layers)
@control("10 % less", three_layers=NINE * three_layers)
def deep_networks_have_the_ratio(three_layers: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Three hidden layers, eight inputs and twenty, by the same recursion."""
    for number, height, share in ((4, 0.5, 3), (10, 0.25, 5)):
        seen = trial.once(ratio_of_a_deep_network, number, height, share)
        at = {pairs: number, cosine: sp.Rational(height) / (1 + sp.Rational(height)), private: share}
        yield trial.at_most(abs(seen / trial.value(three_layers, at) - 1), 1e-9, "relative error")
