"""B4 and B5: the path densities of a given budget that make the bound of B3 smallest."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Source
from theory.generalisation.path_bound import FEATURE, beta
from theory.graphon.limit import INPUTS
from theory.graphon.limit import inputs as d
from theory.graphon.symbols import UP_TO_ONE
from theory.quantities import COUNT_FROM_ZERO, NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from theory.saliency.model import rho

lam = sp.Symbol("lambda", positive=True)  # the water level
total = sp.Symbol("A", positive=True)  # Σ|β_j|
rest = sp.Symbol("R", positive=True)  # Σ|β_j| over the features below the cap
full = sp.Symbol("C", nonnegative=True)  # Σβ_j² over the features at the cap
capped = sp.Symbol("k", integer=True, nonnegative=True)  # their number

BUDGET = Quantity(rho, "mean path density, the budget", UP_TO_ONE)

share = sp.Min(1, sp.Abs(beta) / lam)
term = sp.Max(beta**2, lam * sp.Abs(beta))
water_level = rest / (d * rho - capped)
optimum = full + rest**2 / (d * rho - capped)
uncapped_optimum = total**2 / (d * rho)

best_densities = Claim(
    label="B4",
    title="Water-filling: the best path densities of a given budget",
    statement=r"""
Among path densities $0\le\rho_j\le1$ of mean $\rho$ over $d$ features, $\sum_j\beta_j^2/\rho_j$ (B3, a term $0/0$ being $0$) is smallest
at $\rho_j=[[share]]$ with $\lambda>0$ from the budget, provided more than $d\rho$ of the $\beta_j$ are not $0$; each term is then
$[[term]]$. If the $k$ largest $|\beta_j|$ are at the cap, $C$ is the sum of their squares and $R$ the sum of the other $|\beta_j|$,
$$\lambda=[[water_level]],\qquad\text{optimum}=[[optimum]].$$
Without the cap it would be $[[uncapped_optimum]]$, $A=\sum|\beta_j|$: a lower bound always, and the optimum if and only if
$\max|\beta_j|\le\lambda$. If at most $d\rho$ of the $\beta_j$ are not $0$, these have $\rho_j=1$ and the rest of the budget is free.
""",
    proof_text=r"""
For $\lambda>0$ and any admissible densities, $\sum\beta_j^2/\rho_j\ge\sum_j\min_{0\le r\le1}(\beta_j^2/r+\lambda^2r)-\lambda^2d\rho$. The
minimum is at $r=\min(1,|\beta_j|/\lambda)$, so with the $\lambda$ of the budget the right side is attained. That budget
$\sum_j\min(1,|\beta_j|/\lambda)=d\rho$ has a solution if and only if more than $d\rho$ of the $\beta_j$ are not $0$, and reads
$k+R/\lambda=d\rho$. The terms of the capped features are $\beta_j^2$, of the others $\lambda|\beta_j|$, together $C+\lambda R$. Without the
cap use $k=0$; the problem has then fewer constraints, hence no larger an optimum. ∎
""",
    source=Source("2602.06675", "textbook (without the cap it is Neyman's allocation, 1934); beyond the abstract"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        FEATURE,
        Quantity(lam, "water level, the size of a coefficient from which on all paths are kept", POSITIVE),
        Quantity(total, "sum of the sizes of all coefficients", POSITIVE),
        Quantity(rest, "sum of the sizes of the coefficients below the water level", POSITIVE),
        Quantity(full, "sum of the squares of the coefficients from the water level on", NON_NEGATIVE),
        Quantity(capped, "number of coefficients from the water level on", COUNT_FROM_ZERO, drawn=(0, 2)),
        INPUTS.drawn_from(30, 60),
        BUDGET.drawn_from(sp.Rational(1, 5), sp.Rational(9, 10)),
    ),
    hypotheses=(
        Hypothesis("the objective is the bound of B3, not the test error"),
        Hypothesis("more coefficients that are not 0 than the budget pays for", rho < 1, ("water_level", "optimum")),
        Hypothesis("fewer capped features than the budget pays for", capped < d * rho, ("water_level", "optimum")),
        Hypothesis("capped coefficients that reach the water level", full >= capped * water_level**2, ("optimum",)),
        Hypothesis("no squares to add up where no feature is capped", sp.Eq(full, 0) | (capped > 0), ("optimum",)),
    ),
    uses=("B3",),
    expressions={
        "share": share,
        "term": term,
        "water_level": water_level,
        "optimum": optimum,
        "uncapped_optimum": uncapped_optimum,
    },
)

a = sp.Symbol("a", positive=True)  # exponent of the profile
v = sp.Symbol("v", positive=True)  # position of a feature in [0, 1]

EXPONENT = Quantity(a, "exponent of the power law of the coefficients", POSITIVE)

edge = sp.Min(1, (1 - rho) * (a + 1) / a)
power_optimum = (1 / (2 * a + 1) + a * edge ** (2 * a + 1) / ((a + 1) * (2 * a + 1))) * sp.Max(1, 1 / ((a + 1) * rho))
dense_value = 1 / (2 * a + 1)
uniform = 1 / ((2 * a + 1) * rho)

power_profile = Claim(
    label="B5",
    title="Water-filling of a power-law profile, with its cap, and the merge as the density tends to 1",
    statement=r"""
Let $|\beta(v)|=v^a$ on $[0,1]$, $a>0$, and minimise $\int\beta^2/\rho$ over $0\le\rho(v)\le1$ of mean $\rho$. The optimum has
$\rho(v)=1$ from $v_*=[[edge]]$ on (nowhere, for $\rho\le[[cap]]$), and is
$$[[optimum]],$$
that is $[[below_cap]]$ for $\rho\le[[cap]]$. Uniform densities give $[[uniform]]$, more by the factor $1/[[ratio]]$ below the cap. As
$\rho\to1$ the optimum exceeds the dense value $[[dense]]$ by $[[excess]]$ and uniform densities by $[[uniform_excess]]$: the gap
between the methods closes linearly, and no density is singled out as a threshold.
""",
    proof_text=r"""
As in B4 with sums for integrals, $\rho(v)=\min(1,v^a/\lambda)$. Uncapped: $\lambda=\frac1{(a+1)\rho}\ge1$ and the value is
$(\int v^a)^2/\rho$. Capped at $v_*=\lambda^{1/a}\le1$: the budget $\frac{v_*}{a+1}+1-v_*=\rho$ gives $v_*$, and the value is
$v_*^a\int_0^{v_*}v^a+\int_{v_*}^1v^{2a}$. Both cases are the stated form, in which one of the two extrema is $1$. ∎
""",
    source=Source("2602.06675", "beyond the abstract"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    uses=("B4",),
    quantities=(
        EXPONENT.drawn_from(sp.Rational(1, 4), 4),
        BUDGET.drawn_from(sp.Rational(1, 20), sp.Rational(19, 20)),
    ),
    hypotheses=(
        Hypothesis("no feature at the cap", rho <= 1 / (a + 1), ("below_cap",)),
        Hypothesis("some features at the cap", rho >= 1 / (a + 1), ("excess",)),
    ),
    expressions={
        "optimum": power_optimum,
        "edge": edge,
        "cap": 1 / (a + 1),
        "below_cap": 1 / ((a + 1) ** 2 * rho),
        "uniform": uniform,
        "ratio": (2 * a + 1) / (a + 1) ** 2,
        "dense": dense_value,
        "excess": a / ((a + 1) * (2 * a + 1)) * ((1 - rho) * (a + 1) / a) ** (2 * a + 1),
        "uniform_excess": (1 - rho) / ((2 * a + 1) * rho),
    },
)
