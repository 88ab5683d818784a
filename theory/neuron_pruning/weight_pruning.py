"""N4.1 and N4.2: pruning weights: of the order of log(1/ε) neurons for each input with a ReLU output, still 1/ε without it."""

import sympy as sp

from sparse_limits.theory.bounds import Loose, Sharp, Side
from sparse_limits.theory.claims import Claim, Pitfall, Provenance, Remark, Source
from sparse_limits.theory.equivariance import block_chances, lower_bound
from sparse_limits.theory.equivariance.symbols import B
from sparse_limits.theory.formulas.no_guarantee import guaranteed, unconditional
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.neuron_pruning import alignment
from sparse_limits.theory.neuron_pruning.alignment import (
    ANGLE,
    ERROR,
    NEURONS,
    OF_TWO_INPUTS,
    SUCCESS,
    N,
    angle,
    arcsine,
    eps,
)
from sparse_limits.theory.neuron_pruning.inputs import INPUTS, d
from sparse_limits.theory.neuron_pruning.symbols import BEHIND_RELU, TWO_COORDINATES
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, COUNT_FROM_ZERO, NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import same
from sparse_limits.theory.subset_sum import two_layers
from sparse_limits.theory.subset_sum.block_counts import no_pair_of_a_sign
from sparse_limits.theory.subset_sum.potential import a, kappa
from sparse_limits.theory.subset_sum.product_laws import gaussian_contraction, gaussian_product, t
from sparse_limits.theory.subset_sum.symbols import FAILURE, delta, n

length = sp.Symbol("r", positive=True)  # √(w*_p² + w*_q²)
least = sp.Symbol("m", nonnegative=True)  # the smaller one of |w*_p| and |w*_q|

# A ReLU output: a layer of one output, with the accuracy ε/√d and products that reach beyond 1
reach = sp.Integer(2)
product_density = gaussian_product.density
least_density = product_density.subs(t, reach)
longest = sp.sqrt(d)  # ‖x‖₁ on the unit ball
summed_error = two_layers.error
accuracy = eps / longest
one_output = {two_layers.d_0: d, two_layers.d_1: 1, eps: accuracy, a: reach, kappa: least_density}
failure = two_layers.failure.subs(one_output, simultaneous=True)
contraction = gaussian_contraction.subs(a, reach)
size = two_layers.size.subs(one_output, simultaneous=True)
opposite_error = sp.Integer(1)

# A linear output: the plane of two coordinates, where the target has this length
in_plane = {eps: eps / length}
plane_error = length * alignment.error_bound
axis_sine = least / length
axis_error = length * least / (2 * (length + sp.sqrt(length**2 - least**2)))
error_bound = sp.Min(plane_error, axis_error)
equal_error = (sp.sqrt(2) - 1) * length / 2
widest, aligned, leading = (
    formula.subs(in_plane) for formula in (alignment.widest, alignment.aligned, alignment.leading)
)
success, union, neurons = (  # beyond, no two coordinates allow so little
    guaranteed(formula.subs(in_plane), eps < equal_error)
    for formula in (alignment.success, alignment.union, alignment.neurons)
)
flat_length = sp.sqrt(2 / d)
flat_error = (1 - 1 / sp.sqrt(2)) / sp.sqrt(d)
flat_neurons = neurons.subs(length, flat_length)
flat_leading = leading.subs(length, flat_length)
FOUND_IN_PLANE = ("success", "union", "neurons", "leading")  # what holds below the error that single weights allow

tenth, half, THREE, FOUR = map(sp.Rational, ("1/10", "1/2", "3/5", "4/5"))
ONE_OUTPUT = {d: 10, lower_bound.n_in: 10, lower_bound.n_out: 1, B: 1, eps: tenth**2}
PLANE = {length: 1, eps: tenth**2}  # a target of two coordinates

