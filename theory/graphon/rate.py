"""G5: how far a sampled mask must be from its graphon, in cut norm and in L¹."""

from dataclasses import replace

import sympy as sp

from sparse_limits.theory.bounds import Loose, Sharp, Side
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.formulas.simplifying import over
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon.selection import kept
from sparse_limits.theory.graphon.symbols import CUT, ENTRY, FAILURE, ROWS, VARIANCE, delta, m, n, p, variance
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, COUNT_FROM_ZERO, NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, same, vanishes
from sparse_limits.theory.saliency.model import THRESHOLD, tau
from sparse_limits.theory.saliency.symbols import MASK, MEAN, PROBABILITIES
from sparse_limits.theory.tails import half_normal, product_survival

mode = sp.Symbol("k", integer=True, positive=True)  # ⌊np⌋ + 1
log_size = sp.Symbol("x", real=True)  # ln|a|, the row latent

row_sum = sp.Symbol("r", real=True)
j = sp.Symbol("j", integer=True, nonnegative=True)  # a number of entries of a row
z = sp.Symbol("z", positive=True)  # the argument of Stirling's series
whole_remainder, ones_remainder, zeros_remainder = sp.symbols("r_0 r_1 r_2", positive=True)  # of n, np and n(1 − p)
ones, zeros = sp.symbols("a b", positive=True)  # np and n(1 − p)

part = sp.Max(row_sum, 0)
row_share = sp.Rational(1, 2)

weight = sp.binomial(n, j) * p**j * (1 - p) ** (n - j)
tail = j * (1 - p) * weight
mean_deviation = 2 * mode * sp.binomial(n, mode) * p**mode * (1 - p) ** (n - mode + 1)
whole_deviation = 2 * n * p * (1 - p) * weight.subs(j, n * p)
mean_rate = sp.sqrt(variance / (2 * sp.pi * n))
loss = ones_remainder + zeros_remainder - whole_remainder
first_term, next_term, last_term = 1 / (12 * z), 1 / (360 * z**3), 1 / (1260 * z**5)
last_share = sp.Rational(2, 7)
least_rest = (1 - last_share) / 360 * (ones**-3 + zeros**-3) - (ones + zeros) ** -3 / 360
stirling_loss = (1 - variance) / (12 * n * variance)
stirling_error = (1 - 3 * variance) / (360 * n**3 * variance**3)
whole = n * (1 - sp.sqrt(1 - 4 * variance)) / 2  # np, or n − np, from V = p(1 − p)


def fair_deviation(coins: sp.Expr) -> sp.Expr:
    """E|heads − half of the coins|."""
    half = sp.Rational(1, 2)
    return valued(mean_deviation, {n: coins, p: half, mode: sp.floor(coins / 2) + 1})


fair_mean = row_share * fair_deviation(n) / n
ranked_mean = fair_mean - fair_deviation(m * n) / (m * n)
least_rate = (fair_mean - delta / 2) / (1 - delta)
least_ranked_rate = (ranked_mean - delta / 2) / (1 - delta)
cut_variance = p * (1 - p) / (4 * m * n)
any_rate = mean_deviation / (2 * n) - sp.sqrt(p * (1 - p) / ((1 - delta) * m * n)) / 2
shift_square = (kept - m * n * p) ** 2 / (m * n)  # of the number kept from the expected one, over all entries
any_ranked_rate = mean_deviation / (2 * n) - sp.sqrt((5 * p * (1 - p) + 4 * shift_square) / ((1 - delta) * m * n))
fair_constant = sp.sqrt(n) * mean_rate.subs(variance, sp.Rational(1, 4))
fair_loss = sp.log(mean_rate.subs(variance, sp.Rational(1, 4)) / fair_mean)  # θ
fair_error = stirling_loss.subs(variance, sp.Rational(1, 4)) - fair_loss
FAIR = tuple({variance: sp.Rational(1, 4), n: size} for size in (10, 100))

entry_distance = 2 * p * (1 - p)
row_kernel = half_normal.at(tau * sp.exp(-log_size))  # W of the S4 graphon for φ = 1, at |a| = e^x
row_law = sp.sqrt(2 / sp.pi) * sp.exp(log_size - sp.exp(2 * log_size) / 2)  # density of ln|a|
kernel_mean = product_survival(tau)
squared_kernel = sp.Integral(row_kernel**2 * row_law, (log_size, -sp.oo, sp.oo))
distance_limit = 2 * (kernel_mean - squared_kernel)

