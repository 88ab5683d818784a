"""N6.3: what N dimensions leave of a neuron falls like a power of N, with a constant that holds for all N."""

import sympy as sp

from sparse_limits.theory.bounds import Loose, Side
from sparse_limits.theory.claims import Claim, Provenance, Remark, Source
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.neuron_pruning.alignment import N, eps
from sparse_limits.theory.neuron_pruning.inputs import INPUTS, d
from sparse_limits.theory.neuron_pruning.spectral import allowed, coefficient, delta, j, k, m, multiplicity, ranks
from sparse_limits.theory.neuron_pruning.spectral import neurons as spectral_neurons
from sparse_limits.theory.neuron_pruning.spectral import tail as spectral_tail
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import (
    CLOSED_UNIT,
    COUNT,
    COUNT_FROM_ZERO,
    NON_NEGATIVE,
    POSITIVE,
    Hypothesis,
    Quantity,
)
from sparse_limits.theory.reasons import Relations, nonnegative, same, vanishes

i, n = sp.symbols("i n", integer=True, positive=True)  # a factor of n!, and n
x, y, z = sp.symbols("x y z", positive=True)  # x: an argument; y: half the logarithm of a quotient; z: m + (d − 2)/4
u, v = sp.symbols("u v", positive=True)  # u: any number for m, in the limit; v: a place between two z, m + d/4
c = sp.Symbol("c", positive=True)  # the middle of two arguments, less ½
q, w = sp.symbols("q w", real=True)  # q: a variable of integration, positive; w: the logarithm of a geometric mean
p = sp.Symbol("p", positive=True)  # 3/(d − 1)
s, tau = sp.symbols("s tau", positive=True)  # half a difference of arguments; a variable of integration

exponent = -3 / (d - 1)
constant = sp.gamma(d / 2) / (3 * sp.pi ** sp.Rational(3, 2) * sp.gamma((d - 1) / 2)) * sp.gamma(d) ** exponent
lower = constant * N**exponent
neurons_bound = (constant / allowed) ** ((d - 1) / 3)

harmonics = multiplicity.subs(k, 2 * j)
of_degree = harmonics * coefficient.subs(k, 2 * j) ** 2
volume = sp.gamma(2 * m + d) / sp.gamma(2 * m + 1)
pair = (i - 1) * (n - i)
gamma_step = sp.sqrt((d - 1) / 2)
constant_bound = 1 / (3 * sp.pi ** sp.Rational(3, 2) * sp.sqrt(2) * (d - 1))
first_degree = 1 / (4 * d)
modulus = sp.gamma(d / 2) / (4 * sp.pi) * sp.gamma(j - sp.Rational(1, 2)) / sp.gamma(j + (d + 1) / 2)
digamma_density = (sp.exp(-tau) - sp.exp(-x * tau)) / (1 - sp.exp(-tau))
difference_density = sp.exp(-c * tau) * sp.sinh(s * tau) / sp.sinh(tau / 2)
chord = sp.exp(-(p + 1) * w) * sp.sinh(p * y) / (p * sp.sinh(y))
geometric = sp.exp(-(p + 1) * w)
demanded = 2 ** (d + 2) * (sp.gamma(d / 2) / (4 * sp.pi)) ** 2
power = -(d + 2) / (2 * (d - 1))
left_side = 2 * (sp.loggamma(z + 1 + d / 4) - sp.loggamma(z - d / 4)) / (d + 2)
right_side = sum(sp.loggamma(2 * z + sign + d / 2) - sp.loggamma(2 * z + sign + 1 - d / 2) for sign in (1, -1)) / (
    2 * (d - 1)
) - sp.log(2)
left_density = 8 * sp.sinh((d + 2) * q) / ((d + 2) * sp.sinh(2 * q))
right_density = 4 * sp.cosh(2 * q) * sp.sinh((d - 1) * q) / ((d - 1) * sp.sinh(q))
four_sines = (sp.sinh((d + 2) * q) + sp.sinh(d * q) + sp.sinh((d - 2) * q) + sp.sinh((d - 4) * q)) / 4
power_modulus = sp.gamma(d / 2) / (4 * sp.pi) * z ** (-(d + 2) / 2)
leading = sp.gamma(d / 2) / (8 * sp.pi ** sp.Rational(3, 2) * sp.gamma((d - 1) / 2))
plane_sum = 1 / (8 * sp.pi**2 * z**4)
space_sum = 1 / (16 * sp.pi * z**4)
telescoping = 1 / (3 * v * (v**2 + sp.Rational(1, 2)))
square_place = 4 * (v**2 + sp.Rational(1, 3))
tail_power = leading / (3 * u**3)
many = (2 * u) ** (d - 1) / sp.gamma(d)
SMALL = sp.Rational(1, 20), sp.Rational(1, 50)

