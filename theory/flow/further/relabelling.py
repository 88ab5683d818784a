"""F2.2: sorting hidden units with all their edges changes nothing, at any depth; sorting rows or columns alone can."""

import sympy as sp

from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.kernel.rank_one import p, power_overlap, q
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import CLOSED_UNIT, NON_NEGATIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, at_sizes, same
from sparse_limits.theory.saliency.model import u

outputs = sp.symbols("h_1 h_2", real=True)  # φ(z) of a hidden unit at two samples
gates = sp.symbols("g_1 g_2", real=True)  # φ′(z) there
readout = sp.Symbol("a", real=True)
product = sp.Symbol("o", real=True)  # Σ_j M_j x_j x′_j over d
profile = sp.symbols("psi_1 psi_2", nonnegative=True)  # column profile of the first layer at two inputs
sample = sp.symbols("x_1 x_2", real=True)

rows = sp.ImmutableMatrix(2, 2, sp.symbols("alpha_1:3_1:3", real=True))  # what enters two units
columns = sp.ImmutableMatrix(2, 2, sp.symbols("beta_1:3_1:3", real=True))  # what leaves them

_exchange = sp.ImmutableMatrix([[0, 1], [1, 0]])
moved_rows = (_exchange * rows).as_immutable()
moved_columns = (columns * _exchange).as_immutable()
unit = outputs[0] * outputs[1] + readout**2 * gates[0] * gates[1] * product
moved_along = power_overlap
torn_overlap = sp.gamma(p + 1) * sp.gamma(q + 1) / sp.gamma(p + q + 2)
input_change = (profile[1] - profile[0]) * (sample[0] ** 2 - sample[1] ** 2) / 2

HIDDEN_UNIT = (
    Quantity(outputs, "output of a hidden unit at one of two samples", sp.S.Reals),
    Quantity(gates, "slope of the activation of a hidden unit at one of two samples", sp.S.Reals),
    Quantity(readout, "readout weight of a neuron", sp.S.Reals),
    Quantity(product, "mean product of the coordinates of two samples that a unit keeps, zero for others", sp.S.Reals),
)

STEPS = proof(
    r"""
any order (cited: Knuth, The Art of Computer Programming, volume 3, section 5.1.1: exchanges of neighbours sort any order): By successive
exchanges of two units, the units of each hidden layer can be brought into any order.

gradients (by chain rule): Suppose that at every input the output is the same function of the same weights, which only stand in other
places. Then its derivatives with respect to the kept weights stand in these places too, and so do the weights after a step of gradient
descent. So the tangent kernel, whose entries are sums of products of derivatives, and the loss after any number of steps are the same.

exchange (from any order, gradients; at some sizes: networks are multiplied out weight by weight, which needs their sizes): Exchange two
units of a hidden layer, that is, the two rows of the weights and of the mask that enter these units, and the two columns that leave them.
If $\alpha_{ij}$ was in row $i$ and $\beta_{ij}$ in column $j$, the rows become $[[moved_rows]]$ and the columns $[[moved_columns]]$. The
sums over the units of this layer have the same terms in another order. So at every input the output is the same function of the same
weights.

one unit: A hidden unit of readout weight $a$, with the outputs $h_1,h_2$ and the slopes $g_1,g_2$ at two samples, contributes $[[unit]]$ to
$n$ times their kernel, where $o=\frac1d\sum_jM_jx_jx'_j$ is a sum over the unit's own row of the mask.

profiles (by K8): Under graphons of rank one a hidden layer multiplies the kernel by $\int_0^1g_l(u)h_{l+1}(u)\,du$, which for powers is
$\int u^pu^q\,du$.

reversed together (from profiles): With $1-u$ in place of $u$ in both profiles this integral is $[[moved_along]]$, as before.

reversed alone (from profiles; cited: Euler's beta integral (DLMF 5.12.1)): With $1-u$ in place of $u$ in the row profile alone the integral
is $\int_0^1(1-u)^pu^q\,du=[[torn_overlap]]$.

inputs (from profiles): If two columns of the first mask, of profiles $\psi_1,\psi_2$, are exchanged but the two inputs are not, the
weighted mean square of a sample changes by $[[input_change]]$. If both inputs are exchanged as well, it does not change.
""",
    globals(),
)


def units_add_what_their_edges_move(unit: sp.Expr) -> Relations:
    """Gradients in the readout and one edge of a free product, edges adding up; and two inputs, masks 0 or 1, all else free."""
    x, width, more = sp.Symbol("x", positive=True), sp.Symbol("d", positive=True), sp.Symbol("e", real=True)
    weight, begun = sp.symbols("w v", real=True)
    along = []
    for at, value, slope in zip((x, product * width / x), outputs, gates, strict=True):
        out = readout * (value + slope * (weight - begun) * at / sp.sqrt(width))
        along.append([sp.diff(out, letter).subs(weight, begun) for letter in (readout, weight)])
    yield same(unit, sum(map(sp.Mul, *along)), by=sp.expand)
    added = unit.subs(product, more) - unit.subs(product, 0)
    yield same(unit.subs(product, product + more), unit + added, by=sp.expand)
    weights, start = sp.symbols("w_1 w_2", real=True), sp.symbols("v_1 v_2", real=True)
    samples = sp.symbols("x_1 x_2", real=True), sp.symbols("y_1 y_2", real=True)
    cases = []
    for kept in ((1, 1), (1, 0), (0, 1)):
        gradients = []
        for at, value, slope in zip(samples, outputs, gates, strict=True):
            moved = sum(k * (w - v) * x for k, w, v, x in zip(kept, weights, start, at, strict=True)) / sp.sqrt(2)
            output = readout * (value + slope * moved)
            there = dict(zip(weights, start, strict=True))
            gradients.append([sp.diff(output, letter).subs(there) for letter in (readout, *weights)])
        seen = sum(one * other for one, other in zip(*gradients, strict=True))
        own = sum(k * x * y for k, x, y in zip(kept, *samples, strict=True)) / 2
        cases.append((unit.subs(product, own), seen))
    yield at_sizes(cases, "masks of a row")


