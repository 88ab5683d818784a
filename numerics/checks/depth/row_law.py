"""Evidence for D2: the law of the scores at any depth."""

from collections.abc import Iterator

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.evidence import Findings, Trial, control, empirical, enclosed, exact
from sparse_limits.numerics.evidence.sums import grows_by, sloped
from sparse_limits.numerics.networks import gradient, random_network
from sparse_limits.theory.depth.row_law import (
    above,
    below,
    beta_b,
    depth_row_law,
    gate,
    gate_above,
    h,
    passed,
    signal,
    signal_above,
    v_A,
    v_l,
    weight_above,
    width,
)
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.kernel.dual import a, b, c, relu, z
from sparse_limits.theory.kernel.dual import depth as L

Floats = NDArray[np.float64]
SHAPES = ((1, 1), (1, 2), (2, 2))  # widths of two hidden layers
CUBIC = sp.symbols("alpha_1 alpha_2 alpha_3", real=True)  # of an activation left open up to cubes


def activation(x: sp.Expr) -> sp.Expr:
    return sum((coefficient * x**power for power, coefficient in enumerate(CUBIC, start=1)), sp.Integer(0))


def letters(name: str, rows: int, columns: int) -> sp.Matrix:
    return sp.Matrix(rows, columns, lambda j, k: sp.Symbol(f"{name}_{j}{k}", real=True))


class Small:
    """A network with two inputs and two hidden layers, every weight a letter, and the residual r at one sample."""

    def __init__(self, first: int, second: int) -> None:
        self.widths = (2, first, second)
        self.x = letters("x", 2, 1)
        self.weights = (letters("p", first, 2), letters("q", second, first))
        self.readout = letters("a", 1, second)
        self.residual = sp.Symbol("r", real=True)
        self.before = [self.weights[0] * self.x / sp.sqrt(2)]
        self.active = [self.x, self.before[0].applyfunc(activation)]
        self.before.append(self.weights[1] * self.active[1] / sp.sqrt(first))
        self.active.append(self.before[1].applyfunc(activation))
        self.output = (self.readout * self.active[2])[0] / sp.sqrt(second)

    def slope(self, place: int, unit: int) -> sp.Expr:
        """φ′ at a unit of a layer."""
        level = sp.Dummy(real=True)
        return sp.diff(activation(level), level).subs(level, self.before[place][unit])

    def signal(self, place: int, unit: int) -> sp.Expr:
        """√n ∂f/∂h times the residual, by differentiation in a shift of the unit."""
        shift = sp.Dummy(real=True)
        if place == 1:
            moved = self.active[2].copy()
            moved[unit] += shift
            output = (self.readout * moved)[0] / sp.sqrt(self.widths[2])
        else:
            moved = self.active[1].copy()
            moved[unit] += shift
            top = (self.weights[1] * moved / sp.sqrt(self.widths[1])).applyfunc(activation)
            output = (self.readout * top)[0] / sp.sqrt(self.widths[2])
        return sp.sqrt(self.widths[place + 1]) * valued(sp.diff(output, shift), {shift: 0}) * self.residual


weight, others = sp.symbols("w_one z_rest", real=True)
phi, output = sp.Function("phi", real=True), sp.Function("F_h", real=True)  # ⟨f, r⟩ as a function of one unit's value


@exact(depth_row_law, step="derivative")
def derivatives_of_small_networks(derivative: sp.Expr, trial: Trial) -> Findings:
    """The derivative is the stated one for any φ and any ⟨f, r⟩ above the weight.

    It is also checked in networks of two hidden layers with symbols for weights, inputs and the coefficients of a cubic φ.
    """
    seen = sp.diff(output(phi(others + weight * h / sp.sqrt(below))), weight)
    yield trial.same(sloped(seen, F_h=signal / sp.sqrt(width), phi=gate), derivative)

    def cases() -> Iterator[tuple[sp.Expr, sp.Expr]]:
        for shape in SHAPES:
            net = Small(*shape)
            for place in (0, 1):
                w = net.weights[place][0, 0]
                at = {
                    h: net.active[place][0],
                    gate: net.slope(place, 0),
                    signal: net.signal(place, 0),
                    width: sp.Integer(net.widths[place + 1]),
                    below: sp.Integer(net.widths[place]),
                }
                yield sp.diff(net.output * net.residual, w), derivative.xreplace(at)

    yield trial.at_sizes(cases(), "derivatives")


def signal_below(first: int, second: int) -> sp.Expr:
    """The signal of the first unit of a small network, by differentiation."""
    return Small(first, second).signal(0, 0)


