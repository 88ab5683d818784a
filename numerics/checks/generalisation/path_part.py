"""Evidence for B2.1 and B2.2: the linear part of the tangent kernel, its constants, and kernels of block networks in balls."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import sympy as sp
from flint import acb, arb, arb_mat, ctx, fmpq
from numpy.typing import NDArray
from scipy.special import erfinv

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.data import digits
from sparse_limits.numerics.evidence import Finding, Findings, Trial, empirical, enclosed, exact
from sparse_limits.numerics.evidence.findings import Kind, Verdict
from sparse_limits.numerics.exact import balls
from sparse_limits.numerics.kernels import LayerGraphons, graphon_kernel, input_latent, path_densities
from sparse_limits.numerics.masks.composition import GridGraphon, Latent, point_latent
from sparse_limits.theory.formulas.iterate import Iterate
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.generalisation.path_part import (
    S,
    best_constant,
    best_linear_constant,
    c,
    correlation,
    layer_constant,
    linear,
    linear_part_bound,
    slope,
    value,
)
from sparse_limits.theory.graphon.fixed_inputs import inputs as d
from sparse_limits.theory.kernel.dual import a, angle, b, cosine, depth, kappa_0, kappa_1, relu
from sparse_limits.theory.kernel.dual import c as covariance
from sparse_limits.theory.kernel.snip_kernel import alpha, entry_energy, graphon, s

PRECISION = 128
t = sp.Symbol("t", real=True)
Entries = list[list[int]]
Layers = list[tuple[arb_mat, arb_mat]]  # W and Q with the measure of the block below, 1/blocks, folded in


# Kernels of block networks in balls


def block_layers(rng: np.random.Generator, sizes: Sequence[int]) -> list[tuple[Entries, Entries]]:
    """Numerators over 60 of W ≤ Q ≤ 1 for each layer of a network with blocks of equal weight, the inputs first."""
    layers = []
    for below, above in zip(sizes, [*sizes[1:], 1], strict=True):
        kept = rng.integers(1, 40, size=(above, below))
        layers.append((kept.tolist(), (kept + rng.integers(5, 20, size=kept.shape)).tolist()))
    return layers


def in_balls(layers: Sequence[tuple[Entries, Entries]]) -> Layers:
    return [(folded(kept), folded(energy)) for kept, energy in layers]


def folded(numerators: list[list[int]]) -> arb_mat:
    return arb_mat([[arb(fmpq(g, 60 * len(row))) for g in row] for row in numerators])


def linear_part(x: arb_mat, layers: Layers, own_layer: str) -> arb_mat:
    """X diag(Σρ⁽ˡ⁾) Xᵀ/d, where ρ⁽ˡ⁾ takes the graphon `own_layer` at layer l and Q elsewhere."""
    total = arb_mat(x.ncols(), x.ncols())
    for own in range(len(layers)):
        reach = arb_mat([[1]])
        for place in reversed(range(len(layers))):
            reach = reach * layers[place][0 if place == own and own_layer == "W" else 1]
        total = total + diagonal(reach.entries())
    return x * total * x.transpose()


def diagonal(entries: Sequence[arb]) -> arb_mat:
    return arb_mat([[x if i == j else 0 for j in range(len(entries))] for i, x in enumerate(entries)])


def block_kernel(x: arb_mat, layers: Layers) -> arb_mat:
    """The tangent kernel of the rows of x at infinite width (K4)."""
    rows = x.tolist()
    return arb_mat([[_tangent(u, w, layers, i == j) for j, w in enumerate(rows)] for i, u in enumerate(rows)])


def _tangent(u: list[arb], w: list[arb], layers: Layers, equal: bool) -> arb:
    below = arb_mat([[p * p, q * q, p * q] for p, q in zip(u, w, strict=True)])
    own, gates = [], []
    for kept, energy in layers:
        own.append((kept * below).tolist())
        spread = (energy * below).tolist()
        duals = [_dual(p, q, r, equal) for p, q, r in spread]
        below = arb_mat([[p, q, dual] for (p, q, _), (dual, _) in zip(spread, duals, strict=True)])
        gates.append([gate for _, gate in duals])
    total, back = arb(0), arb_mat([[1]])
    for place in reversed(range(len(layers))):
        total += sum((g * row[2] for g, row in zip(back.entries(), own[place], strict=True)), arb(0))
        if place:
            sent = (back * layers[place][1]).entries()
            back = arb_mat([[g * gate for g, gate in zip(sent, gates[place - 1], strict=True)]])
    return total


def _dual(p: arb, q: arb, r: arb, equal: bool) -> tuple[arb, arb]:
    """Value and slope of the ReLU's dual; on the diagonal it keeps the variance."""
    if equal:
        return r, arb(1)
    at = {a: acb(p), b: acb(q), covariance: acb(r)}
    return balls.evaluate(relu.value, at).real, balls.evaluate(relu.slope, at).real


