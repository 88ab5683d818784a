"""E5: the error of a random network with as many units as the mask leaves fully wired."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Source
from theory.expressivity.symbols import ACTIVE, EDGE, FLOOR_SHARE, NEURONS, UNITS, alpha, k, n, p, units
from theory.expressivity.wired_neurons import binomial_law
from theory.quantities import COUNT, POSITIVE, Hypothesis, Quantity
from theory.steps import Carrier, Step

second_moment, square_norm = sp.symbols("G F", positive=True)  # E‖g‖² and ‖f‖²
radius, barron_norm = sp.symbols("r C", positive=True)
fourth_central, second_central = sp.symbols("m_4 m_2", positive=True)  # of one unit at one input
order = sp.Symbol("s", integer=True, positive=True)  # of a moment
z = sp.Symbol("z", real=True)  # what a neuron is given

chance = p**k
floor_mean = alpha * n * chance


def given_some(value: sp.Expr) -> sp.Expr:
    """E[value | N ≥ 1] for an expression in `units` and N ~ Bin(n, p^k)."""
    mass = binomial_law(n, chance, units)
    return sp.Sum(mass * value, (units, 1, n)) / (1 - (1 - chance) ** n)


unit_square = second_moment - square_norm
maurey_error = unit_square / units
average_fourth = (fourth_central + 3 * (units - 1) * second_central**2) / units**3

raw_moment = 2 ** (order - 1) * sp.gamma((order + 1) / 2) / sp.sqrt(sp.pi)  # of √2 max(z, 0) for a standard normal z
unit_variance = 1 - 1 / sp.pi
unit_fourth = 6 - 10 / sp.pi - 3 / sp.pi**2
input_square, input_fourth = k, k * (k + 2)  # E‖x‖² and E‖x‖⁴
given_units = k * unit_variance / units
mean_inverse = given_some(1 / units)
mean_number = n * chance / (1 - (1 - chance) ** n)
inverse_mean = 1 / mean_number
mse = k * unit_variance * mean_inverse
fourth_moment = input_fourth * given_some(
    average_fourth.subs({fourth_central: unit_fourth, second_central: unit_variance})
)
variance_bound = fourth_moment - mse**2

unit_error = 2 * radius * barron_norm / sp.sqrt(units)  # Barron's theorem, quoted
barron_error = unit_error.subs(units, floor_mean / 2)
ramp = sp.Max(z, 0) - sp.Max(z - 1, 0)
pairs = sp.floor(floor_mean / 4)
relu_error = unit_error.subs(units, pairs)
failure = sp.exp(-floor_mean / 8)

STEPS = (
    Step(
        name="one unit",
        sentence=r"""$E\|g_\theta-f\|^2=[[unit_square]]$: the mean of the scalar product of $g_\theta$ and $f$ is that of $f$ with itself, $F$.""",
        gives={"unit_square": unit_square},
    ),
    Step(
        name="independent units",
        sentence=r"""A network of $N$ units errs by the mean of $e_i=g_{\theta_i}-f$, which are independent, each of mean $0$: a product has
the mean $0$ if some $e_i$ is in it just once.""",
        by=Carrier.RULE,
        source="product",
    ),
    Step(
        name="average",
        sentence=r"So one unit more adds $E\|e\|^2$ to the mean square of $\sum_ie_i$, and the mean squared error is $[[maurey_error]]$.",
        gives={"maurey_error": maurey_error},
        uses=("one unit", "independent units"),
    ),
    Step(
        name="fourth power of an average",
        sentence=r"""At one input let $e$ have the moments $m_2$ and $m_4$. One more of them adds $m_4$ and $6m_2\cdot Nm_2$ to the mean fourth
power of $\sum_ie_i$: that of the average of $N$ is $[[average_fourth]]$.""",
        gives={"average_fourth": average_fourth},
        uses=("average",),
    ),
    Step(
        name="projection",
        sentence=r"Given the input $x$, $\omega\cdot x=\|x\|z$ with a standard normal $z$, so that $g_\omega(x)=\|x\|\varphi(z)$.",
        by=Carrier.RULE,
        source="rotation",
    ),
    Step(
        name="moments",
        sentence=r"$E\varphi(z)^s=[[raw_moment]]$ for $s=1,2,\dots$: the first is $1/\sqrt\pi$, so that $f(x)=\|x\|/\sqrt\pi$, and the second $1$.",
        gives={"raw_moment": raw_moment},
        uses=("projection",),
    ),
    Step(
        name="central moments",
        sentence=r"The variance of $\varphi(z)$ is $[[unit_variance]]$, and its fourth central moment $[[unit_fourth]]$.",
        gives={"unit_variance": unit_variance, "unit_fourth": unit_fourth},
        uses=("moments",),
    ),
    Step(
        name="inputs",
        sentence=r"$E\|x\|^2=[[input_square]]$ and $E\|x\|^4=[[input_fourth]]$: one coordinate more adds $1$ to the first, and $2k+3$ to the second.",
        gives={"input_square": input_square, "input_fourth": input_fourth},
    ),
    Step(
        name="given the units",
        sentence=r"A network of $N$ units thus has the mean squared error $[[given_units]]$: put $G=E\|x\|^2E\varphi^2$, $F=E\|x\|^2(E\varphi)^2$.",
        gives={"given_units": given_units},
        uses=("average", "moments", "inputs"),
    ),
    Step(
        name="wired units",
        sentence=r"""$N\sim\mathrm{Bin}(n,p^k)$ neurons are wired to all active inputs. The mask is independent of the weights, so that given $N$
