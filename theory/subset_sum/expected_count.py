"""R1: how many subsets of random numbers come close to a target, in the mean."""

from collections.abc import Callable
from dataclasses import replace

import sympy as sp

from sparse_limits.theory.bounds import Loose
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, nonnegative, same
from sparse_limits.theory.subset_sum.symbols import DISTANCE, HITS, ITEMS, SUBSET, SUBSET_SIZE, TARGET, eps, k, n, z

j = sp.Symbol("j", integer=True)
t = sp.Symbol("t", real=True)
u = sp.Symbol("u", positive=True)
r = sp.Symbol("r", nonnegative=True)

# E N exactly

sum_cdf = sp.Sum((-1) ** j * sp.binomial(k, j) * sp.Max(t + k - 2 * j, 0) ** k, (j, 0, k)) / (2**k * sp.factorial(k))
empty_subset = sp.Piecewise((1, sp.Abs(z) <= eps), (0, True))
expected_count = empty_subset + sp.Sum(
    sp.binomial(n, k) * (sum_cdf.subs(t, z + eps) - sum_cdf.subs(t, z - eps)), (k, 1, n)
)

# E N for large n: b·X with a fair bit b and X uniform on [−1, 1] has the characteristic function φ

characteristic = (1 + sp.sin(u) / u) / 2
leading = 2 ** (n + 1) * eps * sp.sqrt(3 / (sp.pi * n))
correction = (sp.Rational(3, 40) - 3 * z**2 - eps**2) / n

# On [0, π]: φ ≤ exp(−rate·u²), log φ + u²/12 ≤ quartic·u⁴ and ≤ u⁴/1440 + sextic·u⁶, with equality at π
rate = sp.log(2) / sp.pi**2
quartic = (sp.pi**2 / 12 - sp.log(2)) / sp.pi**4
sextic = (quartic - sp.Rational(1, 1440)) / sp.pi**2


