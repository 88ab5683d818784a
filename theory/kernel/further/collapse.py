"""K11.1: what a graphon that keeps one input leaves of the spectrum."""

import sympy as sp

from sparse_limits.theory.claims import Claim, Provenance, Remark, Source
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.kernel.dual import a, b, c, relu
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import CLOSED_UNIT, COUNT, NON_NEGATIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, same

share, energy = sp.symbols("g_W g_Q", positive=True)  # ∫W(u, v)du and ∫Q(u, v)du at the one input v that is left
trained, moment = sp.symbols("w q", positive=True)  # W and Q of one neuron there
first, second = sp.symbols("x y", positive=True)  # sizes of that input in two samples
above, below = sp.symbols("s_plus s_minus", nonnegative=True)  # Σ x_a² over samples with x_a > 0, and with x_a < 0
d = sp.Symbol("d", integer=True, positive=True)  # inputs

alike = (trained + moment) * first * second / d
entry = (share + energy) * first * second / d
positive_eigenvalue = (share + energy) * above / d
negative_eigenvalue = (share + energy) * below / d

STEPS = proof(
    r"""
row kernel (by K4 for row_kernel): A neuron adds $F(S_Q)+s_W\,\kappa_0$ to the kernel, where $S_Q$ and $s_W$ are sums over the inputs that
it keeps.

one neuron (from row kernel): Let the one input have the sizes $x$ and $y$ in two samples, and write $w$, $q$ for $W$, $Q$. The cosine is
$\pm1$: a neuron adds $[[alike]]$ for equal signs and nothing for opposite signs. (One input needs no normal law: as $M\omega$ is symmetric,
for equal signs $E\varphi\varphi'=E(M\omega)^2\frac{xy}d$ and $E\,M\dot\varphi\dot\varphi'=EM$. The gates' term has the square of the readout
weight as a factor, whose mean is $1$.)

all neurons (from one neuron; by linearity): So the kernel is $[[entry]]$ for equal signs and $0$ for opposite ones.

rank (from all neurons; by spectral theorem): Let $v_\pm$ have the entries $|x_a|$ at the samples of one sign and $0$ elsewhere. Each row of
the matrix is a multiple of $v_+$, of $v_-$ or $0$. So vectors orthogonal to both have the eigenvalue $0$, and the other eigenvectors lie in
their span.

two blocks (from all neurons, rank): A row times $v_\pm$ is the sum of $[[entry]]$ times $y$ over the $y=|x_b|$ of its sign. So the
eigenvalues are $[[positive_eigenvalue]]$ and $[[negative_eigenvalue]]$.
""",
    globals(),
)


def _sum_over(signs: str) -> str:
    return f"sum of the squares of the one input left over the samples where it is {signs}"


def _mean_of(what: str) -> str:
    return f"{what} at the one input left, a mean over the neurons"


WEIGHT = sp.Interval.Lopen(0, 1)
DRAWN = (sp.Rational(1, 8), 1)


def one_neuron_sees_signs_alone(alike: sp.Expr) -> Relations:
    """F and the gate at the variances qx²/d, qy²/d and the covariance ±qxy/d; the gradient's own covariance is ±wxy/d."""
    for sign, expected in ((1, alike), (-1, sp.S.Zero)):
        at = {a: moment * first**2 / d, b: moment * second**2 / d, c: sign * moment * first * second / d}
        added = valued(relu.value, at) + sign * trained * first * second / d * valued(relu.slope, at)
        yield same(expected, added, by=sp.expand)


def rows_times_their_sign_are_multiples(
    entry: sp.Expr, positive_eigenvalue: sp.Expr, negative_eigenvalue: sp.Expr
) -> Relations:
    """Entry times y is a multiple of y²; with the sum of these for y² it is the eigenvalue times x, whatever the samples are."""
    for total, claimed in ((above, positive_eigenvalue), (below, negative_eigenvalue)):
        yield same(claimed * first, sp.expand(entry * second).subs(second**2, total), by=sp.expand)


one_input_spectrum = Claim(
    label="K11.1",
    title="Spectral collapse: one input leaves at most two nonzero eigenvalues",
    statement=r"""
Consider one hidden ReLU layer. Let its readout be dense, with weights of mean square $1$, and let its own weights have any continuous laws
that are symmetric about $0$ and have finite mean squares. Let $W$ be the graphon of the trained edges and $Q$ that of the second moments. If
$W(u,\cdot)$ and $Q(u,\cdot)$ vanish except at one of the $d$ inputs, the same for every $u$, with $g_W=\int W\,du$ and $g_Q=\int Q\,du$
there, the kernel matrix has rank at most 2. Its eigenvalues are $[[positive_eigenvalue]]$, $[[negative_eigenvalue]]$ and $0$, where $s_\pm$
are the sums of $x_a^2$ over the samples where that input is positive and negative, respectively.
""",
    steps=STEPS,
    source=Source("2602.06675", "v1", "that spectra collapse is reported second-hand, not in the abstract"),
    provenance=Provenance.EXTENSION,
    quantities=(
        Quantity(share, _mean_of("density of trained edges"), CLOSED_UNIT, drawn=DRAWN),
        Quantity(energy, _mean_of("energy of edges"), NON_NEGATIVE, drawn=DRAWN),
        Quantity(above, _sum_over("positive"), NON_NEGATIVE, drawn=(sp.Rational(1, 8), 4)),
        Quantity(below, _sum_over("negative"), NON_NEGATIVE, drawn=(sp.Rational(1, 8), 4)),
        Quantity(d, "number of inputs", COUNT, drawn=(1, 20)),
        Quantity(
            trained, "value of the graphon of trained edges at one neuron and the input left", CLOSED_UNIT, drawn=DRAWN
        ),
        Quantity(moment, "value of the graphon of second moments there", NON_NEGATIVE, drawn=DRAWN),
        Quantity(first, "size of the input left in one sample", NON_NEGATIVE),
        Quantity(second, "size of the input left in another sample", NON_NEGATIVE),
    ),
    hypotheses=(
        Hypothesis("one hidden ReLU layer of infinite width, masks that look at the weights as in K4"),
        Hypothesis(
            "readout weights of mean square 1, other weights of continuous laws that are symmetric about 0 and have finite mean squares"
        ),
    ),
    remarks=(
        Remark(
            r"The collapse is not stable: with a floor of $\frac1{100}$ on the other entries, the kernel matrix of 100 samples of 16 "
            "inputs has full rank.",
            checked_by="kernel_matrices_collapse",
        ),
    ),
    because={
        "one neuron": one_neuron_sees_signs_alone,
        "two blocks": rows_times_their_sign_are_multiples,
    },
    wrong=lambda: {
        "alike: the readout alone": moment * first * second / d,
        "alike: the gates alone": trained * first * second / d,
        "alike: not over the inputs": alike * d,
        "positive_eigenvalue: the readout alone": energy * above / d,
        "positive_eigenvalue: both signs together": (share + energy) * (above + below) / d,
        "negative_eigenvalue: the gates alone": share * below / d,
        "negative_eigenvalue: both signs together": (share + energy) * (above + below) / d,
        "entry: the entry of the readout": energy * first * second / d,
    },
)
