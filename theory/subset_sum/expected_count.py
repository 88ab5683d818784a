"""R1: how many subsets of random numbers come close to a target, in the mean."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Source
from theory.quantities import POSITIVE, Hypothesis, Quantity
from theory.subset_sum.symbols import DISTANCE, ITEMS, SUBSET_SIZE, TARGET, eps, k, n, z

j = sp.Symbol("j", integer=True)
t = sp.Symbol("t", real=True)
u, r = sp.symbols("u r", positive=True)

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


def _near() -> sp.Expr:
    """What φⁿ cos(ru) differs from its expansion by on [0, π]."""
    spread = 1 / (2 * rate)
    return (
        n * sextic * moment_ratio(6, sp.Integer(6))
        + r**4 / 24 * moment_ratio(4, sp.Integer(6))
        + n**2 * quartic**2 / 2 * moment_ratio(8, spread)
        + n * quartic * r**2 / 2 * moment_ratio(6, spread)
    )


def _far() -> sp.Expr:
    """The expansion beyond π."""
    wide = sp.Integer(12)
    terms = moment_ratio(0, wide) + r**2 / 2 * moment_ratio(2, wide) + n * moment_ratio(4, wide) / 1440
    return sp.exp(-n * sp.pi**2 / 24) * terms


def _tail() -> sp.Expr:
    """Subsets of two or more items beyond π, and those of at most one item on [0, π]."""
    many = sp.binomial(n, 2) * (1 + 1 / sp.pi) ** (n - 2) / sp.pi**2
    return sp.sqrt(sp.pi * n / 3) * (many + 3 * n / 2 + 1) / 2**n


remainder = _near() + _far() + _tail()
next_term = sp.Rational(5, 28) + sp.Rational(21, 640)  # what n² times the relative error tends to at z = 0, ε → 0

subset_count = Claim(
    label="R1",
    title="Expected number of subsets within ε of a target",
    statement=r"""
Let $X_1,\dots,X_n$ be independent and uniform on $[-1,1]$, $z\in\mathbb R$, $\varepsilon>0$ and
$N=\#\{S\subseteq[n]:|\sum_{i\in S}X_i-z|\le\varepsilon\}$. The sum of $k$ items has the distribution function
$F_k(t)=[[sum_cdf]]$, and $$\mathbb EN=[[expected_count]],$$ a rational number for rational $z,\varepsilon$. For
$n\ge2$ and $r=|z|+\varepsilon$, with $A=[[leading]]$ and $c=[[correction]]$: $$\big|\mathbb EN-\mathbf
1\{|z|\le\varepsilon\}-A(1+c)\big|\le A\,R_n(r),\qquad R_n(r)=[[remainder]].$$ So $\mathbb EN=A\,(1+O(1/n))$ for
fixed $z$, uniformly over $n^22^{-n}\le\varepsilon\le1$, and over all $\varepsilon\le1$ with $\varepsilon<|z|$. The
order $1/n^2$ of the remainder is sharp: for $z=0$ and $\varepsilon\to0$ the left side is $A\,([[next_term]]+O(\frac1n))/n^2$. Steps: the characteristic function $\varphi(u)=[[characteristic]]$ of an
item that is absent half of the time obeys, on $[0,\pi]$, $\varphi\le e^{-\rho u^2}$, $0\le\log\varphi+u^2/12\le
q\,u^4$ and $0\le\log\varphi+u^2/12-u^4/1440\le s\,u^6$ with $\rho=[[rate]]$, $q=[[quartic]]$, $s=[[sextic]]$.
""",
    proof_text=r"""
*Exact count.* A sum of $k$ items has $F_0(t)=\mathbf 1\{t\ge0\}$ and $F_{k+1}(t)=\frac12\int_{-1}^1F_k(t-x)dx$;
averaging a truncated power gives
$\frac12\int_{-1}^1\frac{(t-x-a)_+^k}{k!}dx=\frac{(t-a+1)_+^{k+1}-(t-a-1)_+^{k+1}}{2\,(k+1)!}$, so
$F_k=\frac1{2^kk!}\sum_j(-1)^j\binom kj(t+k-2j)_+^k$ by Pascal's rule. By linearity $\mathbb
EN=\sum_S\Pr(|\sum_SX_i-z|\le\varepsilon)$, where the empty subset gives the indicator and for $k\ge1$ the laws have
no atoms.

