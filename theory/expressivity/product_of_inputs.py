"""E6.2 and E6.3: a product of two inputs by ReLU units, and by neurons that have one input each."""

from __future__ import annotations

import sympy as sp

from sparse_limits.theory.bounds import Loose, Sharp, Side
from sparse_limits.theory.claims import Claim, Proof, Provenance, Source
from sparse_limits.theory.expressivity.symbols import EDGE, NEURONS, j, n, p
from sparse_limits.theory.expressivity.wired_neurons import at_least
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, COUNT_FROM_ZERO, Hypothesis, Quantity

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
two_bends = (  # of n ≥ 4 neurons two hear both inputs and a third hears one, at least
    1 - (1 - _both) ** n - n * _both * (1 - _both) ** (n - 1) - sp.binomial(n, 2) * _both**2 * _none ** (n - 2)
)
corners = network(1, 1) - network(1, -1) - network(-1, 1) + network(-1, -1)
additive_floor = sp.Integer(1)

NETWORK_STEPS = proof(
    r"""
two squares: $x_1x_2=[[squares]]$, where $s=x_1+x_2$ and $t=x_1-x_2$ lie in $[-2,2]$, and $|s|+|t|\le2$.

knots: The knots are $[[knot]]$ for $j=0,\dots,M$: from $-2$ to $2$, $\frac4M$ apart.

chord (from knots): Between knots $a<b$ the square $t^2$ is interpolated by $[[chord]]$, of slope $a+b$.

below the chord (from chord): The chord less the square is $[[chord_gap]]\ge0$ for $a\le t\le b$, and $0$ at the knots.

one square (from knots, below the chord): On a piece of length $\frac4M$ that is at most $[[square_error]]$, attained in the middle.

error of the product (from two squares, one square): The network errs by a quarter of the difference of two such gaps, at $s$ and at $t$,
each from $0$ to $[[square_error]]$: by at most $[[sup_error]]$. At $(s,t)=(\frac2M,0)$ for even $M$, and at $(0,\frac2M)$ for odd, one is a
middle and the other a knot, so that it errs by as much.

slopes (from chord): The interpolant is $4$ at $-2$, begins with the slope $[[first_slope]]$, and bends by $[[bend]]$ at each inner knot, a
ReLU unit for each of these. The two values $4$ cancel in the product, which needs no output bias.

units (from two squares, slopes): A square takes one unit for the first slope and one for each of $M-1$ inner knots: both take
$[[product_units]]$.

wired neurons (by E1): At the density $p$ a neuron is wired to both inputs with probability $p^2$; any $N$ neurons that are can be any $N$
units of the two inputs. E1 counts them.

masks for the product (from wired neurons, units): At the density $p$, with $k=2$ and $\alpha=1$, so many neurons are wired with probability
at least $[[product_success]]$.
""",
    globals(),
)

masked_product = Claim(
    label="E6.2",
    title="A product of two inputs under a mask",
    statement=r"""
On $[-1,1]^2$ let each square in $x_1x_2=\frac14(x_1+x_2)^2-\frac14(x_1-x_2)^2$ be
interpolated at $M+1$ equispaced knots of $[-2,2]$. That takes at most $[[product_units]]$ ReLU units (a first slope $[[first_slope]]$ and bends of $[[bend]]$, the output
biases cancel) and has the sup error $[[sup_error]]$ exactly. A hidden layer of $n$ ReLU neurons with biases, each edge to the two inputs
present with probability $p$, and a dense readout admit it with probability at least $[[product_success]]$.
""",
    steps=NETWORK_STEPS,
    source=Source("2602.06675", "beyond the abstract"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
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
    hypotheses=(
        Hypothesis("independent edges", needed_by=("product_success",)),
        Hypothesis("a piece begins before it ends", left < right),
        Hypothesis(
            "the readout edges of wired neurons are present (if each is with probability $p'$, read $p^2p'$ for $p^2$)"
        ),
    ),
    uses=("E1",),
    aids={"neurons": "fully wired", "two_bends": two_bends},
    loose=(
        Loose(
            expression="product_success",
            truth="two_bends",
            at=tuple({n: width, pieces: 2, p: sp.Rational(1, 2)} for width in (5, 10)),
            lost=r"at most, as more pieces may cost more: for $M=2$ the network is $\frac12(|x_1+x_2|-|x_1-x_2|)$, for which two neurons hear both inputs, a third one of them or both, and a fourth no more than its bias; the bound asks all four to hear both",
            side=Side.BELOW,
        ),
    ),
)

ADDITIVE_STEPS = proof(
    r"""
one input each: One hidden layer of neurons with at most one active input each makes a network $g(x_1,x_2)=g_1(x_1)+g_2(x_2)$, for which
$[[corners]]$ is $0$. For $x_1x_2$ it is $4$.

four errors (from one input each; by triangle inequality): The modulus of an alternating sum of the errors at the four corners is at most
four times the sup error.

additive floor (from four errors): So the sup error is at least $\frac44=[[additive_floor]]$, and the network $0$ has it.
""",
    globals(),
)

one_input_each = Claim(
    label="E6.3",
    title="Neurons with one input each miss a product",
    statement=r"""
One hidden layer of neurons with at most one active input each, however many, and a linear readout has a sup error of at least
$[[additive_floor]]$ for $x_1x_2$ on $[-1,1]^2$, which the network $0$ attains: full wiring cannot just be dropped (a second hidden layer
can make up for it, E8).
""",
    steps=ADDITIVE_STEPS,
    source=Source("2602.06675", "beyond the abstract"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(Quantity(network, "a network of two inputs", sp.S.Reals),),
    hypotheses=(Hypothesis("one hidden layer and a linear readout; no neuron has both inputs"),),
    sharp=(
        Sharp(
            expression="additive_floor",
            example="the network $0$",
            check="sums_of_functions_of_one_input_fail",
            side=Side.BELOW,
        ),
    ),
)
