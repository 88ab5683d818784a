"""K13.1: the first two moments of the tangent kernel on the diagonal, at every width, depth and density."""

from dataclasses import replace
from itertools import product

import sympy as sp

from sparse_limits.theory.claims import Claim, Provenance, Source, formulas
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.kernel.convergence import (
    OF_BOTH,
    OF_TANGENTS,
    OF_VALUES,
    Moments,
    N,
    Pair,
    advance,
    kept,
    mean,
    moments,
    path,
    readout,
    sent,
    step,
)
from sparse_limits.theory.kernel.dual import DENSITY, DEPTH
from sparse_limits.theory.kernel.dual import depth as L
from sparse_limits.theory.kernel.finite_width import WIDTH, n
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, NON_NEGATIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, induction, same, vanishes
from sparse_limits.theory.saliency.model import rho

_h, _m, _k = moments.values, moments.mixed, moments.tangents
sent_values = sent(_h)
kept_values = kept(_h)
own_mixed = sent(_m) + kept(_h)
own_tangents = sent(_k) + 2 * kept(_m) + kept(_h)
apart_mixed = _m.traces + _h.traces
apart_tangents = _k.traces + 2 * _m.traces + _h.traces

STEPS = proof(
    r"""
one layer (by K2 for paths): The mean contribution of one layer's edges is the mean over all paths of $x_j^2$ times the probability of the
path. This is $\pi_x$, as the entries of masks are independent.

all layers (from one layer): The $L+1$ layers add up to $[[mean]]$.

coins (by same law): Flip the sign of each row by an independent fair coin: no law changes. A gate is then a fair coin, independent of the
weights before; where it is open, the sign that it leaves is absorbed by the symmetric weights above. (A neuron with $z=0$ contributes
nothing.)

forms: For a masked row $v_j=M_jw_j$ and symmetric $X$, $Y$ of the layer below, $v^\top Xv\,v^\top Yv/n^2$ has the mean
$\sigma(h)=[[sent_values]]$ for $X=Y=H$, in units of $\rho^2$, and likewise for other pairs. This follows by adding one coordinate after
another.

own gradients: With $\sum_jM_jX_{jj}$ in place of one form, or of both, the mean is $o(h)=[[kept_values]]$. These sums come from the
gradients in the row's own weights.

one row (from forms, own gradients): Before the gates a row has $z_i^2=v^\top Hv/n$ and $K_{ii}=\frac1n\sum_jM_jH_{jj}+\frac1nv^\top Kv$.
The mean of their product is $s_m=[[own_mixed]]$, the mean of the square of $K_{ii}$ is $s_k=[[own_tangents]]$, and $s_h=\sigma(h)$.

two rows (by product): Two rows are independent, and an entry between them has no gradient of its own. So the mean product of two such
entries is the mean of $\operatorname{tr}XY/n^2$ in the layer below.

traces apart (from two rows): For two rows the mean product of $z_i^2$ and $K_{kk}$ is $t_m=[[apart_mixed]]$, the mean product of $K_{ii}$
and $K_{kk}$ is $t_k=[[apart_tangents]]$, and $t_h=h_t$.

gates (from coins, one row, two rows, traces apart; gives step): A gate multiplies by $\sqrt2$ or $0$. The mean of its fourth power is $2$,
and the mean product of the squares of two gates is $1$. Over $N$ rows, and $N(N-1)$ pairs of them, the nine means become those of `step`.

layer after layer (from gates; by induction): From $H=xx^\top$ and $K=0$ at the inputs the nine means of each layer follow.

readout (from one row, layer after layer): The output is one row without a gate: $E\,\Theta_n^2=s_k=[[readout]]$.
""",
    globals(),
    mean=mean,
    readout=readout,
    step=step,
)

OF_M, OF_K = (
    dict(zip(formulas(_h), formulas(pair), strict=True)) for pair in (_m, _k)
)  # the same formula for another pair


X, Y, of_X, of_Y, across = sp.symbols("X Y X_trace Y_trace XY", positive=True)


