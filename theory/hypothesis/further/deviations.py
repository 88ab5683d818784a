"""H6.3: how the flows of neurons deviate under SynFlow in a fixed number of rounds: a recursion with normal noise."""

import sympy as sp

from sparse_limits.theory.claims import Claim, Provenance
from sparse_limits.theory.hypothesis.critical_density import gain_normal, mean_normal
from sparse_limits.theory.hypothesis.rounds import RESPONSES, SOURCE, WIDE, other, response
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relation, Relations, same
from sparse_limits.theory.tails import t

m_1, m_2 = sp.symbols("m_1 m_2", positive=True)  # mean moduli that are left at two thresholds, the higher one second
s_2 = sp.Symbol("s_2", positive=True)  # mean square that is left at the higher one
into, out_of = sp.symbols("v u", positive=True)  # variances of the two noises, times the widths
n_1, n_2 = sp.symbols("n_1 n_2", integer=True, positive=True)  # widths of the layers below and above

covariance = s_2 / (m_1 * m_2) - 1
first_round = into / n_1 + response**2 * out_of / n_2
second_normal = sp.erfc(t / sp.sqrt(2)) + t * sp.sqrt(2 / sp.pi) * sp.exp(-(t**2) / 2)
noise_normal = second_normal / mean_normal**2 - 1
first_normal = noise_normal + t**4 * (sp.pi / 2 - 1)
settled = sp.sqrt(into / n_1 + response**2 * out_of / n_2) / (1 - response * other)

STEPS = proof(
    r"""
cuts (by H6.2 for masks): After each round the mask of a layer is a cut at its threshold, except for a share of the entries that tends to
$0$, and flows are alike, except for a share of the neurons that tends to $0$. Let $x_j$ and $y_j$ be the relative deviations of the flows
into and out of neuron $j$ from the mean of its layer.

largest sum (by H6.1 for largest sum): Let $M_1,\dots,M_N$ be sums of independent numbers of mean $0$, a number more in each, and let $L$
be the largest $|M_j|$. Then $\lambda P(L>\lambda)\le E[|M_N|;L>\lambda]$ for each $\lambda>0$, and $EL^2\le4EM_N^2$.

fourth powers (from largest sum; by Cauchy–Schwarz): Let the fourth moments be finite. The first inequality, times $4\lambda^2$ and
integrated over $\lambda$, is $EL^4\le\frac43E|M_N|L^3$. As $(E|M_N|L^3)^2\le EM_N^2L^2\,EL^4$ and $(EM_N^2L^2)^2\le EM_N^4\,EL^4$, it
follows that $EL^4\le(\frac43)^4EM_N^4$.

largest (from cuts, largest sum, fourth powers; by Jensen): For the weights into a neuron let
$e_n(t)=\frac1n\sum_jf_j(t)$ with $f_j(t)=|w_{ij}|1\{|w_{ij}|\ge t\}$, and let $f_j'$ be independent copies. Given the $f_j$,
$\sum_j(f_j-f_j')$ has the mean $\sum_j(f_j-Ef_j)$: the largest modulus of the former over $t$ has no smaller mean square, and no smaller
mean fourth power. Independent fair signs $\varsigma_j$ as factors of $f_j-f_j'$ do not change them. So they are at most $4$ and $16$ times
those of the largest modulus of $\sum_j\varsigma_jf_j$. Given the moduli, these are the sums in *largest sum*, the largest modulus first. So
the largest $|e_n(t)-e(t)|$ over $t$ has a mean square of $O(\frac1n)$ and, as the fourth moments are finite, a mean fourth power of
$O(\frac1{n^2})$; likewise for the weights out of the neuron.

small (from cuts, largest; by induction): So, by Markov, for each $c>0$, with a probability that tends to $1$, these largest values are at
most $c$ for all neurons of a layer. The deviations of other neurons enter a flow with weights that add up to $e_n(0)$. So the largest
$|x_j|$ and $|y_j|$ of each layer tend to $0$ in each round, and, by Cauchy–Schwarz, the means of $x_j^2$ and $y_j^2$ over a layer are
$O(\frac1n)$.

last round (from cuts, small; by monotonicity): A weight from neuron $j$ to neuron $i$ is still there after round $k$ if in each round up to
$k$ its modulus was at least $t/((1+x_j)(1+y_i))$, with the threshold and the deviations of that round. As thresholds increase strictly and
all deviations are small, the last round decides.

others (from last round; by total variance): In $R_i\propto\sum_j|w_{ij}|M_{ij}(1+x_j)$ the deviations $x_j$ of the other neurons enter with
functions of $w_{ij}$ as factors. The deviations add up to $0$ over $j$, and they depend on $w_{ij}$ through a sum of $n$ terms, by
$O(\frac1n)$: so their contribution has a mean of $O(\frac1n)$. They move the threshold of $w_{ij}$ by an order of $n^{-1/2}$, which affects
few weights: the variance of their contribution is $O(n^{-3/2})$, and its deviation is less than $n^{-1/2}$.

own weights (from others; by Slutsky): So $1+x_i$ is $e_n(t/(1+y_i))/e(t)$ up to $o(n^{-1/2})$, where $e_n$ is that of the weights into the
neuron, and $y_i$ that of the round before; likewise for $1+y_i$, with the weights out of the neuron.

near by (from own weights; by monotonicity): The values of $e_n-e$ at $t$ and at $t+\frac c{\sqrt n}$ differ by a random number of mean $0$
and a variance of $O(n^{-3/2})$. As $e_n$ and $e$ do not increase, and $e$ changes by $O(\frac\delta{\sqrt n})$ between points that are
$\frac\delta{\sqrt n}$ apart, finitely many $c$ suffice for all $|c|\le C$: $e_n(t/(1+y))-e(t/(1+y))$ is $e_n(t)-e(t)$ up to $o(n^{-1/2})$,
even for a $y$ of this order that depends on the weights.

response (from near by; by H6.2 for answer): $e(t/(1+y))=e(t)(1+\varepsilon y)+o(y)$. So $x_k=\xi(t_k)+\varepsilon(t_k)y_{k-1}$ and
$y_k=\eta(t'_k)+\varepsilon(t'_k)x_{k-1}$ up to $o(n^{-1/2})$. Here $\xi=\frac{e_n}e-1$ is taken over the weights into the neuron and $\eta$
over those out of it, $t_k$ and $t'_k$ are the thresholds of the layers below and above, and the recursion starts from $x_0=\xi(0)$,
$y_0=\eta(0)$.

covariance (from response): What is left at the higher of two thresholds is left at both. So $n$ times the covariance of $\xi$ is
$[[covariance]]$, with the means $m_1,m_2$ of the modulus and the mean square $s_2$ that are left.

normal (from covariance; by central limit): $\xi$ at all thresholds and $\eta$ at all thresholds, times $\sqrt n$, tend in law to jointly
normal numbers with these covariances. The two are independent, and so are those of two neurons.

one round (from response, normal): After the first round the limit of $x$ has the variance $[[first_round]]$, where $v$ is $n_1$ times the
variance of $\xi(t)$ at the threshold, and $u$ is $n_2$ times that of $\eta(0)$.

normal weights (from covariance, one round; gives second_normal, noise_normal, first_normal): For normal weights the mean square that is left is $[[second_normal]]$. So $v$ is $[[noise_normal]]$, and between layers of $n$ neurons $n$ times the variance after one round is $[[first_normal]]$.

settled (from response, normal): Each of $T$ rounds changes the density by an order of $\frac1T$, and so all thresholds move by
$O(\frac1T)$. While $\varepsilon\varepsilon_1<1$ the limit of $x$ tends to the fixed point
$(\xi+\varepsilon\eta)/(1-\varepsilon\varepsilon_1)$, whose standard deviation is $[[settled]]$, where $u$ is taken of $\eta$ at its
threshold.
""",
    globals(),
)


