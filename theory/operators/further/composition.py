"""O7: masks and graphons of consecutive layers compose, on one labelling of the hidden units."""

import sympy as sp

from sparse_limits.theory.bounds import Loose, Sharp
from sparse_limits.theory.claims import Claim, Provenance, Remark, Source
from sparse_limits.theory.graphon.rate import log_size, row_kernel, row_law
from sparse_limits.theory.graphon.symbols import n, p
from sparse_limits.theory.operators.symbols import CUT_NORM, cut
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import CLOSED_UNIT, COUNT, NON_NEGATIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, induction, same
from sparse_limits.theory.saliency.model import tau
from sparse_limits.theory.tails import product_survival

first_cut, second_cut = sp.symbols("c_1 c_2", positive=True)  # distances of the layers in cut norm
layers = sp.Symbol("L", integer=True, positive=True)
first_moment, second_moment = sp.symbols("p_1 p_2", positive=True)  # means of p and of p² over the hidden units
tau_1, tau_2, rho_1, rho_2 = sp.symbols("tau_1 tau_2 rho_1 rho_2", positive=True)


constant_change = 1 - (1 - first_cut) * (1 - second_cut)
composition_bound = first_cut + second_cut
layers_bound = layers * cut

COMPOSITION_STEPS = proof(
    r"""
one layer after the other (by telescope): $U_2\circ U_1-W_2\circ W_1=(U_2-W_2)\circ U_1+W_2\circ(U_1-W_1)$.

rectangles (from one layer after the other; by Fubini): On $S\times T$ the integral of the first term is
$\int1_S(u)\,(U_2-W_2)(u,t)\,g(t)\,du\,dt$ with $g(t)=\int_TU_1(t,v)\,dv\in[0,1]$, and that of the second $\int
f(t)\,(U_1-W_1)(t,v)\,1_T(v)\,dt\,dv$ with $f(t)=\int_SW_2(u,t)\,du\in[0,1]$.

indicators (from rectangles; by monotonicity): For $h(t)=\int1_S(u)\,(U_2-W_2)(u,t)\,du$ one has $\int_{h<0}h\le\int hg\le\int_{h>0}h$. So
the modulus is largest for an indicator $g$, and the first term is at most $c_2$. Likewise the second is at most $c_1$.

constants: $U_l=1$ and $W_l=1-c_l$ have the distance $c_l$, and their compositions have the distance $[[constant_change]]$.

two layers (from indicators, constants): Both terms together are at most $[[composition_bound]]$. This exceeds *constants* by $c_1c_2$: the
two are equal if one layer does not change, and equal to first order in any case.

more layers (from two layers): A composition has values in $[0,1]$ again, so that *two layers* holds for it and one more layer. $L$ layers,
each at the distance $c$, add up to $[[layers_bound]]$.
""",
    globals(),
)