these are what they were.""",
        by=Carrier.CLAIM,
        source="E1",
    ),
    Step(
        name="inverse",
        sentence=r"$E[N^{-1}\mid N\ge1]=[[mean_inverse]]$.",
        gives={"mean_inverse": mean_inverse},
        uses=("wired units",),
    ),
    Step(
        name="number",
        sentence=r"$E[N\mid N\ge1]=[[mean_number]]$, as $N=0$ adds nothing to $EN$.",
        gives={"mean_number": mean_number},
        uses=("wired units",),
    ),
    Step(
        name="Jensen",
        sentence=r"$E[N^{-1}\mid N\ge1]\ge[[inverse_mean]]$. They are equal only if $N$ is constant given $N\ge1$: if $n=1$ or $p=1$.",
        by=Carrier.RULE,
        source="Jensen",
        gives={"inverse_mean": inverse_mean},
        uses=("inverse", "number"),
    ),
    Step(
        name="masked error",
        sentence=r"The mean of *given the units* over $N$, given $N\ge1$, is $[[mse]]$.",
        gives={"mse": mse},
        uses=("given the units", "inverse"),
    ),
    Step(
        name="fourth power",
        sentence=r"""Given $x$, $m_2=\|x\|^2\operatorname{Var}\varphi$, and $m_4$ is $\|x\|^4$ times the fourth central moment of $\varphi$. The mean of the
*fourth power of an average* over $N$ and $x$ is $Ee^4=[[fourth_moment]]$.""",
        gives={"fourth_moment": fourth_moment},
        uses=("fourth power of an average", "central moments", "inputs", "wired units"),
    ),
    Step(
        name="variance",
        sentence=r"""The square of an average is at most the average of the squares. So $e^2$ averaged over any inputs has a mean square of at
most $Ee^4$, and a variance of at most $Ee^4-(Ee^2)^2=[[variance_bound]]$.""",
        by=Carrier.RULE,
        source="Jensen",
        gives={"variance_bound": variance_bound},
        uses=("masked error", "fourth power"),
    ),
    Step(
        name="Barron",
        sentence=r"Some $N$ sigmoidal units of the active inputs, with an output bias, err by at most $[[unit_error]]$.",
        by=Carrier.CITED,
        source="Barron, IEEE Transactions on Information Theory 39, 1993, 930–945: some combination of N sigmoidal functions and a "
        "constant has, over the ball of radius r, at most the mean squared error (2rC)²/N from f, for every probability on it",
        gives={"unit_error": unit_error},
    ),
    Step(
        name="floor",
        sentence=r"""Under the floor of E1 the number of wired neurons is at least a $\mathrm{Bin}(n,\alpha p^k)$, whose mean is
$\mu=[[floor_mean]]$.""",
        by=Carrier.CLAIM,
        source="E1",
        gives={"floor_mean": floor_mean},
    ),
    Step(
        name="lower tail",
        sentence=r"A binomial number of mean $\mu$ is below $\frac\mu2$ with probability at most $e^{-\mu/8}$.",
        by=Carrier.CLAIM,
        source="E2",
    ),
    Step(
        name="failure",
        sentence=r"So fewer than $\frac\mu2$ neurons are wired with probability at most $[[failure]]$.",
        gives={"failure": failure},
        uses=("floor", "lower tail"),
    ),
    Step(
        name="sigmoidal layer",
        sentence=r"""Else $N\ge\frac\mu2>0$ neurons are. Weights of their other edges and readout weights of other neurons are set to $0$, and
*Barron*, which falls in $N$, is at most $[[barron_error]]$.""",
        gives={"barron_error": barron_error},
        uses=("Barron", "floor", "failure"),
    ),
    Step(
        name="ramp",
        sentence=r"$[[ramp]]$ is sigmoidal: it is $0$ for $z\le0$, $1$ for $z\ge1$, and $z$ between. These are two ReLU units.",
        gives={"ramp": ramp},
    ),
    Step(
        name="pairs",
        sentence=r"$N\ge\frac\mu2$ neurons make $\lfloor\frac N2\rfloor\ge[[pairs]]$ pairs.",
        by=Carrier.RULE,
        source="monotonicity",
        gives={"pairs": pairs},
        uses=("floor", "ramp"),
    ),
    Step(
        name="ReLU layer",
        sentence=r"For $\mu\ge4$ there is such a pair, and *Barron* for so many of them is $[[relu_error]]$.",
        gives={"relu_error": relu_error},
        uses=("Barron", "failure", "pairs"),
    ),
)

maurey_rate = Claim(
    label="E5",
    title="The Maurey–Barron rate with a random number of units",
    statement=r"""
