"""E6: what a wide masked layer approximates."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Remark, Source
from theory.expressivity.symbols import ACTIVE, EDGE, FLOOR_SHARE, NEURONS, alpha, j, k, n, p, units
from theory.expressivity.wired_neurons import at_least
from theory.graphon.symbols import FAILURE, delta
from theory.quantities import COUNT, COUNT_FROM_ZERO, Hypothesis, Quantity
from theory.steps import Carrier, Step

pieces = sp.Symbol("M", integer=True, positive=True)  # of each interpolated square
x_1, x_2 = sp.symbols("x_1:3", real=True)
left, right = sp.symbols("a b", real=True)  # knots next to each other
point = sp.Symbol("t", real=True)
network = sp.Function("g", real=True)

success = at_least(n, alpha * p**k, units)
too_few = sp.exp(-(1 - sp.log(2)) / 2 * alpha * n * p**k)
sufficient_width = sp.Max(2 * units, 2 * sp.log(1 / delta) / (1 - sp.log(2))) / (alpha * p**k)
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
corners = network(1, 1) - network(1, -1) - network(-1, 1) + network(-1, -1)
additive_floor = sp.Integer(1)

STEPS = (
    Step(
        name="dense network",
        sentence=r"For the given $f$ and $\varepsilon$ there is a network of $N=N_\varepsilon(f)$ units on the $k$ inputs that errs by less than $\varepsilon$.",
        by=Carrier.CITED,
        source="Leshno, Lin, Pinkus and Schocken, Neural Networks 6, 1993, 861–867: the sums of units with a continuous activation "
        "that is no polynomial are dense in the continuous functions on a compact set",
    ),
    Step(
        name="wired neurons",
        sentence=r"""The number of neurons that are wired to all $k$ inputs is at least a $\mathrm{Bin}(n,\alpha p^k)$. Each can be any unit of
that network, since weights of other edges, and readout weights of other neurons, may be $0$.""",
        by=Carrier.CLAIM,
        source="E1",
    ),
    Step(
        name="success",
        sentence=r"$N$ neurons or more are wired, and the network is there, with probability at least $[[success]]$.",
        gives={"success": success},
        uses=("dense network", "wired neurons"),
    ),
    Step(
        name="half of the mean",
        sentence=r"If $\alpha np^k\ge2N$, fewer than $N$ wired neurons are fewer than half of the mean of that binomial number.",
        by=Carrier.RULE,
        source="monotonicity",
        uses=("success",),
    ),
    Step(
        name="lower tail",
        sentence=r"Of a binomial number of mean $\mu$, $P(<\frac\mu2)\le e^{-\frac{1-\ln2}2\mu}$.",
        by=Carrier.CLAIM,
        source="E2",
    ),
    Step(
        name="too few",
        sentence=r"So for these $n$ the complement of *success* has at most the probability $[[too_few]]$, which tends to $0$ as $\alpha np^k\to\infty$.",
        gives={"too_few": too_few},
        uses=("half of the mean", "lower tail"),
    ),
    Step(
        name="width",
        sentence=r"From $n=[[sufficient_width]]$ on, $\alpha np^k\ge2N$ and $[[too_few]]\le\delta$; at this $n$ one of the two is an equality.",
        gives={"sufficient_width": sufficient_width},
        uses=("too few",),
    ),
    Step(
        name="two squares",
        sentence=r"$x_1x_2=[[squares]]$, where $s=x_1+x_2$ and $t=x_1-x_2$ lie in $[-2,2]$, and $|s|+|t|\le2$.",
        gives={"squares": squares},
    ),
    Step(
        name="knots",
        sentence=r"The knots are $[[knot]]$ for $j=0,\dots,M$: from $-2$ to $2$, $\frac4M$ apart.",
        gives={"knot": knot},
    ),
    Step(
        name="chord",
        sentence=r"Between knots $a<b$ the square $t^2$ is interpolated by $[[chord]]$, of slope $a+b$.",
        gives={"chord": chord},
        uses=("knots",),
    ),
    Step(
        name="below the chord",
        sentence=r"The chord less the square is $[[chord_gap]]\ge0$ for $a\le t\le b$, and $0$ at the knots.",
        gives={"chord_gap": chord_gap},
        uses=("chord",),
    ),
    Step(
        name="one square",
        sentence=r"On a piece of length $\frac4M$ that is at most $[[square_error]]$, attained in the middle.",
        gives={"square_error": square_error},
        uses=("knots", "below the chord"),
    ),
    Step(
        name="error of the product",
        sentence=r"""The network errs by a quarter of the difference of two such gaps, at $s$ and at $t$, each from $0$ to $[[square_error]]$: by at
most $[[sup_error]]$. At $(s,t)=(\frac2M,0)$ for even $M$, and at $(0,\frac2M)$ for odd, one is a middle and the other a knot, so that
it errs by as much.""",
        gives={"sup_error": sup_error},
        uses=("two squares", "one square"),
    ),
    Step(
        name="slopes",
        sentence=r"""The interpolant is $4$ at $-2$, begins with the slope $[[first_slope]]$, and bends by $[[bend]]$ at each inner knot, a ReLU unit
