"""D3.2: one sample, all layers in closed form: densities under one threshold, and moments at every width."""

from dataclasses import replace
from functools import cache, partial
from operator import add

import sympy as sp

from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.formulas.let import Let
from sparse_limits.theory.formulas.level import level
from sparse_limits.theory.kernel.dual import DEPTH, relu, z
from sparse_limits.theory.kernel.dual import depth as L
from sparse_limits.theory.kernel.symbols import ACTIVATION, BESSEL
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import NON_NEGATIVE, POSITIVE, Hypothesis, Quantity, whole_from
from sparse_limits.theory.reasons import Relations, induction, same
from sparse_limits.theory.saliency.model import DENSITY, DIMENSION, THRESHOLD, WIDTH, rho, tau
from sparse_limits.theory.saliency.model import dimension as d
from sparse_limits.theory.saliency.model import width as n
from sparse_limits.theory.tails import product_normal, product_survival, t, triple_normal

first_scale, hidden_scale, readout_scale = sp.sqrt(2 / (n * d)), 2 / n, sp.sqrt(2 / n)
first = product_normal.at(tau / first_scale) / 2
hidden = triple_normal.at(tau / hidden_scale) / 4
readout = product_normal.at(tau / readout_scale) / 2
weights = n * d + (L - 1) * n**2 + n
density = (n * d * first + (L - 1) * n**2 * hidden + n * readout) / weights
live = (n * d / 2 + (L - 1) * n**2 / 4 + n / 2) / weights
threshold = level(density.subs(tau, t), t, rho)
rho_first, rho_hidden, rho_readout = (Let(each, [(tau, threshold)]) for each in (first, hidden, readout))

_s = sp.Symbol("s", positive=True)
struve_part = sp.Lambda(_s, (1 - product_survival(_s)) / _s)  # H(s) = 1 − s g(s)
square = sp.Symbol("q", positive=True)  # the mean square of the activations of a layer
layer_fourth = 6 * square**2
growth = 1 + 5 / n
fourth_first = 18 * growth ** (L - 1)
fourth_hidden = 108 * growth ** (L - 2)
fourth_readout = 18 * growth ** (L - 1)

ONE_SAMPLE = (
    r"Take one sample with $|x_j|=1$ and residual $1$, and $L$ hidden ReLU layers of width $n$ with "
    r"$\varphi(z)=\sqrt2\max(z,0)$, no biases and standard normal weights. "
)
HYPOTHESES = (
    Hypothesis(r"one sample whose $d$ inputs have modulus $1$, the residual $1$"),
    Hypothesis(
        r"$\varphi(z)=\sqrt2\max(z,0)$, no biases, all hidden layers of one width, standard normal weights in the convention of D2"
    ),
)
LETTERS = (
    WIDTH.drawn_from(3, 300),
    DIMENSION.drawn_from(1, 60),
    DEPTH,
    THRESHOLD.drawn_from(sp.Rational(1, 200), sp.Rational(1, 20)),
)

SAMPLE_LETTERS = {
    "x_j": "entry $j$ of the sample",
    **ACTIVATION,
    "H(s)": "chance that the product of two independent standard normal numbers exceeds $s$ in modulus",
    "H_3": "the same for the product of three such numbers",
    **BESSEL,
    "{}_1F_2": "generalised hypergeometric function",
}

