"""H6.1: below a critical density SynFlow, a weight at a time, empties neurons of one hidden layer."""

from dataclasses import replace

import sympy as sp

from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relation, Relations, nonnegative, same
from sparse_limits.theory.saliency.model import DENSITY, rho
from sparse_limits.theory.saliency.symbols import CHANCE, MEAN
from sparse_limits.theory.tails import t

m, s_2 = sp.symbols("m s_2", positive=True)  # mean modulus, e(t), and square of what is kept: pruned weights count as 0
q, rho_c = sp.symbols("q rho_c", positive=True)  # p(t), the density of |w| at the threshold; critical density
kappa, y = sp.symbols("kappa y", positive=True)  # t times the slope of the response, at the critical t; to integrate
x, v = sp.symbols("x v", real=True)  # logarithm of a threshold over the critical one; a standard normal number
alpha, beta, xi, eta = sp.symbols("alpha beta xi eta", real=True)  # logarithms and deviations of a neuron's two sides
D = sp.Symbol("D", nonnegative=True)  # share of the neurons that keep nothing

falling = -q - m / t**2
slope = m - t**2 * q
mean_normal = sp.sqrt(2 / sp.pi) * sp.exp(-(t**2) / 2)
gain_normal = t**2
critical_normal = sp.erfc(1 / sp.sqrt(2))
mean_uniform = (1 - t**2) / 2
gain_uniform = 2 * t**2 / (1 - t**2)
critical_uniform = 1 - 1 / sp.sqrt(3)
mean_exponential = (1 + t) * sp.exp(-t)
gain_exponential = t**2 / (1 + t)
critical_exponential = sp.exp(-(1 + sp.sqrt(5)) / 2)
dead = sp.Max(0, 1 - rho / rho_c)
lost = kappa * x**2 / 2
first = alpha - beta - lost.subs(x, beta) + xi
second = beta - alpha - lost.subs(x, alpha) + eta
both = (xi + eta) / 2 - kappa * (alpha**2 + beta**2) / 4
half = (eta - xi) / 4
tried = (xi + eta) / 2 - lost.subs(x, x + half)
turn = sp.sqrt(2 * y / kappa)
kept_more = t * q * turn
own = (s_2 / m**2 - 1) / 2
mean_root = sp.sqrt(2 / sp.pi) * sp.Integral(y**2 * sp.exp(-((v + y**2) ** 2) / 2), (y, 0, sp.oo))
above = rho - rho_c * (1 - D)
excess = t * q * sp.sqrt(2 * sp.sqrt(own) / kappa) * mean_root / rho_c

