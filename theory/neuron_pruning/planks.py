"""N3: the dimension helps: aligned neurons are planks, and these have to cover a ball or a cube."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Remark, Source
from theory.neuron_pruning.alignment import ERROR, NEURONS, SUCCESS, N, delta, eps, ratio
from theory.quantities import NON_NEGATIVE, POSITIVE, Hypothesis, Quantity, whole_from
from theory.steps import Carrier, Step

d = sp.Symbol("d", integer=True, positive=True)  # inputs, at least 3
INPUTS = Quantity(d, "number of inputs", whole_from(2))
r = sp.Symbol("r", positive=True)
s = sp.Symbol("s", positive=True)
x = sp.Symbol("x", real=True)  # log s
theta = sp.Symbol("theta", real=True)
h = sp.Symbol("h", positive=True)  # a relative half-width
q = sp.Symbol("q", real=True)  # the projection of a signed sum on one of its unit vectors, with its sign
y = sp.Symbol("y", nonnegative=True)
mean = sp.Symbol("mean", positive=True)  # c_d on the ball, c′_d on the cube

longer = 4 * h * (q - h)
cosines = sp.sqrt(sp.pi) * sp.gamma((d - 1) / 2) / (2 * sp.gamma(d / 2))
neighbours = 2 / (sp.pi * (d - 2))
ratio_cdf = (
    2
    * sp.gamma(d / 2)
    / (sp.sqrt(sp.pi) * sp.gamma((d - 1) / 2))
    * sp.Integral(sp.cos(theta) ** (d - 2), (theta, 0, sp.atan(r)))
)
ball_mean = sp.gamma((d - 2) / 2) / (sp.sqrt(sp.pi) * sp.gamma((d - 1) / 2))
transform = sp.exp(s**2 / 2) * sp.erfc(s / sp.sqrt(2))
slow = 1 / sp.sqrt(1 + 2 * y / s**2)
norm_transform = transform ** (d - 1)
weight_mean = sp.sqrt(2 / sp.pi)
cube_limit = sp.S.One
exponents = (x - sp.exp(2 * x) / 2, x - sp.exp(x))  # of the densities of log|w| and of the logarithm of an exponential
large = sp.sqrt(2 / sp.pi) / s * sp.hyper([1, sp.Rational(1, 2)], [], -2 / s**2)  # the same, without 0 · ∞
below_one = sp.Integral(transform ** (d - 1), (s, 0, 1))
above_one = sp.Integral(sp.exp(x) * large.subs(s, sp.exp(x)) ** (d - 1), (x, 0, sp.oo))
cube_mean = sp.sqrt(2 / sp.pi) * (below_one + above_one)
cover_sum = sp.S.One  # of the half-widths of planks that cover, relative to that of the body
ball_width = ratio * mean
cube_width = 4 * eps * mean
ball_success = N * ratio * mean
cube_success = 4 * N * eps * mean
ball_neurons = delta / (ratio * mean)
cube_neurons = delta / (4 * eps * mean)

STEPS = (
    Step(
        name="all planes",
        sentence=r"""*Ball.* N2 holds for every unit vector $x_0\perp w^*$ and the same $S$: with $u_i$ the projection of $w_i$ on $w^{*\perp}$
some kept neuron has $|\langle u_i,x_0\rangle|\le\rho|\langle w_i,w^*\rangle|$. These planks cover the unit sphere of $w^{*\perp}$, hence its unit ball, since
they hold with a point all that is between it and $0$.""",
        by=Carrier.CLAIM,
        source="N2",
    ),
    Step(
        name="turn of a sign",
        sentence=r"""Let planks $|\langle u_i,x\rangle|\le h_i$ be given, the $u_i$ unit vectors and $h_i>0$ (without hyperplanes the other planks still cover what they did),
