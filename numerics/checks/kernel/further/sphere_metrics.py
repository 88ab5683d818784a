"""Evidence for the steps of K11.3, besides their reasons: five largest add up."""

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, enclosed
from sparse_limits.theory.kernel.further.sphere_metrics import sphere_metrics
from sparse_limits.theory.kernel.sphere import by_gammas, k


def by_steps(gap: sp.Expr) -> sp.Expr:
    """Zero, where it is, by Γ(x + 1) = xΓ(x), in x = k/2."""
    half = sp.Symbol("x", positive=True)
    return sp.factor(sp.expand_func(gap.subs(k, 2 * half)))


def limit_of_gammas(quotient: sp.Expr) -> sp.Expr:
    """The limit of a quotient of Γ functions for many inputs."""
    return sp.limit(sp.gammasimp(quotient), k, sp.oo)


@enclosed(sphere_metrics, step="five largest", cost=5)
def five_largest_add_up(second_even: sp.Expr, top_energy: sp.Expr, few_inputs: sp.Matrix, trial: Trial) -> Findings:
    """From four inputs on λ₀ and four times 1/k, half of them; below, with some of λ₂ as well; the first four fall.

    Further on both fall: λ₀ over the next one is more than the same two inputs later, and tends to 1, so that it exceeds 1.
    """
    first = second_even * (k + 1) ** 3 / (3 * k + 1)
    many = {k: k + 3}
    yield trial.same(top_energy.subs(many), ((first + 4 / k) / 2).subs(many), by=by_gammas)
    for number, others in ((1, 0), (2, 2), (3, 1), (4, 0)):
        total = (first + 1 + others * second_even) / 2  # up to four inputs all of degree 1 are among the five
        yield trial.same(top_energy.subs(k, number), total.subs(k, number))
        yield trial.same(few_inputs[number - 1], total.subs(k, number))
    for number in (1, 2, 3):
        yield trial.below(few_inputs[number], few_inputs[number - 1], at=[{}], strict=True)
    quotient = first / first.subs(k, k + 1)
    more = (6 * k**3 + 21 * k**2 + 21 * k + 4) / ((k + 1) ** 5 * (k + 4))
    yield trial.nonnegative(1 - quotient.subs(k, k + 2) / quotient, more, by=by_steps, strict=True)
    yield trial.same(trial.once(limit_of_gammas, quotient), 1)
    yield trial.nonnegative(4 / k - 4 / (k + 1), 4 / (k * (k + 1)), strict=True)
