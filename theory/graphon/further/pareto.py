"""G7: under Pareto noise the graphon has rank one exactly, until it saturates."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache

import sympy as sp

from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.formulas.level import level, solves
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import POSITIVE, UNIT, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relation, Relations, holds, nonnegative, same
from sparse_limits.theory.saliency.model import COLUMN, DENSITY, ONE, THRESHOLD, SaliencyModel, phi, rho, tau, u, v
from sparse_limits.theory.tails import Tail, alpha, pareto, t

f = sp.Symbol("f", positive=True)  # value of the row profile, as phi is of the column profile
row_mean, column_mean = sp.symbols("A B", positive=True)  # ∫f^α, ∫φ^α
row_square, column_square = sp.symbols("A_2 B_2", positive=True)  # ∫f^2α, ∫φ^2α
peak = sp.Symbol("F", positive=True)  # ess sup fφ
x = sp.Symbol("x", positive=True)  # fφ/τ at one row and one column
r, s = sp.symbols("r s", positive=True)  # by how much another row, another column are larger

kernel = pareto.at(tau / (f * phi))
unsaturated_density = row_mean * column_mean / tau**alpha
rank_one_kernel = rho * (f * phi) ** alpha / (row_mean * column_mean)
threshold = (row_mean * column_mean / rho) ** (1 / alpha)
critical_density = row_mean * column_mean / peak**alpha
largest_singular_value = rho * sp.sqrt(row_square * column_square) / (row_mean * column_mean)
minor = sp.Min(1, r * x, s * x, r * s * x**2) - x

linear_model = SaliencyModel(1 + u, 1 + v, pareto)
linear_density = sp.Piecewise(
    (ONE, tau <= 1),
    (sp.Rational(8, 9) * tau - sp.Rational(2, 3) * tau * sp.log(tau) + 1 / (9 * tau**2), tau <= 2),
    (4 - sp.Rational(8, 9) * tau - sp.Rational(2, 3) * tau * sp.log(4 / tau) - 5 / (3 * tau**2), tau <= 4),
    (49 / (9 * tau**2), True),
)
linear_critical_density = sp.Rational(49, 144)
linear_singular_value = rho * sp.Rational(31, 5) / sp.Rational(49, 9)
linear_threshold = level(linear_density, tau, rho)

INSTANCES = {
    "both profiles vary, no saturation": (linear_model, sp.Integer(4)),
    "both profiles vary, some saturation": (linear_model, sp.Rational(29, 10)),
    "constant rows, some saturation": (SaliencyModel(ONE, 1 + v, pareto), sp.Rational(6, 5)),
    "constant columns, some saturation": (SaliencyModel(2 - u, ONE, pareto), sp.Rational(3, 2)),
    "both profiles vary, all saturated": (linear_model, sp.Rational(1, 2)),
}  # a saliency and its threshold, for α = 2
RANK_ONE = {
    "both profiles vary, no saturation": True,
    "both profiles vary, some saturation": False,
    "constant rows, some saturation": True,
    "constant columns, some saturation": True,
    "both profiles vary, all saturated": True,
}

half_below_one = sp.Piecewise((sp.Rational(1, 2), tau <= 1), *linear_density.args[1:])

STEPS = proof(
    r"""
kernel (by S1 for one threshold): Pareto noise has $\bar F(t)=t^{-\alpha}$ from $t=1$ on, which falls strictly from $1$ to $0$, and it has
the value $1$ before. At the one threshold $\tau$ of S1 an entry is kept with probability $W=[[kernel]]$, which is $(f\phi/\tau)^\alpha$
where $f\phi\le\tau$ and $1$ elsewhere.

unsaturated (from kernel): If $\tau\ge F$, $W=(f\varphi/\tau)^\alpha$ a.e., a product of a function of $u$ and one of $v$; it has the
integral $[[unsaturated_density]]$.

threshold (from unsaturated): This is $\rho$ at $\tau=[[threshold]]$, which is the threshold if it is at least $F$.