MORE = {
    _h.traces: (X * of_Y + Y * of_X + X * Y) / n**2,
    _h.product: (2 * across + X * Y) / n**2,
    _h.diagonal: X * Y / n,
}


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


def forms_grow_coordinate_by_coordinate(sent_values: sp.Expr) -> Relations:
    """v⊤Xv v⊤Yv with one more masked normal weight, any width and density; none without coordinates."""
    first = A + 2 * weight * P + weight**2 * X
    second = B + 2 * weight * Q + weight**2 * Y
    yield same(grown(sent_values), sent_values + gain(first, second))
    yield vanishes(sent_values.subs(dict.fromkeys(formulas(_h), 0)))


def masked_traces_grow_coordinate_by_coordinate(kept_values: sp.Expr) -> Relations:
    """ΣMX with a form, and with ΣMY."""
    first = A + kept_entry * X
    for second in (B + 2 * weight * Q + weight**2 * Y, B + kept_entry * Y):
        yield same(grown(kept_values), kept_values + gain(first, second))
    yield vanishes(kept_values.subs(dict.fromkeys(formulas(_h), 0)))


def one_row_is_squared(
    sent_values: sp.Expr, kept_values: sp.Expr, own_mixed: sp.Expr, own_tangents: sp.Expr
) -> Relations:
    """z² times ΣMH + v⊤Kv, and the square of that."""
    tangent = trace_h + form_k
    yield same(own_mixed, over_row(form_h * tangent, sent_values, kept_values))
    yield same(own_tangents, over_row(tangent**2, sent_values, kept_values))


def two_rows_are_multiplied(apart_mixed: sp.Expr, apart_tangents: sp.Expr) -> Relations:
    """Each row has the mean tr H and tr H + tr K, given the layer below."""
    of_H, of_K = sp.symbols("H K")
    known = {of_H**2: _h.traces, of_H * of_K: _m.traces, of_K**2: _k.traces}
    for claimed, rows in ((apart_mixed, of_H * (of_H + of_K)), (apart_tangents, (of_H + of_K) ** 2)):
        terms = sp.expand(rows).as_coefficients_dict()
        yield same(claimed, sp.Add(*(factor * known[term] for term, factor in terms.items())))


def nine_means_follow(
    sent_values: sp.Expr,
    own_mixed: sp.Expr,
    own_tangents: sp.Expr,
    apart_mixed: sp.Expr,
    apart_tangents: sp.Expr,
    step: Moments,
) -> Relations:
    """All nine at once, with any weights, for any widths and density."""
    found = Moments(
        after_gates(sent_values, _h.traces, _h.product),
        after_gates(own_mixed, apart_mixed, _m.product),
        after_gates(own_tangents, apart_tangents, _k.product),
    )
    weights = sp.symbols("c_1:10", positive=True)
    sums = (sp.Add(*(w * x for w, x in zip(weights, formulas(each), strict=True))) for each in (step, found))
    yield same(*sums, by=sp.expand)


