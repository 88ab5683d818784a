"""N6.1 and N6.2: the spectrum of a neuron of a random direction, of which N neurons take off no more than the N largest eigenvalues."""

import sympy as sp

from sparse_limits.theory.bounds import Loose, Sharp, Side
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.formulas.let import Let, Told
from sparse_limits.theory.formulas.no_guarantee import guaranteed
from sparse_limits.theory.formulas.smallest import Smallest
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.kernel import sphere
from sparse_limits.theory.kernel.dual import cosine, kappa_1
from sparse_limits.theory.neuron_pruning.alignment import N, eps
from sparse_limits.theory.neuron_pruning.inputs import INPUTS, d
from sparse_limits.theory.neuron_pruning.symbols import SPECTRUM, TAIL
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import CLOSED_UNIT, COUNT, COUNT_FROM_ZERO, NON_NEGATIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import same

delta = sp.Symbol("delta", positive=True)  # the probability of failure
k = sp.Symbol("k", integer=True, nonnegative=True)  # degree of a spherical harmonic
m = sp.Symbol("m", integer=True, nonnegative=True)  # half the last degree
j = sp.Symbol("j", integer=True, positive=True)  # half a degree
n = sp.Symbol("n", integer=True, positive=True)  # neurons, in a search
T = sp.Symbol("T", positive=True)  # T_d(N)
a = sp.Symbol("a", positive=True)  # the mean squared error that is allowed
t = sp.Symbol("t", nonnegative=True)  # a coordinate of a point of the sphere, below 1
value, before, slope = sp.symbols("P P_- P'", real=True)  # of a zonal harmonic at t, and the one of a degree less
chance = sp.Symbol("p", positive=True)  # of success

coefficient = sp.gamma(d / 2) / (4 * sp.gamma((3 - k) / 2) * sp.gamma((k + d + 1) / 2))
multiplicity = valued(sphere.multiplicity, {sphere.k: d, sphere.ell: k})
kernel = kappa_1 / (2 * d)
total = 1 / (2 * d)
curvature = ((d - 1) * t * slope - k * (k + d - 2) * value) / (1 - t**2)
next_harmonic = ((2 * k + d - 2) * t * value - k * before) / (k + d - 2)
weight = (1 - t**2) ** ((d - 3) / 2)
density = sp.gamma(d / 2) / (sp.sqrt(sp.pi) * sp.gamma((d - 1) / 2))
primitive = (1 - t**2) ** ((d - 1) / 2) * (value - t * slope)
at_equator = 1 / ((1 - k) * (k + d - 1))
following = (1 - k) / (k + d + 1)
zeroth = density / (d - 1)
first = 1 / (2 * d)
square_length = d

ranks = d + sp.binomial(2 * m + d - 1, d - 1)
drop = sp.Abs(k - 1) / (k + d + 1)

_constant, _linear = (sp.gammasimp(coefficient.subs(k, degree)) ** 2 for degree in (0, 1))
_even = (multiplicity * coefficient**2).subs(k, 2 * j)
_left_in_degree = (ranks - N) * coefficient.subs(k, 2 * m) ** 2
tail = sp.Piecewise(
    (total - _constant - (N - 1) * _linear, sp.Le(N, d + 1)),
    (
        Let(
            total - d * _linear - _constant - sp.Sum(_even, (j, 1, m)) + _left_in_degree,
            [(m, Smallest(sp.Lambda(m, N - ranks), 0, 1))],
        ),
        True,
    ),
)

two_cases = chance * eps**2 + (1 - chance) / (2 * d)
solved = guaranteed((1 - 2 * d * T) / (1 - 2 * d * eps**2), 2 * d * eps**2 < 1)
success = Told(solved, [(T, tail)])
allowed = eps**2 + delta / (2 * d)
neurons = Smallest(sp.Lambda(n, Told(T, [(T, tail.subs(N, n))])), Told(a, [(a, allowed)]), 1)

