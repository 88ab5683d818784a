"""Evidence for B1: the complexity of a ball, what random labels make of the bound, and kernels that saw the labels."""

from itertools import product

import numpy as np
import sympy as sp
from flint import arb, ctx
from numpy.typing import NDArray

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.checks.generalisation.path_part import digits_sample, snip_layers
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact, statistical
from sparse_limits.numerics.exact import balls
from sparse_limits.numerics.exact.logarithms import split_logarithms
from sparse_limits.numerics.kernels import dense_kernel, graphon_kernel, scale_free
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.generalisation.energy_bound import (
    B_0,
    ONE_LABEL,
    T,
    T_inv,
    b,
    complexity,
    confidence,
    energy,
    epsilon,
    i,
    k,
    q,
    scale_free_energy,
)
from sparse_limits.theory.graphon.symbols import delta, m


@exact(scale_free_energy, cost=0.4)
def pieces_make_the_bound(
    risk_bound: sp.Expr,
    complexity: sp.Expr,
    confidence: sp.Expr,
    level_share: sp.Expr,
    peeled_bound: sp.Expr,
    peeled_norm: sp.Expr,
    trial: Trial,
) -> Findings:
    """The confidence term is three McDiarmid roots at δ/2, and the bound twice the complexity plus this term; with the shares, which add up
    to δ, it gives the peeled bound. Where √q is a radius, the peeled norm is 2√q; below the smallest radius b it is 2b.
    """
    yield trial.same(sp.exp(-2 * m * (confidence / 3) ** 2), delta / 2)
    yield trial.holds(confidence.subs({m: 2, delta: sp.S.Half}).is_positive, "the confidence term is positive")
    yield trial.same(risk_bound, 2 * complexity + confidence)
    yield trial.same(level_share, delta / (sp.zeta(2) * (i + 1) ** 2))  # Σ (i + 1)⁻² = ζ(2)
    yield trial.same(peeled_bound, valued(risk_bound, {B_0: b * 2**i, delta: level_share}), by=split_logarithms)
    for radius, step in ((sp.Rational(2, 3), 0), (sp.Rational(5, 2), 2), (1, 5)):
        just_below = (radius * 2**step) ** 2
        yield trial.same(valued(peeled_norm, {b: radius, q: just_below}), radius * 2 ** (step + 1))
    yield trial.same(peeled_norm.subs({b: 3, q: sp.Rational(1, 100)}), 6)


@exact(scale_free_energy)
def usual_form_is_the_first_term_at_one_trace(raw_energy: sp.Expr, usual_trace: sp.Expr, trial: Trial) -> Findings:
    """Twice the complexity at B₀ = √q and the trace stated is the usual form, which no other trace gives."""
    first_term = 2 * complexity.subs(B_0, sp.sqrt(q))
    yield trial.same(first_term.subs(T, usual_trace), raw_energy)
    yield trial.holds(sp.solve(first_term - raw_energy, T) == [usual_trace], f"the only trace is {usual_trace}")


def gram_matrices(rng: np.random.Generator) -> list[sp.Matrix]:
    """I, 𝟏𝟏ᵀ and random Gram matrices of small integers, of two to six samples."""
    found = [sp.eye(5), sp.ones(2, 2), sp.ones(6, 6)]
    for size, rank in ((3, 2), (5, 3), (6, 6)):
        points = sp.Matrix(rng.integers(-3, 4, size=(size, rank)))
        found.append(points * points.T)
    return found


def sign_forms(K: sp.Matrix) -> list[sp.Integer]:
    """σᵀKσ for all signs."""
    return [(sp.Matrix([s]) * K * sp.Matrix(s))[0] for s in product((1, -1), repeat=K.rows)]


@exact(scale_free_energy)
def trace_is_the_mean_square(complexity: sp.Expr, trial: Trial) -> Findings:
    """The complexity is B₀/m times the root of the mean of σᵀKσ over all signs, computed in integers."""
    for K in trial.draw(gram_matrices):
        forms = trial.once(sign_forms, K)
        mean = sp.Rational(sum(forms), len(forms))
        yield trial.same(complexity.subs({T: K.trace(), m: K.rows}), B_0 * sp.sqrt(mean) / K.rows)


