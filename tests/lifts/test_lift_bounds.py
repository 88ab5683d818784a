"""Bounds of gradient flow: values, ends, refusals, and agreement with equations solved numerically."""

from __future__ import annotations

from fractions import Fraction
from math import e, exp, inf, log, nan, sqrt

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad, solve_ivp

from sparse_limits.numerics.cli import main
from sparse_limits.numerics.lifts.tangent_bounds import ReadoutBound, TangentBound, confining_radius, tangent_radius
from sparse_limits.theory.formulas.no_guarantee import no_guarantee

EXAMPLE = TangentBound(2, 0.1, 1)
POSITIVE = st.floats(0.05, 20)


def test_values_of_the_example():
    assert EXAMPLE.rate(10) == pytest.approx(0.376923, abs=5e-7)
    assert EXAMPLE.square_rate(10) == pytest.approx(0.363907, abs=5e-7)
    assert EXAMPLE.hitting_time(0.2) == pytest.approx(320 / 9)
    assert EXAMPLE.length(0.2) == pytest.approx(2 * log(9))
    assert EXAMPLE.growing_length(0.2) == pytest.approx(16)
    assert EXAMPLE.growing_loss(16) == pytest.approx(0.2)
    assert EXAMPLE.energy_length(10, 0.2) == pytest.approx(sqrt(8))
    assert TangentBound(2, 0, 1).square_rate(10) == pytest.approx(1 / 11)
    assert TangentBound(Fraction(2), sp.Rational(1, 10), 1).rate(10) == 49 / 130


def fall(bound, speed, t):
    """The loss at t of dL/dt = −speed(L) from the bound's L0."""
    solution = solve_ivp(lambda _, loss: -speed(loss), (0, t), [bound.L0], "DOP853", rtol=1e-10, atol=1e-13)
    return solution.y[0, -1]


@settings(max_examples=15, deadline=None)
@given(POSITIVE, st.floats(0, 1), POSITIVE, POSITIVE)
def test_rates_solve_their_equations(kappa, eps, above, t):
    bound = TangentBound(kappa, eps, eps + above)
    root, y_0 = sqrt(eps), bound.L0 - eps
    assert bound.rate(t) == pytest.approx(fall(bound, lambda loss: ((loss - eps) / kappa) ** 2, t), rel=1e-6)
    square = fall(bound, lambda loss: 4 * np.sqrt(loss) * (np.sqrt(loss) - root) ** 3 / kappa**2, t)
    assert bound.square_rate(t) == pytest.approx(square, rel=1e-6)
    growing = fall(bound, lambda loss: ((loss - eps) ** 2 / (kappa * y_0)) ** 2, t)
    assert bound.growing(t) == pytest.approx(growing, rel=1e-6)


@settings(max_examples=25, deadline=None)
@given(POSITIVE, st.one_of(st.just(0.0), st.floats(0.01, 1)), st.floats(0.1, 5), st.floats(0.02, 0.98))
def test_times_and_lengths_are_integrals_over_the_loss(kappa, eps, above, share):
    bound, eta = TangentBound(kappa, eps, eps + above), eps + share * above
    root = sqrt(eps)
    for found, integrand in (
        (bound.hitting_time(eta), lambda loss: (kappa / (loss - eps)) ** 2),
        (bound.square_hitting_time(eta), lambda loss: (kappa / (2 * sqrt(loss) * (sqrt(loss) - root))) ** 2),
        (bound.length(eta), lambda loss: kappa / (loss - eps)),
        (bound.growing_length(eta), lambda loss: kappa * above / (loss - eps) ** 2),
    ):
        assert found == pytest.approx(quad(integrand, eta, bound.L0, epsrel=1e-10)[0], rel=1e-6)
    assert bound.square_hitting_time(eta) <= bound.hitting_time(eta)
    assert bound.rate(bound.hitting_time(eta)) == pytest.approx(eta)
    assert bound.square_rate(bound.square_hitting_time(eta)) >= eta * (1 - 1e-9)


