"""B4 and B5: the path densities of a given budget that make the bound of B3 smallest."""

from collections.abc import Callable, Mapping
from functools import cache

import sympy as sp

from sparse_limits.theory.bounds import Sharp, Side
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.generalisation.path_bound import FEATURE, beta
from sparse_limits.theory.graphon.fixed_inputs import INPUTS
from sparse_limits.theory.graphon.fixed_inputs import inputs as d
from sparse_limits.theory.graphon.symbols import UP_TO_ONE
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT_FROM_ZERO, NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, nonnegative, same
from sparse_limits.theory.saliency.model import rho

lam = sp.Symbol("lambda", positive=True)  # the water level
total = sp.Symbol("A", positive=True)  # Σ|β_j|
rest = sp.Symbol("R", positive=True)  # Σ|β_j| over the features below the cap
full = sp.Symbol("C", nonnegative=True)  # Σβ_j² over the features at the cap
capped = sp.Symbol("k", integer=True, nonnegative=True)  # their number
density = sp.Symbol("r", positive=True)  # of one feature
over, over_square = sp.symbols("x q", nonnegative=True)  # Σ(|β_j| − λ) and Σ(|β_j| − λ)² over the features at the cap

BUDGET = Quantity(rho, "mean path density, the budget", UP_TO_ONE)

cost = beta**2 / density + lam**2 * density
share = sp.Min(1, sp.Abs(beta) / lam)
term = sp.Max(beta**2, lam * sp.Abs(beta))
water_level = rest / (d * rho - capped)
optimum = full + rest**2 / (d * rho - capped)
uncapped_optimum = total**2 / (d * rho)
surplus = over_square - over**2 / (d * rho)
abundant = full

STEPS = proof(
    r"""
objective (by B3 for path_term): The bound of B3 is a multiple of $\sum_j\beta_j^2/\rho_j$, which is to be minimised.

price (from objective; a definition): At the price $\lambda^2$ of density a feature of density $r$ costs $[[cost]]$.

one feature (from price): Over $0<r\le1$ the cost is smallest at $r=[[share]]$. Below the cap, its excess over the minimum is a square divided by $r$.
At the cap, where $|\beta|\ge\lambda$, a smaller $r$ adds $\beta^2(\frac1r-1)$, which is at least the price $\lambda^2(1-r)$ that it saves. A feature
with $\beta=0$ gets $r=0$.

one term (from one feature): There $\beta^2/r=[[term]]$.

all features (from one feature; by Lagrange): So these densities have the smallest sum of $\beta_j^2/\rho_j$ among all densities of the same mean, as
the price of that mean is the same.

some level (from one feature; by intermediate value): The mean equals the budget for some $\lambda>0$ if more than $d\rho$ of the $\beta_j$ are not
$0$: the sum of the $\min(1,|\beta_j|/\lambda)$ is continuous in $\lambda$, tends to the number of these as $\lambda\to0$ and to $0$ as
$\lambda\to\infty$.

water level (from all features, some level): With $k$ features at the cap the budget reads $k+R/\lambda=d\rho$, so that $\lambda=[[water_level]]$.

optimum (from one term, water level): The terms of the features at the cap add up to $C$, and the others to $\lambda R$. The sum is $[[optimum]]$.

no cap (from optimum): Where nothing is at the cap, $k=0$, $C=0$ and $R=A$, this is $[[uncapped_optimum]]$.

few at the cap (from water level; by Cauchy–Schwarz): The $k<d\rho$ numbers $|\beta_j|-\lambda\ge0$ at the cap have a sum $x$ and a sum of squares $q$
with $x^2\le kq$.

surplus (from no cap, few at the cap): In general the optimum exceeds the value without a cap by $[[surplus]]\ge0$, and by $0$ only for $x=q=0$, where
no $|\beta_j|$ is above $\lambda$.

budget to spare (from price, optimum): $\beta^2/r\ge\beta^2$ for $r\le1$. So if at most $d\rho$ of the $\beta_j$ are not $0$, densities of $1$ are
best for these, and the sum is $[[abundant]]$.
""",
    globals(),
)

y, z = sp.symbols("y z", nonnegative=True)  # what a number exceeds its least value by


def settled(expression: sp.Expr) -> sp.Expr:
    """The expression with the smaller or the larger of two sides in place, where the signs of the letters decide."""

    def chosen(extremum: type[sp.Expr]) -> Callable[[sp.Expr, sp.Expr], sp.Expr]:
        def choose(first: sp.Expr, second: sp.Expr) -> sp.Expr:
            for low, high in ((first, second), (second, first)):
                gap = sp.fraction(sp.together(high - low))
                if all(sp.expand(part).is_nonnegative for part in gap):
                    return low if extremum is sp.Min else high
            return extremum(first, second)

        return choose

    return expression.replace(sp.Min, chosen(sp.Min)).replace(sp.Max, chosen(sp.Max))