and the signs $s_i$ such that $y=\sum s_ih_iu_i$ is longest. With $q=s_i\langle u_i,y\rangle$ and $h=h_i$, $\|y\|_2^2$ is $[[longer]]$ more than with the sign $s_i$ turned: so $q\ge h$.""",
        gives={"longer": longer},
    ),
    Step(
        name="Bang",
        sentence=r"If $\sum h_i<1$ then $\|y\|_2<1$. So $y$, made longer by a little, is in the ball and in no plank: planks that cover the ball have $\sum h_i\ge1$.",
        by=Carrier.RULE,
        source="triangle inequality",
        uses=("turn of a sign",),
    ),
    Step(
        name="half-width on the ball",
        sentence=r"""The plank of neuron $i$ has the relative half-width $\rho|\langle w_i,w^*\rangle|/\|u_i\|_2$, with the mean $[[ball_width]]$: by rotation $w^*$ may be the
first coordinate.""",
        gives={"ball_width": ball_width},
        uses=("all planes",),
    ),
    Step(
        name="segments of the cube",
        sentence=r"""*Cube.* On the segments $(t,x_0)$, $|t|\le s\le1$, $x_0\in[-1,1]^{d-1}$, N1 bounds the error from below by $\frac s4$, unless a kept neuron changes its sign
inside. So one does at some $|t|\le4\varepsilon<1$, which is $|\langle u_i,x_0\rangle|\le4\varepsilon|w_{i1}|$.""",
        by=Carrier.CLAIM,
        source="N1",
    ),
    Step(
        name="half-width on the cube",
        sentence=r"Relative to that of the cube, which is $\|u_i\|_1$, these planks have the half-width $4\varepsilon|w_{i1}|/\|u_i\|_1$, with the mean $[[cube_width]]$.",
        gives={"cube_width": cube_width},
        uses=("segments of the cube",),
    ),
    Step(
        name="planks",
        sentence=r"Planks that cover the cube have relative half-widths of the sum $[[cover_sum]]$ at least, which one plank attains; so it is for every symmetric body.",
        by=Carrier.CITED,
        source="Ball (1991), “The plank problem for symmetric bodies”: if planks cover the unit ball of a normed space, their relative half-widths add up to 1 at least",
        gives={"cover_sum": cover_sum},
    ),
    Step(
        name="kept and not kept",
        sentence=r"""The half-widths of kept planks that cover add up to $1$ at least, those of all $N$ neurons to no less; and that has at most the probability of the mean
of this sum.""",
        by=Carrier.RULE,
        source="Markov",
    ),
    Step(
        name="success on the ball",
        sentence=r"So an error of $\varepsilon$ has at most the probability $[[ball_success]]$, the sum of the means of $N$ half-widths.",
        gives={"ball_success": ball_success},
        uses=("Bang", "half-width on the ball", "kept and not kept"),
    ),
    Step(
        name="success on the cube",
        sentence=r"On the cube it has at most the probability $[[cube_success]]$.",
        gives={"cube_success": cube_success},
        uses=("half-width on the cube", "planks", "kept and not kept"),
    ),
    Step(
        name="angle",
        sentence=r"*Mean on the ball.* $w/\|w\|_2$ is uniform on the sphere, so that its angle $\theta=\arctan(|w_1|/\|w_{2:d}\|_2)$ with the plane of the others has a density that is proportional to $\cos^{d-2}\theta$ on $[0,\frac\pi2]$.",
        by=Carrier.RULE,
        source="polar coordinates",
    ),
    Step(
        name="total of the density",
        sentence=r"""$\int_0^{\pi/2}\cos^{d-2}\theta\,d\theta=[[cosines]]$: it is $\frac\pi2$ and $1$ for $d=2,3$, and from $d$ to $d+2$ it is multiplied by $\frac{d-1}d$, as
$\cos^{d-1}\theta\sin\theta$ is $0$ at both ends.""",
        gives={"cosines": cosines},
        uses=("angle",),
    ),
    Step(
        name="law of the ratio",
        sentence=r"So $|w_1|/\|w_{2:d}\|_2\le r$ has the probability $[[ratio_cdf]]$.",
        gives={"ratio_cdf": ratio_cdf},
        uses=("total of the density",),
    ),
    Step(
        name="mean on the ball",
        sentence=r"$\int_0^{\pi/2}\tan\theta\cos^{d-2}\theta\,d\theta=\frac1{d-2}$, so that the mean of the ratio is $[[ball_mean]]$.",
        gives={"ball_mean": ball_mean},
        uses=("total of the density",),
    ),
    Step(
        name="neighbours",
        sentence=r"""The means for $d$ and $d+1$ inputs have the product $[[neighbours]]$, and they fall in $d$, as the norm grows: so the mean is $\sqrt{\frac2{\pi d}}$ up to a
