"""G7: under Pareto noise the graphon has rank one exactly, until it saturates."""

from __future__ import annotations

import sympy as sp

from sparse_limits.theory.claims import Claim, Proof, Provenance, Source
from sparse_limits.theory.formulas.level import level
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import POSITIVE, UNIT, Hypothesis, Quantity
from sparse_limits.theory.saliency.model import COLUMN, DENSITY, ONE, THRESHOLD, SaliencyModel, phi, rho, tau, u, v
from sparse_limits.theory.tails import alpha, pareto

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
kernel (by S1 for one threshold): Pareto noise has $\bar F(t)=t^{-\alpha}$ from $t=1$ on, which falls strictly from $1$ to $0$, and $1$
before: at the one threshold $\tau$ of S1 an entry is kept with probability $W=[[kernel]]$, which is $(f\phi/\tau)^\alpha$ where
$f\phi\le\tau$ and else $1$.

unsaturated (from kernel): If $\tau\ge F$, $W=(f\varphi/\tau)^\alpha$ a.e., a product of a function of $u$ and one of $v$; it has the
integral $[[unsaturated_density]]$.

threshold (from unsaturated): That is $\rho$ at $\tau=[[threshold]]$, the threshold if it is at least $F$.

critical density (from threshold): It is at least $F$ if and only if $\rho\le[[critical_density]]$; if $F=\infty$, $\tau<F$ at every
$\rho>0$.

rank one (from unsaturated, critical density): So for $\rho\le\rho_*$ the graphon is $W=[[rank_one_kernel]]$, of rank one.

squares (from rank one; by Hilbert–Schmidt): The squares of its singular values, of which one is not $0$, add up to $\iint W^2$.

singular value (from squares): So $\sigma_1=[[largest_singular_value]]$.

minor (from kernel): Let $\phi f=x\tau$ at one row and column with $x<1$, let $f$ be $r>1$ times as large at a second row and $\varphi$ be
$s>1$ times as large at a second column, and $rsx>1$. The four values of $W^{1/\alpha}$ are $x$, $\min(1,rx)$, $\min(1,sx)$ and $1$, and the
second times the third exceeds the first times the fourth by $[[minor]]$, which is positive: $x<1$, $r,s>1$ and $rsx>1$.

two profiles that vary (from critical density, minor; by positivity): For $\rho_*<\rho<1$ some $f\varphi<\tau$ and some $f\varphi>\tau$, on
sets of positive measure. If neither profile is a.e. constant, rows and columns where they are near their essential infima, and near their
suprema, have such a minor, with positive measure. A kernel $p(u)q(v)$ has the minors $0$ a.e., so that $W$ has not rank one.

ranks (from rank one, two profiles that vary; gives rank_one): If $f$ or $\varphi$ is a.e. constant, $W$ is a function of one variable,
which is not $0$: it has rank one, and where it is saturated is no multiple of a power of the other profile. The cases: `rank_one`.

example (from critical density, singular value): For $f=1+u$, $\varphi=1+v$, $\alpha=2$, $A=B=\int(1+u)^2$, $A_2=B_2=\int(1+u)^4$ and $F=4$:
$\rho_*=[[linear_critical_density]]$ and $\sigma_1=[[linear_singular_value]]$.

density of the example (from kernel): With $x=1+u$, $y=1+v$, $D(\tau)$ is the area of $\{xy\ge\tau\}$ in $[1,2]^2$ plus $\tau^{-2}$ times
the integral of $x^2y^2$ over the rest: $[[linear_density]]$.

threshold of the example (from density of the example): So $\tau_\rho=[[linear_threshold]]$.
""",
    globals(),
    rank_one=RANK_ONE,
)

pareto_graphon = Claim(
    label="G7",
    title="Pareto noise: rank one exactly until saturation",
    statement=r"""
Let the noise be Pareto, $\bar F(t)=\min(1,t^{-\alpha})$, so that $W=[[kernel]]$ at $f=f(u)$, $\phi=\varphi(v)$. Let
$A=\int f^\alpha$, $B=\int\varphi^\alpha$, $A_2=\int f^{2\alpha}$, $B_2=\int\varphi^{2\alpha}$ and
$F=\operatorname{ess\,sup}f\varphi$ (all are finite if $F$ is). If $\rho\le\rho_*=[[critical_density]]$ ($0$ for
$F=\infty$), nothing is saturated: $\tau=[[threshold]]\ge F$, $W=[[rank_one_kernel]]$ has rank one and the singular
value $[[largest_singular_value]]$. For $\rho_*<\rho<1$, $W$ has rank one iff $f$ or $\varphi$ is a.e. constant, and
then it is a function of one variable, no longer proportional to its power. *Example* $f=1+u$, $\varphi=1+v$,
$\alpha=2$: $\rho_*=[[linear_critical_density]]$, $\sigma_1=[[linear_singular_value]]$ for $\rho\le\rho_*$, and $\tau$
solves $D(\tau)=\rho$,
$$D(\tau)=[[linear_density]].$$
""",
    steps=STEPS,
    source=Source("2602.06675", "beyond the abstract"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
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
    uses=("S1",),
    also=("rank_one", "linear_threshold"),
    aids={"instances": INSTANCES},
    equivalent_mutants={
        f"linear_threshold = {level(half_below_one, tau, rho)}": (
            "the root lies beyond 1: the same where the wrong D brackets it (ρ < 1/2), and elsewhere there is no value"
        ),
    },
)