def in_cases(
    *cases: Mapping[sp.Symbol, sp.Expr], by: Callable[[sp.Expr], sp.Expr] = sp.simplify
) -> Callable[[sp.Expr], sp.Expr]:
    """A simplification that shows a difference to be 0 in cases which together cover all values of some letters."""

    def simplified(gap: sp.Expr) -> sp.Expr:
        left = (by(settled(valued(gap, case))) for case in cases)
        return next((each for each in left if each != 0), sp.S.Zero)

    return simplified


SIZES = tuple({beta: sign * lam * size} for sign in (1, -1) for size in (1 / (1 + y), 1 + y))


def share_costs_least(cost: sp.Expr, share: sp.Expr) -> Relations:
    """What r = 1/(1 + z) costs more: a square over r, and at the cap what 1 − r saves too little, both of known sign."""
    at_cap = sp.Max(sp.Abs(beta), lam)
    certificate = (sp.Abs(beta) - at_cap / (1 + z)) ** 2 * (1 + z) + z / (1 + z) * sp.Max(0, beta**2 - lam**2)
    more = cost.subs(density, 1 / (1 + z)) - cost.subs(density, share)
    yield nonnegative(more, certificate, by=in_cases(*SIZES, by=sp.cancel))


best_densities = Claim(
    label="B4",
    title="Water-filling: the best path densities of a given budget",
    headline=r"Let path densities $\rho_j\le1$ have a given mean, too small to give each $\beta_j\ne0$ the density $1$. Then $\sum_j\beta_j^2/\rho_j$ is smallest at densities in proportion to $|\beta_j|$, capped at $1$: $$\rho_j=[[share]],$$ with the $\lambda$ that gives this mean.",
    statement=r"""
**The problem.** Let $\beta_j$ be the coefficient of feature $j$. Let the path densities $0\le\rho_j\le1$ of $d$ features have the mean
$\rho$, the *budget*. Which of them make $\sum_j\beta_j^2/\rho_j$ smallest? The bound of B3 is a multiple of this sum. A term $0/0$ counts as $0$.

**The best densities.** Let more than $d\rho$ of the $\beta_j$ be different from $0$. Then the best densities are $\rho_j=[[share]]$: in proportion to
$|\beta_j|$, but cut off at the *cap* $1$. The *water level* $\lambda>0$ is the number for which their mean is $\rho$. Each term of the sum is then $[[term]]$.

**The smallest sum.** Let the $k$ largest $|\beta_j|$ be at the cap, $C$ the sum of their squares and $R$ the sum of the other $|\beta_j|$. Then
$$\lambda=[[water_level]],\qquad\text{optimum}=[[optimum]].$$

**Without the cap** the optimum would be $[[uncapped_optimum]]$ with $A=\sum|\beta_j|$. This is always a lower bound, and it is the optimum if and
only if $\max|\beta_j|\le\lambda$. The bound is smaller than the optimum by $[[surplus]]$, where $x$ and $q$ are the sums of $|\beta_j|-\lambda$ and of its
square over the features at the cap.

**A budget to spare.** If at most $d\rho$ of the $\beta_j$ are not $0$, these have $\rho_j=1$, the optimum is $[[abundant]]$, and the rest of the budget is free.
""",
    steps=STEPS,
    source=Source(
        "2602.06675", "v1", "textbook (without the cap it is Neyman's allocation, 1934); beyond the abstract"
    ),
    provenance=Provenance.EXTENSION,
    quantities=(
        FEATURE,
        Quantity(lam, "water level, the size of a coefficient from which on all paths are kept", POSITIVE),
        Quantity(total, "sum of the sizes of all coefficients", POSITIVE),
        Quantity(rest, "sum of the sizes of the coefficients below the water level", POSITIVE),
        Quantity(full, "sum of the squares of the coefficients from the water level on", NON_NEGATIVE),
        Quantity(capped, "number of coefficients from the water level on", COUNT_FROM_ZERO, drawn=(0, 2)),
        INPUTS.drawn_from(30, 60),
        BUDGET.drawn_from(sp.Rational(1, 5), sp.Rational(9, 10)),
        Quantity(density, "path density of one feature", UP_TO_ONE),
        Quantity(
            over, "sum, over the coefficients from the water level on, of what their sizes exceed it by", NON_NEGATIVE
        ),
        Quantity(over_square, "sum of the squares of what these exceed the water level by", NON_NEGATIVE),
    ),
    symbols={r"\beta_j": "coefficient of feature $j$ in the target", r"\rho_j": "path density of feature $j$"},
    hypotheses=(
        Hypothesis("the objective is the bound of B3, not the test error"),
        Hypothesis(
            "a budget below all paths, since more coefficients than it pays for are not 0",
            rho < 1,
            ("water_level", "optimum"),
        ),
        Hypothesis("fewer capped features than the budget pays for", capped < d * rho, ("water_level", "optimum")),
        Hypothesis("capped coefficients that reach the water level", full >= capped * water_level**2, ("optimum",)),
        Hypothesis("sums of fewer numbers than the budget pays for", over**2 <= d * rho * over_square, ("surplus",)),
        Hypothesis("no squares to add up where no feature is capped", sp.Eq(full, 0) | (capped > 0), ("optimum",)),
    ),
    sharp=(
        Sharp(
            expression="uncapped_optimum",
            example="targets with no coefficient above the water level",
            check="uncapped_optimum_is_a_lower_bound",
            side=Side.BELOW,
        ),
    ),
    because={
        "one feature": share_costs_least,
        "one term": lambda share, term: same(beta**2 / share, term, by=in_cases(*SIZES)),
        "no cap": lambda optimum, uncapped_optimum: same(
            optimum.subs({capped: 0, full: 0, rest: total}), uncapped_optimum, by=sp.factor
        ),
        "budget to spare": lambda cost, optimum, abundant: (
            same(optimum.subs(rest, 0), abundant),
            nonnegative(cost.subs({density: 1 / (1 + z), lam: 0}) - beta**2, beta**2 * z, by=sp.expand),
        ),
    },
    wrong=lambda: {
        "share: in proportion to β²": sp.Min(1, beta**2 / lam**2),
        "share: no cap": sp.Abs(beta) / lam,
        "share: share 10 % more": sp.Min(1, sp.Rational(11, 10) * sp.Abs(beta) / lam),
        "share: in proportion to β², up to 1": sp.Min(1, beta**2 / lam),
        "share: uniform": lam,
        "share: 10 % below the cap": sp.Min(1, sp.Rational(9, 10) * sp.Abs(beta) / lam),
        "term: terms below the cap": lam * sp.Abs(beta),
        "term: at the cap": beta**2,
        "water_level: level without the cap": total / (d * rho),
        "water_level: the number at the cap forgotten": rest / (d * rho),
        "optimum: optimum without the cap": uncapped_optimum,
        "optimum: terms at the cap forgotten": optimum - full,
        "optimum: level in the optimum": full + water_level,
        "uncapped_optimum: the level itself": total / (d * rho),
        "uncapped_optimum: at every density one": total**2 / d,
        "surplus: the surplus of all": -surplus - 1,
        "surplus: the squares alone": over_square,
        "surplus: over the number at the cap": over_square - over**2 / capped,
        "cost: the price once": beta**2 / density + lam * density,
        "cost: the price twice": cost + lam**2 * density,
        "cost: in proportion to the density": beta**2 * density + lam**2 * density,
    },
)