def is_positive_definite(matrix: arb_mat) -> bool | None:
    """True: every matrix in the balls is positive definite; False: none is even semidefinite; None: undecided."""
    rows = matrix.tolist()
    for k, pivot_row in enumerate(rows):
        pivot = pivot_row[k]
        if not bool(pivot > 0):
            return False if bool(pivot < 0) else None
        for row in rows[k + 1 :]:
            share = row[k] / pivot
            row[:] = [x - share * y for x, y in zip(row, pivot_row, strict=True)]
    return True


def inputs(rng: np.random.Generator, count: int, dimension: int) -> list[list[int]]:
    """Rows of small integers, none zero, no two parallel: int[count, dimension]."""
    while True:
        x = rng.integers(-4, 5, size=(count, dimension))
        gram = x @ x.T
        lengths = np.diagonal(gram)
        if lengths.all() and np.all(
            gram[np.triu_indices(count, 1)] ** 2 < np.outer(lengths, lengths)[np.triu_indices(count, 1)]
        ):
            rows: list[list[int]] = x.tolist()
            return rows


def kernel_of(x: list[list[int]], layers: list[tuple[Entries, Entries]]) -> arb_mat:
    with ctx.workprec(PRECISION):
        return block_kernel(arb_mat(x), in_balls(layers))


def decided(verdict: bool | None, detail: str) -> Finding:
    """The finding that a matrix of balls is positive definite."""
    verdicts = {True: Verdict.SUPPORTS, False: Verdict.REFUTES, None: Verdict.UNDECIDED}
    return Finding(Kind.ENCLOSED, verdicts[verdict], detail)


# Derivations


def composed(layers: int) -> sp.Expr:
    """Θ_L of the dense network as a function of the cosine, by composition of the duals."""
    total = below = cosine
    for _ in range(layers):
        total, below = total * kappa_0.subs(cosine, below) + kappa_1.subs(cosine, below), kappa_1.subs(cosine, below)
    return total


@exact(linear_part_bound)
def constants_count_the_halvings(
    constant: sp.Expr, plain_constant: sp.Expr, layer_constant: sp.Expr, trial: Trial
) -> Findings:
    """The constant is a sum of L + 1 products, of κ₀(0) for every gate above and κ₁′(0) for every layer below, for up to four hidden
    layers; half of each factor for the plain ReLU.
    """
    gate, layer = kappa_0.subs(cosine, 0), sp.diff(kappa_1, cosine).subs(cosine, 0)
    for L in range(1, 5):
        for claimed, scale in ((constant, sp.S.One), (plain_constant, sp.S.Half)):
            terms = [(scale * layer) ** (place - 1) * (scale * gate) ** (L + 1 - place) for place in range(1, L + 2)]
            yield trial.same(claimed.subs(depth, L), sum(terms))
        yield trial.same(layer_constant.subs(depth, L), layer * gate ** (L - 1))


@exact(linear_part_bound)
def antipodal_inputs_attain_one(antipodal_determinant: sp.Expr, trial: Trial) -> Findings:
    """det(K − cB) for {x, −x}, one hidden layer, from the kernel at variance S and covariance ±S."""
    entries = [
        (relu.value + covariance * relu.slope).subs({covariance: sign * S}).subs({a: S, b: S}) for sign in (1, -1)
    ]
    same, opposite = entries
    found = sp.Matrix([[same - c * S, opposite + c * S], [opposite + c * S, same - c * S]]).det()
    yield trial.same(antipodal_determinant, found)


