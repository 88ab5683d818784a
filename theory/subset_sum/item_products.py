"""R5: items that are products of two weights, present or not, and what the difference costs."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Source
from theory.quantities import COUNT_FROM_ZERO, POSITIVE, Hypothesis, Quantity
from theory.steps import Carrier, Step
from theory.subset_sum.potential import REACH, a
from theory.subset_sum.product_laws import (
    annealed_size,
    bessel_integral,
    chi_square,
    closeness,
    eta,
    expected_count,
    far,
    gaussian_best,
    gaussian_contraction,
    gaussian_pair,
    gaussian_product,
    gaussian_reach,
    leading,
    left_over,
    local_density,
    mixture,
    near,
    pair_share,
    quenched_bound,
    quenched_size,
    quotient,
    quotient_slope,
    side,
    spread,
    sum_density,
    sum_distribution,
    t,
    total,
    u,
    uniform_best,
    uniform_contraction,
    uniform_pair,
    uniform_product,
    uniform_reach,
    usable,
    usable_count,
    v,
    variance,
    w,
    x,
)
from theory.subset_sum.symbols import DISTANCE, ITEMS, SUBSET_SIZE, TARGET, eps

STEPS = (
    Step(
        name="uniform density",
        sentence=r"""(a) Given $|X|=y$, $XY$ is uniform on $[-y,y]$: its density at $s$ is $\frac1{2y}$ for $y\ge|s|$, and in the mean over $y$,
uniform on $[0,1]$, it is $[[uniform_density]]$.""",
        gives={"uniform_density": uniform_product.density},
    ),
    Step(
        name="uniform distribution",
        sentence=r"In the same way, $0\le XY\le s$ has the probability $\frac12\min(1,\frac sy)$ given $|X|=y$. The mean over $y$ makes $[[uniform_distribution]]$.",
        gives={"uniform_distribution": uniform_product.distribution},
    ),
    Step(
        name="uniform characteristic",
        sentence=r"The characteristic function is the mean of $\frac{\sin uX}{uX}$, that of $Y$ at $uX$: $[[uniform_characteristic]]$.",
        gives={"uniform_characteristic": uniform_product.characteristic},
    ),
    Step(
        name="variances",
        sentence=r"The variance is the mean of $X^2Y^2$: $[[uniform_variance]]$ for uniform factors and $[[gaussian_variance]]$ for normal ones.",
        gives={"uniform_variance": uniform_product.variance, "gaussian_variance": gaussian_product.variance},
    ),
    Step(
        name="random variance",
        sentence=r"""(b) Given the second factors, a sum of $k$ products of normal numbers is normal, with the sum of their squares for its
variance. That has the density $[[chi_square]]$: the mean of $e^{-\lambda v}$ is, for all $\lambda\ge0$, the $k$-th power of that for one
square, which determines a law.""",
        gives={"chi_square": chi_square},
    ),
    Step(
        name="mixture",
        sentence=r"""The density of the sum at $\pm x\ne0$ is the integral over $v$ of this density times the normal one of variance $v$, which with
$v=xe^w$ is the integral over $w$ of $[[mixture]]$.""",
        gives={"mixture": mixture},
        uses=("random variance",),
    ),
    Step(
        name="Bessel function",
        sentence=r"$\int_{-\infty}^\infty e^{\nu w-x\cosh w}dw=2K_\nu(x)$ for $x>0$.",
        by=Carrier.CITED,
        source="DLMF 10.32.9, “K_ν(z) = ∫₀^∞ e^(−z cosh t) cosh(νt) dt”",
    ),
    Step(
        name="density of a sum",
        sentence=r"So the density is $[[sum_density]]$. Its value at $0$ is the mean of $(2\pi v)^{-1/2}$, infinite for $k=1$.",
        gives={"sum_density": sum_density},
        uses=("random variance", "mixture", "Bessel function"),
    ),
    Step(
        name="normal density",
        sentence=r"At $k=1$ that is $[[gaussian_density]]$.",
        gives={"gaussian_density": gaussian_product.density},
        uses=("density of a sum",),
    ),
    Step(
        name="normal characteristic",
        sentence=r"The characteristic function of one product is the mean of $e^{-u^2Y^2/2}$: $[[gaussian_characteristic]]$.",
        gives={"gaussian_characteristic": gaussian_product.characteristic},
    ),
    Step(
        name="Bessel integral",
        sentence=r"$\int_0^xs^\nu K_\nu(s)\,ds=[[bessel_integral]]$ for $\nu=\frac{k-1}2>-\frac12$.",
        by=Carrier.CITED,
        source="DLMF 10.43.2, the indefinite integral of z^ν K_ν by Struve functions; it is 0 at 0, as the density is integrable",
        gives={"bessel_integral": bessel_integral},
    ),
    Step(
        name="distribution of a sum",
        sentence=r"The density is even, so that the distribution function is $[[sum_distribution]]$.",
        gives={"sum_distribution": sum_distribution},
        uses=("density of a sum", "Bessel integral"),
    ),
    Step(
        name="close",
        sentence=r"""(c) By symmetry of the law, a sum of $k$ is within $\varepsilon$ of $z$ with the difference of that at $h=|z|+\varepsilon$ and at