def what_is_left_at_both(covariance: sp.Expr) -> Relation:
    """The mean of the product of two cut moduli is the mean square at the higher threshold; less the product of the means, over it."""
    return same(covariance, (s_2 - m_1 * m_2) / (m_1 * m_2), by=sp.expand)


def independent_parts(first_round: sp.Expr) -> Relation:
    """ξ(t) + ε η(0), as the square with a product of mean 0."""
    xi, eta = sp.symbols("xi eta", real=True)
    square = sp.Poly(sp.expand((xi + response * eta) ** 2), xi, eta)
    means = {(2, 0): into / n_1, (0, 2): out_of / n_2, (1, 1): sp.S.Zero}
    return same(first_round, sum(factor * means[powers] for powers, factor in square.terms()))


def normal_moments(
    second_normal: sp.Expr, noise_normal: sp.Expr, first_normal: sp.Expr, covariance: sp.Expr, first_round: sp.Expr
) -> Relations:
    """The mean square falls by t² times the density, to 0; both variances, at the threshold and at 0; the gain is t²."""
    yield same(sp.diff(second_normal, t), -(t**2) * sp.sqrt(2 / sp.pi) * sp.exp(-(t**2) / 2), by=sp.simplify)
    yield same(sp.limit(second_normal, t, sp.oo), 0)
    kept = covariance.subs({s_2: second_normal, m_1: mean_normal, m_2: mean_normal})
    yield same(noise_normal, kept)
    dense = sp.limit(kept, t, 0)
    at = {into: kept, out_of: dense, response: gain_normal, n_1: 1, n_2: 1}
    yield same(first_normal, first_round.subs(at), by=sp.simplify)


def fixed_point_of_the_recursion(settled: sp.Expr) -> Relation:
    """x = ξ + ε(η + ε₁x), as a sum of ξ and η, which are independent."""
    x, xi, eta = sp.symbols("x xi eta", real=True)
    (solution,) = sp.solve(xi + response * (eta + other * x) - x, x)
    own, heard = (sp.diff(solution, noise) for noise in (xi, eta))
    return same(settled, own * sp.sqrt(into / n_1 + (heard / own) ** 2 * out_of / n_2))


