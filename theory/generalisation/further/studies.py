"""T1–T5: what the kernels and bounds of pruned networks are worth on real data, the handwritten digits."""

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

import sympy as sp

from sparse_limits.theory.claims import Claim, Proof, Provenance, Source
from sparse_limits.theory.graphon.fixed_inputs import INPUTS
from sparse_limits.theory.graphon.fixed_inputs import inputs as d
from sparse_limits.theory.graphon.symbols import n
from sparse_limits.theory.quantities import COUNT, Quantity


@dataclass(frozen=True)
class Pruned:
    """A kernel of the study: a method's closed form at a density."""

    method: str
    density: Fraction


@dataclass(frozen=True)
class Comparison:
    """That on a task a quantity is smaller for one kernel than for another, in most random splits.

    quantity: "mse" of the test samples, or a number known without them: a predictor or a spectral metric of the study.
    """

    task: str
    quantity: str
    smaller: Pruned
    larger: Pruned


@dataclass(frozen=True)
class Widening:
    """How many times wider the second of two networks is, whose distance from its own kernel is less than half."""

    times: int


@dataclass(frozen=True)
class Nearer:
    """That a trained network's test error is nearer to that of one family of kernels than to that of another."""

    task: str
    pruned: Pruned
    near: str
    far: str


SPARSE, SPARSER, DENSER = Fraction(1, 20), Fraction(1, 5), Fraction(2, 5)
NOISY = "noisy-3v8"

PROTOCOL = r"""the digits of scikit-learn, with $d$ inputs centred and scaled to $|x|^2=d$, one hidden layer, a dense readout and
the ridge $10^{-7}\operatorname{tr}K/m$; all samples not used for training are test samples. *Noisy* 3v8 is threes against eights with 192
useless normal features of standard deviation $0.3$, $m=150$. The command `sparse-limits study generalisation` measures all of it"""

snip, random, anti = (Pruned(method, SPARSE) for method in ("snip", "random", "anti"))


def _chain(quantity: str, *kernels: Pruned) -> tuple[Comparison, ...]:
    """That a quantity increases along a chain of kernels, on noisy 3v8."""
    return tuple(Comparison(NOISY, quantity, smaller, larger) for smaller, larger in pairwise(kernels))


ABSTRACT = Source("2602.06675", "v1", "beyond the abstract")


def _claim(label: str, title: str, statement: str, proof_text: str, source: Source = ABSTRACT, **more: Any) -> Claim:
    return Claim(
        label=label,
        title=title,
        statement=statement,
        proof_text=proof_text,
        source=source,
        provenance=Provenance.EXTENSION,
        proof=Proof.MEASURED,
        **more,
    )


MEASUREMENT = r"""Measured, not proved. Splits are independent draws given the digits, so the number of splits that go one way is
binomial. *In most splits* means in more than half of them: it is asserted only if the opposite, "in at most half", is rejected at
level $10^{-9}$, which takes at most two exceptions in forty splits, or seven in sixty. It speaks of further splits of these digits, not of other
data. For speed, what is asserted is checked with 20 nodes in $|a|$ for SNIP's kernels, where the study has more. ∎"""

selection_pays = _claim(
    label="T1",
    title="Selecting features pays off where there are useless features",
    statement=rf"""
Kernel regression with the graphon kernels of pruning methods (K2, K4, K5) on {PROTOCOL}. **Asserted:** on noisy 3v8 at density
$\frac1{{20}}$ the mean squared error of 100 test samples increases in the order SNIP, water-filling (B4), Random, anti (density falling
with the saliency) in most random splits. **Reported, not asserted:** without useless features selection by the closed forms helps or harms (SNIP
is slightly better than Random on 3v8, worse on 4v9), and water-filling, the optimum of the path bound, is not the best predictor on any
task at that density. Kernels of networks that are actually pruned, with $d$ inputs (K7.1), behave differently: sparse Random rows lose
accuracy, and at density $\frac1{{20}}$ the test mean squared error is smaller for SNIP than for Random on every task but 4v9.
""",
    proof_text=MEASUREMENT,
    uses=("B4", "K4", "K5"),
    expressions={"comparisons": _chain("mse", snip, Pruned("water-filling", SPARSE), random, anti)},
)