critical density (from threshold): The threshold is at least $F$ if and only if $\rho\le[[critical_density]]$; if $F=\infty$, $\tau<F$ at
every $\rho>0$.

rank one (from unsaturated, critical density): So for $\rho\le\rho_*$ the graphon is $W=[[rank_one_kernel]]$, of rank one.

squares (from rank one; by Hilbert–Schmidt): The squares of its singular values, of which one is not $0$, add up to $\iint W^2$.

singular value (from squares): So $\sigma_1=[[largest_singular_value]]$.

minor (from kernel): Let $\phi f=x\tau$ at one row and column with $x<1$. Let $f$ be $r>1$ times as large at a second row and $\varphi$ be
$s>1$ times as large at a second column, and let $rsx>1$. The four values of $W^{1/\alpha}$ are $x$, $\min(1,rx)$, $\min(1,sx)$ and $1$. The
product of the second and the third exceeds the product of the first and the fourth by $[[minor]]$, which is positive: $x<1$, $r,s>1$ and
$rsx>1$.

two profiles that vary (from critical density, minor; by positivity): For $\rho_*<\rho<1$, $f\varphi<\tau$ and $f\varphi>\tau$ each hold on
a set of positive measure. If neither profile is a.e. constant, the rows and columns where the profiles are near their essential infima, and
near their suprema, have such a minor, with positive measure. All minors of a kernel $p(u)q(v)$ are $0$ a.e., so that $W$ does not have rank
one.

ranks (from rank one, two profiles that vary; gives rank_one): If $f$ or $\varphi$ is a.e. constant, $W$ is a function of one variable,
which is not $0$: it has rank one. For $\rho_*<\rho<1$ it is not a multiple of the power $\alpha$ of the other profile: it is
$(f\varphi/\tau)^\alpha$ where $f\varphi<\tau$, and less where $f\varphi>\tau$. The cases: `rank_one`.

example (from critical density, singular value): For $f=1+u$, $\varphi=1+v$, $\alpha=2$, $A=B=\int(1+u)^2$, $A_2=B_2=\int(1+u)^4$ and $F=4$:
$\rho_*=[[linear_critical_density]]$ and $\sigma_1=[[linear_singular_value]]$.

density of the example (from kernel): With $x=1+u$, $y=1+v$, $D(\tau)$ is the area of $\{xy\ge\tau\}$ in $[1,2]^2$ plus $\tau^{-2}$ times
the integral of $x^2y^2$ over the rest: $[[linear_density]]$.

