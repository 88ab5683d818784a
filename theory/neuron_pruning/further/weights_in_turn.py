"""N12: weight pruning needs a neuron for each coordinate of a target of which none is near 0, at errors below a power of their number."""

import sympy as sp

from sparse_limits.theory.bounds import Unmeasured
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.neuron_pruning import kink
from sparse_limits.theory.neuron_pruning.alignment import N
from sparse_limits.theory.neuron_pruning.inputs import INPUTS, d
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import (
    CLOSED_UNIT,
    COUNT,
    NON_NEGATIVE,
    NOTHING_BEYOND,
    POSITIVE,
    Hypothesis,
    Quantity,
)
from sparse_limits.theory.reasons import Relation, Relations, nonnegative, same
from sparse_limits.theory.subset_sum.symbols import FAILURE, delta

s = sp.Symbol("s", positive=True)  # sine of the least angle of a neuron with others and with the target
h = sp.Symbol("h", positive=True)  # height of a crease
eta = sp.Symbol("eta", positive=True)  # least modulus of a weight
R = sp.Symbol("R", positive=True)  # greatest length of a row of weights
mu = sp.Symbol("mu", positive=True)  # least modulus of a coordinate of the target
v = sp.symbols("v_1 v_2", real=True)  # two coordinates of a vector, and of another
z = sp.symbols("z_1 z_2", real=True)
tau = sp.Symbol("tau", positive=True)
level = sp.Symbol("x", positive=True)
length = sp.Symbol("V", positive=True)  # of the kept part of a row
area = sp.Symbol("C", positive=True)  # of a parallelogram, over the length of its second side

ROOT = sp.sqrt(2 / sp.pi)  # twice the height of the normal density at 0

slab = ROOT * level
level_taken = sp.Rational(3, 5) / N
all_slabs = N * slab.subs(level, level_taken)
direction = level_taken / sp.sqrt(2 * (d - 1))
radius = tau * s / 4
crease = radius * h / 4
cross = v[0] * z[1] - v[1] * z[0]
one_product = v[0] * z[1]
least_area = sp.Min(eta * mu, eta**2 / R)
error = direction * least_area * sp.Min(1 / (4 * R), eta / 16)
no_larger = 3 * mu * eta**2 / (80 * N * sp.sqrt(2 * (d - 1)))
weight_chance = ROOT * eta
minor_chance = eta**2
target_chance = eta / sp.sqrt(sp.pi)
length_chance = d / R**2
minors = sp.binomial(N, 2) * sp.binomial(d, 2)
failure = N * (d + 1) * weight_chance + minors * minor_chance + N * target_chance + N * length_chance
eta_taken = delta / (8 * d**2)
R_taken = d * sp.sqrt(2 / delta)
flat_error = 3 * sp.sqrt(delta) ** 7 / (81920 * d**8 * sp.sqrt(d - 1))