bound_order = _claim(
    label="T2",
    title="The energy bound orders SNIP and Random correctly where there are useless features, but not in general",
    statement=rf"""
Let $\mathcal E(K,y)=\sqrt{{y^\top K^{{-1}}y\,\operatorname{{tr}}K}}/m$ (B1) on {PROTOCOL}. **Asserted:** on noisy 3v8 at each of the
densities $\frac1{{20}},\frac15,\frac25$, $\mathcal E$ is smaller for SNIP's graphon kernel than for Random's in most
random splits; so is the mean squared error of 100 test samples, at $\frac1{{20}}$ (T1) and still at $\frac25$: the bound
orders the two correctly. **Reported, not
asserted:** rank correlations over all methods, densities and tasks, of the raw energy $\sqrt{{2y^\top K^{{-1}}y/m}}$,
$\mathcal E$, its centred form, the path bounds B3 and B8, and the centred kernel–target alignment. On plain digits none of
them gives the right order on every task: on 4v9 the raw energy and the alignment prefer SNIP, whose test error is larger, and on
3v8 $\mathcal E$ prefers Random, whose test error is usually larger. All bounds are numerically vacuous.
""",
    proof_text=MEASUREMENT,
    uses=("B1", "B3", "B8", "T1"),
    expressions={
        "comparisons": tuple(
            Comparison(NOISY, quantity, Pruned("snip", density), Pruned("random", density))
            for quantity, density in (*(("scale-free", each) for each in (SPARSE, SPARSER, DENSER)), ("mse", DENSER))
        )
    },
)

a = sp.Symbol("a", real=True)  # readout weight of a neuron
w, x = sp.symbols("w x", real=True)  # weight of an edge, and the input it comes from
mask = sp.Symbol("M", integer=True, nonnegative=True)  # of the edge: 0 or 1
gate = sp.Symbol("H", integer=True, nonnegative=True)  # of the neuron: 1 where z > 0
z = sp.Symbol("z", real=True)  # its preactivation
rest = sp.Symbol("r", real=True)  # what its other edges bring