factor that tends to $1$.""",
        gives={"neighbours": neighbours},
        uses=("mean on the ball",),
    ),
    Step(
        name="neurons on the ball",
        sentence=r"The bound is $\delta$ at $[[ball_neurons]]$ neurons, and it grows with $N$.",
        gives={"ball_neurons": ball_neurons},
        uses=("success on the ball", "neighbours"),
    ),
    Step(
        name="transform",
        sentence=r"*Mean on the cube.* $\mathbb Ee^{-s|w_1|}=[[transform]]$: both are $1$ at $0$, and have, by parts, the slope $s$ times their value less $\mathbb E|w_1|$.",
        gives={"transform": transform},
    ),
    Step(
        name="substitution",
        sentence=r"""With $v=su$ the transform is $\sqrt{\frac2\pi}\frac1s\int_0^\infty e^{-v-v^2/2s^2}dv$, and with $y=v+\frac{v^2}{2s^2}$ that is the integral of $e^{-y}$ times
$[[slow]]$.""",
        gives={"slow": slow},
        uses=("transform",),
    ),
    Step(
        name="series",
        sentence=r"""$[[slow]]$ is the mean of $e^{-2gy/s^2}$ for $g$ of the law Gamma$(\frac12)$. Integrated over $y$ first, the integral is $\mathbb E(1+2g/s^2)^{-1}$, for which the
series stands: the transform is $[[large]]$.""",
        by=Carrier.RULE,
        source="Fubini",
        gives={"large": large},
        uses=("substitution",),
    ),
    Step(
        name="independent weights",
        sentence=r"The $d-1$ other weights are independent: $\mathbb Ee^{-s\|w_{2:d}\|_1}=[[norm_transform]]$.",
        by=Carrier.RULE,
        source="product",
        gives={"norm_transform": norm_transform},
        uses=("transform",),
    ),
    Step(
        name="reciprocal",
        sentence=r"$\frac1y=\int_0^\infty e^{-sy}ds$: the mean of $1/\|w_{2:d}\|_1$ is the integral of this over $s$.",
        by=Carrier.RULE,
        source="Fubini",
        uses=("independent weights",),
    ),
    Step(
        name="one weight",
        sentence=r"The first weight is independent of them, and $\mathbb E|w_1|=[[weight_mean]]$.",
        gives={"weight_mean": weight_mean},
    ),
    Step(
        name="mean on the cube",
        sentence=r"Together, with the integral split at $1$ and $s=e^x$ beyond, the mean ratio on the cube is $[[cube_mean]]$.",
        gives={"cube_mean": cube_mean},
        uses=("series", "reciprocal", "one weight"),
    ),
    Step(
        name="scaling",
        sentence=r"""With $s=\frac y{d-1}$, $d-1$ times the mean is $\mathbb E|w_1|$ times the integral of $\mathbb Ee^{-ym}$, where $m$ is the mean of $d-1$ moduli: the $(d-1)$-th power
of the transform. Averages of more terms are conditional means of averages of fewer, and $e^{-ym}$ is convex in $m$: it falls in $d$, for every $y$.""",
        by=Carrier.RULE,
        source="Jensen",
        uses=("reciprocal", "one weight"),
    ),
    Step(
        name="limit",
        sentence=r"""For every $y$ it tends to $e^{-y\,\mathbb E|w_1|}$, and from $d=3$ on it keeps below its value at $d=3$, of which the integral is finite. So $d-1$ times the mean falls to
$[[cube_limit]]$.""",
        by=Carrier.RULE,
        source="dominated convergence",
        gives={"cube_limit": cube_limit},
        uses=("scaling", "transform"),
    ),
    Step(
        name="neurons on the cube",
        sentence=r"The bound is $\delta$ at $[[cube_neurons]]$ neurons, and it grows with $N$.",
        gives={"cube_neurons": cube_neurons},
        uses=("success on the cube", "mean on the cube", "limit"),
    ),
)

plank_bounds = Claim(
    label="N3",
    title="Planks: √d/ε neurons on the ball, d/ε on the cube",
    statement=r"""