STEPS = proof(
    r"""
slab: A standard normal number has a modulus below $x$ with a probability of at most $[[slab]]$, twice $x$ times the largest density.

all slabs (from slab; gives level_taken, all_slabs): $N$ times this bound, at $x=[[level_taken]]$, is $[[all_slabs]]<\frac12$.

slabs (from all slabs; by union bound): Let $u$ be a standard normal vector in a space of $D$ dimensions and $y_1,\dots,y_N$ unit vectors
there. The probability that some $|\langle u,y_k\rangle|$ is below this $x$ is below $\frac12$.

length (by Markov): $|u|^2$ has the mean $D$, and is at least $2D$ with a probability of at most $\frac12$.

direction (from slabs, length): So some $u$ has neither property, and normalised it satisfies $|\langle u,y_k\rangle|\ge\tau$ for all $k$,
with $\tau=[[direction]]$ for $D=d-1$.

point (from direction; by triangle inequality): Let neuron $j$ keep its output weight $\alpha_j$ and the part $v_j$ of its weights, at least
two of them, and let $s$ be the least sine of the angles of $v_j$ with the target $w^*$ and with the parts $v_k\ne0$ of other neurons. In
the space of the $x$ with $\langle v_j,x\rangle=0$ take $u$ for the directions of the projections of $w^*$ and of the $v_k$ onto this space,
which are at least $s$ times as long as these vectors, with $\langle w^*,u\rangle>0$, and let $p=\frac u2$. No crease of another neuron is
within $\frac{\tau s}2$ of $p$, and $\langle w^*,p\rangle\ge\frac{\tau s}2$.

radius (from point): So within half of this distance, $r=[[radius]]$, the target is at least $r$, and the only crease is that of neuron $j$,
of the height $h=|\alpha_j||v_j|$.

kink (by N1 for bound): An affine function differs from a crease of height $h$ by at least a quarter of $hr$ within $r$.

crease (from radius, kink): If the error $\varepsilon$ is below $r$, then $g>0$ there, and so $g$ is within $\varepsilon$ of $\langle
w^*,x\rangle$, which is affine: $\varepsilon\ge[[crease]]$.

cross (from crease): Two vectors are parallel only if $[[cross]]$ vanishes for all pairs of coordinates.

sines (from cross; by Cauchy–Schwarz): This expression does not change if $z$ loses its part along $v$, which leaves the length $|z|s$. So
its modulus is at most $|v||z|s$, and $s\ge\frac C{|v|}$, where $C$ is the modulus divided by $|z|$.

pairs (from cross): If one of the two entries of a vector is removed, this is $[[one_product]]$ up to its sign. Take a part $v$ with two
entries or more. If another part $z$ has an entry where $v$ has none, or $v$ one where $z$ has none, this coordinate and one that the other
part has are such a pair; if both have the same entries, two of these give a minor of the rows. If $v$ lacks a coordinate, this coordinate
and one that it has are such a pair for $v$ and $w^*$.

least area (from sines, pairs): Suppose that all weights have a modulus of at least $\eta$, all $2\times2$ minors of the rows have a modulus
of at least $\eta^2$, the rows have a length of at most $R$, and $|w_{j1}w_2^*-w_{j2}w_1^*|\ge\eta\mu$, where all coordinates of $w^*$ have
a modulus of at least $\mu$. Then $C\ge[[least_area]]$.

error (from direction, crease, least area): With $s\ge\frac C{|v_j|}$, $h\ge\eta|v_j|$ and $|v_j|\le R$ both $r$ and $\frac{hr}4$ are at
least $[[error]]$: with a smaller error no neuron that keeps its output weight keeps two other weights.

unread (from error): This is at most $[[no_larger]]$, and so at most $\mu$. But if each neuron that counts keeps at most one weight, fewer
than $d$ of them leave a coordinate $i$ unread. Then $g$ is $0$ at $\pm e_i$, and at one of these points the target is $|w_i^*|\ge\mu$. So
in any case the error is at least this.

chances (from slab): A weight has a modulus below $\eta$ with a probability of at most $[[weight_chance]]$. Given one of its rows, a minor
is a normal number; without this condition, it has a modulus below $\eta^2$ with a probability of at most $[[minor_chance]]$.
$w_{j1}w_2^*-w_{j2}w_1^*$ has a variance of at least $2\mu^2$, and a modulus below $\eta\mu$ with a probability of at most
$[[target_chance]]$. $|w_j|^2$ has the mean $d$; divided by $R^2$ this mean is $[[length_chance]]$.

lengths (from chances; by Markov): A row is longer than $R$ with a probability of at most this quotient.

each (from chances, lengths; by union bound): The probability that some assumption fails is at most the sum of these probabilities.

failure (from unread, each; gives minors, failure): There are $N(d+1)$ weights, $N$ rows and $[[minors]]$ minors. So the sum is $[[failure]]$.

flat (from failure; gives eta_taken, R_taken, flat_error): For $w^*=(1,\dots,1)/\sqrt d$ and $N<d$ take $\eta=[[eta_taken]]$ and
$R=[[R_taken]]$. Then the error is at least $[[flat_error]]$, except with a probability of at most $\delta$.
""",
    globals(),
)