STEPS = proof(
    r"""
scores (by S11 for profiles): Let $R_i$ be the sum of the moduli of the kept weights into neuron $i$, and $C_i$ that of the kept weights out
of it. A weight $w$ into the neuron has the score $|w|C_i$, and a weight $w$ out of it $|w|R_i$.

cores (from scores; by monotonicity): No score grows when a weight is removed. So for each $\tau$ the union of two sets of weights, in each
of which all scores are at least $\tau$, is again such a set, and there is a largest such set, the *core*. While more than the core is left,
the smallest score is below $\tau$, and its weight is not in the core: removal passes through every core.

one neuron (from scores, cores; by monotonicity): Which weights of a neuron are in a core depends on the weights of this neuron alone. Let
$\tau=n\theta$, and $e_n(t)=\frac1n\sum_j|w_j|1\{|w_j|\ge t\}$ over the weights into it, and $e'_n$ the same over those out of it. With
$R=nr$ and $C=nc$ these are the weights that are left where the iteration $r\leftarrow e_n(\theta/c)$, $c\leftarrow e'_n(\theta/r)$ from
$r=e_n(0)$, $c=e'_n(0)$ stops: at the largest solution of $r=e_n(\theta/c)$, $c=e'_n(\theta/r)$.

many weights (from one neuron; by large numbers): For each $t$, $e_n(t)\to e(t)$, and the means of $1$ and of $w^2$ over $|w_j|\ge t$
converge likewise. As these means decrease in $t$, and their limits are continuous and tend to $0$, the convergence is uniform in $t$. So,
by Markov, for each $\delta>0$ all but a share of the neurons that tends to $0$ in probability have all three means within $\delta$ of their
limits for all $t$: these neurons are *typical*.

mean kept (gives falling, slope; from many weights): As $e'=-tp$, with $m$ for $e$ and $q$ for $p$, $e/t$ has the slope $[[falling]]<0$, and
$te$ has the slope $[[slope]]=e(1-\varepsilon)$.

area (by Fubini): The integral of $e(t)$ over $t\ge0$ is the mean of $|w|$ times the length of the interval of $t\le|w|$, that is $E w^2$.

largest (from mean kept, area; by monotonicity): As $e$ does not increase, its integral from $\frac t2$ to $t$, which tends to $0$ as
$t\to\infty$, is at least $\frac t2e(t)$. So $te(t)$ is $0$ at $t=0$, positive as long as anything is left, and tends to $0$ as
$t\to\infty$, or is $0$ at the end of the law. Hence it has a largest value, where its slope vanishes and $\varepsilon=1$.

critical threshold (from mean kept, largest; by integration): So $te(t)$ increases strictly as long as $\varepsilon<1$, from $0$ at $t=0$ to
$\theta_*=t_*e(t_*)$, and it decreases strictly from there.

alike (from one neuron, mean kept; by injectivity): In the limit a solution has $r=e(b)$, $c=e(a)$ with $a=\theta/r$, $b=\theta/c$, so that
$\theta=ae(b)=be(a)$. Then $e(a)/a=e(b)/b$, hence $a=b$, and $te(t)=\theta$ at $t=a=b$.

no small ones (from one neuron; by Markov): For $r,c>0$, $r\le\frac c\theta\frac1n\sum_jw_j^21\{|w_j|\ge\theta/c\}$, and likewise for $c$.
So the product of the two means of squares is at least $\theta^2$, and each of them is at least $\theta^2$ divided by the other mean at $0$.
Hence, in typical neurons and for $\theta$ above any given positive number, $a$ and $b$ stay below a bound that does not depend on $n$, and
away from the end of the law.

below (from many weights, critical threshold, alike; by monotonicity): Let $\theta<\theta_*$, and let $t_-$ be the smaller solution of
$te(t)=\theta$. If $t$ is a little above $t_-$, then $t(e(t)-\delta)>\theta$ for small $\delta$: the iteration of a typical neuron starts
above $r=c=\theta/t$ and never falls below it, and the solution is near a solution of the limit, which by *alike* is the one at $t_-$. So
$a,b\to t_-$, and all but a share of the neurons that tends to $0$ keep on both sides shares that tend to $S(t_-)$.

above (from many weights, critical threshold, alike, no small ones; by compactness): Let $\theta>\theta_*$. If typical neurons had solutions
with $r,c>0$ for ever smaller $\delta$, then along a subsequence $a$ and $b$ would tend to a solution of the limit. There is none, so
typical neurons keep nothing.

at the threshold (from many weights, critical threshold, alike, no small ones; by compactness): For $\theta$ near $\theta_*$ all solutions
of the limit are near $t_*$. So in typical neurons that keep anything the shares on both sides are near $\rho_c=S(t_*)$.

densities (from below, above; by intermediate value): $S(t_-)$ decreases continuously in $\theta$ from $1$ to $\rho_c$. The thresholds of
two neurons differ almost surely, so that between neighbouring cores the density changes by at most $\frac1n$. So at a density $\rho>\rho_c$
the set of weights that are left lies between two cores at which $S(t_-)$ is near $\rho$; at $\rho<\rho_c$ it lies between the cores at
$\theta_*(1\mp\delta)$, for each $\delta$.

share of the dead (from densities, at the threshold): At $\rho<\rho_c$ the neurons that keep anything keep shares near $\rho_c$. So the
share of these neurons times $\rho_c$ tends to $\rho$, and the share of the others tends to $[[dead]]$, which is $0$ for $\rho\ge\rho_c$. At
$\rho_c$ itself the set of weights that are left lies between those at $\rho_c\pm\delta$: there are at most as many dead neurons as at
$\rho_c-\delta$, and nearly all others keep at most a share near $\rho_c$, which is their mean.

normal (from critical threshold): $e(t)=[[mean_normal]]$ and $\varepsilon(t)=[[gain_normal]]$, so that $\rho_c=[[critical_normal]]$.

uniform (from critical threshold): On $(0,1)$, $e(t)=[[mean_uniform]]$, $\varepsilon(t)=[[gain_uniform]]$, $\rho_c=[[critical_uniform]]$.

Laplace (from critical threshold): $e(t)=[[mean_exponential]]$, $\varepsilon(t)=[[gain_exponential]]$, $\rho_c=[[critical_exponential]]$.

largest sum (by Cauchy–Schwarz): Let $M_1,\dots,M_k$ be sums of independent numbers of mean $0$, a number more in each, and let $L$ be the
largest $|M_j|$. Let $|M_j|$ be the first one above $\lambda$, if there is one. Given the numbers up to there, by Jensen, $|M_k|$ has a mean
of at least $|M_j|$. So $\lambda P(L>\lambda)\le E[|M_k|;L>\lambda]$, integrated, $EL^2\le2E|M_k|L$, and hence $EL^2\le4EM_k^2$.

signs (by Jensen): Let $f_j(t)$ be independent random functions of one law and $f_j'$ copies. Given the $f_j$, $\sum_j(f_j-f_j')$ has the
mean $\sum_j(f_j-Ef_j)$: the largest modulus of the former over $t$ has no smaller mean square. Independent fair signs $\varsigma_j$ as
factors of $f_j-f_j'$ do not change it. So it is at most $4$ times that of the largest modulus of $\sum_j\varsigma_jf_j$.

deviations (from largest sum, signs, one neuron, many weights; by Markov): Now let the fourth moment be finite, $p'$ continuous near $t_*$
and $\kappa>0$. With $|w_j|1\{|w_j|\ge t\}$ for $f_j(t)$ the $\sum_j\varsigma_jf_j(t)$ are, given the moduli, the sums in *largest sum*, the
largest modulus first. So the largest deviation of $e_n(t)$ or of the mean of $1$ over $t$ and both sides, $\Delta$, has a mean square of
$O(\frac1n)$, and so has, by the fourth moment, that of the mean of $w^2$. A neuron is typical but for a probability of $O(\frac1n)$.

parabola (from mean kept, critical threshold): For $t=t_*e^x$, $\ln te(t)$ is below its largest value by $[[lost]]$, up to $o(x^2)$.

far (from deviations, parabola, at the threshold; by monotonicity): Let $\theta=\theta_*e^{u/\sqrt n}$, with any $|u|\le B$. In a typical
neuron that keeps anything $a=t_*e^\alpha$ and $b=t_*e^\beta$ are near $t_*$, if $\delta$ is small and $n$ large, and there $\ln te(t)$ is
below its largest value by $\frac\kappa4x^2$ at least. The logarithms of its two equations, added, give
$\ln ae(a)+\ln be(b)=2\ln\theta+O(\Delta)$. So $\frac\kappa4(\alpha^2+\beta^2)\le C\Delta+2Bn^{-1/2}$, with one $C$ for all these $u$, and
$\Delta=O(n^{-1/2})$ in probability. For each neuron take the square of the difference of its share from $\rho_c$ on either side, with $0$
where it keeps nothing, and of this the largest over all these $u$. It is $O(\Delta+n^{-1/2})$ in a typical neuron, and at most $1$ in any
other, so that its mean is $O(n^{-1/2})$.

close (from far, largest sum, signs; by Markov): The squares of the weights between $t$ and $t_*$, $0$ for all others, have a mean of
$O(n^{-1/4})$ where $|\ln\frac t{t_*}|\le Cn^{-1/4}$. So, as in *deviations*, the largest modulus of $e_n(t)-e(t)-e_n(t_*)+e(t_*)$ over
these $t$ has a mean square of $O(n^{-5/4})$, and is $o(n^{-1/2})$ in probability. Thus there
$\ln e_n(t_*e^x)=\ln e(t_*)-x-\frac\kappa2x^2+\xi+o(n^{-1/2})$, with one $o$ for all these $x$; here $\xi=e_n(t_*)/e(t_*)-1=O(n^{-1/2})$,
and $\eta$ is the same of $e'_n$.

balance (from close, parabola, one neuron): Up to $o(n^{-1/2})$ the two equations say that $[[first]]$ and $[[second]]$ are
$\frac u{\sqrt n}$. So the mean of both sides, $[[both]]$, is $\frac u{\sqrt n}$, too.

trial (from balance): At $\alpha,\beta=-x\pm[[half]]$ the first side is $[[tried]]$, the second one this with $\xi,\eta$ exchanged.

solution (from far, balance, trial, one neuron; by monotonicity): Let $y=\frac{\sqrt n}2(\xi+\eta)-u$ and $\epsilon>0$. In a neuron that
keeps anything $\alpha$ and $\beta$ are $O(n^{-1/4})$ by *far*. So $\alpha-\beta=O(n^{-1/2})$, $\alpha^2-\beta^2=O(n^{-3/4})$, and
$\sqrt n\frac\kappa2\alpha^2=y+o(1)$, all in probability: $y<-\epsilon$ has a probability that tends to $0$ there. If $y>\epsilon$ take
$x=n^{-1/4}\sqrt{2y'/\kappa}$ in *trial*, with $y'=y-\frac\epsilon2$. Both sides are $\frac u{\sqrt n}+\frac\epsilon2n^{-1/2}+o(n^{-1/2})$
there: $ae_n(b)$ and $be'_n(a)$ exceed $\theta$. So the iteration stays above $r=\theta/a$, $c=\theta/b$: something is kept, and the
$\alpha$ and $\beta$ of the largest solution are no larger than those of *trial*, which are negative.

turn (from solution): So for $y>\epsilon$ a neuron keeps something, with $-n^{1/4}\alpha=[[turn]]+o(1)$, and likewise for $\beta$.

shares (from turn, deviations): As $S'=-p$, and as shares of weights deviate from $S$ by $O(n^{-1/2})$ at any threshold, such a neuron keeps
on either side a share $\rho_c+n^{-1/4}[[kept_more]]+o(n^{-1/4})$.

own (from close): $\frac{\sqrt n}2(\xi+\eta)$ has the mean $0$ and the variance $\sigma^2=[[own]]$.

law (from solution, shares, own; by central limit of copies): Let $u=\sigma v$. So $y$ tends in law to $\sigma(Z-v)$ for a standard normal
number $Z$, and the probability of $|y|\le\epsilon$ to one that is small with $\epsilon$. Hence a neuron keeps nothing with a probability
that tends to $\Phi(v)$, with $\Phi$ the distribution function of $Z$, and the difference of its share from $\rho_c$, $0$ where it keeps
nothing, times $n^{1/4}$ tends in law to $t_*q\sqrt{2\sigma/\kappa}\sqrt{\max(0,Z-v)}$.

mean: The mean of $\sqrt{\max(0,Z-v)}$ is $[[mean_root]]$.

all neurons (from far, law; by weak law): By *far* $\sqrt n$ times the mean square of these differences is bounded. So values above $K$
contribute $O(\frac1K)$ to the mean of a difference times $n^{1/4}$, and this mean tends to that of the limit law. Neurons are independent.
So at $\theta$ the share of those that keep nothing tends in probability to $\Phi(v)$, and the mean of the differences over all neurons and
both sides, times $n^{1/4}$, to the mean of the limit law.

between (from all neurons, far, densities; by Cauchy–Schwarz): At a density $\rho<\rho_c$ let $\Phi(v)=1-\frac\rho{\rho_c}$, and $\delta>0$.
With a probability that tends to $1$ the set of weights that are left lies between the cores at $v+\delta$ and at $v-\delta$. A neuron that
keeps something in the first keeps no less here, and no more than in the second; one that keeps nothing in the second keeps nothing. All
others are a share that tends to $\Phi(v+\delta)-\Phi(v-\delta)=O(\delta)$. But for one of them, they keep what they keep in some core
between. So, by the largest squares in *far*, they contribute $O(\sqrt\delta)$ to $n^{1/4}$ times the mean of the differences. As its limits
are continuous in $v$, and $\delta$ is any, this number has the limit of *all neurons* here, too.

excess (from between, shares, own, mean): If $D$ is the share of neurons that keep nothing, the mean of the differences is $[[above]]$,
because all neurons have as many weights. So $n^{1/4}$ times $D-1+\frac\rho{\rho_c}$ tends to $[[excess]]$.
""",
    globals(),
)


