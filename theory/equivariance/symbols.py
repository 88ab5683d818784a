"""Symbols shared by the claims on equivariant maps."""

import sympy as sp

from sparse_limits.theory.quantities import COUNT, COUNT_FROM_ZERO, Hypothesis, Quantity

order = sp.Symbol("N", positive=True, integer=True)  # of the group
class_size = sp.Symbol("c", nonnegative=True, integer=True)  # elements with the same characters
D = sp.Symbol("D", nonnegative=True, integer=True)  # side of a grid
X, Y = sp.symbols("X Y", nonnegative=True, integer=True)  # points on which the group acts, before and after
B = sp.Symbol("B", nonnegative=True, integer=True)  # elements of the basis
n = sp.Symbol("n", nonnegative=True, integer=True)  # points that the symmetric group permutes

ORDER = Quantity(order, "number of elements of the group", COUNT)
CLASS_SIZE = Quantity(class_size, "number of elements of the group that have the same characters", COUNT_FROM_ZERO)
SIDE = Quantity(D, "number of cells along a side of the grid", COUNT_FROM_ZERO)
POINTS_BEFORE = Quantity(X, "number of points that the group permutes before the map", COUNT_FROM_ZERO)
POINTS_AFTER = Quantity(Y, "number of points that the group permutes after the map", COUNT_FROM_ZERO)
BASIS = Quantity(B, "number of elements of the basis of equivariant maps", COUNT)
PERMUTED = Quantity(n, "number of points that the symmetric group permutes", COUNT_FROM_ZERO)

ORBITS_OF_PAIRS = Hypothesis("no more orbits than entries of the matrix", B <= X * Y)

# What letters stand for that the sentences of several claims share
ELEMENT = {"g": "element of the group"}
EQUIVARIANT = {r"\mathrm{Hom}_G": "space of the equivariant maps, which commute with the group"}
REPRESENTATIONS = {
    r"\rho_{in},\rho_{out}": "representations of the group before and after the map: a matrix for each of its elements"
}
QUARTER_TURNS = {"C_4": r"group of the turns by multiples of $90^\circ$"}
SQUARE = {**QUARTER_TURNS, "D_4": "group of these turns and of the reflections that keep a square"}
POLYGON = {
    "C_N": r"group of the turns by multiples of $\frac{2\pi}N$",
    "D_N": "group of these $N$ turns and of $N$ reflections",
}
IDENTITY = {"I": "identity matrix"}
RELU = {r"\sigma": "ReLU, the positive part of a number"}
POINT = {"e_x": "input of one channel that is $1$ at the point $x$ and $0$ at all others"}
MATRIX = {"B_b": "element $b$ of the basis of equivariant maps, a matrix"}
COEFFICIENTS = {
    **MATRIX,
    "w_{iob}": "coefficient of the target: channel $i$ before, channel $o$ after, basis element $b$",
}
# of layers between channels on which a group acts
CHANNELS = {
    "G": "group that permutes the points",
    "X,Y": "finite sets of points before and after the layer, permuted by the group",
    "x_i": "channel $i$ of the input",
    **COEFFICIENTS,
}
LAYER = {**CHANNELS, **IDENTITY}
# and of layers with norm non-linearities between such channels
FIELDS = {
    "G": "finite group",
    "V": "space of the vectors of a channel, on which the group acts by orthogonal maps",
    **COEFFICIENTS,
    **IDENTITY,
    r"\delta_b": "number of modulus at most $1$, for basis element $b$",
    r"h_{\ell,i}": r"channel $i$ after layer $\ell$ of the target",
    r"\eta, \eta_\theta": r"norm non-linearity, which shortens a vector by its threshold $\theta$",
    "x_i": "channel $i$ in front of a layer of the target",
    **POLYGON,
    "N": "number of turns of the group, for fields of the plane",
    "k": "frequency of such a field: the turns act on it by the $k$-fold angles",
}
