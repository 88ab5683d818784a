"""L7: residual attention is a perceptron module; its lift has diagonal skips, which no full lift of two channels or more has."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sympy as sp

from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.input_error import InputError
from sparse_limits.theory.lifts.bundle import array, entries, shape_of
from sparse_limits.theory.lifts.degrees import DEGREE, lam
from sparse_limits.theory.lifts.lift import Lift, full_lift
from sparse_limits.theory.lifts.maps import SUM, Bilinear, Skip
from sparse_limits.theory.lifts.module import PerceptronModule, Vertex
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, COUNT_FROM_ZERO, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, induction, same

C, d = sp.symbols("C d", positive=True, integer=True)
h = sp.Symbol("h", nonnegative=True, integer=True)


@dataclass(frozen=True)
class Attention:
    """σ(z) = softmax(q kᵀ / √d) v, softmax along each row, of z = (q, k, v): shape (3, T, d) → (T, d), exactly.

    It takes SymPy arrays and nested tuples; for arrays of floats [..., 3, T, d] see `sparse_limits.numerics.lifts.examples`.
    """

    d: int

    def __call__(self, z: Any) -> Any:
        factors, tokens, width = shape_of(z)
        if (factors, width) != (3, self.d):
            raise InputError(f"attention of width {self.d} is given shape {shape_of(z)}, expected (3, T, {self.d})")
        stacked = sp.Matrix(3 * tokens, width, entries(z))
        q, k, v = (stacked[i * tokens : (i + 1) * tokens, :] for i in range(3))
        return array(softmax(q * k.T / sp.sqrt(self.d)) * v, (tokens, width))


def softmax(scores: sp.Matrix) -> sp.Matrix:
    """exp(s_ij) / Σ_j exp(s_ij)."""
    powers = scores.applyfunc(sp.exp)
    return sp.Matrix(*powers.shape, lambda i, j: powers[i, j] / sum(powers[i, :]))


def attention_block(T: int, d: int) -> PerceptronModule:
    """x → a → o with a skip x → o: attention of width d over T tokens, one channel at a time.

    Y_x = Y_o = R^T, Y_a = R^{T×d}. A weight of (x, a) has shape (3, d): w_Q, w_K, w_V; one of (a, o) shape (d,); one of
    (x, o) is the empty tuple. `attention_lift` is the lift of it that is usually meant.

    Raises:
        InputError: unless T and d are whole numbers ≥ 1.
    """
    _whole_numbers(T=T, d=d)
    return PerceptronModule(
        ("x",),
        ("o",),
        {("x", "a"): Bilinear("ci,t->cti"), ("x", "o"): Skip(), ("a", "o"): Bilinear("i,ti->t")},
        {"a": Attention(d), "o": SUM},
        activations={"x": (T,), "a": (T, d)},
        weights={("x", "a"): (3, d), ("a", "o"): (d,)},
    )


def attention_lift(
    module: PerceptronModule, channels: int, heads: int, weight: Callable[[Vertex, Vertex], Any]
) -> Lift:
    """X + Σ_h softmax(X Q_h K_hᵀ Xᵀ / √d) X V_h O_h: the lift of an `attention_block` with diagonal skips.

    `channels` copies (x, c) and (o, c), `heads` copies (a, h). `weight(u, v)` is that of the edge: at (x, c) → (a, h)
    row c of Q_h, K_h, V_h as a value of shape (3, d), at (a, h) → (o, c) column c of O_h, of shape (d,).

    Raises:
        InputError: for numbers that are no whole numbers ≥ 1, or weights of the wrong shape.
    """
    _whole_numbers(channels=channels, heads=heads)
    sizes = {"x": channels, "a": heads, "o": channels}
    fibres = {v: [(v, i) for i in range(size)] for v, size in sizes.items()}
    full = [(u, v) for a, b in (("x", "a"), ("a", "o")) for u in fibres[a] for v in fibres[b]]
    skips = [(("x", c), ("o", c)) for c in range(channels)]
    over = {vertex: v for v, fibre in fibres.items() for vertex in fibre}
    return Lift(module, over, {edge: weight(*edge) for edge in full} | dict.fromkeys(skips, ()))


def _whole_numbers(**sizes: object) -> None:
    for name, size in sizes.items():
        if type(size) is not int or size < 1:
            raise InputError(f"{name} is {size!r}, expected a whole number ≥ 1")


def block_of(heads: Sequence[Sequence[sp.Matrix]], tokens: int) -> Lift:
    """The `attention_lift` whose heads have these matrices Q, K, V, O."""
    channels, width = heads[0][0].shape

    def weight(u: Vertex, v: Vertex) -> Any:
        if u[0] == "x":
            return tuple(tuple(part.row(u[1])) for part in heads[v[1]][:3])
        return tuple(heads[u[1]][3].col(v[1]))

    return attention_lift(attention_block(tokens, width), channels, len(heads), weight)


def named(letter: str, rows: int, columns: int) -> sp.Matrix:
    """A matrix of letters such as Q_01."""
    return sp.ImmutableMatrix(rows, columns, lambda i, j: sp.Symbol(f"{letter}_{i}{j}", real=True))


TOKENS, WIDTH, CHANNELS = 2, 2, 2
HEAD = (*(named(letter, CHANNELS, WIDTH) for letter in "QKV"), named("O", WIDTH, CHANNELS))
X = named("x", TOKENS, 3)
skip_probability = lam / C

block = block_of([HEAD], TOKENS)
weights = h * C * 3 * d + h * d * C
excess = X * (sp.ones(3, 3) - sp.eye(3))
identity_skips = sp.Piecewise((skip_probability**C * (1 - skip_probability) ** (C * (C - 1)), lam <= C))

STEPS = proof(
    r"""
