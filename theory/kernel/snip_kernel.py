"""K5: SNIP with normal weights keeps an energy that follows from Bessel functions, and its kernel with one hidden layer."""

import sympy as sp

from sparse_limits.theory.bounds import Sharp, Side
from sparse_limits.theory.citations import BESSEL_INTEGRAL
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.kernel.dual import CAUCHY_SCHWARZ, PREACTIVATIONS, c, relu
from sparse_limits.theory.kernel.second_moment import OWN, own, second_moment
from sparse_limits.theory.kernel.symbols import BESSEL, COORDINATES, DUAL, ENERGY_LAW, KAPPA_0, WIDE_KERNEL
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, nonnegative, same
from sparse_limits.theory.saliency.model import rho as density
from sparse_limits.theory.saliency.snip import FIXED_RESIDUAL
from sparse_limits.theory.saliency.symbols import CHANCE, MASK, MEAN
from sparse_limits.theory.tails import half_normal, product_survival, t

s = sp.Symbol("s", positive=True)  # threshold over the column's profile, τ/φ
alpha = sp.Symbol("alpha", positive=True)  # modulus of a row's readout weight
x = sp.Symbol("x", positive=True)  # variable of integration
y = sp.Symbol("y", nonnegative=True)  # sinh(x/2)

graphon = half_normal.at(s / alpha)
entry_energy = graphon + (s / alpha) * half_normal.density.subs(t, s / alpha)

r = 2 / sp.pi * sp.exp(-s) * sp.Integral(sp.exp(-2 * s * sp.sinh(x / 2) ** 2) / sp.cosh(x), (x, 0, sp.oo))
R_2 = r + 2 / sp.pi * s * sp.besselk(0, s)
energy_rate = 2 / sp.pi * s * sp.besselk(1, s)  # of its fall
slope = s * sp.besselk(1, s) / sp.besselk(0, s)
share_factor = 1 / ((1 + 2 * y**2) * sp.sqrt(1 + y**2))
energy_factor = 1 / sp.sqrt(1 + y**2)
tail = sp.sqrt(2 / (sp.pi * s)) * sp.exp(-s)
energy_tail = sp.sqrt(2 * s / sp.pi) * sp.exp(-s)
share_low = 1 - sp.Rational(5, 8) / s
energy_low = 1 + sp.Rational(7, 8) / s - sp.Rational(5, 8) / s**2
energy_high = 1 + 1 / s

row_kernel = alpha**2 * own * relu.slope + relu.value