STEPS = proof(
    r"""
law (by D2): As the widths grow, the scores of layer $l$, in units of $1/\sqrt{n_ln_{l-1}}$, tend in law to the modulus of
$w\,h\,\varphi'(z)\,c$, and in the readout to the modulus of $a\,h$, with variances $\Sigma^l(x,x)=\Pi^l(x,x)=1$.

signs (from law; by same law): Given the modulus of the weight, $z$ has either sign with probability $\frac12$, and so has $u$ in
$h=\varphi(u)$. So each gate is a fair coin, independent of all moduli.

scales (from signs; gives first_scale, hidden_scale, readout_scale): Where the gates are open, the score is a product of two normals times
$[[first_scale]]$ in layer 1, of two normals times $[[readout_scale]]$ in the readout, and of three normals times $[[hidden_scale]]$ in
between.

tails (from scales): So the score exceeds $\tau$ with probability $[[first]]$ in layer 1, $[[hidden]]$ in each hidden matrix, and
$[[readout]]$ in the readout.

density (from tails; gives density, live, weights): There are $nd$, $(L-1)n^2$ and $n$ weights, $[[weights]]$ in all. The mean of these
probabilities over all weights is `density`; at $\tau=0$ it is $[[live]]$, the share of open gates.

strictly (from density; by intermediate value): The modulus of a product of normals has a positive density, so that $H$ and $H_3$ are
continuous and decrease strictly to $0$. So for $\rho$ below $[[live]]$ there is exactly one $\tau$ at which the density is $\rho$.

threshold (from strictly; gives threshold, rho_first, rho_hidden, rho_readout): This value is `threshold`. There the layers have the
densities `rho_first`, `rho_hidden` and `rho_readout`. With the letters $\rho_1$, $\rho_2$ and $\rho_3$ for these three, the weights kept
are $nd\,\rho_1+(L-1)n^2\rho_2+n\rho_3=\rho\,([[weights]])$ on average.

coins (by same law): At finite width, flip the signs of row $i$ of a hidden layer's weights. This flips $z_i$ alone, and the sign of $z_i$
in $h_i$ is absorbed by column $i$ of the weights above, which is symmetric. So the scores have the law that they would have if the gates
were fair coins, independent of each other and of the weights.

fourth moment of a unit (from coins): Given the layer below, with mean square $q$, a unit has $E\,h=\sqrt{q/\pi}$, $E\,h^2=q$ and
$E\,h^4=[[layer_fourth]]$; at the input, $q=1$.

growth (from fourth moment of a unit): The mean square of a layer of $n$ such units has the second moment $q^2$ times $[[growth]]$. The same
holds for the signals that go back: given those of the next layer they are normal, and $\varphi'c$ has the moments $q$ and `layer_fourth`.

exact layers (from coins, tails; by independence): In layer 1 $u$ is standard normal at every width, and in layer $L$ the signal is $a_i$
itself. So, given open gates, the score of layer 1 for $L=1$, of the hidden matrix for $L=2$ and of the readout for $L=1$ is a product of
independent normals times its scale, as in *tails*.

fourth moments (from growth, exact layers): Given the coins, a weight, the activation below it and the signal are independent. Each of the
three has mean square $1$ (at the input $x_j^2=1$). So scores, multiplied by $\sqrt{n_ln_{l-1}}$ ($\sqrt n$ for the readout), have mean
square $1$ and, at every $n$, the fourth moments $[[fourth_first]]$, $[[fourth_hidden]]$ and $[[fourth_readout]]$ in layer 1, in hidden
matrices (for $L\ge2$) and in the readout. These are the fourth moments of the limit
times one factor *growth* for every layer in between.
""",
    globals(),
)


@cache
def relu_moment(power: int) -> sp.Expr:
    y = sp.Symbol("y", positive=True)
    law = sp.exp(-(y**2) / (2 * square)) / sp.sqrt(2 * sp.pi * square)
    return sp.integrate(relu.function.subs(z, y) ** power * law, (y, 0, sp.oo))


def weights_are_counted(
    weights: sp.Expr, density: sp.Expr, live: sp.Expr, first: sp.Expr, hidden: sp.Expr, readout: sp.Expr
) -> Relations:
    """Layer by layer for any depth: one more hidden layer adds n² weights; at τ = 0 gates alone count."""
    for counted, outer, matrix in (
        (weights, n * (d + 1), n * n),
        (density * weights, n * d * first + n * readout, n * n * hidden),
        (live * weights, n * d * sp.Rational(1, 2) + n * sp.Rational(1, 2), n * n * sp.Rational(1, 2) ** 2),
    ):
        yield induction(counted, L, outer, partial(add, matrix), start=1)


def units_have_the_fourth_moment(layer_fourth: sp.Expr) -> Relations:
    """K1's ReLU of a normal of variance q, raised to the fourth power and integrated; the square has the mean q."""
    for power, claimed in ((2, square), (4, layer_fourth)):
        yield same(claimed, relu_moment(power))