activations (by L2): The graph $x\to a\to o$ with the skip is acyclic, and so is the graph of the lift above it. So the lift has exactly one
family of activations.

queries, keys and values (from activations; by fibres): The sum over the copies of $x$ of the rank-one terms $x_cw_c^\top$ is $XQ_h$ for the
first of the three factors, where $w_c$ is row $c$ of $Q_h$. The other two factors are formed in the same way: each map is linear, and so is
its sum over the fibre.

block (from queries, keys and values; gives block): Then $\sigma_a$ is applied. The vertex $o_c$ receives the sum over heads of column $c$
of their outputs times $O_h$, and the one skip $x_c$. This is residual attention; for two tokens, two channels and one head of width two
this holds for all weights and inputs. The block commutes with permutations of the tokens, which permute the rows of $q,k,v$, and the rows
and columns of the scores.

weights (from block): Each of the $h$ copies of $a$ has $3d$ weights for each input channel and $d$ for each output channel, and skips have
no weights. The total is $[[weights]]$.

full skips (from block): The full lift adds $\sum_{c'}x_{c'}$ at $o_c$ in place of $x_c$. For three channels and two tokens the excess is
$[[excess]]$.

sampled skips (by independence): The skips are the identity if and only if, of the $C^2$ independent edges above $(x,o)$, the $C$ diagonal
edges are present and the $C(C-1)$ others are absent. This has probability $[[identity_skips]]$.
""",
    globals(),
)


def outputs(lift: Lift, X: sp.Matrix) -> sp.Matrix:
    """The activations over o as the columns of a matrix."""
    found = lift.activations({("x", c): array(X[:, c], (X.rows,)) for c in range(X.cols)})
    columns = [entries(found[v]) for v in lift.over if v[0] == "o"]
    return sp.Matrix(X.rows, len(columns), lambda t, c: columns[c][t])


def with_full_skips(lift: Lift) -> Lift:
    """The full lift: all edges above (x, o), too."""
    return full_lift(lift.module, Counter(lift.over.values()), lambda u, v: lift.weights.get((u, v), ()))


def without_skips(lift: Lift) -> Lift:
    return Lift(lift.module, lift.over, {e: w for e, w in lift.weights.items() if e[0][0] != "x" or e[1][0] != "o"})


def all_entries(*matrices: sp.Matrix) -> Iterator[sp.Expr]:
    """Each matrix as one expression, linear in as many new letters."""
    for each in matrices:
        yield sp.Add(*map(sp.Mul, sp.symbols(f"eta_:{len(each)}", real=True), each))


def number_of_weights(lift: Lift) -> sp.Integer:
    return sp.Integer(sum(len(entries(weight)) for weight in lift.weights.values()))


def every_head_and_channel_adds_its_weights(weights: sp.Expr) -> Relations:
    """Head by head from none on, and channel by channel: three columns in and one out; one channel and one head counted on the lift."""
    yield induction(weights, h, sp.S.Zero, lambda term: term + C * (3 * d + d))
    yield induction(weights, C, h * (3 * d + d), lambda term: term + h * (3 * d + d), start=1)
    for width in (1, 2, 3):
        one = block_of([(*[sp.zeros(1, width)] * 3, sp.zeros(width, 1))], tokens=2)
        yield same(weights.subs({C: 1, h: 1, d: width}), number_of_weights(one))


def full_skips_add_the_other_channels(excess: sp.Matrix, X: sp.Matrix) -> Relations:
    """The full lift minus that with diagonal skips, attention included."""
    ones = sp.ones(X.cols, 1)
    diagonal = block_of([(ones, 2 * ones, -ones, ones.T / 2)], X.rows)
    yield same(*all_entries(outputs(with_full_skips(diagonal), X) - outputs(diagonal, X), excess))


attention_blocks = Claim(
    label="L7",
    title="Residual attention is a perceptron module, but two or more channels need a lift that is not full",
    headline=r"Attention with $C$ channels and a skip is a lift in which the skip joins each channel to itself. If skips are sampled like other edges, with mean degree $\lambda\le C$, they are the identity only with probability $$[[identity_skips]].$$",
    statement=r"""
