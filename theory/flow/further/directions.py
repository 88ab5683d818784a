"""F2.5: which directions a rank-one graphon slows down first, seen on inputs along the axes."""

import sympy as sp

from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.flow.linear import RATE, TIME, amplitude, eigenvalue, eta, mode_loss, time
from sparse_limits.theory.flow.times import SHARE, lam, share, single_time
from sparse_limits.theory.graphon.symbols import m
from sparse_limits.theory.kernel.dual import DEPTH, cosine, dense_ntk
from sparse_limits.theory.kernel.further.collapse import d
from sparse_limits.theory.kernel.rank_one import column, flow
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, same

slope = sp.Symbol("beta", real=True)  # of the residual at the start, along one axis

odd_eigenvalue = flow * column * (dense_ntk.subs(cosine, 1) - dense_ntk.subs(cosine, -1))
one_layer_eigenvalue = 2 * flow * column
direction_time = d * sp.log(1 / share) / (2 * eta * flow * column)
direction_loss = slope**2 * sp.exp(-2 * eta * flow * column * time / d) / 2

STEPS = proof(
    r"""
kernel (by K8): The kernel is $f\sqrt{ab}\,\Theta_L(r)$, where $a$ and $b$ are the mean squares of the inputs, weighted by the first layer's
column profile, and $r$ is the weighted correlation.

axes (from kernel): At $\pm\sqrt d\,e_j$ the weighted mean square is $h_j$. The weighted correlation of such an input is $-1$ with its
opposite and $0$ with inputs on other axes. So an input on another axis has the same kernel with such an input and with its opposite.
Consider the vector that is $1$ at an input and $-1$ at its opposite. The kernel matrix maps this vector to $0$ on the other axes, and on
its own axis to $[[odd_eigenvalue]]$ times itself, with $h$ for $h_j$ and $\Theta_L$ of K1.

one hidden layer (from axes): With one hidden layer $\Theta_1(1)=2$ and $\Theta_1(-1)=0$. So the eigenvalue is $[[one_layer_eigenvalue]]$.

modes (by F1.1): Each eigenvector decays independently of the others.

time (from one hidden layer, modes): As $m=2d$, the share $s$ of this eigenvector's part of the loss is left at the time
$[[direction_time]]$.

linear residuals (from one hidden layer, modes): The residual $\frac1{\sqrt d}\beta\cdot x$ at the start is $\pm\beta_j$ at the two inputs
of an axis. With $m=2d$ the part of the loss along this axis is $[[direction_loss]]$ divided by $d$, with $\beta$ for $\beta_j$.
""",
    globals(),
)


def linear_residuals_fade_axis_by_axis(one_layer_eigenvalue: sp.Expr, direction_loss: sp.Expr) -> Relations:
    """The loss of F1.1 at the component √2 β and 2d samples."""
    at = {amplitude: sp.sqrt(2) * slope, eigenvalue: one_layer_eigenvalue}
    yield same(direction_loss / d, mode_loss.subs(at).subs(m, 2 * d))
    yield same(direction_loss.subs(time, 0), slope**2 / 2)
    yield same(sp.diff(sp.log(direction_loss), eta), -2 * flow * column * time / d)


slowed_directions = Claim(
    label="F2.5",
    title="A column with half the density is learnt half as fast",
    statement=r"""
Let the graphons be of rank one as in K8, let the first have the column profile $h_j$ at input $j$, and let the samples be the $2d$ inputs
$\pm\sqrt d\,e_j$ on the axes. For each axis the kernel matrix has the eigenvector with $1$ at the input, $-1$ at its opposite and $0$
elsewhere: odd functions are learnt axis by axis. With $h$ for $h_j$ and $\Theta_L$ of K1, its eigenvalue is $[[odd_eigenvalue]]$,
proportional to the density of the column. With one hidden layer it is $[[one_layer_eigenvalue]]$, and the share $s$ of its part of the loss
is left at the time $$[[direction_time]],$$ inversely proportional to $h_j$: the sparser a column, the later its axis is learnt. From the
initial residual $\frac1{\sqrt d}\beta\cdot x$, again with one hidden layer, the loss is the mean over the axes of $[[direction_loss]]$,
with $\beta$ for $\beta_j$.
""",
    steps=STEPS,
    source=Source("2510.17515", "v1", "beyond the paper"),
    provenance=Provenance.EXTENSION,
    quantities=(
        RATE,
        TIME,
        SHARE,
        DEPTH.drawn_from(1, 3),
        Quantity(flow, "product over the hidden layers of the mean of row profile times next column profile", POSITIVE),
        Quantity(
            column,
            "column profile of the first layer at an input",
            sp.Interval.Lopen(0, 1),
            drawn=(sp.Rational(1, 8), 1),
        ),
        Quantity(d, "number of inputs", COUNT, drawn=(1, 20)),
        Quantity(slope, "residual at the start at the input on one axis", sp.S.Reals),
    ),
    hypotheses=(
        Hypothesis(
            "the graphon kernel of K8, which does not move in training (at given inputs that of the masks may be another, K7.1)"
        ),
        Hypothesis("one hidden layer", needed_by=("one_layer_eigenvalue", "direction_time", "direction_loss")),
    ),
    because={
        "time": lambda one_layer_eigenvalue, direction_time: (
            same(direction_time, single_time.subs({lam: one_layer_eigenvalue, m: 2 * d})),
            same(direction_time.subs(column, column / 2), 2 * direction_time),
        ),
        "linear residuals": linear_residuals_fade_axis_by_axis,
    },
    wrong=lambda: {
        "odd_eigenvalue: the kernel of an input with itself": flow * column * dense_ntk.subs(cosine, 1),
        "odd_eigenvalue: the even function": flow * column * (dense_ntk.subs(cosine, 1) + dense_ntk.subs(cosine, -1)),
        "odd_eigenvalue: the root of the density": odd_eigenvalue / sp.sqrt(column),
        "odd_eigenvalue: the even function too": flow * column * (dense_ntk.subs(cosine, 1) + 1),
        "one_layer_eigenvalue: the root of the density": 2 * flow * sp.sqrt(column),
        "direction_time: in proportion to the density": direction_time * column**2,
        "direction_time: not times the samples": direction_time / d,
        "direction_loss: the exponent of the residual": direction_loss.subs(time, time / 2),
        "direction_loss: not over the inputs": direction_loss.subs(d, 1),
    },
)