STEPS = proof(
    r"""
spectrum (by N6.1 for coefficient, multiplicity): $\lambda_1=\frac1{2d}$, and the eigenvalues $\lambda_{2j}^2$ of degree $2j$, of which
there are $[[harmonics]]$, add up to $[[of_degree]]$.

tail (from spectrum; by N6.2): $T_d(N)$ is linear in $N$ between the numbers $N_m=[[ranks]]$, and between $1$ and $N_0$. $T_d(N_m)$ is the
sum of all eigenvalues of the degrees $2j$ with $j>m$; and $T_d(1)$ is at least $d\lambda_1^2$.

corners (from tail; by Jensen): $CN^{-p}$, $p=\frac3{d-1}$, is convex in $N$. So $T_d(N)\ge CN^{-p}$ for all $N\ge1$ if it holds at $1$ and
at all $N_m$.

exponent and constant (a definition): Let $-p=[[exponent]]$ and $C=[[constant]]$.

factorials: $i(n+1-i)$ exceeds $n$ by $[[pair]]\ge0$ for $1\le i\le n$. So $n!^2\ge n^n$.

half steps (by Cauchy–Schwarz): $\Gamma(\frac d2)\le[[gamma_step]]\,\Gamma(\frac{d-1}2)$, as $\Gamma(x+\frac12)^2\le\Gamma(x)\Gamma(x+1)$.

one neuron (from spectrum, tail, exponent and constant, factorials, half steps): So $C\le[[constant_bound]]$, which is less than
$d\lambda_1^2=[[first_degree]]\le T_d(1)$.

reflection (from spectrum): $|\lambda_{2j}|=[[modulus]]$ for $j\ge1$, as $\Gamma(\frac32-j)\Gamma(j-\frac12)=\pm\pi$.

Gauss (cited: DLMF 5.9.16: the integral of the digamma function): $\psi(x)+\gamma$ is the integral of $[[digamma_density]]$ over $\tau>0$.

differences (from Gauss): So $\psi(c+\frac12+s)-\psi(c+\frac12-s)$ is the integral of $[[difference_density]]$ over $\tau>0$.

sinh (by Jensen): $\sinh py\le p\sinh y$ for $0\le p\le1$, $y\ge0$: $\sinh$ is convex there, and $0$ at $0$.

powers of Gamma (cited: DLMF 5.11.12: the quotient of two Gamma functions): $\Gamma(x+a)/\Gamma(x+b)$ over $x^{a-b}$ tends to $1$.

numbers of harmonics (from spectrum, tail): With $V_m=[[volume]]$, $N_m-d=V_m/\Gamma(d)$, and degree $2m\ge2$ has the multiplicity
$(V_m-V_{m-1})/\Gamma(d)$.

chord (from sinh, numbers of harmonics): Between $V_{m-1}=e^{w-y}$ and $V_m=e^{w+y}$ the function $-V^{-p}/p$ rises with the mean slope
$[[chord]]$. For $d\ge4$, where $p\le1$, that is at most $[[geometric]]$.

what is demanded (from spectrum, tail, exponent and constant, chord): So for $d\ge4$ it is enough that
$\lambda_{2m}^2\ge[[demanded]]\,(V_{m-1}V_m)^{[[power]]}$ for $m\ge1$: the constant is $C\,\Gamma(d)^{p+1}p$, so that the eigenvalues of
degree $2m$ add up to at least $C\,\Gamma(d)^p(V_{m-1}^{-p}-V_m^{-p})$, and $T_d(N_m)\ge C(N_m-d)^{-p}$.

derivatives (from reflection, numbers of harmonics, what is demanded, differences): With *reflection* and $z=m+\frac{d-2}4$ this condition
reads $[[left_side]]\le[[right_side]]$. The derivatives of both sides in $z$ are the integrals of $e^{-4zq}$ times $[[left_density]]$ and
times $[[right_density]]$ over $q>0$.

four sines (from derivatives, sinh): $\cosh2q\cosh q\sinh(d-1)q=[[four_sines]]$, which for $d\ge4$ is at most $\frac{d-1}{d+2}\sinh(d+2)q$.
So the second density is at most the first.

four inputs or more (from four sines, powers of Gamma; by integration to infinity): Both sides are $\ln z+o(1)$ at infinity. So the
inequality of *derivatives* holds for all $z>\frac d4$.

power of the place (from reflection, differences, sinh, powers of Gamma; by integration to infinity): Let again $z=m+\frac{d-2}4$.
$\ln\frac{\Gamma(z+1+d/4)}{\Gamma(z-d/4)}$ has a derivative of more than $\frac{d+2}{2z}$, by *sinh* with $2s=\frac{d+2}2\ge1$, and is
$\frac{d+2}2\ln z+o(1)$ at infinity. So it is less than $\frac{d+2}2\ln z$, and $|\lambda_{2m}|>[[power_modulus]]$.

leading power (from spectrum, reflection, powers of Gamma, exponent and constant): In every dimension the eigenvalues of degree $2m$,
together, times $m^4$ tend to $A=[[leading]]=\frac38C\,\Gamma(d)^p$.

planes and spaces (from spectrum, power of the place, leading power): With $2$ and $4m+1=4z$ harmonics these eigenvalues add up to more than
$[[plane_sum]]$ for $d=2$ and $[[space_sum]]$ for $d=3$, which is $A/z^4$.

fourth powers (from tail, planes and spaces): $z^{-4}$ is at least $F(z-\frac12)-F(z+\frac12)$ for $z\ge1$, with $F(v)=[[telescoping]]$. So
for $d=2$ and $d=3$, $T_d(N_m)\ge A\,F(v)$ at $v=m+\frac d4$.

place (from fourth powers, tail): $(\Gamma(d)N_m)^{2/(d-1)}\ge[[square_place]]$ for $d=2$ and $d=3$, $v=m+\frac d4$; and $(v^2+\frac13)^3\ge
v^2(v^2+\frac12)^2$. So $A\,F(v)\ge CN_m^{-p}$ for these.

sum of powers (from tail, leading power; by Stolz): $m^{-3}-(m+1)^{-3}$ divided by $3m^{-4}$ tends to $1$. So $T_d(N_m)$ divided by
$[[tail_power]]$ at $u=m$ tends to $1$.

many neurons (from sum of powers, numbers of harmonics, powers of Gamma): $N_m$ divided by $[[many]]$ at $u=m$ tends to $1$, and so does
$N_{m+1}/N_m$. For this number $T_d(N_m)$ is asymptotic to $CN^{-p}$; between the $N_m$ both decrease.

bound (from corners, exponent and constant, one neuron, four inputs or more, place, many neurons): So $T_d(N)\ge[[lower]]$ for all $N\ge1$
and $d\ge2$, and their quotient tends to $1$ as $N\to\infty$.

allowed (by N6.2): If pruning fails with probability at most $\delta<1$, at most $[[allowed]]$ is left.

neurons (from bound, allowed, one neuron): The bound decreases in $N$, and it equals what is *allowed* at $N=[[neurons_bound]]$. For
$\delta=1$ this number is below $1$, as $C<\frac1{4d}$; there no neuron is needed.
""",
    globals(),
    ranks=ranks,
)

