"""R8: a random network of two layers holds every layer of a network: one subset sum for each weight and sign."""

import sympy as sp

from sparse_limits.theory.bounds import Loose, Sharp
from sparse_limits.theory.claims import Claim, Provenance, Remark, Source
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, COUNT_FROM_ZERO, NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, same
from sparse_limits.theory.subset_sum import block_counts
from sparse_limits.theory.subset_sum.block_counts import no_pair, no_pair_of_a_sign, scheme_units
from sparse_limits.theory.subset_sum.layer_error import activation, argument, change, d, h, shift, w
from sparse_limits.theory.subset_sum.potential import MASS, a, contraction, kappa
from sparse_limits.theory.subset_sum.potential import failure as one_failure
from sparse_limits.theory.subset_sum.potential import law_size as one_size
from sparse_limits.theory.subset_sum.product_laws import t, uniform_product, uniform_reach
from sparse_limits.theory.subset_sum.symbols import FAILURE, TARGET_LAYER, delta, eps, n

d_0, d_1 = block_counts.d_0, block_counts.d_1
UNITS = Quantity(n, "number of units of the random network for each input of a layer", COUNT_FROM_ZERO)
INPUTS = Quantity(d_0, "number of inputs of the layer", COUNT, drawn=(1, 4))
OUTPUTS = Quantity(d_1, "number of outputs of the layer", COUNT, drawn=(1, 4))
PRODUCT_REACH = Quantity(
    a, "reach, half the length of the interval around 0 on which a product of two entries has a least density", POSITIVE
)
PRODUCT_DENSITY = Quantity(
    kappa,
    "least density within its reach, of a product of two entries",
    POSITIVE,
    drawn=(sp.Rational(1, 20), sp.Rational(1, 2)),
)
WEIGHT_ERROR = Quantity(eps, "largest error allowed in a weight", POSITIVE)
length = sp.Symbol("ell", nonnegative=True)  # ‖x‖₁
row_norm = sp.Symbol("M", nonnegative=True)  # ‖W + Δ‖_∞→∞ of the next layer of the pruned network
before = sp.Symbol("eta", nonnegative=True)  # the error in front of the next layer
hidden_length = sp.Symbol("ell_h", nonnegative=True)  # ‖h‖₁ of the target's values there

x = sp.Symbol("x", real=True)  # a coordinate of the input
UNIFORM_ENTRIES = {a: uniform_reach, kappa: sp.Rational(1, 2), eps: sp.Rational(1, 100)}
UNIFORM_PRODUCTS = {a: 1, kappa: sp.Rational(1, 2)}
modulus_density = 1 / sp.sqrt(-sp.pi * sp.log(t))  # on (0, 1), of entries with uniform products
unit = sp.Piecewise((w * sp.Max(x, 0), w >= 0), (-w * sp.Max(-x, 0), True))
halves = w * sp.Max(x, 0) - w * sp.Max(-x, 0)
item_density = kappa / 2  # items of the wrong sign count as 0
half_usable = {kappa: item_density}
target_failure = one_failure.subs(half_usable)
nonnegative_failure = d_0 * d_1 * target_failure
failure = 2 * nonnegative_failure
size = one_size.subs({**half_usable, delta: delta / (2 * d_0 * d_1)}, simultaneous=True)
uniform_size = size.subs({a: uniform_reach, kappa: uniform_product.density.subs(t, uniform_reach)})
input_error = eps * sp.Abs(x)
error = eps * length
kept = sp.Symbol("wtilde", real=True)  # a weight of a layer of the pruned network, w + d
entry_error = sp.Abs(kept) * before + eps * h
next_error = row_norm * before + eps * hidden_length

