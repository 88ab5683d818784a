"""N3: the dimension helps: aligned neurons are planks, and these have to cover a ball or a cube."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Source
from theory.neuron_pruning.alignment import ERROR, NEURONS, SUCCESS, N, delta, eps, ratio
from theory.quantities import POSITIVE, Hypothesis, Quantity, whole_from

d = sp.Symbol("d", integer=True, positive=True)  # inputs, at least 3
INPUTS = Quantity(d, "number of inputs", whole_from(2))
r = sp.Symbol("r", positive=True)
s = sp.Symbol("s", positive=True)
x = sp.Symbol("x", real=True)  # log s
theta = sp.Symbol("theta", real=True)
mean = sp.Symbol("mean", positive=True)  # c_d on the ball, c′_d on the cube

ratio_cdf = (
    2
    * sp.gamma(d / 2)
    / (sp.sqrt(sp.pi) * sp.gamma((d - 1) / 2))
    * sp.Integral(sp.cos(theta) ** (d - 2), (theta, 0, sp.atan(r)))
)
ball_mean = sp.gamma((d - 2) / 2) / (sp.sqrt(sp.pi) * sp.gamma((d - 1) / 2))
transform = sp.exp(s**2 / 2) * sp.erfc(s / sp.sqrt(2))
large = sp.sqrt(2 / sp.pi) / s * sp.hyper([1, sp.Rational(1, 2)], [], -2 / s**2)  # the same, without 0 · ∞
below_one = sp.Integral(transform ** (d - 1), (s, 0, 1))
above_one = sp.Integral(sp.exp(x) * large.subs(s, sp.exp(x)) ** (d - 1), (x, 0, sp.oo))
cube_mean = sp.sqrt(2 / sp.pi) * (below_one + above_one)
cover_sum = sp.S.One  # of the half-widths of planks that cover, relative to that of the body
ball_success = N * ratio * mean
cube_success = 4 * N * eps * mean
ball_neurons = delta / (ratio * mean)
cube_neurons = delta / (4 * eps * mean)

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
    proof_text=r"""
*Ball.* N2 holds for every unit vector $x_0\perp w^*$ and the same $S$: with $u_i$ the projection of $w_i$ on $w^{*\perp}$ the
planks $\{|\langle u_i,x_0\rangle|\le\rho|\langle w_i,w^*\rangle|\}$ of the kept neurons cover its unit sphere, hence, as
they are star-shaped, its unit ball. By Bang's theorem the sum of their half-widths
$\rho|\langle w_i,w^*\rangle|/\|u_i\|_2$ is at least $1$; over all $N$ neurons its mean is $N\rho c_d$, and Markov's inequality
gives the bound. (For planks about the origin Bang's argument is short. Let the $u_i$ be unit vectors, $\sum h_i<1$, and choose the signs
$s_i$ for which $y=\sum s_ih_iu_i$ is longest. To turn one sign does not lengthen $y$, so $s_i\langle u_i,y\rangle\ge h_i$; and $\|y\|<1$. So $y$,
made longer by a little, is in no plank.)

*Cube.* On the segments $(t,x_0)$, $|t|\le s\le1$, $x_0\in[-1,1]^{d-1}$, N1 gives in the same way planks
$|\langle u_i,x_0\rangle|\le4\varepsilon|w_{i1}|$ that cover the cube; by Ball's theorem for symmetric bodies
$\sum4\varepsilon|w_{i1}|/\|u_i\|_1\ge1$, as $\|\cdot\|_1$ is half the width of the cube.

*Means.* The angle $\theta=\arctan(|w_1|/\|w_{2:d}\|_2)$ has a density proportional to $\cos^{d-2}\theta$ on
$[0,\frac\pi2]$, and $\int\tan\theta\cos^{d-2}\theta\,d\theta=\frac1{d-2}$. From $\frac1y=\int_0^\infty e^{-sy}ds$,
$\mathbb E\|u\|_1^{-1}=\int_0^\infty(\mathbb Ee^{-s|u_1|})^{d-1}ds$, split at $1$, with $s=e^x$ beyond; $\mathbb
E|w_1|=\sqrt{2/\pi}$. There $\log$ of the integrand is concave in $x$: with the hazard rate $h$ of the normal law, $e=h-s$, the
slope of $-\log\mathbb Ee^{-s|w_1|}$ in $x$ is $se$, and $(se)'=e+s^2e+se^2-s>0$ since $e^2+se>1$. With $v=su$,
$\mathbb Ee^{-su}=\sqrt{\tfrac2\pi}\frac1s\int_0^\infty e^{-v-v^2/(2s^2)}dv$, which is the stated ${}_2F_0$.
Averages of more terms are conditional means of averages of fewer, and $1/y$ is convex: $(d-1)\,\mathbb
E\|u\|_1^{-1}$ decreases, to $1/\mathbb E|u_1|$ by the law of large numbers.
""",
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
    ),
    hypotheses=(
        Hypothesis("the output is linear"),
        Hypothesis("independent standard normal weights, independent of the target"),
        Hypothesis("on the cube the target is a coordinate"),
    ),
    uses=("N1", "N2"),
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
