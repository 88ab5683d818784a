"""Bounds from copies of a witness, sizes that guarantee them, and the expressions these are made of."""

from __future__ import annotations

from fractions import Fraction
from math import comb, exp, hypot, inf, sqrt, tanh

import mpmath
import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.stats import ncx2

from sparse_limits.numerics.exact.balls import NoEnclosureError, NoGuaranteeError, number, with_exact_steps
from sparse_limits.numerics.exact.rationals import NotRationalError, rational
from sparse_limits.numerics.ledger.mutants import variants
from sparse_limits.numerics.lifts import CopyBound, pac_size, two_layer_pac_size
from sparse_limits.numerics.lifts.copies import count_copies, count_isolated_trees, tanh_student
from sparse_limits.numerics.lifts.forward import forward
from sparse_limits.theory.formulas.bracketed_sum import BracketedSum
from sparse_limits.theory.formulas.iterate import Iterate
from sparse_limits.theory.formulas.let import Let
from sparse_limits.theory.formulas.no_guarantee import NoGuarantee, guaranteed, no_guarantee
from sparse_limits.theory.formulas.smallest import Smallest
from sparse_limits.theory.lifts import convergence_limit
from sparse_limits.theory.lifts.copies import bound, rho_0

R = sp.Rational
k, n = sp.symbols("k n", integer=True, nonnegative=True)
x, y = sp.symbols("x y")
positive = st.floats(0.1, 10.0)

# Bounds


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 10**6), positive, st.floats(0.3, 1.0), positive, positive)
def test_closed_forms_are_the_minimum(copies, total, share, lipschitz, loss):
    bounds = CopyBound(copies, total, share * total, lipschitz, loss)
    for closed, searched, constant in (
        (bounds.B1(), bounds.B1(T=inf), 1.0),
        (bounds.B2(), bounds.B2(T=inf), 6 * sqrt(3) / (8 * sqrt(2))),
    ):
        assert searched.value == pytest.approx(closed.value * constant, rel=1e-9)
        assert closed.vacuous == (closed.value >= loss)
    for method in (bounds.B1, bounds.B2):
        closed = method()
        at_place = method(T=closed.T, rho=closed.rho * (1 + 1e-9))
        assert at_place.value == pytest.approx(closed.value, rel=1e-6)
        assert method(rho=closed.rho).value >= method(T=inf).value * (1 - 1e-9)
        assert method(T=closed.T / 7).T <= closed.T / 7


def test_a_bound_that_is_the_loss_at_the_start_says_nothing(monkeypatch):
    monkeypatch.setattr(CopyBound, "_value", lambda self, *_: self.L0)
    bounds = CopyBound(3, 2.0, 1.0, 1.0, 0.5)
    assert all(bound.vacuous for bound in (bounds.B1(), bounds.B2(), bounds.B1(T=inf), bounds.B2(rho=1.0)))


def test_the_figures_of_a_growing_lipschitz_constant():
    """Two hidden layers, λ = 2/3: the last vacuous number of copies, and those for a tenth and a twentieth."""
    losses = [tanh(tanh(a) + tanh(b)) - tanh(tanh(a) - tanh(b)) / 2 for a in (-1, 1) for b in (-1, 1)]
    start = sum(loss**2 for loss in losses) / 8

    def best(copies):
        bounds = CopyBound(copies, 1.5, hypot(1, 0.5), lambda rho: sqrt(2 + 2 * (1 + rho) ** 2), start)
        return min(bounds.B1(), bounds.B2())

    assert [best(copies).vacuous for copies in (14, 15)] == [True, False]
    assert best(31).value <= 0.1 < best(30).value
    assert best(43).value <= 0.05 < best(42).value


def test_a_witness_that_misses_and_copies_that_are_near():
    exact_copies = CopyBound(50, 2, sqrt(2), 1.0, 1.0)
    near = CopyBound(50, 2, sqrt(2), 1.0, 1.0, eps_w=0.01, rho0=0.05)
    assert near.B1().value > exact_copies.B1().value + 0.01
    assert near.B2().value > exact_copies.B2(T=inf).value + 0.01
    assert CopyBound(10**9, 2, sqrt(2), 1.0, 1.0, eps_w=0.01).B1().value == pytest.approx(0.01, rel=1e-2)
    assert CopyBound(3, 1, 1, lambda rho: exp(rho), 1.0).B1().value < inf  # exp overflows on the grid