@exact(depth_row_law, step="signal")
def signals_come_from_above(back: sp.Expr, trial: Trial) -> Findings:
    """One more neuron above adds the stated term to the signal, for any φ and any ⟨f, r⟩ above that neuron.

    In the small networks, the signal of layer 1 follows from ⟨a, r⟩ in layer 2.
    """
    seen = sp.diff(output(phi(others + weight_above(above) * h / sp.sqrt(width))), h)
    through = sloped(seen, F_h=signal_above(above) / sp.sqrt(above), phi=gate_above(above))
    yield grows_by(trial, sp.sqrt(above) * back, above, sp.sqrt(width) * sp.sqrt(above) * through)

    def cases() -> Iterator[tuple[sp.Expr, sp.Expr]]:
        for shape in SHAPES:
            net = trial.once(Small, *shape)
            claimed = back.subs(above, shape[1]).doit()
            for unit in range(shape[1]):
                at = {
                    weight_above(unit + 1): net.weights[1][unit, 0],
                    gate_above(unit + 1): net.slope(1, unit),
                    signal_above(unit + 1): net.readout[unit] * net.residual,
                }
                claimed = claimed.subs(at)
            yield trial.once(signal_below, *shape), claimed

    yield trial.at_sizes(cases(), "signals")


@exact(depth_row_law, step="ReLU steps")
@control("variance left out", forward=relu.value + beta_b, backward=relu.slope * passed)
def relu_takes_these_steps(forward: sp.Expr, backward: sp.Expr, trial: Trial) -> Findings:
    """For K1's ReLU, the backward step is Π times the derivative of the forward step in c (Price).

    At c = 0 the means in the forward step factorise, and the backward step is Π v/2.
    """
    half = sp.integrate(sp.sqrt(2) * z * sp.exp(-(z**2) / 2) / sp.sqrt(2 * sp.pi), (z, 0, sp.oo))
    free = sp.Symbol("x", real=True)
    at_zero = v_l * half**2 * sp.sqrt(a * b) + beta_b
    yield trial.same(
        free * backward + at_zero, free * passed * sp.diff(forward, c) + forward.subs(c, 0)
    )  # with x free: both
    yield trial.same(backward.subs(c, 0), v_l * passed / 2)


WIDE, NETWORKS = 400, 60
INPUTS = np.array([[1.0, 0.5, -1.0, 0.3], [0.9, -0.4, -0.8, 0.5]])
RESIDUALS = np.array([[1.0], [-0.5]])


def mean_squares(rng: np.random.Generator) -> Floats:
    """Squares of the derivatives of E_D[r f], in units of the widths, averaged over entries and networks; layers 1 to 3.

    ReLU without √2, whose derivatives are smaller by one and the same factor 2 in all layers.
    """
    found = np.zeros(3)
    for _ in range(NETWORKS):
        network = random_network((INPUTS.shape[1], WIDE, WIDE, 1), rng)
        slopes = gradient(network, INPUTS, RESIDUALS)
        found += [4 * float((each**2).sum()) for each in slopes]
    return found / NETWORKS


@empirical(depth_row_law)
@control("Σ and Π exchanged", forward=v_l * relu.slope + beta_b, backward=v_l * relu.value * passed)
def networks_have_the_energies(forward: sp.Expr, backward: sp.Expr, trial: Trial) -> Findings:
    """Two hidden layers, two inputs: E s² over the weights' variance is within 15 % of the mean of hh′, gates and Π⟨r, r′⟩.

    That mean is over pairs of inputs. The precision is that of the remark, chosen beforehand: how far the mean at 400 units is from the
    limit is not bounded here.
    """
    observed = trial.draw(mean_squares)
    x = sp.Matrix(INPUTS.tolist()).applyfunc(sp.nsimplify)
    r = [sp.nsimplify(each) for each in RESIDUALS[:, 0].tolist()]
    products = x * x.T
    sigma = [products / x.cols]

    def step(now: sp.Matrix, rule: sp.Expr, back_from: sp.Matrix | None = None) -> sp.Matrix:
        def entry(j: int, k: int) -> sp.Expr:
            at = {v_l: sp.S.One, beta_b: sp.S.Zero}
            if back_from is not None:
                at[passed] = back_from[j, k]
            return rule.xreplace({a: now[j, j], b: now[k, k], c: now[j, k], **at})

        return sp.Matrix(2, 2, entry)

    sigma += [step(sigma[0], forward)]
    sigma += [step(sigma[1], forward)]
    ones = sp.ones(2, 2)
    upper = step(sigma[1], backward, ones)
    lower = step(sigma[0], backward, upper)
    for place, (active, gated) in enumerate(((products / x.cols, lower), (sigma[1], upper), (sigma[2], ones))):
        claimed = sum(r[j] * r[k] * active[j, k] * gated[j, k] for j in range(2) for k in range(2)) / 4
        value = trial.value(claimed)
        yield trial.at_most(abs(observed[place] / value - 1), 0.15, f"relative error in layer {place + 1}")


@enclosed(depth_row_law)
def signals_come_from_layers_above(signal_variance: sp.Expr, back: sp.Expr, trial: Trial) -> Findings:
    """The variance of the signal is at most v_A max(1, v_l)^L; and a sum over neurons, each of which adds 1, is positive."""
    yield trial.below(signal_variance, v_A * sp.Max(1, v_l) ** L, needed="signal_variance")
    ones = back.replace(sp.core.function.AppliedUndef, lambda *_: sp.S.One)
    yield trial.below(sp.S.Zero, sp.sqrt(above) * ones, strict=True)