composed_graphons = Claim(
    label="O7.1",
    title="Composition of layers is Lipschitz in cut norm",
    statement=r"""
Let $(W_2\circ W_1)(u,v)=\int W_2(u,t)W_1(t,v)\,dt$ for graphons of consecutive layers. With $c_l=\|U_l-W_l\|_\square$
$$\|U_2\circ U_1-W_2\circ W_1\|_\square\le[[composition_bound]],$$
and for more layers the bound is the sum of the distances of the layers: $[[layers_bound]]$ for $L$ layers, each at distance $c$. The
constants $1$ are sharp: $U_l=1$ and $W_l=1-c_l$ attain the bound if one of the $c_l$ is $0$, and to first order in any case.
""",
    steps=COMPOSITION_STEPS,
    source=Source("2602.06675", "v1", "beyond the abstract"),
    provenance=Provenance.EXTENSION,
    quantities=(
        Quantity(
            (first_cut, second_cut),
            "distance in cut norm of two graphons, in the first or in the second layer",
            CLOSED_UNIT,
            drawn=(0, 1),
        ),
        CUT_NORM,
        Quantity(layers, "number of layers", COUNT, drawn=(1, 6)),
    ),
    hypotheses=(Hypothesis(r"$0\le U_l,W_l\le1$"),),
    sharp=(
        Sharp(
            expression="composition_bound",
            example="$U_l=1$ and $W_l=1-c_l$, to first order",
            check="composition_is_lipschitz",
        ),
        Sharp(
            expression="layers_bound",
            example=r"$U_l=1$ and $W_l=1-c$, as $c\to0$",
            check="constant_layers_nearly_attain_the_bound",
        ),
    ),
    because={
        "more layers": lambda composition_bound, layers_bound: induction(
            layers_bound,
            layers,
            cut,
            lambda bound: composition_bound.subs({first_cut: bound, second_cut: cut}, simultaneous=True),
            start=1,
            by=sp.expand,
        ),
    },
    wrong=lambda: {
        "composition_bound: the larger of the two": sp.Max(first_cut, second_cut),
        "composition_bound: the product": first_cut * second_cut,
        "constant_change: the sum": first_cut + second_cut,
        "constant_change: the product": first_cut * second_cut,
        "constant_change: what is left": 1 - constant_change,
        "layers_bound: of one layer": cut,
        "layers_bound: one layer more": layers_bound + cut,
        "layers_bound: doubled by each layer": 2 ** (layers - 1) * cut,
    },
)

term_variance = p * (1 - p)
third_moment = p * (1 - p) ** 3 + (1 - p) * p**3
third_share = 1 - 2 * p * (1 - p)
entry_variance = (first_moment - second_moment) / n
rate_bound = 1 / (2 * sp.sqrt(n))
normal_size = sp.sqrt(2 / sp.pi)
deviation = sp.sqrt(2 / sp.pi) * sp.sqrt((first_moment - second_moment) / n)
deviation_error = 1 / n
RARE = sp.Rational(1, 20)  # mean number of paths that are kept
rare_deviation = 2 * RARE / n * (1 - RARE / n) ** n  # of an entry with as many in the mean, exactly
rare_error = normal_size * sp.sqrt(RARE / n * (1 - RARE / n) / n) - rare_deviation

MASK_STEPS = proof(
    r"""
hidden units (by independence): An entry of $\frac1nM_2M_1-\frac1nP_2P_1$ is the mean of $n$ independent variables
$X_t=M_2(u,t)M_1(t,v)-p(t)$, where the product is $1$ with probability $p(t)$ and $0$ otherwise.

one hidden unit (from hidden units): $X_t$ has the mean $0$, the variance $[[term_variance]]$ and $E|X_t|^3=[[third_moment]]$ at $p=p(t)$.

variance of an entry (from one hidden unit): So an entry has the variance $[[entry_variance]]$.

root of the variance (from hidden units; by Jensen): The mean modulus of an entry is at most the root of its variance.

rate (from variance of an entry, root of the variance): $p(1-p)$ is largest at $p=\frac12$. So the root is at most $[[rate_bound]]$ at every
entry, and so is the mean of the $L^1$ norm. For $n=1$ and $p=\frac12$ the modulus is always $\frac12$.

normal size: A standard normal $z$ has $E|z|=[[normal_size]]$.

normal deviation (from variance of an entry, normal size): A normal variable with the variance of the entry thus has the mean modulus
$[[deviation]]$.

Goldstein (from hidden units; cited: Goldstein, Ann. Probab. 38 (2010) 1672, Theorem 1.1: for independent centred variables with third
moments the L¹ distance of the distribution function of the normalised sum from the normal one is at most the sum of E|X|³ over B³): With
$B^2=\sum_t\operatorname{Var}X_t>0$, $\sum_tX_t/B$ and a standard normal $z$ can be defined on one probability space with a mean distance of
at most $\sum_tE|X_t|^3/B^3$.

moduli (from Goldstein; by triangle inequality): The moduli are no farther apart: $E|\sum_tX_t|$ differs from $B\,E|z|$ by at most
$\sum_tE|X_t|^3/B^2$.

third moments (from one hidden unit): $E|X_t|^3$ is $\operatorname{Var}X_t$ times $[[third_share]]\le1$.

error (from moduli, third moments): So $\sum_tE|X_t|^3/B^2\le1$, and for the mean of $n$ variables the error is an $n$-th of this:
$[[deviation_error]]$. For $B=0$ both sizes are $0$.
""",
    globals(),
)