(a) If $f=E_\theta g_\theta$ in $L^2(\mu)$, $N$ iid units have $E\|f-\frac1N\sum_ig_{\theta_i}\|^2=[[maurey_error]]$ with
$G=E\|g_\theta\|^2$, $F=\|f\|^2$. (b) Let $f(x)=\int e^{i\omega\cdot x}\hat f(\omega)\,d\omega$ on $k$ active inputs,
$C=\int\|\omega\||\hat f(\omega)|\,d\omega<\infty$, and let edges obey the floor of E1 and the readout be dense. With probability at
least $1-[[failure]]$ the masked layer of $n$ sigmoidal units with biases, and an output bias, contains an approximant of $f$ whose $L^2(\mu)$ error
on the ball of radius $r$ is at most $[[barron_error]]$, for every probability $\mu$ on it; with ReLU units at most
$[[relu_error]]$ (nothing is said where the floor is $0$). (c) An identity without constants to fit: $x\sim N(0,I_k)$, $\varphi=\sqrt2\max(\cdot,0)$,
$g_\omega=\varphi(\omega\cdot x)$, $\omega\sim N(0,I_k)$, $f(x)=\|x\|/\sqrt\pi$, edges independent of probability $p$, and the mean of
the $N\sim\mathrm{Bin}(n,p^k)$ fully wired units has
$$E[\mathrm{MSE}\mid N\ge1]=k\,\bigl([[unit_variance]]\bigr)\,E[N^{-1}\mid N\ge1]$$ $$=[[mse]],$$
$E[N^{-1}\mid N\ge1]=[[mean_inverse]]$ being at least $1/E[N\mid N\ge1]=[[inverse_mean]]$, and more if $n>1$ and $p<1$ (Jensen). The squared error $e^2$ at one input, or its average over
several, has variance at most $Ee^4-(E\,\mathrm{MSE})^2$, $Ee^4=[[fourth_moment]]$. Full wiring is sufficient, not necessary; other
edges of a wired neuron do no harm, their weights are set to $0$.
""",
    steps=STEPS,
    source=Source(
        "2602.06675",
        "textbook rate (Barron 1993) with a random number of units; beyond the abstract, which announces no rate",
    ),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        NEURONS.drawn_from(40, 90),
        ACTIVE.drawn_from(1, 3),
        EDGE.drawn_from(sp.Rational(3, 4), sp.Rational(19, 20)),
        FLOOR_SHARE.drawn_from(sp.Rational(1, 2), 1),
        UNITS,
        Quantity(second_moment, "mean of the squared norm of a random unit", POSITIVE),
        Quantity(square_norm, "squared norm of the mean of the units", POSITIVE),
        Quantity(fourth_central, "fourth central moment of a unit at one input", POSITIVE),
        Quantity(second_central, "variance of a unit at one input", POSITIVE),
        Quantity(order, "order of a moment", COUNT, drawn=(1, 6)),
        Quantity(z, "what a neuron is given, the sum over its edges and a bias", sp.S.Reals),
        Quantity(radius, "radius of the ball that holds the inputs", POSITIVE),
        Quantity(
            barron_norm, "Barron's norm of the function, the integral of frequency times Fourier transform", POSITIVE
        ),
    ),
    hypotheses=(
        Hypothesis("the mask is independent of the weights, the readout edges of wired neurons are present"),
        Hypothesis(
            "for (b): Barron's theorem (1993) is cited, (a) and (c) are proved without it; $f$ depends on the active "
            "inputs alone",
            needed_by=("unit_error", "barron_error", "relu_error"),
        ),
        Hypothesis("the squared norm of a mean is at most the mean squared norm", square_norm <= second_moment),
        Hypothesis("a fourth moment that is at least the squared variance", second_central**2 <= fourth_central),
        Hypothesis("for ReLU: a mean number of wired neurons that is at least four", floor_mean >= 4, ("relu_error",)),
    ),
    uses=("E1", "E2"),
    expressions={
        "maurey_error": maurey_error,
        "mean_inverse": mean_inverse,
        "inverse_mean": inverse_mean,
        "unit_variance": unit_variance,
        "unit_fourth": unit_fourth,
        "average_fourth": average_fourth,
        "mse": mse,
        "fourth_moment": fourth_moment,
        "variance_bound": variance_bound,
        "barron_error": barron_error,
        "relu_error": relu_error,
        "failure": failure,
    },
)
