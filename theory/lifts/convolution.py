"""L6: convolutions are lifts over channels, and longer signals are covers of the pixel graph."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import sympy as sp

from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.input_error import InputError
from sparse_limits.theory.lifts.lift import Lift, full_lift
from sparse_limits.theory.lifts.maps import PRODUCT, Bilinear, Pointwise, relu
from sparse_limits.theory.lifts.module import PerceptronModule
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, COUNT_FROM_ZERO, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, holds, induction

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
shifts (by composition): Each $M(w,\cdot)$ is a linear combination of cyclic shifts, which commute with shifts. So does $\sigma$, which acts
on each pixel separately.

channels (from shifts; gives channels): The activation of copy $j$ of $y$ at the pixel $p$ is
$\sigma\big(\sum_i\sum_aw_{jia}\,x_{i,p+a}\big)$, with the sum over all copies of $x$. This is the cyclic convolution with these channels,
and it commutes with shifts.

numbers (from channels): Every pair of an input channel and an output channel has one kernel of $k$ weights, and in the graph of pixels $k$
edges into each of the $H$ pixels. This gives $[[weights]]$ weights and $[[pixel_edges]]$ edges.

in-fibration (by L3): The map $\mathbb Z_{mH}\to\mathbb Z_H$ is an in-fibration of the graph of pixels: the edges into $p$ come from
$p,\dots,p+k-1$, which lie over different pixels as $k\le H$. Its weights are pulled back, so that L3(a) applies.

repetition (from in-fibration; gives cover): So a signal of period $H$ gives the $m$-fold repetition of the output on $\mathbb Z_H$. For
$m=2$, $H=3$, $k=2$ this holds for all weights and $\sigma$.

cut: Zeros beyond the end remove terms from the pixels $p$ with $p+k-1\ge H$ of a signal of $H$ pixels, which are the last $[[cut]]$, and
from no others.

positive terms (by monotonicity): Where positive terms are missing, the sum is smaller, and so is its image under $\sigma$. So no two such
outputs are equal by accident.

seams (from repetition, cut, positive terms): The repetition of a padded output lacks terms at these pixels in each of the $m$ periods,
whereas the padded output on $\mathbb Z_{mH}$ lacks them in the last period alone. So in each output channel the terms differ at each of
these pixels except those of the last period. Together these are $[[padding_errors]]$ outputs.
""",
    globals(),
)

PIXELS, KERNEL = 4, 2


def untied(H: int, k: int) -> Bilinear:
    """M(w, y)_p = Σ_a w_{ap} y_{p+a mod H}, weights for each pixel."""
    shifts = tuple(tuple(tuple(int(q == (p + a) % H) for q in range(H)) for p in range(H)) for a in range(k))
    return Bilinear("ap,apq,q->p", shifts)


def with_untied_pixels() -> Lift:
    """The channels with weights that depend on the pixel too."""
    edge = ("x", "y")
    module = replace(
        channels.module, maps={edge: untied(PIXELS, KERNEL)}, weights={edge: (KERNEL, PIXELS)}, preactivations={}
    )
    weights = {
        (u, v): tuple(tuple(w + p * (p + u[1] + v[1]) for p in range(PIXELS)) for w in value)
        for (u, v), value in channels.weights.items()
    }
    return Lift(module, channels.over, weights)


def with_padding() -> Lift:
    """The channels with zeros beyond the end."""
    padded = tuple(tuple(tuple(int(q == p + a) for q in range(PIXELS)) for p in range(PIXELS)) for a in range(KERNEL))
    return replace(channels, module=replace(channels.module, maps={("x", "y"): Bilinear("a,apq,q->p", padded)}))


def without_wrap() -> Lift:
    """The cover with the edges round the end taken out."""
    return Lift(cover.module, cover.over, {(u, v): w for (u, v), w in cover.weights.items() if u[1] >= v[1]})


def pixels_cut(length: int, width: int) -> int:
    """How many pixels of a signal see beyond its end."""
    return sum(any(p + a >= length for a in range(width)) for p in range(length))


def every_pair_of_channels_has_a_kernel(weights: sp.Expr, pixel_edges: sp.Expr) -> Relations:
    """Channel by channel, with a kernel for each of the other side; of one pair, pixel by pixel and weight by weight."""
    for number, one in ((weights, k), (pixel_edges, k * H)):
        for here, other in ((C_i, C_o), (C_o, C_i)):
            yield induction(number, here, sp.S.Zero, partial(sp.Add, one * other))
    graphs = [
        (length, width, pixel_graph(length, width, relu)) for length in range(1, 5) for width in range(1, length + 1)
    ]
    for length, width, graph in graphs:
        yield holds(len(graph.maps) == width * length, f"{len(graph.maps)} edges on {length} pixels")