for each of these. The two values $4$ cancel in the product, which needs no output bias.""",
        gives={"first_slope": first_slope, "bend": bend},
        uses=("chord",),
    ),
    Step(
        name="units",
        sentence=r"A square takes one unit for the first slope and one for each of $M-1$ inner knots: both take $[[product_units]]$.",
        gives={"product_units": product_units},
        uses=("two squares", "slopes"),
    ),
    Step(
        name="masks for the product",
        sentence=r"At the density $p$, with $k=2$ and $\alpha=1$, so many neurons are wired with probability at least $[[product_success]]$.",
        gives={"product_success": product_success},
        uses=("success", "units"),
    ),
    Step(
        name="one input each",
        sentence=r"""Neurons with at most one active input each make a network $g(x_1,x_2)=g_1(x_1)+g_2(x_2)$, for which $[[corners]]$ is $0$. For
$x_1x_2$ it is $4$.""",
        gives={"corners": corners},
    ),
    Step(
        name="four errors",
        sentence=r"The modulus of an alternating sum of the errors at the four corners is at most four times the sup error.",
        by=Carrier.RULE,
        source="triangle inequality",
        uses=("one input each",),
    ),
    Step(
        name="additive floor",
        sentence=r"So the sup error is at least $\frac44=[[additive_floor]]$, and the network $0$ has it.",
        gives={"additive_floor": additive_floor},
        uses=("four errors",),
    ),
)

universal_approximation = Claim(
    label="E6",
    title="Universal approximation on active coordinates",
    statement=r"""
Let $f\in C([-B,B]^k)$, $\varphi$ continuous and not a polynomial, with biases, edges as in E1 (probability at least $p$ on
$k$ inputs for a share $\alpha$ of the neurons), readout dense. If $\alpha np^k\to\infty$, for every $\varepsilon>0$ weights supported
on the mask with $\sup|f-f_{net}|<\varepsilon$ exist with probability tending to $1$: at least $[[success]]$, with
$N=N_\varepsilon(f)$ the number of dense units that suffice; so $1-\delta$ from $n\ge[[sufficient_width]]$ on. The number $d$ of all inputs
does not enter. *Explicitly:* $x_1x_2=\frac14(x_1+x_2)^2-\frac14(x_1-x_2)^2$ on $[-1,1]^2$, each square
interpolated at $M+1$ equispaced knots of $[-2,2]$, takes $[[product_units]]$ ReLU units (a first slope $[[first_slope]]$ and bends of $[[bend]]$, the output
biases cancel) and has the sup error $[[sup_error]]$ exactly; a mask of density $p$ admits it with probability at least
$[[product_success]]$. Neurons with at most one active input each, however many, keep the sup error $[[additive_floor]]$ for
$x_1x_2$, which $0$ attains: full wiring cannot just be dropped.
""",
    steps=STEPS,
    source=Source(
        "2602.06675",
        "abstract: “a Universal Approximation Theorem for sparse networks that depends only on the intrinsic "
        "dimension of active coordinate subspaces”; the proof rests on Leshno et al. (1993)",
    ),
    provenance=Provenance.RECONSTRUCTED,
    proof=Proof.PROVED,
    quantities=(
        NEURONS.drawn_from(20, 60),
        ACTIVE,
        EDGE.drawn_from(sp.Rational(1, 2), sp.Rational(19, 20)),
        FLOOR_SHARE,
        Quantity(units, "number of units of a dense network that suffice", COUNT, drawn=(1, 9)),
        FAILURE,
        Quantity(pieces, "number of pieces of each interpolated square", COUNT, drawn=(1, 9)),
        Quantity(j, "number of a knot", COUNT_FROM_ZERO, drawn=(0, 9)),
        Quantity((x_1, x_2), "an active input of the product", sp.Interval(-1, 1)),
        Quantity(left, "knot where a piece begins", sp.Interval(-2, 2)),
        Quantity(right, "knot where a piece ends", sp.Interval(-2, 2)),
        Quantity(point, "sum or difference of the inputs of the product", sp.Interval(-2, 2)),
        Quantity(network, "a network of two inputs", sp.S.Reals),
    ),
    hypotheses=(
        Hypothesis(
            "the readout edges of wired neurons are present (if each is with probability $p'$, read $p^kp'$ for $p^k$)"
        ),
        Hypothesis(
            "the theorem of Leshno et al. (1993) is cited, and with it all but the explicit network for a product"
        ),
        Hypothesis("what the abstract leaves open is our reading, and so is the proof"),
    ),
    uses=("E1", "E2"),
    expressions={
        "success": success,
        "sufficient_width": sufficient_width,
        "product_units": product_units,
        "first_slope": first_slope,
        "bend": bend,
        "sup_error": sup_error,
        "product_success": product_success,
        "additive_floor": additive_floor,
    },
    aids={"neurons": "fully wired"},
    remarks=(
        Remark(
            "Full wiring is sufficient, not necessary: a sum of functions of fewer inputs needs fewer edges. The weights are "
            "not bounded."
        ),
    ),
)