# Measured for two inputs and ε = 1/10: how often four drawn neurons are enough, at least, and how many fail once in 20 at most
seen_success, seen = sp.Rational(3, 8), sp.Integer(10)

SPECTRUM_STEPS = proof(
    r"""
harmonics (cited: Müller, Spherical Harmonics (1966): their number, differential equation and recursion; harmonics of different degrees are
orthogonal, and all together are complete in L²): There are $[[multiplicity]]$ independent spherical harmonics of degree $k$. The zonal one,
$P_k(t)$ with $P_k(1)=1$, is a polynomial with $P_0=1$, $P_1=t$; from its value $P$ at $t$, its slope $P'$ there and the value $P_-$ of the
preceding one follow $P''=[[curvature]]$ and, for $k\ge1$, $P_{k+1}=[[next_harmonic]]$. Harmonics of different degrees are orthogonal, and
all together are complete in $L^2$ of the sphere.

Funk–Hecke (from harmonics; cited: Müller, Spherical Harmonics (1966): the formula of Funk and Hecke): $\mathbb E_x\sigma(\langle
w^*,x\rangle)H(x)=\lambda_kH(w^*)$ for each $H$ of degree $k$ and unit vector $w^*$, $\lambda_k=\mathbb E\,\sigma(t)P_k(t)$, where a
coordinate $t$ has a density proportional to $[[weight]]$ on $(-1,1)$.

squares (from Funk–Hecke; by Fubini): So the operator of the kernel $\mathbb E_{w^*}f(x)f(x')$ takes $H$ to $\lambda_k^2H$.

density at the equator (from Funk–Hecke): The density of $t$ at $0$ is $\omega=[[density]]$: between $d$ and $d+2$ it grows by the factor
$\frac d{d-1}$, since the derivative of $t(1-t^2)^{(d-1)/2}$ is $d(1-t^2)-(d-1)$ times the *weight*; it is $\frac1\pi$ for $d=2$ and
$\frac12$ for $d=3$.

only the equator (from harmonics, Funk–Hecke): The derivative of $[[primitive]]$ is $(k-1)(k+d-1)$ times $tP$ times the weight. It is $0$ at
$t=1$ and $P_k(0)$ at $t=0$, so for $k\ne1$ $\lambda_k=[[at_equator]]\,\omega P_k(0)$.

recursion (from harmonics, only the equator): With $P_{k+2}(0)$ from $P_k(0)$, $\lambda_{k+2}=[[following]]\,\lambda_k$; for $k=1$ too,
where both sides vanish.

start (from density at the equator, only the equator): $\lambda_0=[[zeroth]]$, and $\lambda_1=\frac12\mathbb Et^2=[[first]]$: the derivative
of $t(1-t^2)^{(d-1)/2}$ is $1-dt^2$ times the weight.

coefficients (from recursion, start, squares): So $\lambda_k=[[coefficient]]$: this formula has the same start and the same recursion, in
every degree.

normal target (by normal vector): A standard normal $w$ is $\|w\|w^*$, with $w^*$ uniform and independent of $\|w\|$.

squared length (from normal target): $\mathbb E\|w\|^2=[[square_length]]$: each further coordinate adds $1$.

arc cosine (by K1): For such $w$ and unit vectors $\mathbb E\,\sigma(\langle w,x\rangle)\sigma(\langle w,x'\rangle)=\frac12\kappa_1(r)$.

kernel (from normal target, squared length, arc cosine): So the kernel of $f$ is $[[kernel]]$.

sum of squares (from harmonics, squares; by Hilbert–Schmidt): The $\lambda_k^2$, counted with multiplicity, add up to the mean square of
$\sigma(\langle w^*,x\rangle)$ over both vectors, for uniform $w^*$.

total (from kernel, sum of squares): This is the kernel at $r=1$, $[[total]]$.
""",
    globals(),
)

u, v, x = sp.symbols("u v x", positive=True)


ROUND = 1 - t**2