STEPS = proof(
    r"""
entry: Given $|a|=\alpha$ an entry is kept where $|w|>s/\alpha$, with probability $[[graphon]]$.

entry energy (from entry): $E[Mw^2]$ falls in $s$ at the rate of the share times $s^2/\alpha^2$, and it is $1$ at $s=0$. So it is
$[[entry_energy]]$.

product (by S4 for column_density, noise_density): The density of $|aw|$ at $s$ is $\frac2\pi K_0(s)$, as $P(|aw|>s)$ is
$H(s)=1-s\,[K_0\mathbf L_{-1}+K_1\mathbf L_0](s)$.

Bessel integral (by BESSEL_INTEGRAL): $K_0(s)=\int_0^\infty e^{-s\cosh x}dx$.

share (from product, Bessel integral): So $P(|aw|>s)=[[r]]$: with $\cosh x=1+2\sinh^2\frac x2$ this is $\frac2\pi\int e^{-s\cosh
x}\frac{dx}{\cosh x}$, which has the derivative $-\frac2\pi K_0$ and vanishes at infinity.

two means (by same law): The score is symmetric in $a$ and $w$, so that $E[a^2M]=E[w^2M]$. Given the readout, each $M_{ij}$ depends on
$|w_{ij}|$ alone. So on the diagonal, by K4, these means are the contributions of an input to the first-layer term and to the readout term,
and $E\,\Theta_n(x,x)$ is twice the mean of $x_j^2$ times either of them.

energy rate (from two means, Bessel integral): $E[a^2;|aw|>s]$ falls at the rate $\frac2\pi\int_0^\infty a\,e^{-(a^2+s^2/a^2)/2}da$;
substitute $a=\sqrt s\,e^{x/2}$, and combine $x$ and $-x$: the rate is $\frac2\pi s\int_0^\infty\cosh x\,e^{-s\cosh x}dx=-\frac2\pi
sK_0'=[[energy_rate]]$.

energy (from share, energy rate): Hence $R_2=[[R_2]]$: this expression falls at the same rate, as $(sK_0)'=K_0-sK_1$, and both vanish at
infinity.

slope (from share, energy rate): The quotient of the two rates is $dR_2/dr=[[slope]]$.

given the readout (from entry energy; by K4 for row_kernel): Given $a$, the entries of a row are independent, and the mask depends only on
$|w|$. So, off the diagonal, as $d\to\infty$ with $d^{-2}\sum_jx_j^4\to0$ at both inputs, the preactivations become normal with the
covariances $S_Q$.

row kernel (from given the readout): So a neuron contributes the mean of $\varphi\varphi'+\alpha^2\dot\varphi\dot\varphi's_W$, which by K1
is $F+\alpha^2s_W\,\partial_cF$, $[[row_kernel]]$.

factors (from share, Bessel integral): With $y=\sinh\frac x2$ both integrals become Gaussian ones: $r=\frac4\pi e^{-s}\int_0^\infty
e^{-2sy^2}f\,dy$ with $f=[[share_factor]]$, and $K_0=2e^{-s}\int_0^\infty e^{-2sy^2}f\,dy$ with $f=[[energy_factor]]$.

tail (from factors): The share $r$ is at most $[[tail]]$, as its $f\le1$.

share below its tail (from factors, tail): As $f\ge1-\frac52y^2$, the share is at least $[[share_low]]$ times this bound: $y^2$ has the mean
$\frac1{4s}$ under $e^{-2sy^2}$.

energy tail (from factors): Likewise $\frac2\pi sK_0$ is at most $[[energy_tail]]$, and at least $1-\frac1{8s}$ times this bound, as its
$f\ge1-\frac12y^2$.

energy at its tail (from energy, tail, share below its tail, energy tail): The tail of $r$ is $\frac1s$ times the tail of the energy. So
$R_2$ divided by its tail lies between $[[energy_low]]$ and $[[energy_high]]$, and both quotients tend to $1$.
""",
    globals(),
    BESSEL_INTEGRAL=BESSEL_INTEGRAL,
)


def integrand(total: sp.Expr) -> sp.Expr:
    """A multiple of an integral over x as one integrand."""
    return total.replace(sp.Integral, lambda inner, *limits: inner)


def in_exponentials(expression: sp.Expr) -> sp.Expr:
    return sp.simplify(expression.rewrite(sp.exp))


HYPERBOLA = sp.exp(-s * sp.cosh(x))  # its integral over x > 0 is K_0(s), and with the factor cosh x it is K_1(s)


def share_of_an_entry_is_an_integral(graphon: sp.Expr) -> Relations:
    """Its derivative in s, by the density 2φ of |w| at s/α; and all entries at s = 0."""
    density_there = sp.sqrt(2 / sp.pi) * sp.exp(-((s / alpha) ** 2) / 2)
    yield same(sp.diff(graphon, s), -density_there / alpha)
    yield same(graphon.subs(s, 0), sp.S.One)


def energy_of_an_entry_falls_with_its_share(graphon: sp.Expr, entry_energy: sp.Expr) -> Relations:
    """Both rates in s, and the sign of one; and all of the energy at s = 0."""
    yield same(sp.diff(entry_energy, s), (s / alpha) ** 2 * sp.diff(graphon, s))
    fall = (s / alpha) ** 2 * sp.sqrt(2 / sp.pi) * sp.exp(-(s**2) / (2 * alpha**2)) / alpha
    yield nonnegative(-sp.diff(entry_energy, s), fall, strict=True)
    yield same(entry_energy.subs(s, 0), sp.S.One)


def energy_falls_at_the_rate_of_a_bessel_function(energy_rate: sp.Expr) -> Relations:
    """The integrand in a, at both signs of x, and −s times the derivative in s of the integrand of (2/π) K₀; K₀′ itself."""
    yield same(energy_rate, -2 / sp.pi * s * sp.diff(sp.besselk(0, s), s))
    a_of_x = sp.sqrt(s) * sp.exp(x / 2)
    rate = 2 / sp.pi * a_of_x * sp.exp(-(a_of_x**2 + s**2 / a_of_x**2) / 2) * sp.diff(a_of_x, x)
    yield same(rate + rate.subs(x, -x), -2 / sp.pi * s * sp.diff(HYPERBOLA, s), by=in_exponentials)
    least = s / sp.pi * sp.exp(x - s * (sp.exp(x) + sp.exp(-x)) / 2)
    yield nonnegative(rate, least, by=in_exponentials, strict=True)


