"""Evidence for the steps of B1: complexity, three roots, peeling, and the energies of random labels."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact
from sparse_limits.numerics.evidence.simplifying import over
from sparse_limits.numerics.exact.logarithms import split_logarithms
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.generalisation.energy_bound import (
    B_0,
    T,
    T_inv,
    b,
    complexity,
    confidence,
    energy,
    epsilon,
    i,
    k,
    label_form,
    label_kernel_energy,
    label_trace,
    least_random_risk,
    level_share,
    peeled_bound,
    peeled_norm,
    q,
    random_label_energy,
    rank_one_complexity,
    raw_energy,
    risk_bound,
    root,
    scale_free_energy,
    step_radius,
)
from sparse_limits.theory.graphon.symbols import delta, m
from sparse_limits.theory.graphon.symbols import s as size

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)


@exact(scale_free_energy, step="complexity")
@control("the mean eigenvalue for the trace", complexity=B_0 * sp.sqrt(T / m) / m)
@control("without the root", complexity=B_0 * T / m)
@control("10 % less", complexity=NINE * complexity)
@control("of one sample", mean_form=T / m)
def complexity_is_a_root_of_the_mean(mean_form: sp.Expr, complexity: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """B₀ over m times the root of the mean form."""
    yield trial.same(complexity, B_0 / m * sp.sqrt(mean_form))


@enclosed(scale_free_energy)
@control("a tenth", complexity=complexity / 10)
@control("a tenth of the radius", step_radius=step_radius / 10)
@control("without the root of the trace", energy=energy * T)
@control("the inverse", random_label_energy=1 / random_label_energy)
def energies_in_a_ball_are_below_its_complexity(
    complexity: sp.Expr, step_radius: sp.Expr, energy: sp.Expr, random_label_energy: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """For an interpolant in the ball, of the first radius or of a step; and random labels have an energy of at least 1."""
    yield trial.below(energy, complexity, needed="risk_bound")
    yield trial.below(energy, complexity.subs(B_0, step_radius), needed="peeled_bound")
    yield trial.below(sp.S.One, random_label_energy, needed="random_label_energy")


@exact(scale_free_energy, step="walk")
@control("the normal limit", rank_one_complexity=1 / sp.sqrt(sp.pi * k))
@control("largest probability of m + 1", rank_one_complexity=rank_one_complexity * (2 * k + 1) / (2 * k + 2))
@control("10 % more", rank_one_complexity=ELEVEN * rank_one_complexity)
@control("the distance", rank_one_complexity=2 * k * rank_one_complexity)
def walk_leaves_where_it_is_at_zero(rank_one_complexity: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The mean distance is 1 after two steps; two more add the chance to be at 0, as after an odd number none is."""
    at_zero = sp.binomial(2 * k, k) / 4**k
    distance = 2 * k * rank_one_complexity
    yield trial.induction(distance, k, sp.S.One, lambda mean: mean + at_zero, start=1, by=over(at_zero))


