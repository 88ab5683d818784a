"""Evidence for the steps of K13.1: masked rows coordinate by coordinate, one row and two, and gates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import sympy as sp

from sparse_limits.numerics.evidence import Finding, Trial, control, exact
from sparse_limits.theory.claims import formulas
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.kernel.convergence import Moments, N, Pair, advance, mean, moments, path, readout, step
from sparse_limits.theory.kernel.diagonal import (
    apart_mixed,
    apart_tangents,
    kept_values,
    own_mixed,
    own_tangents,
    sent_values,
    tangent_moments,
)
from sparse_limits.theory.kernel.dual import depth as L
from sparse_limits.theory.kernel.finite_width import n
from sparse_limits.theory.saliency.model import rho

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
h, m, k = moments.values, moments.mixed, moments.tangents
OF_M, OF_K = (
    dict(zip(formulas(h), formulas(pair), strict=True)) for pair in (m, k)
)  # the same formula for another pair

# One more coordinate: entries of X and Y on the diagonal, their traces before, the product of their new columns
X, Y, of_X, of_Y, across = sp.symbols("X Y X_trace Y_trace XY", positive=True)
MORE = {h.traces: (X * of_Y + Y * of_X + X * Y) / n**2, h.product: (2 * across + X * Y) / n**2, h.diagonal: X * Y / n}
weight, kept_entry = sp.symbols("v M")  # a masked weight and its mask
MEANS = {
    (1, 0): 0,
    (2, 0): rho,
    (3, 0): 0,
    (4, 0): 3 * rho,
    (0, 1): rho,
    (1, 1): 0,
    (2, 1): rho,
    (0, 0): 1,
    (0, 2): rho,
}
A, B, P, Q = sp.symbols(
    "A B P Q"
)  # of the coordinates before: forms (or masked traces) of X and Y, and their new columns


def gain(first: sp.Expr, second: sp.Expr) -> sp.Expr:
    """What one more coordinate adds to the mean of a product, in units of ρ²; of AB it is nothing new."""
    total = sp.Poly(sp.expand(first * second - A * B), weight, kept_entry)
    found = sp.Add(*(factor * MEANS[powers] for powers, factor in total.terms()))
    return sp.expand(found).subs(P * Q, rho * across).subs({A: rho * of_X, B: rho * of_Y, P: 0, Q: 0}) / rho**2 / n**2


def grown(formula: sp.Expr) -> sp.Expr:
    """A formula in h with one more coordinate."""
    return valued(formula, {name: name + extra for name, extra in MORE.items()})


@exact(tangent_moments, step="all layers")
@control("one layer's gradients", mean=path)
@control("the hidden layers alone", mean=L * path)
@control("10 % more", mean=ELEVEN * mean)
def layers_add_up(mean: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One hidden layer has two layers of edges; one more adds one."""
    yield trial.induction(mean, L, 2 * path, lambda term: term + path, start=1)