$|z|-\varepsilon=s\cdot l$, which has the modulus $l$ and the sign $s$: with probability $[[closeness]]$.""",
        gives={"closeness": closeness},
        uses=("distribution of a sum",),
    ),
    Step(
        name="mean count",
        sentence=r"""All $k$ items of a subset are usable with probability $2^{-k}$, whatever their values are, and there are $\binom nk$
such subsets: $\mathbb EN=[[expected_count]]$, with $1$ for the empty subset if $|z|\le\varepsilon$.""",
        by=Carrier.RULE,
        source="linearity",
        gives={"expected_count": expected_count},
        uses=("close",),
    ),
    Step(
        name="weight of all subsets",
        sentence=r"The probabilities to be usable, of all subsets together, are $\sum_k\binom nk2^{-k}=[[total]]$: an item is left out, or taken with $\frac12$.",
        gives={"total": total},
    ),
    Step(
        name="spread",
        sentence=r"""Divided by that they choose a random subset that takes every item with probability $\frac13$, independently. For either law its
sum has the variance $[[spread]]$, if a product has the variance *variance*, and the $n$-th power of $\varphi=\frac23+\frac13\psi$ for its
characteristic function, $\psi$ being that of a product.""",
        gives={"spread": spread},
        uses=("weight of all subsets",),
    ),
    Step(
        name="density of two",
        sentence=r"""A sum of two products has at most the density $\int f_1^2$, by the Cauchy–Schwarz inequality, and has it at $0$: $[[uniform_pair]]$ for uniform and
$[[gaussian_pair]]$ for normal weights.""",
        gives={"uniform_pair": uniform_pair, "gaussian_pair": gaussian_pair},
        uses=("uniform density", "normal density"),
    ),
    Step(
        name="square integrable",
        sentence=r"As $f_1^2$ has a finite integral, so has $|\psi|^2$.",
        by=Carrier.RULE,
        source="Plancherel",
        uses=("density of two",),
    ),
    Step(
        name="pairs of items",
        sentence=r"""$\binom n{k+2}$ is $\binom n2\binom{n-2}k$ times $[[pair_share]]$, at most $1$. So $\varphi^n$ without its terms of order $0$ and $1$ in $\psi$ is at most
$\binom n2\frac{|\psi|^2}9(\frac23+\frac13|\psi|)^{n-2}$.""",
        gives={"pair_share": pair_share},
        uses=("spread",),
    ),
    Step(
        name="away from zero",
        sentence=r"Off a neighbourhood of $0$ the largest $|\psi|$ is below $1$, so that the integral of that bound falls geometrically in $n$.",
        by=Carrier.RULE,
        source="Riemann–Lebesgue",
        uses=("square integrable", "pairs of items"),
    ),
    Step(
        name="near zero",
        sentence=r"""Near $0$, $|\varphi(u)|\le e^{-cu^2}$ for some $c>0$, and $\varphi(\frac u{\sqrt n})^n\to e^{-u^2\text{variance}/6}$ for every $u$: at
this scale the integral of $\varphi(u)^ne^{-ius}$ tends to that of the limit, uniformly for $s$ in a bounded interval.""",
        by=Carrier.RULE,
        source="dominated convergence",
        uses=("spread", "away from zero"),
    ),
    Step(
        name="local density",
        sentence=r"So the density of the sum, of two or more items, is $(1+o(1))[[local_density]]$ on bounded intervals: $\frac1{2\pi}$ times the integral of $e^{-u^2\text{spread}/2}$.",
        gives={"local_density": local_density},
        uses=("near zero",),
    ),
    Step(
        name="local limit",
        sentence=r"""For $\varepsilon\le\frac{|z|}2$ the empty subset does not count, and the subsets of one item have a bounded density at a distance of
$\frac{|z|}2$ from $0$: they add $O(n\varepsilon)$. So $\mathbb EN\sim[[leading]]$, all subsets times the local density times the length, uniformly in
such $\varepsilon$.""",
        gives={"leading": leading},
        uses=("mean count", "weight of all subsets", "local density"),
    ),
    Step(
        name="annealed size",
        sentence=r"""Since that is uniform, $\varepsilon$ may tend to $0$ as $n$ grows. All subsets times $\varepsilon$ are $1$ at $n=[[annealed_size]]$, and what is left of
