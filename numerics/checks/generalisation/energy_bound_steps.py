"""Evidence for the steps of B1, besides their reasons: energies in a ball are below its complexity; and more."""

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact
from sparse_limits.numerics.exact.logarithms import split_logarithms
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.generalisation.energy_bound import B_0, T, b, epsilon, i, k, q, scale_free_energy
from sparse_limits.theory.graphon.symbols import delta, m


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