def over_the_weight(expression: sp.Expr) -> sp.Expr:
    """Simplified in x = (d − 3)/2, the power of 1 − t² in the weight."""
    return sp.cancel(sp.expand_power_exp(expression.subs(d, 2 * x + 3)))


neuron_spectrum = Claim(
    label="N6.1",
    title="The spectrum of a neuron with a random direction",
    headline=r"On the sphere in $d\ge2$ dimensions the kernel of one ReLU in a random direction has the spherical harmonics as eigenfunctions. Those of degree $k$ have the eigenvalue $\lambda_k^2$, $$\lambda_k=[[coefficient]],$$ which is $0$ for odd $k\ge3$.",
    statement=r"""
Let $d\ge2$ and $f=\sigma(\langle w^*,x\rangle)$ with $w^*$ uniform on the sphere $S^{d-1}$. Give functions of $x\in S^{d-1}$ the $L^2$
scalar product of the uniform law. The operator with the kernel $\mathbb E_{w^*}f(x)f(x')=[[kernel]]$, $r=\langle x,x'\rangle$, has the
spherical harmonics, a complete orthogonal system, as eigenfunctions. Its eigenvalues are $\lambda_k^2$,
$\lambda_k=\mathbb E\,\sigma(t)P_k(t)$, where $t$ is a coordinate of a uniform $x$ and $P_k$ is the zonal harmonic of degree $k$ with
$P_k(1)=1$:
$$\lambda_k=[[coefficient]]=\frac1{2d}\binom{d/2}{(1-k)/2},$$ which vanishes for odd $k\ge3$. The eigenvalues have the multiplicity
$[[multiplicity]]$. With multiplicities they add up to $\|f\|^2=[[total]]$.
""",
    steps=SPECTRUM_STEPS,
    source=Source("2603.02234", "v1", "beyond the text at hand: its lower bound for neuron pruning, by another route"),
    provenance=Provenance.EXTENSION,
    quantities=(
        INPUTS.drawn_from(2, 7),
        Quantity(k, "degree of a spherical harmonic", COUNT_FROM_ZERO, drawn=(0, 6)),
        Quantity(
            cosine,
            "cosine of the angle between two inputs",
            sp.Interval(-1, 1),
            drawn=(sp.Rational(-9, 10), sp.Rational(9, 10)),
        ),
        Quantity(t, "coordinate of a point of the sphere", sp.Interval.Ropen(0, 1)),
        Quantity(value, "value of a zonal harmonic there", sp.S.Reals),
        Quantity(slope, "its slope there", sp.S.Reals),
        Quantity(before, "value there of the zonal harmonic of a degree less", sp.S.Reals),
    ),
    hypotheses=(Hypothesis("the direction of the neuron is uniform"),),
    symbols=SPECTRUM,
    because={
        "start": lambda weight, at_equator, density, zeroth, first: (
            same(zeroth, at_equator.subs(k, 0) * density),
            same(sp.diff(t * ROUND * weight, t), (1 - t**2 / (2 * first)) * weight, by=over_the_weight),
        ),
        "kernel": lambda square_length, kernel: same(kernel, kappa_1 / (2 * square_length)),
        "total": lambda kernel, total: same(total, kernel.subs(cosine, 1)),
    },
    wrong=lambda: {
        "coefficient: degrees shifted": coefficient.subs(k, k + 1),
        "coefficient: in absolute value": sp.Abs(coefficient),
        "coefficient: 1/8 at degree 1 in the plane": sp.Piecewise(
            (sp.sqrt(2) / (2 * d), sp.Eq(k, 1)), (coefficient, True)
        ),
        "coefficient: odd degrees do not vanish": coefficient + (1 - sp.cos(sp.pi * k)) * (k - 1),
        "coefficient: one input more": coefficient.subs(d, d + 1),
        "coefficient: of one sign": coefficient * sp.cos(sp.pi * k / 2),
        "kernel: of κ₁ itself": 2 * d * kernel,
        "kernel: gates": (sp.pi - sp.acos(cosine)) / (2 * sp.pi * d),
        "multiplicity: each eigenvalue once": sp.Integer(1),
        "multiplicity: of polynomials": sp.binomial(k + d - 1, d - 1),
        "density: one input more": density.subs(d, d + 1),
        "weight: of the ball": weight * ROUND,
        "primitive: the value alone": primitive.subs(slope, 0),
        "primitive: the other sign": primitive.subs(slope, -slope),
        "at_equator: its square": at_equator**2,
        "at_equator: one degree more": at_equator.subs(k, k + 1),
        "at_equator: 1 more at the equator": at_equator + 1,
        "curvature: without the slope": curvature.subs(slope, 0),
        "following: of the same sign": (k - 1) / (k + d + 1),
        "following: one degree more": following.subs(k, k + 1),
        "next_harmonic: as on the circle": next_harmonic.subs(d, 2),
        "next_harmonic: half of the harmonic before": next_harmonic.subs(before, before / 2),
        "zeroth: one input more": zeroth.subs(d, d + 1),
        "square_length: of one coordinate": sp.S.One,
        "square_length: one less": square_length - 1,
    },
)