a = sp.Symbol("a", positive=True)  # exponent of the profile
v = sp.Symbol("v", positive=True)  # position of a feature in [0, 1]
first_capped = sp.Symbol("w", positive=True)  # v_*, from which on all paths are kept

EXPONENT = Quantity(a, "exponent of the power law of the coefficients", POSITIVE)

cap = 1 / (a + 1)
below_cap = 1 / ((a + 1) ** 2 * rho)
spent = 1 - a * first_capped / (a + 1)
edge = sp.Min(1, (1 - rho) * (a + 1) / a)
dense_value = 1 / (2 * a + 1)
capped_value = dense_value + a * first_capped ** (2 * a + 1) / ((a + 1) * (2 * a + 1))
excess = a / ((a + 1) * (2 * a + 1)) * ((1 - rho) * (a + 1) / a) ** (2 * a + 1)
power_optimum = (1 / (2 * a + 1) + a * edge ** (2 * a + 1) / ((a + 1) * (2 * a + 1))) * sp.Max(1, 1 / ((a + 1) * rho))
uniform = 1 / ((2 * a + 1) * rho)
ratio = (2 * a + 1) / (a + 1) ** 2
uniform_excess = (1 - rho) / ((2 * a + 1) * rho)

PROFILE_STEPS = proof(
    r"""
one place (by B4): At each place B4 finds the best density at a price, $\min(1,v^a/\lambda)$.

all places (from one place; by Lagrange): The argument for sums holds for integrals: with the mean $\rho$ these densities are the best.

nothing at the cap (from all places): If $\lambda\ge1$, the largest $v^a$, the budget is $\lambda\rho=\int_0^1v^a\,dv=[[cap]]$. This is the case if and only if
$\rho\le[[cap]]$.

value below the cap (from nothing at the cap): In this case the optimum is $\lambda\int_0^1v^a\,dv=[[below_cap]]$.

budget with a cap (from all places): Otherwise, with $\lambda=w^a$, all paths are kept from $w\le1$ on, and the mean density is $[[spent]]$.

edge (from nothing at the cap, budget with a cap): This density is $\rho$ at $w=[[edge]]$; where this is $1$, nothing is at the cap.

dense: Densities of $1$ give $\int_0^1v^{2a}\,dv=[[dense]]$.

value with a cap (from budget with a cap): $w^a\int_0^wv^a\,dv+\int_w^1v^{2a}\,dv=[[capped_value]]$.

excess (from value with a cap, dense, budget with a cap): With the budget solved for $w$, this value exceeds the dense value by $[[excess]]$, of order
$(1-\rho)^{2a+1}$.

both pieces (from edge, value below the cap, value with a cap): Both cases are $[[optimum]]$: one of the two extrema is $1$, and at $\rho=[[cap]]$ both are.

uniform (from dense): Densities of $\rho$ everywhere give $[[uniform]]$.

ratio (from uniform, value below the cap): Below the cap the optimum is $[[ratio]]$ times this value.

gap (from one place, all places, edge; by positivity): At the price $\lambda^2$ uniform densities cost $(v^a-\lambda\rho)^2/\rho$ more than the best ones below
$v_*$, and not less above it. For $\rho<1$, $v_*>0$, and the square is $0$ at no more than one $v$. So uniform densities cost more. As both have the same mean, they
have the larger integral; so has any other density of this mean, as the cost at each $v>0$ is smallest at one density only.

uniform excess (from uniform, dense, gap): Uniform densities exceed the dense value by $[[uniform_excess]]$, of first order in $1-\rho$, and the optimum by *gap*, if $\rho<1$.
""",
    globals(),
    dense=dense_value,
    optimum=power_optimum,
)