def test_no_copies_no_guarantee():
    for eps_w in (0, 0.1):
        bounds = CopyBound(0, 2, 1, 1.0, 1.0, eps_w=eps_w)
        assert bounds.B1() is no_guarantee is bounds.B2(T=1.0, rho=1.0)
    assert pac_size([0.5], 0, 0.1) is no_guarantee is pac_size([0.5, 0], 3, 0.1) is pac_size([0], 3, 0.1, exact=False)
    assert two_layer_pac_size([0.5], 3, 0.1, lam=0) is no_guarantee


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ((-1, 2, 1, 1, 1), "M is -1"),
        ((1.5, 2, 1, 1, 1), "M is 1.5"),
        ((3, 1, 2, 1, 1), "A1 is 1 and A2 is 2"),
        ((3, 2, 0, 1, 1), "A2 is 0"),
        ((3, 2, 1, float("nan"), 1), "Lip is nan"),
        ((3, 2, 1, True, 1), "Lip is True"),
        ((3, 2, 1, 1, 0), "L0 is 0"),
        ((3, 2, 1, 1, inf), "L0 is inf"),
        ((3, 2, 1, 1, 1, -0.1), "eps_w is -0.1"),
        ((3, 2, 1, 1, 1, 0, "near"), "rho0 is 'near'"),
    ],
)
def test_bounds_refuse(arguments, named):
    with pytest.raises(ValueError, match=named):
        CopyBound(*arguments)


def test_methods_refuse():
    with pytest.raises(ValueError, match="T is 0"):
        CopyBound(3, 2, 1, 1, 1).B1(T=0)
    with pytest.raises(ValueError, match="rho is -1"):
        CopyBound(3, 2, 1, 1, 1).B2(rho=-1)
    with pytest.raises(ValueError, match=r"Lip is -1.0 at rho"):
        CopyBound(3, 2, 1, lambda rho: -1.0, 1).B1()


# Sizes


def failure(vertices, qs, copies):
    return sum(sum(comb(vertices, i) * q**i * (1 - q) ** (vertices - i) for i in range(copies)) for q in qs)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.fractions(R(1, 10), 1, max_denominator=12), min_size=1, max_size=3),
    st.integers(1, 5),
    st.fractions(R(1, 50), R(4, 5), max_denominator=50),
)
def test_sizes_are_the_smallest(qs, copies, delta):
    size = pac_size(qs, copies, delta)
    assert failure(size, qs, copies) <= delta
    assert size == 1 or failure(size - 1, qs, copies) > delta
    assert size <= pac_size(qs, copies, delta, exact=False)


def test_the_figures_of_one_and_two_layers():
    assert [pac_size([1 / 64] * 2, copies, 0.05) for copies in (36, 80)] == [3109, 6292]
    assert [pac_size([1 / 64] * 2, copies, 0.05, exact=False) for copies in (36, 80)] == [4608, 10240]
    lift = {"lam": Fraction(2, 3), "omega": 0.5, "units": 2}
    assert two_layer_pac_size([0.25, 0.25], 43, Fraction(1, 20), **lift) == 30186
    assert two_layer_pac_size([0.25, 0.25], 43, Fraction(1, 20), law="cantelli", **lift) == 56619
    halves = {"lam": Fraction(2, 3), "law": "cantelli"}
    sizes = [two_layer_pac_size([0.5, 0.5], M, Fraction(1, x), **halves) for M, x in ((1, 10), (2, 10), (1, 100))]
    assert sizes == [598, 725, 6583]


def test_narrow_floats_count_as_the_fractions_they_are():
    tenth, two = np.float32(0.1), np.float32(2)
    assert pac_size([tenth], 1, tenth) == pac_size([float(tenth)], 1, float(tenth))
    assert two_layer_pac_size([tenth], 1, 0.1, lam=two) == two_layer_pac_size([float(tenth)], 1, 0.1, lam=2)


def test_sizes_refuse():
    for arguments in (([], 1, 0.1), ([1.5], 1, 0.1), ([0.5], -1, 0.1), ([0.5], 1, 0), ([0.5], 1, 1), (["q"], 1, 0.1)):
        with pytest.raises(ValueError, match="expected"):
            pac_size(*arguments)
    for options in ({"lam": -1}, {"lam": 1, "omega": 2}, {"lam": 1, "units": 0}, {"lam": 1, "law": "poisson"}):
        with pytest.raises(ValueError, match="expected"):
            two_layer_pac_size([0.5], 1, 0.1, **options)
    with pytest.raises(ValueError, match="sum at most 1"):
        two_layer_pac_size([0.6, 0.6], 1, 0.1, lam=1)
    with pytest.raises(ValueError, match="no size: no whole number up to"):
        pac_size([1e-30], 1, 0.5)


