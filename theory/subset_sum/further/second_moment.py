"""R2: how many pairs of subsets come close to a target together, and how likely a single hit is."""

from dataclasses import replace
from functools import cache

import sympy as sp

from sparse_limits.theory.bounds import Sharp, Side
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.formulas.let import Let
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT_FROM_ZERO, NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, at_sizes, same
from sparse_limits.theory.subset_sum.expected_count import empty_subset, expected_count
from sparse_limits.theory.subset_sum.symbols import DISTANCE, ITEMS, TARGET, eps, n, z

a, b, c = sp.symbols("a b c", integer=True, nonnegative=True)  # items of the first subset alone, the second, both
i, j, q, m = sp.symbols("i j q m", integer=True)
sigma, tau = sp.symbols("sigma tau", integer=True)  # which end of the interval: z + ε at 0, z − ε at 1
x, y = sp.symbols("x y", nonnegative=True)
gap = sp.Symbol("g", real=True)  # y − x
moved = sp.Symbol("h", integer=True)  # how far the items of the first subset alone move x
start = sp.Symbol("u", real=True)  # y − x but for the items of the second subset alone
degree = sp.Symbol("d", integer=True, positive=True)  # of x
power = sp.Symbol("e", integer=True, nonnegative=True)  # of y − x
others, lowest = sp.symbols("f l", integer=True, nonnegative=True)  # items not in the first subset, the least b
count = sp.Symbol("E", positive=True)
r, s = sp.symbols("r s", positive=True)  # arguments of a Laplace transform
mean, square = sp.symbols("mu_1 mu_2", positive=True)  # E N and E N²


weight = 1 + sp.sign(gap)  # how often a term counts, mirror images being left out


def alternating(order: sp.Expr, index: sp.Symbol, body: sp.Expr) -> sp.Expr:
    """A difference of some order."""
    return sp.Sum((-1) ** index * sp.binomial(order, index) * body, (index, 0, order))


def ends(index: sp.Symbol, body: sp.Expr) -> sp.Expr:
    """A difference over both ends of the interval."""
    return sp.Sum((-1) ** index * body, (index, 0, 1))


item = sp.sinh(r) / r
pair_transform = item**a * item.subs(r, s) ** b * item.subs(r, r + s) ** c / (r * s)
cone_transform = 1 / (r ** (a + 1) * s ** (b + 1) * (r + s) ** c)
truncated_power = sp.Sum(
    sp.binomial(a + m, a) * (y - x) ** (b - m) / sp.factorial(b - m) * x ** (a + c + m) / sp.factorial(a + c + m),
    (m, 0, b),
)
least = sp.Max(0, 1 - c)  # neither subset is empty
of_first = sp.binomial(n, a + c) * sp.binomial(a + c, c)  # which items are in the first subset, and which in both
of_second = sp.binomial(n - a - c, b)
arrangements = of_first * of_second


def pairs_of_subsets() -> sp.Expr:
    """Over all pairs, differences of T over the ends of the interval and of the items, halved for each item.

    What has x > y is left out, and what has x < y counts twice.
    """
    smaller = z + (1 - 2 * sigma) * eps + moved + c - 2 * q
    along = alternating(c, q, sp.Max(0, smaller) ** degree / sp.factorial(degree))
    counted = Let(weight * gap**power, [(gap, start - 2 * j)])
    apart = [(start, 2 * (sigma - tau) * eps + b - moved), (power, b - m)]
    gaps = ends(tau, Let(alternating(b, j, counted), apart)) / sp.factorial(b - m)
    between = sp.Sum(of_second.subs(a, n - c - others) / 2**b * gaps, (b, lowest, others))
    corners = ends(sigma, alternating(a, i, Let(along * between, [(moved, a - 2 * i)])))
    terms = Let(sp.binomial(a + m, a) * corners, [(degree, a + c + m), (lowest, sp.Max(m, least))])
    of_both = Let(of_first / 2 ** (a + c) * sp.Sum(terms, (m, 0, others)), [(others, n - a - c)])
    return sp.Sum(sp.Sum(of_both, (a, least, n - c)), (c, 0, n))


