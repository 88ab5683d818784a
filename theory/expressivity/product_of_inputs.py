"""E6.2 and E6.3: a product of two inputs by ReLU units, and by neurons that have one input each."""

import sympy as sp

from sparse_limits.theory.bounds import Loose, Sharp, Side
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.expressivity.approximation import success
from sparse_limits.theory.expressivity.symbols import EDGE, NEURONS, alpha, j, k, n, p, units
from sparse_limits.theory.expressivity.wired_neurons import at_least
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, COUNT_FROM_ZERO, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, induction, nonnegative, same

x_1, x_2 = sp.symbols("x_1:3", real=True)
pieces = sp.Symbol("M", integer=True, positive=True)  # of each interpolated square
left, right = sp.symbols("a b", real=True)  # knots next to each other
point = sp.Symbol("t", real=True)
network = sp.Function("g", real=True)

squares = (x_1 + x_2) ** 2 / 4 - (x_1 - x_2) ** 2 / 4
knot = 4 * j / pieces - 2
chord = left**2 + (left + right) * (point - left)
chord_gap = (point - left) * (right - point)
square_error = 4 / pieces**2
sup_error = square_error / 4
first_slope = 4 / pieces - 4
bend = 8 / pieces
product_units = 2 * pieces
product_success = at_least(n, p**2, product_units)
_both, _none = p**2, (1 - p) ** 2
two_bends = (  # of n ≥ 4 neurons at least two keep both inputs, and a third keeps one
    1 - (1 - _both) ** n - n * _both * (1 - _both) ** (n - 1) - sp.binomial(n, 2) * _both**2 * _none ** (n - 2)
)
corners = network(1, 1) - network(1, -1) - network(-1, 1) + network(-1, -1)
additive_floor = sp.Integer(1)

NETWORK_STEPS = proof(
    r"""
two squares: $x_1x_2=[[squares]]$, where $s=x_1+x_2$ and $t=x_1-x_2$ lie in $[-2,2]$, and $|s|+|t|\le2$.

knots: The knots are $[[knot]]$ for $j=0,\dots,M$. They run from $-2$ to $2$ at distances of $\frac4M$.

chord (from knots): Between knots $a<b$ the interpolant of $t^2$ is $[[chord]]$, with slope $a+b$.

below the chord (from chord): The chord minus the square is $[[chord_gap]]\ge0$ for $a\le t\le b$, and it is $0$ at the knots.

one square (from knots, below the chord): On a piece of length $\frac4M$ this gap is at most $[[square_error]]$, which it attains in the
middle.

error of the product (from two squares, one square): The error of the network is a quarter of the difference of two such gaps, at $s$ and at
$t$, each from $0$ to $[[square_error]]$. So its modulus is at most $[[sup_error]]$. At $(s,t)=(\frac2M,0)$ for even $M$, and at
$(0,\frac2M)$ otherwise, one of the two coordinates is a middle and the other a knot, so the error has exactly this modulus.

slopes (from chord): The interpolant has the value $4$ at $-2$ and the first slope $[[first_slope]]$. Its slope changes by $[[bend]]$ at
each inner knot. The first slope and each change take one ReLU unit each. The two values $4$ cancel in the product, which therefore needs no
output bias.

units (from two squares, slopes): A square needs one unit for the first slope and one for each of the $M-1$ inner knots. Both squares
together need $[[product_units]]$ units.

wired neurons (by E1): At density $p$, a neuron is wired to both inputs with probability $p^2$. Any $N$ wired neurons can be any $N$ units
of the two inputs. E1 counts the wired neurons.

masks for the product (from wired neurons, units): At density $p$, with $k=2$ and $\alpha=1$, that many neurons are wired with probability
at least $[[product_success]]$.
""",
    globals(),
)


def squares_lie_below_their_chords(chord: sp.Expr, chord_gap: sp.Expr) -> Relations:
    """Chord less square; and its sign at t = a + x, b = a + x + y for x, y ≥ 0."""
    x, y = sp.symbols("x y", nonnegative=True)
    yield same(chord_gap, chord - point**2, by=sp.expand)
    yield nonnegative(chord_gap.subs({point: left + x, right: left + x + y}), x * y)


def gaps_are_largest_in_the_middle(knot: sp.Expr, chord_gap: sp.Expr, square_error: sp.Expr) -> Relations:
    """What is left of it, the squared distance from the middle, on every piece; which is 0 in the middle."""
    here = chord_gap.subs({left: knot, right: knot.subs(j, j + 1)})
    middle = (4 * j + 2) / pieces - 2
    yield nonnegative(square_error - here, (point - middle) ** 2)
    yield same(here.subs(point, middle) + j, square_error + j)