def bernoulli_moment(order: int) -> sp.Expr:
    """The mean of |B − p|ᵏ for B = 1 with probability p, else 0."""
    return p * (1 - p) ** order + (1 - p) * p**order


composed_masks = Claim(
    label="O7.2",
    title="Composed masks converge in L¹",
    statement=r"""
Masks do not converge in $L^1$ unless their graphon is $0$ or $1$ almost everywhere (G5), but their compositions converge as $n\to\infty$.
Let $M_1,M_2$ have independent entries with means $P_1,P_2$ and $n$ hidden units between them. Then
$$E\|\tfrac1nM_2M_1-\tfrac1nP_2P_1\|_1\le[[rate_bound]],$$
which is attained at $n=1$. At each entry, let $p_1$ and $p_2$ be the means over the hidden units $t$ of $p=P_2(u,t)P_1(t,v)$ and of
$p^2$. Then the mean deviation of the entry differs from $[[deviation]]$ by at most $[[deviation_error]]$.
""",
    steps=MASK_STEPS,
    source=Source("2602.06675", "v1", "beyond the abstract"),
    provenance=Provenance.EXTENSION,
    quantities=(
        Quantity(n, "number of hidden units between the layers", COUNT, drawn=(4, 60)),
        Quantity(p, "probability that both weights of a path are kept, at one hidden unit", CLOSED_UNIT, drawn=(0, 1)),
        Quantity(
            first_moment,
            "mean over the hidden units of the probability that both weights of a path are kept",
            CLOSED_UNIT,
            drawn=(sp.Rational(3, 10), sp.Rational(1, 2)),
        ),
        Quantity(
            second_moment,
            "mean over the hidden units of the square of that probability",
            CLOSED_UNIT,
            drawn=(sp.Rational(1, 10), sp.Rational(1, 4)),
        ),
    ),
    hypotheses=(
        Hypothesis("independent entries within and between the layers"),
        Hypothesis("a mean square is at least the square of the mean", second_moment >= first_moment**2),
        Hypothesis("probabilities are no smaller than their squares", second_moment <= first_moment),
    ),
    uses=("G5",),
    sharp=(
        Sharp(
            expression="rate_bound",
            example=r"one hidden unit, $P_2=\frac12$ and $P_1=1$ everywhere",
            check="worst_probability_is_a_half",
        ),
    ),
    aids={"rare_error": rare_error},
    loose=(
        Loose(
            expression="deviation_error",
            truth="rare_error",
            at=({n: 10}, {n: 1000}),
            lost=r"at most this factor, in Goldstein's constant and in the triangle inequality: the truth is at least its value at the probability $\frac1{20n}$",
            order=r"$n$ times the error has a limit there, which is not $0$",
        ),
    ),
    because={
        "one hidden unit": lambda term_variance, third_moment: (
            same(term_variance, bernoulli_moment(2), by=sp.expand),
            same(third_moment, bernoulli_moment(3), by=sp.expand),
        ),
        "normal deviation": lambda entry_variance, normal_size, deviation: same(
            deviation, normal_size * sp.sqrt(entry_variance)
        ),
    },
    wrong=lambda: {
        "term_variance: the raw moment": p,
        "term_variance: as if fair": sp.Rational(1, 4),
        "third_moment: with its sign": p * (1 - p) ** 3 - (1 - p) * p**3,
        "third_moment: one value": p * (1 - p) ** 3,
        "entry_variance: of the mean kernel": first_moment * (1 - first_moment) / n,
        "entry_variance: of the sum": n * entry_variance,
        "entry_variance: the raw moment": first_moment / n,
        "entry_variance: of one unit": n * entry_variance + 1,
        "rate_bound: like single masks": sp.Rational(1, 2),
        "deviation: the second moment": sp.sqrt(2 / sp.pi) * sp.sqrt(first_moment / n),
        "deviation: variance of the mean kernel": sp.sqrt(2 / sp.pi) * sp.sqrt(first_moment * (1 - first_moment) / n),
        "deviation: like single masks": 2 * first_moment * (1 - first_moment),
        "third_share: of the variance": 1 - p * (1 - p),
        "third_share: as if fair": sp.Rational(1, 2),
        "deviation_error: error of the order of the deviation": 1 / sp.sqrt(n),
        "rare_error: of the other sign": -rare_error,
        "rare_error: one side": rare_error + rare_deviation / 2,
    },
)