with_empty = empty_subset * Let(2 * count - 1, [(count, expected_count)])
second_moment = with_empty + pairs_of_subsets()
hit_at_least = mean**2 / square
hit_at_most = sp.Min(1, mean)

pairs_with_empty = 2 * mean - 1

STEPS = proof(
    r"""
pairs (by linearity): $\mathbb EN^2=\sum_{S,T}\Pr(\text{both hit})$, the sum over all pairs of subsets.

arrangements: The number of pairs with $a=|S\setminus T|$, $b=|T\setminus S|$, $c=|S\cap T|$ is
$\frac{n!}{a!\,b!\,c!\,(n-a-b-c)!}=[[arrangements]]$.

common part (from pairs, arrangements; by tower): Given the sum $s$ of the common items, the two events are independent, with the
probabilities $p_a(z-s)$ and $p_b(z-s)$. This gives the integral.

item: An item has the two-sided Laplace transform $\mathbb Ee^{-rX}=[[item]]$.

pair of sums (from item; by product): The distribution function of the pair of sums has the transform $[[pair_transform]]$ in $r$ and $s$:
an item of $S$ alone has the transform of an item at $r$, an item of $T$ alone at $s$, and an item of both at $r+s$; and the distribution
function is an integral in either argument.

cone (from pair of sums): The distribution function is $2^{-a-b-c}$ times a difference of order $a+b+c$, one difference for each item, of
the function with the transform $[[cone_transform]]$. This function is the integral over $v$ of the three powers with the transforms
$r^{-a-1}$, $s^{-b-1}$, and $(r+s)^{-c}$ along the diagonal.

truncated power (from cone; at some sizes: each pair of powers is integrated by itself, as polynomials; x and y are free): For $0\le x\le
y$, with $y-v=(y-x)+(x-v)$ and a Beta integral for each power of $y-x$, this integral is $[[truncated_power]]$; for $c=0$ it is the product
of the two powers, by the binomial theorem.

corners (from cone; by additivity): Let neither subset be empty. Then the law of the pair has no atoms. $T=0$ for $x<0$ or $y<0$, and so is
the largest of $x$ and $0$ to the power $a+c+m\ge1$. The probability of both events together is the second difference over the corners
$(z\pm\varepsilon,z\pm\varepsilon)$.

mirror images (from truncated power, corners): For $x\ge y$ exchange $a$ with $b$ and $x$ with $y$. Summed over all $a,b$, the terms with
$x>y$ mirror the terms with $x<y$, and the terms with $x=y$ mirror each other. So with $g=y-x$ a term may be counted $[[weight]]$ times:
twice for $x<y$, not at all for $x>y$, once for $x=y$.

empty subset (from pairs): If $|z|\le\varepsilon$, the empty subset hits. The other hits are $1$ fewer. In expectation, the squared number
of all hits is larger by $[[pairs_with_empty]]$ than that of the others: there is one pair of the empty subset with itself, and there are
two with each of the others.

second moment (from arrangements, common part, mirror images, empty subset; at some points: all pairs of subsets are counted, which needs n;
targets and widths are then numbers): Items in both subsets change $x$ and leave $y-x$ unchanged. Items of $T$ alone change $y-x$ and leave
$x$ unchanged. So their differences are two factors. All pairs together give $[[second_moment]]$.

at least (by Cauchy–Schwarz): $(\mathbb EN)^2=(\mathbb E[N\mathbf 1\{N\ge1\}])^2\le\mathbb EN^2\Pr(N\ge1)$, so that
$\Pr(N\ge1)\ge[[hit_at_least]]$, with equality if $N$ is a multiple of $\mathbf 1\{N\ge1\}$: the mean square of $N-t\mathbf 1\{N\ge1\}$ is
nonnegative.

at most (by Markov): $\mathbf 1\{N\ge1\}\le\min(1,N)$, with equality for all $N\le1$, and for $N\ge1$ with $1$:
$\Pr(N\ge1)\le[[hit_at_most]]$.
""",
    globals(),
)

