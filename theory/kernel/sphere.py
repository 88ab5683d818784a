"""K11.2: the spectrum of the tangent kernel on a sphere, which a graphon leaves that keeps a few inputs equally."""

import sympy as sp

from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.kernel import circle
from sparse_limits.theory.kernel.dual import COSINE, a, b, c, cosine, kappa_0, kappa_1, relu
from sparse_limits.theory.kernel.symbols import KAPPAS
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, COUNT_FROM_ZERO, NON_NEGATIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, holds, induction, nonnegative, same

k = sp.Symbol("k", integer=True, positive=True)  # inputs kept, equally
ell = sp.Symbol("ell", integer=True, nonnegative=True)  # degree of a spherical harmonic
half_degree = sp.Symbol("j", integer=True, nonnegative=True)
now, before, rate = sp.symbols("P P_- P'", real=True)  # P_ℓ, P_ℓ₋₁ and the derivative of P_ℓ
size, other_size, weight = sp.symbols("m m' w", positive=True)  # |x|, |x′| and the share of a neuron

HALF = sp.Rational(1, 2)

_ratio = sp.FallingFactorial((ell + k - 1) / 2, (k + 2) / sp.Integer(2))  # Γ((ℓ+k+1)/2) / Γ((ℓ−1)/2)
sphere_eigenvalue = sp.Piecewise(
    (1 / k, sp.Eq(ell, 1)),
    (
        (1 + (-1) ** ell)
        / 2
        * sp.gamma(k / sp.Integer(2)) ** 2
        * (ell * (ell + k - 2) + k + 1)
        / (8 * sp.pi**2 * _ratio**2),
        True,
    ),
)
multiplicity = sp.Piecewise(
    (1, sp.Eq(ell, 0)),
    (k, sp.Eq(ell, 1)),
    (sp.binomial(ell + k - 1, k - 1) - sp.binomial(ell + k - 3, k - 1), True),
)
exponent = k / (k - 1)
constant = 2 ** (k - 1) * sp.gamma(k / sp.Integer(2)) ** 2 / sp.pi**2

row_kernel = weight * size * other_size * (kappa_1 + cosine * kappa_0)
next_harmonic = ((2 * ell + k - 2) * cosine * now - ell * before) / (ell + k - 2)
slope, slope_before = ell * (before - cosine * now), (ell + k - 3) * (cosine * before - now)  # times 1/(1 − r²)
bend = ell * (ell + k - 2)
raised, lowered = (ell + k - 2) / (2 * ell + k - 2), ell / (2 * ell + k - 2)

_density = (1 - cosine**2) ** ((k - 1) / sp.Integer(2))
gate_primitive = -_density * rate / (ell * (ell + k - 2))
ramp_primitive = _density * (now - cosine * rate) / ((ell - 1) * (ell + k - 1))
mass = sp.gamma(k / sp.Integer(2)) / (sp.sqrt(sp.pi) * sp.gamma((k - 1) / sp.Integer(2)))
centre = (
    (-1) ** half_degree
    * sp.gamma(half_degree + HALF)
    * sp.gamma((k - 1) / sp.Integer(2))
    / (sp.sqrt(sp.pi) * sp.gamma(half_degree + (k - 1) / sp.Integer(2)))
)
_scale = (-1) ** half_degree * sp.gamma(k / sp.Integer(2)) / (4 * sp.pi)
ramp_coefficient = (
    -_scale * sp.gamma(half_degree - HALF) / sp.gamma(half_degree + (k + 1) / sp.Integer(2))
)  # b at degree 2j
gate_coefficient = (
    2 * _scale * sp.gamma(half_degree + HALF) / sp.gamma(half_degree + (k + 1) / sp.Integer(2))
)  # c at degree 2j + 1
first_ramp = 1 / (2 * k)
two_points = sp.ImmutableMatrix([[1, 0], [0, 1]])

