"""L19: students of one hidden layer trained by gradient flow, their success beside the coverage that it needs."""

from dataclasses import dataclass

import sympy as sp

from sparse_limits.theory.claims import Claim, Proof, Provenance, Source
from sparse_limits.theory.lifts import walsh
from sparse_limits.theory.lifts.coverage import p_0
from sparse_limits.theory.lifts.degrees import n
from sparse_limits.theory.lifts.walsh import (
    EXACTLY_THREE,
    UNIT_HEARS,
    UNITS,
    both_missing,
    coverage,
    initial_loss,
    one_missing,
    target,
    without_x_1,
)


@dataclass(frozen=True)
class Growth:
    """That students of `more` units succeed more often than those of `fewer`."""

    fewer: int
    more: int


INPUTS = 6  # the target ignores the last
TIME = sp.Integer(100)

threshold = initial_loss / 100
step = sp.Rational(3, 2) / (sp.Rational(3, 10) * n + 2)
parameters = n * (1 + INPUTS * p_0)

INITIAL = walsh.initial_loss


training_success = Claim(
    label="L19",
    title="Training experiment: success grows with n and is limited by coverage",
    headline=r"Sparse students of the target of L18.3 succeed only if their masks cover both triples of inputs, which has probability $$[[coverage]].$$ Measured at $p_0=\frac12$: students with 32 units succeed more often than with 4.",
    statement=r"""
**Setting.** Let the target be $f^*$ of L18.3 on $\{\pm1\}^6$, with uniform inputs. A student $F(x)=\sum_{i\le n}a_i\tanh(w_i\cdot x)$ keeps
every input of every unit with probability $p_0$. At the start the kept weights have the law $N(0,1)$, and $a(0)=0$. All kept parameters,
$[[parameters]]$ on average, follow the gradient flow of $L=\frac12E(F-f^*)^2$ up to $T=100$. (The Runge–Kutta steps are at most
$\frac{3/2}{3n/10+2}$, halved for a student whose loss would rise by $10^{-9}$ in one step.) The student *succeeds* if
$L(T)\le[[threshold]]$, a hundredth of $L(0)$.

**Proved (L18.1–L18.3).** No student succeeds unless it is *covered*: both triples of inputs lie inside masks of its units. This has
probability $P_{\mathrm{cov}}=[[coverage]]$. So the number of covered students is binomial, and $P(\text{success})\le P_{\mathrm{cov}}$. Three *handicaps* bound the loss from below. A student without $x_1$ always has $L\ge[[without_x_1]]$. A student whose units
keep at most two inputs has $L\ge[[both_missing]]$, and a student that misses one triple has $L\ge[[one_missing]]$.

**Asserted (measured).** With $p_0=\frac12$ success is more probable with 32 units than with 4 (exact test). Of sixteen or more students
with one of these handicaps, the best comes within $10^{-4}$ of its bound.

**Reported, not asserted.** These are success at other sizes and densities, and success of dense students. At $p_0=\frac12$ the proportion of successes is
about $0.05$, $0.2$, $0.5$, $0.8$ for $n=4,8,16,32$, below $P_{\mathrm{cov}}=0.20,0.45,0.78,0.97$: a covered student can still be slow or
stop at a poor critical point. For $n=64$ both are about $1$. Dense students succeed more often, at equal $n$ and at equal numbers of
parameters: nothing here favours sparsity.

**What this does not show.** The readout has no factor $1/n$, so the flow of a wider student is faster, and equal $T$ is not equal time.
L17.3 does not explain these successes: it counts near copies of the two units, and there are none at these sizes.
""",
    proof_text=r"""
The bounds are those of L18.1 for the families of all subsets of masks, with the numbers of L18.3, whose $P_{\mathrm{cov}}$ is that of L18.2 for both triples: $\frac12\hat f^*(123)^2$ exceeds the threshold, so both triples are needed, and the linear
coefficients are covered with them. Masks of different students are independent: a binomial count. The rest is measured: on students drawn anew
for each $n$, whose masks are not nested. ∎""",
    source=Source(
        "2501.05930", "v1", "beyond the text at hand; a review of the submission misses training experiments"
    ),
    provenance=Provenance.EXTENSION,
    proof=Proof.MEASURED,
    uses=("L18.1", "L18.2", "L18.3"),
    expressions={
        "threshold": threshold,
        "coverage": coverage,
        "one_missing": one_missing,
        "both_missing": both_missing,
        "without_x_1": without_x_1,
        "parameters": parameters,
        "growth": Growth(4, 32),
    },
    aids={"target": target, "margin": sp.Rational(1, 10_000)},
    quantities=(UNITS, UNIT_HEARS),
    symbols={
        "f^*": "target",
        "F": "output of the student",
        "x": "input",
        "i": "number of a unit",
        "a_i": "weight with which unit $i$ enters the output",
        "w_i": "weights of the inputs of unit $i$",
        "N(0,1)": "standard normal law",
        "E": "mean over the inputs",
        "L": "loss, as a function of the time of training",
        "T": "time up to which a student is trained",
        "P": "probability",
        r"P_{\mathrm{cov}}": "probability that both triples lie inside masks of units",
    },
    wrong=lambda: {
        "coverage: exactly 3 inputs per unit": EXACTLY_THREE,
        "parameters: a readout of units that see something": n * (2 - (1 - p_0) ** INPUTS),
        "parameters: weights alone": n * INPUTS * p_0,
        "growth: rarer": Growth(32, 4),
        "threshold: any loss below half": INITIAL / 2,
    },
)