@exact(linear_part_bound)
def path_part_is_the_kernel_where_masks_follow_gates(one_sided_gap: sp.Expr, trial: Trial) -> Findings:
    """K − B of one neuron with M = 1{w > 0} at x = −1, by integrals; at x = 1 the same integrals find K = 2."""
    w = sp.Symbol("w", real=True)
    law = sp.exp(-(w**2) / 2) / sp.sqrt(2 * sp.pi)

    def mean(kept: sp.Expr) -> sp.Expr:
        return trial.once(sp.integrate, kept * law, (w, 0, sp.oo))

    paths = layer_constant.subs(depth, 1) * (mean(sp.S.One) + mean(w**2))
    kernels = {x: mean(2 * (w * x) ** 2 + 2 * x**2) if x > 0 else sp.S.Zero for x in (1, -1)}  # the gate of w > 0
    yield trial.same(kernels[1], sp.Integer(2))
    yield trial.same(one_sided_gap, kernels[-1] - paths)


@exact(best_linear_constant, step="one layer more", cost=0.4)
def step_is_the_chain_rule(layer_step: Mapping[str, sp.Expr], trial: Trial) -> Findings:
    """Along any inner curve: correlation and kernel of the next layer, and their derivatives."""
    r = sp.Symbol("r_0", real=True)
    inner, kernel = sp.Function("sigma")(r), sp.Function("Theta")(r)
    gate, passed = kappa_0.subs(cosine, inner), kappa_1.subs(cosine, inner)
    after = {"correlation": passed, "value": kernel * gate + passed}
    after |= {"slope": sp.diff(after["correlation"], r), "linear": sp.diff(after["value"], r)}
    names = {sp.diff(inner, r): slope, sp.diff(kernel, r): linear, inner: correlation, kernel: value}
    for name, derived in after.items():
        yield trial.same(layer_step[name], derived.subs(names), by=sp.simplify)


@enclosed(best_linear_constant)
def best_constant_is_the_taylor_coefficient(best_constant: sp.Expr, trial: Trial) -> Findings:
    """The derivative at 0 of the kernel composed of one, two and four layers; and its digits for up to three layers."""
    for L in (1, 2, 4):
        yield trial.same(best_constant.subs(depth, L), trial.once(taylor_coefficient, L), by=None)
    for L, decimals in ((1, "1.0000"), (2, "0.9581"), (3, "0.9126")):
        coefficient = trial.value(best_constant, {depth: sp.Integer(L)})
        yield trial.holds(f"{coefficient:.4f}" == decimals, f"{coefficient:.6f} for {L} layers, quoted {decimals}")


def taylor_coefficient(layers: int) -> sp.Expr:
    return valued(sp.diff(composed(layers), cosine), {cosine: 0})


@enclosed(best_linear_constant, step="on the sphere", cost=0.6)
def sphere_constant_exceeds_the_taylor_coefficient_by_little(
    sphere_constant: sp.Expr, sphere_excess: sp.Expr, trial: Trial
) -> Findings:
    """Σa_k E[t^(k+1)]/E[t²] lies between a₁ and a₁ + (Σ_odd a_k − a₁) E[t⁴]/E[t²] at L = 2, d = 20 and 60; at L = 1 it is 1."""
    for L, dimension in ((1, 3), (2, 5), (4, 9)):
        size = {depth: L, d: dimension}
        half = trial.once(composed, L).subs(cosine, 1) / 2  # Θ(−1) ≥ 0 is left out
        ratio = trial.once(moment_ratio, dimension)
        yield trial.same(valued(sphere_excess, size), (half - valued(best_constant, size)) * ratio, by=None)
    for dimension in (2, 9):
        yield trial.same(sphere_constant.subs({depth: 1, d: dimension}), 1, by=None)
    places = [{angle: sp.Rational(k, 5), d: 5} for k in (1, 4, 7)]
    for integral in sphere_constant.atoms(sp.Integral):  # over half the sphere: opposite angles together
        for L in (1, 2, 4):
            yield trial.same(integral.function.subs(depth, L), trial.once(odd_integrand, L), by=None, at=places)
    for dimension in (20, 60):
        at = [{depth: 2, d: dimension}]
        yield trial.below(best_constant, sphere_constant, at=at, strict=True)  # boxes: an integral over a sphere
        yield trial.below(sphere_constant, best_constant + sphere_excess, at=at)


