"""E5.1 and E5.2: the error of an average of random units, and of the units that a mask leaves fully wired."""

from __future__ import annotations

import sympy as sp

from sparse_limits.theory.bounds import Loose, Sharp, Side
from sparse_limits.theory.claims import Claim, Proof, Provenance, Source
from sparse_limits.theory.expressivity.symbols import ACTIVE, EDGE, NEURONS, UNITS, k, n, p, units
from sparse_limits.theory.expressivity.wired_neurons import binomial_law
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, NON_NEGATIVE, POSITIVE, Hypothesis, Quantity

second_moment, square_norm = sp.symbols("G F", positive=True)  # E‖g‖² and ‖f‖²
fourth_central, second_central = sp.symbols("m_4 m_2", positive=True)  # of one unit at one input
order = sp.Symbol("s", integer=True, positive=True)  # of a moment

chance = p**k


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

AVERAGE_STEPS = proof(
    r"""
one unit: $E\|g_\theta-f\|^2=[[unit_square]]$: the mean of the scalar product of $g_\theta$ and $f$ is that of $f$ with itself, $F$.

independent units (by product): A network of $N$ units errs by the mean of $e_i=g_{\theta_i}-f$, which are independent, each of mean $0$: a
product has the mean $0$ if some $e_i$ is in it just once.

average (from one unit, independent units): So one unit more adds $E\|e\|^2$ to the mean square of $\sum_ie_i$, and the mean squared error
is $[[maurey_error]]$.

fourth power of an average (from average): At one input let $e$ have the moments $m_2$ and $m_4$. One more of them adds $m_4$ and $6m_2\cdot
Nm_2$ to the mean fourth power of $\sum_ie_i$: that of the average of $N$ is $[[average_fourth]]$.
""",
    globals(),
)

maurey_identity = Claim(
    label="E5.1",
    title="The error of an average of random units",
    statement=r"""
Let $g_\theta$ be a random unit and $f=E_\theta g_\theta$ in $L^2(\mu)$, $\mu$ the law of the inputs, with $G=E\|g_\theta\|^2$ and $F=\|f\|^2$. The average of $N$
iid units has $E\|f-\frac1N\sum_ig_{\theta_i}\|^2=[[maurey_error]]$. At one input, where a unit has the variance $m_2$ and the fourth
central moment $m_4$, the mean fourth power of the error of the average is $[[average_fourth]]$.
""",
    steps=AVERAGE_STEPS,
    source=Source(
        "2602.06675",
        "textbook rate (Barron 1993) with a random number of units; beyond the abstract, which announces no rate",
    ),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        UNITS,
        Quantity(second_moment, "mean of the squared norm of a random unit", POSITIVE),
        Quantity(square_norm, "squared norm of the mean of the units", NON_NEGATIVE),
        Quantity(fourth_central, "fourth central moment of a unit at one input", POSITIVE),
        Quantity(second_central, "variance of a unit at one input", NON_NEGATIVE),
    ),
    hypotheses=(
        Hypothesis("the squared norm of a mean is at most the mean squared norm", square_norm <= second_moment),
        Hypothesis("a fourth moment that is at least the squared variance", second_central**2 <= fourth_central),
    ),
)

