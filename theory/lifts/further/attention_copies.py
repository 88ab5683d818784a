"""L21.3: random sparse lifts of attention reach the loss of a witness: constants of heads, chances and sizes."""

import sympy as sp

from sparse_limits.theory.bounds import Loose, Sharp
from sparse_limits.theory.claims import Claim, Provenance, Remark, Source
from sparse_limits.theory.formulas.no_guarantee import guaranteed
from sparse_limits.theory.lifts.attention import C, d, softmax
from sparse_limits.theory.lifts.convergence import ALLOWED
from sparse_limits.theory.lifts.convergence_limit import goal
from sparse_limits.theory.lifts.copies import (
    A_1,
    A_2,
    COPIES,
    UNIT_INPUTS,
    UNITS,
    Lambda,
    M,
    inside,
    isolated_best_radius,
    per_copy,
    rho,
    signs,
)
from sparse_limits.theory.lifts.coverage import INPUT_KEPT, inputs, p_0, r
from sparse_limits.theory.lifts.further.convolution_copies import (
    EXACT,
    FINITE,
    GOAL,
    READOUT,
    SIGNS,
    best_loss,
    size_for,
)
from sparse_limits.theory.lifts.further.copies_of_one_unit import (
    FROM_COPIES,
    FROM_LOSS,
    FROM_SIZE,
    least_size,
    loss_of_copies,
    of_copies,
    one_input,
    twelve,
    with_goal,
)
from sparse_limits.theory.lifts.further.copy_examples import pattern_chance
from sparse_limits.theory.lifts.linear_copies import distance_at
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, same

R_x = sp.Symbol("R_x", positive=True)  # the length of a token
b_w = sp.Symbol("b_w", nonnegative=True)  # the length of the longest of Q*, K* and V*
N_t = sp.Symbol("N_t", positive=True, integer=True)  # tokens
s_1, s_2 = sp.symbols("s_1 s_2", real=True)  # scores
y = sp.Symbol("y", nonnegative=True)  # exp of all other scores, added up
gamma = sp.Symbol("gamma", nonnegative=True)  # how long the change of what scores a token is
delta_Q, delta_K, delta_V = sp.symbols("delta_Q delta_K delta_V", nonnegative=True)

own_share = sp.exp(s_1) / (sp.exp(s_1) + sp.exp(s_2) + y)
other_share = sp.exp(s_2) / (sp.exp(s_1) + sp.exp(s_2) + y)
own_slope = own_share - own_share**2
other_slope = -own_share * other_share
mean_change = R_x**2 * gamma
MOVED_OUT = b_w + rho  # the length of a matrix as long as b_w that has moved outwards by ρ
score_change = R_x * MOVED_OUT * (delta_Q + delta_K) / sp.sqrt(d)
row_change = R_x**3 * MOVED_OUT**2 * (delta_Q + delta_K) / sp.sqrt(d) + R_x * delta_V
head_lipschitz = R_x * sp.sqrt(1 + 2 * R_x**4 * MOVED_OUT**4 / d)
entry_lipschitz = sp.sqrt(N_t) * R_x * sp.sqrt(1 + 2 * R_x**4 * MOVED_OUT**4 / d)


def in_radius(value: sp.Expr) -> sp.Expr:
    """The value where there are copies, and the radius at the best time is at most ρ."""
    return guaranteed(value, M >= 1, isolated_best_radius <= rho)


heard = pattern_chance.subs(inputs, C)
alike = sp.Integer(2) ** (2 * d - 3 * d * signs)
head_copy = p_0**signs * (1 - p_0) ** (C - signs) * sp.Integer(2) ** (2 * d - 3 * d * signs)
radius = per_copy(isolated_best_radius)
sign_length = sp.sqrt(signs * d)
longest_sign = sign_length + rho
head_loss = in_radius(6 * sp.sqrt(3) * A_1 * A_2**3 * R_x**2 * (1 + 2 * R_x**4 * longest_sign**4 / d) / M**2)
copies_for_loss = A_2 * R_x * sp.sqrt(6 * sp.sqrt(3) * A_1 * A_2 * (1 + 2 * R_x**4 * longest_sign**4 / d) / goal)
copies_for_radius = 2 * sp.root(3, 4) * A_2 * sp.sqrt(A_2) / (sp.sqrt(A_1) * rho)
head_size = size_for(sp.Max(copies_for_loss, copies_for_radius), head_copy)
_score = R_x**2 * b_w**2
two_tokens_slope = R_x * sp.sqrt(
    sp.tanh(_score) ** 2 + 2 * _score**2 / sp.cosh(_score) ** 4
)  # of V R tanh(R²QK), Q = K = V
copies_loss = loss_of_copies(R_x)  # of heads of width one that see one token of one channel: V times the token
SMALL = {R_x: sp.Rational(1, 10), d: sp.S.One, signs: sp.S.One}
_places = zip(twelve(("7/12", "19/50"), ("1/5", "49/50")), map(sp.Rational, ("77/50", "53/100")), strict=True)
ONE_TOKEN = tuple({**place, **SMALL, rho: room} for place, room in _places)
ONE_CHANNEL = one_input(with_goal(ONE_TOKEN[0], copies_loss), C)
MOVING = {
    **of_copies(12, sp.Rational(7, 12), sp.Rational(1, 3)),
    **SMALL,
    rho: distance_at(sp.Integer(12), sp.Rational(7, 3)),
}
ALONE = "heads of width one with one input channel, of inputs of one token, where they are $V$ times the token"