STEPS = proof(
    r"""
two cuts: Consider two cuts of all columns: one with the rows of positive sum and one with the rows of negative sum. A row of sum $r$
contributes $[[part]]$ to the first cut, and the same at $-r$ to the second. The two cuts add up to $\sum_i|\sum_jA_{ij}|$.

the better cut (from two cuts): The better of the two has at least the share $[[row_share]]$ of this sum, and no more if both are equal, as
for $(1,-1)^\top$.

weights (a definition): A row of $M$ has $j$ entries with probability $b(j)=[[weight]]$.

telescope (from weights): $\sum_{i\ge j}(i-np)\,b(i)=[[tail]]$: from $j$ to $j+1$ the sum falls by $(j-np)\,b(j)$, and it is $0$ at $j=n+1$.

de Moivre (from telescope): At $j=0$ this sum is $0$. So the numbers above the mean, from $k=\lfloor np\rfloor+1$ on, contribute half of
$E|\mathrm{Bin}(n,p)-np|=[[mean_deviation]]$.

whole mean (from de Moivre): If $np$ is a whole number, this is $[[whole_deviation]]$, at $k=np+1$.

Stirling's series (cited: DLMF 5.11(ii): for positive arguments the remainders of this series have the sign of the first term left out, and
do not exceed it): Let $r_z=\ln z!-(z+\frac12)\ln z+z-\frac12\ln2\pi$. Then $0<[[first_term]]-r_z<[[next_term]]$, and the middle term is
more than $[[next_term]]-[[last_term]]$, for $z>0$.

Stirling's formula (from the better cut, whole mean; gives mean_rate, loss): Let $r_0,r_1,r_2$ be $r_z$ at $n$, $np$, $n(1-p)$, and let
$\theta=[[loss]]$. Then $\frac1{2n}$ of *whole mean* is $[[mean_rate]]\,e^{-\theta}$ with $V=p(1-p)$.

first terms (from Stirling's formula, Stirling's series): The first terms at $np$ and $n(1-p)$, less that at $n$, are $[[stirling_loss]]$.

last terms (from Stirling's series): For $z\ge1$ the last term is at most $[[last_share]]$ of the next term.

no more than the first terms (from first terms, last terms): The numbers $a=np$ and $b=n(1-p)$ are whole and at least $1$. So the first
terms exceed $\theta$ by at least $[[least_rest]]$: the next terms of $a$ and $b$, less what the last terms take from them, less the next
term of $a+b$. This is positive.

next terms (from first terms, no more than the first terms): The first terms exceed $\theta$ by less than the next terms at $np$ and
$n(1-p)$, which are $[[stirling_error]]$, as the first term at $n$ is at least the remainder.

fair coins (from the better cut, de Moivre): For $p=\frac12$ the mean of *the better cut* of $M-P$ is at least $[[fair_mean]]$, half of *de
Moivre* divided by $n$.

any bound of fair coins (from fair coins): All entries of $M-P$ are $\pm\frac12$, so that $\|M-P\|_\square\le\frac12$. If this norm exceeds
$B$ with probability at most $\delta$, its mean is at most $(1-\delta)B+\frac\delta2$, so that $B$ is at least $[[least_rate]]$.

ranking (by G2): In cut norm the mask of the $K$ largest scores and the mask of the $N$ scores above a threshold differ by
$\frac1{mn}|K-N|$.

ranked fair coins (from fair coins, de Moivre, ranking): Let $K=\frac{mn}2$, and let each score exceed the threshold with probability
$\frac12$. Then the mean of this difference is *de Moivre* for $mn$ coins, divided by $mn$. The same holds for odd $mn$ and either of the
whole numbers next to $\frac{mn}2$, as $N-\frac{mn}2$ is symmetric and at least $\frac12$ in modulus. So the mean norm is at least
$[[ranked_mean]]$.

any bound of ranked masks (from any bound of fair coins, ranked fair coins): The entries of this mask less $\frac12$ are also $\pm\frac12$:
any bound $B$ on the norm is at least $[[least_ranked_rate]]$.

spread of the cut (from weights): With one probability $p$ for all entries, $\frac1{2mn}\sum_i|\sum_jA_{ij}|$ is the mean of $m$ independent
terms $\frac1{2n}|r_i|$, where $r_i^2$ has the mean $np(1-p)$. Its variance is at most $[[cut_variance]]$.

below its mean (from spread of the cut; by Markov): So this mean of terms is below its expectation by $t>0$ or more with probability at most
$\frac1{t^2}$ times *spread of the cut*.

any probability of failure (from the better cut, de Moivre, below its mean): A number that $\|M-P\|_\square$ exceeds with probability at
most $\delta<1$ is at least $[[any_rate]]$: the probability of *below its mean* is $1-\delta$ at this difference.

cut and ranking (from ranking, below its mean; by union bound): Let the mask keep the $K$ largest scores, where each score exceeds a
threshold with probability $p$. The mean square of $\frac1{mn}|K-N|$ is the sum of $\frac{p(1-p)}{mn}$ and the square of $\frac K{mn}-p$.
With probability at most $\frac1{t^2}$ times the sum of this mean square and *spread of the cut*, this modulus is $t$ or more, or the cut is
below its mean by as much.

ranked masks at any probability of failure (from the better cut, de Moivre, cut and ranking): Otherwise the norm is larger than the mean
less $2t$: a bound on it that fails with probability at most $\delta<1$ is at least $[[any_ranked_rate]]$.

constant of fair coins (from fair coins, ranked fair coins, Stirling's formula, no more than the first terms): For $m=n$ both means times
$\sqrt n$ tend to $[[fair_constant]]$, as $\theta\to0$ for even $n$, and $E|\mathrm{Bin}(n,\frac12)-\frac n2|$ is the same at $2k-1$
and at $2k$.

entry: An entry of probability $p$ has the mean distance $[[entry_distance]]$ from this probability, by its two values; this is $0$ at $p=0$
and $1$ only.

all entries (from entry; by Hoeffding): The distances of the entries are independent and at most $1$: their average tends in probability to
its mean.

probabilities (from all entries; by G4.1 for grid, random grid): $W_P\to W$ in $L^1$, so that $\|M-W\|_1$ tends to the integral of *entry*
at $p=W$.

SNIP (by S4 for kernel, column_density): At $|a|=e^x$ the SNIP graphon with constant columns is $[[row_kernel]]$, and its mean is the
density $H(\tau)=[[kernel_mean]]$.

logarithm of a row: For standard normal $a$ the law of $x=\ln|a|$ has the density $[[row_law]]$.

second moment (from SNIP, logarithm of a row): With $x$ in place of $u$, $J(\tau)=\iint W^2=[[squared_kernel]]$.

limit (from probabilities, SNIP, second moment): So the limit is $2(H-J)=[[distance_limit]]$.
""",
    globals(),
)