monomials = sp.binomial(ell + k - 1, k - 1)
rank_power = k - 1
fall_ratio = ((ell - 1) / (ell + k + 1)) ** 2 * ((ell + 2) * (ell + k) + k + 1) / (ell * (ell + k - 2) + k + 1)
plane = 2 * ell**2 * (ell**2 + 3) / (sp.pi**2 * (ell**2 - 1) ** 2)
wallis = sp.pi * sp.gamma(half_degree + 1) ** 2 / (2 * sp.gamma(half_degree + HALF) * sp.gamma(half_degree + 3 * HALF))
space = ell**3 * (ell**2 + ell + 4) / (2 * (ell - 1) ** 2 * (ell + 1) * (ell + 2) ** 2)
two_more = k**2 * ell**2 * (ell * (ell + k) + k + 3) / ((ell + k + 1) ** 2 * (ell * (ell + k - 2) + k + 1))

STEPS = proof(
    r"""
neurons (by K4 for row_kernel): A neuron adds $F(S)+s\,\kappa_0$ to the kernel, with $s$ the covariance in
$S=W(u)\frac1d(|x|^2,|x'|^2,x\cdot x')$.

row kernel (from neurons): With $w=W(u)/d$, at the lengths $m$ and $m'$ and the cosine $r$, this contribution is $[[row_kernel]]$.

radii (from row kernel; by product): As no rotation changes the law of $x$, its length and its direction are independent. So the eigenvalue
at $|x|\,Y(x/|x|)$ is $\frac gdE|x|^2$ times the eigenvalue of $\cos\theta\,\kappa_0+\kappa_1$ on the sphere at $Y$, and functions orthogonal
to all of these have the eigenvalue $0$.

normal weights (by K1): For unit vectors and standard normal $z$ in $\mathbb R^k$, $\kappa_1=2E(z\cdot x)_+(z\cdot x')_+$ and
$\kappa_0=2P(z\cdot x>0,z\cdot x'>0)$.

directions (from normal weights; by product): Length and direction $e$ of $z$ are independent, and $E|z|^2=k$. So $\kappa_1=2k\,E(e\cdot
x)_+(e\cdot x')_+$, and $\kappa_0=2E1\{e\cdot x>0\}1\{e\cdot x'>0\}$.

Funk and Hecke (cited: Müller, Spherical Harmonics (1966): the Funk–Hecke formula, and the recursion of the Legendre polynomials in k
dimensions): On harmonics of degree $\ell$ a function $f(e\cdot x)$ has the eigenvalue $E[f(r)P_\ell(r)]$, where $r$ has a density
$\propto(1-r^2)^{(k-3)/2}$. Here $P_0=1$, $P_1=r$ and $P_{\ell+1}=[[next_harmonic]]$, in which $P$, $P_-$ stand for $P_\ell$, $P_{\ell-1}$.

squares (from directions, Funk and Hecke; by Fubini): Let $b_\ell$, $c_\ell$ be the eigenvalues for $r_+$ and $1\{r>0\}$. Then $\kappa_1$
and $\kappa_0$ are such operators applied twice, so their eigenvalues are $2kb_\ell^2$ and $2c_\ell^2$.

derivatives (from Funk and Hecke): By induction in $\ell\ge1$, $(1-r^2)P_\ell'$ is $[[slope]]$, and $(1-r^2)P_{\ell-1}'$ is
$[[slope_before]]$: the recursion takes one pair to the next.

equation (from derivatives): So $(1-r^2)P_\ell''-(k-1)rP_\ell'+\nu P_\ell=0$ with $\nu=[[bend]]$.

primitives (from equation): With $P'$ for $P_\ell'$, $(1-r^2)^{(k-3)/2}P_\ell$ has the primitive $[[gate_primitive]]$ for $\ell\ge1$, and
$r$ times this function has the primitive $[[ramp_primitive]]$ for $\ell\ne1$. Both are $0$ at $r=1$.

mass: The density of $r$ is $[[mass]]$ times $(1-r^2)^{(k-3)/2}$.

centre (from Funk and Hecke): At $0$, $P_{2j}$ is $[[centre]]$ and $P_{2j+1}$ is $0$.

coefficients (from derivatives, primitives, mass, centre): From $0$ to $1$ the *primitives* give $b_{2j}=[[ramp_coefficient]]$ and
$c_{2j+1}=[[gate_coefficient]]$; the others vanish except $b_1$ and $c_0=\frac12$.

first ramp: $b_1$ is half of the mean of $r^2$, $[[first_ramp]]$, as the squares of the $k$ coordinates have the sum $1$.

times the cosine (from Funk and Hecke): By the recursion $rP_\ell$ is $[[raised]]$ times $P_{\ell+1}$ plus $[[lowered]]$ times $P_{\ell-1}$.
So the eigenvalues of $\cos\theta\,\kappa_0$ are the means with these weights of the eigenvalues of $\kappa_0$ (at $\ell=0$ the eigenvalue
of degree 1).

two points: For $k=1$ the kernel is $2$ on the diagonal and $0$ off it. As each point has the weight $\frac12$, it is halved to
$[[two_points]]$, which has the eigenvalue $1$ at both degrees.

eigenvalues (from radii, squares, coefficients, first ramp, times the cosine, two points): Together the eigenvalue at degree $\ell$ is
$[[sphere_eigenvalue]]$.

monomials: There are $[[monomials]]$ monomials of degree $\ell$: count those without the last variable and those with it.

polynomials (cited: Müller, Spherical Harmonics (1966): each homogeneous polynomial of degree ℓ is one sum of a harmonic one and of |x|²
times one of degree ℓ − 2): On the sphere, homogeneous polynomials of degree $\ell$ are sums of homogeneous polynomials of degree $\ell-2$
and harmonics of degree $\ell$.

multiplicity (from monomials, polynomials): So the harmonics of degree $\ell$ are a space of dimension $[[multiplicity]]$.

fall (from eigenvalues): From an even degree $\ell$ to $\ell+2$ the eigenvalue is multiplied by $[[fall_ratio]]<1$.

plane (from eigenvalues): For $k=2$ and even $\ell$, $\lambda_\ell\ell^2=[[plane]]$.

partial products: The product of $\frac{4i^2}{4i^2-1}$ up to $i=j$ is $[[wallis]]$.

space (from eigenvalues, partial products): For $k=3$ and $\ell=2j$, $\lambda_\ell\ell^3$ times that product is $[[space]]$.

Wallis (from partial products; by Wallis): The product tends to $\frac\pi2$.

two inputs more (from eigenvalues): From $k$ to $k+2$, $\lambda_\ell\ell^k$ is multiplied by $[[two_more]]$.

large degrees (from plane, space, Wallis, two inputs more): So, along even $\ell$, $\lambda_\ell\ell^k\to[[constant]]$ by induction in $k$:
it holds at $2$ and at $3$, and both sides gain the factor $k^2$ from $k$ to $k+2$.

ranks (from monomials, multiplicity): The even degrees up to $\ell$ have together as many eigenvalues as there are *monomials* of degree
$\ell$. This number is of the order of $\ell$ to the power $[[rank_power]]$.

decay (from fall, large degrees, ranks): In descending order the even degrees come one after another, so that the eigenvalue falls in the
rank with the exponent $[[exponent]]$.
""",
    globals(),
)

