"""The factorised saliency model: S = f(u) φ(v) |ξ|, of which the largest share ρ is kept."""

from dataclasses import dataclass, replace

import sympy as sp

from sparse_limits.theory.quantities import COUNT, NO_BOUND, NON_NEGATIVE, POSITIVE, UNIT, Hypothesis, Quantity
from sparse_limits.theory.tails import Tail, alpha, half_normal

u, v = sp.symbols("u v", positive=True)  # positions of a neuron and of an input in [0, 1]
tau, rho, phi = sp.symbols("tau rho phi", positive=True)  # threshold, density, value of the column profile
width, dimension = sp.symbols("n d", integer=True, positive=True)  # hidden neurons, inputs
rows, columns = sp.symbols("m n", integer=True, positive=True)  # of a mask
delta = sp.Symbol("delta", positive=True)  # probability that a bound fails

NEURON = Quantity(u, "position of a neuron, its rank by row factor divided by their number", UNIT)
INPUT = Quantity(v, "position of an input, its rank by column factor divided by their number", UNIT)
THRESHOLD = Quantity(tau, "threshold above which saliencies are kept", POSITIVE)
DENSITY = Quantity(rho, "density, the share of weights kept", UNIT)
ANY_DENSITY = replace(DENSITY, within=sp.Interval.Lopen(0, 1))  # of claims that hold where nothing is pruned, too
ANY_THRESHOLD = replace(THRESHOLD, within=NON_NEGATIVE)  # of claims that hold where nothing is pruned, too
COLUMN = Quantity(phi, "value of the column profile at an input", POSITIVE)
WIDTH = Quantity(width, "width, the number of neurons of a hidden layer", COUNT)
DIMENSION = Quantity(dimension, "number of inputs", COUNT)
ROWS = Quantity(rows, "number of rows of the mask", COUNT)
COLUMNS = Quantity(columns, "number of columns of the mask", COUNT)
FAILURE = Quantity(delta, "probability of failure that is allowed", UNIT, convention=NO_BOUND)
ANY_FAILURE = replace(
    FAILURE, within=sp.Interval.Lopen(0, 1), convention=""
)  # of bounds that hold where nothing is asked
FINITE_SQUARES = Hypothesis("inputs and residual have finite mean squares over the data, as on every finite data set")
TAIL_INDEX = Quantity(alpha, "index of the Pareto or Fréchet law of the noise", POSITIVE)

half_normal_quantile = sp.sqrt(2) * sp.erfinv(u)  # ψ(u): the profile of |a|, a standard normal, sorted
column_profile = sp.Function("varphi", positive=True)(v)  # a column profile left open
COLUMN_PROFILE = Quantity(column_profile.func, "column profile: factor of an input, by its position", POSITIVE)


@dataclass(frozen=True)
class SaliencyModel:
    """S = row(u) · column(v) · noise; row is an expression in `u`, column in `v`, both positive on (0, 1)."""

    row: sp.Expr
    column: sp.Expr
    noise: Tail

    def kernel(self, threshold: sp.Expr = tau) -> sp.Expr:
        """The limit graphon W(u, v) = F̄(τ / (f(u) φ(v)))."""
        return self.noise.at(threshold / (self.row * self.column))


def mean_over_columns(density: sp.Expr) -> sp.Integral:
    """The density of a mask whose columns have this density at the value φ of their profile."""
    return sp.Integral(density.subs(phi, column_profile), (v, 0, 1))


ONE = sp.Integer(1)
random_model = SaliencyModel(ONE, ONE, half_normal)  # any continuous noise: scores that know nothing
magnitude_model = SaliencyModel(ONE, ONE, half_normal)
snip_model = SaliencyModel(half_normal_quantile, column_profile, half_normal)
synflow_model = SaliencyModel(half_normal_quantile, ONE, half_normal)  # one hidden layer, scalar output
wanda_model = SaliencyModel(ONE, column_profile, half_normal)