def reversed_units_overlap_as_before(moved_along: sp.Expr) -> Relations:
    """An antiderivative of the product of both reversed profiles, 0 at u = 1 and minus the overlap at 0; and as before."""
    antiderivative = -moved_along * (1 - u) ** (p + q + 1)
    reversed_profiles = (1 - u) ** p * (1 - u) ** q
    yield same(sp.diff(antiderivative, u), reversed_profiles, by=lambda gap: sp.simplify(sp.powsimp(gap)))
    yield same(antiderivative.subs(u, 1) - antiderivative.subs(u, 0), moved_along)
    yield same(moved_along, power_overlap)


def exchanged_columns_weigh_other_inputs(input_change: sp.Expr) -> Relations:
    """Mean squares weighted by the profile before and after the exchange; with the inputs exchanged too, no change."""

    def weighted(columns: tuple[sp.Symbol, ...], inputs: tuple[sp.Symbol, ...]) -> sp.Expr:
        return sum(h * x**2 for h, x in zip(columns, inputs, strict=True)) / 2

    before = weighted(profile, sample)
    yield same(input_change, weighted(profile[::-1], sample) - before, by=sp.expand)
    yield same(weighted(profile[::-1], sample[::-1]), before)


relabelled_units = Claim(
    label="F2.2",
    title="Sorting hidden units with all their edges does not change training; sorting one mask alone can",
    statement=r"""
**Every width and depth.** Let the units of each hidden layer be reordered together with the edges that enter and leave them: the rows of
one mask and of its weights, and the columns of the next, are reordered alike. Then the output, the tangent kernel and the losses after all
steps of gradient descent are unchanged. If two units are exchanged, their rows become $[[moved_rows]]$ and their columns
$[[moved_columns]]$, where $\alpha_{ij}$ was in row $i$ and $\beta_{ij}$ in column $j$. With **one hidden layer** the kernel of two samples
is $\frac1n$ times a sum over the hidden units, each of which contributes $[[unit]]$, a number that depends only on its own edges. **Rank
one** (K8): if the units of a hidden layer with profiles $u^p$ and $u^q$ are taken in reverse order, with the edges that enter and leave
them, the layer's factor of the kernel is unchanged, $[[moved_along]]$. If the rows of one mask are reversed and the columns of the next are
not, it is $[[torn_overlap]]$. **Inputs:** exchanging two columns of the first mask, but not the inputs, changes the weighted mean square of
a two-dimensional sample by $[[input_change]]$.
""",
    steps=STEPS,
    source=Source("2510.17515", "v1", "beyond the paper"),
    provenance=Provenance.EXTENSION,
    quantities=(
        Quantity(tuple(rows), "edge, its weight or its mask, that enters one of two hidden units", sp.S.Reals),
        Quantity(tuple(columns), "edge, its weight or its mask, that leaves one of two hidden units", sp.S.Reals),
        *HIDDEN_UNIT,
        Quantity(p, "power of the position that is the row profile", NON_NEGATIVE),
        Quantity(q, "power of the position that is the column profile", NON_NEGATIVE),
        Quantity(profile, "column profile of the first layer at one of two inputs", CLOSED_UNIT),
        Quantity(sample, "coordinate of a sample at one of two inputs", sp.S.Reals),
    ),
    hypotheses=(
        Hypothesis("one activation for all units of a hidden layer"),
        Hypothesis(
            "a scalar output $n^{-1/2}\\sum_ia_i\\varphi(z_i)$, for rank one the limit of K8",
            needed_by=("unit", "moved_along", "torn_overlap", "input_change"),
        ),
    ),
    because={
        "one unit": units_add_what_their_edges_move,
        "reversed together": reversed_units_overlap_as_before,
        "inputs": exchanged_columns_weigh_other_inputs,
    },
    wrong=lambda: {
        "moved_columns: rows alone": columns,
        "moved_columns: rows of the next mask": (sp.Matrix([[0, 1], [1, 0]]) * columns).as_immutable(),
        "moved_columns: one entry left behind": sp.ImmutableMatrix([moved_columns.row(0), columns.row(1)]),
        "moved_rows: columns alone": rows,
        "moved_rows: columns of the units taken as rows": (rows * sp.Matrix([[0, 1], [1, 0]])).as_immutable(),
        "moved_rows: transposed": moved_rows.T,
        "unit: the readout alone": outputs[0] * outputs[1],
        "unit: the readout's weight once": unit.subs(readout**2, readout),
        "unit: the mask left out of the gradients": unit.subs(product, 1),
        "moved_along: the product of the means": 1 / ((p + 1) * (q + 1)),
        "moved_along: reversed alone": torn_overlap,
        "torn_overlap: reversed together": power_overlap,
        "torn_overlap: a power too many": torn_overlap.subs(p, p + 1),
        "torn_overlap: of the means": 1 / ((p + 1) * (q + 1)),
    },
)