KEPT = Quantity(k, "number of inputs kept, all of equal weight", COUNT, drawn=(2, 8))
HALF_DEGREE = Quantity(
    half_degree, "half of a degree, or the number of factors of a product", COUNT_FROM_ZERO, drawn=(0, 4)
)


def by_binomials(gap: sp.Expr) -> sp.Expr:
    """Zero, where it is, as a relation of Gamma functions."""
    return by_gammas(gap.rewrite(sp.gamma))


EVEN = 2 * ell  # of every whole number


def by_gammas(gap: sp.Expr) -> sp.Expr:
    """Zero, where it is, once Gamma functions whose arguments differ by whole numbers are taken to one of them."""
    gap = gap.replace(sp.FallingFactorial, lambda x, n: sp.gamma(x + 1) / sp.gamma(x - n + 1))
    bases: list[sp.Expr] = []
    for found in sorted(gap.atoms(sp.gamma), key=sp.default_sort_key):
        if not any((found.args[0] - base).is_Integer for base in bases):
            bases.append(found.args[0])

    def shifted(argument: sp.Expr) -> sp.Expr:
        base = next(each for each in bases if (argument - each).is_Integer)
        n = int(argument - base)
        factors = [base + i for i in range(n)] if n >= 0 else [1 / (base - i) for i in range(1, -n + 1)]
        return sp.Mul(sp.Symbol(f"Gamma_{bases.index(base)}", positive=True), *factors)

    return sp.factor(sp.expand_power_base(gap.replace(sp.gamma, shifted)))


