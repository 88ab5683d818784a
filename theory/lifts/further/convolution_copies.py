"""L21.2: random sparse lifts of convolutions reach the loss of a witness: constants, chances and sizes."""

import sympy as sp

from sparse_limits.theory.bounds import Loose, Sharp
from sparse_limits.theory.claims import Claim, Provenance, Remark, Source
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.lifts.convergence import ALLOWED, chernoff_size
from sparse_limits.theory.lifts.convergence_limit import goal
from sparse_limits.theory.lifts.convolution import C_i, H, k
from sparse_limits.theory.lifts.copies import (
    A_1,
    A_2,
    COPIES,
    UNIT_INPUTS,
    UNITS,
    Lambda,
    M,
    inside,
    isolated_best_value,
    per_copy,
    signs,
)
from sparse_limits.theory.lifts.coverage import INPUT_KEPT, inputs, p_0, q, r
from sparse_limits.theory.lifts.further.copies_of_one_unit import (
    FROM_COPIES,
    FROM_LOSS,
    FROM_SIZE,
    least_size,
    loss_of_copies,
    one_input,
    twelve,
    with_goal,
)
from sparse_limits.theory.lifts.further.copy_examples import agreement, layer_lipschitz, mu, pattern_chance
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, same

nu = sp.Symbol("nu", positive=True)  # the largest eigenvalue of the second moments of a pixel

window_eigenvalue = k * nu
filter_lipschitz = sp.sqrt(k * nu)
entry_lipschitz = sp.sqrt(H * k * nu)
heard = pattern_chance.subs(inputs, C_i)
alike = agreement.subs(signs, k * signs)
filter_copy = 2 * p_0**signs * (1 - p_0) ** (C_i - signs) / 2 ** (k * signs)
best_loss = per_copy(isolated_best_value)
filter_loss = per_copy(6 * sp.sqrt(3) * A_1 * A_2**3 * k * nu / M**2)
copies_needed = A_2 * sp.sqrt(6 * sp.sqrt(3) * A_1 * A_2 * k * nu / goal)


def size_for(copies: sp.Expr, chance: sp.Expr) -> sp.Expr:
    """The size of L17.1 by Chernoff's bound, for so many copies, rounded up, of a chance."""
    return valued(chernoff_size, {M: sp.ceiling(copies), q: chance})


filter_size = size_for(copies_needed, filter_copy)
copies_loss = loss_of_copies(sp.tanh(sp.sqrt(nu)))  # of filters of one weight on one pixel
ONE_WEIGHT = tuple(
    {**place, k: sp.S.One, nu: sp.Rational(1, 100)} for place in twelve(("7/12", "19/50"), ("1/5", "49/50"))
)
ONE_CHANNEL = one_input(with_goal(ONE_WEIGHT[0], copies_loss), signs, C_i)

GOAL = Quantity(goal, "loss that is to be reached", POSITIVE, drawn=(sp.Rational(1, 8), 1))
READOUT = (
    Quantity(A_1, "sum of the lengths of the readouts of the witness, or a bound of it", POSITIVE, drawn=(1, 2)),
    Quantity(A_2, "root of the sum of their squares, or a bound of it", POSITIVE, drawn=(sp.Rational(1, 2), 1)),
)
EXACT = Hypothesis("the curve is a solution of the flow itself, from a readout 0, for the square loss")
SIGNS = Hypothesis("edges and weights are independent, weights fair signs; the weights of the witness are signs")
FINITE = Hypothesis("the witness reproduces the target, and the types of different units are disjoint")