def odd_integrand(layers: int) -> sp.Expr:
    """What is integrated on a sphere of dimension 5, opposite angles together."""
    kernel = composed(layers)
    pair = valued(kernel, {cosine: sp.cos(angle)}) - valued(kernel, {cosine: -sp.cos(angle)})
    return sp.cos(angle) * sp.sin(angle) ** 3 * pair


def moment_ratio(dimension: int) -> sp.Expr:
    """E[t⁴]/E[t²] on a sphere of odd dimension, t one coordinate of a uniform unit vector."""
    weight = (1 - t**2) ** ((dimension - 3) // 2)
    fourth, second = (sp.integrate(t**k * weight, (t, -1, 1)) for k in (4, 2))
    return fourth / second


# Truth

SHAPES = ((5, (4, 3, 3)), (5, (5, 4)), (4, (4, 2, 3, 2)))  # inputs, and blocks of the inputs and of each hidden layer


@enclosed(linear_part_bound, cost=0.5)
def kernel_exceeds_its_linear_part(layer_constant: sp.Expr, own_layer: str, trial: Trial) -> Findings:
    """K − wX diag(Σρ⁽ˡ⁾)Xᵀ/d is positive definite for random block networks with W < Q, proved by elimination in balls."""
    for replicate in range(trial.size(2)):
        for count, sizes in SHAPES:
            x = trial.draw(inputs, count, sizes[0], replicate=replicate)
            layers = trial.draw(block_layers, sizes, replicate=replicate)
            kernel = trial.once(kernel_of, x, layers)
            with ctx.workprec(PRECISION):
                weight = balls.enclose(layer_constant, {depth: len(sizes) - 1}).real
                rest = kernel - weight * linear_part(arb_mat(x), in_balls(layers), own_layer)
                verdict = is_positive_definite(rest)
            yield decided(verdict, f"K − B for {count} inputs, blocks {sizes}")


# Digits


class Sample(NamedTuple):
    """Digits of two classes, centred and scaled to |x|² = d, with labels ±1; the SNIP graphons of their profile."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    layers: list[LayerGraphons]


def snip_layers(x: NDArray[np.float64], y: NDArray[np.float64], threshold: float) -> list[LayerGraphons]:
    """The graphons of K5 with eight kinds of rows and a dense readout, at a threshold in units of the largest profile."""
    profile = np.abs(x.T @ y)
    far = threshold * profile.max() / np.maximum(profile, 1e-6 * profile.max())
    inputs, output = input_latent(x.shape[1]), point_latent()
    rows = Latent((np.arange(8) + 0.5) / 8, np.full(8, 1 / 8))
    sizes = np.asarray(np.sqrt(2) * erfinv(rows.positions), dtype=np.float64)
    kept, energy = (
        np.asarray(numeric((s, alpha), part)(far, sizes[:, None]), dtype=np.float64) for part in (graphon, entry_energy)
    )
    first = LayerGraphons(GridGraphon(kept, rows, inputs), GridGraphon(energy, rows, inputs))
    readout = LayerGraphons(GridGraphon(np.ones((1, 8)), output, rows), GridGraphon(sizes[None] ** 2, output, rows))
    return [first, readout]


def digits_sample(rng: np.random.Generator, classes: tuple[int, int], count: int) -> Sample:
    """Random digits of two classes, pruned at half of the largest profile."""
    data = digits("as-is", standardise=False)
    chosen = rng.permutation(np.flatnonzero(np.isin(data.y[:, 0], classes)))[:count]
    x, y = data.x[chosen], np.where(data.y[chosen, 0] == classes[0], 1.0, -1.0)
    x = x - x.mean(axis=0)
    x *= np.sqrt(x.shape[1]) / np.linalg.norm(x, axis=1, keepdims=True)
    return Sample(x, y, snip_layers(x, y, 0.5))


@empirical(linear_part_bound, cost=0.4)
def digits_keep_the_linear_part(layer_constant: sp.Expr, trial: Trial) -> Findings:
    """3 v 8 under SNIP's graphons: −λ_min(K − B) is at most what rounding adds, 10⁻¹² of the trace."""
    x, _, layers = trial.draw(digits_sample, (3, 8), trial.size(60))
    kernel = graphon_kernel(x, layers).ntk
    weight = trial.value(layer_constant, {depth: 1})
    linear = x * (weight / x.shape[1] * path_densities(layers).sum(axis=0)) @ x.T
    smallest = float(np.linalg.eigvalsh(kernel - linear)[0])
    yield trial.at_most(-smallest, 1e-12 * np.trace(kernel), f"λ_min(K − B) = {smallest:.4g}, its negative")


# Kernel of opposite inputs


@exact(linear_part_bound, step="opposite inputs")
def kernel_of_opposite_inputs(opposite_kernel: sp.Matrix, trial: Trial) -> Findings:
    """Each entry is the value of the dual plus the covariance times its slope, at the variance S and the covariance S or −S."""
    same, opposite = (
        (relu.value + covariance * relu.slope).subs({covariance: sign * S}).subs({a: S, b: S}) for sign in (1, -1)
    )
    marks = sp.Matrix(2, 2, sp.symbols("e_1:5", positive=True))
    expected = sp.Matrix([[same, opposite], [opposite, same]])
    claimed, found = (sp.Add(*marks.multiply_elementwise(sp.Matrix(each))) for each in (opposite_kernel, expected))
    yield trial.same(claimed, found)


@exact(linear_part_bound, step="determinant")
def determinant_changes_its_sign_at_the_constant(
    opposite_kernel: sp.Matrix, constant: sp.Expr, antipodal_determinant: sp.Expr, trial: Trial
) -> Findings:
    """The determinant is that of K − cB; it is 0 at the constant of one hidden layer, and negative for c > 1."""
    linear_part = S * sp.Matrix([[1, -1], [-1, 1]])
    yield trial.same(antipodal_determinant, (sp.Matrix(opposite_kernel) - c * linear_part).det(), by=sp.expand)
    yield trial.same(antipodal_determinant.subs(c, constant.subs(depth, 1)), 0)
    y = sp.Symbol("y", positive=True)
    yield trial.nonnegative(-antipodal_determinant, 4 * S**2 * y, where={c: 1 + y}, strict=True)


# The best constants


def start_of(step: Mapping[str, sp.Expr]) -> Iterate:
    """A step, repeated from the correlation r and the kernel r at r = 0, each with its slope."""
    start = (cosine, sp.diff(cosine, cosine), cosine, sp.diff(cosine, cosine))
    order = (correlation, slope, value, linear)
    return Iterate(sp.Lambda(order, sp.Tuple(*step.values())), depth, tuple(each.subs(cosine, 0) for each in start))


@enclosed(best_linear_constant, step="Taylor coefficient")
def constant_is_the_last_entry(layer_step: Mapping[str, sp.Expr], best_constant: sp.Expr, trial: Trial) -> Findings:
    """The constant is the last entry of the step, repeated once for each layer."""
    yield trial.same(best_constant, start_of(layer_step), by=None)


@exact(best_linear_constant, step="odd coefficients")
def odd_coefficients_are_half_at_most(kernel_at_one: sp.Expr, odd_coefficients: sp.Expr, trial: Trial) -> Findings:
    """The odd coefficients add up to half of the kernel at equal inputs; κ₀ and κ₁ are 0 at opposite inputs and grow from there, κ₀ by its
    slope at r = (y − 1)/(y + 1), κ₁ by its slope κ₀.
    """
    yield trial.same(odd_coefficients, kernel_at_one / 2)
    yield trial.same(kappa_0.subs(cosine, -1), 0)
    yield trial.same(kappa_1.subs(cosine, -1), 0)
    y = sp.Symbol("y", positive=True)
    inside = {cosine: (y - 1) / (y + 1)}
    slope = (1 + y) / (2 * sp.pi * sp.sqrt(y))
    yield trial.nonnegative(sp.diff(kappa_0, cosine), slope, where=inside, strict=True)
    yield trial.same(sp.diff(kappa_1, cosine), kappa_0)
