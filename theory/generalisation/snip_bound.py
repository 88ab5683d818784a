"""B6: SNIP with normal weights aligns path densities with the features, and misses the best ones: at times infinitely."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Pitfall, Proof, Provenance, Source
from theory.formulas.level import level
from theory.generalisation.water_filling import EXPONENT, a, v
from theory.graphon.symbols import UP_TO_ONE
from theory.kernel.snip_kernel import R_2, energy_tail, s
from theory.quantities import POSITIVE, UNIT, Hypothesis, Quantity
from theory.saliency.model import COLUMN, DENSITY, THRESHOLD, phi, rho, tau
from theory.saliency.snip import FIXED_RESIDUAL
from theory.tails import alpha, pareto, product_survival

beta = sp.Symbol("beta", positive=True)  # |β| of the strong features, at least 1; 1 for the others
p = sp.Symbol("p", positive=True)  # share of the strong features, below 1
budget = sp.Symbol("r", positive=True)  # mean path density, at most 1


def kept_energy(x: sp.Expr) -> sp.Expr:
    """R₂(x), the path density of a feature at the threshold over its profile."""
    return R_2.subs(s, x)


def mean(strong: sp.Expr, weak: sp.Expr) -> sp.Expr:
    """The average over the features of the two-level profile."""
    return p * strong + (1 - p) * weak


def _by_density(*values: object) -> dict[sp.Rational, object]:
    return dict(zip((sp.Rational(each, 20) for each in (1, 2, 6, 14)), values, strict=True))


strong_share = sp.Min(1, beta * budget / mean(beta, 1))
optimum = p * beta**2 / strong_share + (1 - p) ** 2 / (budget - p * strong_share)
snip_bound = mean(beta**2 / kept_energy(tau / beta), 1 / kept_energy(tau))
snip_budget = mean(kept_energy(tau / beta), kept_energy(tau))
energy_upper = energy_tail * (1 + 1 / s)
power_integrand = (v ** (2 * a) / energy_upper).subs(s, tau / v**a)

snip_path_bound = Claim(
    label="B6",
    title="SNIP aligns path densities with the features, but not as their path bound would have it",
    statement=r"""
Scores with Pareto(1) noise keep a feature of profile $\phi$ with $W=[[pareto_share]]$: the optimum of B4 when $\phi\propto|\beta|$, cap
included. SNIP with *normal* weights has the path density $R_2(\tau/\phi)$ (K5). It increases with the profile,
$\frac{dR_2(\tau/\phi)}{d\phi}=[[alignment]]>0$: path densities are aligned with the features. What fails is that they
were the best
ones. The bound of B3 is proportional to the mean of $\beta^2/R_2(\tau/|\beta|)$. Since $R_2(s)\le[[energy_upper]]$,
that is *infinite* in the limit of many features at every density
below 1 if $|\beta|$ has a density bounded below near $0$, or the profile $v^a$ (the integrand exceeds
$[[power_integrand]]$); for finitely many features it is finite. **Two levels:** let the share $p$ of the
features have $|\beta|=\beta\ge1$ and the rest $1$. SNIP at density $\rho$ has the $\tau$ for which
$p\,H(\tau/\beta)+(1-p)H(\tau)=\rho$ (S4), the mean of $\beta^2/R_2$ is $\frac{p\beta^2}{R_2(\tau/\beta)}+\frac{1-p}{R_2(\tau)}$
and the path budget $r=p\,R_2(\tau/\beta)+(1-p)R_2(\tau)$; the optimum of that budget gives the strong features the density
$[[strong_share]]$ and the value $[[optimum]]$; uniform path densities have $[[uniform]]$. At $p=\frac14$ and $\beta=2$ SNIP exceeds the
optimum by 6.55 %, 0.44 %, 3.17 % and 2.31 % at $\rho=0.05,0.1,0.3,0.7$, uniform path densities of the same budget by
12 %, 12 %, 12 % and
4.31 %; SNIP gives the strong features more than the optimum at the first two of these densities, less at the others.
""",
    proof_text=r"""