STEPS = proof(
    r"""
shares (a definition): Let two tokens have the scores $s_1$ and $s_2$, and let the exponentials of all other scores add up to $y$. Then
softmax gives the share $[[own_share]]$ to the first token and $[[other_share]]$ to the second.

slopes (from shares): The share of the first token has the derivatives $[[own_slope]]$ and $[[other_slope]]$ with respect to these scores.

covariance (from slopes; by linearity): So if the scores change at the rates $g_j$, $\sum_jp_jx_j$ changes at the rate
$\sum_jp_jx_j(g_j-\sum_ip_ig_i)$: the covariance of $x$ and $g$ under the shares $p$.

mean token (from covariance; by Cauchy–Schwarz): Let $g_j=x_j\cdot v$ with $\|v\|=\gamma$. The variance of $x\cdot u$ is at most $R_x^2$ for
$\|u\|=1$, and the variance of $g$ is at most $R_x^2\gamma^2$. So the mean token changes at a rate of at most $[[mean_change]]$, whatever
the number of tokens is.

scores (by triangle inequality): The scores of the row $t$ are $x_j\cdot KQ^\top x_t/\sqrt d$. If $Q$ and $K$ change at the rates $\delta_Q$
and $\delta_K$ on the ball, where neither has a norm of more than $b_w+\rho$, the vector by which $x_j$ is multiplied changes at a rate of
at most $[[score_change]]$.

rows (from mean token, scores): The row is the mean token times $V$. It changes at a rate of at most $[[row_change]]$, as no mean of tokens
is longer than $R_x$.

one head (from rows): This rate is at most $[[head_lipschitz]]$ times $\sqrt{\delta_Q^2+\delta_K^2+\delta_V^2}$, with equality for some
$\delta_Q,\delta_K,\delta_V$.

along a segment (from one head; by integration): The ball is convex. So for each input a row changes by at most this constant times the
distance of the weights, and so do its products with a readout of length $1$, on average over $D$.

pooling (from along a segment; by Jensen): The square of a mean over rows is at most the mean of the squares. So the same constant is valid
for the mean of all rows.

all entries (from along a segment, one head): With a readout for each entry of $N_t$ rows the squares of the rows add up:
$\Lambda=[[entry_lipschitz]]$.

heard channels (by L16.3): A head is connected to exactly the $s$ channels of another head with probability $[[heard]]$: an edge is a row of
$Q$, $K$ and $V$.

changes of sign: A change of sign of column $i$ of both $Q$ and $K$ leaves the head as it is, and that of a column of $V$ is absorbed by the
readout. So of $2^{3ds}$ matrices of signs $2^{2d}$ are those of the head up to such signs, with probability $[[alike]]$.

chance of a copy (from heard channels, changes of sign): Together, copies up to such signs have the probability $[[head_copy]]$; other
orders of the $d$ columns may give more copies.

bound (by L21.1): With $M$ exact copies of each head, whose cells are isolated, the loss comes down to at most $[[best_loss]]$, if the
constant is valid at the radius $[[radius]]$.

length of signs: Each of $Q$, $K$ and $V$ of a head of the witness consists of $sd$ signs, so that its norm is $[[sign_length]]$.

loss (from bound, one head, pooling, length of signs): The bound grows with the radius, so that it is enough if the radius is at most
$\rho$. This gives $[[head_loss]]$, for $b_w=[[sign_length]]$.

copies needed (from loss): The loss is at most $\varepsilon$ from $M=[[copies_for_loss]]$ on, and the radius is at most $\rho$ from
$M=[[copies_for_radius]]$ on.

size (from copies needed, chance of a copy; by L21.1): With probability $1-\delta$, $n$ heads contain so many copies of each of $r$ heads,
from $[[head_size]]$ heads on.
""",
    globals(),
    best_loss=best_loss,
)