g, h = sp.symbols("g h", positive=True)


def reflected(gap: sp.Expr) -> sp.Expr:
    """Simplified by Γ(3/2 − j)² = π²/Γ(j − 1/2)² for whole j."""
    return sp.simplify(gap.subs(sp.gamma(sp.Rational(3, 2) - j), sp.pi / sp.gamma(j - sp.Rational(1, 2))))


def in_exponentials(gap: sp.Expr) -> sp.Expr:
    """A rational function of exponentials of what is free, over one denominator."""
    return sp.simplify(sp.expand(sp.numer(sp.together(gap.rewrite(sp.exp)))))


def by_gammas(gap: sp.Expr) -> sp.Expr:
    return sp.gammasimp(sp.combsimp(gap.rewrite(sp.gamma)))


def doubled(gap: sp.Expr) -> sp.Expr:
    """Simplified by the duplication of Γ, in x = (d − 1)/2."""
    return sp.gammasimp(gap.subs(d, 2 * x + 1))


def by_powers(quotient: sp.Expr, n: sp.Symbol) -> sp.Expr:
    """What a quotient of Gamma functions of cn + b is asymptotic to: (cn)^b for each; those with one c have to cancel."""

    def powered(each: sp.Expr) -> sp.Expr:
        scale = each.args[0].coeff(n)
        return (scale * n) ** (each.args[0] - scale * n) * sp.Symbol(f"G_{scale}", positive=True)

    return sp.powsimp(
        sp.expand_power_base(quotient.replace(lambda each: isinstance(each, sp.gamma) and each.has(n), powered))
    )


