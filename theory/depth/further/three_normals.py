"""D3.1: the product of three standard normals, its moments and its tail as a series."""

from functools import cache

import sympy as sp

from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.formulas.three_normals import ThreeNormals
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT_FROM_ZERO, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, induction, same
from sparse_limits.theory.tails import half_normal, product_normal, t, triple_normal

s = sp.Symbol("s", positive=True)  # power of a moment
k = sp.Symbol("k", integer=True, nonnegative=True)  # place of a pole, from the first on
i = sp.Symbol("i", integer=True, nonnegative=True)
epsilon = sp.Symbol("epsilon", real=True)  # half the distance to a pole

one_moment = 2 ** (s / 2) * sp.gamma((s + 1) / 2) / sp.sqrt(sp.pi)
moment = 2 ** (3 * s / 2) * sp.gamma((s + 1) / 2) ** 3 / sp.pi ** sp.Rational(3, 2)
integrand = moment * t**-s / s
eighth = t**2 / 8
slope = -sp.log(eighth) - 3 * sp.EulerGamma + 3 * sp.Sum(1 / (i + 1), (i, 0, k - 1))
bend = sp.pi**2 / 4 + 3 * sp.Sum(1 / (i + 1) ** 2, (i, 0, k - 1)) / 2
height = 2 * (-1) ** k * eighth ** (k + sp.Rational(1, 2)) / (sp.pi ** sp.Rational(3, 2) * sp.factorial(k) ** 3)
odd = 2 * k + 1
term = height / odd * (slope**2 / 2 + bend + 2 * slope / odd + 4 / odd**2)
shrinking = eighth**k * (sp.sqrt(sp.pi) / sp.gamma(k + sp.Rational(1, 2))) ** 3
h_3 = triple_normal.survival

MOMENT = Quantity(s, "power of the product whose mean is taken", POSITIVE)
PLACE = Quantity(k, "place of a pole, from zero", COUNT_FROM_ZERO, drawn=(0, 8))
PRODUCT = Quantity(t, "value of the product, in modulus", POSITIVE, drawn=(sp.Rational(1, 8), 4))

STEPS = proof(
    r"""
one normal: A standard normal $g$ has $E|g|^s=[[one_moment]]$ for $s>0$.

three normals (from one normal; by product): So $E|g_1g_2g_3|^s=[[moment]]$, a product of three.

Mellin inversion (from three normals; cited: DLMF 1.14(iv): the Mellin transform of a continuous function of bounded variation, where its
integral over the line converges absolutely, is inverted by that integral; DLMF 5.11.9: |Γ(x+iy)| for large |y|, uniformly in bounded x):
$\int_0^\infty t^{s-1}H_3(t)\,dt=E|g_1g_2g_3|^s/s$ for $s>0$. Hence $2\pi i\,H_3(t)$ is the integral of $[[integrand]]$ upwards over a line
of real part $c>0$. ($H_3$ is continuous, since the product has a density.) On this line, and uniformly between two such lines, gamma functions decay exponentially with
the height.

logarithm at a pole (from Mellin inversion): At $s=2\varepsilon-2k-1$ the gamma function is
$\Gamma(\varepsilon-k)=\Gamma(1+\varepsilon)/\varepsilon(\varepsilon-1)\cdots(\varepsilon-k)$. So
$\varepsilon^3(-1)^kk!^3\,\Gamma(\varepsilon-k)^3(t^2/8)^{-\varepsilon}$ has a logarithm that begins with $[[slope]]$ times $\varepsilon$ and $[[bend]]$
times $\varepsilon^2$.

residue (from logarithm at a pole): Times $[[height]]$ and $\frac1{2\varepsilon-2k-1}$, for $ds=2\,d\varepsilon$, this function is $\varepsilon^3$
times the integrand. So the residue, the coefficient of $\varepsilon^{-1}$ in the integrand, is minus $[[term]]$.

lines to the left (from Mellin inversion): On the line of real part $-2k$ the gamma function is $\Gamma(\frac12+\frac{iy}2)$ divided by
$\prod_{j\le k}(\frac12-j+\frac{iy}2)$, whose factors have moduli of at least $j-\frac12$. For $k\ge1$ the integral there is at most
$[[shrinking]]$ times a number that does not depend on $k$, so it tends to $0$ as $k\to\infty$.

series (from Mellin inversion, residue, lines to the left; by residues; gives h_3): Between the lines lie the pole at $s=0$, of residue $1$,
and the poles at $-1,-3,\dots$. The segments that join two lines far above and far below contribute nothing in the limit. So $H_3(t)$,
`h_3`, is $1$ minus the sum of the residues' `term` over all $k\ge0$.
""",
    globals(),
)


@cache
def _moment_of(density: sp.Expr) -> sp.Expr:
    return sp.integrate(t**s * density, (t, 0, sp.oo))


def shifted(difference: sp.Expr) -> sp.Expr:
    """The difference with Γ(k + 3/2) written as (k + ½)Γ(k + ½)."""
    return sp.simplify(
        difference.subs(sp.gamma(k + 3 * sp.Rational(1, 2)), (k + sp.Rational(1, 2)) * sp.gamma(k + sp.Rational(1, 2)))
    )