PIECES = ({rho: 1 / ((a + 1) * (1 + y))}, {rho: 1 - a / ((a + 1) * (1 + y))})


@cache
def power_integral(power: int, low: sp.Expr, high: sp.Expr) -> sp.Expr:
    return sp.integrate(v ** (power * a), (v, low, high))


def densities_with_a_cap_add_up(spent: sp.Expr) -> Relations:
    """∫(v/w)^a from 0 to w, and 1 from there on."""
    w = first_capped
    yield same(power_integral(1, sp.S.Zero, w) / w**a + 1 - w, spent)


def value_of_capped_densities(capped_value: sp.Expr) -> Relations:
    """The level times the integral below the edge, and the squares above it."""
    w = first_capped
    below, above = power_integral(1, sp.S.Zero, w), power_integral(2, w, sp.S.One)
    yield same(w**a * below + above, capped_value)


def excess_at_the_edge_of_the_budget(
    spent: sp.Expr, dense: sp.Expr, capped_value: sp.Expr, excess: sp.Expr
) -> Relations:
    """The value with a cap less the dense one, where the mean density is ρ."""
    (place,) = sp.solve(spent - rho, first_capped)
    yield same((capped_value - dense).subs(first_capped, place), excess)


def optimum_of_either_case(edge: sp.Expr, below_cap: sp.Expr, capped_value: sp.Expr, optimum: sp.Expr) -> Relations:
    """The value at the edge, and the value below the cap where the edge is 1 and that is larger."""
    at_edge = capped_value.subs(first_capped, edge)
    yield same(optimum, sp.Max(at_edge, below_cap * sp.Max(0, sp.sign(1 - (a + 1) * rho))), by=in_cases(*PIECES))