**The module.** Take $x\to a\to o$ with a skip $x\to o$: $Y_x=Y_o=\mathbb R^T$ (one channel of $T$ tokens), $Y_a=\mathbb R^{T\times d}$; $W_{xa}=(\mathbb R^d)^3$ and
$M_{xa}(w,y)=(yw_Q^\top,yw_K^\top,yw_V^\top)$; $\sigma_a(q,k,v)=\operatorname{softmax}(qk^\top/\sqrt d)\,v$; $W_{ao}=\mathbb R^d$, $M_{ao}(w,y)=yw$; $W_{xo}=0$, $M_{xo}(\cdot,y)=y$; $\sigma_o$
the sum.

**The lift** has $C$ copies of $x$ and of $o$, $h$ copies of $a$, all edges above $(x,a)$ and $(a,o)$, and the *diagonal* edges $(x_c,o_c)$. It computes
$$X+\sum_h\operatorname{softmax}\big(XQ_hK_h^\top X^\top/\sqrt d\big)\,XV_hO_h,\quad X\in\mathbb R^{T\times C},$$
and has $[[weights]]$ weights, where $C$ is the width of the model and $h$ the number of heads. It commutes with permutations of the tokens.

**Skips.** With all edges above $(x,o)$, as in the full lift, the skip is $XJ$, where $J$ is the all-ones matrix. This is wrong by exactly $X(J-I)$, which for three channels and two
tokens is $[[excess]]$. *Hence* a residual edge is an edge of the lift without a weight. A random sparse lift that samples the edges above
$(x,o)$ like all others, with probability $\lambda/C$, $0\le\lambda\le C$, has the identity as its skip only with probability
$[[identity_skips]]$. For $0<\lambda<C$ a random sparse lift of a residual network has random skips unless these edges are excluded from sampling.
""",
    steps=STEPS,
    source=Source(
        "2501.05930",
        "v1",
        "summary: “lifts via graph homomorphisms reproduce standard architectures (including transformer-like "
        "blocks)”; that the lift is not full is ours",
    ),
    provenance=Provenance.RECONSTRUCTED,
    quantities=(
        Quantity(
            C,
            "width of the model, its number of channels",
            COUNT,
            convention="without channels there is nothing to compute, and no share of the skips to sample",
        ),
        Quantity(h, "number of heads", COUNT_FROM_ZERO),
        Quantity(d, "width of a head", COUNT, convention="the module divides by its square root"),
        DEGREE.drawn_from(sp.Rational(1, 8), 1),
        Quantity(tuple(X), "entries of the input, by token and channel", sp.S.Reals),
        Quantity(
            tuple(sp.Matrix.vstack(*HEAD[:3])),
            "weights of a head for queries, keys and values, by channel and place",
            sp.S.Reals,
        ),
        Quantity(tuple(HEAD[3]), "weights of a head for the output, by place and channel", sp.S.Reals),
    ),
    hypotheses=(
        Hypothesis("edges above the skip are independent and of one probability", needed_by=("identity_skips",)),
        Hypothesis("the expected degree is at most the width of the model", lam <= C, needed_by=("identity_skips",)),
    ),
    symbols={
        "x,a,o": "vertices of the module: input, head and output",
        "x_c,o_c": "copies of $x$ and of $o$ for channel $c$",
        "Y_x,Y_a,Y_o": "spaces of the values at these vertices",
        "W_{xa},W_{ao},W_{xo}": "spaces of the weights of the edges between them",
        "M_{xa},M_{ao},M_{xo}": "maps of these edges",
        "w,y": "weight of an edge, and value at its source",
        "w_Q,w_K,w_V": "three parts of a weight, for queries, keys and values",
        r"\sigma_a,\sigma_o": "activations of $a$ and of $o$",
        "q,k,v": "queries, keys and values, a row for each token",
        "T": "number of tokens",
        "X": "input, a row for each token and a column for each channel",
        "Q_h,K_h,V_h,O_h": "weights of head $h$ for queries, keys, values and output",
        "J": "square matrix of ones",
        "I": "identity matrix",
    },
    also=("block",),
    aids={"X": X},
    because={
        "weights": every_head_and_channel_adds_its_weights,
        "full skips": full_skips_add_the_other_channels,
    },
    wrong=lambda: {
        "block: full skips": with_full_skips(block),
        "block: no skips": without_skips(block),
        "weights: one matrix O for all heads": 3 * h * C * d + d * C,
        "weights: square matrices": 4 * C**2,
        "weights: skips have weights": 4 * h * C * d + C,
        "excess: all channels": X * sp.ones(3, 3),
        "excess: identity": X,
        "excess: the channel twice": X * (sp.ones(3, 3) + sp.eye(3)),
        "identity_skips: the diagonal alone": skip_probability**C,
        "identity_skips: a skip into each": (1 - (1 - skip_probability) ** C) ** C,
        "identity_skips: up to a permutation": sp.factorial(C) * identity_skips.args[0][0],
        "identity_skips: always": sp.Integer(1),
    },
)