@enclosed(scale_free_energy)
@control("half of it", rank_one_complexity=rank_one_complexity / 2)
@control("the distance", rank_one_complexity=2 * k * rank_one_complexity)
@control("constant 1: all kernels alike", khintchine=sp.Integer(1))
def equal_inputs_keep_to_both_bounds(
    rank_one_complexity: sp.Expr, khintchine: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Squares beside that of the bound at the trace m = 2k, 1/2k: no less than Khintchine's share, which two equal inputs have, and no more."""
    relative = 2 * k * rank_one_complexity**2
    yield trial.below(khintchine**2, relative)
    yield trial.below(relative, 1)


@exact(scale_free_energy, step="one root")
@control("all of δ", root=root.subs(delta, 2 * delta))
@control("half the exponent", root=sp.sqrt(2) * root)
@control("10 % less", root=NINE * root)
@control("for all samples at once", deviation_failure=sp.exp(-2 * size**2))
@control("without the 2", deviation_failure=sp.exp(-m * size**2))
def one_root_fails_with_half(deviation_failure: sp.Expr, root: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The logarithm of the bound is that of δ/2, and of what s² differs at other s."""
    away = 2 * m * (root**2 - size**2)
    yield trial.same(sp.log(deviation_failure), sp.log(delta / 2) + away, by=reduce)


def reduce(expression: sp.Expr) -> sp.Expr:
    return sp.expand(sp.expand_log(expression, force=False).subs(sp.log(2 / delta), sp.log(2) - sp.log(delta)))


@exact(scale_free_energy, step="three roots")
@control("one root", confidence=confidence / 3)
@control("two roots", confidence=2 * confidence / 3)
@control("10 % less", confidence=NINE * confidence)
@control("all of δ", root=root.subs(delta, 2 * delta))
def three_roots_are_the_confidence(root: sp.Expr, confidence: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One for the excess, and two for twice the mean complexity."""
    yield trial.same(confidence, root + 2 * root)


@exact(scale_free_energy, step="risk")
@control("the complexity once", risk_bound=complexity + confidence)
@control("two roots", risk_bound=2 * complexity + 2 * confidence / 3)
@control("10 % more", risk_bound=ELEVEN * risk_bound)
@control("complexity 10 % more", complexity=ELEVEN * complexity)
@control("one root", confidence=confidence / 3)
def risk_is_twice_the_complexity_and_the_roots(
    complexity: sp.Expr, confidence: sp.Expr, risk_bound: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The empirical risk is 0."""
    yield trial.same(risk_bound, 2 * complexity + confidence)


@exact(scale_free_energy, step="shares")
@control("half the share", level_share=level_share / 2)
@control("shares of the first power", level_share=delta / (i + 1))
@control("halved at each step", level_share=delta / 2**i)
@control("10 % more", level_share=ELEVEN * level_share)
def shares_are_those_of_a_sum_of_squares(level_share: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """δ (i + 1)⁻² over the sum of all (i + 1)⁻², ζ(2)."""
    yield trial.same(level_share, delta / (sp.zeta(2) * (i + 1) ** 2))


@exact(scale_free_energy, step="peeled bound")
@control("the whole δ at each step", peeled_bound=risk_bound.subs(B_0, b * 2**i))
@control("the first radius", peeled_bound=peeled_bound - 2 * b * (2**i - 1) * sp.sqrt(T) / m)
@control("peeled 10 % more", peeled_bound=ELEVEN * peeled_bound)
@control("radii that grow by b", step_radius=b * (i + 1))
@control("radii 10 % more", step_radius=ELEVEN * step_radius)
@control("half the share", level_share=level_share / 2)
@control("the complexity once", risk_bound=complexity + confidence)
def bound_at_a_radius_and_its_share(
    risk_bound: sp.Expr, level_share: sp.Expr, step_radius: sp.Expr, peeled_bound: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Radii that double from b on, put into the bound with their shares."""
    yield trial.induction(step_radius, i, b, lambda radius: 2 * radius)
    there = valued(risk_bound, {B_0: step_radius, delta: level_share})
    yield trial.same(peeled_bound, there, by=split_logarithms)


@exact(scale_free_energy, step="radius found")
@control("the norm itself", peeled_norm=peeled_norm / 2)
@control("no smallest radius", peeled_norm=2 * sp.sqrt(q))
@control("the smallest radius", peeled_norm=2 * b)
@control("10 % more", peeled_norm=ELEVEN * peeled_norm)
@control("radii 10 % more", step_radius=ELEVEN * step_radius)
def radius_is_less_than_twice_the_norm(step_radius: sp.Expr, peeled_norm: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Twice the larger of the first radius and the norm; that is the next radius where a radius is the norm."""
    first = step_radius.subs(i, 0)
    yield trial.same(peeled_norm, 2 * sp.Max(first, sp.sqrt(q)), by=lambda gap: sp.expand(gap.rewrite(sp.Abs)))
    for step in (0, 1, 4):
        at = peeled_norm.subs(q, step_radius.subs(i, step) ** 2)
        yield trial.same(at.subs(b, 3), step_radius.subs({i: step + 1, b: 3}))


@exact(scale_free_energy, step="energy")
@control("the energy without its trace", energy=raw_energy)
@control("trace per sample", energy=sp.sqrt(q * T / m) / m)
@control("10 % more", energy=ELEVEN * energy)
@control("without the root", complexity=B_0 * T / m)
def energy_is_the_complexity_at_the_norm(complexity: sp.Expr, energy: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """And it stays as it is for a multiple of the kernel."""
    yield trial.same(energy, complexity.subs(B_0, sp.sqrt(q)))
    yield trial.same(energy.subs({q: q / B_0, T: T * B_0}, simultaneous=True), energy)


@exact(scale_free_energy, step="usual form")
@control("the energy itself", raw_energy=raw_energy / 2)
@control("raw 10 % more", raw_energy=ELEVEN * raw_energy)
@control("the trace for which the energy is the usual form", usual_trace=2 * m)
@control("a trace of m", usual_trace=m)
@control("trace per sample", energy=sp.sqrt(q * T / m) / m)
def squares_are_as_the_traces(
    energy: sp.Expr, raw_energy: sp.Expr, usual_trace: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The quotient of the squares, and the two forms at that trace."""
    yield trial.same((2 * energy) ** 2 * usual_trace, raw_energy**2 * T)
    yield trial.same(2 * energy.subs(T, usual_trace), raw_energy)


@exact(scale_free_energy, step="random labels")
@control("one trace", random_label_energy=T / m)
@control("10 % less on random labels", random_label_energy=NINE * random_label_energy)
@control("the root", random_label_energy=sp.sqrt(random_label_energy))
@control("trace per sample", energy=sp.sqrt(q * T / m) / m)
def mean_square_of_the_energy(energy: sp.Expr, random_label_energy: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The square is linear in q, whose mean is the trace of the inverse; at least 1 where the *traces* have a product of m² or more."""
    yield trial.same(random_label_energy, (energy**2).subs(q, T_inv))
    yield trial.same(sp.diff(energy**2, q, 2), 0)
    y = sp.Symbol("y", nonnegative=True)
    yield trial.nonnegative(random_label_energy - 1, y, where={T_inv: m**2 * (1 + y) / T})


@exact(scale_free_energy, step="kernel of the labels")
@control("of the inverse alone", label_form=1 / (m + epsilon))
@control("ε forgotten", label_form=sp.S.One)
@control("10 % more", label_form=ELEVEN * label_form)
@control("ε forgotten in the trace", label_trace=m)
@control("one ε", label_trace=m + epsilon)
@control("trace 10 % more", label_trace=ELEVEN * label_trace)
def kernels_of_labels_have_these(label_form: sp.Expr, label_trace: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The form is m over m + ε; m entries 1 + ε; and matrices of up to three labels, ε free."""
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
@control("ε forgotten in the trace", label_trace=m)
@control("less the identity", label_trace=m * (1 - epsilon))
def kernels_of_labels_have_an_inverse(label_trace: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Vectors orthogonal to the labels have the eigenvalue ε, what an entry of the diagonal has above that of yyᵀ: it may not be 0."""
    yield trial.below(0, label_trace / m - 1, strict=True)


@exact(scale_free_energy, step="its energy")
@control("the energy of I", label_kernel_energy=sp.Integer(1))
@control("ε forgotten in the trace", label_kernel_energy=1 / sp.sqrt(m + epsilon))
@control("10 % more", label_kernel_energy=ELEVEN * label_kernel_energy)
@control("one ε", label_trace=m + epsilon)
@control("of the inverse alone", label_form=1 / (m + epsilon))
@control("the energy without its trace", energy=raw_energy)
def energy_of_a_kernel_of_the_labels(
    energy: sp.Expr, label_form: sp.Expr, label_trace: sp.Expr, label_kernel_energy: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The energy at this form and trace; its square is a multiple of 1/m but for ε, and its limit 0."""
    claimed = energy.subs({q: label_form, T: label_trace}, simultaneous=True)
    yield trial.same(label_kernel_energy**2, claimed**2)
    yield trial.same(sp.limit(label_kernel_energy.subs(epsilon, 1), m, sp.oo), 0)
    yield trial.holds(label_kernel_energy.is_positive, "the root is the positive one")


@exact(scale_free_energy, step="least risk")
@control("a constant predictor is right half the time", least_random_risk=sp.Rational(3, 4))
@control("10 % less", least_random_risk=NINE * least_random_risk)
@control("nothing", least_random_risk=sp.S.Zero)
def predictions_on_one_side_lose_the_other(least_random_risk: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """For f ≥ 0 more than the least by half of min(1, |f − 1|); the same at −f; attained at f = 1."""
    f = sp.Symbol("f", nonnegative=True)
    for side in (1, -1):
        risk = (sp.Min(1, sp.Abs(side * f - 1)) + sp.Min(1, sp.Abs(side * f + 1))) / 2
        yield trial.nonnegative(risk - least_random_risk, sp.Min(1, sp.Abs(f - 1)) / 2)
        yield trial.same(risk.subs(f, 1), least_random_risk)