@pytest.mark.parametrize(("kappa", "eps", "L0"), [(2, 0.1, 0.05), (0, 0.1, 0.1), (3, 0, 0), (0, 0, 0)])
def test_from_low_loss_it_only_stays_low(kappa, eps, L0):
    bound = TangentBound(kappa, eps, L0)
    for t in (0, 3, 80):
        assert bound.rate(t) == bound.square_rate(t) == bound.growing(t) == bound.growing_loss(t) == L0
    for reach in (bound.hitting_time, bound.square_hitting_time, bound.length, bound.growing_length):
        assert reach(eps) == reach(0.3) == 0
        if L0 > 0:
            assert reach(L0 / 2) is no_guarantee


def test_ends():
    for eps in (0, 0.1):
        bound = TangentBound(0.7, eps, 1.3)
        assert bound.rate(0) == bound.square_rate(0) == bound.growing(0) == bound.growing_loss(0) == 1.3
        assert bound.energy_length(0, 0.5) == bound.energy_length(5, 1.3) == 0
        for reach in (bound.hitting_time, bound.square_hitting_time, bound.length, bound.growing_length):
            assert reach(1.3) == reach(2) == 0
            assert reach(eps) is no_guarantee


def test_arrays_keep_their_shape():
    t = np.array([[0.0, 1.0], [2.0, 10.0]])
    assert EXAMPLE.rate(t).shape == (2, 2)
    assert EXAMPLE.rate(t)[1, 1] == EXAMPLE.rate(10)
    assert EXAMPLE.square_rate([0, 10]).tolist() == [1.0, EXAMPLE.square_rate(10)]
    assert isinstance(EXAMPLE.rate(np.float64(3)), float)
    assert EXAMPLE.rate([]).shape == (0,)


@pytest.mark.parametrize("wrong", [-1, nan, inf, True, "1", None, 1j])
@pytest.mark.parametrize("name", ["kappa", "eps", "L0"])
def test_wrong_hypotheses_are_refused(name, wrong):
    with pytest.raises(ValueError, match=f"{name} is .*expected a finite number that is not negative"):
        TangentBound(**{"kappa": 2, "eps": 0.1, "L0": 1, name: wrong})


def test_wrong_arguments_are_refused():
    with pytest.raises(ValueError, match="kappa is 0"):
        TangentBound(0, 0.1, 1)
    for method in (EXAMPLE.rate, EXAMPLE.square_rate, EXAMPLE.growing, EXAMPLE.growing_loss):
        for wrong in (-1, [1.0, nan], "now"):
            with pytest.raises(ValueError, match="expected a finite number that is not negative"):
                method(wrong)
    with pytest.raises(ValueError, match="eta is -1"):
        EXAMPLE.hitting_time(-1)
    with pytest.raises(ValueError, match="at most L0"):
        EXAMPLE.energy_length(1, 2)
    with pytest.raises(ValueError, match="T is 0, expected a positive"):
        ReadoutBound(1).moving(0)
    with pytest.raises(ValueError, match="distance is -1"):
        ReadoutBound(-1)


def test_false_rates_pass_where_the_claim_says_so():
    """The linear equation above the truth at L_0 − ε > 1 and small t, first powers of κ below 1; else below it."""
    for kappa, drop, t in ((2, 0.9, 10), (2, 9, 1), (2, 9, 40), (0.5, 0.9, 10), (0.5, 9, 0.1)):
        truth = TangentBound(kappa, 0, drop).rate(t)
        assert (drop * exp(-t / kappa**2) >= truth) == (exp(t / kappa**2) <= 1 + drop * t / kappa**2)
        assert (kappa / (t + kappa / drop) >= truth) == (kappa <= 1)


# The checker of L14.3