def digammas_differ_by_a_sinh(digamma_density: sp.Expr, difference_density: sp.Expr) -> Relations:
    yield vanishes(valued(digamma_density, {x: 1}))
    high, low = (digamma_density.subs(x, c + sp.Rational(1, 2) + sign * s) for sign in (1, -1))
    yield same(difference_density, high - low, by=in_exponentials)


def four_sines_and_their_slopes(left_density: sp.Expr, right_density: sp.Expr, four_sines: sp.Expr) -> Relations:
    """The product as a sum; the quotient of the densities is the sum over its bound, of which it has the slope at 0."""
    yield same(four_sines, sp.cosh(2 * q) * sp.cosh(q) * sp.sinh((d - 1) * q), by=in_exponentials)
    most = (d - 1) * sp.sinh((d + 2) * q) / (d + 2)
    yield same(right_density * most, four_sines * left_density, by=in_exponentials)
    yield same(sp.diff(four_sines, q).subs(q, 0), sp.diff(most, q).subs(q, 0))


def degrees_add_a_fourth_power(
    harmonics: sp.Expr, modulus: sp.Expr, constant: sp.Expr, exponent: sp.Expr, leading: sp.Expr
) -> Relations:
    """Three eighths of the constant; harmonics as a quotient of Gammas, and that times the squared modulus by powers."""
    yield same(leading, sp.Rational(3, 8) * constant * sp.gamma(d) ** -exponent)
    number = sp.gamma(2 * j + d - 2) / (sp.gamma(2 * j + 1) * sp.gamma(d - 1))
    yield same(harmonics, (4 * j + d - 2) * number, by=by_gammas)
    yield same(leading, by_powers(4 * j * number * modulus**2, j) * j**4, by=doubled)


