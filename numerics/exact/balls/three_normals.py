"""The rule of `ThreeNormals`: the tail of a product of three normals, by the residues of its Mellin transform."""

from __future__ import annotations

from flint import acb, arb, ctx

from sparse_limits.numerics.exact.balls.core import NOT_A_NUMBER, RULES, Values, evaluate, integer, is_real
from sparse_limits.theory.formulas.three_normals import ThreeNormals

MOST_TERMS = 10**4
Cubic = tuple[acb, acb, acb]  # a power series up to the square


def _times(left: Cubic, right: Cubic) -> Cubic:
    (a, b, c), (d, e, f) = left, right
    return a * d, a * e + b * d, a * f + b * e + c * d


def _norm(series: Cubic) -> arb:
    """The sum of the moduli of the coefficients: that of a product is at most the product."""
    return sum((abs(each) for each in series), arb(0))


def _three_normals(expression: ThreeNormals, values: Values, analytic: bool) -> acb:
    """With x = t²/8 the residue at s = 2ε − 2k − 1 is 2π^(−3/2) x^(k+½)(−1)ᵏ/k!³ times the coefficient of ε² in

    −x^(−ε) Γ(1 + ε)³ (2k + 1 − 2ε)^(j−1) ∏(1 − ε/i)^(−3), i = 1, …, k. By norms of these series terms are at most m_k, and
    m_(k+1)/m_k ≤ q_k = |x|(1 + 3/(k+1) + 6/(k+1)²)(7/5)^max(j−1, 0)/(k+1)³ for k ≥ 1, which falls: beyond k they add up to at
    most m_k q_k/(1 − q_k).
    """
    order, t = expression.args
    j, at = integer(order, values), evaluate(t, values, analytic)
    if j < 0 or (at.imag.contains(0) and not bool(at.real > 0)):
        return NOT_A_NUMBER  # the cut is the negative real axis with 0
    total = _by_residues(j, at)
    if j == 0 and is_real(at) and not analytic:  # a probability, at most that of a large sum of squares
        third = at.real.root(3)
        most = (third * (arb(3) / 2).sqrt()).erfc() + (6 / arb.pi()).sqrt() * third * (-3 * third**2 / 2).exp()
        likely = arb(0).union(most.upper().min(arb(1)))
        if not total.is_finite() or bool(total.real.rad() > likely.rad()):
            return acb(likely)
    return total


def _by_residues(j: int, at: acb) -> acb:
    x = at * at / 8
    log, size, tolerance = 2 * at.log() - acb(8).log(), abs(x).upper(), arb(2) ** (-ctx.prec)
    if not size.is_finite() or bool(size > arb(MOST_TERMS) ** 3 / 1000):
        return NOT_A_NUMBER
    euler, steep = acb(arb.const_euler()), (arb(7) / 5) ** max(j - 1, 0)
    common: Cubic = (acb(1), -3 * euler, 9 * euler**2 / 2 + acb(arb.pi()) ** 2 / 4)
    power: Cubic = (acb(1), -log, log**2 / 2)
    factor = 2 * at / (acb(8).sqrt() * acb(arb.pi()) * acb(arb.pi()).sqrt())
    total = acb(1 if j == 0 else 0)
    for k in range(MOST_TERMS):
        if k:
            common = _times(common, (acb(1), acb(3) / k, acb(6) / k**2))
            factor *= -x / k**3
        q = 2 * k + 1
        pole: Cubic = (acb(q) ** (j - 1), -2 * (j - 1) * acb(q) ** (j - 2), 2 * (j - 1) * (j - 2) * acb(q) ** (j - 3))
        total -= factor * _times(_times(common, power), pole)[2]
        ratio = size * (1 + arb(3) / (k + 1) + arb(6) / (k + 1) ** 2) * steep / (k + 1) ** 3
        if k and bool(ratio < arb(1) / 2):
            rest = (abs(factor) * _norm(common) * _norm(power) * _most(j, k) * ratio / (1 - ratio)).upper()
            if bool(rest < tolerance):
                return total + acb(arb(0, rest), 0 if is_real(at) else arb(0, rest))
    return NOT_A_NUMBER


def _most(j: int, k: int) -> arb:
    """At least the norm of (2k + 1 − 2ε)^(j−1) up to the square, k ≥ 1; from k to k + 1 it grows by at most (7/5)^max(j−1, 0)."""
    q = arb(2 * k + 1)
    return (1 + 2 / q + 4 / q**2) / q if j == 0 else (q + 2) ** (j - 1)


RULES[ThreeNormals] = _three_normals
