"""Evidence for B2.3, besides its reasons: variances of units add up; units add up at one sign; and more."""

import numpy as np
import sympy as sp

from sparse_limits.numerics.evidence import Finding, Findings, Trial, empirical, enclosed, exact
from sparse_limits.numerics.exact.identities import simplified
from sparse_limits.numerics.kernels import LayerGraphons, graphon_kernel, input_latent
from sparse_limits.numerics.masks.composition import GridGraphon, point_latent
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.generalisation.further.one_input_units import one_input_units, pairs, private, spike, spilled
from sparse_limits.theory.kernel.dual import a, b, c, cosine, relu

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
def variances_of_units_add_up(spilled_variance: sp.Expr, trial: Trial) -> Findings:
    """Unit by unit."""
    yield by_units(0, spilled_variance, -1, trial)


@exact(one_input_units, step="all edges", cost=0.3)
def units_add_up_at_one_sign(spilled_alike: sp.Expr, alike_gate: sp.Expr, trial: Trial) -> Findings:
    """Unit by unit, values and gates."""
    yield by_units(2, alike_gate, 1, trial)
    yield by_units(1, spilled_alike, 1, trial)


@exact(one_input_units, step="all edges", cost=0.3)
def units_add_up_at_opposite_signs(spilled_opposite: sp.Expr, opposite_gate: sp.Expr, trial: Trial) -> Findings:
    """Unit by unit, values and gates."""
    yield by_units(2, opposite_gate, -1, trial)
    yield by_units(1, spilled_opposite, -1, trial)


VALUES = (  # η and the limit, to fifteen digits
    (sp.Rational(1, 10), sp.Rational("0.786216580140577337")),
    (sp.Rational(1, 50), sp.Rational("0.757802162897409750")),
    (sp.Rational(1, 1000), sp.Rational("0.750397489927366314")),
)


@enclosed(one_input_units)
def ratios_come_close(many_ratio: sp.Expr, least_ratio: sp.Expr, trial: Trial) -> Findings:
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
def networks_have_the_ratio(sign_ratio: sp.Expr, trial: Trial) -> Findings:
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
def three_layers_come_close_to_a_half(three_layers: sp.Expr, trial: Trial) -> Findings:
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
def deep_networks_have_the_ratio(three_layers: sp.Expr, trial: Trial) -> Findings:
    """Three hidden layers, eight inputs and twenty, by the same recursion."""
    for number, height, share in ((4, 0.5, 3), (10, 0.25, 5)):
        seen = trial.once(ratio_of_a_deep_network, number, height, share)
        at = {pairs: number, cosine: sp.Rational(height) / (1 + sp.Rational(height)), private: share}
        yield trial.at_most(abs(seen / trial.value(three_layers, at) - 1), 1e-9, "relative error")