RELU_STEPS = proof(
    r"""
single weights (by R8 for error, halves): Split the neurons into $d$ blocks of $n$, and let those of block $j$ keep their weight of $x_j$
alone. By R8, with one output, $2d$ subset sums of products of two weights must come near $\pm w^*_j$; if all are within $\varepsilon$, the
network is within $[[summed_error]]$ of $\langle w^*,x\rangle$, $\ell=\|x\|_1$.

ball (by Cauchy–Schwarz): On the unit ball $\|x\|_1$ is at most $[[longest]]$.

accuracy (from single weights, ball): So sums within $[[accuracy]]$ keep the network within $\varepsilon$ of $\langle w^*,x\rangle$, and
after the ReLU within $\varepsilon$ of $f$.

reach (a definition): As $\|w^*\|_2=1$, all targets lie in $[-1,1]$, half of the reach $[[reach]]$.

products (by R5.1 for gaussian_density): A product of two standard normal weights has the density $[[product_density]]$.

least density (from reach, products; by monotonicity): It is the integral of $\frac1\pi e^{-|t|\cosh s}$ over $s>0$, and so falls in $|t|$:
within the reach it is at least $[[least_density]]$.

all sums (from accuracy, reach, least density; by R8 for failure): Apply R8 with this accuracy, reach and density, $d$ inputs and one
output: some sum fails with probability at most $[[failure]]$.

one item more (from all sums): With one item more in each block this bound shrinks by the factor $[[contraction]]$.

number of neurons (from all sums, one item more): The bound is $\delta$ at $n=[[size]]$, and smaller beyond.

opposite point (from accuracy): At $x=-w^*$ the network before the ReLU is within $\varepsilon$ of $-\|w^*\|_2^2$, while $f=0$: without the
ReLU the error there is $[[opposite_error]]$ up to $\varepsilon$.
""",
    globals(),
)

pruned_weights = Claim(
    label="N4.1",
    title="Pruning weights with a ReLU output: log(1/ε)",
    headline=r"Behind a ReLU output, some mask on the single weights of $dn$ Gaussian neurons comes within $\varepsilon$ of one ReLU on the unit ball in $d$ dimensions, with probability at least $1-\delta$, if $$n\ge[[size]].$$",
    statement=r"""
Let $f(x)=\sigma(\langle w^*,x\rangle)$, $\|w^*\|_2=1$, be the target on the unit ball, and let
$g(x)=\sum_{i\le N}\alpha_i\sigma(\langle w_i,x\rangle)$ be a source network with independent standard normal weights. *Any* entries of the
$w_i$ and of $\alpha$ may be removed. The output is $\sigma(g)$.

With $N=dn$ neurons some mask has an error of at most $\varepsilon$, except with probability at most $$[[failure]].$$ So
$n=\left\lceil[[size]]\right\rceil$ neurons for each input, or none where this is negative, suffice for failure with probability at most
$\delta$: $N=O(d\ln\frac d{\varepsilon\delta})$, which exceeds the announced $O(d\ln\frac1\varepsilon)$ by a term of the order $d\ln\frac d\delta$.
One item more in each block multiplies the bound by $[[contraction]]$.

These masks show what the output ReLU does: $g$ is within $\varepsilon$ of the *linear* function $\langle w^*,x\rangle$, so without the ReLU
the error at $x=-w^*$ is $[[opposite_error]]$ up to $\varepsilon$.
""",
    steps=RELU_STEPS,
    source=Source(
        "2603.02234",
        "v1",
        "abstract: “weight pruning achieves ε-approximation with only O(d log(1/ε)) neurons”, of which v3 has no factor d",
    ),
    provenance=Provenance.RECONSTRUCTED,
    quantities=(
        Quantity(d, INPUTS.meaning, COUNT, drawn=(1, 9)),
        Quantity(n, "number of neurons for each input", COUNT_FROM_ZERO, drawn=(0, 40)),
        Quantity(eps, ERROR.meaning, POSITIVE, drawn=(sp.Rational(1, 100), sp.Rational(1, 12))),
        FAILURE.drawn_from(sp.Rational(1, 10), sp.Rational(9, 10)),
        Quantity(two_layers.length, "sum of the moduli of the input's coordinates", NON_NEGATIVE, drawn=(1, 4)),
        Quantity(t, "value of a product of two weights", sp.S.Reals, drawn=(-3, 3)),
    ),
    hypotheses=(
        Hypothesis("independent standard normal weights, independent of the target"),
        Hypothesis("a ReLU after the output"),
    ),
    symbols=BEHIND_RELU,
    aids={"needed": block_chances.needed, "no_pair_of_a_sign": no_pair_of_a_sign},
    loose=(
        Loose(
            expression="size",
            truth="needed",
            at=tuple({**ONE_OUTPUT, delta: chance} for chance in (tenth, tenth**3)),
            lost="at most, since the number that such blocks need by Q11.3 lies below, if no $|w^*_j|$ is $\\frac\\varepsilon{\\sqrt d}$ or less: in R4, and in the least density on $[-2,2]$",
            order=r"by Q11.3 in $\frac d\delta$",
        ),
        Loose(
            expression="failure",
            truth="no_pair_of_a_sign",
            at=tuple({d: 2, eps: half, n: size} for size in (320, 640)),
            lost=r"at most, as one $|w^*_j|$ is beyond $\frac\varepsilon{\sqrt d}$ and fails without two weights of the sign that it needs: in R4's factor for each neuron, $[[contraction]]$ by the least density on $[-2,2]$, where such samples have $\frac34$",
            exponent=r"both are powers in $n$, so that the quotient of the logarithms tends to that of $\ln\frac34$ and $\ln\left([[contraction]]\right)$",
        ),
    ),
    because={
        "one item more": lambda failure, contraction: same(
            failure.subs(n, n + 1), contraction * failure, by=sp.powsimp
        ),
    },
    wrong=lambda: {
        "longest: all inputs": d,
        "longest: one input": sp.S.One,
        "accuracy: ε": eps,
        "accuracy: ε/d": eps / d,
        "summed_error: the largest coordinate": eps,
        "product_density: of one weight": sp.exp(-(t**2) / 2) / sp.sqrt(2 * sp.pi),
        "failure: one item less": failure * n,
        "failure: accuracy ε": failure / d,
        "failure: a sum for each weight": d * failure,
        "failure: for one target": contraction**n,
        "size: failure twice as likely": size.subs(delta, 2 * delta),
        "size: d² instead of d in the logarithm": size.subs(eps, eps / d),
    },
)