def by_coefficients(expression: sp.Expr, *letters: sp.Symbol) -> sp.Expr:
    """A quotient of polynomials with the constant of the numerator in front, so that signs of coefficients can be read."""
    top, bottom = sp.fraction(sp.together(sp.expand(expression)))
    polynomial = sp.Poly(top, *letters)
    constant = polynomial.nth(*(0 for _ in letters))
    others = sum(
        factor / constant * sp.prod(letter**power for letter, power in zip(letters, powers, strict=True))
        for powers, factor in polynomial.terms()
        if any(powers)
    )
    return constant * (1 + others) / sp.factor(bottom)


def slab_is_twice_its_height(slab: sp.Expr) -> Relation:
    """The normal density at 0, over an interval of the length 2x."""
    return same(slab, 2 * level / sp.sqrt(2 * sp.pi))


def slabs_have_less_than_half(all_slabs: sp.Expr) -> Relations:
    """N slabs; what they leave to ½."""
    yield same(all_slabs, N * slab.subs(level, level_taken))
    yield nonnegative(sp.Rational(1, 2) - all_slabs, sp.Rational(1, 2) - sp.Rational(3, 5) * ROOT)


def unit_vectors_are_shorter(direction: sp.Expr, level_taken: sp.Expr) -> Relation:
    """The level over the length."""
    return same(direction, level_taken / sp.sqrt(2 * (d - 1)))


def half_is_left_around_the_point(radius: sp.Expr) -> Relation:
    """Half of the distance τs/2 from the other creases."""
    return same(tau * s / 2 - radius, radius)


def crease_is_a_kink(crease: sp.Expr, radius: sp.Expr) -> Relation:
    """N1 at this height and radius."""
    return same(crease, kink.kink_bound.subs({kink.kink: h, kink.radius: radius}))


def cross_is_a_determinant(cross: sp.Expr) -> Relations:
    """Of the two pairs of coordinates: it does not change if a multiple of the first vector is added to the second."""
    factor = sp.Symbol("c", real=True)
    yield same(cross, sp.Matrix([v, z]).det())
    moved = {z[0]: z[0] + factor * v[0], z[1]: z[1] + factor * v[1]}
    yield same(cross.subs(moved, simultaneous=True), cross, by=sp.expand)


def one_entry_is_gone(one_product: sp.Expr, cross: sp.Expr) -> Relations:
    """The second entry of the first vector, or the first one of the second."""
    yield same(cross.subs(v[1], 0), one_product)
    yield same(cross.subs(z[0], 0), one_product)


def areas_of_pairs(least_area: sp.Expr, one_product: sp.Expr) -> Relation:
    """A weight and a coordinate of the target, whose length is 1; two weights, or a minor that is no smaller, over a row."""
    target, row = one_product.subs({v[0]: eta, z[1]: mu}), one_product.subs({v[0]: eta, z[1]: eta}) / R
    return same(least_area, sp.Min(target, row))


def error_of_a_row(
    error: sp.Expr, radius: sp.Expr, crease: sp.Expr, direction: sp.Expr, least_area: sp.Expr
) -> Relations:
    """Both at a sine C/V: the radius falls with the length V, the crease does not depend on it."""
    sine = area / length
    near, bent = radius.subs(s, sine), crease.subs({s: sine, h: eta * length})
    yield same(sp.diff(bent, length), 0)
    yield nonnegative(-sp.diff(near, length), near / length)
    shares = [each.subs({length: R, tau: direction}) / (direction * area) for each in (near, bent)]
    yield same(error, direction * least_area * sp.Min(*map(sp.simplify, shares)))