flow_deviations = Claim(
    label="H6.3",
    title="Under SynFlow in rounds the flow of a neuron follows a recursion with normal noise",
    headline=r"In wide layers a neuron's flow deviates by a nearly normal share. With more rounds its standard deviation tends to $$[[settled]]$$ if $\varepsilon\varepsilon_1<1$ for the responses of flows in and out; $v/n_1$, $u/n_2$ are variances of its own noise.",
    statement=r"""
In the setting of H6.2, let the moduli of the weights have a finite fourth moment, and let the thresholds of all layers grow strictly from
round to round. Let $x_k$ and $y_k$ be the relative excesses of the flows into and out of a neuron of a hidden layer over the means of its
layer after round $k$. Let $n_1$ and $n_2$ be the widths of the layers of neurons below and above it, and $t_k$ and $t'_k$ the thresholds,
after round $k$, of the weights into and out of it. Jointly for all
rounds, and for two neurons, which become independent, the law of $\sqrt{n_1}\,(x_k,y_k)$ approaches that of the normal variables, times
$\sqrt{n_1}$, with $$x_k=\xi(t_k)+\varepsilon(t_k)\,y_{k-1},\qquad y_k=\eta(t'_k)+\varepsilon(t'_k)\,x_{k-1},\qquad x_0=\xi(0),\quad
y_0=\eta(0),$$ where $\xi$ and $\eta$ are independent and centred, and $n_1$ times the covariance of $\xi$ at two thresholds, like $n_2$
times that of $\eta$, is $[[covariance]]$. Here $m_1$ and $m_2$ are $e$ at the lower and the higher threshold, and $s_2$ is $E[w^2;|w|>t]$
at the higher one.

After one round the normal $x$ has variance $[[first_round]]$, where $v$ is $n_1$ times the variance of $\xi$ at its threshold, and $u$ is
$n_2$ times that of $\eta$ at $0$. For normal weights and two layers of $n$ neurons, $n$ times this variance is $[[first_normal]]$. Let the
fixed number of rounds tend to infinity after the widths, with $\varepsilon\varepsilon_1<1$ at all thresholds. Then the standard deviation
of this variable tends to $[[settled]]$, with $u$ of $\eta$ at its threshold and the responses $\varepsilon$ below and $\varepsilon_1$ above
the neuron. It is unbounded as $\varepsilon\varepsilon_1\to1$.
""",
    steps=STEPS,
    source=SOURCE,
    provenance=Provenance.EXTENSION,
    quantities=(
        Quantity(t, "threshold of the moduli of weights", NON_NEGATIVE, drawn=(sp.Rational(1, 8), 2)),
        Quantity(m_1, "mean of the modulus, what is below the lower threshold as 0", POSITIVE),
        Quantity(m_2, "mean of the modulus, what is below the higher threshold as 0", POSITIVE),
        Quantity(
            s_2,
            "mean square of a weight, what is below the higher threshold as 0",
            POSITIVE,
            convention="at 0 nothing is left",
        ),
        Quantity(into, "variance of a neuron's own deviation of the flow into it, times the width below", NON_NEGATIVE),
        Quantity(
            out_of, "variance of a neuron's own deviation of the flow out of it, times the width above", NON_NEGATIVE
        ),
        *RESPONSES,
        Quantity(n_1, "width of the layer below", COUNT),
        Quantity(n_2, "width of the layer above", COUNT),
    ),
    hypotheses=(
        WIDE,
        Hypothesis(
            "independent weights with a continuous density of the modulus and a finite fourth moment; thresholds that grow strictly"
        ),
        Hypothesis("losses that die out", response * other < 1, needed_by=("settled",)),
    ),
    also=("second_normal", "noise_normal"),
    because={
        "covariance": what_is_left_at_both,
        "one round": independent_parts,
        "normal weights": normal_moments,
        "settled": fixed_point_of_the_recursion,
    },
    wrong=lambda: {
        "covariance: of the weights that are left": s_2 / (m_1 * m_2),
        "covariance: independent cuts": sp.S.Zero,
        "first_round: the same noise": (sp.sqrt(into / n_1) + response * sp.sqrt(out_of / n_2)) ** 2,
        "first_round: the response for its square": into / n_1 + response * out_of / n_2,
        "first_round: one width": (into + response**2 * out_of) / n_1,
        "second_normal: the mean modulus": mean_normal,
        "second_normal: the share kept": sp.erfc(t / sp.sqrt(2)),
        "noise_normal: of the dense layer": sp.pi / 2 - 1,
        "first_normal: no response": noise_normal,
        "first_normal: the threshold for its square": noise_normal + t**2 * (sp.pi / 2 - 1),
        "settled: no loop": sp.sqrt(first_round),
        "settled: the variance": settled**2,
    },
)