def moment_ratio(order: int, variance: sp.Expr) -> sp.Expr:
    """∫u^order exp(−n u²/(2·variance)) du over ∫exp(−n u²/12) du, both over u > 0, for an even order."""
    return sp.factorial2(order - 1) * (variance / n) ** (order // 2) * sp.sqrt(variance / 6)


density = sp.sqrt(3 / (sp.pi * n))  # what the expansion is a multiple of
modulus = sp.Symbol("y", nonnegative=True)  # |sin u/u|

truncated = sp.Max(t, 0) ** k / sp.factorial(k)
averaged = (sp.Max(t + 1, 0) ** (k + 1) - sp.Max(t - 1, 0) ** (k + 1)) / (2 * sp.factorial(k + 1))
other_terms = n * (n - 1) / 2 * modulus**2 * (1 + modulus) ** (n - 2)
many_error = n * (n - 1) / 2 * (1 + 1 / sp.pi) ** (n - 2) / sp.pi**2 / 2**n
few_error = (sp.Rational(3, 2) * n + 1) / 2**n


def _near() -> sp.Expr:
    """What φⁿ cos(ru) differs from its expansion by on [0, π], over the density."""
    spread = 1 / (2 * rate)
    return (
        n * sextic * moment_ratio(6, sp.Integer(6))
        + r**4 / 24 * moment_ratio(4, sp.Integer(6))
        + n**2 * quartic**2 / 2 * moment_ratio(8, spread)
        + n * quartic * r**2 / 2 * moment_ratio(6, spread)
    )


def _far() -> sp.Expr:
    """The expansion beyond π, over the density."""
    wide = sp.Integer(12)
    terms = moment_ratio(0, wide) + r**2 / 2 * moment_ratio(2, wide) + n * moment_ratio(4, wide) / 1440
    return sp.exp(-n * sp.pi**2 / 24) * terms


near_error, far_error = density * _near(), density * _far()


def _tail() -> sp.Expr:
    """Subsets of two or more items beyond π, and those of at most one item on [0, π]."""
    many = sp.binomial(n, 2) * (1 + 1 / sp.pi) ** (n - 2) / sp.pi**2
    return sp.sqrt(sp.pi * n / 3) * (many + 3 * n / 2 + 1) / 2**n


remainder = _near() + _far() + _tail()
# What the remainder bounds; there is no sign for SymPy to look for in so many sums
lacking = sp.Abs(expected_count - empty_subset - leading * (1 + correction), evaluate=False) / leading
next_term = sp.Rational(5, 28) + sp.Rational(21, 640)  # what n² times the relative error tends to at z = 0, ε → 0

FIRST_MOMENT = Source(
    "2006.07990",
    "NeurIPS 2020",
    "beyond the abstract; the first moment of random subset sums, as in Karmarkar et al. (1986), with an expansion of ours",
)
COUNT_STEPS = proof(
    r"""
truncated power (a definition): $F_0(t)=1\{t\ge0\}$ is $[[truncated]]$ at $k=0$, which is read as $0$ for $t<0$.

average of a power (from truncated power): $F_{k+1}(t)=\frac12\int_{-1}^1F_k(t-x)\,dx$, because a further item is independent and uniform.
For the truncated power this average is $[[averaged]]$.

sum of items (from average of a power): In $F_k=[[sum_cdf]]$ the average of the power with $j$ consists of the powers with $j$ and $j+1$ at
$k+1$. Their factors add up by Pascal's rule, $\binom kj+\binom k{j-1}=\binom{k+1}j$.

subsets (by linearity): $\mathbb EN=\sum_S\Pr(|\sum_SX_i-z|\le\varepsilon)$, the sum of the means of indicators.

count (from sum of items, subsets): There are $\binom nk$ subsets of $k$ items, and the law of their sums has no atoms for $k\ge1$. The
empty subset gives an indicator. So the mean number is $[[expected_count]]$.
""",
    globals(),
)


def normal_count(variance: sp.Expr) -> sp.Expr:
    """2ⁿ times the probability of a normal number within ε of z."""
    scale = sp.sqrt(2 * variance)
    return 2**n * (sp.erf((z + eps) / scale) - sp.erf((z - eps) / scale)) / 2


v = sp.Symbol("v", positive=True)


def summand(formula: sp.Expr) -> sp.Expr:
    """What stands under the sums of a formula."""
    return formula.xreplace({each: each.function for each in formula.atoms(sp.Sum)})


def pascal(place: sp.Symbol) -> Callable[[sp.Expr], sp.Expr]:
    """A simplification of what is a multiple of (−1)^j C(k, j), whatever the maxima in it are."""

    def simplified(gap: sp.Expr) -> sp.Expr:
        hidden = gap.replace(sp.Max, sp.Function("largest"))
        signs = sp.expand(sp.powsimp(sp.expand_power_exp(hidden / (-1) ** place)))
        return sp.combsimp(signs / sp.binomial(k, place))

    return simplified


def average_is_a_difference_of_antiderivatives(truncated: sp.Expr, averaged: sp.Expr) -> Relations:
    """A power above 0, and 0 below; the next one is an antiderivative, above 0 and below; half of it from t − 1 to t + 1."""
    following = truncated.subs(k, k + 1)
    yield same(truncated.subs(t, -v), 0)
    yield same(truncated.subs(t, v), v**k / sp.factorial(k))
    for side in (1, -1):
        slope, value = sp.diff(following.subs(t, side * v), v), side * truncated.subs(t, side * v)
        yield same(slope, value, by=lambda gap: sp.simplify(sp.combsimp(gap)))
    yield same(averaged, (following.subs(t, t + 1) - following.subs(t, t - 1)) / 2, by=sp.expand)


def powers_are_averaged_by_the_rule_of_pascal(truncated: sp.Expr, averaged: sp.Expr, sum_cdf: sp.Expr) -> Relations:
    """The factor of each power at k + 1 from those at k, for all k and j; and 1 for no item."""
    place = sp.Symbol("j_1", integer=True, positive=True)
    term = summand(sum_cdf)
    factor = term / truncated.subs(t, t + k - 2 * j)
    yield same(factor.subs(k, 0).subs(j, 0), 1)
    here, before = factor.subs(j, place), factor.subs(j, place - 1)
    following = truncated.subs(k, k + 1)
    rest = here * (averaged.subs(t, t + k - 2 * place) + following.subs(t, t + k - 1 - 2 * place) / 2)
    shifted = before * following.subs(t, t + k + 1 - 2 * place) / 2
    power = term.subs(k, k + 1).subs(j, place)
    yield same(power, rest - shifted, by=pascal(place))


subset_count = Claim(
    label="R1.1",
    title="Expected number of subsets within ε of a target",
    statement=r"""
Let $X_1,\dots,X_n$ be independent and uniform on $[-1,1]$, $z\in\mathbb R$, $\varepsilon\ge0$ and
$N=\#\{S\subseteq[n]:|\sum_{i\in S}X_i-z|\le\varepsilon\}$. The sum of $k\ge1$ items has the distribution function
$F_k(t)=[[sum_cdf]]$, and $$\mathbb EN=[[expected_count]],$$ a rational number for rational $z,\varepsilon$.
""",
    steps=COUNT_STEPS,
    source=FIRST_MOMENT,
    provenance=Provenance.EXTENSION,
    quantities=(
        SUBSET_SIZE.drawn_from(1, 5),
        ITEMS.drawn_from(0, 6),
        Quantity(t, "argument of the distribution function of a sum of items", sp.S.Reals, drawn=(-4, 4)),
        TARGET.drawn_from(-2, 2),
        replace(DISTANCE, within=NON_NEGATIVE, drawn=(sp.Rational(1, 20), 2)),
    ),
    named={"F_k": sp.Lambda(t, sum_cdf)},
    symbols={
        "X_i": "item $i$, a number uniform on $[-1,1]$",
        **SUBSET,
        **HITS,
        "F_k": "distribution function of the sum of $k$ items",
        "j": "index of summation",
    },
    hypotheses=(
        Hypothesis("the items are independent and uniform on [−1, 1]"),
        Hypothesis("the empty subset counts"),
    ),
    because={
        "average of a power": average_is_a_difference_of_antiderivatives,
        "sum of items": powers_are_averaged_by_the_rule_of_pascal,
    },
    wrong=lambda: {
        "sum_cdf: no alternating sign": sum_cdf.xreplace({(-1) ** j: sp.Integer(1)}),
        "sum_cdf: items on [0, 1]": valued(sum_cdf, {t: 2 * t - k}),
        "sum_cdf: one item more": sum_cdf.subs(k, k + 1),
        "sum_cdf: not halved": 2**k * sum_cdf,
        "sum_cdf: items on [0, 2]": sum_cdf.subs(t, t - k),
        "expected_count: normal law of variance n/3": normal_count(n / 3),
        "expected_count: normal law of variance n/6": normal_count(n / 6),
        "expected_count: forgets the empty subset": expected_count - empty_subset,
        "expected_count: always counts the empty subset": expected_count - empty_subset + 1,
        "expected_count: open interval": expected_count - empty_subset + sp.Piecewise((1, sp.Abs(z) < eps), (0, True)),
        "expected_count: one side only": expected_count.subs(z - eps, z),
        "averaged: of an item on [0, 1]": averaged.subs(t, t - 1),
        "averaged: of the same power": averaged.subs(k, k - 1),
        "truncated: without the factorial": truncated * sp.factorial(k),
    },
)

EXPANSION_STEPS = proof(
    r"""
fair bits (by tower): $2^{-n}\mathbb EN=\Pr(|T-z|\le\varepsilon)$ with $T=\sum_ib_iX_i$ and fair bits $b_i$, because each subset is drawn
with probability $2^{-n}$.

one item: $b_iX_i$ has the characteristic function $\varphi(u)=[[characteristic]]$.

inversion (from fair bits, one item; cited: Feller, An Introduction to Probability Theory II (1971), XV.3: a law with an absolutely
integrable characteristic function has the continuous density that Fourier inversion gives): $T$ has an atom $2^{-n}$ at $0$, from the empty
subset, and otherwise the density $n2^{-n}f_1+\tilde f$. Here $f_1\le\frac12$ is the density of one item, and $\tilde
f(x)=\frac1\pi\int_0^\infty(\varphi^n-2^{-n}-n2^{-n}\frac{\sin u}u)\cos(xu)\,du$ is the part of two items or more.

two items or more (from inversion): With $y=|\frac{\sin u}u|$ the integrand is at most $2^{-n}\sum_{k\ge2}\binom
nky^k\le2^{-n}\,[[other_terms]]$, where each term on the right is $\frac{k(k-1)}2\ge1$ times as large.

beyond π (from two items or more): For $u\ge\pi$, $y\le\frac1u$. So this part of $\tilde f$ is at most $[[many_error]]$.

one item at most (from inversion): On $[0,\pi]$ the two subtracted terms contribute at most $(n+1)2^{-n}$, and $n2^{-n}f_1\le\frac
n22^{-n}$. Together these are $[[few_error]]$.

envelopes (from one item; gives rate, quartic, sextic): Let $g=\ln\varphi+\frac{u^2}{12}$. The function $(g-\frac{u^4}{1440})/u^6$ is
positive and increasing on $(0,\pi]$, by its Taylor series in ball arithmetic, and so are $g/u^4$ and $g/u^2$. At $\pi$, where
$\varphi=\frac12$, the three functions are $s=[[sextic]]$, $q=[[quartic]]$ and $\frac1{12}-\rho$, where $\rho=[[rate]]$.

elementary bounds (by integration): $e^y-1-y\le\frac{y^2}2e^y$ and $e^y-1\le ye^y$ for $y\ge0$; $|\cos y-1+\frac{y^2}2|\le\frac{y^4}{24}$
and $|\cos y-1|\le\frac{y^2}2$: integrate from $0$.

errors up to π (from envelopes, elementary bounds): So $\varphi^n$ differs from $e^{-nu^2/12}(1+\frac{nu^4}{1440})$ by at most
$e^{-nu^2/12}nsu^6+\frac{n^2q^2u^8}2e^{-n\rho u^2}$, and from $e^{-nu^2/12}$ by at most $nqu^4e^{-n\rho u^2}$. Use the first bound for the
term $1$ of $\cos(ru)$, the second for its term $\frac{r^2u^2}2$, and the fourth power for the rest. Together these contribute
$[[near_error]]$.

expansion beyond π (from fair bits): There $e^{-nu^2/12}\le e^{-n\pi^2/24}e^{-nu^2/24}$, and the expansion is at most $[[far_error]]$.

Gaussian integral (from inversion): The expression $\frac1\pi\int_0^\infty e^{-nu^2/12}(1+\frac{nu^4}{1440}-\frac{x^2u^2}2)\,du$, integrated
over $x\in[z-\varepsilon,z+\varepsilon]$ and multiplied by $2^n$, is $A(1+c)$ with $A=[[leading]]$, $c=[[correction]]$.

remainder (from beyond π, one item at most, errors up to π, expansion beyond π, Gaussian integral): The errors of the density increase with
$|x|\le r$. Divided by $\sqrt{3/\pi n}$, they add up to $R_n(r)=[[remainder]]$.

next term (from remainder): A further term of the expansion at $x=0$, $e^{-nu^2/12}(nc_3u^6+\frac{n^2c_2^2}2u^8)$ with $c_2=\frac1{1440}$,
$c_3=\frac1{18144}$, adds $[[next_term]]$ divided by $n^2$. The remaining errors are $O(n^{-3})$ by the same bounds.
""",
    globals(),
)


def relative(error: sp.Expr) -> sp.Expr:
    """Its modulus over the leading term, without a search for its sign."""
    return sp.Abs(error, evaluate=False) / leading


def an_item_has_this_characteristic_function(characteristic: sp.Expr) -> Relations:
    """φ(u) = E cos(u b X) with a fair bit b and X uniform on [−1, 1]."""
    item = sp.Symbol("item", real=True)
    yield same(
        characteristic, sp.Rational(1, 2) + sp.Rational(1, 2) * sp.integrate(sp.cos(u * item) / 2, (item, -1, 1))
    )


def terms_from_two_items_on(other_terms: sp.Expr) -> Relations:
    """y²/2 times the second derivative of (1 + y)ⁿ: each power yᵏ gets k(k − 1)/2, at k = 2 + i at least 1."""
    yield same(other_terms, modulus**2 / 2 * sp.diff((1 + modulus) ** n, modulus, 2))
    i = sp.Symbol("i", integer=True, nonnegative=True)
    yield nonnegative((2 + i) * (1 + i) / 2 - 1, (i**2 + 3 * i) / 2, by=sp.expand)


def subsets_of_many_items_beyond_pi(other_terms: sp.Expr, many_error: sp.Expr) -> Relations:
    """y² at most u⁻², whose integral from π on is 1/π; the rest at 1/π; over π and 2ⁿ."""
    tail = -sp.Integral(1 / u**2, u).doit().subs(u, sp.pi)
    yield same(many_error, (other_terms / modulus**2).subs(modulus, 1 / sp.pi) * tail / sp.pi / 2**n)


count_expansion = Claim(
    label="R1.2",
    title="Expected number of subsets for many items, with a remainder",
    headline=r"Take $n$ independent numbers, uniform on $[-1,1]$. The mean number of their subset sums within $\varepsilon\le1$ of a fixed $z$ is, for $\varepsilon$ not too small, up to a factor of $1+O(1/n)$, $$A=[[leading]].$$",
    statement=r"""
Let $N$ be the number of subsets in R1.1. Let $n\ge1$, $\varepsilon\ge0$ and $r=|z|+\varepsilon$. With the leading term $A=[[leading]]$
and its correction $c=[[correction]]$, $$\big|\mathbb EN-\mathbf 1\{|z|\le\varepsilon\}-A(1+c)\big|\le A\,R_n(r),\qquad
R_n(r)=[[remainder]].$$ So $\mathbb EN=A\,(1+O(1/n))$ for fixed $z$, uniformly over $n^22^{-n}\le\varepsilon\le1$, and
over all $\varepsilon\le1$ with $\varepsilon<|z|$.

The order $1/n^2$ of the remainder is sharp: for $z=0$ and
$\varepsilon\to0$ the left side is $A\,([[next_term]]+O(\frac1n))/n^2$.

*For the proof.* Let $\varphi(u)=[[characteristic]]$ be the characteristic
function of an item that is absent with probability one half. On $[0,\pi]$,
$\varphi\le e^{-\rho u^2}$, $0\le\ln\varphi+u^2/12\le q\,u^4$ and $0\le\ln\varphi+u^2/12-u^4/1440\le s\,u^6$ with
$\rho=[[rate]]$, $q=[[quartic]]$, $s=[[sextic]]$.
""",
    steps=EXPANSION_STEPS,
    source=FIRST_MOMENT,
    provenance=Provenance.EXTENSION,
    quantities=(
        replace(ITEMS, within=COUNT, drawn=(1, 6)),
        TARGET.drawn_from(-2, 2),
        replace(DISTANCE, within=NON_NEGATIVE, drawn=(sp.Rational(1, 20), 2)),
        Quantity(u, "argument of the characteristic function of an item", POSITIVE),
        Quantity(r, "sum of the modulus of the target and the distance allowed", NON_NEGATIVE),
        Quantity(modulus, "modulus of the characteristic function of an item that is present", NON_NEGATIVE),
    ),
    symbols={
        **HITS,
        "A": "leading term of the mean number of subsets",
        "c": "relative correction of the leading term, of the order $1/n$",
        "R_n": "bound on the relative error that is left, of the order $1/n^2$",
        r"\varphi": "characteristic function of an item that is absent half of the time",
        r"\rho,q,s": r"constants in bounds on $\varphi$",
    },
    hypotheses=(
        Hypothesis("the items are independent and uniform on [−1, 1]"),
        Hypothesis("every item is in half of the subsets, and the empty subset counts"),
    ),
    uses=("R1.1",),
    aids={"lacking": lacking},
    loose=(
        Loose(
            expression="remainder",
            truth="lacking",
            at=tuple({n: items, z: 0, eps: sp.Rational(1, 1000), r: sp.Rational(1, 1000)} for items in (20, 40)),
            lost=r"in $\varphi\le e^{-\rho u^2}$ on all of $[0,\pi]$, where $\varphi$ is near $e^{-u^2/12}$ for most of the integral",
            order="by *next term*, for $z=0$ and $\\varepsilon\\to0$",
        ),
    ),
    because={
        "one item": an_item_has_this_characteristic_function,
        "two items or more": terms_from_two_items_on,
        "beyond π": subsets_of_many_items_beyond_pi,
        "one item at most": lambda few_error: same(
            few_error, (sp.integrate(n + 1, (u, 0, sp.pi)) / sp.pi + n / 2) / 2**n
        ),
    },
    wrong=lambda: {
        "characteristic: no item is ever absent": sp.sin(u) / u,
        "characteristic: absent with probability 1/3": sp.Rational(1, 3) + sp.Rational(2, 3) * sp.sin(u) / u,
        "characteristic: items on [0, 2]": (1 + sp.sin(2 * u) / (2 * u)) / 2,
        "correction: no kurtosis": correction - sp.Rational(3, 40) / n,
        "correction: kurtosis of a present item": correction - sp.Rational(9, 40) / n,
        "correction: ignores the width": correction + eps**2 / n,
        "correction: target not squared": (sp.Rational(3, 40) - 3 * z - eps**2) / n,
        "correction: kurtosis of the wrong sign": correction - sp.Rational(3, 20) / n,
        "correction: target at the wrong weight": correction - 3 * z**2 / n,
        "remainder: forgets the target": remainder.subs(r, 0),
        "remainder: forgets subsets of many items": remainder - remainder.coeff(2**-n) / 2**n,
        "lacking: without the correction": relative(expected_count - empty_subset - leading),
        "lacking: with the empty subset": relative(expected_count - leading * (1 + correction)),
        "lacking: not relative": lacking * leading,
        "other_terms: pairs alone": other_terms / (1 + modulus) ** (n - 2),
        "other_terms: one power less": other_terms / modulus,
        "many_error: from 1 on": many_error * sp.pi,
        "many_error: not integrated": many_error * sp.pi**2,
        "few_error: the empty subset alone": 1 / 2**n,
        "few_error: without the density": (n + 1) / 2**n,
        "near_error: forgets the target": near_error.subs(r, 0),
        "far_error: forgets the target": far_error.subs(r, 0),
        "far_error: the whole exponent": far_error * sp.exp(-n * sp.pi**2 / 24),
    },
)
