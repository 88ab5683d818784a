"""Bounds of the loss from copies of a witness (L16), and the sizes at which a random sparse lift holds enough (L17.1, L17.2)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from math import exp, inf, isnan, log
from numbers import Real
from typing import Any, NamedTuple

import numpy as np
import sympy as sp
from scipy.optimize import minimize_scalar

from sparse_limits.numerics.arguments import InputError, checked_integer
from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.exact.balls import NoEnclosureError, NoGuaranteeError, enclose
from sparse_limits.theory.formulas.no_guarantee import NoGuarantee, guaranteed, no_guarantee
from sparse_limits.theory.lifts import convergence, copies, coverage, degrees, isolated_copies
from sparse_limits.theory.lifts import convergence_two_layers as two_layers
from sparse_limits.theory.lifts.readout import T as time
from sparse_limits.theory.lifts.tangent import L_0

MOST = 2**53
RADII = [10 ** (k / 40 - 9) for k in range(601)]  # from 1e-9 to 1e6


class Bound(NamedTuple):
    """The loss is at most `value` from the time T on; the cells may move by rho. Vacuous: not below the loss at 0."""

    value: float
    T: float
    rho: float
    vacuous: bool


@dataclass(frozen=True)
class CopyBound:
    """What gradient flow from the readout 0 is sure to reach, given M disjoint copies of each unit of a witness (L16.1, L16.2).

    M ≥ 0. A1 ≥ A2 > 0: the norms Σ|a*| and (Σ a*²)^½ of the witness's readout. Lip: a Lipschitz constant of its units,
    a number > 0 or a function of the radius rho on which it holds. L0 > 0: the loss at the start. eps_w ≥ 0: that of
    the witness. rho0 ≥ 0: how far from the witness the copies start. Without copies there is `no_guarantee`.

    Raises:
        InputError: at construction or in a method, naming the number that is out of range.
    """

    M: int
    A1: float
    A2: float
    Lip: float | Callable[[float], float]
    L0: float
    eps_w: float = 0.0
    rho0: float = 0.0

    def __post_init__(self) -> None:
        checked_integer("M", self.M, 0, MOST)
        for name in ("A1", "A2", "L0", *(() if callable(self.Lip) else ("Lip",))):
            _number(name, getattr(self, name), positive=True)
        for name in ("eps_w", "rho0"):
            _number(name, getattr(self, name))
        if self.A1 < self.A2 * (1 - 1e-12):
            raise InputError(f"A1 is {self.A1!r} and A2 is {self.A2!r}, expected A1 ≥ A2, as for norms of one readout")

    def B1(self, T: float | None = None, rho: float | None = None) -> Bound | NoGuarantee:
        """The bound for any cells, from the time T at the latest (default: whenever is best).

        rho: how far the cells may move (default: the best). In closed form for exact copies and a constant Lip.
        """
        return self._bound(T, rho, copies.longest_time, ("B1", "T1", "rho1"))

    def B2(self, T: float | None = None, rho: float | None = None) -> Bound | NoGuarantee:
        """The same for isolated cells, such as those of one hidden layer.

        The closed form is the convenient one, with the constant 8√2; `T=inf` finds the best, with 6√3.
        """
        return self._bound(T, rho, copies.isolated_longest_time, ("B2", "T2", "rho2"))

    def _bound(
        self, T: float | None, rho: float | None, longest: sp.Expr, closed: tuple[str, str, str]
    ) -> Bound | NoGuarantee:
        if self.M == 0:
            return no_guarantee
        latest = inf if T is None or inf == T else _number("T", T, positive=True)
        if rho is not None:
            return self._at(_number("rho", rho, positive=True), latest, longest)
        if T is None and not callable(self.Lip) and self.eps_w == self.rho0 == 0:
            value, T, rho = (self._value(_unguarded(name), 1.0, 1.0) for name in closed)
            return Bound(value, T, rho, value >= self.L0)
        place = min(range(len(RADII)), key=lambda k: self._at(RADII[k], latest, longest).value)
        ends = (log(RADII[max(place - 1, 0)]), log(RADII[min(place + 1, len(RADII) - 1)]))
        found = minimize_scalar(
            lambda x: self._at(exp(x), latest, longest).value, bounds=ends, method="bounded", options={"xatol": 1e-9}
        )
        return min(self._at(exp(found.x), latest, longest), self._at(RADII[place], latest, longest))

    def _at(self, rho: float, latest: float, longest: sp.Expr) -> Bound:
        """The bound for one radius, at the longest time that it allows."""
        T = min(latest, self._value(longest, rho, 1.0))
        value = self._value(copies.loss_bound, rho, T) if T > 0 else inf
        return Bound(value, T, float(rho), value >= self.L0)

    def _value(self, formula: sp.Expr, rho: float, T: float) -> float:
        """A formula of L16.1 or L16.2 in these numbers; infinite where it overflows."""
        point = (self.M, self.A1, self.A2, self._lipschitz(rho), self.L0, self.eps_w, self.rho0, rho, T)
        with np.errstate(all="ignore"):
            value = float(_compiled(formula)(*map(np.float64, point)))
        return inf if isnan(value) else value

    def _lipschitz(self, rho: float) -> float:
        if not callable(self.Lip):
            return float(self.Lip)
        try:
            value = float(self.Lip(float(rho)))
        except OverflowError:
            return inf
        if not value > 0:
            raise InputError(f"Lip is {value!r} at rho = {rho:.6g}, expected a positive number")
        return value


SYMBOLS = (
    copies.M,
    copies.A_1,
    copies.A_2,
    copies.Lambda,
    L_0,
    copies.epsilon_w,
    copies.rho_0,
    copies.rho,
    time,
)


@cache
def _compiled(formula: sp.Expr) -> Callable[..., Any]:
    return numeric(SYMBOLS, formula)


def _unguarded(name: str) -> sp.Expr:
    """A formula of L16.1 or L16.2 for M ≥ 1."""
    return {**copies.FIRST, **isolated_copies.SECOND}[name].args[0][0]


def pac_size(qs: Sequence[Any], M: int, delta: Any, exact: bool = True) -> int | NoGuarantee:
    """The smallest n at which a lift of one hidden layer has M copies of each unit with probability ≥ 1 − delta (L17.1).

    qs: the probability of a copy for each unit, in [0, 1], at least one; delta in (0, 1). Exact, where a float counts
    as the fraction it is; by the sum of the binomial tails of the units, or of their Chernoff bounds unless `exact`.
    Enough for all larger n too. `no_guarantee` where M = 0 or some unit has no copies.

    InputError for a number out of range, or where no size up to 2^64 is enough.
    """
    chances = [_fraction("q", q, 0, 1) for q in qs]
    if not chances:
        raise InputError("qs is empty, expected the probability of a copy for each unit")
    failure = convergence.failure if exact else convergence.chernoff_failure
    whole = sp.Add(*(failure.subs({coverage.r: 1, coverage.q: chance}) for chance in chances))
    size = guaranteed(convergence.smallest(whole), copies.M >= 1, min(chances) > 0)
    return _size(size, {copies.M: checked_integer("M", M, 0, MOST)}, delta)


def two_layer_pac_size(
    qs: Sequence[Any], M: int, delta: Any, *, lam: Any, omega: Any = 1, units: int = 1, law: str = "exact"
) -> int | NoGuarantee:
    """The same for isolated copies of `units` units in a lift of two hidden layers with expected degree lam (L17.2).

    qs: the probabilities of the types of a unit's children, of sum at most 1; omega: that of its top weights' region;
    both the same for all units. law: "exact" or "cantelli", of the mean alone. The lift of this
    size is large enough, and that of one vertex less is not unless the search starts there. All larger ones are by the law
    "cantelli", for degrees up to (1 + c²)/2c, c the number of children; by "exact" they need not be.
    """
    chances = [_fraction("q", q, 0, 1) for q in qs]
    if not chances or sum(chances) > 1:
        raise InputError(f"qs are {list(map(str, chances))}, expected at least one, of sum at most 1")
    if law not in two_layers.TWO_LAYER_SIZES:
        raise InputError(f"law is {law!r}, expected one of {', '.join(two_layers.TWO_LAYER_SIZES)}")
    matching = _fraction("omega", omega, 0, 1) * sp.prod(chances)
    point = {
        copies.M: checked_integer("M", M, 0, MOST),
        degrees.lam: _fraction("lam", lam, 0, MOST),
        coverage.omega: matching,  # ω∏q_i is all that the law knows
        coverage.q: 1,
        two_layers.children: len(chances),
        coverage.r: checked_integer("units", units, 1, MOST),
    }
    return _size(two_layers.TWO_LAYER_SIZES[law], point, delta)


def _size(size: sp.Expr, point: dict[sp.Symbol, Any], delta: Any) -> int | NoGuarantee:
    limit = _fraction("delta", delta, 0, 1)
    if limit in (0, 1):
        raise InputError(f"delta is {delta!r}, expected a number between 0 and 1")
    try:
        return int(enclose(size, {**point, convergence.delta: limit}).real.unique_fmpz())
    except NoGuaranteeError:
        return no_guarantee
    except NoEnclosureError as error:
        raise InputError(f"no size: {error}") from error


def _number(name: str, value: Any, positive: bool = False) -> float:
    if isinstance(value, bool) or not isinstance(value, Real) or not 0 <= float(value) < inf:
        raise InputError(f"{name} is {value!r}, expected a finite number ≥ 0")
    if positive and not value:
        raise InputError(f"{name} is {value!r}, expected a positive number")
    return float(value)


def _fraction(name: str, value: Any, low: int, high: int) -> sp.Rational:
    number = isinstance(value, (Real, sp.Rational)) and not isinstance(value, bool)
    if not number or not low <= value <= high:
        raise InputError(f"{name} is {value!r}, expected a number from {low} to {high}")
    return sp.Rational(*value.as_integer_ratio()) if isinstance(value, np.floating) else sp.Rational(value)