def unread_coordinates_cost_more(no_larger: sp.Expr, direction: sp.Expr) -> Relations:
    """The error with the second of either pair; at η ≤ 1, N ≥ 1 and d ≥ 2."""
    yield same(no_larger, direction * (eta * mu) * eta / 16)
    more, others, root = sp.symbols("p q w", nonnegative=True)
    at = {eta: 1 / (1 + more), N: 1 + others, d: 1 + (1 + root) ** 2}
    share = no_larger.subs(at) / mu
    yield nonnegative(1 - share, by_coefficients(1 - share, more, others, root))


def chances_are_slabs(
    weight_chance: sp.Expr, minor_chance: sp.Expr, target_chance: sp.Expr, length_chance: sp.Expr, slab: sp.Expr
) -> Relations:
    """A weight; a minor, given the length ρ of two entries of one row, of the density ρ exp(−ρ²/2); a weight and the target; squares."""
    yield same(weight_chance, slab.subs(level, eta))
    other, weight = sp.Symbol("rho", positive=True), sp.Symbol("w", real=True)
    mean = sp.integrate(slab.subs(level, eta**2 / other) * other * sp.exp(-(other**2) / 2), (other, 0, sp.oo))
    yield same(minor_chance, mean)
    yield same(target_chance, slab.subs(level, eta * mu / (sp.sqrt(2) * mu)))
    square = sp.integrate(weight**2 * sp.exp(-(weight**2) / 2) / sp.sqrt(2 * sp.pi), (weight, -sp.oo, sp.oo))
    yield same(length_chance, d * square / R**2)


def chances_add_up(
    failure: sp.Expr,
    minors: sp.Expr,
    weight_chance: sp.Expr,
    minor_chance: sp.Expr,
    target_chance: sp.Expr,
    length_chance: sp.Expr,
) -> Relations:
    """Pairs of rows with pairs of columns, weights, and rows."""
    yield same(minors, N * (N - 1) / 2 * (d * (d - 1) / 2), by=sp.expand_func)
    weights = N * d + N
    yield same(failure, weights * weight_chance + minors * minor_chance + N * (target_chance + length_chance))


def flat_targets(flat_error: sp.Expr, direction: sp.Expr, eta_taken: sp.Expr, R_taken: sp.Expr) -> Relations:
    """At N = d, where both bounds are worse: the smaller one of each pair, and what is left of δ."""
    p, q = sp.symbols("p q", nonnegative=True)
    inside = {d: 2 + q, delta: 1 / (1 + p)}
    taken = {eta: eta_taken, R: R_taken, mu: 1 / sp.sqrt(d)}
    smaller = (direction * (eta**2 / R) * (eta / 16)).subs(taken).subs(N, d)
    yield same(flat_error, smaller)
    for larger, less in ((mu * R, eta), (4, eta * R)):
        gap = (larger**2 - less**2).subs(taken).subs(inside)
        yield nonnegative(gap, by_coefficients(gap, p, q))
    rest = (delta - sp.expand_func(failure)).subs(taken).subs(N, d).subs(inside)
    yield nonnegative(rest, by_coefficients(rest, p, q))