threshold of the example (from density of the example): So $\tau_\rho=[[linear_threshold]]$.
""",
    globals(),
    rank_one=RANK_ONE,
)

MEANS = row_mean * column_mean


PROFILES = ((1 + u, 1 + v, 2), (2 + u**2, (3 + v) / 2, 1))  # and the power α


@cache
def moments(row: sp.Expr, column: sp.Expr, power: int) -> dict[sp.Symbol, sp.Expr]:
    """A, B, A₂, B₂ and the peak of profiles that increase on [0, 1], integrated by SymPy."""
    sizes = {row_mean: (row, power), row_square: (row, 2 * power)}
    sizes |= {column_mean: (column.subs(v, u), power), column_square: (column.subs(v, u), 2 * power)}
    found = {name: sp.integrate(sp.expand(profile**k), (u, 0, 1)) for name, (profile, k) in sizes.items()}
    return {**found, peak: (row * column).subs({u: 1, v: 1})}


@cache
def mean_over_the_square(polynomial: sp.Expr) -> sp.Expr:
    return sp.integrate(sp.expand(polynomial), (u, 0, 1), (v, 0, 1))


def mean_of_product(expression: sp.Expr) -> sp.Expr:
    """The mean of a multiple of f^α φ^α, or of its square, over rows and columns: the row's mean times the column's."""
    means = {
        f**alpha: row_mean,
        phi**alpha: column_mean,
        f ** (2 * alpha): row_square,
        phi ** (2 * alpha): column_square,
    }
    return sp.expand_power_base(sp.powdenest(expression)).xreplace(means)


def instances_of(noise: Tail) -> Mapping[str, tuple[SaliencyModel, sp.Expr]]:
    """The instances under another noise."""
    return {name: (replace(model, noise=noise), cut) for name, (model, cut) in INSTANCES.items()}


Corner = tuple[
    sp.Expr, sp.Expr, sp.Expr, sp.Expr
]  # lowest fφ/τ of two rows and columns; factors of the other row, the other column; the minor


a, b = sp.symbols("a b", nonnegative=True)


d, e = sp.symbols("d e", positive=True)


CORNERS: Mapping[str, Sequence[Corner]] = {  # by case; the letters may be any numbers of their signs
    "both profiles vary, no saturation": ((1 / (1 + a) / (1 + d) / (1 + e), 1 + d, 1 + e, sp.S.Zero),),
    "both profiles vary, some saturation": (  # the corners with the lowest below 1 and the highest beyond; the two between, or one, or none below
        (1 / (1 + a) / (1 + b) / (1 + e), (1 + e) * (1 + b), (1 + e) * (1 + a), e / (1 + a) / (1 + b) / (1 + e)),
        (1 / (1 + b) / (1 + d), (1 + a) * (1 + b) * (1 + d), 1 + d, d / (1 + b) / (1 + d)),
        (1 / (1 + b) / (1 + d), 1 + d, (1 + a) * (1 + b) * (1 + d), d / (1 + b) / (1 + d)),
        (1 / (1 + d), (1 + a) * (1 + d), (1 + b) * (1 + d), d / (1 + d)),
    ),
    "constant rows, some saturation": ((d, sp.S.One, 1 + e, sp.S.Zero),),
    "constant columns, some saturation": ((d, 1 + e, sp.S.One, sp.S.Zero),),
    "both profiles vary, all saturated": ((1 + a, 1 + d, 1 + e, sp.S.Zero),),
}


def decided(value: sp.Expr) -> sp.Expr:
    """The smaller of 1 and a number where the signs of the letters decide which it is; else left as it is."""
    if not isinstance(value, sp.Min):
        return value
    (other,) = set(value.args) - {sp.S.One}
    beyond = sp.factor(other - 1)
    return other if beyond.is_nonpositive else sp.S.One if beyond.is_nonnegative else value


@cache
def minor_of(kernel: sp.Expr, corner: Corner) -> sp.Expr:
    """The product of the values of W^{1/α} on one diagonal of a corner less that on the other."""
    lowest, row, column, _ = corner
    ones = dict.fromkeys((alpha, tau, phi), sp.S.One)
    at = [{**ones, f: lowest * each} for each in (sp.S.One, column, row, row * column)]
    first, second, third, fourth = (decided(kernel.xreplace(values)) for values in at)
    return sp.factor(second * third - first * fourth)


def unsaturated_kernel_has_density(
    rank_one_kernel: sp.Expr, threshold: sp.Expr, critical_density: sp.Expr
) -> Relations:
    """It is (fφ/τ)^α; for two pairs of profiles its mean is ρ, and ρ_* has the threshold sup fφ."""
    yield same((f * phi / threshold) ** alpha, rank_one_kernel)
    for row, column, power in PROFILES:
        at = {**moments(row, column, power), alpha: power}
        instance = rank_one_kernel.subs({**at, f: row, phi: column})
        yield same(mean_over_the_square(instance), rho)
        yield same(threshold.subs(at).subs(rho, critical_density.subs(at)), at[peak])


def unsaturated_kernel_has_one_singular_value(largest_singular_value: sp.Expr, rank_one_kernel: sp.Expr) -> Relations:
    """The root of the mean square of the kernel; for two pairs of profiles by integration."""
    yield same(largest_singular_value, sp.sqrt(mean_of_product(rank_one_kernel**2)), by=sp.powdenest)
    for row, column, power in PROFILES:
        at = {**moments(row, column, power), alpha: power}
        instance = rank_one_kernel.subs({**at, f: row, phi: column})
        yield same(mean_over_the_square(instance**2), largest_singular_value.subs(at) ** 2)


def example_is_an_instance(
    critical_density: sp.Expr,
    largest_singular_value: sp.Expr,
    linear_critical_density: sp.Expr,
    linear_singular_value: sp.Expr,
) -> Relations:
    """ρ_* and σ₁ of f = 1 + u, φ = 1 + v, α = 2."""
    at = {**moments(1 + u, 1 + v, 2), alpha: 2}
    yield same(critical_density.subs(at), linear_critical_density)
    yield same(largest_singular_value.subs(at), linear_singular_value)


def example_threshold_is_where_the_density_is_met(linear_threshold: sp.Expr, linear_density: sp.Expr) -> Relation:
    """The equation that defines the threshold is D(τ) − ρ = 0; any other formula is held against it by value."""
    return solves(linear_threshold, tau, linear_density - rho)


def ranks_are_those_of_all_minors(rank_one: Mapping[str, bool], kernel: sp.Expr) -> Relations:
    """Of rank one all 2 × 2 minors are 0. Else those of corners below and beyond 1 are numbers that their letters' signs make positive."""
    for name, corners in CORNERS.items():
        for corner in corners:
            minor = minor_of(kernel, corner)
            if rank_one[name]:
                yield same(minor, 0)
            elif (positive := corner[-1]).is_positive:
                yield nonnegative(minor, positive)
            else:
                yield holds(False, f"{name}: the minor {minor} is not positive")