@enclosed(scale_free_energy)
def complexity_lies_within_a_factor_of_root_two(complexity: sp.Expr, khintchine: sp.Expr, trial: Trial) -> Findings:
    """The mean of √(σᵀKσ)/m over all signs lies between the bound and 1/√2 of it, with the values of two equal inputs and of K = I."""
    for K in trial.draw(gram_matrices):
        forms = trial.once(sign_forms, K)
        bound = complexity.subs({B_0: 1, T: K.trace(), m: K.rows})
        with ctx.workprec(128):
            mean = sum((arb(int(form)).sqrt() for form in forms), arb(0)) / len(forms) / K.rows
            low, high = (balls.enclose(end).real for end in (khintchine * bound, bound))
            tight = arb(2) ** -50
            yield trial.holds(not bool(mean > high + tight), f"{K.rows} samples: {mean.str(6)} ≤ {high.str(6)}")
            yield trial.holds(not bool(mean < low - tight), f"{K.rows} samples: {mean.str(6)} ≥ {low.str(6)}")
    yield trial.same(khintchine * complexity.subs({B_0: 1, T: 2, m: 2}), sp.S.Half)
    yield trial.same(complexity.subs({B_0: 1, T: 5, m: 5}), 1 / sp.sqrt(5))


@exact(scale_free_energy)
def equal_inputs_walk_at_random(rank_one_complexity: sp.Expr, trial: Trial) -> Findings:
    """E|Σσ|/m over all signs for m = 2, 4, 6, 8."""
    for half in range(1, 5):
        walks = [abs(sum(signs)) for signs in product((1, -1), repeat=2 * half)]
        seen = sp.Rational(sum(walks), len(walks) * 2 * half)
        yield trial.same(rank_one_complexity.subs(k, half), seen)


def kernels_and_energies(rng: np.random.Generator) -> list[tuple[sp.Matrix, sp.Rational]]:
    """Positive definite rational kernels of four samples, and the mean of yᵀK⁻¹y over all labels."""
    found = []
    for scale in (1, 7, sp.Rational(1, 3)):
        points = sp.Matrix(rng.integers(-3, 4, size=(4, 4)))
        K = scale * (points * points.T + sp.eye(4))
        forms = sign_forms(K.inv())
        found.append((K, sp.Rational(sum(forms), len(forms))))
    return found


@exact(scale_free_energy, cost=0.3)
def random_labels_have_energy_one_or_more(
    energy: sp.Expr, random_label_energy: sp.Expr, complexity: sp.Expr, trial: Trial
) -> Findings:
    """The mean of 𝓔² over all labels is the formula, for rational kernels; it is at least 1, and 1 for a multiple of I. 𝓔 is the complexity
    at B₀ = √q.
    """
    yield trial.same(energy, complexity.subs(B_0, sp.sqrt(q)))
    yield trial.same(energy.subs({q: q / B_0, T: T * B_0}, simultaneous=True), energy)
    for K, mean in trial.draw(kernels_and_energies):
        traces = {T: K.trace(), T_inv: K.inv().trace(), m: 4}
        squared = sp.expand((energy**2).subs({T: K.trace(), m: 4}))
        yield trial.same(squared.subs(q, mean), random_label_energy.subs(traces))
        claimed = random_label_energy.subs(traces)
        yield trial.holds(claimed >= 1, f"mean of the squared energy over all labels {claimed}")
    yield trial.same(random_label_energy.subs({T: 12, T_inv: sp.Rational(4, 3), m: 4}), 1)


@exact(scale_free_energy)
def labels_in_the_kernel_break_the_bound(
    label_kernel_energy: sp.Expr, least_random_risk: sp.Expr, kernel: str, trial: Trial
) -> Findings:
    """The energy for K = yyᵀ + εI by matrices; the least risk of a prediction on random labels, over predictions in steps of 1/10.

    If that kernel were admitted, its bound at m = 2000, ε = 1/1000 would have to be that risk or more.
    """
    for y, eps in ((sp.Matrix([1, -1, -1]), sp.Rational(1, 1000)), (sp.Matrix([1, 1, -1, 1]), sp.Integer(2))):
        K = y * y.T + eps * sp.eye(y.rows)
        seen = energy.subs({q: (y.T * K.inv() * y)[0], T: K.trace(), m: y.rows})
        yield trial.same(label_kernel_energy.subs({m: y.rows, epsilon: eps}), seen)
    risks = [(min(1, abs(f - 1)) + min(1, abs(f + 1))) / 2 for f in (sp.Rational(n, 10) for n in range(-30, 31))]
    yield trial.holds(min(risks) == least_random_risk, f"least risk of a prediction on random labels {min(risks)}")
    if kernel == "from the labels":
        at = {m: 2000, epsilon: sp.Rational(1, 1000), delta: sp.Rational(1, 100)}
        promised = 2 * label_kernel_energy + confidence
        yield trial.below(least_random_risk, promised.subs(at), at=[{}])


# Random labels: no bound may promise a risk below one half


SAMPLES = 200