STEPS = proof(
    r"""
unit: Split the hidden units into $d_0$ blocks of $n$, and keep in block $i$ only the weights $A_{ki}$. A unit with such a weight $w$ has
the value $\sigma(wx)=[[unit]]$, where $x$ is the coordinate of the input.

halves (from unit): Since $wx=[[halves]]$, each weight $w$ of the target needs a subset of the units with $A_{ki}>0$ whose sum of
$B_{jk}|A_{ki}|$ is near $w$, and a subset of the units with $A_{ki}<0$ for $-w$. The first alone is enough if $x\ge0$. A weight $A_{ki}$ is
kept if some subset uses it.

items (from halves; by independence): The law is symmetric. So $B_{jk}|A_{ki}|$ has the law of $B_{jk}A_{ki}$ and is independent of the sign
of $A_{ki}$; each sign has probability $\frac12$ (except for an atom at $0$, which only adds to the items of value $0$). Count an item of
the wrong sign as $0$. This gives a law of subdensity $[[item_density]]$ on $[-a,a]$.

one law (from items; by R4): R4 bounds the probability that items with a least density on $[-a,a]$, whatever atoms they have, fail for some
number of $[-\frac a2,\frac a2]$, if $\varepsilon\le\frac a2$. For a larger $\varepsilon$ empty sums suffice.

one target (from items, one law): At half of the density this bound is $[[target_failure]]$ for the subset sum of one weight and sign.

all targets (from one target; by union bound): Each weight needs one subset sum for each sign. All of these use their own entries of $B$;
that they share $A$ does not matter. For one sign they fail with probability at most $[[nonnegative_failure]]$, and for both signs with
probability at most $[[failure]]$.

units (from all targets): The bound for both signs decreases in $n$, and it is $\delta$ at $n=[[size]]$.

uniform entries (by R5.1 for uniform_density): By R5.1, a product of two entries uniform on $[-1,1]$ has the density $-\frac12\ln|s|$ up to
$|s|=1$.

uniform units (from units, uniform entries): At $a=\frac1e$ this density is $\frac12$, which is the least density on $[-a,a]$, and this $a$
maximizes $a$ times the density. So $[[uniform_size]]$ units are enough.

input (from halves): One of $\sigma(x)$ and $\sigma(-x)$ is $0$. So errors of up to $\varepsilon$ of both coefficients cause an error of at
most $[[input_error]]$, which is attained.

activation: The outer ReLU, $[[activation]]$, changes by at most as much as its argument $z$.

error (from input, activation): Over all inputs these errors add up to $[[error]]$, where $\ell=\|x\|_1$, and after the outer ReLU to at
most this. The bound is attained if nothing is kept, all $W_{ji}=\varepsilon$, and $x\ge0$.

change: After the first layer, let an entry $w$ of the next layer have the error $d$, and let the value $h\ge0$ that it reads have the error
$u$. Then the product changes by $[[change]]$.

entry (from change): Let $\tilde w=w+d$ be the entry of the pruned layer. Then this change is at most $[[entry_error]]$ in modulus, for
$|u|\le\eta$ and an error $d$ of at most $\varepsilon$.

next error (from entry, activation): Over the entries that an output reads, these changes add up to at most $[[next_error]]$, where the
$|\tilde w|$ of the output add up to at most $M$, and the values $h$ to $\ell_h$. The bound is attained if $W\ge0$ with equal rows, and all
errors are equal and positive.
""",
    globals(),
    activation=activation,
    change=change,
)

HALF_USABLE = contraction.subs(kappa, kappa / 2)


def every_subset_sum_may_fail(target_failure: sp.Expr, failure: sp.Expr, nonnegative_failure: sp.Expr) -> Relations:
    """One target's failure for each input and output, added up, once and for each sign."""
    i, j = sp.symbols("i j", integer=True)
    weights = sp.Sum(sp.Sum(target_failure, (i, 1, d_0)), (j, 1, d_1)).doit()
    yield same(nonnegative_failure, weights)
    yield same(failure, sp.Add(*(weights for _ in (1, -1))))


def entries_add_up(entry_error: sp.Expr, next_error: sp.Expr) -> Relations:
    """An entry more adds its modulus to the norm of its row, its value to the length and its error to the error."""
    more = next_error.subs({row_norm: row_norm + sp.Abs(kept), hidden_length: hidden_length + h}, simultaneous=True)
    yield same(more, next_error + entry_error)
    yield same(next_error.subs({row_norm: 0, hidden_length: 0}), sp.S.Zero)