def slopes_of_the_mean_kept(falling: sp.Expr, slope: sp.Expr) -> Relations:
    """The product rule, with e′ = −t p."""
    kept, density = sp.Function("e")(t), sp.Function("p")(t)

    def derivative(expression: sp.Expr) -> sp.Expr:
        return sp.diff(expression, t).subs(sp.diff(kept, t), -t * density).subs({kept: m, density: q})

    yield same(falling, derivative(kept / t))
    yield nonnegative(-falling, q + m / t**2)
    yield same(slope, derivative(t * kept))


def law_has(
    survival: sp.Expr, end: sp.Expr, critical_point: sp.Expr, mean: sp.Expr, gain: sp.Expr, critical: sp.Expr
) -> Relations:
    """e falls by t times the density and ends at 0; the gain is t²p/e, and 1 at the point where the tail is the critical density."""
    density = -sp.diff(survival, t)
    yield same(sp.diff(mean, t), -t * density)
    yield same(sp.limit(mean, t, end, "-"), sp.S.Zero)
    yield same(gain * mean, t**2 * density)
    yield same(gain.subs(t, critical_point), sp.S.One)
    yield same(critical, survival.subs(t, critical_point))


def normal_weights(mean_normal: sp.Expr, gain_normal: sp.Expr, critical_normal: sp.Expr) -> Relations:
    """The tail erfc(t/√2), at t = 1."""
    yield from law_has(sp.erfc(t / sp.sqrt(2)), sp.oo, sp.S.One, mean_normal, gain_normal, critical_normal)