POISSON = expected_count + expected_count**2


@cache
def integrated(a: int, b: int, c: int) -> sp.Expr:
    """T(x, y) from its definition, a polynomial."""
    v = sp.Symbol("v", nonnegative=True)
    alone = ((x - v) ** a / sp.factorial(a)) * ((y - v) ** b / sp.factorial(b))
    if c == 0:
        return alone.subs(v, 0)
    return sp.integrate(sp.expand(alone * v ** (c - 1) / sp.factorial(c - 1)), (v, 0, x))


SIZES = ((2, 3, 2), (3, 1, 3), (0, 2, 1), (2, 2, 0), (1, 0, 2))


def truncated_power_is_an_integral_over_the_common_part(truncated_power: sp.Expr) -> Relations:
    """The integral of the three powers, as polynomials in x and y."""
    places = [dict(zip((a, b, c), sizes, strict=True)) for sizes in SIZES]
    cases = ((valued(truncated_power, at).doit(), integrated(*at.values())) for at in places)
    yield at_sizes(cases, "numbers of items")


def items_are_of_four_kinds(arrangements: sp.Expr) -> Relations:
    """None of them in one way; one more of any kind, from n that are of neither subset, over how many there then are of it."""
    all_items = n + a + b + c
    here = arrangements.subs(n, all_items)
    for kind in (a, b, c):
        more = valued(valued(arrangements, {kind: kind + 1}), {n: all_items}) * (kind + 1)
        yield same(more, here * n, by=lambda gap: sp.gammasimp(gap / here))
    yield same(arrangements.subs({a: 0, b: 0, c: 0}), sp.S.One)
    yield same(arrangements.subs({n: 5, a: 2, b: 1, c: 1}), 5 * 4 * 3)  # b, c and the one left out, in this order


def an_item_has_this_transform(item: sp.Expr) -> Relations:
    """The mean of e^(−rX) over [−1, 1]."""
    place = sp.Symbol("place", real=True)
    mean = sp.integrate(sp.exp(-r * place) / 2, (place, -1, 1))
    yield same(item, mean, by=lambda gap: sp.expand(gap.rewrite(sp.exp)))


def items_multiply_transforms(item: sp.Expr, pair_transform: sp.Expr) -> Relations:
    """One item more of each kind is one factor more; no item leaves the transform of two steps at 0."""
    for kind, place in ((a, r), (b, s), (c, r + s)):
        more = pair_transform.subs(kind, kind + 1) / pair_transform
        yield same(sp.powsimp(more), item.subs(r, place), by=lambda gap: sp.simplify(sp.powsimp(gap)))
    yield same(pair_transform.subs({a: 0, b: 0, c: 0}), 1 / (r * s))


def differences_stand_for_the_exponentials(pair_transform: sp.Expr, cone_transform: sp.Expr) -> Relations:
    """Each item is half of a difference, e^r − e^(−r) at its place, and what is left is the transform."""
    steps = sp.sinh(r) ** a * sp.sinh(s) ** b * sp.sinh(r + s) ** c
    yield same(pair_transform, steps * cone_transform, by=lambda gap: sp.powsimp(sp.expand_power_base(gap)))
    start, rate = sp.symbols("v rate", positive=True)
    along = sp.integrate(sp.exp(-rate * start), (start, 0, sp.oo)).subs(rate, r + s)
    yield same(cone_transform.subs(c, c + 1) / cone_transform, along)


def mirror_images_count_twice(weight: sp.Expr) -> Relations:
    """A term and its mirror image count twice together, and what has x > y does not count."""
    beyond = sp.Symbol("beyond", positive=True)
    yield same(weight, 2 - weight.subs(gap, -gap))
    yield same(weight.subs(gap, -beyond), 0)