def test_radius_dependent_constants():
    problem = {"B": 1, "eps": Fraction(1, 5)}
    assert confining_radius(lambda c: 2 * c, **problem) is no_guarantee
    assert confining_radius(lambda c: c / 3, **problem, radii=[3]) == 3
    assert confining_radius(lambda c: 5, **problem, radii=range(1, 20)) == 11  # 5 log 9 = 10.99
    assert confining_radius(lambda c: 5.0, **problem, radii=[10.98, 10.99]) == Fraction(10.99)
    assert confining_radius(sp.exp, **problem) is no_guarantee
    assert confining_radius(lambda c: 5, B=Fraction(1, 10), eps=Fraction(1, 5), radii=[1]) == 1  # nothing to be done
    assert confining_radius(lambda c: 5, B=1, eps=Fraction(1, 5), eps_0=Fraction(1, 5)) is no_guarantee
    with pytest.raises(ValueError, match="kappa\\(1\\) is 0"):
        confining_radius(lambda c: 0, **problem, radii=[1])
    with pytest.raises(ValueError, match="radius is 0"):
        confining_radius(lambda c: 1, **problem, radii=[0])


# The least κ of a point


@given(st.integers(0, 1000), st.floats(0.02, 0.98))
@settings(max_examples=20, deadline=None)
def test_tangent_radius_is_the_shortest_step(seed, share):
    rng = np.random.default_rng(seed)
    residual, jacobian = rng.standard_normal(4), rng.standard_normal((4, 6))
    eps = share * float(residual @ residual) / 8
    radius = tangent_radius(residual, jacobian, eps)
    ridge = np.geomspace(1e-6, 1e6, 4001)  # the solutions of all penalised problems
    steps = np.linalg.solve(
        jacobian.T @ jacobian + ridge[:, None, None] * np.eye(6), -(jacobian.T @ residual)[:, None]
    )[:, :, 0]
    losses = ((residual + steps @ jacobian.T) ** 2).sum(axis=1) / 8
    lengths = np.linalg.norm(steps, axis=1)
    assert radius == pytest.approx(np.interp(eps, losses, lengths), rel=1e-3)
    gradient = jacobian.T @ residual / 4
    loss = float(residual @ residual) / 8
    assert np.linalg.norm(gradient) >= 2 * sqrt(loss) * (sqrt(loss) - sqrt(eps)) / radius * (1 - 1e-9)


def test_tangent_radius_in_closed_form():
    residual = np.array([3.0, 4.0])
    assert tangent_radius(residual, np.eye(2), 1.0) == pytest.approx(5 - sqrt(2 * 2 * 1.0))  # N = 2
    assert tangent_radius(residual, np.eye(2), 0.0) == pytest.approx(5)
    assert tangent_radius(residual, np.eye(2), 6.25) == 0
    assert tangent_radius(residual, np.array([[1.0], [0.0]]), 1.0) == inf  # 4²/2 > 2·1
    assert tangent_radius(residual, np.array([[1.0], [0.0]]), 4.0) == pytest.approx(3)
    assert tangent_radius(residual, np.zeros((2, 3)), 1.0) == inf


@pytest.mark.parametrize("size", [1e200, 1e-200])
def test_tangent_radius_does_not_see_the_scale(size):
    residual, jacobian = np.array([3.0, 4.0]), np.eye(2)
    assert tangent_radius(residual, size * jacobian, 1.0) == pytest.approx(3 / size)
    assert tangent_radius(size * residual, jacobian, 0.0) == pytest.approx(5 * size)
    assert tangent_radius(1e150 * residual, jacobian, 1e300) == pytest.approx(3e150)
    assert tangent_radius(size * residual, np.array([[size], [0.0]]), 0.0) == inf