WIRED_STEPS = proof(
    r"""
average (by E5.1): Let $G$ be the mean over the inputs of a unit's mean square and $F$ that of its squared mean: the mean of $N$ units errs
by $[[maurey_error]]$ in mean square. At one input, where a unit has the variance $m_2$ and the fourth central moment $m_4$, it errs by
$[[average_fourth]]$ in the mean fourth power.

projection (by rotation): Given the input $x$, $\omega\cdot x=\|x\|z$ with a standard normal $z$, so that $g_\omega(x)=\|x\|\varphi(z)$.

moments (from projection): $E\varphi(z)^s=[[raw_moment]]$ for $s=1,2,\dots$: the first is $1/\sqrt\pi$, so that $f(x)=\|x\|/\sqrt\pi$, and
the second $1$.

central moments (from moments): The variance of $\varphi(z)$ is $[[unit_variance]]$, and its fourth central moment $[[unit_fourth]]$.

inputs: $E\|x\|^2=[[input_square]]$ and $E\|x\|^4=[[input_fourth]]$: one coordinate more adds $1$ to the first, and $2k+3$ to the second.

given the units (from average, moments, inputs): A network of $N$ units thus has the mean squared error $[[given_units]]$: put
$G=E\|x\|^2E\varphi^2$, $F=E\|x\|^2(E\varphi)^2$.

wired units (by E1): $N\sim\mathrm{Bin}(n,p^k)$ neurons are wired to all active inputs. The mask is independent of the weights, so that
given $N$ these are what they were.

inverse (from wired units): $E[N^{-1}\mid N\ge1]=[[mean_inverse]]$.

number (from wired units): $E[N\mid N\ge1]=[[mean_number]]$, as $N=0$ adds nothing to $EN$.

Jensen (from inverse, number; by Jensen): $E[N^{-1}\mid N\ge1]\ge[[inverse_mean]]$. They are equal only if $N$ is constant given $N\ge1$: if
$n=1$ or $p=1$.

masked error (from given the units, inverse): The mean of *given the units* over $N$, given $N\ge1$, is $[[mse]]$.

fourth power (from average, central moments, inputs, wired units): Given $x$, $m_2=\|x\|^2\operatorname{Var}\varphi$, and $m_4$ is $\|x\|^4$
times the fourth central moment of $\varphi$. The mean of the *average* over $N$ and $x$ is $Ee^4=[[fourth_moment]]$.

variance (from masked error, fourth power; by Jensen): The square of an average is at most the average of the squares. So $e^2$ averaged
over one input or several, each of the law of $x$, has a mean square of at most $Ee^4$, and a variance of at most
$Ee^4-(Ee^2)^2=[[variance_bound]]$.
""",
    globals(),
)

wired_average = Claim(
    label="E5.2",
    title="The error of an average of the wired units",
    statement=r"""
An identity without constants to fit. Let $x\sim N(0,I_k)$ be the $k$ active inputs, $\varphi=\sqrt2\max(\cdot,0)$,
$g_\omega(x)=\varphi(\omega\cdot x)$ a unit with random weights $\omega\sim N(0,I_k)$, and $f(x)=E_\omega g_\omega(x)=\|x\|/\sqrt\pi$. Of $n$ such
units, edges independent of probability $p$, $N\sim\mathrm{Bin}(n,p^k)$ are wired to all active inputs; weights of their other
edges are set to $0$. The mean of these $N$ units has
$$E[\mathrm{MSE}\mid N\ge1]=k\,\bigl([[unit_variance]]\bigr)\,E[N^{-1}\mid N\ge1]$$ $$=[[mse]],$$
$E[N^{-1}\mid N\ge1]=[[mean_inverse]]$ being at least $1/E[N\mid N\ge1]=[[inverse_mean]]$, and more if $n>1$ and $p<1$ (Jensen). Given $N\ge1$ the
squared error $e^2$ at one random input $x$, or its average over several such inputs, has variance at most
$Ee^4-(E\,\mathrm{MSE})^2$, $Ee^4=[[fourth_moment]]$.
""",
    steps=WIRED_STEPS,
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
        UNITS,
        Quantity(order, "order of a moment", COUNT, drawn=(1, 6)),
    ),
    hypotheses=(Hypothesis("the mask is independent of the weights, the readout edges of wired neurons are present"),),
    uses=("E1", "E5.1"),
    also=("unit_fourth", "variance_bound"),
    sharp=(Sharp(expression="variance_bound", example="one input", check="moments_over_the_number_of_units"),),
    loose=(
        Loose(
            expression="inverse_mean",
            truth="mean_inverse",
            at=tuple({n: width, k: 3, p: sp.Rational(1, 2)} for width in (40, 400)),
            lost="in Jensen's inequality: the number of wired neurons varies",
            side=Side.BELOW,
        ),
    ),
)