def digit_energies(rng: np.random.Generator, draws: int, kernel: str) -> tuple[NDArray[np.float64], float]:
    """yᵀK⁻¹y for random labels of digits, float[draws], and tr K: a dense kernel, or one made from the labels."""
    if kernel == "from the labels":  # yyᵀ + I/1000, in closed form
        return np.full(draws, SAMPLES / (SAMPLES + 0.001)), SAMPLES * 1.001
    K = 10_000 * dense_kernel(digits_sample(rng, (3, 8), SAMPLES).x).ntk  # a scale that a bound must not feel
    y = rng.choice([-1.0, 1.0], size=(draws, SAMPLES))
    return np.einsum("ij,ij->i", y, np.linalg.solve(K, y.T).T), float(np.trace(K))


@statistical(scale_free_energy, tests=1, cost=0.4)
def random_labels_are_not_promised_a_risk_below_one_half(risk_bound: sp.Expr, kernel: str, trial: Trial) -> Findings:
    """Random labels for digits: the bound lies below ½, the least possible risk, with probability at most δ."""
    share = 0.01
    forms, trace = trial.draw(digit_energies, trial.size(200), kernel)
    bounds = numeric((B_0, T, m, delta), risk_bound)(np.sqrt(forms), trace, SAMPLES, share)
    yield trial.counts(int(np.sum(bounds < 0.5)), len(forms), share, side="above")


def optimistic_draws(rng: np.random.Generator, draws: int, kernel: str) -> int:
    """How often the energy of one labelling of noise is below that of another, under a SNIP kernel.

    The kernel is pruned by labels of its own (fixed), or by those of the first labelling.
    """
    count = 0
    for _ in range(draws):
        x = rng.standard_normal((40, 192))
        first, second, own = rng.choice([-1.0, 1.0], size=(3, 40))
        K = graphon_kernel(x, snip_layers(x, first if kernel == "from the labels" else own, 1.2)).ntk
        count += scale_free(K, first) < scale_free(K, second)
    return count


@statistical(scale_free_energy, tests=1, cost=0.6)
def labels_used_for_pruning_look_easier(kernel: str, trial: Trial) -> Findings:
    """Two labellings of noise are exchangeable for a kernel that saw neither: each has the lower energy with chance ½."""
    draws = trial.size(100)
    yield trial.counts(trial.draw(optimistic_draws, draws, kernel), draws, 0.5, observed=True)


# The smallest counterexamples


@exact(scale_free_energy)
def one_label_has_the_same_energy_under_both_kernels(
    energy: sp.Expr, one_label: tuple[sp.Expr, sp.Expr], trial: Trial
) -> Findings:
    """One sample with the label 1: q = 1/K and T = K."""
    one, other = (energy.subs({q: 1 / K, T: K, m: 1}) for K in one_label)
    yield trial.same(one, other)


@enclosed(scale_free_energy)
def labels_of_a_coin_and_a_kernel_that_saw_them(
    label_kernel_energy: sp.Expr, kernel: str, random_labels: dict[sp.Symbol, sp.Expr], trial: Trial
) -> Findings:
    """For K = yyᵀ + εI, Ky = (m + ε)y gives the energy. Labels of a coin leave every predictor a risk of at least 1/2, so the bound may not
    lie below 1/2; for K = I it does not.
    """
    size, eps = random_labels[m], random_labels[epsilon]
    seen = energy.subs({q: size / (size + eps), T: size * (1 + eps), m: size})
    yield trial.same(label_kernel_energy.subs(random_labels), seen)
    of_kernel = seen if kernel == "from the labels" else energy.subs({q: size, T: size, m: size})
    yield trial.below(sp.Rational(1, 2), 2 * of_kernel + confidence.subs(random_labels), at=[{}])


# Interpolants of one label by a kernel that distinguishes all inputs, whose risk is known


@exact(scale_free_energy)
def one_label_is_interpolated(ridge_risk: sp.Expr, trial: Trial) -> Findings:
    """K = 11ᵀ + εI of up to four samples: the risk is 1 − Σα for the solution of Kα = 1, as a new input has the kernel 1 with every sample;
    the trace, the form and the radius at the stated point.
    """
    for count in range(1, 5):
        ones = sp.ones(count, 1)
        solved = ones / (count + epsilon)
        left = (ones * ones.T + epsilon * sp.eye(count)) * solved - ones
        yield trial.vanishes(sum(entry**2 for entry in left))
        yield trial.same(valued(ridge_risk, {m: sp.Integer(count)}), 1 - sum(solved))
    count, multiple = ONE_LABEL[m], ONE_LABEL[epsilon]
    yield trial.holds(ONE_LABEL[T] == count * (1 + multiple), "the trace")
    yield trial.holds(ONE_LABEL[q] == count / (count + multiple) == ONE_LABEL[B_0] ** 2, "the form is on the ball")
    yield trial.holds(ONE_LABEL[q] == (ONE_LABEL[b] * 2 ** ONE_LABEL[i]) ** 2, "and on that of the first step")