def uniform_weights(mean_uniform: sp.Expr, gain_uniform: sp.Expr, critical_uniform: sp.Expr) -> Relations:
    """The tail 1 − t, at t = 1/√3."""
    yield from law_has(1 - t, sp.S.One, 1 / sp.sqrt(3), mean_uniform, gain_uniform, critical_uniform)


def exponential_weights(
    mean_exponential: sp.Expr, gain_exponential: sp.Expr, critical_exponential: sp.Expr
) -> Relations:
    """The tail e⁻ᵗ, at the golden ratio."""
    golden = (1 + sp.sqrt(5)) / 2
    yield from law_has(sp.exp(-t), sp.oo, golden, mean_exponential, gain_exponential, critical_exponential)


def living_neurons_make_the_density(dead: sp.Expr) -> Relation:
    """The share of the living times the critical density is the density, or where all live the critical one."""
    return same((1 - dead) * rho_c, sp.Min(rho, rho_c), by=lambda gap: sp.simplify(sp.expand(gap.rewrite(sp.Abs))))


def response_has_this_slope(lost: sp.Expr, slope: sp.Expr) -> Relations:
    """The slope of ln te(t) in ln t is 1 − ε, 0 at t*; its derivative there is −κ, so that minus κx is integrated from 0 to x."""
    yield same(slope / m, 1 - t**2 * q / m)
    yield same(lost, sp.integrate(kappa * x, x))