STEPS = proof(
    r"""
a pixel (by L16.3): At the pixel $p$ a filter on the channels $S$ is $\tanh(w\cdot z_p)$, where $z_p$ is the window of $k|S|$ numbers
$x_{c,p+a}$. With $p$ uniform, as a part of $D$, its constant is $[[layer_lipschitz]]$, where $\mu$ is the largest eigenvalue of
$E\,z_pz_p^\top$.

window (by Cauchy–Schwarz): $(w\cdot z_p)^2=(\sum_{a<k}w_a\cdot x_{p+a})^2\le k\sum_{a<k}(w_a\cdot x_{p+a})^2$.

shifts (from window; by Rayleigh): For each $a$, the mean over all $p$ of $(w_a\cdot x_{p+a})^2$ is equal to that of $(w_a\cdot x_p)^2$, as
$p\mapsto p+a$ takes each pixel of the cycle once. This mean is at most $\nu\|w_a\|^2$, where $\nu$ is the largest eigenvalue of the second
moments of the channels $S$ of a pixel.

eigenvalue of a window (from shifts): So $\mu\le[[window_eigenvalue]]$, with equality for a constant signal along the eigenvector and $w$
along the eigenvector, the same for all $a$.

one filter (from a pixel, eigenvalue of a window): At a pixel, $\Lambda=[[filter_lipschitz]]$.

pooling (from one filter; by Jensen): The square of a mean over pixels is at most the mean of the squares. So the same constant is valid for
the filter with its pixels averaged.

all pixels (from one filter): With a readout for each of $H$ pixels $(\sum_pa_p\Delta_p)^2\le\|a\|^2\sum_p\Delta_p^2$, whose mean is at most
$H\|a\|^2[[filter_lipschitz]]^2\|w-w'\|^2$. So $\Lambda=[[entry_lipschitz]]$.

heard channels (by L16.3): A copy is connected to exactly the $s$ channels of a filter with probability $[[heard]]$: an edge is a whole
kernel.

equal kernels (by L16.3): Its $ks$ signs are those of the filter, or all are opposite, with probability $[[alike]]$.

chance of a copy (from heard channels, equal kernels): Together this gives the probability $[[filter_copy]]$ for the weights of the filter
or their negatives, whose sign the readout absorbs.

bound (by L21.1): With $M$ copies of each filter, whose cells are isolated, the loss comes down to at most $[[best_loss]]$: the constant is
the same on every ball.

loss (from bound, one filter, pooling): This bound is $[[filter_loss]]$.

copies needed (from loss): The loss is at most $\varepsilon$ from $M=[[copies_needed]]$ on.

size (from copies needed, chance of a copy; by L21.1): With probability $1-\delta$, $n$ output channels contain so many copies of each of
$r$ filters, from $[[filter_size]]$ output channels on.
""",
    globals(),
    layer_lipschitz=layer_lipschitz,
)


def constant_signals_attain_the_eigenvalue(window_eigenvalue: sp.Expr) -> Relations:
    """k equal weights 1/√k, together of length 1, on pixels that are all the same and have the second moment ν."""
    each = 1 / sp.sqrt(k)
    yield same(window_eigenvalue, (k * each) ** 2 * nu)


