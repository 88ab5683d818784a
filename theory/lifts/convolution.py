"""L6: convolutions are lifts over channels, and longer signals are covers of the pixel graph."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy as sp

from sparse_limits.theory.claims import Claim, Proof, Provenance, Source
from sparse_limits.theory.input_error import InputError
from sparse_limits.theory.lifts.lift import Lift, full_lift
from sparse_limits.theory.lifts.maps import PRODUCT, Bilinear, Pointwise
from sparse_limits.theory.lifts.module import PerceptronModule
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, COUNT_FROM_ZERO, Hypothesis, Quantity

H, k = sp.symbols("H k", positive=True, integer=True)
C_i, C_o = sp.symbols("C_i C_o", nonnegative=True, integer=True)
m = sp.Symbol("m", positive=True, integer=True)


def cyclic_convolution(H: int, k: int, function: Callable[[Any], Any]) -> PerceptronModule:
    """x → y with signals of H pixels, k weights and M(w, y)_p = Σ_a w_a y_{p+a mod H}; σ is `function`, pixel by pixel.

    `function` takes a SymPy number. The full lift with C_i copies of x and C_o of y has these numbers of channels.

    Raises:
        InputError: unless 1 ≤ k ≤ H (a longer kernel would use a pixel twice).
    """
    _check_sizes(H, k)
    shifts = tuple(tuple(tuple(int(q == (p + a) % H) for q in range(H)) for p in range(H)) for a in range(k))
    return PerceptronModule(
        ("x",),
        ("y",),
        {("x", "y"): Bilinear("a,apq,q->p", shifts)},
        {"y": Pointwise(function)},
        activations={"x": (H,)},
        weights={("x", "y"): (k,)},
    )


def pixel_graph(H: int, k: int, function: Callable[[Any], Any]) -> PerceptronModule:
    """The same convolution with a vertex for each pixel: x_q → y_p for q = p + a mod H, 0 ≤ a < k; InputError as there."""
    _check_sizes(H, k)
    return PerceptronModule(
        tuple(("x", q) for q in range(H)),
        tuple(("y", p) for p in range(H)),
        {(("x", (p + a) % H), ("y", p)): PRODUCT for p in range(H) for a in range(k)},
        {("y", p): Pointwise(function) for p in range(H)},
    )


def _check_sizes(H: int, k: int) -> None:
    if not all(type(size) is int for size in (H, k)) or not 1 <= k <= H:
        raise InputError(f"{k!r} weights on {H!r} pixels, expected 1 ≤ k ≤ H")


def pixel_cover(base: PerceptronModule, kernel: tuple[Any, ...], sheets: int) -> Lift:
    """The pixels of Z_{mH} over those of Z_H for m sheets, with the weight w_a wherever a target is a before its source.

    `base` is a `pixel_graph` of H pixels, `kernel` its weights w_0, w_1, …
    """
    around = len(base.inputs)
    length = sheets * around
    return Lift(
        base,
        {(kind, p): (kind, p % around) for kind in "xy" for p in range(length)},
        {
            (("x", (p + a) % length), ("y", p)): weight for p in range(length) for a, weight in enumerate(kernel)
        },
    )  # fmt: skip


activation = sp.Function("phi", real=True)


def kernel(j: int, i: int, size: int) -> tuple[sp.Symbol, ...]:
    """The weights from input channel i to output channel j, such as w_010."""
    return tuple(sp.Symbol(f"w_{j}{i}{a}", real=True) for a in range(size))


channels = full_lift(cyclic_convolution(4, 2, activation), {"x": 2, "y": 2}, lambda u, v: kernel(v[1], u[1], 2))
cover = pixel_cover(pixel_graph(3, 2, activation), kernel(0, 0, 2), 2)
weights = C_i * C_o * k
pixel_edges = C_i * C_o * k * H
cut = k - 1
padding_errors = (m - 1) * (k - 1) * C_o

STEPS = proof(
    r"""
shifts (by composition): Each $M(w,\cdot)$ is a sum of multiples of cyclic shifts, which commute with shifts, and so does $\sigma$, which
looks at one pixel.