def over_sizes(integrand: sp.Expr, least: sp.Expr = sp.S.NegativeInfinity) -> sp.Integral:
    """The mean of a function of ln|a|, a standard normal, on ln|a| > least."""
    return sp.Integral(integrand * row_law, (log_size, least, sp.oo))


first_kernel, second_kernel = row_kernel.subs(tau, tau_1), row_kernel.subs(tau, tau_2)  # given |a| = e^x
least_size = sp.sqrt(2) * sp.erfinv(1 - rho_2)
path_density = over_sizes(first_kernel * second_kernel)
relabelled_density = rho_1 * rho_2
sorted_density = over_sizes(first_kernel, sp.log(least_size))

PATH_STEPS = proof(
    r"""
paths (by fibres): A path from $v$ consists of a hidden unit and an output: the share of kept paths is the mean over $u$ of the share over
$t$.

one order (from paths; by Chebyshev): If $W_1$ and $W_2$ are nondecreasing in $t$, then $1-W_2$ is nonincreasing, and $\int W_2W_1\ge\int
W_2\int W_1$. Equality holds for constants.

kernels (by S4 for kernel): A hidden unit with $|a|=e^x$ keeps a weight of the first layer with probability $[[first_kernel]]$, and a weight
of the second with probability $[[second_kernel]]$.

law of the readout: For a standard normal $a$, $x=\ln|a|$ has the density $[[row_law]]$.

both layers (from kernels; by product): Given $a$, the weights $w$ and $\zeta$ are independent, and both are kept with the product of the
two probabilities.

shared units (from paths, law of the readout, both layers): So the share of kept paths is $[[path_density]]$.

independent labels (from one order, kernels; by product): With labels that are independent in the two layers the mean of the product is the
product of the means, $[[relabelled_density]]$. Both kernels grow with $x$, so that by *one order* this product is at most the share of kept
paths.

degrees (from kernels; by large numbers): The degree of a hidden unit in the first layer, divided by the number of inputs, tends to the
first kernel, which grows with $|a|$. So the order by degrees is the order by $|a|$. In the second layer degrees are $0$ and $1$.

largest readouts: The share $\rho_2$ of the units with the largest readouts has $|a|>[[least_size]]$.

the most (from paths; by Lagrange): Of all $0\le h\le1$ with $\int h=\rho_2$ the indicator of the largest $W_1$ has the largest $\int hW_1$.

sorted degrees (from law of the readout, degrees, largest readouts, the most): Sorted by degrees, the units with a weight in the second
layer have the positions of those with the largest readouts: $[[sorted_density]]$, which by *the most* is at least the share of kept paths.
""",
    globals(),
)


def sizes_have_this_density(row_law: sp.Expr) -> Relations:
    """The slope of P(|a| ≤ eˣ), and of 1 less the chance of more."""
    below = sp.erf(sp.exp(log_size) / sp.sqrt(2))
    yield same(row_law, sp.diff(below, log_size))