def logarithms_of_both_equations(first: sp.Expr, second: sp.Expr, both: sp.Expr, lost: sp.Expr) -> Relations:
    """Of a eₙ(b): that of te(t) at b, less that of b, which a replaces, and ξ; the two sides are exchanged in the other equation."""
    yield same(first, alpha + (-lost.subs(x, beta) - beta) + xi)
    yield same(second, first.subs({alpha: beta, beta: alpha, xi: eta}, simultaneous=True))
    yield same(both, (first + second) / 2)


def both_sides_at_the_trial(half: sp.Expr, tried: sp.Expr, first: sp.Expr, second: sp.Expr) -> Relations:
    """Half of η − ξ, between α and β, makes ξ and η their mean in both."""
    at = {alpha: -x + half, beta: -x - half}
    yield same(first.subs(at), tried)
    yield same(second.subs(at), tried.subs({xi: eta, eta: xi}, simultaneous=True))


def root_of_the_parabola(turn: sp.Expr, lost: sp.Expr) -> Relation:
    """At x = −turn the parabola is y."""
    return same(lost, y, where={x: -turn})


def tail_has_the_slope(kept_more: sp.Expr, turn: sp.Expr) -> Relation:
    """The slope of S in ln t, −tp, times −turn."""
    return same(kept_more, (-t * q) * -turn)


