"""E5: the error of a random network with as many units as the mask leaves fully wired."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Source
from theory.expressivity.symbols import ACTIVE, EDGE, FLOOR_SHARE, NEURONS, UNITS, alpha, k, n, p, units
from theory.expressivity.wired_neurons import binomial_law
from theory.quantities import POSITIVE, Hypothesis, Quantity

second_moment, square_norm = sp.symbols("G F", positive=True)  # E‖g‖² and ‖f‖²
radius, barron_norm = sp.symbols("r C", positive=True)
fourth_central, second_central = sp.symbols("m_4 m_2", positive=True)  # of one unit at one input

chance = p**k
floor_mean = alpha * n * chance


def given_some(value: sp.Expr) -> sp.Expr:
    """E[value | N ≥ 1] for an expression in `units` and N ~ Bin(n, p^k)."""
    mass = binomial_law(n, chance, units)
    return sp.Sum(mass * value, (units, 1, n)) / (1 - (1 - chance) ** n)


maurey_error = (second_moment - square_norm) / units
mean_inverse = given_some(1 / units)
unit_variance = 1 - 1 / sp.pi
unit_fourth = 6 - 10 / sp.pi - 3 / sp.pi**2
mse = k * unit_variance * mean_inverse
average_fourth = (fourth_central + 3 * (units - 1) * second_central**2) / units**3
fourth_moment = (
    k * (k + 2) * given_some(average_fourth.subs({fourth_central: unit_fourth, second_central: unit_variance}))
)
variance_bound = fourth_moment - mse**2

unit_error = 2 * radius * barron_norm / sp.sqrt(units)  # Barron's theorem, quoted
barron_error = unit_error.subs(units, floor_mean / 2)
relu_error = unit_error.subs(units, sp.floor(floor_mean / 4))
failure = sp.exp(-floor_mean / 8)

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
$E[N^{-1}\mid N\ge1]=[[mean_inverse]]$ being more than $1/E[N\mid N\ge1]$ (Jensen). The squared error $e^2$ at one input, or its average over
several, has variance at most $Ee^4-(E\,\mathrm{MSE})^2$, $Ee^4=[[fourth_moment]]$. Full wiring is sufficient, not necessary; other
edges of a wired neuron do no harm, their weights are set to $0$.
""",
    proof_text=r"""
(a) $\frac1N\sum_ig_{\theta_i}-f$ is a mean of $N$ iid centred elements of $L^2$, each of mean square $G-F$. (b)
*Cited, not proved here:* $N$
sigmoidal units of the active inputs, with an output bias, reach $2rC/\sqrt N$ (Barron, IEEE Transactions on
Information Theory 39, 1993,
930–945). The rest is proved from it. Fully wired neurons are such units, and by E1 and E2 there
are at least $\alpha np^k/2$ of them but with probability $e^{-\alpha np^k/8}$. $\max(z,0)-\max(z-1,0)$ is sigmoidal: two ReLU units, so
$\lfloor N/2\rfloor\ge\lfloor\alpha np^k/4\rfloor$. (c) Given $x$, $\omega\cdot x=\|x\|z$ with $z$ standard normal: $Eg=\|x\|/\sqrt\pi$, $Eg^2=\|x\|^2$; (a)
with $E\|x\|^2=k$, and $N$ does not depend on the weights. For a mean $e$ of $N$ iid centred variables,
$N^4Ee^4=Nm_4+3N(N-1)m_2^2$; here $m_2=\|x\|^2(1-\frac1\pi)$, $m_4=\|x\|^4(6-\frac{10}\pi-\frac3{\pi^2})$, from
$E\varphi=\frac1{\sqrt\pi}$, $E\varphi^2=1$, $E\varphi^3=\frac4{\sqrt\pi}$, $E\varphi^4=6$, and $E\|x\|^4=k(k+2)$. The square of an average is at
most the average of the squares. ∎
""",
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
            needed_by=("barron_error", "relu_error"),
        ),
        Hypothesis("the squared norm of a mean is at most the mean squared norm", square_norm <= second_moment),
        Hypothesis("a fourth moment that is at least the squared variance", second_central**2 <= fourth_central),
        Hypothesis("for ReLU: a mean number of wired neurons that is at least four", floor_mean >= 4, ("relu_error",)),
    ),
    uses=("E1", "E2"),
    expressions={
        "maurey_error": maurey_error,
        "mean_inverse": mean_inverse,
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
    aids={"unit_error": unit_error, "floor_mean": floor_mean},
)