channels (from shifts; gives channels): The activation of copy $j$ of $y$ is $\sigma\big(\sum_i\sum_aw_{jia}\,x_{i,p+a}\big)$ at $p$, the
sum over all copies of $x$: that is the cyclic convolution with these channels, and it commutes with shifts.

numbers (from channels): Every pair of an input and an output channel has one kernel of $k$ weights, and in the graph of pixels $k$ edges
into each of $H$ pixels: $[[weights]]$ weights, $[[pixel_edges]]$ edges.

in-fibration (by L3): $\mathbb Z_{mH}\to\mathbb Z_H$ is an in-fibration of the graph of pixels: into $p$ lead edges from $p,\dots,p+k-1$,
which lie over different pixels as $k\le H$. Its weights are pulled back, so that L3(a) applies.

repetition (from in-fibration; gives cover): So a signal of period $H$ gives the $m$-fold repetition of the output on $\mathbb Z_H$. For
$m=2$, $H=3$, $k=2$ that is so for all weights and $\sigma$.

cut: Zeros beyond the end take terms from the pixels $p$ with $p+k-1\ge H$ of a signal of $H$ pixels, the last $[[cut]]$, and from no
others.

positive terms (by monotonicity): Where positive terms are missing the sum is smaller, and $\sigma$ of it too: no two such outputs are equal
by accident.

seams (from repetition, cut, positive terms): The repetition of a padded output lacks terms there in each of the $m$ periods, the output on
$\mathbb Z_{mH}$ in the last one alone: in each output channel their terms differ at each of these pixels but those of the last period,
which are $[[padding_errors]]$ together.
""",
    globals(),
)

lifted_convolutions = Claim(
    label="L6",
    title="Convolution is a lift over channels; cyclic covers pull back",
    statement=r"""
Let $1\le k\le H$, and let the module $x\to y$ have $Y_x=Y_y=\mathbb R^H$, $W=\mathbb R^k$, $M(w,y)_p=\sum_{a<k}w_ay_{p+a\bmod H}$ and $\sigma$ a function of each pixel. The full lift
with $C_i$ copies of $x$ and $C_o$ of $y$ is the cyclic convolution with so many channels; it has $[[weights]]$ weights, where its graph of
pixels has $[[pixel_edges]]$ edges, and commutes with cyclic shifts. A signal of period $H$ on $\mathbb Z_{mH}$ gives the
$m$-fold repetition of the output on $\mathbb Z_H$. With zeros beyond the end of both signals instead of the cycle, some input channel, positive weights and inputs and $\sigma$ strictly
increasing where they put it, exactly $[[padding_errors]]$ of the $mHC_o$ outputs differ from the repetition of such an output.
""",
    steps=STEPS,
    source=Source(
        "2501.05930",
        "abstract: “architectures similar to most common deep learning models are present in this class”",
    ),
    provenance=Provenance.RECONSTRUCTED,
    proof=Proof.PROVED,
    quantities=(
        Quantity(H, "number of pixels of the signal, its period", COUNT),
        Quantity(k, "number of weights of a kernel", COUNT),
        Quantity(C_i, "number of input channels", COUNT_FROM_ZERO),
        Quantity(C_o, "number of output channels", COUNT_FROM_ZERO),
        Quantity(m, "number of periods in the longer signal", COUNT),
        Quantity(
            tuple(weight for j in range(2) for i in range(2) for weight in kernel(j, i, 2)),
            "weights of the kernels, by output channel, input channel and place",
            sp.S.Reals,
        ),
    ),
    hypotheses=(
        Hypothesis("a kernel is no longer than the signal", k <= H),
        Hypothesis(r"$\sigma$ acts on each pixel alone, with one function for all"),
        Hypothesis(
            r"with zeros beyond the end there is an input channel, weights and inputs are positive and $\sigma$ is strictly increasing",
            needed_by=("padding_errors",),
        ),
    ),
    uses=("L3",),
    also=("channels", "cover"),
)