def the_difference_of_two_gaps_attains_the_error(
    squares: sp.Expr, square_error: sp.Expr, sup_error: sp.Expr
) -> Relations:
    """A quarter of x − y, with gaps x and y up to that of a square, from either side; and at a middle beside a knot.

    The knot next to 0 from below is 0 for even M, and −2/M for odd; there the two gaps are evaluated.
    """
    x, y, rest = sp.symbols("x y rest", nonnegative=True)
    coefficient = squares.expand().coeff(x_1 * x_2) / 4  # of (x₁ + x₂)²; that of (x₁ − x₂)² is its negative
    yield same(squares, coefficient * ((x_1 + x_2) ** 2 - (x_1 - x_2) ** 2), by=sp.expand)
    within = {x: square_error - rest}  # the larger gap, up to its largest
    left_over = pieces**2 * (sup_error - coefficient * (x - y).subs(within))
    yield nonnegative(left_over, pieces**2 * (rest + y) / 4)
    for begins, middle, end in ((pieces / 2, 2 / pieces, 0), ((pieces - 1) / 2, 0, 2 / pieces)):
        ends = {left: knot.subs(j, begins), right: knot.subs(j, begins + 1)}
        gaps = [chord_gap.subs(ends).subs(point, place) for place in (middle, end)]
        yield same(sup_error, coefficient * (gaps[0] - gaps[1]))


def slopes_and_bends_are_those_of_chords(chord: sp.Expr, first_slope: sp.Expr, bend: sp.Expr) -> Relations:
    """The slope of the first chord, and how it changes; and the sum of all units up to any knot, which is its square."""
    slope = chord.diff(point).subs({left: knot, right: knot.subs(j, j + 1)})
    yield same(first_slope, slope.subs(j, 0))
    yield same(bend + j, slope.subs(j, j + 1) - slope + j)
    i = sp.Symbol("i", integer=True)
    inner = sp.Sum(sp.expand(bend * (knot - knot.subs(j, i))), (i, 1, j - 1)).doit()
    yield same(4 + first_slope * (knot + 2) + inner, knot**2)


masked_product = Claim(
    label="E6.2",
    title="A product of two inputs under a mask",
    headline=r"With $M$ pieces for each of two squares, at most $2M$ ReLU units interpolate $x_1x_2$ on $[-1,1]^2$, with a sup error of exactly $$[[sup_error]].$$ A masked layer can represent this if as many of its neurons keep both inputs.",
    statement=r"""
On $[-1,1]^2$ let each square in $x_1x_2=\frac14(x_1+x_2)^2-\frac14(x_1-x_2)^2$ be interpolated at $M+1$ equispaced
knots of $[-2,2]$. The interpolation needs at most $[[product_units]]$ ReLU units (a first slope $[[first_slope]]$ and
bends of $[[bend]]$; the output biases cancel), and its sup error is exactly $[[sup_error]]$. A hidden layer of $n$
ReLU neurons with biases, each edge to the two inputs present with probability $p$, and a dense readout can represent
it with probability at least $[[product_success]]$.
""",
    steps=NETWORK_STEPS,
    source=Source("2602.06675", "v1", "beyond the abstract"),
    provenance=Provenance.EXTENSION,
    quantities=(
        NEURONS.drawn_from(20, 60),
        EDGE.drawn_from(sp.Rational(1, 2), sp.Rational(19, 20)),
        Quantity(pieces, "number of pieces of each interpolated square", COUNT, drawn=(1, 9)),
        Quantity(j, "number of a knot", COUNT_FROM_ZERO, drawn=(0, 9)),
        Quantity((x_1, x_2), "an active input of the product", sp.Interval(-1, 1)),
        Quantity(left, "knot where a piece begins", sp.Interval(-2, 2)),
        Quantity(right, "knot where a piece ends", sp.Interval(-2, 2)),
        Quantity(point, "sum or difference of the inputs of the product", sp.Interval(-2, 2)),
    ),
    symbols={"i": "index of summation, a number of neurons wired to both inputs"},
    hypotheses=(
        Hypothesis("independent edges", needed_by=("product_success",)),
        Hypothesis("a piece begins before it ends", left < right),
        Hypothesis(
            "the readout edges of wired neurons are present (if each is with probability $p'$, read $p^2p'$ for $p^2$)"
        ),
    ),
    aids={"neurons": "fully wired", "two_bends": two_bends},
    loose=(
        Loose(
            expression="product_success",
            truth="two_bends",
            at=tuple({n: width, pieces: 2, p: sp.Rational(1, 2)} for width in (5, 10)),
            lost=r"at most, as more pieces may cost more: for $M=2$ the network is $\frac12(|x_1+x_2|-|x_1-x_2|)$, for which two neurons must be connected to both inputs, a third to one of them or both, and a fourth needs only its bias; the bound requires all four to be connected to both",
            side=Side.BELOW,
        ),
    ),
    because={
        "two squares": lambda squares: same(squares, x_1 * x_2, by=sp.expand),
        "knots": lambda knot: (
            induction(knot, j, sp.Integer(-2), lambda term: term + 4 / pieces),
            same(knot.subs(j, pieces), sp.Integer(2)),
        ),
        "chord": lambda chord: (
            same(chord, left**2 + (right**2 - left**2) / (right - left) * (point - left)),
            same(chord.subs(point, right), right**2),
        ),
        "below the chord": squares_lie_below_their_chords,
        "one square": gaps_are_largest_in_the_middle,
        "error of the product": the_difference_of_two_gaps_attains_the_error,
        "slopes": slopes_and_bends_are_those_of_chords,
        "units": lambda product_units: induction(product_units, pieces, sp.Integer(2), lambda term: term + 2, start=1),
        "masks for the product": lambda product_units, product_success: same(
            product_success, success.subs({alpha: 1, k: 2, units: product_units})
        ),
    },
    wrong=lambda: {
        "two_bends: all four keep both": at_least(n, p**2, 4),
        "two_bends: two keep both": at_least(n, p**2, 2),
        "sup_error: one piece more": 1 / (pieces + 1) ** 2,
        "product_units: units for the knots": 2 * (pieces + 1),
        "first_slope: a slope at the knot": sp.Integer(-4),
        "product_success: one wired edge for the product": at_least(n, p, 2 * pieces),
        "product_success: half of the units": at_least(n, p**2, pieces),
        "product_success: one unit less": at_least(n, p**2, product_units - 1),
        "neurons: any neurons": "any",
        "squares: the sum of the squares": (x_1 + x_2) ** 2 / 4 + (x_1 - x_2) ** 2 / 4,
        "knot: one knot more": 4 * j / (pieces + 1) - 2,
        "knot: without the first": knot + 4 / pieces,
        "chord: the tangent": left**2 + 2 * left * (point - left),
        "chord: through 0": (left + right) * (point - left),
    },
)