def pixels_near_the_end_are_cut(cut: sp.Expr) -> Relations:
    """A pixel p = H − 1 − q sees beyond the end if q < k − 1: none for one weight, one more for each weight more; counted."""
    yield induction(cut, k, sp.S.Zero, lambda term: term + 1, start=1)
    for length in range(1, 7):
        for width in range(1, length + 1):
            yield holds(cut.subs(k, width) == pixels_cut(length, width), f"{length} pixels, {width} weights")


lifted_convolutions = Claim(
    label="L6",
    title="Convolution is a lift over channels; cyclic covers pull back",
    headline=r"A cyclic convolution with $C_i$ input and $C_o$ output channels is the full lift of a module of two vertices, with a copy for each channel. It commutes with shifts and has, for kernels of size $k$, $$[[weights]]$$ weights.",
    statement=r"""
Let $1\le k\le H$, and let the module $x\to y$ have $Y_x=Y_y=\mathbb R^H$, $W=\mathbb R^k$,
$M(w,y)_p=\sum_{a<k}w_ay_{p+a\bmod H}$ and a function $\sigma$ that acts on each pixel separately. The full lift with $C_i$ copies of $x$
and $C_o$ of $y$ is the cyclic convolution with these numbers of channels. It has $[[weights]]$ weights, whereas its graph of
pixels has $[[pixel_edges]]$ edges. It commutes with cyclic shifts. From a signal of period $H$ on $\mathbb Z_{mH}$ it makes the
$m$-fold repetition of the output on $\mathbb Z_H$.

**Padding with zeros.** Now replace the cycle by zeros beyond the end of both signals. Suppose that there is at least one input channel, that
weights and inputs are positive, and that $\sigma$ is strictly increasing on the sums to which it is applied. Then exactly
$[[padding_errors]]$ of the $mHC_o$ outputs differ from the repetition of the padded output of one period.
""",
    steps=STEPS,
    source=Source(
        "2501.05930",
        "v1",
        "abstract: “architectures similar to most common deep learning models are present in this class”",
    ),
    provenance=Provenance.RECONSTRUCTED,
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
    symbols={
        "x,y": "input and output vertex of the module",
        "Y_x,Y_y": "spaces of the signals at these vertices",
        "W": "space of the kernels",
        "M(w,y)": "what the edge makes of a kernel $w$ and a signal $y$",
        "p": "number of a pixel",
        "a": "place in the kernel",
        r"\sigma": "activation of the output vertex",
    },
    also=("channels", "cover"),
    because={
        "numbers": every_pair_of_channels_has_a_kernel,
        "cut": pixels_near_the_end_are_cut,
        "seams": lambda cut, padding_errors: induction(
            padding_errors, m, sp.S.Zero, lambda term: term + cut * C_o, start=1
        ),
    },
    wrong=lambda: {
        "channels: untied pixel weights": with_untied_pixels(),
        "channels: zero padding": with_padding(),
        "channels: mean over the channels": channels.with_weights(
            {e: tuple(a / 2 for a in w) for e, w in channels.weights.items()}
        ),
        "channels: kernel reversed": channels.with_weights({e: w[::-1] for e, w in channels.weights.items()}),
        "channels: channels swapped": channels.with_weights(
            {(u, v): channels.weights[("x", v[1]), ("y", u[1])] for u, v in channels.weights}
        ),
        "cover: zero padding": without_wrap(),
        "cover: another weight": replace(cover, weights={**cover.weights, (("x", 4), ("y", 3)): kernel(0, 0, 2)[0]}),
        "cover: kernel reversed": pixel_cover(pixel_graph(3, 2, activation), kernel(0, 0, 2)[::-1], 2),
        "weights: untied": C_i * C_o * k * H,
        "weights: one kernel for all outputs": C_i * k,
        "pixel_edges: pixels joined to all": C_i * C_o * H**2,
        "pixel_edges: an edge for each weight": C_i * C_o * k,
        "pixel_edges: pixels joined to all, twice": 2 * C_i * C_o * H**2,
        "padding_errors: all seams but one": (m - 2) * (k - 1) * C_o,
        "padding_errors: all outputs": (m + 1) * H * C_o,
        "padding_errors: all seams": m * (k - 1) * C_o,
        "padding_errors: one pixel a seam": (m - 1) * C_o,
        "padding_errors: kernels of k pixels": (m - 1) * k * C_o,
        "padding_errors: one channel": (m - 1) * (k - 1),
        "cut: kernels of k pixels": k,
        "cut: one pixel": sp.Integer(1),
        "cut: half of the kernel": (k - 1) / 2,
    },
)
