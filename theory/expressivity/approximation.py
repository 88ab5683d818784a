"""E6 and E7: what a wide masked layer approximates, and the error that inputs without paths leave."""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Remark, Source
from theory.expressivity.symbols import ACTIVE, EDGE, FLOOR_SHARE, NEURONS, alpha, k, n, p, units
from theory.expressivity.wired_neurons import at_least
from theory.graphon.symbols import FAILURE, delta
from theory.quantities import COUNT, Hypothesis, Quantity

pieces = sp.Symbol("M", integer=True, positive=True)  # of each interpolated square
success = at_least(n, alpha * p**k, units)
product_success = at_least(n, p**2, 2 * pieces)
sufficient_width = sp.Max(2 * units, 2 * sp.log(1 / delta) / (1 - sp.log(2))) / (alpha * p**k)

universal_approximation = Claim(
    label="E6",
    title="Universal approximation on active coordinates",
    statement=r"""
Let $f\in C([-B,B]^k)$, $\varphi$ continuous and not a polynomial, with biases, edges as in E1 (probability at least $p$ on
$k$ inputs for a share $\alpha$ of the neurons), readout dense. If $\alpha np^k\to\infty$, for every $\varepsilon>0$ weights supported
on the mask with $\sup|f-f_{net}|<\varepsilon$ exist with probability tending to $1$: at least $[[success]]$, with
$N=N_\varepsilon(f)$ the number of dense units that suffice; so $1-\delta$ from $n\ge[[sufficient_width]]$ on. The number $d$ of all inputs
does not enter. *Explicitly:* $x_1x_2=\frac14(x_1+x_2)^2-\frac14(x_1-x_2)^2$ on $[-1,1]^2$, each square
interpolated at $M+1$ equispaced knots of $[-2,2]$, takes $[[product_units]]$ ReLU units (a first slope $[[first_slope]]$ and bends of $[[bend]]$, the output
biases cancel) and has the sup error $[[sup_error]]$ exactly; a mask of density $p$ admits it with probability at least
$[[product_success]]$. Full wiring is sufficient, not necessary: a sum of functions of fewer inputs needs fewer edges. But it
cannot be dropped: neurons with one active input each, however many, keep the sup error $[[additive_floor]]$ for $x_1x_2$, which $0$ attains.
The weights are not bounded.
""",
    proof_text=r"""
*Cited, not proved here:* for the given $f$ and $\varepsilon$ there is a dense network of $N_\varepsilon$ units on the
$k$ inputs (Leshno, Lin,
Pinkus and Schocken, Neural Networks 6, 1993, 861–867). The rest is proved from it. Fully wired neurons realise any of
them, other neurons get readout $0$; E1 gives $P(N\ge N_\varepsilon)$, and if $\alpha np^k\ge2N_\varepsilon$, E2 its
complement as
at most $e^{-\frac{1-\ln2}2\alpha np^k}$. *Explicitly:* between knots $a<b$ a square lies below its chord by
$(t-a)(b-t)\le\frac{(b-a)^2}4=\frac4{M^2}$. The error is $\frac14$ of the difference of two such terms, at
$s=x_1+x_2$ and $t=x_1-x_2$; it attains $\frac1{M^2}$ where one is a midpoint and the other a knot: $(s,t)=(\frac2M,0)$
for even $M$, $(0,\frac2M)$ for odd, both in the domain $|s|+|t|\le2$. The chord of a piece has slope $a+b$, which begins at $\frac4M-4$ and
grows by $\frac8M$ at each of $M-1$ inner knots: $M$ units for each square. A sum $f_1(x_1)+f_2(x_2)$ of approximable
functions is approximated by
neurons with one input each. *One input each:* the network is $g_1(x_1)+g_2(x_2)$, and
$g(1,1)-g(1,-1)-g(-1,1)+g(-1,-1)=0$ where $x_1x_2$ has $4$; four errors of modulus at most the sup add up to $4$. ∎
""",
    source=Source(
        "2602.06675",
        "abstract: “a Universal Approximation Theorem for sparse networks that depends only on the intrinsic "
        "dimension of active coordinate subspaces”; the proof rests on Leshno et al. (1993)",
    ),
    provenance=Provenance.RECONSTRUCTED,
    proof=Proof.PROVED,
    quantities=(
        NEURONS.drawn_from(20, 60),
        ACTIVE,
        EDGE.drawn_from(sp.Rational(1, 2), sp.Rational(19, 20)),
        FLOOR_SHARE,
        Quantity(units, "number of units of a dense network that suffice", COUNT, drawn=(1, 9)),
        FAILURE,
        Quantity(pieces, "number of pieces of each interpolated square", COUNT, drawn=(1, 9)),
    ),
    hypotheses=(
        Hypothesis(
            "the readout edges of wired neurons are present (if each is with probability $p'$, read $p^kp'$ for $p^k$)"
        ),
        Hypothesis(
            "the theorem of Leshno et al. (1993) is cited, and with it all but the explicit network for a product"
        ),
        Hypothesis("what the abstract leaves open is our reading, and so is the proof"),
    ),
    uses=("E1", "E2"),
    expressions={
        "success": success,
        "sufficient_width": sufficient_width,
        "product_units": 2 * pieces,
        "first_slope": 4 / pieces - 4,
        "bend": 8 / pieces,
        "sup_error": 1 / pieces**2,
        "product_success": product_success,
        "additive_floor": sp.Integer(1),
    },
    aids={"neurons": "fully wired"},
)