two_layer_ticket = Claim(
    label="R8",
    title="Two random layers in place of one: tickets of plain networks",
    headline=r"Take a random two-layer ReLU network with entries uniform on $[-1,1]$. With probability at least $1-\delta$ some mask is within $\varepsilon\|x\|_1$ of a given ReLU layer of $d_1\times d_0$ weights up to $\frac1{2e}$, if the network has, for each input, $$n\ge[[uniform_size]]$$ units.",
    statement=r"""
**Target and source.** Let the target be $f(x)=\sigma(Wx)$ with ReLU $\sigma$ and
$W\in[-\frac a2,\frac a2]^{d_1\times d_0}$. Let the source be $\sigma(B\,\sigma(Ax))$ with $n\,d_0$ hidden units, $n$
for each input. All its entries are independent, of one symmetric law for which a product of two has at least the density $\kappa$ on
$[-a,a]$.

**The ticket.** Let $\varepsilon>0$. Except with probability at most $$[[failure]],$$ there are masks of $A$ and $B$
such that the pruned network $g$ satisfies, for *all* $x$, $$\|g(x)-f(x)\|_\infty\le[[error]],\qquad\ell=\|x\|_1.$$ For
inputs $x\ge0$ (pixels, hidden layers) the exceptional probability is at most $[[nonnegative_failure]]$.

**Size of the source.** For failure with probability at most $\delta$ it is enough that $$n\ge[[size]],$$ and for entries uniform
on $[-1,1]$ ($a=\frac1e$, $\kappa=\frac12$) that $$n\ge[[uniform_size]].$$ Without the outer $\sigma$ all of this holds
for $f(x)=Wx$.

**Layers compose.** Replace each layer of a network in this way; the failure probabilities add up. Let $\Delta$ be the
errors of the weights of a layer, at most $\varepsilon$ each. If the pruned network has an error of at most $\eta$ before
this layer, where the target has the values $h$, then its error after the layer is at most $$[[next_error]],$$ with the
norm $M=\|W+\Delta\|_{\infty\to\infty}$ of the layer and $\ell_h=\|h\|_1$. Both bounds on errors are attained.
""",
    steps=STEPS,
    source=Source(
        "2006.07990",
        "NeurIPS 2020",
        r"abstract: “any target network of width $d$ and depth $l$ can be approximated by pruning a random network that is a "
        r"factor $O(\log(dl))$ wider and twice as deep”; the theorem for one layer, with an unspecified constant, as 2511.04217 "
        "restates it in Lemma 2; the constants are ours",
    ),
    provenance=Provenance.RECONSTRUCTED,
    quantities=(
        UNITS.drawn_from(0, 60),
        INPUTS,
        OUTPUTS,
        PRODUCT_REACH.drawn_from(sp.Rational(1, 4), 1),
        PRODUCT_DENSITY,
        WEIGHT_ERROR.drawn_from(sp.Rational(1, 100), sp.Rational(1, 10)),
        FAILURE,
        Quantity(length, "sum of the moduli of the input's coordinates", NON_NEGATIVE, drawn=(1, 4)),
        Quantity(
            row_norm,
            "largest sum of the moduli of a row of the next layer of the pruned network",
            NON_NEGATIVE,
            drawn=(1, 4),
        ),
        Quantity(
            before, "largest error of a value in front of the next layer", NON_NEGATIVE, drawn=(sp.Rational(1, 10), 1)
        ),
        Quantity(
            hidden_length,
            "sum of the moduli of the target's values in front of the next layer",
            NON_NEGATIVE,
            drawn=(1, 4),
        ),
        Quantity(x, "coordinate of the input", sp.S.Reals, drawn=(-2, 3)),
        Quantity(w, "weight of a layer, of the target or of the random network", sp.S.Reals, drawn=(-3, 3)),
        Quantity(d, "error of a weight in the pruned network", sp.S.Reals, drawn=(-1, 1)),
        Quantity(kept, "weight of a layer of the pruned network", sp.S.Reals, drawn=(-3, 3)),
        Quantity(h, "value of the target in front of a weight", NON_NEGATIVE, drawn=(0, 3)),
        Quantity(shift, "error of this value in the pruned network, with its sign", sp.S.Reals, drawn=(-3, 3)),
        Quantity(argument, "sum that a unit takes the positive part of", sp.S.Reals, drawn=(-3, 3)),
    ),
    hypotheses=(
        MASS,
        Hypothesis("independent entries of one symmetric law, independent of the target"),
    ),
    symbols={
        **TARGET_LAYER,
        r"\sigma": "ReLU, the positive part of a number",
        "A,B": "matrices of the weights of the two random layers",
        r"\Delta": "matrix of the errors of the weights of the next layer",
    },
    remarks=(
        Remark(
            r"For uniform entries, $d_0=d_1=2$, $\varepsilon=\frac1{100}$ and $\delta=\frac1{10}$, a fifth of the stated number of "
            r"units is enough if all four weights are just below $\frac a2$, and a twentieth is not. R9 and R12 say for which "
            r"shapes the number has the right order.",
            "fewer_units_are_enough",
        ),
    ),
    aids={
        "signed": True,
        "scheme_units": scheme_units,
        "modulus_density": modulus_density,
        "no_pair": no_pair,
        "no_pair_of_a_sign": no_pair_of_a_sign,
    },
    loose=(
        *(
            Loose(
                expression=bound,
                truth="scheme_units",
                at=tuple({d_0: w, d_1: 10, delta: sp.Rational(1, 10), **UNIFORM_ENTRIES} for w in (10, 1000)),
                lost=r"at most, as the truth lies between (a fifth of the number is seen to be enough): in R4's proof, which follows the measure that is covered, "
                "and in its half of the density for items of the wrong sign",
                order=r"by R12, as $d_0d_1\to\infty$, and by R9, as $\varepsilon\to0$ with $d_0d_1/\delta$ at most a power of $\frac1\varepsilon$",
            )
            for bound in ("size", "uniform_size")
        ),
        *(
            Loose(
                expression=bound,
                truth=truth,
                at=tuple({d_0: 1, d_1: 1, eps: sp.Rational(1, 4), n: units, **UNIFORM_PRODUCTS} for units in (40, 80)),
                lost=r"at most, as the truth lies between (one weight of more than $\varepsilon$ is missed if no unit has two entries of the sign that it needs), for entries "
                r"whose products are uniform: in R4's proof, whose factor for each unit is $\frac78$ here, whereas that of such samples is $\frac34$, and in its $2\varepsilon^{-2}$",
                exponent=r"both are powers in $n$, so that the quotient of the logarithms tends to that of $\ln\frac34$ and $\ln(1-\frac{a\kappa}4)$",
            )
            for bound, truth in (("failure", "no_pair_of_a_sign"), ("nonnegative_failure", "no_pair"))
        ),
    ),
    equivalent_mutants=dict.fromkeys(
        (
            "unit = Piecewise((w*Max(0, x), w >= 0), (-w*Max(0, -sqrt(x)), True))",
            "halves = -w*Max(0, -sqrt(x)) + w*Max(0, x)",
        ),
        "the same wherever it has a value: none at a negative coordinate, and at others the part with the root is 0",
    ),
    sharp=(
        Sharp(
            expression="error",
            example=r"errors $\varepsilon$ of one sign and positive inputs",
            check="errors_are_attained_and_add_up",
        ),
        Sharp(
            expression="next_error",
            example="weights, errors and preceding values that are all positive",
            check="errors_are_attained_and_add_up",
        ),
    ),
    because={
        "items": lambda item_density: same(sp.Add(*(item_density for _ in ("positive", "negative"))), kappa),
        "one target": lambda item_density, target_failure: same(target_failure, one_failure.subs(kappa, item_density)),
        "all targets": every_subset_sum_may_fail,
        "error": lambda input_error, error: (
            same(error.subs(length, length + sp.Abs(x)), error + input_error),
            same(error.subs(length, 0), sp.S.Zero),
        ),
        "next error": entries_add_up,
    },
    wrong=lambda: {
        "failure: all items usable": failure.subs(kappa, 2 * kappa),
        "failure: one output": failure.subs(d_1, 1),
        "failure: a quarter usable": failure.subs(kappa, kappa / 2),
        "failure: for one target": (1 - a * kappa / 4) ** n,
        "failure: forgets ε": failure * eps**2,
        "failure: rising": failure / HALF_USABLE ** (2 * n),
        "nonnegative_failure: all items usable, not negative": nonnegative_failure.subs(kappa, 2 * kappa),
        "nonnegative_failure: for one target, not negative": (1 - a * kappa / 4) ** n,
        "size: one sign alone": size.subs(delta, 2 * delta),
        "size: all items usable": size.subs(kappa, 2 * kappa),
        "uniform_size: the law of one uniform number": size.subs({a: 1, kappa: sp.Rational(1, 2)}),
        "uniform_size: a quarter": uniform_size / 4,
        "uniform_size: four times as many": 4 * uniform_size,
        "signed: the + side alone": False,
        "error: the largest input": eps,
        "next_error: new errors forgotten": row_norm * before,
        "next_error: old errors forgotten": eps * hidden_length,
        "next_error: old errors not multiplied": before + eps * hidden_length,
        "modulus_density: of uniform entries": sp.S.One,
        "modulus_density: of a normal entry's square": sp.exp(-t / 2) / sp.sqrt(2 * sp.pi * t),
        "no_pair: one positive entry": sp.Rational(1, 4) ** n,
        "no_pair: signs of one layer alone": sp.Rational(1, 2) ** n,
        "no_pair: a unit more": no_pair.subs(n, n + 1),
        "target_failure: all items usable": target_failure.subs(kappa, 2 * kappa),
        "input_error: without the modulus": eps * x,
        "activation: a square": argument**2,
        "change: the target's entries": w * shift + d * h,
        "change: without the error in front": d * h,
        "entry_error: new errors forgotten": sp.Abs(kept) * before,
        "entry_error: old errors forgotten": eps * h,
        "entry_error: old errors not multiplied": before + eps * h,
    },
)
