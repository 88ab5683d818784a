"""N5.1: with a ReLU output the strengths at the kinks lie in a zonotope of small volume."""

from itertools import combinations

import sympy as sp

from sparse_limits.theory.bounds import Loose, Sharp
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.neuron_pruning.alignment import ERROR, eps
from sparse_limits.theory.neuron_pruning.symbols import NEURON, ONE_RELU
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import (
    CLOSED_UNIT,
    COUNT,
    COUNT_FROM_ZERO,
    NON_NEGATIVE,
    POSITIVE,
    Hypothesis,
    Quantity,
)
from sparse_limits.theory.reasons import Relations, at_sizes, nonnegative, same, vanishes

k = sp.Symbol("k", integer=True, nonnegative=True)  # kinks in the arc
j = sp.Symbol("j", integer=True, nonnegative=True)  # kinks before a gap
phi, kink = sp.symbols("phi x", real=True)  # a place on the circle, and that of a kink
g, h, distance = sp.symbols("g h D", positive=True)  # the gaps after a kink and before it, and between two nodes
here, after, ahead = sp.symbols("e e_+ e_-", real=True)  # errors at a node, at the next and at the one before
sines = sp.Symbol("Pi", positive=True)  # Π sin g_j over the gaps
c = sp.Symbol("c", real=True)  # a strength
t = sp.Symbol("t", positive=True)  # argument of a characteristic function

arc = sp.pi / 2 - sp.asin(eps)
strength_density = sp.exp(-sp.Abs(c)) / 2
transform = 1 / (1 + t**2)
piece = (here * sp.sin(kink + g - phi) + after * sp.sin(phi - kink)) / sp.sin(g)
jump = (after - here * sp.cos(g)) / sp.sin(g) + (ahead - here * sp.cos(h)) / sp.sin(h)
kernel_minor = sp.sin(distance)
minor = sp.sin(distance) / sines
volume = (2 * eps) ** k * sp.binomial(k + 2, 2) / sines
fits = eps**k * sp.binomial(k + 2, 2) / sines
one_length = 2 * eps * (sp.sin(g) + sp.sin(h) + sp.sin(g + h)) / (sp.sin(g) * sp.sin(h))  # of the strengths of one kink
one_fits = 1 - sp.exp(-one_length / 2)
EQUAL_GAPS = tuple({g: sp.pi / part, h: sp.pi / part, sines: sp.sin(sp.pi / part) ** 2} for part in (3, 6))
pairs = sp.binomial(j + 2, 2) * sp.binomial(k - j + 2, 2)
rise = (j + 3) * (k - j) / ((j + 1) * (k - j + 2))
most_pairs = pairs.subs(j, sp.floor(k / 2))