@pytest.mark.parametrize("shape", [(2, 2), (3, 5), (6, 6)])
def test_a_jacobian_of_full_rank_reaches_everything(shape):
    rng = np.random.default_rng(shape)
    residual, jacobian = rng.standard_normal(shape[0]), rng.standard_normal(shape)
    shortest = np.linalg.norm(np.linalg.pinv(jacobian) @ residual)
    for eps in (0.0, 1e-40):
        assert tangent_radius(residual, jacobian, eps) == pytest.approx(shortest, rel=1e-9)
    assert tangent_radius([1.0, 2.0], [[1.0, 2.0], [3.0, 4.0]], 0.0) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("residual", "jacobian", "eps", "message"),
    [
        ([1.0], [[1.0], [2.0]], 0, "shapes"),
        ([], np.zeros((0, 2)), 0, "shapes"),
        ([nan], [[1.0]], 0, "nan"),
        ([1.0], [[inf]], 0, "nan"),
        ([1.0], [[1.0]], -1, "eps is -1"),
    ],
)
def test_tangent_radius_refuses(residual, jacobian, eps, message):
    with pytest.raises(ValueError, match=message):
        tangent_radius(residual, jacobian, eps)


# Readouts


@given(st.integers(0, 1000), st.floats(0.05, 20))
@settings(max_examples=25, deadline=None)
def test_readouts_of_fixed_features_keep_their_bounds(seed, T):
    """The exact flow of least squares, through the eigenvectors of the Gram matrix."""
    rng = np.random.default_rng(seed)
    features, target = rng.standard_normal((6, 3)), rng.standard_normal(6)
    start, other = rng.standard_normal((2, 3))

    def at(target, time):
        values, axes = np.linalg.eigh(features.T @ features)
        best = np.linalg.lstsq(features, target)[0]
        return best + axes @ (np.exp(-values * time) * (axes.T @ (start - best)))

    def loss(a, target):
        return float(((features @ a - target) ** 2).sum() / 2)

    bound = ReadoutBound(np.linalg.norm(start - other), loss(other, target))
    after = loss(at(target, T), target)
    assert after <= bound.fixed(T) <= bound.square(T) <= bound.moving(T)
    assert bound.interpolating(T) is no_guarantee
    attained = features @ other
    interpolating = ReadoutBound(np.linalg.norm(start - other))
    assert loss(at(attained, T), attained) <= interpolating.interpolating(T) * (1 + 1e-9)


def test_the_sharp_constant_of_readouts():
    T, distance = 3.0, 2.0
    mu = 1 / (2 * T)
    assert ReadoutBound(distance).interpolating(T) == pytest.approx(mu * distance**2 * exp(-2 * mu * T) / 2)
    assert ReadoutBound(distance).interpolating(T) * e == pytest.approx(ReadoutBound(distance).fixed(T))
    assert ReadoutBound(0, 0.3).moving([1, 2]).tolist() == [0.3, 0.3]


@pytest.mark.parametrize(
    ("arguments", "printed"),
    [
        ("L12 rate L_0=1 epsilon=1/10 kappa=2 t=10", "0.376923076923077"),
        ("L12 rate L_0=1/20 epsilon=1/10 kappa=2 t=80", "0.0500000000000000"),
        ("L12 rate L_0=1 epsilon=0 kappa=2 t=0", "1"),
        ("L12 hitting_time L_0=1 epsilon=1/10 kappa=2 eta=1", "0"),
        ("L12 hitting_time L_0=1 epsilon=1/10 kappa=2 eta=1/10", "no guarantee"),
        ("L13 square_rate L_0=1 epsilon=1/10 kappa=2 t=10", "0.363907351996857"),
        ("L13 square_hitting_time L_0=1 epsilon=0 kappa=2 eta=1/10", "9"),
        ("L14.1 length L_0=1 epsilon=1/10 kappa=2 eta=1/5", "4.39444915467244"),
        ("L14.3 needed_radius B=1 epsilon=1/5 epsilon_0=0 kappa=2", "4.39444915467244"),
        ("L14.3 pac_radius B=1 epsilon=1/5 epsilon_0=0 kappa=2", "17"),
        ("L15 interpolating_bound Delta=2 T=1", "0.367879441171442"),
    ],
)
def test_evaluate(arguments, printed, capsys):
    assert main(["evaluate", *arguments.split()]) == 0
    assert capsys.readouterr().out.strip() == printed