TAIL_STEPS = proof(
    r"""
spectrum (by N6.1 for coefficient, multiplicity, total): The kernel of a uniform $w^*$ has the eigenvalues $\lambda_k^2$, $\lambda_k=\mathbb
E\,\sigma(t)P_k(t)=[[coefficient]]$, where $t$ is a coordinate. They have the multiplicity $[[multiplicity]]$ and the sum $[[total]]$.

either is rotated (by same law): A rotation of $w^*$ and of all $w_i$ changes no distance. So if $w^*$ is fixed and the law of the $w_i$ is
invariant, the distance has the law that it has for a uniform $w^*$ independent of them; and $V$ may be taken as given.

distance (from spectrum, either is rotated; by Fubini): For an orthonormal basis $e_i$ of $V$, $\mathrm{dist}(f,V)^2=\|f\|^2-\sum_i\langle
f,e_i\rangle^2$. Its mean is the trace of the operator $K$ of the kernel minus $\sum_i\langle Ke_i,e_i\rangle$.

Ky Fan (from distance; cited: Ky Fan, Proc. Nat. Acad. Sci. 37 (1951) 760: the sum of the N largest eigenvalues of a compact positive
operator is its largest trace on N dimensions): $\sum_{i\le N}\langle Ke_i,e_i\rangle$ is at most the sum of the $N$ largest eigenvalues,
attained by their eigenfunctions.

first two (from spectrum; by monotonicity): $t^2\le|t|\le1$ for a coordinate $t$, so with $P_0=1$ and $P_1=t$, $\lambda_1=\frac12\mathbb
Et^2\le\lambda_0=\frac12\mathbb E|t|\le\frac12$.

order (from spectrum, first two): $|\lambda_{k+2}|=[[drop]]|\lambda_k|$ for even $k$, which is less than $|\lambda_k|$, and
$|\lambda_2|\le\frac1{2(d+1)}<\lambda_1$.

ranks (from spectrum): The number of eigenvalues of degrees $0,1,2,4,\dots,2m$ is $[[ranks]]$: $d+1$ at $m=0$, and from $m$ to $m+1$ as many
more as the multiplicity of degree $2m+2$.

tail (from Ky Fan, order, ranks): So the mean of $\mathrm{dist}^2$ is at least $[[tail]]$. It is $\|f\|^2-\lambda_0^2$ at $N=1$ and falls by
the next eigenvalue from $N$ to $N+1$; where a degree ends both formulas agree.

two cases (from tail; by tower): On success $\mathrm{dist}^2\le\varepsilon^2$, otherwise it is at most $\|f\|^2$: if $p$ is the probability
of success, $T\le[[two_cases]]$.

success (from two cases): For $\varepsilon^2<\frac1{2d}$ this bound falls in $p$, and it is $T$ at $p=[[solved]]$.

with the tail (from success, tail; a definition): With $T=T_d(N)$ inserted, this is $[[success]]$.

allowed (from two cases): For $p\ge1-\delta$ it is at most $[[allowed]]$, which exceeds the value at $p=1-\delta$ by $\delta\varepsilon^2$.

smallest (from tail, allowed): $T_d(N)$ falls in $N$, so at least $[[neurons]]$ dimensions are necessary.
""",
    globals(),
)