STEPS = proof(
    r"""
plane (by rotation): In a plane through $w^*$ the weights $w_i$ are normal vectors of two dimensions: their directions are uniform, and
independent of their lengths $R_i$. So the kinks are uniform on $(-\frac\pi2,\frac\pi2)$, and independent of the strengths
$c_i=\alpha_iR_i$.

characteristic function (from plane): A strength has the characteristic function $\mathbb Ee^{-t^2R^2/2}=[[transform]]$, as $R$ has the
density $Re^{-R^2/2}$.

strengths (from characteristic function): So its density is $[[strength_density]]\le\frac12$.

arc: On $A=\{|\varphi|<[[arc]]\}$, $f=\cos\varphi>\varepsilon$. So an error of at most $\varepsilon$ leaves $\sigma(g_S)>0$ there,
$\sigma(g_S)=g_S$, and $e=g_S-f$ satisfies $|e|\le\varepsilon$ on the closure.

pieces (from arc): Let $x_1<\dots<x_k$ be the kinks of kept neurons in $A$, and $x_0$, $x_{k+1}$ its ends. Between neighbours $e$ is a
combination of $\cos\varphi$ and $\sin\varphi$: from a node $x$ with the error $e$ to the next node, which follows after a gap of $g$ and
has the error $e_+$, it is $[[piece]]$.

jumps (from pieces): A neuron of strength $c$ adds $c$ to the slope where $\varphi$ passes its kink, whichever side it is active on. So with
the error $e_-$ at the node before, at a gap of $h$, $c=[[jump]]$: the strengths are $Je$, with a $k\times(k+2)$ matrix $J$.

kernel (from jumps): $J$ maps $\cos(x_i)$ and $\sin(x_i)$ to $0$. The minor of these two vectors at the nodes $x$ and $x+D$ is
$[[kernel_minor]]$.

complementary minors (from kernel, jumps; by determinants): The minors of $J$ without two columns are, up to signs, the same multiple of
these: without its last two columns $J$ is triangular, with $\frac1{\sin g_j}$ on the diagonal, so that it has a right inverse $G$. The
matrix of the rows of $J$ and of the unit rows of two nodes, times that of the columns of $G$ and of the two vectors, is block triangular,
with the identity and the minor of the two vectors at these nodes. The second of the two factors does not depend on the nodes.

minors (from complementary minors, jumps): Without its last two columns $J$ is triangular, with $\frac1{\sin g_j}$, $j<k$, on the diagonal.
So with the product $\Pi$ of the sines of all $k+1$ gaps the minor without two nodes at the distance $D$ has the modulus $[[minor]]$.

zonotope (from jumps; by induction): The volume of the image of $[-\varepsilon,\varepsilon]^{k+2}$ is $(2\varepsilon)^k$ times the sum of
the moduli of the minors, as for every zonotope, with any number of columns and any $k$: a further column $v\ne0$ makes the section of the
body, which is convex, by each line along $v$ that meets it longer by $2\varepsilon\|v\|$. So the volume grows by $2\varepsilon\|v\|$ times
that of the projection along $v$, a zonotope of $k-1$ dimensions, whose minors times $\|v\|$ are those with $v$. In one dimension lengths
add up.

volume (from minors, zonotope; by monotonicity): As no sine exceeds $1$, this is at most $[[volume]]$: there are $\binom{k+2}2$ pairs of
nodes.

fits (from strengths, volume): Given the kinks, the strengths are independent, with densities of at most $\frac12$: they fit with a
probability of at most $[[fits]]$.

two clusters (from fits): A gap of more than $\frac\pi2$ (there is at most one) is cut: an end of it that is not a kink is moved to a
distance of $\frac\pi2$; between the $j$-th and the next kink two such nodes are inserted, and the $j$ strengths and the others fit
separately. The product of both bounds has $[[pairs]]$ in place of $\binom{k+2}2$.

most pairs (from two clusters): From $j<k$ to $j+1$ these change by the factor $[[rise]]>0$, which exceeds $1$ exactly while $2j+1<k$. So they are
at most $q_k=[[most_pairs]]$, which is at least $\binom{k+2}2$.
""",
    globals(),
)

x = sp.Symbol("x_a", positive=True)


def matrix(jump: sp.Expr, gaps: tuple[sp.Symbol, ...]) -> sp.Matrix:
    """J for these gaps, one more than kinks."""
    rows = len(gaps) - 1
    J = sp.zeros(rows, rows + 2)
    for row in range(rows):
        at = valued(jump, {h: gaps[row], g: gaps[row + 1]})
        for column, error in ((row, ahead), (row + 1, here), (row + 2, after)):
            J[row, column] = sp.diff(at, error)
    return J


def density_has_this_transform(transform: sp.Expr, strength_density: sp.Expr) -> Relations:
    """Twice the integral of cos(tx) over x > 0, by its antiderivative; the density is even."""
    half = strength_density.subs(c, x)
    yield same(strength_density, strength_density.subs(c, 0) * sp.exp(-sp.Abs(c)))
    primitive = half * (t * sp.sin(t * x) - sp.cos(t * x))
    yield same(sp.diff(primitive, x), half * sp.cos(t * x) / transform)
    yield same(-2 * primitive.subs(x, 0), 1)


def pieces_have_their_ends(piece: sp.Expr) -> Relations:
    """A combination of cosine and sine, which takes both values."""
    yield same(sp.diff(piece, phi, 2), -piece)
    yield same(piece.subs(phi, kink), here)
    yield same(piece.subs(phi, kink + g), after)


def jumps_are_differences_of_slopes(piece: sp.Expr, jump: sp.Expr) -> Relations:
    """The slope after the node less that before it."""
    slope = sp.diff(piece, phi)
    before = valued(slope, {here: ahead, after: here, g: h, kink: kink - h})
    yield same(jump, slope.subs(phi, kink) - before.subs(phi, kink))