the mean has a logarithm of $o(n)$.""",
        gives={"annealed_size": annealed_size},
        uses=("local limit",),
    ),
    Step(
        name="usable count",
        sentence=r"(d) Given $K$ usable items the mean count is $E_K=[[usable_count]]$, each of their subsets with weight $1$.",
        by=Carrier.RULE,
        source="linearity",
        gives={"usable_count": usable_count},
        uses=("close",),
    ),
    Step(
        name="Markov",
        sentence=r"Given $K$, $\Pr(N\ge1)\le\min(1,E_K)$.",
        by=Carrier.RULE,
        source="Markov",
        uses=("usable count",),
    ),
    Step(
        name="binomial",
        sentence=r"$K$ is $i$ with probability $\binom ni2^{-n}$, so that $\Pr(N\ge1)\le[[quenched_bound]]$.",
        by=Carrier.RULE,
        source="tower",
        gives={"quenched_bound": quenched_bound},
        uses=("Markov",),
    ),
    Step(
        name="density of more",
        sentence=r"""More items keep below that. One item has a density that falls away from $0$, so that on $[z-\varepsilon,z+\varepsilon]$, for $\varepsilon\le\frac{|z|}2$, it is at most that at
$\frac z2$. So $E_K\le C_z2^K\varepsilon$, with $C_z$ twice the larger of the two.""",
        by=Carrier.RULE,
        source="convolution",
        uses=("usable count", "density of two", "normal density"),
    ),
    Step(
        name="typical number",
        sentence=r"$K\ge\frac n2+\omega\sqrt n$ with probability at most $2e^{-2\omega^2}$, for every $\omega>0$: $\frac Kn$ is a mean of $n$ independent zeros and ones.",
        by=Carrier.RULE,
        source="Hoeffding",
    ),
    Step(
        name="quenched size",
        sentence=r"""With $1-\frac\eta2$ times $n=[[quenched_size]]$ items, $2^{n/2}\varepsilon$ is $[[left_over]]$. So for a typical $K$ the mean count is at most
$C_z2^{\omega\sqrt n}$ times this, and for every $\eta>0$ tends to $0$ with $\varepsilon$, as $\sqrt n$ grows slower than $\log\frac1\varepsilon$; fewer items do no
better.""",
        gives={"left_over": left_over, "quenched_size": quenched_size},
        uses=("binomial", "density of more", "typical number"),
    ),
    Step(
        name="cover",
        sentence=r"*With R4:* items of a least density $\kappa$ on $[-a,a]$ contract the odds by $1-\frac{a\kappa}2$.",
        by=Carrier.CLAIM,
        source="R4",
    ),
    Step(
        name="contractions",
        sentence=r"""Half of the items are usable, and the density of a product falls away from $0$: $\kappa$ is half of its value at $a$. That makes $[[uniform_contraction]]$ for uniform
weights, $a\le1$, and $[[gaussian_contraction]]$ for normal ones.""",
        gives={"uniform_contraction": uniform_contraction, "gaussian_contraction": gaussian_contraction},
        uses=("uniform density", "normal density", "cover"),
    ),
    Step(
        name="uniform reach",
        sentence=r"The first is strictly convex in $a$, and flat at $a=[[uniform_reach]]$: there it is least, $[[uniform_best]]$.",
        gives={"uniform_reach": uniform_reach, "uniform_best": uniform_best},
        uses=("contractions",),
    ),
    Step(
        name="order of Bessel functions",
        sentence=r"$K_1(a)-K_0(a)=\int_0^\infty e^{-a\cosh w}(\cosh w-1)\,dw>0$.",
        by=Carrier.RULE,
        source="positivity",
        uses=("Bessel function",),
    ),
    Step(
        name="one crossing",
        sentence=r"The quotient $[[quotient]]$ falls, since its slope is $[[quotient_slope]]<0$: it has the value $1$ at most once, and has it, as it falls from $\infty$ to $0$.",
        gives={"quotient": quotient, "quotient_slope": quotient_slope},
        uses=("order of Bessel functions",),
    ),
    Step(
        name="normal reach",
        sentence=r"""The second contraction has a slope of the sign of $1$ less this quotient, so that it is least where the quotient is $1$: at
$a=[[gaussian_reach]]$, with the value $[[gaussian_best]]$.""",
        gives={"gaussian_reach": gaussian_reach, "gaussian_best": gaussian_best},
        uses=("contractions", "one crossing"),
    ),
)

item_products = Claim(
    label="R5",
    title="Product laws, and annealed against quenched sample complexity",
    statement=r"""