power_profile = Claim(
    label="B5",
    title="Water-filling of a power-law profile with a cap, and the gap to uniform densities as the density tends to 1",
    headline=r"Let $|\beta(v)|=v^a$ with $a>0$. Of all path densities of mean $\rho\le\frac1{a+1}$, the best give $\int\beta(v)^2/\rho(v)\,dv$ the value of uniform ones times $$[[ratio]].$$ As $\rho\to1$ the gap between the two closes, but it is positive at every $\rho<1$.",
    statement=r"""
**The problem.** Let there be a feature at each position $v$ of $[0,1]$, with a coefficient of modulus $|\beta(v)|=v^a$ in the target, $a>0$. Its *path density*
$0\le\rho(v)\le1$ is the share of its paths to the output that are kept. All path densities together have the mean $\rho$, $0<\rho\le1$, the *budget*. Which ones
make $\int\beta(v)^2/\rho(v)\,dv$ smallest? The integral takes the place of the sum in B4.

**The best densities.** They are in proportion to $v^a$ below $v_*=[[edge]]$, and $1$ above it. If $\rho\le[[cap]]$, then $v_*=1$, and all densities below $v=1$ are
less than $1$. The smallest integral, the *optimum*, is $$[[optimum]].$$ For $\rho\le[[cap]]$ this is $[[below_cap]]$.

**Uniform densities**, $\rho(v)=\rho$, give the integral $[[uniform]]$. For $\rho\le[[cap]]$ the optimum is $[[ratio]]$ times this integral.

**Near density 1.** If all path densities are $1$, the integral is $[[dense]]$, the *dense value*. For $\rho\ge[[cap]]$ the optimum exceeds it by $[[excess]]$. With
uniform densities the integral exceeds it by $[[uniform_excess]]$, at every $\rho$. So the gap between uniform and best densities closes linearly as $\rho\to1$. It
is positive at every $\rho<1$, since only the best densities reach the optimum.
""",
    steps=PROFILE_STEPS,
    source=Source("2602.06675", "v1", "beyond the abstract"),
    provenance=Provenance.EXTENSION,
    quantities=(
        EXPONENT.drawn_from(sp.Rational(1, 4), 4),
        BUDGET.drawn_from(sp.Rational(1, 20), sp.Rational(19, 20)),
        Quantity(first_capped, "position from which on all paths are kept", UP_TO_ONE),
    ),
    named={"v_*": edge},
    symbols={
        r"\beta(v)": "coefficient of the feature at the position $v$ of the unit interval",
        r"\rho(v)": "path density of that feature",
        "v_*": "position from which on all paths are kept",
    },
    hypotheses=(
        Hypothesis("no feature at the cap", rho <= 1 / (a + 1), ("below_cap",)),
        Hypothesis("some features at the cap", rho >= 1 / (a + 1), ("excess",)),
    ),
    because={
        "nothing at the cap": lambda cap: same(cap, power_integral(1, sp.S.Zero, sp.S.One)),
        "value below the cap": lambda cap, below_cap: same(
            below_cap, cap / rho * power_integral(1, sp.S.Zero, sp.S.One)
        ),
        "budget with a cap": densities_with_a_cap_add_up,
        "edge": lambda cap, spent, edge: same(spent.subs(first_capped, edge), sp.Max(rho, cap), by=in_cases(*PIECES)),
        "dense": lambda dense: same(dense, power_integral(2, sp.S.Zero, sp.S.One)),
        "value with a cap": value_of_capped_densities,
        "excess": excess_at_the_edge_of_the_budget,
        "both pieces": optimum_of_either_case,
        "uniform": lambda dense, uniform: (
            same(uniform, power_integral(2, sp.S.Zero, sp.S.One) / rho),
            same(uniform.subs(rho, 1), dense),
        ),
        "ratio": lambda below_cap, uniform, ratio: (
            same(ratio * uniform, below_cap),
            nonnegative(1 - ratio, a**2 / (a + 1) ** 2),
        ),
        "uniform excess": lambda dense, uniform, uniform_excess: same(uniform - dense, uniform_excess),
    },
    wrong=lambda: {
        "optimum: uniform": uniform,
        "optimum: below the cap at every density": below_cap,
        "optimum: capped at every density": dense_value + excess,
        "cap: at ρ": rho,
        "cap: of the squares": 1 / (2 * a + 1),
        "below_cap: one power": 1 / ((a + 1) * rho),
        "spent: capped features alone": 1 - first_capped,
        "spent: half of the rest": 1 - a * first_capped / (2 * (a + 1)),
        "edge: without the profile": sp.Min(1, 1 - rho),
        "edge: never at 1": (1 - rho) * (a + 1) / a,
        "dense: of one power": 1 / (a + 1),
        "capped_value: the dense value": dense_value,
        "capped_value: one power less": dense_value + (capped_value - dense_value) / first_capped,
        "excess: of one power less": excess / (1 - rho),
        "uniform: with one power": 1 / ((a + 1) * rho),
        "ratio: inverted": 1 / ratio,
        "uniform_excess: to first order": (1 - rho) / (2 * a + 1),
    },
)