def sinusoids_have_no_jumps(jump: sp.Expr, kernel_minor: sp.Expr) -> Relations:
    """At all places; the minor of two nodes."""
    nodes = {here: kink, after: kink + g, ahead: kink - h}
    for wave in (sp.cos, sp.sin):
        at = {error: wave(place) for error, place in nodes.items()}
        yield vanishes(valued(jump, at), by=lambda gap: sp.simplify(sp.expand_trig(gap)))
    rows = [[sp.cos(place), sp.sin(place)] for place in (kink, kink + distance)]
    yield same(kernel_minor, sp.Matrix(rows).det())


def minors_are_sines_of_distances(jump: sp.Expr, kernel_minor: sp.Expr, minor: sp.Expr) -> Relations:
    """The multiple, and the diagonal; minors up to signs for one and for two kinks, in tangents of half gaps."""
    yield same(minor, kernel_minor / sines)
    yield same(sp.diff(jump, ahead), 1 / sp.sin(h))
    cases = []
    for kinks in (1, 2):
        gaps = sp.symbols(f"gap_:{kinks + 1}", positive=True)
        J = matrix(jump, gaps)
        tangents = dict(zip(gaps, sp.symbols(f"tan_:{kinks + 1}", positive=True), strict=True))

        def rational(formula: sp.Expr, tangents: dict[sp.Symbol, sp.Symbol] = tangents) -> sp.Expr:
            wave = {sp.sin(each): 2 * v / (1 + v**2) for each, v in tangents.items()}
            wave |= {sp.cos(each): (1 - v**2) / (1 + v**2) for each, v in tangents.items()}
            return sp.expand_trig(formula).xreplace(wave)

        for a, b in combinations(range(kinks + 2), 2):
            kept = [column for column in range(kinks + 2) if column not in (a, b)]
            product = sp.prod(sp.sin(each) for each in gaps)
            claimed = valued(minor, {distance: sum(gaps[a:b]), sines: product})
            cases.append((rational(J[:, kept].det()) ** 2, rational(claimed) ** 2))
    yield at_sizes(cases, "minors", by=sp.cancel)


def volume_times_the_largest_density(strength_density: sp.Expr, volume: sp.Expr, fits: sp.Expr) -> Relations:
    """One factor for each strength."""
    yield same(fits, volume * strength_density.subs(c, 0) ** k)
    one = sp.binomial(k + 3, 2) / sp.binomial(k + 2, 2)
    yield same(fits.subs(k, k + 1), fits * eps * one, by=lambda gap: sp.simplify(sp.expand_func(gap)))


def bounds_of_two_clusters_multiply(fits: sp.Expr, pairs: sp.Expr) -> Relations:
    """Of j and of k − j kinks, Π the product of both products."""
    first = valued(fits, {k: j, sines: x})
    second = valued(fits, {k: k - j, sines: sines / x})
    yield same(eps**k * pairs / sines, first * second)
    yield same(fits.subs(sines, 1) / eps**k, pairs.subs(j, 0))


def pairs_are_most_in_the_middle(pairs: sp.Expr, rise: sp.Expr, most_pairs: sp.Expr) -> Relations:
    """The quotient, its sign, and what its numerator is more than its denominator; the middle for even k and for odd k."""
    yield same(pairs.subs(j, j + 1), pairs * rise, by=lambda gap: sp.cancel(sp.expand_func(gap)))
    yield same(rise, 1 + 2 * (k - 2 * j - 1) / ((j + 1) * (k - j + 2)), by=sp.cancel)
    more = sp.Symbol("more", integer=True, nonnegative=True)
    excess = 2 * (1 + more) / ((j + 1) * (j + 4 + more))
    yield nonnegative(rise - 1, excess, where={k: 2 * j + 2 + more}, by=sp.cancel, strict=True)
    last = (j + 3) * (1 + more) / ((j + 1) * (3 + more))
    yield nonnegative(rise, last, where={k: j + 1 + more}, by=sp.cancel, strict=True)
    for odd in (0, 1):
        yield same(valued(most_pairs, {k: 2 * k + odd}), valued(pairs, {k: 2 * k + odd, j: k}))
    yield same(most_pairs, pairs.subs(j, sp.floor(k / 2)))