weights_in_turn = Claim(
    label="N12",
    title="For small errors weight pruning needs a neuron for each coordinate of a target of which none is near 0",
    statement=r"""
The target and the source are those of N4.1: $\sigma(\langle w^*,x\rangle)$ on the unit ball, and
$\sigma(\sum_{i\le N}\alpha_i\sigma(\langle w_i,x\rangle))$ with independent standard normal weights, any of which may be removed. Let all
coordinates of $w^*$, $\|w^*\|_2=1$, have a modulus of at least $\mu$, and let $0<\eta\le1$ and $R>0$. Except with probability at most
$$[[failure]]$$ every mask whose error is below $$[[error]]$$ leaves at most one input weight to each neuron that keeps its output weight;
so with fewer than $d$ neurons every mask has at least this error.

**A flat target**, $w^*=(1,\dots,1)/\sqrt d$. With fewer than $d$ neurons the error of every mask is at least $[[flat_error]]$, except with
probability at most $\delta$. So for fixed $\delta$, and for errors below a multiple of $d^{-17/2}$, $d$ neurons are needed, while by N4.1 a
number of the order $d\ln\frac d\varepsilon$ is enough. For such errors the factor $d$ is needed, up to the logarithm, and no multiple of
$\ln\frac1\varepsilon$ is enough for all $d$ and $\varepsilon$. For larger errors this says nothing.
""",
    steps=STEPS,
    source=Source(
        "2603.02234",
        "v3",
        "abstract: “weight pruning succeeds with only O(log(1/ε)) hidden units”, where v1 has the factor $d$; what the orders say of d was not at hand",
    ),
    provenance=Provenance.EXTENSION,
    quantities=(
        INPUTS,
        Quantity(N, "number of neurons before pruning", COUNT, drawn=(1, 30)),
        Quantity(
            eta,
            "least modulus of a weight",
            CLOSED_UNIT,
            drawn=(sp.Rational(1, 100), 1),
            convention="beyond, the probability of failure is above 1",
        ),
        Quantity(R, "greatest length of a row of weights", POSITIVE, drawn=(1, 40)),
        Quantity(mu, "least modulus of a coordinate of the target", CLOSED_UNIT, convention=NOTHING_BEYOND),
        FAILURE,
        Quantity(s, "least sine of the angle of a neuron with another one or with the target", CLOSED_UNIT),
        Quantity(h, "height of a crease, the change of slope", NON_NEGATIVE),
        Quantity(
            tau, "least modulus of the cosine of a direction with given ones", CLOSED_UNIT, convention=NOTHING_BEYOND
        ),
        Quantity(level, "modulus of a normal number", NON_NEGATIVE),
        Quantity(v, "coordinate of the kept part of a row", sp.S.Reals),
        Quantity(z, "coordinate of another vector", sp.S.Reals),
    ),
    hypotheses=(
        Hypothesis("independent standard normal weights, independent of the target"),
        Hypothesis("a ReLU after the output"),
    ),
    also=(
        "slab",
        "all_slabs",
        "level_taken",
        "direction",
        "radius",
        "crease",
        "cross",
        "one_product",
        "least_area",
        "no_larger",
        "weight_chance",
        "minor_chance",
        "target_chance",
        "length_chance",
        "minors",
        "eta_taken",
        "R_taken",
    ),
    unmeasured=(
        Unmeasured(expression="error", why="each of the powers is that of a proof, not of a network"),
        Unmeasured(expression="flat_error", why="as *error*, at one choice of its letters"),
        Unmeasured(expression="failure", why="a union bound over all weights, minors and rows"),
    ),
    because={
        "slab": slab_is_twice_its_height,
        "all slabs": (slabs_have_less_than_half, lambda level_taken: same(level_taken, sp.Rational(3, 5) / N)),
        "direction": unit_vectors_are_shorter,
        "radius": half_is_left_around_the_point,
        "crease": crease_is_a_kink,
        "cross": cross_is_a_determinant,
        "pairs": one_entry_is_gone,
        "least area": areas_of_pairs,
        "error": error_of_a_row,
        "unread": unread_coordinates_cost_more,
        "chances": chances_are_slabs,
        "failure": chances_add_up,
        "flat": flat_targets,
    },
    wrong=lambda: {
        "error: one product for all": direction * eta * mu * eta / 16,
        "error: no length": direction * least_area * eta / 16,
        "failure: no minors": failure - minors * minor_chance,
        "failure: one row": failure / N,
        "flat_error: one dimension": flat_error * d,
        "flat_error: all of the failure": flat_error / sp.sqrt(delta),
        "radius: all of it": 2 * radius,
        "crease: the height alone": radius * h,
        "crease: as at a distance": radius * h / 2,
        "cross: a scalar product": v[0] * z[0] + v[1] * z[1],
        "minor_chance: a normal number": weight_chance.subs(eta, eta**2),
        "target_chance: one weight": weight_chance,
        "least_area: the target alone": eta * mu,
    },
)