@exact(tangent_moments, step="forms")
@control("weights without kurtosis", sent_values=h.traces + (1 / rho - 1) * h.diagonal / n)
@control("dense", sent_values=sent_values.subs(rho, 1))
@control("each pair once", sent_values=sent_values - h.product)
@control("10 % more", sent_values=ELEVEN * sent_values)
def forms_grow_coordinate_by_coordinate(sent_values: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """v⊤Xv v⊤Yv with one more masked normal weight, any width and density; none without coordinates."""
    first = A + 2 * weight * P + weight**2 * X
    second = B + 2 * weight * Q + weight**2 * Y
    yield trial.same(grown(sent_values), sent_values + gain(first, second))
    yield trial.vanishes(sent_values.subs(dict.fromkeys(formulas(h), 0)))


@exact(tangent_moments, step="own gradients")
@control("dense", kept_values=kept_values.subs(rho, 1))
@control("with kurtosis", kept_values=sent_values)
@control("10 % more", kept_values=ELEVEN * kept_values)
def masked_traces_grow_coordinate_by_coordinate(kept_values: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """ΣMX with a form, and with ΣMY."""
    first = A + kept_entry * X
    for second in (B + 2 * weight * Q + weight**2 * Y, B + kept_entry * Y):
        yield trial.same(grown(kept_values), kept_values + gain(first, second))
    yield trial.vanishes(kept_values.subs(dict.fromkeys(formulas(h), 0)))


form_h, trace_h, form_k = sp.symbols("form_h trace_h form_k")  # v⊤Hv, ΣMH and v⊤Kv of a row


def over_row(polynomial: sp.Expr, sent: sp.Expr, kept: sp.Expr) -> sp.Expr:
    """The mean of a square in these, from the means of σ(h) and o(h) for all pairs."""
    known = {
        form_h**2: sent,
        form_h * trace_h: kept,
        form_h * form_k: sent.xreplace(OF_M),
        trace_h**2: kept,
        trace_h * form_k: kept.xreplace(OF_M),
        form_k**2: sent.xreplace(OF_K),
    }
    terms = sp.Poly(sp.expand(polynomial), form_h, trace_h, form_k).as_expr().as_coefficients_dict()
    return sp.Add(*(factor * known[term] for term, factor in terms.items()))


@exact(tangent_moments, step="one row")
@control("no own gradients", own_mixed=own_mixed - kept_values)
@control("mixed 10 % more", own_mixed=ELEVEN * own_mixed)
@control("values alone", own_mixed=sent_values)
@control("no cross term", own_tangents=sent_values.xreplace(OF_K) + kept_values)
@control("the tangents below", own_tangents=sent_values.xreplace(OF_K))
@control("10 % less", own_tangents=NINE * own_tangents)
@control("each pair once", sent_values=sent_values - h.product)
@control("own gradients of a dense layer", kept_values=kept_values.subs(rho, 1))
def one_row_is_squared(
    sent_values: sp.Expr, kept_values: sp.Expr, own_mixed: sp.Expr, own_tangents: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """z² times ΣMH + v⊤Kv, and the square of that."""
    tangent = trace_h + form_k
    yield trial.same(own_mixed, over_row(form_h * tangent, sent_values, kept_values))
    yield trial.same(own_tangents, over_row(tangent**2, sent_values, kept_values))


@exact(tangent_moments, step="traces apart")
@control("no own gradients", apart_mixed=m.traces)
@control("own gradients alone", apart_mixed=h.traces)
@control("10 % more", apart_mixed=ELEVEN * apart_mixed)
@control("no cross term", apart_tangents=k.traces + h.traces)
@control("cross term once", apart_tangents=apart_tangents - m.traces)
@control("tangents 10 % less", apart_tangents=NINE * apart_tangents)
def two_rows_are_multiplied(apart_mixed: sp.Expr, apart_tangents: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Each row has the mean tr H and tr H + tr K, given the layer below."""
    of_H, of_K = sp.symbols("H K")
    known = {of_H**2: h.traces, of_H * of_K: m.traces, of_K**2: k.traces}
    for claimed, rows in ((apart_mixed, of_H * (of_H + of_K)), (apart_tangents, (of_H + of_K) ** 2)):
        terms = sp.expand(rows).as_coefficients_dict()
        yield trial.same(claimed, sp.Add(*(factor * known[term] for term, factor in terms.items())))


def over_coins(rows: tuple[int, ...]) -> sp.Rational:
    """The mean of a product of gates, 2 if open and else 0, of rows that may be the same."""
    coins = product((0, 2), repeat=max(rows) + 1)
    values = [sp.prod([coin[row] for row in rows]) for coin in coins]
    return sp.Rational(sum(values), len(values))


def after_gates(own: sp.Expr, apart: sp.Expr, between: sp.Expr) -> Pair:
    """The three means over N rows: the same row twice, two rows, and entries of two rows, of which each gate has a root."""
    same, other = over_coins((0, 0)), over_coins((0, 1))
    pairs = N * (N - 1)
    return Pair(
        (N * same * own + pairs * other * apart) / N**2, (N * same * own + pairs * other * between) / N**2, same * own
    )


DENSE_MASKS = advance(step, moments, n, N, sp.Integer(1))


@exact(tangent_moments, step="gates")
@control("dense masks", step=DENSE_MASKS)
@control("gates that do not square", step=replace(step, tangents=replace(step.tangents, diagonal=readout)))
@control("neurons alike", step=replace(step, mixed=replace(step.mixed, traces=step.mixed.diagonal)))
@control("each pair once", sent_values=sent_values - h.product)
@control("no own gradients", own_mixed=own_mixed - kept_values)
@control("tangents 10 % less", own_tangents=NINE * own_tangents)
@control("apart 10 % more", apart_mixed=ELEVEN * apart_mixed)
@control("cross term once", apart_tangents=apart_tangents - m.traces)
def nine_means_follow(
    sent_values: sp.Expr,
    own_mixed: sp.Expr,
    own_tangents: sp.Expr,
    apart_mixed: sp.Expr,
    apart_tangents: sp.Expr,
    step: Moments,
    trial: Trial,
) -> Iterator[Finding]:
    """All nine at once, with any weights, for any widths and density."""
    found = Moments(
        after_gates(sent_values, h.traces, h.product),
        after_gates(own_mixed, apart_mixed, m.product),
        after_gates(own_tangents, apart_tangents, k.product),
    )
    weights = sp.symbols("c_1:10", positive=True)
    sums = (sp.Add(*(w * x for w, x in zip(weights, formulas(each), strict=True))) for each in (step, found))
    yield trial.same(*sums, by=sp.expand)


@exact(tangent_moments, step="readout")
@control("a gate at the output", readout=2 * readout)
@control("no own gradients", readout=readout - 2 * m.traces - h.traces)
@control("10 % more", readout=ELEVEN * readout)
@control("tangents 10 % less", own_tangents=NINE * own_tangents)
@control("gates that do not square", step=replace(step, tangents=replace(step.tangents, diagonal=readout)))
def outputs_are_one_row(own_tangents: sp.Expr, step: Moments, readout: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """A row before its gate, half of a diagonal entry behind it."""
    yield trial.same(readout, own_tangents)
    yield trial.same(step.tangents.diagonal, over_coins((0, 0)) * readout)