# Energies in a ball are below its complexity


@enclosed(scale_free_energy)
def energies_in_a_ball_are_below_its_complexity(
    complexity: sp.Expr, step_radius: sp.Expr, energy: sp.Expr, random_label_energy: sp.Expr, trial: Trial
) -> Findings:
    """The energy is at most the complexity, for an interpolant in the ball of the radius B₀ or of a step; random labels have an energy of
    at least 1.
    """
    yield trial.below(energy, complexity, needed="risk_bound")
    yield trial.below(energy, complexity.subs(B_0, step_radius), needed="peeled_bound")
    yield trial.below(sp.S.One, random_label_energy, needed="random_label_energy")


@enclosed(scale_free_energy)
def equal_inputs_lie_between_both_bounds(rank_one_complexity: sp.Expr, khintchine: sp.Expr, trial: Trial) -> Findings:
    """The squared complexity of m = 2k equal inputs is at most 1/2k, the square of the bound at the trace m, and at least Khintchine's
    share of it.
    """
    relative = 2 * k * rank_one_complexity**2
    yield trial.below(khintchine**2, relative)
    yield trial.below(relative, 1)


@exact(scale_free_energy, step="peeled bound")
def bound_at_a_radius_and_its_share(
    risk_bound: sp.Expr, level_share: sp.Expr, step_radius: sp.Expr, peeled_bound: sp.Expr, trial: Trial
) -> Findings:
    """The peeled bound is the bound at a radius and its share δ; the radii double from b on."""
    yield trial.induction(step_radius, i, b, lambda radius: 2 * radius)
    there = valued(risk_bound, {B_0: step_radius, delta: level_share})
    yield trial.same(peeled_bound, there, by=split_logarithms)


@exact(scale_free_energy, step="radius found")
def radius_is_less_than_twice_the_norm(step_radius: sp.Expr, peeled_norm: sp.Expr, trial: Trial) -> Findings:
    """The peeled norm is twice the larger of the first radius and √q; where √q is a radius, it is the next radius."""
    first = step_radius.subs(i, 0)
    yield trial.same(peeled_norm, 2 * sp.Max(first, sp.sqrt(q)), by=lambda gap: sp.expand(gap.rewrite(sp.Abs)))
    for step in (0, 1, 4):
        at = peeled_norm.subs(q, step_radius.subs(i, step) ** 2)
        yield trial.same(at.subs(b, 3), step_radius.subs({i: step + 1, b: 3}))


@exact(scale_free_energy, step="kernel of the labels")
def kernels_of_labels_have_these(label_form: sp.Expr, label_trace: sp.Expr, trial: Trial) -> Findings:
    """The form yᵀK⁻¹y is m/(m + ε) and the trace m(1 + ε); both are compared with matrices K = yyᵀ + εI of up to three labels, ε free."""
    yield trial.same(1 / label_form, 1 + epsilon / m)
    yield trial.same(label_trace, m * 1 + m * epsilon, by=sp.expand)
    forms, traces = [], []
    for y in (sp.Matrix([1]), sp.Matrix([1, -1]), sp.Matrix([1, 1, -1])):
        K = y * y.T + epsilon * sp.eye(y.rows)
        forms.append((label_form.subs(m, y.rows), (y.T * K.inv() * y)[0]))
        traces.append((label_trace.subs(m, y.rows), K.trace()))
    yield trial.at_sizes(forms, "numbers of labels", by=sp.simplify)
    yield trial.at_sizes(traces, "numbers of labels")


@enclosed(scale_free_energy, step="kernel of the labels")
def kernels_of_labels_have_an_inverse(label_trace: sp.Expr, trial: Trial) -> Findings:
    """Vectors orthogonal to the labels have the eigenvalue ε, the trace over m less 1, which has to be positive."""
    yield trial.below(0, label_trace / m - 1, strict=True)


@exact(scale_free_energy, step="its energy")
def energy_of_a_kernel_of_the_labels(
    energy: sp.Expr, label_form: sp.Expr, label_trace: sp.Expr, label_kernel_energy: sp.Expr, trial: Trial
) -> Findings:
    """The claimed energy is the positive root of the squared energy at this form and trace; at ε = 1 it tends to 0 as m grows."""
    claimed = energy.subs({q: label_form, T: label_trace}, simultaneous=True)
    yield trial.same(label_kernel_energy**2, claimed**2)
    yield trial.same(sp.limit(label_kernel_energy.subs(epsilon, 1), m, sp.oo), 0)
    yield trial.holds(label_kernel_energy.is_positive, "the root is the positive one")