*Pareto:* $W=\bar F(\tau/\phi)$, $\bar F(t)=\min(1,1/t)$. *Aligned:* $R_2'(s)=-\frac2\pi sK_1(s)<0$ (K5). *Infinite:*
$H(s)<\sqrt{2/\pi s}\,e^{-s}$ (S15) and
$\frac2\pi sK_0(s)<\sqrt{2s/\pi}\,e^{-s}$, as $K_0(s)=e^{-s}\int_0^\infty e^{-sx}\frac{dx}{\sqrt{x(2+x)}}<e^{-s}\sqrt{\pi/2s}$; together $R_2$.
With $\tau>0$, $b^2/R_2(\tau/b)$ grows as $b\to0$ like a power of $b$ times $e^{\tau/b}$, so $v$ times the integrand tends to infinity at
$v=0$, for $b=v$ and for $b=v^a$. *Two levels:* B4 with two values; the strong features are capped first, and with the strong share $x$
the others have $\frac{r-px}{1-p}$. The figures at $p=\frac14$, $\beta=2$ are enclosed in balls. ∎
""",
    source=Source(
        "2602.06675",
        "abstract: “a Graphon-NTK generalisation bound demonstrating how the limit graphon modulates the kernel "
        "geometry to align with informative features”; that SNIP aligns path densities is reported second-hand",
    ),
    provenance=Provenance.PITFALL,
    proof=Proof.PROVED,
    quantities=(
        DENSITY.drawn_from(sp.Rational(1, 20), sp.Rational(9, 10)),
        THRESHOLD.drawn_from(sp.Rational(1, 5), 3),
        COLUMN.drawn_from(sp.Rational(1, 2), 2),
        Quantity(s, "threshold over the value of the column profile", POSITIVE, drawn=(sp.Rational(1, 8), 9)),
        Quantity(v, "position of a feature in the unit interval", UP_TO_ONE, drawn=(sp.Rational(1, 5), 1)),
        EXPONENT.drawn_from(sp.Rational(1, 2), 2),
        Quantity(p, "share of the strong features", UNIT, drawn=(sp.Rational(1, 10), sp.Rational(1, 2))),
        Quantity(
            beta,
            "size of the coefficient of a strong feature, in units of that of a weak one",
            sp.Interval(1, sp.oo),
            drawn=(sp.Rational(5, 4), 3),
        ),
        Quantity(budget, "mean path density, the budget", UP_TO_ONE, drawn=(sp.Rational(1, 5), sp.Rational(9, 10))),
    ),
    hypotheses=(
        Hypothesis(r"$\phi=|\beta|$ (isotropic inputs); the score factorises (S3)"),
        Hypothesis(FIXED_RESIDUAL),
        Hypothesis(r"the bound of B3, formally with $R_2$ for the path density"),
    ),
    uses=("B3", "B4", "K5", "S15"),
    expressions={
        "alignment": 2 / sp.pi * tau**2 / phi**3 * sp.besselk(1, tau / phi),
        "pareto_share": pareto.at(tau / phi).subs(alpha, 1),
        "energy_upper": energy_upper,
        "power_integrand": power_integrand,
        "threshold": level(mean(product_survival(tau / beta), product_survival(tau)), tau, rho),
        "snip_bound": snip_bound,
        "snip_budget": snip_budget,
        "strong_share": strong_share,
        "optimum": optimum,
        "uniform": mean(beta**2, 1) / budget,
        # at p = 1/4 and beta = 2, by density
        "excess": _by_density(
            sp.Rational(655, 10_000), sp.Rational(44, 10_000), sp.Rational(317, 10_000), sp.Rational(231, 10_000)
        ),
        "uniform_excess": _by_density(*[sp.Rational(12, 100)] * 3, sp.Rational(431, 10_000)),
        "more_than_best": _by_density(True, True, False, False),
    },
    aids={
        "two_features": {p: sp.Rational(1, 2), beta: sp.Integer(10), tau: sp.Integer(10)},
    },
    pitfalls=(
        Pitfall(
            control="path densities along the profile",
            said=r"SNIP keeps paths in proportion to $|\beta|$, so its path bound is the smallest.",
            by=(
                "What one might expect from the abstract of arXiv:2602.06675, a bound “demonstrating how "
                "the limit graphon modulates the kernel geometry to align with informative features”; that "
                "SNIP aligns path densities is reported second-hand."
            ),
            why=(
                "The path density of SNIP with normal weights grows with the profile, but not in "
                "proportion to it: for weak features it is exponentially small, and the bound divides by "
                "it."
            ),
            counterexample="two_features",
            by_hand=(
                r"Half of the features have $|\beta|=10$, half $1$; take $\tau=10$. A weak feature keeps the "
                r"paths $R_2(10)\le[[energy_upper]]<\frac1{7900}$ at $s=10$, so that the weak half alone adds "
                r"more than $3900$ to the mean of $\beta^2/R_2$. The strong half keeps $R_2(1)\approx0.477$: "
                r"the budget is $0.2386$, and uniform path densities have $50.5/0.2386<212$."
            ),
            instead="The optimum of a budget is B4's, and Pareto(1) weights attain it: $W=[[pareto_share]]$.",
        ),
    ),
)