x_1, x_2, x_3 = inputs = sp.symbols("x_1:4", real=True)
again = sp.Symbol("z", real=True)  # a second value of the first input
target = sp.Function("f", real=True)
a, b = sp.symbols("a b", real=True)
example = a * x_1 * x_2 + b * x_3**2  # on the cube [0, 1]³

projection_error = sp.Integral(
    (target(x_1, x_2) - sp.Integral(target(again, x_2), (again, 0, 1))) ** 2, (x_1, 0, 1), (x_2, 0, 1)
)
resampled_error = sp.Integral((target(x_1, x_2) - target(again, x_2)) ** 2, (x_1, 0, 1), (again, 0, 1), (x_2, 0, 1)) / 2
SOBOL: Mapping[str, sp.Expr] = {"1": a**2 / 48, "2": a**2 / 48, "12": a**2 / 144, "3": 4 * b**2 / 45}
FLOORS: Mapping[str, sp.Expr] = {
    inactive: sp.Add(*(part for names, part in SOBOL.items() if set(names) & set(inactive)))
    for inactive in ("1", "3", "13", "12", "123")
}

inactive_inputs = Claim(
    label="E7",
    title="Inputs without paths: the error that remains",
    statement=r"""
If no path leaves the inputs $J$, the network is a function of the others, and over all functions $g$ of them
$$\inf_gE(f-g)^2=E\operatorname{Var}(f\mid x_{-J}),$$
for every law of $x$ with $Ef^2<\infty$; $g=E[f\mid x_{-J}]$ attains it, and any $g$ has
$E(f-g)^2=E\operatorname{Var}(f\mid x_{-J})+E(g-E[f\mid x_{-J}])^2$. It equals $\frac12E(f(x)-f(x'))^2$, $x'$ being $x$ with $x_J$ drawn afresh
given the others. For product laws it is $\sum_{T\cap J\ne\emptyset}\sigma_T^2$, the total Sobol index of $J$. For $J=\{1\}$ and uniform inputs it is
$[[projection_error]]=[[resampled_error]]$. For $f=ax_1x_2+bx_3^2$ on $[0,1]^3$ the parts are $[[sobol]]$, named by their inputs, and the
floors for the sets $J$: $[[floors]]$. The main effect $\sigma_{\{1\}}^2$ alone is no floor that a network attains.
The floor holds for every width, depth and weight.
""",
    proof_text=r"""
$g$ is a function of $x_{-J}$, and $E[f\mid x_{-J}]$ is the orthogonal projection of $f$ to such functions in $L^2$: Pythagoras. Given
$x_{-J}$, $f(x)$ and $f(x')$ are iid, and $\operatorname{Var}X=\frac12E(X-X')^2$. For product laws
$f=\sum_Tf_T$ with orthogonal parts of variances $\sigma_T^2$, and the projection keeps those with $T\cap J=\emptyset$. For the example
$x_1x_2=(\frac12+y_1)(\frac12+y_2)$ with centred $y$ of variance $\frac1{12}$: parts $\frac12y_1$, $\frac12y_2$, $y_1y_2$; and
$\operatorname{Var}x_3^2=\frac15-\frac19$. ∎
""",
    source=Source(
        "2602.06675",
        "textbook (orthogonal projection; Sobol indices: Sobol 2001); beyond the abstract, which has the other "
        "direction",
    ),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        Quantity(a, "coefficient of the product of the first two inputs", sp.S.Reals),
        Quantity(b, "coefficient of the square of the third input", sp.S.Reals),
        Quantity(target, "function to be learnt, of two inputs", sp.S.Reals),
    ),
    hypotheses=(
        Hypothesis("the function has a finite mean square"),
        Hypothesis("for Sobol indices: independent inputs", needed_by=("sobol", "floors")),
    ),
    expressions={
        "projection_error": projection_error,
        "resampled_error": resampled_error,
        "floors": FLOORS,
        "sobol": SOBOL,
    },
    aids={"example": example},
    remarks=(
        Remark(
            "Whether training attains the floor is another matter. Measured for the example: 48 random ReLU units fitted "
            "to 20 000 samples come within 2 % of it.",
            checked_by="fitted_networks_come_close",
        ),
    ),
)
