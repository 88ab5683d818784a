"""O7: masks and graphons of consecutive layers compose, on one labelling of the hidden units."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Source
from theory.graphon.rate import log_size, row_kernel, row_law
from theory.graphon.symbols import n, p
from theory.quantities import COUNT, NON_NEGATIVE, Hypothesis, Quantity
from theory.saliency.model import tau

first_cut, second_cut = sp.symbols("c_1 c_2", positive=True)  # distances of the layers in cut norm
first_moment, second_moment = sp.symbols("p_1 p_2", positive=True)  # means of p and of p² over the hidden units
tau_1, tau_2, rho_1, rho_2 = sp.symbols("tau_1 tau_2 rho_1 rho_2", positive=True)

FROM_0_TO_1 = sp.Interval(0, 1)

composition_bound = first_cut + second_cut
rate_bound = 1 / (2 * sp.sqrt(n))
deviation = sp.sqrt(2 / sp.pi) * sp.sqrt((first_moment - second_moment) / n)
deviation_error = 1 / n
term_variance = p * (1 - p)
third_moment = p * (1 - p) ** 3 + (1 - p) * p**3


def over_sizes(integrand: sp.Expr, least: sp.Expr = sp.S.NegativeInfinity) -> sp.Integral:
    """The mean of a function of ln|a|, a standard normal, on ln|a| > least."""
    return sp.Integral(integrand * row_law, (log_size, least, sp.oo))


first_kernel, second_kernel = row_kernel.subs(tau, tau_1), row_kernel.subs(tau, tau_2)  # given |a| = e^x
path_density = over_sizes(first_kernel * second_kernel)
relabelled_density = rho_1 * rho_2
sorted_density = over_sizes(first_kernel, sp.log(sp.sqrt(2) * sp.erfinv(1 - rho_2)))

shared_latent = Claim(
    label="O7",
    title="Layers compose, on one labelling of the hidden units",
    statement=r"""
Let $(W_2\circ W_1)(u,v)=\int W_2(u,t)W_1(t,v)\,dt$ for graphons of consecutive layers. (a) With $c_l=\|U_l-W_l\|_\square$
$$\|U_2\circ U_1-W_2\circ W_1\|_\square\le[[composition_bound]],$$
for more layers their sum; the constants $1$ are sharp. (b) Masks do not converge in $L^1$ (G5), but their compositions do.
Let $M_1,M_2$ have independent entries with means $P_1,P_2$ and $n$ hidden units between them. Then
$$E\|\tfrac1nM_2M_1-\tfrac1nP_2P_1\|_1\le[[rate_bound]],$$
which $n=1$ attains, and at each entry, $p_1$ and $p_2$ the means over the hidden units $t$ of $p=P_2(u,t)P_1(t,v)$ and of
$p^2$, the mean deviation differs from $[[deviation]]$ by at most $[[deviation_error]]$. (c) The share of kept paths from input
$v$ is $\int\!\!\int W_2(u,t)W_1(t,v)\,dt\,du$, with one labelling $t$ of the hidden units for both layers. If both prefer the
same units it is at least the product of the densities (for constant graphons it is that product). SNIP with
$S^{(1)}_{tj}=|a_tw_{tj}|$ and $S^{(2)}_t=|a_t\zeta_t|$, all standard normal, keeps above the thresholds $\tau_1,\tau_2$ the share
$[[path_density]]$ of paths ($x=\ln|a|$; the densities are $\rho_l=H(\tau_l)$, S4). Were the hidden units labelled independently
in each layer it would be $[[relabelled_density]]$, too little; were they sorted by their degrees, separately in each layer,
$E[W_1;|a|>\sqrt2\operatorname{erfinv}(1-\rho_2)]=[[sorted_density]]$, too much. For $(\rho_1,\rho_2)=(0.1,0.3)$ the three are
$0.0621$, $0.0300$ and $0.0866$.
""",
    proof_text=r"""
(a) $U_2\circ U_1-W_2\circ W_1=(U_2-W_2)\circ U_1+W_2\circ(U_1-W_1)$, and on $S\times T$ the first term is
$\int1_S(U_2-W_2)g$ with $g=\int_TU_1\in[0,1]$, at most $c_2$; likewise the second. Equality for constant differences, the other
layer being $1$. (b) An entry is the mean of $n$ independent Bernoulli variables $M_2(u,t)M_1(t,v)$ of means $p(t)$. Its variance
is $(p_1-p_2)/n\le1/4n$: Jensen. For centred independent $X_t$ with $B^2=\sum\operatorname{Var}X_t$ the law of $\sum X_t/B$ is
within $\sum E|X_t|^3/B^3$ of the standard normal in Wasserstein distance (Goldstein 2010), and $E|X_t|^3=p(1-p)(p^2+(1-p)^2)
\le\operatorname{Var}X_t$; so $E|\sum X_t|$ differs from $\sqrt{2/\pi}\,B$ by at most $1$. Divide by $n$. (c) Count paths. If
$W_1,W_2$ are nondecreasing in $t$, $\int W_2W_1\ge\int W_2\int W_1$ (Chebyshev). Given $a_t$, the layers keep
independently of each other with probabilities $\operatorname{erfc}(\tau_l/\sqrt2|a_t|)$. Degrees sort the first layer by $|a|$,
asymptotically; the second has degrees $0$ and $1$, so sorting puts its share $\rho_2$ beside the units of largest $|a|$, which
among all functions $0\le h\le1$ of integral $\rho_2$ maximises $\int hW_1$. ∎
""",
    source=Source("2602.06675", "beyond the abstract"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        Quantity(
            (first_cut, second_cut),
            "distance in cut norm of two graphons, in the first or in the second layer",
            FROM_0_TO_1,
            drawn=(0, 1),
        ),
        Quantity(n, "number of hidden units between the layers", COUNT, drawn=(4, 60)),
        Quantity(p, "probability that both weights of a path are kept, at one hidden unit", FROM_0_TO_1, drawn=(0, 1)),
        Quantity(
            first_moment,
            "mean over the hidden units of the probability that both weights of a path are kept",
            FROM_0_TO_1,
            drawn=(sp.Rational(3, 10), sp.Rational(1, 2)),
        ),
        Quantity(
            second_moment,
            "mean over the hidden units of the square of that probability",
            FROM_0_TO_1,
            drawn=(sp.Rational(1, 10), sp.Rational(1, 4)),
        ),
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
        Hypothesis(r"$0\le U_l,W_l\le1$"),
        Hypothesis("in (b): independent entries within and between the layers"),
        Hypothesis("in (c): the weights of both layers are standard normal and share the hidden units"),
        Hypothesis("a mean square is at least the square of the mean", second_moment >= first_moment**2),
        Hypothesis("probabilities are no smaller than their squares", second_moment <= first_moment),
        Hypothesis("something of the second layer is removed", rho_2 < 1, needed_by=("sorted_density",)),
    ),
    uses=("S4", "G5"),
    expressions={
        "composition_bound": composition_bound,
        "rate_bound": rate_bound,
        "deviation": deviation,
        "deviation_error": deviation_error,
        "path_density": path_density,
        "relabelled_density": relabelled_density,
        "sorted_density": sorted_density,
    },
    aids={"term_variance": term_variance, "third_moment": third_moment},
)