def the_empty_subset_adds_its_pairs(pairs_with_empty: sp.Expr) -> Relations:
    """The mean of N² less that of (N − 1)², multiplied out."""
    number = sp.Symbol("N")
    others = sp.expand((number - 1) ** 2).subs(number**2, square).subs(number, mean)
    yield same(square - pairs_with_empty, others)


def the_mean_square_vanishes_at_the_bound(hit_at_least: sp.Expr) -> Relations:
    """square − 2t·mean + t²·hit, least at t = mean/hit, is 0 for a hit of this probability."""
    t = mean / hit_at_least
    yield same(square + t**2 * hit_at_least, 2 * t * mean)


subset_pairs = Claim(
    label="R2",
    title="Exact second moment of the count, and two-sided bounds on the probability of a hit",
    statement=r"""
Let $N$ be the number of subsets of $n\ge0$ independent items, uniform on $[-1,1]$, whose sum is within
$\varepsilon\ge0$ of $z$ (R1.1). Let $p_k(t)=\Pr(|S_k-t|\le\varepsilon)$ for a sum $S_k$ of $k$ items,
$p_0(t)=\mathbf 1\{|t|\le\varepsilon\}$, and let $f_c$ be the density of $S_c$ ($f_0=\delta_0$). Then $$\mathbb
EN^2=\sum_{a+b+c\le n}\frac{n!}{a!\,b!\,c!\,(n-a-b-c)!}\int p_a(z-s)\,p_b(z-s)f_c(s)\,ds.$$ In closed form
$$\mathbb EN^2=[[second_moment]],$$ a rational number for rational $z,\varepsilon$. The closed form consists of
differences of the function $$T(x,y)=[[truncated_power]]\qquad(0\le x\le y),$$ which is
$\int_0^x\frac{(x-v)^a}{a!}\frac{(y-v)^b}{b!}\frac{v^{c-1}}{(c-1)!}dv$ for $c\ge1$ and $\frac{x^a}{a!}\frac{y^b}{b!}$
for $c=0$. With $\mu_1=\mathbb EN$, $\mu_2=\mathbb EN^2$: $$[[hit_at_least]]\le\Pr(N\ge1)\le[[hit_at_most]],$$ the
lower bound for $\mu_2>0$. The lower bound is attained by every $N$ that takes at most one value other than $0$, the
upper bound by every $N\le1$ and by every $N\ge1$. Both are attained at $n=1$ for $|z|>\varepsilon$.
""",
    steps=STEPS,
    source=Source(
        "2006.07990",
        "NeurIPS 2020",
        "beyond the abstract; the second moment of random subset sums, as in Karmarkar et al. (1986), here exactly",
    ),
    provenance=Provenance.EXTENSION,
    quantities=(
        ITEMS.drawn_from(3, 3),
        Quantity(a, "number of items in the first of two subsets alone", COUNT_FROM_ZERO, drawn=(1, 2)),
        Quantity(b, "number of items in the second of two subsets alone", COUNT_FROM_ZERO, drawn=(1, 2)),
        Quantity(c, "number of items that two subsets share", COUNT_FROM_ZERO, drawn=(1, 2)),
        Quantity(x, "smaller argument of a truncated power", NON_NEGATIVE, drawn=(sp.Rational(1, 4), 1)),
        Quantity(y, "larger argument of a truncated power", NON_NEGATIVE, drawn=(sp.Rational(5, 4), 2)),
        Quantity((r, s), "arguments of a Laplace transform, at the first and at the second sum", POSITIVE),
        Quantity(gap, "second argument less the first, before they are put in order", sp.S.Reals, drawn=(-2, 2)),
        TARGET.drawn_from(-2, 2),
        replace(DISTANCE, within=NON_NEGATIVE, drawn=(sp.Rational(1, 20), 2)),
        Quantity(mean, "mean of the number of subsets that come close", NON_NEGATIVE, drawn=(sp.Rational(1, 10), 3)),
        Quantity(
            square, "mean of the squared number of subsets that come close", POSITIVE, drawn=(sp.Rational(1, 10), 9)
        ),
    ),
    hypotheses=(
        Hypothesis("arguments of the truncated power in order", x <= y),
        Hypothesis("a mean square that is at least the squared mean", mean**2 <= square),
        Hypothesis("a mean square that is at least the mean, as the number is whole", mean <= square),
        Hypothesis("the items are independent and uniform on [−1, 1]"),
        Hypothesis("the empty subset counts"),
    ),
    uses=("R1.1",),
    equivalent_mutants=dict.fromkeys(
        (
            "arrangements = binomial(n, b + c)*binomial(b + c, c)*binomial(-b - c + n, a)",
            "arrangements = binomial(n, a + b)*binomial(a + b, b)*binomial(-a - b + n, c)",
        ),
        "the same number, whichever kind of items is chosen first",
    ),
    sharp=(
        Sharp(
            expression="hit_at_least",
            example="a number that is $0$ or a constant",
            check="two_valued_counts_attain_both_bounds",
            side=Side.BELOW,
        ),
        Sharp(
            expression="hit_at_most",
            example="a number that is at most $1$",
            check="two_valued_counts_attain_both_bounds",
        ),
    ),
    because={
        "truncated power": truncated_power_is_an_integral_over_the_common_part,
        "arrangements": items_are_of_four_kinds,
        "item": an_item_has_this_transform,
        "pair of sums": items_multiply_transforms,
        "cone": differences_stand_for_the_exponentials,
        "mirror images": (mirror_images_count_twice, lambda weight: same(weight.subs(gap, 0), 1)),
        "empty subset": the_empty_subset_adds_its_pairs,
        "at least": the_mean_square_vanishes_at_the_bound,
    },
    wrong=lambda: {
        "truncated_power: nothing in common": x**a * y**b / (sp.factorial(a) * sp.factorial(b)),
        "truncated_power: x for y − x": truncated_power.subs(y, 2 * x),
        "truncated_power: one common item fewer": truncated_power.subs(c, c - 1),
        "second_moment: Poisson": POISSON,
        "second_moment: independent subsets": expected_count**2,
        "second_moment: forgets the empty subset": second_moment - empty_subset * (2 * expected_count - 1),
        "arrangements: one subset": sp.binomial(n, a + b + c),
        "item: of one sign": (1 - sp.exp(-r)) / r,
        "item: the cosine": sp.cosh(r),
        "pair_transform: nothing in common": pair_transform.subs(c, 0),
        "pair_transform: densities": r * s * pair_transform,
        "pair_transform: the common items in one sum": pair_transform * (item / item.subs(r, r + s)) ** c,
        "cone_transform: one common item fewer": cone_transform.subs(c, c + 1),
        "cone_transform: densities": r * s * cone_transform,
        "weight: all twice": sp.Integer(2),
        "weight: all once": sp.Integer(1),
        "weight: the mirror images": 1 - sp.sign(gap),
        "weight: twice": 2 * sp.Heaviside(gap, 1),
        "weight: not at all": 2 * sp.Heaviside(gap, 0),
        "pairs_with_empty: the empty subset alone": sp.S.One,
        "pairs_with_empty: every pair once": mean,
        "pairs_with_empty: itself twice": 2 * mean,
        "hit_at_least: forgets the square": mean / square,
        "hit_at_least: variance for the second moment": mean**2 / (square - mean**2),
        "hit_at_least: root of the lower bound": sp.sqrt(hit_at_least),
        "hit_at_least: the mean square over the squared mean": square / mean**2,
        "hit_at_least: the mean": 2 * sp.Max(1, mean),
        "hit_at_most: half the mean": sp.Min(1, mean / 2),
        "hit_at_most: twice the mean": sp.Min(1, 2 * mean),
        "hit_at_most: above one": mean,
    },
)