@pytest.mark.parametrize("dimension", [1, 2, 5])
def test_normal_balls_are_noncentral(dimension):
    point = {convergence_limit.dimension: dimension, convergence_limit.nu: R(7, 4), rho_0: R(6, 5)}
    assert number(convergence_limit.gaussian_ball, point) == pytest.approx(ncx2.cdf(1.44, dimension, 1.75), rel=1e-9)


# Students


def slow_isolated_trees(first, second, unit):
    """Root by root, child by child."""
    found = 0
    for root in range(len(second)):
        children = [int(child) for child in np.flatnonzero(second[root])]
        alone = all(np.count_nonzero(second[:, child]) == 1 for child in children)
        inputs = [np.flatnonzero(first[child]) for child in children]
        if not alone or sorted(map(tuple, inputs)) != [(int(i),) for i in np.flatnonzero(unit)]:
            continue
        weights = np.zeros(len(unit))
        for child, (i,) in zip(children, inputs, strict=True):
            weights[i] = second[root, child] * first[child, i]
        found += np.array_equal(weights, unit) or np.array_equal(weights, -unit)
    return found


def test_isolated_trees_are_counted():
    rng = np.random.default_rng(20)
    units, total = np.array([[1.0, 1.0], [1.0, -1.0], [0.0, 1.0]]), np.zeros(3, dtype=int)
    for _ in range(300):
        first = rng.choice([-1.0, 0.0, 1.0], size=(8, 2))
        second = rng.choice([-1.0, 0.0, 1.0], size=(6, 8), p=[0.1, 0.8, 0.1])
        counts = count_isolated_trees(first, sparse.csr_array(second), units)
        assert list(counts) == [slow_isolated_trees(first, second, unit) for unit in units]
        total += counts
    assert total.min() > 0
    assert list(count_copies(np.array([[1.0, 0.0], [-1.0, 0.0], [1.0, 1.0]]), np.eye(2))) == [2, 0]


def test_students_are_the_networks_of_their_weights():
    rng = np.random.default_rng(21)
    x, first = rng.standard_normal((5, 3)), rng.standard_normal((4, 3)) * (rng.random((4, 3)) < 0.6)
    second = rng.choice([0.0, 1.0, -1.0], size=(2, 4))
    lift, weights = tanh_student(first, sparse.csr_array(second))
    zeros = sparse.csr_array((np.array([0.0, 2.0]), np.array([1, 0]), np.array([0, 2])))
    tanh_student(zeros)
    assert (zeros.data.tolist(), zeros.indices.tolist()) == ([0.0, 2.0], [1, 0])  # the caller's matrix stays as it is
    assert lift.parameters == np.count_nonzero(first) + np.count_nonzero(second)
    wanted = np.tanh(np.tanh(x @ first.T) @ second.T)
    assert np.allclose(forward(lift, weights, {0: x})[2], wanted, rtol=1e-14, atol=1e-14)


# No guarantee


def test_no_guarantee_is_a_value_of_its_own():
    assert no_guarantee is NoGuarantee() is sp.sympify(no_guarantee)
    assert no_guarantee not in (0, sp.nan, sp.oo)
    assert str(no_guarantee) == "no guarantee"
    assert sp.latex(no_guarantee) == r"\text{no guarantee}"
    piece = guaranteed(x**2, x > 1, y > 0)
    assert piece.subs({x: 0}) is no_guarantee
    assert piece.subs({x: 2, y: 1}) == 4
    assert number(piece, {x: 2, y: 1}) == 4
    for expression in (piece, 3 * piece + 1, sp.exp(piece), Let(x * y, [(y, piece)])):
        with pytest.raises(NoGuaranteeError):
            number(expression, {x: 1, y: 1})
        assert rational(expression, {x: 1, y: 1}) is no_guarantee
    assert bound.subs({next(s for s in bound.free_symbols if s.name == "M"): 0}) is no_guarantee
    assert any(wrong.subs({x: 2, y: 1}) == 8 for wrong in variants(piece))
    assert all(not wrong.has(sp.nan) for wrong in variants(piece))


# The smallest number