LINEAR_STEPS = proof(
    r"""
plane (by N2): Consider the disc in the plane of the coordinates $p,q$. There the target is $r\,\sigma(\langle e,x\rangle)$ with a unit
vector $e$, and a kept neuron acts through what is kept of $(w_p,w_q)$: both, one, or none. By N2, applied to $\frac1r$ times everything,
the error is at least $[[plane_error]]$ at the least angle $\theta$ of these parts with the axis $\pm e$.

one weight: A part that keeps one weight lies on an axis of the plane: its angle has a sine of at least $[[axis_sine]]$, where $m$ is the
smaller of $|w^*_p|$ and $|w^*_q|$.

axis error (from plane, one weight): At the angle with this sine the bound of N2 is $[[axis_error]]$.

error bound (from axis error): This bound grows with the angle. So the error is at least the smaller of the two, $[[error_bound]]$.

equal coordinates (from axis error): The *axis error* grows with $m$, up to $[[equal_error]]$ where both are equal.

widest angle (from plane, error bound): An error of $\varepsilon$ below the *axis error* requires a neuron that keeps both weights, at an
angle of at most $[[widest]]$: there the bound of the plane is $\varepsilon$.

random pairs (by rotation): Both weights of a neuron form a normal pair, whose direction is uniform.

aligned (from widest angle, random pairs): So a neuron has such an angle with the axis, at one of its ends and on one of its two sides, with
probability $[[aligned]]$.

some of them (from equal coordinates, aligned; by independence): The neurons are independent: at least one of $N$ has such an angle with
probability $[[success]]$. If $\varepsilon$ is not below $[[equal_error]]$, it is not below the *axis error* of any two coordinates.

union (from some of them; by union bound): This is at most $[[union]]$.

neurons (from union): So success with probability $\delta$ requires $N\ge[[neurons]]$.

leading order (from neurons): As $\arctan u\le u$, this number is at least $[[leading]]$, and the quotient of the two is $1$ in the limit.

flat target: For $w^*=(1,\dots,1)/\sqrt d$ two coordinates have the length $r=[[flat_length]]$.

flat error (from equal coordinates, flat target): They are equal: the error must be below $[[flat_error]]$.

flat neurons (from neurons, leading order, flat target): At this length $[[flat_neurons]]$ neurons are needed, to leading order
$[[flat_leading]]$.
""",
    globals(),
)

segment = length * sp.sin(angle) / 4  # the error on a segment instead of an arc, wasteful by a factor of up to 2


