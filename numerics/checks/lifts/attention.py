"""Evidence for residual attention as a lift."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
import sympy as sp

from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact
from sparse_limits.numerics.exact.polynomials import polynomial
from sparse_limits.theory.lifts.attention import (
    CHANNELS,
    WIDTH,
    Attention,
    C,
    attention_block,
    attention_blocks,
    attention_lift,
    d,
    h,
    outputs,
)
from sparse_limits.theory.lifts.bundle import entries
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


@dataclass(frozen=True)
class Scaled(Attention):
    """Attention of scores that are multiplied by a factor first."""

    factor: Any = 1

    def __call__(self, z: Any) -> Any:
        q, k, v = (z[i] for i in range(3))
        return super().__call__(sp.Array([(self.factor * q).tolist(), k.tolist(), v.tolist()]))


@dataclass(frozen=True)
class Reordered(Attention):
    """Attention with queries, keys and values in another order."""

    order: tuple[int, ...] = (0, 1, 2)

    def __call__(self, z: Any) -> Any:
        return super().__call__(sp.Array([z[i].tolist() for i in self.order]))


@dataclass(frozen=True)
class First(Attention):
    """Attention whose first token looks at itself only, as under a causal mask."""

    def __call__(self, z: Any) -> Any:
        found = super().__call__(z).tolist()
        return sp.Array([z[2][0].tolist(), *found[1:]])


def with_sigma(lift: Lift, sigma: Any) -> Lift:
    """The lift with another map at a."""
    return replace(lift, module=replace(lift.module, sigma={**lift.module.sigma, "a": sigma}))


def named(letter: str, rows: int, columns: int) -> sp.Matrix:
    return sp.Matrix(rows, columns, lambda i, j: sp.Symbol(f"{letter}_{i}{j}", real=True))


HEAD = (*(named(letter, CHANNELS, WIDTH) for letter in "QKV"), named("O", WIDTH, CHANNELS))


@exact(attention_blocks, step="block", cost=0.4)
@control("scores not divided by √d", block=with_sigma(BLOCK, Scaled(WIDTH, sp.sqrt(2))))
@control("scores divided by d", block=with_sigma(BLOCK, Scaled(WIDTH, 1 / sp.sqrt(2))))
@control("keys and values swapped", block=with_sigma(BLOCK, Reordered(WIDTH, (0, 2, 1))))
@control("queries and keys swapped", block=with_sigma(BLOCK, Reordered(WIDTH, (1, 0, 2))))
@control("causal", block=with_sigma(BLOCK, First(WIDTH)))
def the_lift_is_residual_attention(block: Lift, X: sp.Matrix, trial: Trial) -> Iterator[Finding]:
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
    """That two matrices are equal: one identity, linear in as many new letters, proved entry by entry."""
    letters = sp.symbols(f"eta_:{len(left)}", real=True)
    sides = (sp.Add(*map(sp.Mul, letters, each)) for each in (left, right))

    def gap(_: sp.Expr) -> sp.Expr:
        gaps = (same_attention(one - other) for one, other in zip(left, right, strict=True))
        return next((each for each in gaps if each != 0), sp.S.Zero)

    return trial.same(*sides, by=gap)


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


def lifted(heads: Matrices, tokens: int) -> Lift:
    """The lift with these matrices Q, K, V, O."""
    channels, width = len(heads[0][0]), len(heads[0][3])

    def weight(u: Any, v: Any) -> tuple[Any, ...]:
        if u[0] == "x":
            return tuple(tuple(heads[v[1]][part][u[1]]) for part in range(3))
        return tuple(heads[u[1]][3][i][v[1]] for i in range(width))

    return attention_lift(attention_block(tokens, width), channels, len(heads), weight)


@enclosed(attention_blocks, cost=0.5)
def random_blocks_are_residual_attention(weights: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Blocks of two to four tokens and one to three heads, in balls that contain rounding: weights are counted, outputs compared with
    attention written out, and the tokens put in another order.
    """
    for inputs, heads in trial.draw(random_heads, trial.size(3)):
        X, block = sp.Matrix(inputs), lifted(heads, len(inputs))
        counted = sum(len(entries(weight)) for weight in block.weights.values())
        sizes = {C: X.cols, h: len(heads), d: len(heads[0][3])}
        yield trial.same(weights.subs(sizes), sp.Integer(counted))
        found = outputs(block, X)
        exact_heads = [[sp.Matrix(matrix) for matrix in head] for head in heads]
        expected = written_out(X, exact_heads, 1 / sp.sqrt(sizes[d]))
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
def sampled_skips_are_rarely_the_identity(identity_skips: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """All graphs above (x, o) for one, two and three channels, as polynomials in λ."""
    for channels in (1, 2, 3):
        formula = identity_skips.args[0][0] if isinstance(identity_skips, sp.Piecewise) else identity_skips
        found = chance_of_the_identity(channels).subs(edge, lam / channels)
        yield trial.same(formula.subs(C, channels), found, by=polynomial)