def test_the_smallest_number():
    square = Smallest(sp.Lambda(n, -(n**2)), -x, 0)
    assert [number(square, {x: at}) for at in (0, 1, 2, 9, 10)] == [0, 1, 2, 3, 4]  # ties in exact arithmetic
    assert number(square, {x: R(10) ** 30 - 1}) == 10**15
    assert with_exact_steps(Smallest(sp.Lambda(n, x / n), R(1, 3), 1), {x: sp.Integer(7)}) == 21
    assert number(Smallest(sp.Lambda(n, sp.exp(-n)), R(1, 100), 7)) == 7
    assert number(Smallest(sp.Lambda(n, guaranteed(0, n > 5)), 0, 0)) == 6
    nested = Smallest(sp.Lambda(n, -n * Smallest(sp.Lambda(n, -n), -x)), -6)
    assert number(nested, {x: 2}) == 3
    assert number(2 * square + sp.floor(square / 2), {x: 25}) == 12
    spared = guaranteed(Smallest(sp.Lambda(n, 1 + x * n), 0), x < 0)
    assert number(spared, {x: R(-1, 3)}) == 3
    with pytest.raises(NoGuaranteeError):  # and no search without end
        number(spared, {x: 1})


def test_the_smallest_number_is_substituted_into_and_printed():
    size = Smallest(sp.Lambda(n, x / n), y, 1)
    assert size.free_symbols == {x, y}
    assert size.subs(x, n).free_symbols == {n, y}  # not caught
    assert number(size.subs(x, n), {n: 7, y: 2}) == 4
    assert sp.latex(size) == r"\min\left\{n\ge 1:\ \frac{x}{n}\le y\right\}"
    assert {2 * size, size / 2} <= set(variants(size))
    with pytest.raises(ValueError, match="Lambda of one variable"):
        Smallest(sp.Lambda((x, n), x), 1)


def test_a_search_that_fails_says_so():
    with pytest.raises(NoEnclosureError, match="large enough"):
        number(Smallest(sp.Lambda(n, 1 + 1 / (n + 1)), 1))
    with pytest.raises(NoEnclosureError, match="not an integer"):
        number(Smallest(sp.Lambda(n, -n), 0, R(1, 2)))


def test_bracketed_sums_end_early():
    alternating = BracketedSum((-1) ** k * x**k / sp.factorial(k), (k, 0, n))
    assert number(alternating, {x: 2, n: 10**12}) == pytest.approx(exp(-2), rel=1e-15)
    assert number(alternating, {x: 2, n: 3}) == -1 / 3
    assert alternating.subs(n, 3).doit() == sp.Sum(*alternating.args).subs(n, 3).doit()
    large = number(alternating, {x: 100, n: 10**12})  # terms up to 1e42
    assert large == pytest.approx(exp(-100), rel=1e-12)


def test_whole_numbers_of_any_size():
    long = 10**900
    for step, word in ((sp.ceiling, "ceil"), (sp.floor, "floor")):
        with mpmath.workdps(920):
            value = int(getattr(mpmath, word)(long * mpmath.log(2)))
        formula = step(sp.log(2) / x)
        assert with_exact_steps(formula, {x: R(1, long)}) == rational(formula, {x: R(1, long)}) == value
        assert number(step(x / 3), {x: -7}) == int(step(R(-7, 3)))
        assert number(step(sp.log(x) / sp.log(2)), {x: 8}) == 3
        assert number(guaranteed(step(1 / x), x > 0), {x: R(1, 4)}) == 4
        with pytest.raises(NoGuaranteeError):  # and no division by zero
            number(guaranteed(sp.Max(step(1 / x), step(sp.log(2) / x)), x > 0), {x: 0})


# Fractions


def test_fractions():
    doubled = Iterate(sp.Lambda((x,), (2 * x + 1,)), n, (y,))
    assert rational(doubled, {n: sp.Integer(10), y: R(1, 3)}) == R(1024, 3) + 1023
    assert rational(sp.Sum(sp.binomial(n, k) * x**k, (k, 0, n)), {n: sp.Integer(9), x: R(1, 2)}) == R(3, 2) ** 9
    assert rational(sp.Sum(k * n, (k, 1, n), (n, 1, 3))) == 25
    assert rational(sp.sqrt(x) * sp.sqrt(2), {x: sp.Integer(8)}) == 4
    assert rational((sp.sqrt(2) + 1) * (sp.sqrt(2) - 1)) == 1
    assert rational(sp.Max(x, sp.floor(7 * x), sp.Abs(-x)), {x: R(1, 2)}) == 3
    assert rational(sp.Piecewise((1, x < 1), (2, sp.And(x >= 1, x < 2)), (3, True)), {x: R(3, 2)}) == 2
    assert rational(x**0 * sp.Piecewise((0, sp.Eq(x, 0)), (1 / x, True)), {x: sp.Integer(0)}) == 0
    for expression in (sp.pi, sp.sqrt(2), sp.exp(x), 1 / x, sp.Integral(y, (y, 0, 1)), sp.besselk(0, y)):
        with pytest.raises(NotRationalError):
            rational(expression, {x: sp.Integer(0) if expression.has(1 / x) else sp.Integer(1)})