def term_is_the_residue(term: sp.Expr, height: sp.Expr, slope: sp.Expr, bend: sp.Expr) -> Relations:
    """For every k the coefficient of ε² of e^(slope ε + bend ε²) times height over 2k + 1 − 2ε, by two derivatives."""
    first, second = sp.symbols("c_1 c_2", real=True)
    series = sp.exp(first * epsilon + second * epsilon**2) / (odd - 2 * epsilon)
    coefficient = sp.diff(series, epsilon, 2).subs(epsilon, 0) / 2
    yield same(term, height * coefficient.subs({first: slope, second: bend}))


def residues_of_the_integrand(integrand: sp.Expr, term: sp.Expr, height: sp.Expr) -> Relations:
    """At the first four poles, t free: half the second derivative of ε³ times the integrand, Γ(ε − k) by Γ(1 + ε)."""
    for place in range(4):
        at = 2 * epsilon - 2 * place - 1
        moved = sp.gamma(1 + epsilon) / sp.Mul(*(epsilon - j for j in range(1, place + 1)))  # ε Γ(ε − k)
        gamma = sp.gamma((s + 1) / 2)
        plain = sp.powsimp((integrand / gamma**3).subs(s, at))
        near = 2 * plain * moved**3
        bent = sp.diff(near, epsilon, 2, simplify=False)
        yield same(valued(bent, {epsilon: 0}) / 2, -valued(term, {k: place}).doit(), by=sp.expand)
        yield same(near.subs(epsilon, 0), -height.subs(k, place) / (2 * place + 1), by=sp.expand)


def lines_shrink(shrinking: sp.Expr, integrand: sp.Expr) -> Relations:
    """From one line to the next as s times the integrand does, a step of 2 to the left, where its modulus is greatest."""
    here = integrand.subs(sp.gamma((s + 1) / 2), (s - 1) / 2 * sp.gamma((s - 1) / 2))
    passed = sp.simplify((s - 2) * integrand.subs(s, s - 2) / (s * here)).subs(s, -2 * k)

    def following(claimed: sp.Expr) -> sp.Expr:
        return claimed * -passed

    yield induction(shrinking, k, sp.Integer(1), following, by=shifted)


three_normals = Claim(
    label="D3.1",
    title="The product of three normals",
    statement=r"""
Let $H_3(t)=P(|g_1g_2g_3|>t)$ for independent standard normals and $t>0$. Then $E|g_1g_2g_3|^s=[[moment]]$ for $s>0$, and
$$H_3(t)=1-\sum_{k\ge0}[[term]],$$
where the series converges for every $t$. Numerical values (`h_3`) are enclosed, with a bound on the truncation error.
""",
    steps=STEPS,
    source=Source(
        "2602.06675",
        "v1",
        "beyond the abstract; products of normals are Meijer functions (Springer and Thompson, 1970)",
    ),
    provenance=Provenance.EXTENSION,
    quantities=(
        PRODUCT,
        MOMENT,
        PLACE,
        Quantity(i, "place in a sum of inverses, from zero", COUNT_FROM_ZERO, drawn=(0, 8)),
    ),
    hypotheses=(Hypothesis("three independent standard normal factors"),),
    also=("h_3",),
    because={
        "one normal": lambda one_moment: same(one_moment, _moment_of(half_normal.density)),
        "residue": (term_is_the_residue, residues_of_the_integrand),
        "lines to the left": lines_shrink,
    },
    wrong=lambda: {
        "one_moment: a moment of the square": 2**s * sp.gamma(s + sp.Rational(1, 2)) / sp.sqrt(sp.pi),
        "one_moment: one power less": one_moment.subs(s, s - 1),
        "moment: two normals": one_moment**2,
        "integrand: density in place of the tail": integrand * s,
        "integrand: of the square": integrand.subs(t, t**2),
        "integrand: an integrand of two normals": one_moment**2 * t**-s / s,
        "slope: harmonic number of the next pole": slope + 3 / (k + 1),
        "slope: no Euler constant": slope + 3 * sp.EulerGamma,
        "slope: sign of the logarithm": slope + 2 * sp.log(eighth),
        "bend: ζ(2) for a half of it": bend + sp.pi**2 / 4,
        "bend: squares not added": sp.pi**2 / 4,
        "term: double poles": height / odd * (slope + 2 / odd),
        "term: the pole of 1/s left out": height / odd * (slope**2 / 2 + bend),
        "term: one pole farther": term.subs(k, k + 1),
        "height: squares of the factorials": height * sp.factorial(k),
        "height: signs not alternating": height * (-1) ** k,
        "shrinking: one gamma function": eighth**k / sp.gamma(k + sp.Rational(1, 2)) * sp.sqrt(sp.pi),
        "shrinking: factors from one on": eighth**k / sp.factorial(k) ** 3,
        "shrinking: t for its square": shrinking.subs(t, sp.sqrt(t)),
        "h_3: the product of two": product_normal.survival,
        "h_3: sign of the terms": 2 - h_3,
        "h_3: its derivative": -ThreeNormals(1, t),
        "h_3: at twice the value": h_3.subs(t, 2 * t),
    },
)