In the setting of N2, with a linear output and any output weights, let $d\ge3$ and $w\sim N(0,I_d)$. On the unit ball
$$\Pr(\exists S:\text{error}\le\varepsilon)\le[[ball_success]],\qquad
\mathrm{mean}=c_d=\mathbb E\frac{|w_1|}{\|w_{2:d}\|_2}=[[ball_mean]]\sim\sqrt{\frac2{\pi d}},$$ since $|w_1|/\|w_{2:d}\|_2\le r$ with
probability $[[ratio_cdf]]$. On the cube $[-1,1]^d$, with $w^*=e_1$, $$\Pr(\exists S:\text{error}\le\varepsilon)\le
[[cube_success]],\qquad\mathrm{mean}=c'_d=\mathbb E\frac{|w_1|}{\|w_{2:d}\|_1}=[[cube_mean]],$$ where $\mathbb
Ee^{-s|w_1|}=[[transform]]=[[large]]$ for all $s>0$. $(d-1)c'_d$ decreases to $1$. So success with probability $\delta$ takes at
least $[[ball_neurons]]$ neurons, of the order of $\delta\sqrt d/\varepsilon$, and $[[cube_neurons]]$ neurons, of the
order of $\delta d/\varepsilon$. Both rest on this: planks $\{|\langle u_i,x\rangle|\le h_i\}$ that cover the unit ball, or the cube, have relative half-widths
$h_i/\|u_i\|_2$, or $h_i/\|u_i\|_1$, of the sum $[[cover_sum]]$ at least, which one plank attains. (The divergent series ${}_2F_0$ stands for $\mathbb E(1+2g/s^2)^{-1}$, $g$ of the law
Gamma$(\frac12)$.)
""",
    steps=STEPS,
    source=Source(
        "2603.02234",
        "beyond the text at hand, which announces d/ε; by the plank theorems of Bang (1951) and Ball (1991)",
    ),
    provenance=Provenance.EXTENSION,
    proof=Proof.CITED,
    quantities=(
        Quantity(d, INPUTS.meaning, whole_from(3), drawn=(16, 30)),
        Quantity(
            r,
            "bound on the ratio of one weight to the length of the others, both in modulus",
            POSITIVE,
            drawn=(sp.Rational(1, 4), 3),
        ),
        Quantity(s, "argument of the Laplace transform of a weight's modulus", POSITIVE, drawn=(sp.Rational(1, 4), 6)),
        NEURONS.drawn_from(2, 9),
        ERROR.drawn_from(sp.Rational(1, 100), sp.Rational(6, 25)),
        SUCCESS.drawn_from(sp.Rational(1, 10), 1),
        Quantity(
            mean,
            "mean ratio of one weight to the norm of the others, `ball_mean` or `cube_mean`",
            sp.Interval.Lopen(0, 1),
            drawn=(sp.Rational(1, 20), 1),
        ),
        Quantity(h, "half-width of a plank, relative to that of the ball", POSITIVE),
        Quantity(q, "projection of a signed sum on one of its unit vectors, with the sign of that", sp.S.Reals),
        Quantity(y, "variable of integration", NON_NEGATIVE),
    ),
    hypotheses=(
        Hypothesis("the output is linear"),
        Hypothesis("independent standard normal weights, independent of the target"),
        Hypothesis("on the cube the target is a coordinate"),
    ),
    uses=("N1", "N2"),
    remarks=(
        Remark(
            r"Beyond $1$ the logarithm of the integrand is concave in $x=\log s$, which the evaluation uses: $\mathbb Ee^{-s|w_1|}$ is the probability that "
            r"$\log|w_1|-\log E\le-x$, $E$ exponential, where both logarithms have log-concave densities.",
            "logarithms_have_log_concave_densities",
        ),
    ),
    aids={"exponents": exponents},
    expressions={
        "cover_sum": cover_sum,
        "ratio_cdf": ratio_cdf,
        "ball_mean": ball_mean,
        "transform": transform,
        "large": large,
        "cube_mean": cube_mean,
        "ball_success": ball_success,
        "cube_success": cube_success,
        "ball_neurons": ball_neurons,
        "cube_neurons": cube_neurons,
    },
)