pareto_graphon = Claim(
    label="G7",
    title="Pareto noise: rank one exactly until saturation",
    statement=r"""
Let the noise be Pareto, $\bar F(t)=\min(1,t^{-\alpha})$, so that $W=[[kernel]]$ at $f=f(u)$, $\phi=\varphi(v)$. Let $A=\int f^\alpha$,
$B=\int\varphi^\alpha$, $A_2=\int f^{2\alpha}$, $B_2=\int\varphi^{2\alpha}$ and $F=\operatorname{ess\,sup}f\varphi$ (all are finite if $F$
is). If $\rho\le\rho_*=[[critical_density]]$ ($0$ for $F=\infty$), nothing is saturated: $\tau=[[threshold]]\ge F$, and
$W=[[rank_one_kernel]]$ has rank one with singular value $[[largest_singular_value]]$. For $\rho_*<\rho<1$, $W$ has rank one iff $f$ or
$\varphi$ is a.e. constant, and then it is a function of one variable, no longer proportional to the power $f^\alpha$ or
$\varphi^\alpha$ of the profile that varies. *Example:* for $f=1+u$,
$\varphi=1+v$, $\alpha=2$ we have $\rho_*=[[linear_critical_density]]$, $\sigma_1=[[linear_singular_value]]$ for $\rho\le\rho_*$, and
$\tau$ solves $D(\tau)=\rho$ with
$$D(\tau)=[[linear_density]].$$
""",
    steps=STEPS,
    source=Source("2602.06675", "v1", "beyond the abstract"),
    provenance=Provenance.EXTENSION,
    quantities=(
        DENSITY.drawn_from(sp.Rational(1, 20), sp.Rational(19, 20)),
        THRESHOLD.drawn_from(sp.Rational(1, 2), 6),
        Quantity(alpha, "index of the Pareto law", POSITIVE, drawn=(sp.Rational(1, 2), 3)),
        Quantity(f, "value of the row profile at a neuron", POSITIVE),
        COLUMN,
        Quantity(row_mean, "mean of the row profile to the power of the index", POSITIVE),
        Quantity(column_mean, "mean of the column profile to the power of the index", POSITIVE),
        Quantity(row_square, "mean of the row profile to the power of twice the index", POSITIVE),
        Quantity(column_square, "mean of the column profile to the power of twice the index", POSITIVE),
        Quantity(x, "product of the profiles over the threshold, at one row and one column", UNIT),
        Quantity(
            (r, s),
            "quotient of the profile of another row, or column, and that of this one",
            sp.Interval.open(1, sp.oo),
            drawn=(sp.Rational(9, 8), 4),
        ),
        Quantity(peak, "essential supremum of the product of the profiles", POSITIVE),
    ),
    hypotheses=(
        Hypothesis("Pareto noise, one global threshold"),
        Hypothesis(
            "nothing is saturated",
            rho * peak**alpha <= row_mean * column_mean,
            ("rank_one_kernel", "threshold", "largest_singular_value"),
        ),
        Hypothesis("values of the profiles up to their supremum", f * phi <= peak, ("rank_one_kernel",)),
        Hypothesis(
            "means that do not exceed the supremum", row_mean * column_mean <= peak**alpha, ("critical_density",)
        ),
        Hypothesis(
            "a mean square of rows that is at least the squared mean",
            row_square >= row_mean**2,
            ("largest_singular_value",),
        ),
        Hypothesis(
            "a mean square of columns that is at least the squared mean",
            column_square >= column_mean**2,
            ("largest_singular_value",),
        ),
        Hypothesis("a second row and column whose entry is saturated", r * s * x > 1, ("minor",)),
        Hypothesis("in the example nothing is saturated", rho <= linear_critical_density, ("linear_singular_value",)),
    ),
    also=("rank_one", "linear_threshold"),
    aids={"instances": INSTANCES},
    equivalent_mutants={
        f"linear_threshold = {level(half_below_one, tau, rho)}": (
            "the root lies beyond 1: the same where the wrong D brackets it (ρ < 1/2), and elsewhere there is no value"
        ),
    },
    because={
        "unsaturated": lambda unsaturated_density: same(unsaturated_density, mean_of_product((f * phi / tau) ** alpha)),
        "rank one": unsaturated_kernel_has_density,
        "singular value": unsaturated_kernel_has_one_singular_value,
        "example": example_is_an_instance,
        "threshold of the example": example_threshold_is_where_the_density_is_met,
        "ranks": ranks_are_those_of_all_minors,
    },
    wrong=lambda: {
        "unsaturated_density: power of the threshold forgotten": MEANS / tau,
        "unsaturated_density: of the squares": row_square * column_square / tau ** (2 * alpha),
        "threshold: another threshold": MEANS / rho,
        "threshold: of twice the density": threshold.subs(rho, 2 * rho),
        "threshold: threshold for its inverse": 1 / threshold,
        "critical_density: peak forgotten": MEANS,
        "critical_density: power of the peak forgotten": MEANS / peak,
        "critical_density: means upside down": 2 / critical_density,
        "rank_one_kernel: exponent α/2": rho * (f * phi) ** (alpha / 2) / MEANS,
        "rank_one_kernel: density forgotten": (f * phi) ** alpha / MEANS,
        "largest_singular_value: means for squares": rho,
        "largest_singular_value: squared": largest_singular_value**2,
        "minor: saturated at one row alone": sp.Min(1, s * x) - x,
        "minor: without the last case": sp.Min(1, r * x, s * x) - x,
        "linear_density: never saturated": 49 / (9 * tau**2),
        "linear_density: saturated at most to 1": sp.Min(1, 49 / (9 * tau**2)),
        "linear_threshold: of another density": linear_threshold.subs(rho, rho / 2),
        "linear_threshold: never saturated": 7 / (3 * sp.sqrt(rho)),
        "kernel: never saturated": (f * phi / tau) ** alpha,
        "kernel: exponent α/2": sp.Min(1, (f * phi / tau) ** (alpha / 2)),
        "kernel: exponential noise": sp.exp(-tau / (f * phi)),
        "rank_one: always rank one": dict.fromkeys(RANK_ONE, True),
        "rank_one: saturation always breaks rank one": {name: "no saturation" in name for name in RANK_ONE},
        "rank_one: profiles that vary break rank one": {name: "both" not in name for name in RANK_ONE},
        "instances: a power law far out only": instances_of(Tail("Lomax", (1 + t) ** -alpha)),
    },
)
