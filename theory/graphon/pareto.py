"""G7: under Pareto noise the graphon has rank one exactly, until it saturates."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Source
from theory.formulas.level import level
from theory.quantities import POSITIVE, Hypothesis, Quantity
from theory.saliency.model import COLUMN, DENSITY, ONE, THRESHOLD, SaliencyModel, phi, rho, tau, u, v
from theory.tails import alpha, pareto

f = sp.Symbol("f", positive=True)  # value of the row profile, as phi is of the column profile
row_mean, column_mean = sp.symbols("A B", positive=True)  # ∫f^α, ∫φ^α
row_square, column_square = sp.symbols("A_2 B_2", positive=True)  # ∫f^2α, ∫φ^2α
peak = sp.Symbol("F", positive=True)  # ess sup fφ

kernel = pareto.at(tau / (f * phi))
rank_one_kernel = rho * (f * phi) ** alpha / (row_mean * column_mean)
threshold = (row_mean * column_mean / rho) ** (1 / alpha)
critical_density = row_mean * column_mean / peak**alpha
largest_singular_value = rho * sp.sqrt(row_square * column_square) / (row_mean * column_mean)

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
    proof_text=r"""
If $\tau\ge F$, then $W=(f\varphi/\tau)^\alpha$ a.e., of integral $AB/\tau^\alpha$, which is $\rho$ at the stated
$\tau$; and $\tau\ge F$ iff $\rho\le\rho_*$. A kernel $p(u)q(v)$ has the one singular value $\|p\|_2\|q\|_2$. Let now
$\tau<F$, and suppose $W=pq$ a.e. Let $F_1,F_2\le\infty$ be the essential suprema of $f$ and $\varphi$, $F_1F_2=F$.
There are $c_1<F_1$, $c_2<F_2$ with $c_1c_2>\tau$, so $W=1$ on $\{f>c_1\}\times\{\varphi>c_2\}$; there $p$ and $q$ are
constant, and we may take both to be $1$. Letting $f(u)$ tend to $F_1$ in $W(u,v)=q(v)$,
$q=\min(1,F_1\varphi/\tau)^\alpha$, and likewise $p=\min(1,F_2f/\tau)^\alpha$. *Either* $F_2f\ge\tau$ a.e. Then $p=1$
and $W$ does not depend on $u$; as $\rho<1$ there are $v$ with $W<1$, for which $W=(f\varphi/\tau)^\alpha$, so $f$ is
constant. *Or* $F_2f<\tau$ on a set of positive measure (so $F_2<\infty$). There $W=(f\varphi/\tau)^\alpha$ for almost
all $v$ and $p=(F_2f/\tau)^\alpha$, so $q=(\varphi/F_2)^\alpha$. Where $\varphi<F_2$ this is less than $1$, hence
equal to $(F_1\varphi/\tau)^\alpha$, that is $F_1F_2=\tau$, a contradiction. So $\varphi=F_2$ a.e. Conversely, if one
profile is constant, $W$ is a function of the other variable. *Example:* $\int(1+u)^2=\frac73$,
$\int(1+u)^4=\frac{31}5$, $F=4$. With $x=1+u$, $y=1+v$, $D(\tau)$ is the area of $\{xy\ge\tau\}$ in $[1,2]^2$ plus
$\tau^{-2}\iint_{xy<\tau}x^2y^2$. ∎
""",
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
            "mean squares that are at least the squared means",
            sp.And(row_square >= row_mean**2, column_square >= column_mean**2),
            ("largest_singular_value",),
        ),
        Hypothesis("in the example nothing is saturated", rho <= linear_critical_density, ("linear_singular_value",)),
    ),
    uses=("S1",),
    expressions={
        "kernel": kernel,
        "rank_one_kernel": rank_one_kernel,
        "threshold": threshold,
        "critical_density": critical_density,
        "largest_singular_value": largest_singular_value,
        "rank_one": RANK_ONE,
        "linear_density": linear_density,
        "linear_threshold": linear_threshold,
        "linear_critical_density": linear_critical_density,
        "linear_singular_value": linear_singular_value,
    },
    aids={"instances": INSTANCES},
    equivalent_mutants={
        f"linear_threshold = {level(half_below_one, tau, rho)}": (
            "the root lies beyond 1: the same where the wrong D brackets it (ρ < 1/2), and elsewhere there is no value"
        ),
    },
)