def slope_is_a_quotient_of_rates(slope: sp.Expr, energy_rate: sp.Expr) -> Relations:
    """The rate of the energy over that of the share, (2/π) K₀."""
    yield same(slope * 2 / sp.pi * sp.besselk(0, s), energy_rate)


def row_kernel_is_value_and_slope(row_kernel: sp.Expr) -> Relations:
    """The readout carries E φφ′; the first layer a² E φ̇φ̇′, which is the derivative of the former in the covariance."""
    yield same(row_kernel, relu.value + alpha**2 * own * sp.diff(relu.value, c))


snip_laws = Claim(
    label="K5",
    title="SNIP with normal weights: Bessel laws and the tangent kernel",
    headline=r"Let SNIP's mask, for normal weights and one hidden layer, keep $w_{ij}$ where $|a_iw_{ij}|\varphi_j>\tau$. The mean tangent kernel of an input with itself weighs $x_j^2$ by $R_2(\tau/\varphi_j)$ in both layers' terms, $$R_2(s)=[[R_2]].$$",
    statement=r"""
Let $a_i,w_{ij}$ be iid standard normal, $M_{ij}=1\{|a_iw_{ij}|\varphi_j>\tau\}$ and $s=\tau/\varphi_j$.

**Given one row.** Given $|a_i|=\alpha$, an entry is kept with probability $W=[[graphon]]$ and has the second moment
$E[M_{ij}w_{ij}^2]=[[entry_energy]]=q(W)$ (K4).

**Over the rows,**
$$P(|a_iw_{ij}|>s)=r(s)=[[r]]=1-s\,[K_0\mathbf L_{-1}+K_1\mathbf L_0](s),$$
$$E[a_i^2M_{ij}]=E[w_{ij}^2M_{ij}]=R_2(s)=[[R_2]],$$
and $dR_2/dr=[[slope]]$. ($r$ is $H$ of S4.) The two means are the path densities of an input in the first-layer term and in the readout
term of the tangent kernel with one hidden layer and dense readout. Both equal $R_2$, so at every width
$E\,\Theta_n(x,x)=\frac2d\sum_jx_j^2R_2(\tau/\varphi_j)$.

**Off the diagonal,** let $d\to\infty$ with $d^{-2}\sum_jx_j^4\to0$ at both inputs. Let $s_W=S_W(x,x')$, and $a=S_Q(x,x)$, $b=S_Q(x',x')$,
$c=S_Q(x,x')$ at $Q=q(W)$. A neuron with $|a_i|=\alpha$ contributes $F(a,b,c)+\alpha^2s_W\kappa_0$, that is,
$$[[row_kernel]].$$

**Tails.** As $s\to\infty$, $$r\sim[[tail]],\qquad R_2\sim[[energy_tail]],$$
and for all $s$, $[[share_low]]\le r/[[tail]]\le1$, $\;[[energy_low]]\le R_2/[[energy_tail]]\le[[energy_high]]$.
""",
    steps=STEPS,
    source=Source("2510.17515", "v1", "beyond the paper"),
    provenance=Provenance.EXTENSION,
    quantities=(
        Quantity(s, "threshold divided by the column profile at an input", POSITIVE, drawn=(sp.Rational(1, 4), 4)),
        Quantity(alpha, "modulus of a neuron's readout weight", POSITIVE),
        *PREACTIVATIONS,
        OWN,
        Quantity(y, "hyperbolic sine of half the variable of integration", NON_NEGATIVE),
    ),
    named={"r": r},
    symbols={
        "a_i": "weight with which neuron $i$ enters the output",
        "w_{ij}": "weight from input $j$ to neuron $i$",
        **MASK,
        r"\varphi_j": "profile of the columns at input $j$, its factor in the scores",
        r"\tau": "threshold above which scores are kept",
        **CHANCE,
        **MEAN,
        "W": "chance that an entry is kept, given the modulus of the readout weight",
        "Q=q(W)": "mean of the squared weight, $0$ where it is pruned, as a function of the share $W$ kept (K4)",
        "r(s)": "chance that the product of two independent standard normal numbers exceeds $s$ in modulus",
        "H": "name of $r$ in S4",
        **ENERGY_LAW,
        **BESSEL,
        r"\mathbf L_{-1}, \mathbf L_0": "modified Struve functions",
        **WIDE_KERNEL,
        "d": "number of inputs",
        **COORDINATES,
        **DUAL,
        **KAPPA_0,
        "S_W, S_Q": "covariances of the preactivations of a neuron at two inputs, with $W$ and with $Q$",
    },
    hypotheses=(
        CAUCHY_SCHWARZ,
        Hypothesis("the saliency factorises (S3), with the threshold of the limit"),
        Hypothesis(FIXED_RESIDUAL),
        Hypothesis(
            r"ReLU $\varphi(z)=\sqrt2\max(z,0)$; off the diagonal $d\to\infty$ with $d^{-2}\sum_jx_j^4\to0$ at both inputs"
        ),
    ),
    uses=("K1", "S3"),
    aids={"struve_form": product_survival(s)},
    sharp=tuple(
        Sharp(expression=name, example=r"$s\to\infty$", check="tails_are_attained", side=side)
        for name, side in (
            ("tail", Side.ABOVE),
            ("share_low", Side.BELOW),
            ("energy_low", Side.BELOW),
            ("energy_high", Side.ABOVE),
        )
    ),
    because={
        "entry": share_of_an_entry_is_an_integral,
        "entry energy": energy_of_an_entry_falls_with_its_share,
        "share": lambda r: same(sp.diff(integrand(r), s), -2 / sp.pi * HYPERBOLA, by=in_exponentials),
        "energy rate": energy_falls_at_the_rate_of_a_bessel_function,
        "slope": slope_is_a_quotient_of_rates,
        "row kernel": row_kernel_is_value_and_slope,
    },
    wrong=lambda: {
        "r: Gaussian tail: forgets the row": half_normal.at(s),
        "r: scaled inside": r.subs(s, 2 * s),
        "r: Pareto: in proportion to the profile": 1 / (4 * s),
        "R_2: share for energy": r,
        "R_2: energy 10 % more": r + sp.Rational(11, 10) * (R_2 - r),
        "R_2: energy 10 % less": r + sp.Rational(9, 10) * (R_2 - r),
        "R_2: of the other order": r + energy_rate,
        "R_2: energy as if all rows had one threshold": half_normal.at(s) + s * half_normal.density.subs(t, s),
        "R_2: energy of the mean share, q(r)": valued(second_moment, {density: r}),
        "entry_energy: entries without their size": graphon,
        "entry_energy: energy of one tail": graphon / 2 + entry_energy / 2,
        "graphon: threshold on the readout alone": half_normal.at(1 / alpha),
        "graphon: one threshold for all rows": half_normal.at(s),
        "graphon: columns cut off at the threshold": sp.Heaviside(alpha - s),
        "energy_rate: of the share": 2 / sp.pi * sp.besselk(0, s),
        "energy_rate: without its threshold": energy_rate / s,
        "slope: slope of K4, t²": s**2,
        "slope: orders exchanged": s**2 / slope,
        "share_factor: the factor of the energy": energy_factor,
        "energy_factor: the factor of the share": share_factor,
        "energy_factor: none": sp.S.One,
        "tail: exponential tail": sp.exp(-s),
        "share_low: half of the correction": (1 + share_low) / 2,
        "share_low: one and a half of it": 1 - sp.Rational(15, 16) / s,
        "share_low: no correction": sp.S.One,
        "share_low: 1 more below the share": 1 + share_low,
        "energy_tail: energy with the tail of the share": tail,
        "energy_low: without the share": 1 - 1 / (8 * s),
        "energy_low: 1 more below the energy": 1 + energy_low,
        "energy_high: without the share, above": sp.S.One,
        "energy_high: the lower factor for the upper": energy_low,
        "row_kernel: readout weights of size one": row_kernel.subs(alpha, 1),
        "row_kernel: modulus for its square": row_kernel.subs(alpha, sp.sqrt(alpha)),
        "row_kernel: one graphon": row_kernel.subs(own, c),
    },
)