shared_latent = Claim(
    label="O7.3",
    title="The share of kept paths requires one labelling of the hidden units",
    statement=r"""
The share of kept paths from input $v$ is $\int\!\!\int W_2(u,t)W_1(t,v)\,dt\,du$, with one labelling $t$ of the hidden units for both
layers. If both graphons are nondecreasing in $t$, this share is at least the density of $W_2$ times that of the input,
$\int W_1(t,v)\,dt$: on average over the inputs at least the product of the densities (for constant graphons it is that product). For
SNIP with $S^{(1)}_{tj}=|a_tw_{tj}|$ and $S^{(2)}_t=|a_t\zeta_t|$, all standard normal, and thresholds $\tau_1,\tau_2$, the share of kept
paths is $[[path_density]]$ ($x=\ln|a|$; the densities are $\rho_l=H(\tau_l)$, S4). Let the thresholds be above $0$. If the hidden units
were labelled independently in each layer, the share would be $[[relabelled_density]]$, which is no larger. If they were sorted by their
degrees, separately in each layer, it would be $E[W_1;|a|>\sqrt2\operatorname{erfinv}(1-\rho_2)]=[[sorted_density]]$, which is no smaller.
""",
    steps=PATH_STEPS,
    source=Source("2602.06675", "v1", "beyond the abstract"),
    provenance=Provenance.EXTENSION,
    quantities=(
        Quantity(log_size, "logarithm of the modulus of a readout weight", sp.S.Reals),
        Quantity(
            (tau_1, tau_2),
            "threshold above which the scores of the first or of the second layer are kept",
            NON_NEGATIVE,
            drawn=(sp.Rational(1, 4), 2),
        ),
        Quantity(
            (rho_1, rho_2),
            "density of the first or of the second layer, the share of weights kept",
            sp.Interval.Lopen(0, 1),
            drawn=(sp.Rational(1, 20), sp.Rational(4, 5)),
        ),
    ),
    hypotheses=(
        Hypothesis("the weights of both layers are standard normal and share the hidden units"),
        Hypothesis(
            "degrees are those of infinitely many inputs and of one output", needed_by=("least_size", "sorted_density")
        ),
        Hypothesis("something of the second layer is removed", rho_2 < 1, needed_by=("least_size", "sorted_density")),
    ),
    remarks=(
        Remark(
            r"At the densities $(\rho_1,\rho_2)=(0.1,0.3)$ the three shares are $0.0621$, $0.0300$ and $0.0866$.",
            checked_by="labellings_order_the_path_density",
        ),
    ),
    because={
        "law of the readout": sizes_have_this_density,
        "largest readouts": lambda least_size: same(1 - sp.erf(least_size / sp.sqrt(2)), rho_2),
    },
    wrong=lambda: {
        "row_law: without the slope of the logarithm": row_law / sp.exp(log_size),
        "row_law: of ln a²": row_law.subs(log_size, log_size / 2) / 2,
        "path_density: the product of the densities": product_survival(tau_1) * product_survival(tau_2),
        "path_density: one layer": sp.Integral(first_kernel * row_law, (log_size, -sp.oo, sp.oo)),
        "path_density: the larger threshold for the first": path_density.subs(tau_1, sp.Max(tau_1, tau_2)),
        "first_kernel: of the other tail": 1 - first_kernel,
        "first_kernel: half of the readout": first_kernel.subs(tau_1, 2 * tau_1),
        "second_kernel: twice the readout": second_kernel.subs(tau_2, tau_2 / 2),
        "second_kernel: the other threshold": first_kernel,
        "least_size: of readouts of one sign": sp.sqrt(2) * sp.erfinv(1 - 2 * rho_2),
        "least_size: the largest share": sp.sqrt(2) * sp.erfinv(rho_2),
        "sorted_density: the density of the layer": product_survival(tau_1),
        "sorted_density: no order": rho_2 * product_survival(tau_1),
        "relabelled_density: relabelled, the smaller density": sp.Min(rho_1, rho_2),
    },
)