tangent_moments = Claim(
    label="K13.1",
    title="The tangent kernel on the diagonal: mean and second moment at every width and depth",
    statement=r"""
Consider $L$ hidden ReLU layers, $\varphi(z)=\sqrt2\max(z,0)$, with weights iid $N(0,1)$, no bias and scalar output. The masks have
independent entries and are independent of the weights; only kept edges are trained. With $P^{(l)}=E\,M^{(l)}$ and the
path density $\pi_x=\frac{\mathbf 1^\top P^{(L+1)}\cdots P^{(1)}x^{\odot2}}{d\,n_1\cdots n_L}$, at every width
$$E\,\Theta_n(x,x)=[[mean]].$$
Let layer $l$ be masked at density $\rho_l$. In units of $\pi_x$, if that is not $0$, the second moment follows from nine numbers. Let
$H=hh^\top$ and $K_{jk}=\dot\varphi_j\dot\varphi_k\langle\nabla z_j,\nabla z_k\rangle$, and call the pairs
$(X,Y)=(H,H)$, $(H,K)$, $(K,K)$ by the letters
$h,m,k$. The nine numbers are, for each pair, written here for the first, the means $h_t$ of $\mathrm{tr}X\,\mathrm{tr}Y/n^2$, $h_p$ of
$\mathrm{tr}XY/n^2$ and $h_d$ of $\frac1n\sum_jX_{jj}Y_{jj}$. For $|x|^2=d$ they
start at $(1,1,\frac1d\sum x_j^4)$ for the first pair and at zeros for the others. For a masked row $v_j=M_jw_j$, in units of $\rho^2$,
the mean of
$(v^\top Hv)^2/n^2$ is $\sigma(h)=[[sent_values]]$, and that of $(\sum_jM_jH_{jj})^2/n^2$ is $o(h)=[[kept_values]]$; $\sigma$ and $o$ of $m$
and $k$ are the same functions of their three numbers. The step from width $n$ through density $\rho$ to width $N$ (`step`) is
$$x_d\leftarrow2s_x,\quad x_t\leftarrow\tfrac1N(2s_x+(N-1)t_x),\quad x_p\leftarrow\tfrac1N(2s_x+(N-1)x_p),$$
with $s_h=\sigma(h)$, $s_m=\sigma(m)+o(h)$, $s_k=\sigma(k)+2o(m)+o(h)$, $t_h=h_t$, $t_m=m_t+h_t$, $t_k=k_t+2m_t+h_t$. The readout gives
$$E\,\Theta_n(x,x)^2=s_k=[[readout]].$$
""",
    steps=STEPS,
    source=Source("2510.17515", "v1", "beyond the paper"),
    provenance=Provenance.EXTENSION,
    quantities=(
        WIDTH.drawn_from(2, 40),
        Quantity(N, "width of the next layer", COUNT, drawn=(2, 40)),
        DEPTH.drawn_from(1, 6),
        DENSITY.drawn_from(sp.Rational(1, 5), sp.Rational(9, 10)),
        Quantity(path, "density of paths, weighted with the squares of the input's coordinates", NON_NEGATIVE),
        *OF_VALUES,
        *OF_BOTH,
        *OF_TANGENTS,
    ),
    hypotheses=(Hypothesis("masks independent of the weights, with independent entries"),),
    also=("step",),
    because={
        "all layers": lambda mean: induction(mean, L, 2 * path, lambda term: term + path, start=1),
        "forms": forms_grow_coordinate_by_coordinate,
        "own gradients": masked_traces_grow_coordinate_by_coordinate,
        "one row": one_row_is_squared,
        "traces apart": two_rows_are_multiplied,
        "gates": nine_means_follow,
        "readout": lambda own_tangents, step, readout: (
            same(readout, own_tangents),
            same(step.tangents.diagonal, over_coins((0, 0)) * readout),
        ),
    },
    wrong=lambda: {
        "step: the entries of a mask as if each row had its share": advance(step, moments, n, N, sp.Integer(1)),
        "step: gates that do not square": replace(step, tangents=replace(step.tangents, diagonal=readout)),
        "step: neurons alike": replace(step, mixed=replace(step.mixed, traces=step.mixed.diagonal)),
        "readout: no own gradients": readout - 2 * (moments.mixed.traces) - moments.values.traces,
        "readout: dense readout": readout.subs(rho, 1),
        "mean: one layer's gradients": path,
        "mean: the hidden layers alone": L * path,
        "sent_values: weights without kurtosis": _h.traces + (1 / rho - 1) * _h.diagonal / n,
        "sent_values: dense": sent_values.subs(rho, 1),
        "sent_values: each pair once": sent_values - _h.product,
        "kept_values: dense": kept_values.subs(rho, 1),
        "kept_values: with kurtosis": sent_values,
        "own_mixed: no own gradients": own_mixed - kept_values,
        "own_mixed: values alone": sent_values,
        "own_tangents: no cross term": sent_values.xreplace(OF_K) + kept_values,
        "own_tangents: the tangents below": sent_values.xreplace(OF_K),
        "apart_mixed: no own gradients": _m.traces,
        "apart_mixed: own gradients alone": _h.traces,
        "apart_tangents: no cross term": _k.traces + _h.traces,
        "apart_tangents: cross term once": apart_tangents - _m.traces,
    },
)
