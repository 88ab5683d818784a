"""Evidence for residual attention as a lift."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import product

import numpy as np
import sympy as sp

from sparse_limits.numerics.evidence import Finding, Findings, Trial, control, enclosed, exact
from sparse_limits.numerics.exact.polynomials import polynomial
from sparse_limits.theory.lifts.attention import (
    CHANNELS,
    HEAD,
    WIDTH,
    Attention,
    C,
    all_entries,
    attention_blocks,
    block_of,
    d,
    h,
    number_of_weights,
    outputs,
)
from sparse_limits.theory.lifts.degrees import lam
from sparse_limits.theory.lifts.lift import Lift

BLOCK: Lift = attention_blocks.expressions["block"]


def written_out(X: sp.Matrix, heads: Sequence[Sequence[sp.Matrix]], scale: sp.Expr) -> sp.Matrix:
    """X + Σ_h softmax(X Q Kᵀ Xᵀ · scale) X V O, for heads (Q, K, V, O), entry by entry."""
    total = sp.Matrix(X)
    tokens = range(X.rows)
    for Q, K, V, last in heads:
        queries, keys, values = X * Q, X * K, X * V * last
        for s in tokens:
            powers = [sp.exp(queries[s, :].dot(keys[t, :]) * scale) for t in tokens]
            for c in range(X.cols):
                total[s, c] += sum(power * values[t, c] for t, power in zip(tokens, powers, strict=True)) / sum(powers)
    return total


def attention(q: sp.Array, k: sp.Array, v: sp.Array) -> sp.Array:
    return Attention(WIDTH)(sp.Array([q, k, v]))


def with_sigma(sigma: Callable[[sp.Array, sp.Array, sp.Array], sp.Array]) -> Lift:
    """The block with another function of queries, keys and values."""
    return replace(BLOCK, module=replace(BLOCK.module, sigma={**BLOCK.module.sigma, "a": lambda z: sigma(*z)}))


@exact(attention_blocks, step="block", cost=0.4)
@control("scores not divided by √d", block=with_sigma(lambda q, k, v: attention(sp.sqrt(2) * q, k, v)))
@control("scores divided by d", block=with_sigma(lambda q, k, v: attention(q / sp.sqrt(2), k, v)))
@control("keys and values swapped", block=with_sigma(lambda q, k, v: attention(q, v, k)))
@control("queries and keys swapped", block=with_sigma(lambda q, k, v: attention(k, q, v)))
@control("causal", block=with_sigma(lambda q, k, v: sp.Array([v[0], attention(q, k, v)[1]])))
def the_lift_is_residual_attention(block: Lift, X: sp.Matrix, trial: Trial) -> Findings:
    """Two tokens, two channels, one head of width two, for all weights and inputs; and the tokens exchanged."""
    X = sp.Matrix(X[:, :CHANNELS])
    found = outputs(block, X)
    yield all_same(trial, found, written_out(X, [HEAD], 1 / sp.sqrt(WIDTH)))
    yield all_same(trial, outputs(block, X[::-1, :]), found[::-1, :])


def same_attention(difference: sp.Expr) -> sp.Expr:
    """The numerator of a difference over a common denominator, powers of e distinguished by their expanded exponents."""
    power = sp.Function("power")
    opened = difference.replace(sp.exp, lambda exponent: power(sp.expand(exponent)))
    return sp.expand(sp.fraction(sp.together(opened))[0])


def all_same(trial: Trial, left: sp.Matrix, right: sp.Matrix) -> Finding:
    """That two matrices are equal: one identity, proved entry by entry."""

    def gap(_: sp.Expr) -> sp.Expr:
        gaps = (same_attention(one - other) for one, other in zip(left, right, strict=True))
        return next((each for each in gaps if each != 0), sp.S.Zero)

    return trial.same(*all_entries(left, right), by=gap)


Matrices = list[list[list[list[int]]]]


def random_heads(rng: np.random.Generator, count: int) -> list[tuple[list[list[int]], Matrices]]:
    """Inputs of two to four tokens and one to three channels, and Q, K, V, O of one to three heads of width one to three.

    The sizes of the first are given.
    """
    drawn = []
    for k in range(count):
        tokens, channels, heads, width = (
            int(rng.integers(low, high)) for low, high in ((2, 5), (1, 4), (1, 4), (1, 4))
        )
        if k == 0:
            tokens, channels, heads, width = 3, 2, 2, 3
        shapes = [(channels, width)] * 3 + [(width, channels)]
        inputs = rng.integers(-2, 3, size=(tokens, channels)).tolist()
        drawn.append((inputs, [[rng.integers(-2, 3, size=shape).tolist() for shape in shapes] for _ in range(heads)]))
    return drawn


@enclosed(attention_blocks, cost=0.5)
def random_blocks_are_residual_attention(weights: sp.Expr, trial: Trial) -> Findings:
    """Blocks of two to four tokens and one to three heads, in balls that contain rounding: weights are counted, outputs compared with
    attention written out, and the tokens put in another order.
    """
    for inputs, heads in trial.draw(random_heads, trial.size(3)):
        X, matrices = sp.Matrix(inputs), [[sp.Matrix(matrix) for matrix in head] for head in heads]
        block, sizes = block_of(matrices, X.rows), {C: X.cols, h: len(heads), d: matrices[0][0].cols}
        yield trial.same(weights.subs(sizes), number_of_weights(block))
        found, expected = outputs(block, X), written_out(X, matrices, 1 / sp.sqrt(sizes[d]))
        turned = outputs(block, sp.Matrix([*inputs[1:], inputs[0]]))
        for t, c in product(range(X.rows), range(X.cols)):
            yield trial.same(found[t, c], expected[t, c], by=None)
            yield trial.same(turned[t - 1, c], found[t, c], by=None)


edge = sp.Symbol("p", nonnegative=True)


def chance_of_the_identity(channels: int) -> sp.Expr:
    """The sum over all sets of edges above (x, o) that are the identity, each of its probability."""
    total = sp.Integer(0)
    for present in product((0, 1), repeat=channels**2):
        pairs = {divmod(place, channels) for place, there in enumerate(present) if there}
        if pairs == {(c, c) for c in range(channels)}:
            total += edge ** sum(present) * (1 - edge) ** (channels**2 - sum(present))
    return total


@exact(attention_blocks, step="sampled skips")
def sampled_skips_are_rarely_the_identity(identity_skips: sp.Expr, trial: Trial) -> Findings:
    """All graphs above (x, o) for one, two and three channels, as polynomials in λ."""
    for channels in (1, 2, 3):
        formula = identity_skips.args[0][0] if isinstance(identity_skips, sp.Piecewise) else identity_skips
        found = chance_of_the_identity(channels).subs(edge, lam / channels)
        yield trial.same(formula.subs(C, channels), found, by=polynomial)