trained_networks = _claim(
    label="T3",
    title="Trained masked networks follow their own kernel, and at small dρ the fixed-d kernel, not the graphon's",
    statement=rf"""
Let a network have one hidden layer of $n$ neurons $\varphi(z)=\sqrt2\max(z,0)$, its first layer pruned and its output centred. Its kept
weights and its readout train by full-batch gradient descent on {PROTOCOL}. The gradients of the output with respect to a weight and a
readout weight are $[[edge_gradient]]$ and $[[readout_gradient]]$, with the mask $M$ and the gate $H=1\{{z>0\}}$; the network's own
kernel $\Theta_n$ is their Gram matrix. **Asserted:** (a) on noisy 3v8 with 50 of the training samples, for Random with
$\rho=\frac15$ and steps of $\frac15/\lambda_{{\max}}(\Theta_n/m)$, 100 test predictions of one network of $n=512$ after 2 and 5 steps are
within $\frac1{{20}}$ (relative $L^2$) of kernel descent with $\Theta_n$; (b) with all 150 training samples and steps of
$1/\lambda_{{\max}}$, this distance after 20 steps, averaged over three networks, falls to less than half when $n$ grows from 128 to 512;
(c) on parity, for Random with $\rho=\frac1{{20}}$, where a neuron keeps $3.2$ inputs on average, the test mean squared error of networks of
$n=512$ after 40 steps, averaged over sixteen splits, is nearer to that of the fixed-$d$ kernel (K7.1) than to that of the graphon kernel.
**Reported, not asserted:** the same for other methods and densities, and the distance from the graphon kernel, which for SNIP does not vanish as the width grows (its gates are not independent of its mask).
""",
    proof_text=r"""
The gradients are derivatives of $f=n^{-1/2}\sum_ia_i\varphi\big(d^{-1/2}\sum_jM_{ij}w_{ij}x_j\big)$ off kinks. The rest is
measured: margins are empirical, chosen between what masked training does and what a kernel does in which gradients flow into
pruned weights. Checks of more effort take more samples in (a), more steps in (b), and wider networks in (b) and (c). ∎""",
    uses=("K2", "K7.1"),
    expressions={
        "edge_gradient": sp.sqrt(2 / (n * d)) * a * gate * mask * x,
        "readout_gradient": sp.sqrt(2 / n) * gate * z,
        "widening": Widening(4),
        "nearer": Nearer("parity", random, "rows", "graphon"),
    },
    aids={
        "preactivation": (mask * w * x + rest) / sp.sqrt(d),
        "output": sp.sqrt(2 / n) * a * gate * z,
        "early_margin": Fraction(1, 20),
        "width_margin": Fraction(1, 2),
    },
    quantities=(
        Quantity(n, "width, the number of neurons of a hidden layer", COUNT, drawn=(2, 50)),
        INPUTS.drawn_from(1, 50),
        Quantity(a, "readout weight of a neuron", sp.S.Reals),
        Quantity(x, "value of the input that an edge comes from", sp.S.Reals),
        Quantity(mask, "mask of that edge", sp.FiniteSet(0, 1)),
        Quantity(gate, "gate of the neuron, 1 where its preactivation is positive", sp.FiniteSet(0, 1)),
        Quantity(z, "preactivation of the neuron", sp.S.Reals),
    ),
)

kernel_spectra = _claim(
    label="T4",
    title="λ₁/λ₂ ranks SNIP in opposite ways on the kernel and on the centred kernel",
    statement=rf"""
Graphon kernels at density $\frac1{{20}}$ on {PROTOCOL}. Let $H=I-\frac1m\mathbf 1\mathbf 1^\top$. **Asserted:** on noisy 3v8
$\lambda_1/\lambda_2$ of $K$ increases in the order SNIP, Random, Magnitude, while on $HKH$ it is larger for SNIP than for Random, each
in most random splits. Magnitude's concentration is that of K4: $Q/W=q(\rho)/\rho$ inflates the readout term, whose top eigenvector is
nearly constant. **Reported, not asserted:** the decay exponent, $\operatorname{{tr}}/\lambda_1$, $\lambda_1/\lambda_2$ and the share of
the top five eigenvalues, for $K$ and for $HKH$, for all methods, densities and tasks. None of them alone should be read as a measure of
trainability.
""",
    proof_text=MEASUREMENT,
    source=Source(
        "2510.17515",
        "v1",
        "beyond section 6, which reads λ₁/λ₂ and three more numbers off the spectra of graphon kernels",
    ),
    uses=("K4", "K10.1"),
    expressions={
        "comparisons": (
            *_chain("gap_ratio", snip, random, Pruned("magnitude", SPARSE)),
            *_chain("centred gap_ratio", random, snip),
        )
    },
)

merging_density = _claim(
    label="T5",
    title="SNIP's advantage fades gradually with density",
    statement=rf"""
Graphon kernels on {PROTOCOL}. **Asserted:** on noisy 3v8 the mean squared error of SNIP's kernel on 100 test samples increases along the
densities $\frac1{{20}},\frac15,\frac7{{10}}$ in most random splits, while that of Random's kernel is the same at every
density (B7), namely that of the dense network. **Reported, not asserted:** the difference between SNIP's and Random's test errors at
every density and task. It fades gradually, as B5 states for the path bound, and no density is singled out.
""",
    proof_text=MEASUREMENT,
    uses=("B5", "B7"),
    expressions={
        "comparisons": _chain("mse", snip, Pruned("snip", SPARSER), Pruned("snip", Fraction(7, 10))),
    },
)