copied_filters = Claim(
    label="L21.2",
    title="Random sparse lifts of convolutions reach low loss",
    statement=r"""
Let the module be the cyclic convolution of L6 with $\tanh$, $H$ pixels and kernels of $k$ weights. Let its random sparse lift (L20) have
$C_i$ input channels and $n$ output channels; each edge, a whole kernel, is present with probability $p_0$, and all weights are fair
signs. The readout is linear and $0$ at the start. It has one number for each output channel, which multiplies the mean of the channel
over pixels, or the channel itself; in the latter case $F$ is a signal, whose loss is the mean over pixels. Suppose that for each filter
of the witness the second moments $E\,x_px_p^\top$ of a pixel, averaged over $p$ as well, on the channels of the filter have no
eigenvalue larger than $\nu$.

Then the eigenvalues of the second moments of windows of $k$ pixels are at most $[[window_eigenvalue]]$, which constant signals attain.
So a filter has $$\Lambda=[[filter_lipschitz]]$$ on every ball, whatever $H$ is; with a readout for each pixel it has
$\Lambda=[[entry_lipschitz]]$. An output channel copies a given filter on $s$ channels with signs for weights with probability at least
$$[[filter_copy]],$$ which is the probability that it has the weights of this filter or their negatives (a pooled filter as long as the
signal is also computed by its shifts). Let the witness have $r$ such filters and reproduce the target. If each has $M$ copies, gradient
flow has a loss of at most $$[[filter_loss]]$$ from some time on. The loss comes down to $\varepsilon$ with probability at least
$1-\delta$ from $$[[filter_size]]$$ output channels on, a number in which neither $H$ nor the number of samples occurs.
""",
    steps=STEPS,
    source=Source("2501.05930", "v1", "beyond the text at hand, which speaks of common deep learning models"),
    provenance=Provenance.EXTENSION,
    quantities=(
        Quantity(H, "number of pixels of the signal, its period", COUNT, drawn=(3, 9)),
        Quantity(k, "number of weights of a kernel", COUNT, drawn=(1, 3)),
        Quantity(C_i, "number of input channels", COUNT, drawn=(4, 9)),
        UNIT_INPUTS.drawn_from(1, 4),
        Quantity(
            mu, "largest eigenvalue of the second moments of a window", NON_NEGATIVE, drawn=(sp.Rational(1, 2), 2)
        ),
        Quantity(
            nu,
            "largest eigenvalue of the second moments of a pixel, on the channels of any of the filters",
            POSITIVE,
            drawn=(sp.Rational(1, 2), 2),
        ),
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
        Hypothesis("a kernel is no longer than the signal", k <= H),
        Hypothesis("a filter has no more channels than there are", signs <= C_i),
    ),
    also=("copies_needed",),
    sharp=(
        Sharp(
            expression="window_eigenvalue",
            example="constant signals, and equal weights",
            check="constant_signals_attain_the_eigenvalue",
        ),
        Sharp(
            expression="filter_lipschitz",
            example="a constant signal, and equal weights near $0$",
            check="constant_signals_attain_the_constants",
        ),
        Sharp(
            expression="entry_lipschitz",
            example="the same, with the same readout for each pixel",
            check="constant_signals_attain_the_constants",
        ),
    ),
    aids={"copies_loss": copies_loss, "copies": M, "least_size": least_size(p_0)},
    loose=(
        Loose(
            expression="filter_loss",
            truth="copies_loss",
            at=ONE_WEIGHT,
            lost=f"{FROM_COPIES}: filters of one weight on one pixel near $0$, where they are almost linear",
        ),
        Loose(
            expression="copies_needed",
            truth="copies",
            at=tuple(with_goal(place, copies_loss) for place in ONE_WEIGHT),
            lost=FROM_LOSS,
        ),
        Loose(
            expression="filter_size",
            truth="least_size",
            at=(ONE_CHANNEL,),
            lost=f"{FROM_SIZE}: on one channel, each filter of one weight that is connected to it is a copy",
        ),
    ),
    remarks=(
        Remark(
            r"This says nothing about small lifts: the loss at the start is at most $\frac12A_1^2$, and for one filter of two weights "
            r"with $A_1=A_2=\nu=1$ the bound is below this only from seven copies on. For $\varepsilon=\delta=\frac1{10}$, on one of two "
            r"channels, $p_0=\frac12$, the guarantee starts at $240$ channels.",
            "bounds_are_informative_from_seven_copies",
        ),
        Remark(
            r"The loss of copies alone whose readout grows far reaches more than a hundredth of the bound, and there the bound is "
            r"several times the loss at the start. In the random lifts that were trained the flow ends below the bound, which is below "
            r"the loss at the start if there are enough copies.",
            "filters_end_below_the_bound",
        ),
    ),
    because={
        "eigenvalue of a window": constant_signals_attain_the_eigenvalue,
        "one filter": lambda layer_lipschitz, window_eigenvalue, filter_lipschitz: same(
            filter_lipschitz, layer_lipschitz.subs(mu, window_eigenvalue)
        ),
        "chance of a copy": lambda heard, alike, filter_copy: same(filter_copy, heard * alike, by=sp.powsimp),
    },
    wrong=lambda: {
        "window_eigenvalue: that of a pixel": nu,
        "window_eigenvalue: its square": k**2 * nu,
        "window_eigenvalue: all pixels": H * nu,
        "filter_lipschitz: of a pixel": sp.sqrt(nu),
        "filter_lipschitz: the eigenvalue": k * nu,
        "entry_lipschitz: of one pixel": filter_lipschitz,
        "entry_lipschitz: lengths added": H * filter_lipschitz,
        "layer_lipschitz: the eigenvalue of a unit": mu,
        "filter_copy: channels alone": heard,
        "filter_copy: one sign for each channel": filter_copy * 2 ** ((k - 1) * signs),
        "filter_copy: other channels forgotten": filter_copy.subs(C_i, signs),
        "filter_copy: of one edge": filter_copy / p_0 ** (signs - 1),
        "filter_copy: of the weights alone": 2 / sp.Integer(2) ** (k * signs),
        "filter_copy: of the chosen channels, twice": 2 * heard,
        "heard: each weight sampled": heard.subs({signs: k * signs, C_i: k * C_i}, simultaneous=True),
        "alike: signs of one pixel": 2 / 2**signs,
        "filter_loss: the constant not squared": per_copy(6 * sp.sqrt(3) * A_1 * A_2**3 * sp.sqrt(k * nu) / M**2),
        "filter_loss: a readout for each pixel": best_loss.subs(Lambda, entry_lipschitz),
        "filter_loss: 10 % less": per_copy(sp.Rational(9, 10) * inside(filter_loss)),
        "filter_loss: 0 without copies": inside(filter_loss),
        "filter_loss: a hundredth": per_copy(inside(filter_loss) / 100),
        "filter_loss: M³ in place of M²": per_copy(inside(filter_loss) / M),
        "filter_loss: loss of a readout alone": per_copy(inside(filter_loss) / A_1**2),
        "best_loss: M copies once": per_copy(inside(best_loss) * M),
        "copies_needed: not rooted": copies_needed**2,
        "copies_needed: for a readout of one filter": copies_needed.subs(A_1, A_2),
        "filter_size: one unit": filter_size.subs(r, 1),
        "filter_size: channels alone": size_for(copies_needed, heard),
        "filter_size: one copy": size_for(sp.Integer(1), filter_copy),
        "copies: 10 % more copies": sp.Rational(11, 10) * M,
        "least_size: one more": least_size(p_0) + 1,
        "least_size: one copy more": valued(least_size(p_0), {M: M + 1}),
    },
)