(a) A product of two independent uniform numbers on $[-1,1]$ has the density $[[uniform_density]]$, the distribution
function $[[uniform_distribution]]$, the characteristic function $[[uniform_characteristic]]$ and the variance
$\frac19$. (b) A product of two independent standard normal numbers has the density $[[gaussian_density]]$ and the
characteristic function $[[gaussian_characteristic]]$; a sum of $k$ of them the density $f_k=[[sum_density]]$ and
the distribution function $[[sum_distribution]]$ ($L_\nu$ as a hypergeometric function). (c) In a two-layer block an
item is usable with probability $\frac12$, by the sign of its first weight, and then has such a law. For normal
weights the number $N$ of subsets of usable items within $\varepsilon$ of $z$ has the mean $$\mathbb
EN=[[expected_count]],$$ and for either law, fixed $z\ne0$ and $\varepsilon\le|z|/2$, as $n\to\infty$, $\mathbb
EN\sim[[leading]]$. (d) Given $K$ usable items let $E_K=[[usable_count]]$; then $$\Pr(N\ge1)\le[[quenched_bound]].$$
So success with probability $\frac12$ needs $n\ge(1-o(1))[[quenched_size]]$ as $\varepsilon\to0$, more than the mean
count asks for: it reaches $1$ at $(1+o(1))[[annealed_size]]$. *With R4*, half of the items usable: reaching
$[-a,a]$ gives the contractions $[[uniform_contraction]]$ for $a\le1$ and $[[gaussian_contraction]]$, least at
$a=[[uniform_reach]]$ and $a=[[gaussian_reach]]$, with the values $[[uniform_best]]$ and $[[gaussian_best]]$.
""",
    steps=STEPS,
    source=Source(
        "2006.07990",
        "no text at hand; textbook laws of products, reported second-hand to be the items of its two-layer blocks",
    ),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        Quantity(
            t,
            "argument of a density or a distribution function",
            sp.S.Reals,
            drawn=(sp.Rational(1, 10), sp.Rational(9, 10)),
        ),
        Quantity(u, "argument of a characteristic function", POSITIVE),
        SUBSET_SIZE.drawn_from(1, 6),
        ITEMS.drawn_from(2, 4),
        Quantity(usable, "number of usable items", COUNT_FROM_ZERO, drawn=(1, 4)),
        TARGET.drawn_from(sp.Rational(1, 5), 2),
        DISTANCE.drawn_from(sp.Rational(1, 20), sp.Rational(1, 4)),
        REACH.drawn_from(sp.Rational(1, 5), sp.Rational(4, 5)),
        Quantity(
            variance,
            "variance of a product, 1/9 for uniform and 1 for normal weights",
            POSITIVE,
            drawn=(sp.Rational(1, 9), 2),
        ),
        Quantity(x, "modulus of an argument of a density", POSITIVE),
        Quantity(v, "sum of the squares of the second factors", POSITIVE),
        Quantity(w, "logarithm of that sum over a modulus", sp.S.Reals, drawn=(-2, 2)),
        Quantity(far, "modulus of the target and the distance together", POSITIVE, drawn=(1, 2)),
        Quantity(
            near, "modulus of their difference, or any number if that is none", POSITIVE, drawn=(sp.Rational(1, 4), 1)
        ),
        Quantity(side, "sign of their difference", sp.Range(-1, 2), drawn=(1, 1)),
        Quantity(
            eta, r"by how much of $\log_2\frac1\varepsilon$ a number of items stays behind", sp.Interval.Ropen(0, 2)
        ),
    ),
    hypotheses=(
        Hypothesis("independent weights, all uniform on [−1, 1] or all standard normal"),
        Hypothesis("an item is usable with probability 1/2, independently of its value; the empty subset counts"),
        Hypothesis(
            "for the contraction of uniform weights, products of which reach no farther than 1",
            a <= 1,
            needed_by=("uniform_contraction",),
        ),
        Hypothesis("for the sizes, a distance that tends to 0", eps < 1, needed_by=("annealed_size", "quenched_size")),
    ),
    uses=("R4",),
    expressions={
        "uniform_density": uniform_product.density,
        "uniform_distribution": uniform_product.distribution,
        "uniform_characteristic": uniform_product.characteristic,
        "uniform_variance": uniform_product.variance,
        "gaussian_density": gaussian_product.density,
        "gaussian_characteristic": gaussian_product.characteristic,
        "gaussian_variance": gaussian_product.variance,
        "sum_density": sum_density,
        "sum_distribution": sum_distribution,
        "expected_count": expected_count,
        "usable_count": usable_count,
        "quenched_bound": quenched_bound,
        "leading": leading,
        "annealed_size": annealed_size,
        "quenched_size": quenched_size,
        "uniform_contraction": uniform_contraction,
        "gaussian_contraction": gaussian_contraction,
        "uniform_reach": uniform_reach,
        "gaussian_reach": gaussian_reach,
        "uniform_best": uniform_best,
        "gaussian_best": gaussian_best,
    },
)