AT_VARIANCE = {p: whole / n}  # the smaller of both roots of p(1 − p) = V


DENSITY = product_survival(tau)


def next_terms_are_the_error(next_term: sp.Expr, stirling_error: sp.Expr) -> Relations:
    """The next terms at np and n(1 − p), at the p that has the variance V."""
    terms = (next_term.subs(z, number.subs(AT_VARIANCE)) for number in (n * p, n * (1 - p)))
    yield same(stirling_error, sum(terms))


def distance_of_an_entry(entry_distance: sp.Expr) -> Relations:
    """E|M − p| over the two values of M."""
    chance_and_distance = ((p, 1 - p), (1 - p, p))  # of M = 1 and of M = 0
    yield same(entry_distance, sum(chance * distance for chance, distance in chance_and_distance), by=sp.expand)


optimal_rate = Claim(
    label="G5",
    title="The order of the rate in cut norm is optimal, and masks need not converge in L¹",
    headline=r"On average a mask of $n$ columns, whose entries are independent and $1$ with probability $p$, $0<p<1$, is no nearer to $p$ in cut norm than the order $n^{-1/2}$ of the upper bounds. An entry has the mean distance $[[entry_distance]]$ from $p$.",
    statement=r"""
(a) Every real $m\times n$ matrix $A$ has $\|A\|_\square\ge[[row_share]]\cdot\frac1{mn}\sum_i|\sum_jA_{ij}|$, and $[[row_share]]$ is the
largest such constant.

(b) For $A=M-P$ with independent entries and constant $P=p$ the right-hand side has mean
$[[row_share]]\cdot\frac1nE|\mathrm{Bin}(n,p)-np|$, where $E|\mathrm{Bin}(n,p)-np|=[[mean_deviation]]$ at $k=\lfloor np\rfloor+1$. For
integer $np$, $0<p<1$ and $V=p(1-p)$ the mean is $[[mean_rate]]\,e^{-\theta}$ with
$0\le[[stirling_loss]]-\theta\le[[stirling_error]]$.

*The rate.* So the rate $n^{-1/2}$ of G1.1 and G1.2 cannot be improved. Nor can the rate of G4.1 be
improved: by G2 the mask of the $K$ largest scores differs from the mask of the scores above the threshold by $O((mn)^{-1/2})$ on
average, if $K$ is $mnp$ or a whole number next to it. By symmetry the same holds with $m$.

*Any probability of failure.* A larger probability of failure does not help:
any level that $\|M-P\|_\square$ exceeds with probability at most $\delta<1$ is at least $[[any_rate]]$. If the mask of any number $K$ of
largest scores replaces $M$, any such level is at least `any_ranked_rate`, which is best at $K=mnp$.

*Fair coins.* For $p=\frac12$ the mean
in (b) is $\mu=[[fair_mean]]$, and any level that $\|M-P\|_\square$ exceeds with probability at most $\delta$ is at least
$[[least_rate]]$. If the mask of $\frac{mn}2$ largest scores (for odd $mn$, half an entry more or less) replaces $M$, any such level is at
least `least_ranked_rate`, and the mean of $\|M-P\|_\square$ is at least $[[ranked_mean]]$. Times $\sqrt n$, this bound and $\mu$ tend to
$[[fair_constant]]$ for $m=n$.

(c) $E|M_{ij}-P_{ij}|=[[entry_distance]]$ at $p=P_{ij}$. Hence $\|M-W\|_1\to2\iint W(1-W)$ in probability,
and this limit is positive unless $W$ is $0$ or $1$ almost everywhere. For the SNIP graphon with constant columns (S4, $\varphi=1$) and
threshold $\tau$ the limit is $2(H(\tau)-J(\tau))$ with $J(\tau)=\iint W^2=[[squared_kernel]]$.
""",
    steps=STEPS,
    source=Source("2602.06675", "v1", "beyond the abstract"),
    provenance=Provenance.EXTENSION,
    quantities=(
        ROWS.drawn_from(12, 40),
        Quantity(n, "number of columns of the mask", COUNT, drawn=(12, 40)),
        replace(FAILURE, within=sp.Interval.Ropen(0, 1), convention=""),
        ENTRY,
        Quantity(
            mode,
            "least whole number above the expected number of entries of a row",
            COUNT,
            drawn=(3, 9),
        ),
        replace(VARIANCE, within=sp.Interval.Lopen(0, sp.Rational(1, 4))).drawn_from(
            sp.Rational(1, 20), sp.Rational(1, 4)
        ),
        Quantity(kept, "number of entries kept by rank", COUNT_FROM_ZERO, drawn=(1, 40)),
        THRESHOLD.drawn_from(sp.Rational(1, 4), 3),
        Quantity(row_sum, "sum of the entries of a row", sp.S.Reals),
        Quantity(j, "number of entries of a row of the mask", COUNT_FROM_ZERO, drawn=(0, 9)),
        Quantity(z, "argument of Stirling's series", POSITIVE),
        Quantity(
            (whole_remainder, ones_remainder, zeros_remainder),
            "remainders of Stirling's formula at the number of columns, and at the mean numbers of ones and of zeros in a row",
            NON_NEGATIVE,
        ),
        Quantity((ones, zeros), "mean numbers of ones and of zeros in a row", sp.Interval(1, sp.oo), drawn=(1, 9)),
        Quantity(log_size, "logarithm of the modulus of a readout weight", sp.S.Reals),
    ),
    hypotheses=(
        Hypothesis("independent entries"),
        Hypothesis(
            "in (b): one probability for all entries",
            needed_by=(
                "mean_deviation",
                "mean_rate",
                "stirling_loss",
                "stirling_error",
                "cut_variance",
                "any_rate",
                "any_ranked_rate",
            ),
        ),
        Hypothesis(
            "for a ranked mask in (b): independent scores, each of which exceeds one threshold with probability $p$",
            needed_by=("any_ranked_rate",),
        ),
        Hypothesis(
            "in the limit of (c): a monotone graphon, latents at midpoints or sorted (G4.1)",
            needed_by=("distance_limit",),
        ),
        Hypothesis(
            "the count of (b) is the least above the mean",
            sp.Eq(mode, sp.floor(n * p) + 1),
            ("mean_deviation", "any_rate", "any_ranked_rate"),
        ),
        Hypothesis(
            "in the last form of (b) a mean count that is a whole number",
            sp.Eq(whole, sp.floor(whole)),
            ("mean_rate", "stirling_loss", "stirling_error"),
        ),
    ),
    named={r"\mu": fair_mean},
    symbols={
        **MASK,
        **PROBABILITIES,
        "A": "real matrix, such as mask less probabilities",
        "W": "graphon to which the masks converge",
        **MEAN,
        r"\theta": "what the leading term of the mean leaves out, as an exponent",
        r"\varphi": "profile of the columns, here constant",
        r"H(\tau)": "density at the threshold, the integral of the SNIP graphon",
        r"J(\tau)": "integral of its square",
        **CUT,
        r"\|\cdot\|_1": "mean modulus of an entry, or integral of the modulus",
    },
    also=("least_ranked_rate", "any_ranked_rate", "distance_limit"),
    sharp=(Sharp(expression="row_share", example=r"$(1,-1)^\top$", check="rows_bound_the_cut_norm", side=Side.BELOW),),
    aids={"fair_loss": fair_loss, "fair_error": fair_error},
    loose=(
        Loose(
            expression="stirling_loss",
            truth="fair_loss",
            at=FAIR,
            lost="in the later terms of Stirling's series",
            order=r"by *next terms* the loss is of the order $n^{-3}$, and the factor tends to $1$",
        ),
        Loose(
            expression="stirling_error",
            truth="fair_error",
            at=FAIR,
            lost="in the next term of $n$ itself, and in later terms, which are left out",
        ),
    ),
    because={
        "telescope": lambda weight, tail: (
            same(tail - tail.subs(j, j + 1), (j - n * p) * weight, by=over(weight)),
            vanishes(tail.subs(j, n + 1)),
        ),
        "de Moivre": lambda tail, mean_deviation: (
            same(mean_deviation, 2 * tail.subs(j, mode), by=sp.powsimp),
            vanishes(tail.subs(j, 0)),
        ),
        "whole mean": lambda mean_deviation, whole_deviation: same(
            whole_deviation, mean_deviation.subs(mode, n * p + 1), by=over(weight.subs(j, n * p))
        ),
        "next terms": next_terms_are_the_error,
        "entry": distance_of_an_entry,
        "logarithm of a row": lambda row_law: same(row_law, sp.diff(1 - half_normal.at(sp.exp(log_size)), log_size)),
    },
    wrong=lambda: {
        "part: all rows": row_sum,
        "part: the other rows": part - row_sum,
        "tail: one more": tail.subs(j, j + 1),
        "tail: without the other value": j * weight,
        "tail: another mean": (j + 1) * (1 - p) * weight,
        "weight: weights of one column more": weight.subs(n, n + 1),
        "mean_deviation: the mode itself": mean_deviation.subs(mode, mode - 1),
        "mean_deviation: normal approximation": sp.sqrt(2 * n * p * (1 - p) / sp.pi),
        "mean_deviation: the next number": mean_deviation.subs(mode, mode + 1),
        "whole_deviation: one column less": 2 * n * p * weight.subs(j, n * p),
        "loss: the number of columns once more": loss + 2 * whole_remainder,
        "stirling_loss: without the number of columns": 1 / (12 * n * variance),
        "first_term: another series": next_term,
        "next_term: of the first": first_term,
        "least_rest: next terms whole": least_rest.subs(ones, ones / 2),
        "least_rest: without the number of columns": least_rest + (ones + zeros) ** -3 / 360,
        "least_rest: all next terms": least_rest + (ones**-3 + zeros**-3) / 360,
        "stirling_error: 1/V³": 1 / (360 * n**3 * variance**3),
        "row_law: of the modulus": row_law * sp.exp(-log_size),
        "squared_kernel: the first moment": sp.Integral(row_kernel * row_law, *squared_kernel.limits),
        "squared_kernel: the square of the density": kernel_mean**2,
        "squared_kernel: the density": DENSITY,
        "row_kernel: half-normal columns without rows": half_normal.at(tau),
        "distance_limit: the constant graphon": 2 * kernel_mean * (1 - kernel_mean),
        "kernel_mean: without rows": half_normal.at(tau),
        "fair_mean: not over the columns": n * fair_mean,
        "least_rate: the mean itself": fair_mean,
        "least_rate: a norm of up to 1": (fair_mean - delta) / (1 - delta),
        "ranked_mean: no ranking": fair_mean,
        "ranked_mean: half of the difference": (fair_mean + ranked_mean) / 2,
        "ranked_mean: ranking half of it": fair_mean / 2,
        "least_ranked_rate: the mean itself": ranked_mean,
        "least_ranked_rate: that of fair coins": least_rate,
        "cut_variance: of one row": m * cut_variance,
        "any_rate: the mean itself": row_share * mean_deviation / n,
        "any_rate: δ for 1 − δ": any_rate.subs(delta, 1 - delta),
        "any_ranked_rate: no ranking": any_rate,
        "any_ranked_rate: δ for 1 − δ": any_ranked_rate.subs(delta, 1 - delta),
        "fair_loss: no loss": sp.S.Zero,
        "fair_error: the loss itself": fair_loss,
    },
)