few, (many, _) = tail.args


degree_by_degree = sp.Piecewise(few, (Let(many.args[0].subs(N, ranks), many.args[1]), True))


every_once = total - sum(coefficient.subs(k, degree) ** 2 for degree in (0, 1, 2, 4, 6))


at_degree_one = total / 2  # what an eigenvalue of 1/8 in place of 1/16 takes off too much, in the plane


spectral_bound = Claim(
    label="N6.2",
    title="The spectral bound: the distance of a neuron from any subspace of N dimensions",
    headline=r"On the sphere, take a ReLU in an independent random direction. Its mean squared distance from the span of $N$ neurons, or any $N$ functions, is at least the sum of N6.1's eigenvalues without the $N$ largest.",
    statement=r"""
**Setting.** Let the output be linear and $d\ge2$. Let $\|\cdot\|$ be the root mean square over the uniform law on the sphere $S^{d-1}$,
which is at most the supremum. Let $f=\sigma(\langle w^*,x\rangle)$, $w^*$ a unit vector, and let $V$ be any subspace of at most $N$
dimensions. An example is the span of $\sigma(\langle w_i,x\rangle)$, $i\le N$, which contains all prunings with all output weights.

**Distance.** Let $w^*$ be uniform on the sphere and independent of $V$. (Or let it be fixed, let $V$ be the span of the example, and let the law of the
$w_i$ be invariant under rotations.) Then
$$\mathbb E\,\mathrm{dist}(f,V)^2\ge T_d(N)=[[tail]],$$
the sum of the eigenvalues of N6.1 without the $N$ largest ones. Equality holds if $V$ is the span of $N$ orthogonal spherical harmonics
with the $N$ largest eigenvalues. The number of eigenvalues of the degrees $0,1,2,4,\dots,2m$ is $[[ranks]]$.

**Neurons needed.** For $\varepsilon^2<\frac1{2d}$ and $T=T_d(N)$ the probability of an error of at most $\varepsilon$ is at most
$[[success]]$. So if pruning fails with probability at most $\delta$, then $T_d(N)\le a=[[allowed]]$. At least $[[neurons]]$ neurons are
therefore necessary. This is the smallest $N$ with $T_d(N)\le a$; here $T$ is taken for $n$ neurons, at $N=n$.
""",
    steps=TAIL_STEPS,
    source=Source("2603.02234", "v1", "beyond the text at hand: its lower bound for neuron pruning, by another route"),
    provenance=Provenance.EXTENSION,
    quantities=(
        INPUTS.drawn_from(2, 7),
        Quantity(k, "degree of a spherical harmonic", COUNT_FROM_ZERO, drawn=(0, 6)),
        Quantity(m, "half the last even degree", COUNT_FROM_ZERO, drawn=(0, 5)),
        Quantity(N, "dimension of the subspace, such as the number of neurons", COUNT, drawn=(1, 60)),
        Quantity(
            T,
            "mean squared distance from the target that is left, the value of `tail`",
            NON_NEGATIVE,
            drawn=(sp.Rational(1, 1000), sp.Rational(1, 20)),
        ),
        Quantity(
            eps,
            "largest error allowed, a root mean square over the sphere",
            NON_NEGATIVE,
            drawn=(sp.Rational(1, 40), sp.Rational(1, 8)),
        ),
        Quantity(
            delta,
            "probability of failure that is allowed",
            sp.Interval.Ropen(0, 1),
            drawn=(sp.Rational(1, 500), sp.Rational(1, 20)),
        ),
        Quantity(chance, "probability of success", CLOSED_UNIT),
    ),
    hypotheses=(
        Hypothesis("the output is linear; its weights may depend on everything"),
        Hypothesis("the neurons do not depend on the target, and one of the two is rotation invariant"),
        Hypothesis("some error or some failure is allowed", needed_by=("neurons",)),
        Hypothesis(
            "an error below the norm of the target", 2 * d * eps**2 < 1, needed_by=("solved", "success", "neurons")
        ),
        Hypothesis("no more is left than the squared norm of the target", 2 * d * T <= 1, needed_by=("solved",)),
    ),
    named={"q": sp.gamma(d / 2) ** 2},
    symbols=TAIL,
    sharp=(
        Sharp(
            expression="tail",
            example="the spherical harmonics of the largest eigenvalues",
            check="tail_is_the_total_without_the_largest",
            side=Side.BELOW,
        ),
    ),
    aids={"seen_success": seen_success, "seen": seen},
    loose=tuple(
        Loose(
            expression=number,
            truth=truth,
            at=({d: 2, **place, eps: sp.Rational(1, 10)},),
            lost=f"at most, for two inputs, where {measured}: in the best dimensions for those of drawn neurons, and in the mean of the squared distance for its law",
            side=side,
        )
        for number, truth, place, measured, side in (
            ("success", "seen_success", {N: 4}, "four drawn neurons are seen to be enough so often", Side.ABOVE),
            ("neurons", "seen", {delta: sp.Rational(1, 20)}, "so many are seen to be enough", Side.BELOW),
        )
    ),
    because={
        "allowed": lambda two_cases, allowed: same(
            allowed, two_cases.subs(chance, 1 - delta) + delta * eps**2, by=sp.cancel
        ),
    },
    wrong=lambda: {
        "multiplicity: of polynomials": sp.binomial(k + d - 1, d - 1),
        "multiplicity: 2, as on the circle": sp.Piecewise((1, sp.Eq(k, 0)), (2, True)),
        "ranks: without degree 1": ranks - d,
        "ranks: up to degree m": ranks.subs(m, m / 2),
        "tail: multiplicities omitted": every_once,
        "tail: 1/8 at degree 1 in the plane": tail - at_degree_one,
        "tail: one eigenvalue less": tail.subs(N, N + 1),
        "tail: degree by degree": degree_by_degree,
        "tail: equal shares": total / N,
        "tail: without the first": tail + total,
        "tail: half of the multiplicities": tail.replace(
            sp.Sum, lambda function, *limits: sp.Sum(function / 2, *limits)
        ),
        "success: of one neuron more": success.subs(N, N + 1),
        "success: of the norm of the target": solved.subs(T, total),
        "success: of half of what is left": Told(solved, [(T, tail / 2)]),
        "success: upside down": 1 / success,
        "neurons: one less": neurons - 1,
        "neurons: one more": neurons + 1,
        "neurons: of twice what is allowed": neurons.subs(eps, 2 * eps),
        "seen: half as many neurons": seen / 2,
        "seen: as few as the bound asks for": sp.Integer(3),
        "seen_success: two in three": sp.Rational(2, 3),
        "allowed: the squared norm": allowed + total,
        "allowed: failure costs 1/d": eps**2 + delta / d,
        "allowed: error not squared": eps + delta / (2 * d),
        "allowed: nothing for failure": eps**2,
        "drop: the next dimension": drop.subs(d, d + 1),
        "drop: its square": drop**2,
        "coefficient: odd degrees": coefficient.subs(k, k + 1),
        "coefficient: times one more than the degree": coefficient * (1 + k),
        "coefficient: of the same degree": coefficient.subs(k, k + 2),
        "solved: success without any error": 1 - 2 * d * T,
        "solved: an error not squared": (1 - 2 * d * T) / (1 - 2 * d * eps),
        "two_cases: nothing on success": two_cases.subs(eps, 0),
        "two_cases: nothing on failure": chance * eps**2,
    },
)