one_sample = Claim(
    label="D3.2",
    title="One sample: the densities of all layers in closed form",
    headline=r"For one sample of entries $\pm1$ with residual $1$ and ReLU layers of width $n$ with normal weights, in the limit law a hidden matrix has the share $$[[hidden]]$$ of scores above $\tau$, $H_3$ the tail of a product of three normals.",
    statement="**Setting.** "
    + ONE_SAMPLE
    + r"""
Here $L\ge1$, and the network has one output. Weights are scaled, and scores defined, as in D2. With the residual $1$, the score of a weight is the modulus of the product of the weight and
the derivative of the output with respect to it.

**Two tails.** Let $H(s)$ be the probability that the product of two independent standard normal numbers exceeds $s$ in modulus. By S4 it is
$1-s\,g(s)$. Let $H_3$ be the same for three numbers (D3.1).

**The limit law.** Let $n_0=d$, the number of inputs, and let $n_l=n$ for the layers $l\ge1$. Multiply the scores of layer $l$ by
$\sqrt{n_ln_{l-1}}$, and those of the readout by $\sqrt n$. As the widths grow one after the other, these multiplied scores tend in law to a
limit (D2). If they had exactly this limit law, a score itself would exceed $\tau$ with probability $$[[first]]$$ in layer 1, $$[[hidden]]$$ in each of the $L-1$ hidden matrices, and $$[[readout]]$$ in the readout.

**One threshold.** Take the mean of these probabilities over all weights. For $0<\rho<[[live]]$ there is exactly one $\tau$, `threshold`, at
which this mean is $\rho$. At this $\tau$ these probabilities, the densities of the layers, are `rho_first` in layer 1, `rho_hidden` in
hidden matrices (for $L\ge2$) and `rho_readout` in the readout.

**Moments at every width.** At every width the multiplied scores have the mean square $1$, as in the limit. Their fourth moments are
$[[fourth_first]]$ in layer 1, $[[fourth_hidden]]$ in hidden matrices (for $L\ge2$) and $[[fourth_readout]]$ in the readout.

**Exact probabilities at every width.** For $L=2$ a score of the hidden matrix exceeds $\tau$ with exactly the probability above. For $L=1$
the same holds for a score of layer 1 and for a score of the readout.
""",
    steps=STEPS,
    source=Source("2602.06675", "v1", "beyond the abstract"),
    provenance=Provenance.EXTENSION,
    quantities=(
        *(replace(each, within=whole_from(1)) if each is DEPTH else each for each in LETTERS),
        DENSITY.drawn_from(sp.Rational(1, 100), sp.Rational(1, 5)),
        Quantity(square, "mean square of the activations of a layer", NON_NEGATIVE),
        Quantity(
            t, "threshold above which scores are kept, while it is sought", POSITIVE, drawn=(sp.Rational(1, 200), 1)
        ),
    ),
    named={"g": struve_part},
    symbols={**SAMPLE_LETTERS, "n_l": "width of layer $l$, with $n_0=d$"},
    hypotheses=(
        *HYPOTHESES,
        Hypothesis("two hidden layers or more", L >= 2, needed_by=("fourth_hidden", "rho_hidden")),
        Hypothesis(
            "fewer weights are kept than have open gates",
            rho < live,
            needed_by=("threshold", "rho_first", "rho_hidden", "rho_readout"),
        ),
    ),
    also=("density", "threshold", "rho_first", "rho_hidden", "rho_readout"),
    because={
        "density": weights_are_counted,
        "fourth moment of a unit": units_have_the_fourth_moment,
        "growth": lambda growth, layer_fourth: same(
            square**2 * growth, (n * layer_fourth + n * (n - 1) * square**2) / n**2
        ),
    },
    wrong=lambda: {
        "first_scale: layer 1 over its inputs alone": sp.sqrt(2 / d),
        "readout_scale: readout scaled like the others": sp.sqrt(2) / n,
        "hidden: two normals in hidden layers": product_normal.at(tau * n / 2) / 4,
        "first: three normals in layer 1": triple_normal.at(tau * sp.sqrt(n * d / 2)) / 2,
        "first: layer 1 without its inputs": first.subs(d, 1),
        "weights: one matrix too many": n * d + L * n**2 + n,
        "weights: readout forgotten": n * d + (L - 1) * n**2,
        "weights: a matrix less": weights - n**2,
        "density: mean of the layers": (first + (L - 1) * hidden + readout) / (L + 1),
        "density: readout not counted": density - n * readout / weights,
        "live: half of all gates": sp.Rational(1, 2),
        "live: a quarter of all": sp.Rational(1, 4),
        "threshold: gates forgotten": threshold.subs(rho, 4 * rho),
        "rho_hidden: hidden as layer 1": Let(first, [(tau, threshold)]),
        "rho_first: layer 1 as hidden": Let(hidden, [(tau, threshold)]),
        "rho_readout: readout as layer 1": Let(first, [(tau, threshold)]),
        "layer_fourth: second moment for its square": 6 * square,
        "growth: normal units": 1 + 2 / n,
        "growth: not over the width": sp.Integer(6),
        "growth: one less": growth - 1 / n,
        "fourth_hidden: one layer too many": fourth_hidden * growth,
        "fourth_hidden: a layer less": fourth_hidden / growth,
        "fourth_first: growth of normal units": 18 * (1 + 2 / n) ** (L - 1),
        "fourth_readout: one layer less": fourth_readout / growth,
    },
)