def half_of_both_sides(own: sp.Expr) -> Relation:
    """The variance of w1{w > t}, over the square of its mean, of two sides, over 4."""
    return same(own, 2 * (s_2 - m**2) / m**2 / 4)


def mean_of_the_root(mean_root: sp.Expr) -> Relation:
    """The root exceeds y with the chance of Z > v + y²; its mean is the integral of y over the density."""
    tail = sp.erfc((v + y**2) / sp.sqrt(2)) / 2
    return same(mean_root, sp.Integral(-y * sp.diff(tail, y), (y, 0, sp.oo)))


def mean_share_of_the_living(
    above: sp.Expr, excess: sp.Expr, kept_more: sp.Expr, own: sp.Expr, mean_root: sp.Expr
) -> Relations:
    """The mean over all neurons, over the critical density; in the limit what is kept more at y = σ, times the mean root."""
    yield same(above / rho_c, D - 1 + rho / rho_c)
    yield same(excess, kept_more.subs(y, sp.sqrt(own)) * mean_root / rho_c)


critical_density = Claim(
    label="H6.1",
    title="SynFlow, one weight at a time, empties neurons below a critical density",
    headline=r"Under its assumptions, in a wide layer pruned to the density $\rho$, the share of neurons that keep no weight tends to $$[[dead]].$$ For normal weights, $\rho_c$ is the share of them beyond one standard deviation.",
    statement=r"""
**Setting.** Let a network have $n$ inputs, one hidden layer of $n$ neurons and $n$ outputs. Let the moduli of its weights be independent,
with one common law. Let this law have a continuous density $p>0$ on an interval that begins at $0$, and a finite mean square. Let
$S(t)=P(|w|>t)$, $e(t)=E[|w|;|w|>t]$ and $\varepsilon(t)=t^2p(t)/e(t)$, and let the last of these be strictly increasing. Then
$\varepsilon(t_*)=1$ at exactly one $t_*$, because $te(t)$ has a largest value for every law with a finite mean square; let $\rho_c=S(t_*)$.

**Emptied neurons.** SynFlow removes the weight of the smallest score and scores again, until the share $\rho>0$ of the weights is left. As
$n\to\infty$ the share of neurons that keep no weight tends in probability to $$[[dead]],$$ and all other neurons, except a share that tends
to $0$, keep the share $\max(\rho,\rho_c)$ of their weights on either side, up to an error that tends to $0$. The critical density $\rho_c$
is $[[critical_normal]]$ for normal weights, $[[critical_uniform]]$ for uniform weights, and $[[critical_exponential]]$ for Laplace weights,
whose modulus is exponential. These values hold at any scale.

**How fast.** Let the modulus also have a finite fourth moment, let $p$ have a continuous derivative near $t_*$, and let
$\kappa=t_*\varepsilon'(t_*)>0$. At a density $\rho<\rho_c$ the share of neurons that keep no weight exceeds $1-\frac\rho{\rho_c}$ by the
order $n^{-1/4}$: the excess times $n^{1/4}$ tends in probability to $$[[excess]]$$ with $t=t_*$, $m=e(t_*)$, $q=p(t_*)$,
$s_2=E[w^2;|w|>t_*]$, and with the $v$ that a standard normal number exceeds with probability $\frac\rho{\rho_c}$.
""",
    steps=STEPS,
    source=Source(
        "2510.17515",
        "v1",
        "section 4.3: “Synflow converges to a block-like graphon with sharp transitions, strongly prioritising connections among high-centrality neurons”; its density is ours",
    ),
    provenance=Provenance.EXTENSION,
    quantities=(
        Quantity(t, "threshold of the moduli of weights", POSITIVE, drawn=(sp.Rational(1, 8), sp.Rational(7, 8))),
        Quantity(m, "mean of the modulus over all weights, those below the threshold as 0", NON_NEGATIVE, drawn=(0, 2)),
        Quantity(q, "density of the modulus at the threshold", NON_NEGATIVE, drawn=(0, 2)),
        replace(DENSITY, within=sp.Interval(0, 1)),
        Quantity(rho_c, "critical density", POSITIVE),
        Quantity(s_2, "mean square of a weight, those below the threshold as 0", POSITIVE, drawn=(5, 9)),
        Quantity(kappa, "slope of the response in the logarithm of the threshold, where the response is 1", POSITIVE),
        Quantity(v, "what a standard normal number exceeds in the share of neurons left", sp.S.Reals, drawn=(-1, 1)),
    ),
    hypotheses=(
        Hypothesis("one hidden layer, as wide as inputs and outputs; independent weights, all of one law"),
        Hypothesis("the modulus has a continuous density, a finite mean square, and a strictly growing gain"),
        Hypothesis("one weight is removed at a time"),
        Hypothesis("for the order of the excess: a finite fourth moment, and a density with a continuous derivative"),
        Hypothesis("moduli that are not all equal", s_2 > m**2, needed_by=("excess",)),
        Hypothesis(
            "for uniform weights the threshold is no larger than the largest weight",
            t <= 1,
            needed_by=("mean_uniform", "gain_uniform"),
            convention="beyond it nothing is kept, and there is no gain",
        ),
        Hypothesis("of uniform weights some are kept, for their gain", sp.Ne(t, 1), needed_by=("gain_uniform",)),
    ),
    symbols={
        "n": "number of inputs, of hidden neurons and of outputs",
        "p": "density of the modulus of a weight",
        "w": "weight of the network",
        "S(t)": "chance that the modulus of a weight exceeds $t$",
        "e(t)": "mean of the modulus of a weight, those below $t$ as $0$",
        r"\varepsilon(t)": "response of the flow into a neuron to the flow out of it, in proportion, at the threshold $t$",
        "t_*": "threshold at which this response is $1$",
        r"\varepsilon'": "slope of the response",
        "y": "variable of integration",
        **MEAN,
        **CHANCE,
    },
    also=("mean_normal", "gain_normal", "mean_uniform", "gain_uniform"),
    because={
        "mean kept": slopes_of_the_mean_kept,
        "share of the dead": living_neurons_make_the_density,
        "normal": normal_weights,
        "uniform": uniform_weights,
        "Laplace": exponential_weights,
        "parabola": response_has_this_slope,
        "balance": logarithms_of_both_equations,
        "trial": both_sides_at_the_trial,
        "turn": root_of_the_parabola,
        "shares": tail_has_the_slope,
        "own": half_of_both_sides,
        "mean": mean_of_the_root,
        "excess": mean_share_of_the_living,
    },
    wrong=lambda: {
        "falling: the slope of the product": slope,
        "falling: the mean alone": -m / t**2,
        "slope: no density": m,
        "slope: the gain without a square": m - t * q,
        "dead: none dies": sp.S.Zero,
        "dead: all that is not kept": 1 - rho,
        "mean_normal: of the weights that are kept": mean_normal / sp.erfc(t / sp.sqrt(2)),
        "gain_normal: the threshold for its square": t,
        "critical_normal: a variance of one half": sp.erfc(1),
        "mean_uniform: of the weights that are kept": (1 + t) / 2,
        "gain_uniform: half of the gain": gain_uniform / 2,
        "critical_uniform: half of the gain": 1 - 1 / sp.sqrt(2),
        "mean_exponential: of the weights that are kept": 1 + t,
        "gain_exponential: no mean": t,
        "critical_exponential: no mean": sp.exp(-1),
        "lost: no half": kappa * x**2,
        "first: the parabola of the other side": alpha - beta - lost.subs(x, alpha) + xi,
        "half: a half": 2 * half,
        "half: the other sign": -half,
        "half: both sides alike": sp.S.Zero,
        "tried: of one side": xi - lost.subs(x, x + half),
        "tried: the parabola at $x$": (xi + eta) / 2 - lost,
        "turn: the square": 2 * y / kappa,
        "kept_more: no density": t * turn,
        "kept_more: fewer": -kept_more,
        "own: of one side": 2 * own,
        "own: the mean square": s_2 / m**2 / 2,
        "mean_root: of all neurons alike": mean_root.subs(v, 0),
        "above: of those that keep something": above / (1 - D),
        "above: all neurons": rho - rho_c,
        "excess: of weights": rho_c * excess,
        "excess: one side": sp.root(2, 4) * excess,
        "excess: alike": excess / mean_root,
    },
)
