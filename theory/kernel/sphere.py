"""K11.2: the spectrum of the tangent kernel on a sphere, which a graphon leaves that keeps a few inputs equally."""

from __future__ import annotations

import sympy as sp

from sparse_limits.theory.claims import Claim, Proof, Provenance, Source
from sparse_limits.theory.kernel.dual import COSINE, cosine, kappa_0, kappa_1
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, COUNT_FROM_ZERO, NON_NEGATIVE, Hypothesis, Quantity

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

row kernel (from neurons): With $w=W(u)/d$, at the lengths $m$ and $m'$ and the cosine $r$, that is $[[row_kernel]]$.

radii (from row kernel; by product): Length and direction of an isotropic $x$ are independent. So $|x|\,Y(x/|x|)$ has $\frac gdE|x|^2$ times
the eigenvalue of $\cos\theta\,\kappa_0+\kappa_1$ on the sphere at $Y$, and what is orthogonal to such functions has $0$.

normal weights (by K1): For unit vectors and standard normal $z$ in $\mathbb R^k$, $\kappa_1=2E(z\cdot x)_+(z\cdot x')_+$ and
$\kappa_0=2P(z\cdot x>0,z\cdot x'>0)$.

directions (from normal weights; by product): Length and direction $e$ of $z$ are independent, and $E|z|^2=k$: $\kappa_1=2k\,E(e\cdot
x)_+(e\cdot x')_+$, and $\kappa_0=2E1\{e\cdot x>0\}1\{e\cdot x'>0\}$.

Funk and Hecke (cited: Müller, Spherical Harmonics (1966): the Funk–Hecke formula, and the recursion of the Legendre polynomials in k
dimensions): On harmonics of degree $\ell$ a function $f(e\cdot x)$ has the eigenvalue $E[f(r)P_\ell(r)]$, $r$ of a density
$\propto(1-r^2)^{(k-3)/2}$, where $P_0=1$, $P_1=r$ and $P_{\ell+1}=[[next_harmonic]]$ with $P$, $P_-$ in it for $P_\ell$, $P_{\ell-1}$.

squares (from directions, Funk and Hecke; by Fubini): With $b_\ell$, $c_\ell$ for $r_+$ and $1\{r>0\}$, $\kappa_1$ and $\kappa_0$ are such
operators applied twice: their eigenvalues are $2kb_\ell^2$ and $2c_\ell^2$.

derivatives (from Funk and Hecke): By induction in $\ell\ge1$, $(1-r^2)P_\ell'$ is $[[slope]]$, and $(1-r^2)P_{\ell-1}'$ is
$[[slope_before]]$: the recursion takes one pair to the next.

equation (from derivatives): So $(1-r^2)P_\ell''-(k-1)rP_\ell'+\nu P_\ell=0$ with $\nu=[[bend]]$.

primitives (from equation): With $P'$ for $P_\ell'$, $(1-r^2)^{(k-3)/2}P_\ell$ has the primitive $[[gate_primitive]]$, and $r$ times it
$[[ramp_primitive]]$, for $\ell\ge1$ and $\ell\ne1$: both are $0$ at $r=1$.

mass: The density of $r$ is $[[mass]]$ times $(1-r^2)^{(k-3)/2}$.

centre (from Funk and Hecke): At $0$, $P_{2j}$ is $[[centre]]$ and $P_{2j+1}$ is $0$.

coefficients (from derivatives, primitives, mass, centre): From $0$ to $1$ the *primitives* give $b_{2j}=[[ramp_coefficient]]$ and
$c_{2j+1}=[[gate_coefficient]]$; the others vanish but $b_1$ and $c_0=\frac12$.

first ramp: $b_1$ is half of the mean of $r^2$, $[[first_ramp]]$: the $k$ coordinates have squares of sum $1$.

times the cosine (from Funk and Hecke): By the recursion $rP_\ell$ is $[[raised]]$ times $P_{\ell+1}$ and $[[lowered]]$ times $P_{\ell-1}$;
so the eigenvalues of $\cos\theta\,\kappa_0$ are these means of those of $\kappa_0$ (at $\ell=0$ that of degree 1).

two points: For $k=1$ the kernel is $2$ on the diagonal and $0$ off it; halved, as each point has the weight $\frac12$, $[[two_points]]$:
eigenvalue $1$ at both degrees.

eigenvalues (from radii, squares, coefficients, first ramp, times the cosine, two points): Together the eigenvalue at degree $\ell$ is
$[[sphere_eigenvalue]]$.

monomials: There are $[[monomials]]$ monomials of degree $\ell$: those without the last variable, and those with it.

polynomials (cited: Müller, Spherical Harmonics (1966): each homogeneous polynomial of degree ℓ is one sum of a harmonic one and of |x|²
times one of degree ℓ − 2): On the sphere homogeneous polynomials of degree $\ell$ are those of degree $\ell-2$ and the harmonics of degree
$\ell$.

multiplicity (from monomials, polynomials): So the harmonics of degree $\ell$ are a space of dimension $[[multiplicity]]$.

fall (from eigenvalues): From an even degree $\ell$ to $\ell+2$ the eigenvalue takes the factor $[[fall_ratio]]<1$.

plane (from eigenvalues): For $k=2$ and even $\ell$, $\lambda_\ell\ell^2=[[plane]]$.

partial products: The product of $\frac{4i^2}{4i^2-1}$ up to $i=j$ is $[[wallis]]$.

space (from eigenvalues, partial products): For $k=3$ and $\ell=2j$, $\lambda_\ell\ell^3$ times that product is $[[space]]$.

Wallis (from partial products; by Wallis): The product tends to $\frac\pi2$.

two inputs more (from eigenvalues): From $k$ to $k+2$, $\lambda_\ell\ell^k$ takes the factor $[[two_more]]$.

large degrees (from plane, space, Wallis, two inputs more): So over even $\ell$, by induction in $k$, $\lambda_\ell\ell^k\to[[constant]]$:
at $2$, at $3$, and with the factor $k^2$ from $k$ to $k+2$.

ranks (from monomials, multiplicity): The even degrees up to $\ell$ have together as many eigenvalues as there are *monomials* of degree
$\ell$: a number of the order of $\ell$ to the $[[rank_power]]$.

decay (from fall, large degrees, ranks): In descending order the even degrees come one after another, so that the eigenvalue falls in the
rank with the exponent $[[exponent]]$.
""",
    globals(),
)

KEPT = Quantity(k, "number of inputs kept, all of equal weight", COUNT, drawn=(2, 8))
HALF_DEGREE = Quantity(
    half_degree, "half of a degree, or the number of factors of a product", COUNT_FROM_ZERO, drawn=(0, 4)
)

sphere_spectrum = Claim(
    label="K11.2",
    title="Few inputs of equal weight leave the spectrum of a sphere",
    statement=r"""
One hidden ReLU layer, readout dense, $W$ the graphon of the trained edges and $Q=W$ that of the second moments, at every $u$ the same for each of
$k\ge2$ inputs and 0 for others, with $g=\int W\,du$ at one of them; $x$, these $k$ coordinates, of an isotropic law: the operator of the graphon kernel is that of the
sphere $S^{k-1}$ times $(g/d)\,E|x|^2$, with the eigenvalue (of $\cos\theta\,\kappa_0+\kappa_1$)
$[[sphere_eigenvalue]]$ of multiplicity $[[multiplicity]]$ at degree $\ell$; $k=2$ is K10.1, unequal weights stretch the sphere. Degrees odd
and $\ge3$ vanish; from an even degree $\ell$ to $\ell+2$ the eigenvalue takes the factor $[[fall_ratio]]<1$, and $\lambda_\ell\,\ell^k\to[[constant]]$ over even $\ell$, so that the decay in the rank has the exponent $[[exponent]]$.
For $k=1$ there are two points and the degrees $0$ and $1$, with the eigenvalue $1$ at both.
""",
    steps=STEPS,
    source=Source("2602.06675", "classical eigenvalues on the sphere (Bietti and Mairal 2019); beyond the abstract"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
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
    hypotheses=(
        Hypothesis(
            "a degree that the sphere has: two points have only the degrees 0 and 1",
            sp.Or(k >= 2, ell <= 1),
            needed_by=("sphere_eigenvalue",),
        ),
        Hypothesis("for the decay, at least two inputs", k >= 2, needed_by=("fall_ratio", "exponent", "constant")),
        Hypothesis("inputs of an isotropic law in the coordinates kept; weights of these equal"),
        Hypothesis(
            "the graphon kernel of K4: that of masks where a row keeps all of the $k$ inputs or none, else at few inputs see K7.1"
        ),
    ),
    uses=("K1", "K4", "K10.1"),
)