spectral_rate = Claim(
    label="N6.3",
    title="The spectral rate: an exponent that grows with the dimension",
    statement=r"""
Let $T_d(N)$ be the bound of N6.2 on the mean squared distance of a neuron with a random direction in $d\ge2$ dimensions from a space of $N$
dimensions. For all $N\ge1$ $$T_d(N)\ge[[lower]],\qquad\text{so that}\qquad N\ge[[neurons_bound]]$$ neurons are necessary for an error of at
most $\varepsilon$, $\varepsilon^2<\frac1{2d}$, in root mean square over the sphere, if pruning fails with probability at most $\delta$. The constant is $[[constant]]$,
the exponent $[[exponent]]$. As $N\to\infty$, $T_d(N)$ is asymptotic to its lower bound.
""",
    steps=STEPS,
    source=Source("2603.02234", "v1", "beyond the text at hand: its lower bound for neuron pruning, by another route"),
    provenance=Provenance.EXTENSION,
    quantities=(
        INPUTS.drawn_from(2, 7),
        Quantity(N, "dimension of the subspace, such as the number of neurons", COUNT, drawn=(1, 60)),
        Quantity(
            eps,
            "largest error allowed, a root mean square over the sphere",
            NON_NEGATIVE,
            drawn=(sp.Rational(1, 40), sp.Rational(1, 8)),
        ),
        Quantity(
            delta,
            "probability of failure that is allowed",
            CLOSED_UNIT,
            drawn=(sp.Rational(1, 500), sp.Rational(1, 20)),
        ),
        Quantity(m, "half an even degree", COUNT_FROM_ZERO, drawn=(0, 5)),
        Quantity(j, "half an even degree, not 0", COUNT, drawn=(1, 6)),
        Quantity(p, "modulus of the exponent", POSITIVE, drawn=(sp.Rational(1, 8), 3)),
        Quantity(x, "argument of the digamma function", POSITIVE),
        Quantity(c, "middle of two such arguments, less a half", NON_NEGATIVE),
        Quantity(v, "half an even degree and a quarter of the dimension", POSITIVE),
        Quantity(u, "a positive number, half an even degree in the limit", POSITIVE),
        Quantity(z, "half an even degree, moved by a quarter of two less than the dimension", POSITIVE, drawn=(2, 6)),
    ),
    hypotheses=(
        Hypothesis("the output is linear; its weights may depend on everything"),
        Hypothesis("the neurons do not depend on the target, and one of the two is rotation invariant"),
        Hypothesis("some error or some failure is allowed, and some dimension is there", needed_by=("neurons_bound",)),
        Hypothesis(r"an error below the norm of the target, $2d\varepsilon^2<1$", needed_by=("neurons_bound",)),
    ),
    uses=("N2",),
    aids={"tail": spectral_tail, "neurons": spectral_neurons},
    loose=(
        Loose(
            expression="lower",
            truth="tail",
            at=tuple({d: 10, N: count} for count in (100, 1000, 10000)),
            lost="in the power, which holds from the first neuron on",
            order="by the step *bound*, as the quotient tends to $1$",
            side=Side.BELOW,
        ),
        Loose(
            expression="neurons_bound",
            truth="neurons",
            at=tuple({d: 6, delta: sp.Rational(1, 10000), eps: error} for error in SMALL),
            lost="in the power for the tail, while few neurons are enough",
            order="by the step *bound*, as the tail and the power have the quotient $1$ in the limit",
            side=Side.BELOW,
        ),
    ),
    remarks=(
        Remark(
            r"For $\delta\le\varepsilon^2\to0$ this is of the order of $\varepsilon^{-2(d-1)/3}$, which for $d\ge3$ is more than N2 "
            "requires.",
            "the_bound_is_below_the_number_and_beyond_alignment",
        ),
        Remark(
            r"For fixed $\delta$ this number stays bounded, because at least $\frac\delta{2d}$ is allowed; the number that is needed "
            r"does not, by the rotations in the open question of N9.1. For fixed $\varepsilon$ the bound is void in high dimension, "
            r"where $\|f\|\le\varepsilon$.",
        ),
    ),
    because={
        "factorials": lambda pair: (
            same(i * (n + 1 - i), n + pair, by=sp.expand),
            nonnegative(pair.subs({i: g + 1, n: g + h + 1}, simultaneous=True), g * h, by=sp.expand),
        ),
        "reflection": lambda harmonics, of_degree, modulus: same(of_degree, harmonics * modulus**2, by=reflected),
        "differences": digammas_differ_by_a_sinh,
        "numbers of harmonics": lambda ranks, harmonics, volume: (
            same(ranks, d + volume / sp.gamma(d), by=by_gammas),
            same(harmonics * sp.gamma(d), volume.subs(m, j) - volume.subs(m, j - 1), by=by_gammas),
        ),
        "what is demanded": lambda exponent, constant, geometric, demanded, power: (
            same(demanded, -exponent * constant * sp.gamma(d) ** (1 - exponent), by=doubled),
            same(geometric.subs({p: -exponent, w: x / 2}, simultaneous=True), sp.exp(power * x)),
        ),
        "four sines": four_sines_and_their_slopes,
        "leading power": degrees_add_a_fourth_power,
        "bound": lambda constant, exponent, lower: (
            same(lower, constant * N**exponent),
            same(sp.diff(lower, N, 2), exponent * (exponent - 1) * lower / N**2),
        ),
    },
    wrong=lambda: {
        "exponent: exponent of the kernel": -d / (d - 1),
        "exponent: in the degree": sp.Integer(-3),
        "lower: of twice as many": lower.subs(N, 2 * N),
        "lower: without the factorial": lower * sp.gamma(d) ** (3 / (d - 1)),
        "lower: in the degree": constant / N**3,
        "neurons_bound: square root": sp.sqrt(neurons_bound),
        "neurons_bound: one dimension less": neurons_bound.subs(d, d - 1),
        "neurons_bound: power d − 1": (constant / allowed) ** (d - 1),
        "chord: the slope at the middle": geometric,
        "chord: without the power": p * chord,
        "geometric: of the other means": 1 / geometric,
        "geometric: the power itself": sp.exp(-p * w),
        "pair: one factor less": (i - 1) * (n - i - 1),
        "pair: the product": i * (n + 1 - i),
        "constant_bound: of another power": constant_bound * sp.sqrt(d - 1),
        "first_degree: of one eigenvalue": first_degree / d,
        "constant: without the factorial": constant * sp.gamma(d) ** (3 / (d - 1)),
        "gamma_step: a whole step": gamma_step**2,
        "modulus: one degree more": modulus.subs(j, j + 1),
        "of_degree: each once": of_degree / harmonics,
        "harmonics: one harmonic": sp.S.One,
        "harmonics: one degree more": harmonics.subs(j, j + 1),
        "harmonics: of polynomials": sp.binomial(2 * j + d - 1, d - 1),
        "difference_density: a whole step": difference_density.subs(s, 2 * s),
        "difference_density: cosh": difference_density.subs(sp.sinh(tau / 2), sp.cosh(tau / 2)),
        "digamma_density: without the denominator": sp.exp(-tau) - sp.exp(-x * tau),
        "volume: of all polynomials": volume * (2 * m + d),
        "volume: one dimension more": volume.subs(d, d + 1),
        "ranks: without degree 1": ranks - d,
        "demanded: one dimension more": demanded.subs(d, d + 1),
        "power: one dimension less": power.subs(d, d - 1),
        "left_side: one dimension more on the left": left_side.subs(d, d + 1),
        "right_side: of one volume": right_side + sp.log(2),
        "right_side: one dimension more on the right": valued(right_side, {d: d + 1}),
        "left_density: cosh": left_density * sp.sinh(2 * q) / sp.cosh(2 * q),
        "right_density: without cosh": right_density / sp.cosh(2 * q),
        "four_sines: three of them": four_sines - sp.sinh((d - 4) * q) / 4,
        "four_sines: the first alone": sp.sinh((d + 2) * q),
        "leading: one dimension more": leading.subs(d, d + 1),
        "space_sum: one harmonic": space_sum / (4 * z),
        "telescoping: without the half": 1 / (3 * v**3),
        "square_place: one more": 4 * (v**2 + 1),
        "many: of half the degree": many.subs(u, u / 2),
        "many: without the factorial": many * sp.gamma(d),
        "allowed: nothing for failure": eps**2,
    },
)