def harmonics_are_what_degrees_add(monomials: sp.Expr, multiplicity: sp.Expr) -> Relations:
    """Monomials of degree ℓ less those of ℓ − 2, for ℓ ≥ 2; at 0 and 1 there are none of these."""
    added = monomials.subs(ell, ell + 2) - monomials
    yield same(multiplicity.subs(ell, ell + 2), added, by=by_binomials)
    for degree in (0, 1):
        yield same(multiplicity.subs(ell, degree), monomials.subs(ell, degree), by=by_binomials)


def two_inputs_are_the_circle(sphere_eigenvalue: sp.Expr, plane: sp.Expr) -> Relations:
    """At every even degree from 2 on."""
    at = {k: 2, ell: EVEN + 2}
    yield same(plane.subs(at), (sphere_eigenvalue * ell**2).subs(at), by=by_gammas)


def products_grow_factor_by_factor(wallis: sp.Expr) -> Relations:
    """1 without a factor; one factor after another."""
    i = half_degree + 1
    yield induction(wallis, half_degree, sp.S.One, lambda term: term * 4 * i**2 / (4 * i**2 - 1), by=by_gammas)
    yield holds(wallis.subs(half_degree, 1) == sp.Rational(4, 3), "one factor is 4/3")


def three_inputs_are_a_product(sphere_eigenvalue: sp.Expr, wallis: sp.Expr, space: sp.Expr) -> Relations:
    """At every even degree from 2 on, with as many factors as half the degree."""
    at = {k: 3, ell: EVEN + 2}
    product = wallis.subs(half_degree, ell + 1)
    yield same(space.subs(at), (sphere_eigenvalue * ell**3).subs(at) * product, by=by_gammas)


def constants_are_limits(plane: sp.Expr, space: sp.Expr, two_more: sp.Expr, constant: sp.Expr) -> Relations:
    """At two and three inputs, where the product is π/2 in the limit; and from k to k + 2."""
    factor = sp.limit(sp.cancel(two_more), ell, sp.oo)
    yield same(constant.subs(k, k + 2), factor * constant, by=lambda gap: by_gammas(sp.expand_power_exp(gap)))
    yield same(constant.subs(k, 2), sp.limit(plane, ell, sp.oo))
    yield same(constant.subs(k, 3), sp.limit(space, ell, sp.oo) / (sp.pi / 2))


def exponents_count_ranks(rank_power: sp.Expr, exponent: sp.Expr) -> Relations:
    """ℓ to −k, where the rank grows like ℓ to another power; it is positive."""
    yield same(exponent.subs(k, k + 1) * rank_power.subs(k, k + 1), k + 1)
    more = sp.Symbol("x", integer=True, nonnegative=True)
    yield nonnegative(exponent, (2 + more) / (1 + more), where={k: 2 + more}, strict=True)


def row_kernels_are_homogeneous(row_kernel: sp.Expr) -> Relations:
    """Value, and covariance times slope, at the variances wm², wm′² and the covariance wmm′r."""
    at = {a: weight * size**2, b: weight * other_size**2, c: weight * size * other_size * cosine}
    yield same(row_kernel, (relu.value + c * relu.slope).subs(at), by=sp.expand)


def harmonics_solve_their_equation(slope: sp.Expr, slope_before: sp.Expr, bend: sp.Expr) -> Relations:
    """(1 − r²) times the equation, P″ from the derivative of (1 − r²)P′."""
    moved = sp.diff(slope, now) * slope + sp.diff(slope, before) * slope_before
    moved += (1 - cosine**2) * sp.diff(slope, cosine)  # (1 − r²) times the derivative of (1 − r²)P′
    second = moved + 2 * cosine * slope  # (1 − r²)² P″
    yield same(second - (k - 1) * cosine * slope + bend * (1 - cosine**2) * now, 0, by=sp.expand)