kink_jumps = Claim(
    label="N5.1",
    title="Behind a ReLU output the strengths at the kinks lie in a small zonotope",
    headline=r"Whole neurons behind a ReLU output are within $\varepsilon$ of one ReLU only if the strengths at $k$ kinks lie in a small set. Given the kinks, it has probability at most $$[[fits]],$$ with $\Pi$ the product of the sines of the gaps.",
    statement=r"""
**Setting.** Let $f(x)=\sigma(\langle w^*,x\rangle)$ with $\|w^*\|_2=1$ and $d\ge2$, where $\sigma$ is the ReLU. Neurons have
independent standard normal weights $w_i$, $\alpha_i$; those in $S$ are kept, and give $\sigma(g_S)$ with $g_S=\sum_{i\in S}\alpha_i\sigma(\langle
w_i,x\rangle)$. In a plane through $w^*$ a neuron acts as $c_i\sigma(\langle u_i,\cdot\rangle)$ with a unit vector $u_i$ and the *strength*
$c_i$. Its *kink* is the angle at which $\langle u_i,\cdot\rangle=0$. Measured from $w^*$, kinks are uniform on
$(-\frac\pi2,\frac\pi2)$. Strengths have the density $[[strength_density]]$ and are independent of the kinks.

**The strengths.** Suppose $|f-\sigma(g_S)|\le\varepsilon$, $0\le\varepsilon\le1$, on the unit circle of this plane. Let $k\ge1$ kept kinks
lie in the arc $|\varphi|<[[arc]]$. These kinks and the two ends of the arc are the *nodes*. At a kink, with the gaps $h$ to the node before
and $g$ to the node after it, the strength is $$c=[[jump]].$$ Here $e=g_S-f\in[-\varepsilon,\varepsilon]$ is the error at the kink, and
$e_-$, $e_+$ are those at the nodes before and after it.

**The bound.** Let $\Pi$ be the product of the sines of the $k+1$ gaps between nodes. All $k$ strengths together lie in a zonotope (a sum of
segments) of volume at most $[[volume]]$. Given the kinks, the probability of this zonotope is at most $[[fits]]$. Where a gap exceeds
$\frac\pi2$, its sine may be small, and a second bound can be better: the same bound with gaps cut at $\frac\pi2$ in $\Pi$ and with
$q_k=[[most_pairs]]$ in place of $\binom{k+2}2$.
""",
    steps=STEPS,
    source=Source(
        "2603.02234", "v1", "beyond Theorem 1, “Lower bound for neuron pruning”, which is for one hidden layer"
    ),
    provenance=Provenance.EXTENSION,
    quantities=(
        Quantity(eps, ERROR.meaning, CLOSED_UNIT, drawn=(sp.Rational(1, 10**4), sp.Rational(1, 5))),
        Quantity(k, "number of kinks in the arc", COUNT, drawn=(1, 6)),
        Quantity(j, "number of kinks before a gap", COUNT_FROM_ZERO, drawn=(0, 3)),
        Quantity(c, "strength of a neuron, output weight times length of its weights", sp.S.Reals, drawn=(-3, 3)),
        Quantity(
            g, "gap after a kink, in radians", sp.Interval.open(0, sp.pi), drawn=(sp.Rational(1, 10), sp.Rational(3, 2))
        ),
        Quantity(
            h,
            "gap before a kink, in radians",
            sp.Interval.open(0, sp.pi),
            drawn=(sp.Rational(1, 10), sp.Rational(3, 2)),
        ),
        Quantity(here, "error at a kink", sp.S.Reals),
        Quantity(after, "error at the next node", sp.S.Reals),
        Quantity(ahead, "error at the node before", sp.S.Reals),
        Quantity(sines, "product of the sines of the gaps", POSITIVE, drawn=(sp.Rational(1, 20), 1)),
        Quantity(t, "argument of a characteristic function", NON_NEGATIVE),
    ),
    symbols={
        **ONE_RELU,
        **NEURON,
        "x": "input",
        "d": "number of inputs",
        "S": "set of neurons that are kept",
        "g_S": "sum of the kept neurons, in front of the ReLU at the output",
        "u_i": "direction of neuron $i$ in the plane, a unit vector",
        r"\varphi": "angle in the plane, measured from $w^*$",
        "q_k": r"factor of the second bound in place of $\binom{k+2}2$",
    },
    hypotheses=(
        Hypothesis("two inputs or more, and a ReLU after the output"),
        Hypothesis("output weights are random too: for retrained ones this is not said"),
        Hypothesis("the weights are independent of the target"),
        Hypothesis("a kink after the gap", j < k),
    ),
    aids={"one_length": one_length, "one_fits": one_fits},
    sharp=(
        Sharp(
            expression="most_pairs",
            example="as many kinks before the gap as after it, or one more",
            check="pairs_are_most_in_the_middle",
        ),
    ),
    loose=tuple(
        Loose(
            expression=number,
            truth=truth,
            at=tuple({**each, k: 1, eps: sp.Rational(1, 100)} for each in EQUAL_GAPS),
            lost=lost,
        )
        for number, truth, lost in (
            ("volume", "one_length", "for one kink: in the sines of the distances of two nodes, which are at most $1$"),
            (
                "fits",
                "one_fits",
                "for one kink: in the volume, and in the density of the strength, which is at most $\\frac12$",
            ),
        )
    ),
    because={
        "characteristic function": lambda transform: same(
            transform, sp.integrate(x * sp.exp(-(x**2) * (1 + t**2) / 2), (x, 0, sp.oo))
        ),
        "strengths": density_has_this_transform,
        "arc": lambda arc: (same(sp.cos(arc), eps), same(arc, sp.acos(eps), by=lambda gap: gap.rewrite(sp.asin))),
        "pieces": pieces_have_their_ends,
        "jumps": jumps_are_differences_of_slopes,
        "kernel": sinusoids_have_no_jumps,
        "minors": minors_are_sines_of_distances,
        "fits": volume_times_the_largest_density,
        "two clusters": bounds_of_two_clusters_multiply,
        "most pairs": pairs_are_most_in_the_middle,
    },
    wrong=lambda: {
        "transform: of a normal strength": sp.exp(-(t**2) / 2),
        "transform: half the variance": 1 / (1 + t**2 / 2),
        "strength_density: twice the rate": sp.exp(-2 * sp.Abs(c)),
        "arc: arccosine of 2ε": sp.acos(2 * eps),
        "arc: to first order": sp.pi / 2 - eps,
        "arc: the half circle": sp.pi / 2,
        "piece: linear": here + (after - here) * (phi - kink) / g,
        "piece: ends exchanged": piece.subs({here: after, after: here}, simultaneous=True),
        "jump: of chords": (after - here) / sp.sin(g) + (ahead - here) / sp.sin(h),
        "jump: of the gap after alone": (after - here * sp.cos(g)) / sp.sin(g),
        "kernel_minor: cosine": sp.cos(distance),
        "kernel_minor: the distance": distance,
        "minor: without the last gap": minor * sp.sin(distance),
        "minor: of the distance": distance / sines,
        "fits: density 1": volume,
        "fits: of k nodes": eps**k * sp.binomial(k, 2) / sines,
        "fits: half of the masks that fit": 2**k * fits / 2,
        "volume: half the errors": volume / 2**k,
        "pairs: one cluster": sp.binomial(k + 2, 2),
        "pairs: without the new nodes": sp.binomial(j + 1, 2) * sp.binomial(k - j + 1, 2),
        "rise: the other way": 1 / rise,
        "rise: without the new nodes": (j + 2) * (k - j - 1) / ((j + 1) * (k - j + 1)),
        "most_pairs: one cluster": sp.binomial(k + 2, 2),
        "most_pairs: a third": pairs.subs(j, sp.floor(k / 3)),
        "one_length: without the kink itself": 2 * eps * (1 / sp.sin(g) + 1 / sp.sin(h)),
        "one_length: half": one_length / 2,
        "one_length: sines at most 1": 6 * eps / (sp.sin(g) * sp.sin(h)),
        "one_fits: one side": one_fits / 2,
        "one_fits: the density at 0 throughout": one_length / 2,
        "one_fits: of twice the length": 1 - sp.exp(-one_length),
    },
)