pruned_weights_linear_output = Claim(
    label="N4.2",
    title="Pruning weights with a linear output: still 1/ε for a target with two nonzero coordinates",
    headline=r"Let the output be linear, and let the target have two nonzero coordinates, of length $r$ together. Masks on single weights come within a small $\varepsilon$ with probability $\delta$ only for at least $$[[leading]]$$ neurons.",
    statement=r"""
The target and the source are those of N4.1, but the output is $g$, without a ReLU, and $w^*$ may have any length. Let $w^*_p,w^*_q$ be two
of its coordinates, $m$ the smaller of their moduli, and $r=\sqrt{w_p^{*2}+w_q^{*2}}$ the length of the two. Whatever is kept, the error is
at least $$[[error_bound]],$$ where $\theta$ is the least angle, in the plane of the two coordinates, between the axis $\pm w^*$ and a neuron
that keeps both of its weights for these coordinates ($\frac\pi2$ if there is none).

**Neurons needed.** If $\varepsilon<[[axis_error]]$, a mask with an error of at most $\varepsilon$ therefore exists with probability at most
$$[[success]],$$ which is at most $$[[union]].$$ So success with probability $\delta$ needs $$N\ge[[neurons]]$$ neurons. This number is at
least $[[leading]]$, and equal to it to leading order as $\varepsilon\to0$. For $w^*=(1,1,0,\dots,0)/\sqrt2$ this is the bound of N2 for neurons. For the flat target
$w^*=(1,\dots,1)/\sqrt d$ and $\varepsilon<[[flat_error]]$ the bound is $$[[flat_neurons]],$$ to leading order $[[flat_leading]]$. This is still $\Omega(1/(\varepsilon\sqrt d))$, where N4.1 has a logarithm.
""",
    steps=LINEAR_STEPS,
    source=Source(
        "2603.02234",
        "v1",
        "abstract: “weight pruning achieves ε-approximation with only O(d log(1/ε)) neurons”",
    ),
    provenance=Provenance.PITFALL,
    quantities=(
        INPUTS.drawn_from(2, 9),
        NEURONS.drawn_from(0, 9),
        Quantity(
            length,
            "length of the target in the plane of two coordinates",
            POSITIVE,
            drawn=(sp.Rational(1, 2), 1),
        ),
        Quantity(
            least,
            "smaller modulus of the target's two coordinates",
            NON_NEGATIVE,
            drawn=(sp.Rational(1, 10), sp.Rational(7, 10)),
        ),
        Quantity(eps, ERROR.meaning, POSITIVE, drawn=(sp.Rational(1, 100), sp.Rational(1, 12))),
        Quantity(
            angle,
            "least angle of a kept neuron with the axis of the target, of those that keep both weights, in the plane of "
            "two coordinates, in radians",
            ANGLE.within,
            drawn=(sp.Rational(1, 20), sp.Rational(3, 2)),
        ),
        SUCCESS.drawn_from(sp.Rational(1, 10), sp.Rational(9, 10)),
    ),
    hypotheses=(
        Hypothesis("independent standard normal weights, independent of the target"),
        Hypothesis("no ReLU after the output"),
        Hypothesis("the smaller one of two coordinates", 2 * least**2 <= length**2),
        Hypothesis("an error below that of single weights", eps < axis_error, needed_by=FOUND_IN_PLANE),
        Hypothesis("a length at which two coordinates allow so little", eps < equal_error, needed_by=FOUND_IN_PLANE),
        Hypothesis("aligned means up to a right angle at most", 2 * eps <= length, needed_by=("aligned",)),
        Hypothesis(
            "an error below that of single weights of a flat target",
            eps < flat_error,
            needed_by=("flat_neurons", "flat_leading"),
        ),
    ),
    symbols=TWO_COORDINATES,
    uses=("N4.1",),
    remarks=(
        Remark(
            r"For $w^*=e_1$ there are no two nonzero coordinates: masks as in N4.1, for $\sigma(x_1)$ alone, also work for a linear output."
        ),
    ),
    also=("aligned",),
    aids={"three_points": ((-1, 0), (-FOUR, THREE), (-sp.Rational(7, 25), sp.Rational(24, 25))), **OF_TWO_INPUTS},
    sharp=(
        Sharp(
            expression="error_bound",
            example=r"for a target of two coordinates the four neurons of N2, at an angle with $\pm w^*$ below that of both coordinate axes",
            check="every_mask_has_this_error",
            side=Side.BELOW,
        ),
    ),
    loose=(
        Loose(
            expression="union",
            truth="success",
            at=tuple({**PLANE, N: count} for count in (10, 100)),
            lost="in adding the probabilities of independent events",
        ),
        *(
            Loose(
                expression=number,
                truth=truth,
                at=tuple({**place, delta: half, eps: error} for error in (tenth, tenth**2)),
                lost="in replacing the arctangent by its argument",
                order="by the step *leading order*, as the quotient tends to $1$",
                side=Side.BELOW,
            )
            for number, truth, place in (("leading", "neurons", {length: 1}), ("flat_leading", "flat_neurons", {d: 4}))
        ),
        *(
            Loose(expression=bound, truth=truth, at=({**place, eps: tenth / 5},), lost=lost, side=side)
            for bound, truth, place, lost, side in (
                ("success", "found_alone", {length: 1, N: 10}, alignment.LOST_ALONE, Side.ABOVE),
                ("neurons", "seen", {length: 1, delta: half}, alignment.LOST_SEEN, Side.BELOW),
                ("flat_neurons", "seen", {d: 2, delta: half}, alignment.LOST_SEEN, Side.BELOW),
            )
        ),
    ),
    pitfalls=(
        Pitfall(
            control="O(d log 1/ε) whatever the output",
            said=r"Pruning weights takes $O(d\ln\frac1\varepsilon)$ neurons, where pruning neurons takes exponentially more, whatever follows the sum.",
            by=r"What one might expect from the abstract of arXiv:2603.02234, “weight pruning achieves ε-approximation with only O(d log(1/ε)) neurons”; whether a ReLU follows the output was not at hand. (Ours in N4.1 is $O(d\ln\frac d{\varepsilon\delta})$: more by a term of the order $d\ln\frac d\delta$.)",
            why="Without a ReLU after it, the sum must bend where the target bends, and a neuron that keeps one weight bends on an axis only.",
            counterexample="three_points",
            by_hand=r"$w^*=(\frac35,\frac45)$ and the points $(-1,0)$, $(-\frac45,\frac35)$, $(-\frac7{25},\frac{24}{25})$ of the circle: the outer two add up to $\frac85$ times the one between. The target is $0,0,\frac35$ there. Every sum of neurons with one weight each, however many, is linear on the three, as no $x_i$ changes its sign. So the errors at both ends minus $\frac85$ times that between add up to $\frac35$, and one of them is at least $\frac35/(1+\frac85+1)=\frac16$.",
            instead=r"With a ReLU output a logarithm is enough; with a linear output the error is at least $[[error_bound]]$, and $1/\varepsilon$ neurons are needed for targets with two coordinates.",
        ),
    ),
    because={
        "widest angle": lambda plane_error, widest: same(plane_error.subs(angle, widest) / length, eps / length),
        "aligned": lambda widest, aligned: same(aligned, 4 * widest / (2 * sp.pi)),
        "flat error": lambda equal_error, flat_length, flat_error: same(
            flat_error, equal_error.subs(length, flat_length)
        ),
    },
    wrong=lambda: {
        "axis_sine: of the whole target": least,
        "axis_sine: the other axis": sp.sqrt(length**2 - least**2) / length,
        "axis_error: on a segment, wasteful": least / 4,
        "axis_error: of the whole angle": length * least / (2 * sp.sqrt(length**2 - least**2)),
        "axis_error: length forgotten": axis_error / length,
        "plane_error: on a segment": segment,
        "plane_error: of a target of length 1": plane_error / length,
        "error_bound: on a segment, wasteful": sp.Min(segment, least / 4),
        "error_bound: neurons only": plane_error,
        "error_bound: the larger one": sp.Max(plane_error, axis_error),
        "error_bound: on a segment, doubled": sp.Min(length * sp.sin(angle), least) / 2,
        "error_bound: length forgotten": error_bound / length,
        "error_bound: coordinate relative to the length": valued(error_bound, {least: least / length}),
        "widest: 4ε instead of 2ε": widest.subs(eps, 2 * eps),
        "widest: on a segment, wasteful": sp.asin(4 * eps / length),
        "widest: length forgotten": widest.subs(length, 1),
        "aligned: 4ε instead of 2ε": aligned.subs(eps, 2 * eps),
        "aligned: length forgotten": aligned.subs(length, 1),
        "aligned: on a segment, wasteful": 2 * sp.asin(4 * eps / length) / sp.pi,
        "aligned: besides another": 1 + aligned,
        "flat_length: all coordinates": flat_length * sp.sqrt(d / sp.Integer(2)) + 1,
        "flat_length: the square": flat_length**2,
        "success: without the cap": success.replace(sp.StrictLessThan, lambda low, high: low < length / 2),
        "success: cap of a segment": success.replace(
            sp.StrictLessThan, lambda low, high: 4 * sp.sqrt(2) * low < length
        ),
        "success: 4ε instead of 2ε": success.subs(eps, 2 * eps),
        "success: length forgotten": success.subs(length, 1),
        "success: the union bound": union,
        "union: all of them": unconditional(union),
        "neurons: neurons whatever the error": unconditional(neurons),
        "neurons: on a segment, wasteful": arcsine(neurons),
        "flat_error: without the root": flat_error / sp.sqrt(d),
        "equal_error: of a target of length 1": equal_error / length,
        "flat_neurons: one coordinate": neurons.subs(length, 1 / sp.sqrt(d)),
        "flat_neurons: on a segment, wasteful": arcsine(flat_neurons),
        "flat_neurons: flat: the bound for neurons": neurons.subs(length, 1),
        "flat_leading: √d on top": flat_leading * d,
    },
)
