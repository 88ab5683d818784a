"""Bounds of gradient flow from tangents of low loss (L12–L14) and from a readout to compare with (L15)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import inf, isfinite
from numbers import Rational, Real
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import ArrayLike, NDArray

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.exact import balls
from sparse_limits.theory.formulas.no_guarantee import NoGuarantee, no_guarantee
from sparse_limits.theory.lifts import confinement, path_length, readout, tangent, tangent_square_loss

Floats = NDArray[np.float64]
Bound = float | NoGuarantee
Times = float | Floats

RADII = tuple(Fraction(2) ** power for power in range(-20, 41))


@dataclass(frozen=True)
class TangentBound:
    """What gradient flow from the loss L0 is sure to do while θ ∈ A(κ, ε): some tangent step ‖u‖ ≤ κ has loss ≤ ε.

    kappa > 0 (0 is allowed where L0 ≤ eps, since u = 0 will do there), eps ≥ 0, L0 ≥ 0: finite numbers, taken exactly.
    From L0 ≤ eps nothing is known but that the loss never grows. A loss that is not reached for sure is reached
    after `no_guarantee`. Times and lengths: a number ≥ 0, or an array of them. Values are enclosed before they are rounded.

    Raises:
        InputError: at construction or in a method, naming the number that is out of range.
    """

    kappa: Any
    eps: Any
    L0: Any

    def __post_init__(self) -> None:
        for name in ("kappa", "eps", "L0"):
            _exact(name, getattr(self, name))
        if self.kappa == 0 and self.eps < self.L0:
            raise InputError(f"kappa is 0 and L0 = {self.L0} exceeds eps = {self.eps}: expected a positive kappa")

    def rate(self, t: ArrayLike) -> Times:
        """A bound of the loss at the time t (L12), for any convex loss."""
        return self._along(tangent.rate, tangent.t, "t", t)

    def square_rate(self, t: ArrayLike) -> Times:
        """The same for the square loss (L13); for eps > 0 and late times `rate` is smaller."""
        return self._along(tangent_square_loss.square_rate, tangent.t, "t", t)

    def growing(self, t: ArrayLike) -> Times:
        """The same for any convex loss if only θ ∈ A(κ + ‖θ − θ_0‖, ε) (L14.2)."""
        return self._along(path_length.growing_rate, tangent.t, "t", t)

    def growing_loss(self, s: ArrayLike) -> Times:
        """The same after a path of length s (L14.2)."""
        return self._along(path_length.growing_loss, path_length.s, "s", s)

    def hitting_time(self, eta: Any) -> Bound:
        """The time by which the loss is down to eta (L12)."""
        return self._reaching(tangent.hitting_time, eta)

    def square_hitting_time(self, eta: Any) -> Bound:
        """The same for the square loss (L13), the best possible."""
        return self._reaching(tangent_square_loss.square_hitting_time, eta)

    def length(self, eta: Any) -> Bound:
        """The length of the path by which the loss is down to eta (L14.1)."""
        return self._reaching(path_length.length, eta)

    def growing_length(self, eta: Any) -> Bound:
        """The same if only θ ∈ A(κ + ‖θ − θ_0‖, ε) (L14.2)."""
        return self._reaching(path_length.growing_length, eta)

    def energy_length(self, t: Any, loss: Any) -> float:
        """The length of any gradient flow up to the time t, where it has the given loss ≤ L0 (L14.1)."""
        now = _exact("loss", loss)
        if now > self.L0:
            raise InputError(f"loss is {loss!r}, expected at most L0 = {self.L0}, which no gradient flow exceeds")
        return balls.number(path_length.energy_length, {**self._point, tangent.t: _exact("t", t), tangent.L: now})

    @property
    def _point(self) -> dict[sp.Symbol, sp.Rational]:
        symbols = {"kappa": tangent.kappa, "eps": tangent.epsilon, "L0": tangent.L_0}
        return {symbol: _exact(name, getattr(self, name)) for name, symbol in symbols.items()}

    def _along(self, formula: sp.Expr, symbol: sp.Symbol, name: str, values: ArrayLike) -> Times:
        return _over(formula, self._point, symbol, name, values)

    def _reaching(self, formula: sp.Expr, eta: Any) -> Bound:
        try:
            return balls.number(formula, {**self._point, tangent.eta: _exact("eta", eta)})
        except balls.NoGuaranteeError:
            return no_guarantee


@dataclass(frozen=True)
class ReadoutBound:
    """Bounds of the loss when a readout is trained for a time T, by comparison with another at a given distance (L15).

    distance ≥ 0: ‖a(0) − ā‖; eps ≥ 0: the loss of ā, at all times up to T. Times: a number > 0, or an array of them.

    Raises:
        InputError: at construction or in a method, naming the number that is out of range.
    """

    distance: Any
    eps: Any = 0

    def __post_init__(self) -> None:
        for name in ("distance", "eps"):
            _exact(name, getattr(self, name))

    def moving(self, T: ArrayLike) -> Times:
        """For any convex loss, the features moving in whatever way, so long as the loss never grows."""
        return self._at(readout.moving_bound, T)

    def square(self, T: ArrayLike) -> Times:
        """The same for the square loss."""
        return self._at(readout.square_bound, T)

    def fixed(self, T: ArrayLike) -> Times:
        """For any convex loss and features that do not move."""
        return self._at(readout.fixed_bound, T)

    def interpolating(self, T: ArrayLike) -> Times | NoGuarantee:
        """For the square loss, features that do not move, and eps = 0; else no guarantee."""
        return no_guarantee if self.eps != 0 else self._at(readout.interpolating_bound, T)

    def _at(self, formula: sp.Expr, T: ArrayLike) -> Times:
        point = {readout.Delta: _exact("distance", self.distance), tangent.epsilon: _exact("eps", self.eps)}
        return _over(formula, point, readout.T, "T", T)


def confining_radius(
    kappa: Callable[[Fraction], Any],
    *,
    B: Any,
    eps: Any,
    eps_0: Any = 0,
    radii: Iterable[Any] = RADII,
    formula: sp.Expr = confinement.needed_radius,
) -> Fraction | NoGuarantee:
    """A radius that gradient flow does not leave before its loss is down to eps: then L14.3 concludes; else no guarantee.

    kappa(c): a constant known on the ball of radius c, that is θ ∈ A(kappa(c), (eps + eps_0)/2) there. B: a bound of the
    loss at the start. The first of the `radii` that exceeds the length of the path is returned (default: 2^-20 to 2^40).
    That none does proves nothing. If θ ∈ A(κ + ‖θ − θ_0‖, ·), `pac_radius` of L14.3 always concludes. `formula` is in
    place of the claim's length.

    Raises:
        InputError: unless B, eps, eps_0 are finite and ≥ 0, and radii and kappa(c) positive.
    """
    point = {
        confinement.B: _exact("B", B),
        tangent.epsilon: _exact("eps", eps),
        confinement.epsilon_0: _exact("eps_0", eps_0),
    }
    for radius in radii:
        c = _exact("radius", radius, positive=True)
        found = Fraction(int(c.p), int(c.q))
        step = kappa(found)
        if isinstance(step, Real) or not isinstance(step, sp.Expr) or not step.is_positive:
            step = _exact(f"kappa({found})", step, positive=True)
        try:
            if balls.enclose(c - formula, {**point, tangent.kappa: step}).real > 0:
                return found
        except balls.NoGuaranteeError:
            return no_guarantee
    return no_guarantee


def tangent_radius(residual: ArrayLike, jacobian: ArrayLike, eps: float) -> float:
    """The least κ with θ ∈ A(κ, ε) for the square loss: the shortest u with E‖r + Ju‖²/2 ≤ ε; inf if there is none.

    residual: F − f*, float[N], and jacobian: dF, float[N, p], of N equally likely samples. eps ≥ 0.

    InputError unless the arrays are finite, of these shapes and not empty, and eps is finite and ≥ 0.
    """
    from scipy.optimize import brentq

    r, J = (np.asarray(array, dtype=np.float64) for array in (residual, jacobian))
    if r.ndim != 1 or J.ndim != 2 or len(J) != len(r) or J.size == 0:
        raise InputError(
            f"residual and jacobian have shapes {r.shape} and {J.shape}, expected [N] and [N, p], N, p ≥ 1"
        )
    if not (np.isfinite(r).all() and np.isfinite(J).all()):
        raise InputError("residual or jacobian holds nan or infinite numbers")
    (r, in_r), (J, in_J) = _of_unit_size(r), _of_unit_size(J)
    with np.errstate(over="ignore"):
        allowed = float(np.ldexp(2 * float(_exact("eps", eps)) * len(r), -2 * in_r))
    left, values, _ = np.linalg.svd(J, full_matrices=False)
    known = values > values[0] * max(J.shape) * np.finfo(float).eps
    values, parts = values[known], left.T[known] @ r
    beside = float(np.linalg.norm(r - left.T[known].T @ parts))
    if beside <= float(np.linalg.norm(r)) * max(J.shape) * np.finfo(float).eps:
        beside = 0.0  # rounding alone: J reaches all of r
    stuck = beside**2

    def excess(ridge: float) -> float:
        return stuck + float(((ridge / (values**2 + ridge) * parts) ** 2).sum()) - allowed

    if float((r**2).sum()) <= allowed:
        return 0.0
    if excess(0.0) > 0:
        return inf
    high = float(values[0]) ** 2
    while excess(high) <= 0:
        high *= 4
    ridge = brentq(excess, 0.0, high, xtol=np.finfo(float).tiny, rtol=1e-14, maxiter=1000) if excess(0.0) < 0 else 0.0
    with np.errstate(over="ignore"):
        return float(np.ldexp(np.linalg.norm(values / (values**2 + ridge) * parts), in_r - in_J))


def _of_unit_size(array: Floats) -> tuple[Floats, int]:
    """The array less a power of 2, which rounds nothing, and its exponent: no square overflows or vanishes."""
    exponent = int(np.frexp(np.abs(array).max())[1])
    return np.ldexp(array, -exponent), exponent


def _exact(name: str, value: Any, positive: bool = False) -> sp.Rational:
    """A finite number ≥ 0, or > 0, without rounding."""
    wanted = "a positive finite number" if positive else "a finite number that is not negative"
    if isinstance(value, sp.Rational):
        number = value
    elif isinstance(value, Rational) and not isinstance(value, bool):
        number = sp.Rational(int(value.numerator), int(value.denominator))
    elif isinstance(value, Real) and not isinstance(value, bool) and isfinite(value):
        number = sp.Rational(float(value))
    else:
        raise InputError(f"{name} is {value!r}, expected {wanted}")
    if number < 0 or (positive and number == 0):
        raise InputError(f"{name} is {value!r}, expected {wanted}")
    return number


def _over(
    formula: sp.Expr, point: dict[sp.Symbol, sp.Rational], symbol: sp.Symbol, name: str, values: ArrayLike
) -> Times:
    """The formula at a number, or at each of an array of them."""

    def at(value: Any) -> float:
        return balls.number(formula, {**point, symbol: _exact(name, value, positive=bool(symbol.is_positive))})

    if np.ndim(values) == 0:
        return at(values)
    array = np.asarray(values)
    return np.array([at(value) for value in array.ravel()], dtype=np.float64).reshape(array.shape)