ADDITIVE_STEPS = proof(
    r"""
one input each: One hidden layer of neurons with at most one active input each gives a network $g(x_1,x_2)=g_1(x_1)+g_2(x_2)$, for which
$[[corners]]$ is $0$. For $x_1x_2$ this expression is $4$.

four errors (from one input each; by triangle inequality): The alternating sum of the errors at the four corners has a modulus of at most
four times the sup error.

additive floor (from four errors): So the sup error is at least $\frac44=[[additive_floor]]$, and the network $0$ attains this.
""",
    globals(),
)


def sums_of_functions_of_one_input_cancel(corners: sp.Expr) -> Relations:
    """Any values of g₁ and g₂ at ±1; the product, with a sum of functions added to it."""
    values = [{end: sp.Symbol(f"g_{place}{end}", real=True) for end in (-1, 1)} for place in (1, 2)]
    yield same(corners.replace(network, lambda x, y: values[0][x] + values[1][y]), sp.S.Zero)
    yield same(corners.replace(network, lambda x, y: x * y + values[0][x]), sp.Integer(4))


one_input_each = Claim(
    label="E6.3",
    title="Neurons with one input each cannot approximate a product",
    headline=r"One hidden layer of neurons with at most one active input each, however many they are, approximates $x_1x_2$ on $[-1,1]^2$ no better than the network $0$ does, whose sup error is $1$.",
    statement=r"""
Let a network have one hidden layer of neurons, however many, with at most one active input each, and a linear
readout. Its sup error for $x_1x_2$ on $[-1,1]^2$ is at least $[[additive_floor]]$, which the network $0$ attains. So
full wiring cannot simply be dropped (a second hidden layer can make up for it, E8).
""",
    steps=ADDITIVE_STEPS,
    source=Source("2602.06675", "v1", "beyond the abstract"),
    provenance=Provenance.EXTENSION,
    quantities=(Quantity(network, "a network of two inputs", sp.S.Reals),),
    symbols={"x_1, x_2": "inputs of the product"},
    hypotheses=(Hypothesis("one hidden layer and a linear readout; no neuron has both inputs"),),
    sharp=(
        Sharp(
            expression="additive_floor",
            example="the network $0$",
            check="sums_of_functions_of_one_input_fail",
            side=Side.BELOW,
        ),
    ),
    because={
        "one input each": sums_of_functions_of_one_input_cancel,
    },
    wrong=lambda: {
        "corners: all with one sign": corners.subs({network(1, -1): -network(1, -1), network(-1, 1): -network(-1, 1)}),
        "corners: three corners": corners - network(-1, -1),
    },
)