*Local limit.* $2^{-n}\mathbb EN=\Pr(|T-z|\le\varepsilon)$ with $T=\sum b_iX_i$ and fair bits $b_i$; $T$ has an atom
$2^{-n}$ at $0$, the empty subset, and else the density $f=n2^{-n}f_1+\tilde f$, where $f_1\le\frac12$ is the
density of one item and $\tilde f(s)=\frac1\pi\int_0^\infty(\varphi^n-2^{-n}-n2^{-n}\frac{\sin u}u)\cos(su)\,du$.
With $x=\frac{\sin u}u$, $\varphi^n=2^{-n}(1+x)^n$ and $|(1+x)^n-1-nx|\le\binom n2x^2(1+|x|)^{n-2}$. For $u\ge\pi$,
$|x|\le\frac1u\le\frac1\pi$: this part of the integral is at most $2^{-n}\binom n2(1+\frac1\pi)^{n-2}/\pi^2$. On
$[0,\pi]$ the two subtracted terms give at most $(n+1)2^{-n}$, and $n2^{-n}f_1\le\frac n2 2^{-n}$. There remains
$\frac1\pi\int_0^\pi\varphi^n\cos(su)du$, to be compared with $\frac1\pi\int_0^\infty
e^{-nu^2/12}(1+\frac{nu^4}{1440}-\frac{s^2u^2}2)du=\sqrt{\frac3{\pi n}}\,(1+\frac{3/40-3s^2}n)$. Beyond $\pi$,
$e^{-nu^2/12}\le e^{-n\pi^2/24}e^{-nu^2/24}$. On $[0,\pi]$ put
$g=\log\varphi+\frac{u^2}{12}\in[\frac{u^4}{1440},\frac{u^4}{1440}+su^6]$. As $e^y-1-y\le\frac{y^2}2e^y$ and
$e^y-1\le ye^y$ for $y\ge0$, $0\le\varphi^n-e^{-nu^2/12}(1+\frac{nu^4}{1440})\le
e^{-nu^2/12}nsu^6+\frac{n^2q^2u^8}2\varphi^n$ and $0\le\varphi^n-e^{-nu^2/12}\le nqu^4\varphi^n$, while
$|\cos(su)-1+\frac{s^2u^2}2|\le\frac{s^4u^4}{24}$ and $|\cos(su)-1|\le\frac{s^2u^2}2$ (here $s$ is the point). With
$\varphi\le e^{-\rho u^2}$ all four errors are Gaussian moments; divided by $\sqrt{3/(\pi n)}$ their sum is
$R_n(|s|)$, which increases with $|s|$. Integrate over $s\in[z-\varepsilon,z+\varepsilon]$: the mean of
$\frac3{40}-3s^2$ is $\frac3{40}-3z^2-\varepsilon^2$.

*The inequalities for $\varphi$.* Let $\log\varphi=\sum_mc_mu^{2m}$; $c_1=-\frac1{12}$, $c_2=\frac1{1440}$,
$c_3=\frac1{18144}$. On $|u|=4$, hence in the disc, $\mathrm{Re}\,\varphi>0$, so $\log\varphi$ is analytic there and
$|c_m|\le4^{-2m}\max_{|u|=4}|\log\varphi|$. With the exact $c_m$, $m\le40$, and this bound for the rest,
$h(u)=(g-\frac{u^4}{1440})/u^6$ has $h'>0$ on $(0,\pi]$ (ball arithmetic, as one of the checks). So $0<h\le h(\pi)$;
then $g/u^4=\frac1{1440}+u^2h$ and $g/u^2$ increase as well, and $\varphi(\pi)=\frac12$ gives $s$, $q$ and $\rho$.

*Sharp.* One term more of the same expansion at $s=0$, $e^{-nu^2/12}(nc_3u^6+\frac{n^2c_2^2}2u^8)$, adds the moments of order 6 and
8 of a normal number of variance $\frac6n$: $15\cdot6^3c_3+105\cdot6^4\frac{c_2^2}2$ over $n^2$. The errors left are $O(n^{-3})$ by the
same estimates.
""",
    source=Source(
        "2006.07990",
        "no text at hand; the first moment of random subset sums, as in Karmarkar et al. (1986), with an "
        "expansion of ours",
    ),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        SUBSET_SIZE.drawn_from(1, 5),
        ITEMS.drawn_from(2, 6),
        Quantity(t, "argument of the distribution function of a sum of items", sp.S.Reals, drawn=(-4, 4)),
        TARGET.drawn_from(-2, 2),
        DISTANCE.drawn_from(sp.Rational(1, 20), 2),
        Quantity(u, "argument of the characteristic function of an item", POSITIVE),
        Quantity(r, "sum of the modulus of the target and the distance allowed", POSITIVE),
    ),
    hypotheses=(
        Hypothesis("for the expansion, at least two items", n >= 2, needed_by=("leading", "correction", "remainder")),
        Hypothesis("the items are independent and uniform on [−1, 1]"),
        Hypothesis("every item is in half of the subsets, and the empty subset counts"),
    ),
    expressions={
        "sum_cdf": sum_cdf,
        "expected_count": expected_count,
        "characteristic": characteristic,
        "leading": leading,
        "correction": correction,
        "rate": rate,
        "quartic": quartic,
        "sextic": sextic,
        "remainder": remainder,
        "next_term": next_term,
    },
)