sphere_spectrum = Claim(
    label="K11.2",
    title="With few inputs of equal weight the spectrum is that of a sphere",
    headline=r"If each row of one hidden ReLU layer's graphon weighs $k\ge2$ inputs of a rotation-invariant law alike, and no others, the kernel has, up to a factor, the spectrum of the sphere $S^{k-1}$. Its decay has the exponent $$[[exponent]].$$",
    statement=r"""
**Setting.** Consider one hidden ReLU layer with a dense readout. Let $W$ be the graphon of the trained edges and $Q=W$ that of the second
moments. At every $u$ let them have the same value at each of $k\ge2$ inputs and be 0 at all others, and let $g=\int W\,du$ at one of these
inputs. Let $x$, the vector of these $k$ coordinates, have a law that no rotation changes, with $0<E|x|^2<\infty$.

**Spectrum.** The operator of the graphon kernel is that of the sphere $S^{k-1}$ times $(g/d)\,E|x|^2$. On the sphere the eigenvalue (of
$\cos\theta\,\kappa_0+\kappa_1$) is $[[sphere_eigenvalue]]$, of multiplicity $[[multiplicity]]$, at degree $\ell$. The case $k=2$ is K10.1;
unequal weights stretch the sphere.

**Decay.** The eigenvalues of odd degrees $\ge3$ vanish. From an even degree $\ell$ to $\ell+2$ the eigenvalue is multiplied by
$[[fall_ratio]]<1$, and $\lambda_\ell\,\ell^k\to[[constant]]$ over even $\ell$. So the decay in the rank has the exponent $[[exponent]]$.

For $k=1$ there are two points and the degrees $0$ and $1$, with the eigenvalue $1$ at both.
""",
    steps=STEPS,
    source=Source(
        "2602.06675", "v1", "classical eigenvalues on the sphere (Bietti and Mairal 2019); beyond the abstract"
    ),
    provenance=Provenance.EXTENSION,
    quantities=(
        KEPT,
        Quantity(ell, "degree of a spherical harmonic", COUNT_FROM_ZERO, drawn=(0, 8)),
        HALF_DEGREE,
        COSINE,
        Quantity(now, "value of the zonal harmonic of a degree, which is one at the cosine one", sp.S.Reals),
        Quantity(before, "value of the zonal harmonic of one degree less", sp.S.Reals),
        Quantity(rate, "derivative of the zonal harmonic in the cosine", sp.S.Reals),
        Quantity(size, "length of the first input", NON_NEGATIVE),
        Quantity(other_size, "length of the second input", NON_NEGATIVE),
        Quantity(weight, "value of the graphon at a neuron, over the number of input coordinates", NON_NEGATIVE),
    ),
    symbols={
        "W": "graphon of the edges that are trained",
        "Q": "graphon of the second moments of the weights",
        "u": "position of a neuron",
        "g": "mean of $W$ over the neurons, at one of the $k$ inputs",
        "d": "number of all inputs",
        "x": "values of the $k$ inputs, drawn from a law that no rotation changes",
        "E": "mean over that law",
        "S^{k-1}": "unit sphere in $k$ dimensions",
        r"\theta": "angle between two values of $x$",
        **KAPPAS,
        r"\lambda_\ell": r"eigenvalue at the degree $\ell$",
        r"\Gamma": "gamma function",
    },
    hypotheses=(
        Hypothesis(
            "a degree that the sphere has: two points have only the degrees 0 and 1",
            sp.Or(k >= 2, ell <= 1),
            needed_by=("sphere_eigenvalue",),
        ),
        Hypothesis("for the decay, at least two inputs", k >= 2, needed_by=("fall_ratio", "exponent", "constant")),
        Hypothesis(
            r"inputs whose law no rotation of the coordinates kept changes, with $0<E|x|^2<\infty$; weights of these equal"
        ),
        Hypothesis(
            "the graphon kernel of K4: that of masks where a row keeps all of the $k$ inputs or none, else at few inputs see K7.1"
        ),
    ),
    uses=("K10.1",),
    because={
        "multiplicity": harmonics_are_what_degrees_add,
        "plane": two_inputs_are_the_circle,
        "partial products": products_grow_factor_by_factor,
        "space": three_inputs_are_a_product,
        "large degrees": constants_are_limits,
        "decay": exponents_count_ranks,
        "row kernel": row_kernels_are_homogeneous,
        "equation": harmonics_solve_their_equation,
        "first ramp": lambda first_ramp: same(2 * first_ramp + (k - 1) * 2 * first_ramp, 1),
    },
    wrong=lambda: {
        "sphere_eigenvalue: the circle's": circle.ntk_eigenvalue.subs(circle.k, ell),
        "sphere_eigenvalue: multiplicity forgotten": sphere_eigenvalue * k,
        "sphere_eigenvalue: a wrong eigenvalue": sphere_eigenvalue * (ell + 1),
        "sphere_eigenvalue: times ℓ + k": sphere_eigenvalue * (ell + k),
        "sphere_eigenvalue: odd degrees too": sphere_eigenvalue.subs((-1) ** ell, 1),
        "constant: the circle's constant": 2 / sp.pi**2,
        "constant: without powers of 2": constant / 2 ** (k - 2),
        "multiplicity: of polynomials": sp.binomial(ell + k - 1, k - 1),
        "multiplicity: 2, as on the circle": sp.Integer(2),
        "multiplicity: one less": multiplicity - 1,
        "multiplicity: those of even polynomials": sp.binomial(ell + k - 2, k - 1) - 1,
        "exponent: exponent in the degree": k,
        "exponent: of one input more": exponent.subs(k, k + 1),
        "monomials: of one variable more": monomials.subs(k, k + 1),
        "monomials: in order": k**ell,
        "fall_ratio: of the circle": fall_ratio.subs(k, 2),
        "fall_ratio: the square of the degrees alone": ((ell - 1) / (ell + k + 1)) ** 2,
        "plane: not by the degree": plane / ell,
        "wallis: its inverse": 1 / wallis,
        "wallis: one factor more": wallis.subs(half_degree, half_degree + 1),
        "space: not by the degree": space / ell,
        "two_more: its limit": k**2,
        "two_more: one input more": two_more.subs(k, k + 1),
        "rank_power: as many as inputs": k,
        "rank_power: of one degree": k - 2,
        "row_kernel: the readout alone": weight * size * other_size * kappa_1,
        "row_kernel: the square of a length": row_kernel * size,
        "next_harmonic: of three inputs": next_harmonic.subs(k, 3),
        "next_harmonic: with the other sign": ((2 * ell + k - 2) * cosine * now + ell * before) / (ell + k - 2),
        "slope: without the degree": slope / ell,
        "slope: one degree more": slope.subs(ell, ell + 1),
        "slope_before: without the factor": cosine * before - now,
        "slope_before: one input more": slope_before.subs(k, k + 1),
        "bend: of the circle": ell**2,
        "bend: of three inputs": ell * (ell + 1),
        "gate_primitive: of the value": gate_primitive.subs(rate, now),
        "ramp_primitive: the value alone": ramp_primitive.subs(rate, 0),
        "ramp_primitive: one degree more": ramp_primitive.subs(ell, ell + 1),
        "mass: of one input more": mass.subs(k, k + 1),
        "centre: of three inputs": centre.subs(k, 3),
        "centre: without signs": sp.Abs(centre),
        "ramp_coefficient: one degree on": ramp_coefficient.subs(half_degree, half_degree + 1),
        "first_ramp: one input more": first_ramp.subs(k, k + 1),
        "raised: one input less": raised.subs(k, k - 1),
        "raised: raised by a half": sp.Rational(1, 2),
        "lowered: of one degree more": lowered.subs(ell, ell + 1),
        "lowered: lowered by a half": sp.Rational(1, 2),
        "two_points: not halved": 2 * two_points,
        "two_points: one for all": sp.ImmutableMatrix([[1, 1], [1, 1]]),
    },
)