SOFTMAX = softmax(sp.Matrix([[s_1, s_2, sp.log(y)]]))
NEEDED = sp.Max(copies_for_loss, copies_for_radius)


def rows_change_with_means_and_values(mean_change: sp.Expr, score_change: sp.Expr, row_change: sp.Expr) -> Relations:
    """The change of the mean token times V, and the longest token times that of V; the scores are those of one column
    of Q and of K, both as long as they may be, and one channel."""
    rate = sp.Symbol("v", real=True)
    scored = (MOVED_OUT + delta_Q * rate) * (MOVED_OUT + delta_K * rate) * R_x / sp.sqrt(d)
    yield same(score_change, sp.diff(scored, rate).subs(rate, 0))
    yield same(row_change, mean_change.subs(gamma, score_change) * MOVED_OUT + R_x * delta_V)


copied_heads = Claim(
    label="L21.3",
    title="Random sparse lifts of attention reach low loss",
    statement=r"""
Let the module be the part $x\to a$ of L7, attention with heads of width $d$. Let its random sparse lift (L20) have $C$ input channels
and $n$ heads; each edge from a channel to a head, a row of its $Q,K,V$, is present with probability $p_0$, and all weights are fair
signs. The readout is linear, not sparse, and $0$ at the start: $d$ numbers for each head, which is the $O$ of L7 for one output channel.
Either $F$ is a number for each token, whose loss is the mean over tokens, or all tokens are averaged. A skip adds a function without
weights, which is subtracted from the target: fixed skips change nothing else.

Let the tokens be no longer than $R_x$ on the channels of each of the $r$ heads of the witness. On the balls of radius $\rho$ about a
head each of whose $Q,K,V$ has a norm of at most $b_w$ (the root of the sum of squares), the head has $$\Lambda=[[head_lipschitz]],$$
whatever the number of tokens is; with a readout for each entry of $N_t$ tokens it has $\Lambda=[[entry_lipschitz]]$. A head copies a
given head on $s$ channels with signs for weights with probability at least
$$[[head_copy]],$$ which is the probability that it has the weights of this head up to signs of columns of both $Q$ and $K$, or of $V$
(other orders of the columns may give copies too). Let the witness have $r$ such heads, so that $b_w=[[sign_length]]$, and reproduce the
target. If each has $M$ copies, gradient flow has a loss of at most $$[[head_loss]]$$ from some time on. The loss comes down to
$\varepsilon$ with probability at least $1-\delta$ from $$[[head_size]]$$ heads on, a number in which neither the number of tokens nor
the number of samples occurs.
""",
    steps=STEPS,
    source=Source(
        "2501.05930", "v1", "beyond the text at hand, which speaks of architectures “including transformer-like blocks”"
    ),
    provenance=Provenance.EXTENSION,
    quantities=(
        Quantity(C, "number of input channels", COUNT, drawn=(4, 9)),
        Quantity(d, "width of a head", COUNT, drawn=(1, 3)),
        Quantity(N_t, "number of tokens", COUNT, drawn=(2, 9)),
        UNIT_INPUTS.drawn_from(1, 3),
        Quantity(
            R_x,
            "length of the longest token, on the channels of any of the heads",
            POSITIVE,
            drawn=(sp.Rational(1, 2), 1),
        ),
        Quantity(b_w, "length of the longest of the three matrices of a head", NON_NEGATIVE, drawn=(0, 1)),
        Quantity(rho, "distance by which the weights of a cell may move", POSITIVE, drawn=(sp.Rational(1, 2), 1)),
        Quantity((s_1, s_2), "scores of two tokens", sp.S.Reals),
        Quantity(y, "sum of the exponentials of all other scores", NON_NEGATIVE, drawn=(0, 2)),
        Quantity(gamma, "rate of what a token is multiplied with to score it", NON_NEGATIVE, drawn=(0, 2)),
        Quantity((delta_Q, delta_K, delta_V), "rates of the three matrices of a head", NON_NEGATIVE, drawn=(0, 2)),
        INPUT_KEPT.drawn_from(sp.Rational(1, 8), sp.Rational(7, 8)),
        COPIES.drawn_from(10, 60),
        *READOUT,
        Quantity(Lambda, "Lipschitz constant of a unit in its weights", NON_NEGATIVE, drawn=(1, 2)),
        UNITS.drawn_from(1, 3),
        GOAL,
        ALLOWED,
    ),
    hypotheses=(
        EXACT,
        SIGNS,
        FINITE,
        Hypothesis("a head has no more channels than there are", signs <= C),
    ),
    also=("mean_change", "row_change", "copies_for_loss", "copies_for_radius"),
    sharp=(
        Sharp(
            expression="mean_change",
            example=r"two tokens $\pm R_x$ of equal shares",
            check="antipodal_tokens_attain_the_changes",
        ),
        Sharp(
            expression="row_change",
            example="the same tokens if $Q$ or $K$ alone changes, and one token that has the whole share if $V$ alone does",
            check="antipodal_tokens_attain_the_changes",
        ),
    ),
    aids={
        "two_tokens_slope": two_tokens_slope,
        "two_entries_slope": sp.sqrt(2) * two_tokens_slope,
        "copies_loss": copies_loss,
        "copies": M,
        "least_size": least_size(p_0),
    },
    loose=(
        *(
            Loose(
                expression=bound,
                truth=truth,
                at=({R_x: sp.S.One, b_w: sp.S.One, rho: sp.Rational(1, 10), d: sp.S.One, N_t: sp.Integer(2)},),
                lost=r"at most, as the constant on the ball is at least the slope at its centre, for the two tokens $\pm R_x$ and $Q=K=V=b_w$, $d=1$: changes of $Q$ and $K$ and those of $V$ are largest at different shares of the tokens, and the bound adds them",
            )
            for bound, truth in (("head_lipschitz", "two_tokens_slope"), ("entry_lipschitz", "two_entries_slope"))
        ),
        Loose(expression="head_loss", truth="copies_loss", at=ONE_TOKEN, lost=f"{FROM_COPIES}: {ALONE}"),
        Loose(
            expression="copies_for_loss",
            truth="copies",
            at=tuple(with_goal(place, copies_loss) for place in ONE_TOKEN),
            lost=f"{FROM_LOSS}: {ALONE}",
        ),
        Loose(
            expression="copies_for_radius",
            truth="copies",
            at=(MOVING,),
            lost=r"at most, as other heads may move further than copies alone of a head with one token, which move by $\rho$ until the time of (B2): in Cauchy–Schwarz for their paths, and in a readout that may be twice as long as it needs to be",
        ),
        Loose(
            expression="head_size",
            truth="least_size",
            at=(ONE_CHANNEL,),
            lost=f"{FROM_SIZE}: {ALONE}, and the signs of $Q$ and $K$ do not matter",
        ),
    ),
    remarks=(
        Remark(
            r"This says nothing about small lifts: the loss at the start is at most $\frac12A_1^2$ where $R_x=1$, and for one head of "
            r"width one on one channel with $A_1=A_2=1$ the bound at $\rho=\frac12$ is below this only from sixteen copies on. For "
            r"$\varepsilon=\delta=\frac1{10}$, on one of two channels, $p_0=\frac12$, the guarantee starts at $560$ heads.",
            "bounds_are_informative_from_sixteen_copies",
        ),
        Remark(
            r"The loss of copies alone whose readout grows far reaches more than a hundredth of the bound, and there the bound is "
            r"several times the loss at the start. In the random lifts that were trained the flow ends below the bound, which is below "
            r"the loss at the start if there are enough copies.",
            "heads_end_below_the_bound",
        ),
        Remark(
            r"Blocks in a row, and further layers after attention, are not covered: there the cells of different terminals have heads in "
            r"common, as in lifts with two hidden layers, whose isolated copies L11.2 counts only for trees of scalar units."
        ),
    ),
    because={
        "slopes": lambda own_share, other_share, own_slope, other_slope: (
            same(own_share, SOFTMAX[0]),
            same(other_share, SOFTMAX[1]),
            same(sp.diff(own_share, s_1), own_slope),
            same(sp.diff(own_share, s_2), other_slope),
            same(sp.diff(other_share, s_1), other_slope),
        ),
        "rows": rows_change_with_means_and_values,
        "changes of sign": lambda alike: (
            # a channel more must agree three times, a column for itself; two copies of four for Q and K, both for V
            same(alike.subs(signs, signs + 1) * 2 ** (3 * d), alike, by=sp.expand),
            same(alike.subs(d, d + 1), alike * alike.subs(d, 1), by=sp.expand),
            same(alike.subs({d: 1, signs: 1}), sp.Rational(1, 2)),
        ),
        "chance of a copy": lambda heard, alike, head_copy: same(head_copy, heard * alike, by=sp.powsimp),
    },
    wrong=lambda: {
        "own_slope: its square forgotten": own_share,
        "other_slope: the share of the other forgotten": -own_share,
        "own_share: exponentials alone": sp.exp(s_1),
        "other_share: not of the first": own_share,
        "row_change: values that do not move": row_change.subs(delta_V, 0),
        "row_change: tokens once": row_change.subs(R_x**3, R_x),
        "row_change: values as long as 1": row_change.subs(MOVED_OUT**2, MOVED_OUT),
        "row_change: scores divided by d": row_change.subs(d, d**2),
        "row_change: weights as at the start": row_change.subs(rho, 0),
        "row_change: half of the way": row_change.subs(rho, rho / 2),
        "row_change: one of the two": row_change.subs(delta_K, 0),
        "mean_change: a mean that moves with the token": R_x * gamma,
        "score_change: scores not divided": score_change * sp.sqrt(d),
        "score_change: one of the two": score_change.subs(delta_K, 0),
        "score_change: weights as at the start": score_change.subs(rho, 0),
        "head_lipschitz: values alone": R_x,
        "head_lipschitz: a quarter of the radius": head_lipschitz.subs(rho, rho / 4),
        "head_lipschitz: one of Q and K": R_x * sp.sqrt(1 + R_x**4 * MOVED_OUT**4 / d),
        "head_lipschitz: not divided": R_x * sp.sqrt(1 + 2 * R_x**4 * MOVED_OUT**4),
        "head_lipschitz: a tenth, without V": R_x * sp.sqrt(2) * (b_w + rho) ** 2 / 10,
        "head_lipschitz: half of the radius": head_lipschitz.subs(rho, rho / 2),
        "head_lipschitz: a constant of 1 more": 1 + head_lipschitz,
        "entry_lipschitz: of one row": head_lipschitz,
        "entry_lipschitz: lengths added": N_t * head_lipschitz,
        "alike: V alone": alike / 2**d,
        "alike: each matrix for itself": alike * 2**d,
        "alike: no change": alike / 4**d,
        "alike: V forgotten": alike * 2 ** (d * signs),
        "head_copy: channels alone": heard,
        "head_copy: no change of sign": head_copy / 4**d,
        "head_copy: other channels forgotten": head_copy.subs(C, signs),
        "head_copy: V alone": head_copy / 2**d,
        "head_copy: of the weights alone": alike,
        "head_copy: of the chosen channels, twice": 2 * heard,
        "heard: each matrix sampled": heard.subs({signs: 3 * signs, C: 3 * C}, simultaneous=True),
        "sign_length: one column": sp.sqrt(signs),
        "sign_length: signs added": signs * d,
        "head_loss: the constant not squared": in_radius(sp.sqrt(inside(head_loss) * inside(best_loss) / Lambda**2)),
        "head_loss: weights as at the start": in_radius(inside(head_loss).subs(rho, 0)),
        "head_loss: any radius": per_copy(inside(head_loss)),
        "head_loss: 0 without copies": inside(head_loss),
        "head_loss: a hundredth": in_radius(inside(head_loss) / 100),
        "head_loss: M³ in place of M²": in_radius(inside(head_loss) / M),
        "head_loss: loss of a readout alone": in_radius(inside(head_loss) / A_1**2),
        "best_loss: M copies once": per_copy(inside(best_loss) * M),
        "radius: half of the radius": per_copy(isolated_best_radius / 2),
        "copies_for_loss: not rooted": copies_for_loss**2,
        "copies_for_radius: the length alone": copies_for_radius.subs(A_1, A_2),
        "head_size: one unit": head_size.subs(r, 1),
        "head_size: channels alone": size_for(NEEDED, heard),
        "head_size: any radius": size_for(copies_for_loss, head_copy),
        "head_size: the radius alone": size_for(copies_for_radius, head_copy),
        "copies: 10 % more copies": sp.Rational(11, 10) * M,
        "two_tokens_slope: V alone": R_x * sp.tanh(_score),
        "two_entries_slope: one entry": two_tokens_slope,
        "least_size: one more": least_size(p_0) + 1,
        "least_size: half the chance": least_size(p_0 / 2),
    },
)
