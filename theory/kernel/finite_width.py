"""K6: the tangent kernel of one hidden layer at every width: its mean and its variance, exactly."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Source
from theory.kernel.dual import CAUCHY_SCHWARZ, COSINE, DENSITY, J_2, PREACTIVATIONS, a, b, c, cosine, relu
from theory.quantities import COUNT, POSITIVE, Hypothesis, Quantity
from theory.saliency.model import rho

n = sp.Symbol("n", integer=True, positive=True)  # the width
q = sp.Symbol("q", positive=True)  # mean square of the inputs, Σ x_j²/d
k = sp.Symbol("k", positive=True)  # Σ x_j⁴/d²

WIDTH = Quantity(n, "width, the number of neurons of a hidden layer", COUNT)

fourth = 2 * J_2 / sp.pi


def at_covariance(function: sp.Expr) -> sp.Expr:
    """A function of the cosine at variances a, b and covariance c."""
    return function.subs(cosine, c / sp.sqrt(a * b))


mean = relu.value + c * relu.slope
second_moment = a * b * at_covariance(fourth) + 4 * c * relu.value + 6 * c**2 * relu.slope
variance = second_moment - mean**2
deviation = sp.sqrt(variance / n)

diagonal_mean = 2 * rho * q
diagonal_variance = 16 * (rho**2 * q**2 + rho * (1 - rho) * k) - 4 * rho**2 * q**2

finite_width_moments = Claim(
    label="K6",
    title="Mean and variance of the tangent kernel at every width, one hidden layer",
    statement=r"""
One hidden layer of $n$ neurons, $\varphi(z)=\sqrt2\max(z,0)$, weights iid $N(0,1)$, the readout dense, no bias; masks are
independent of the weights, and only kept edges are trained. With $a=\frac{|x|^2}d$, $b=\frac{|x'|^2}d$,
$c=\frac{x\cdot x'}d$, $r=\frac c{\sqrt{ab}}$: if the first layer is dense, at every width
$$E\,\Theta_n(x,x')=\mu(a,b,c)=[[mean]],$$ $$n\operatorname{Var}\Theta_n(x,x')=s(a,b,c)-\mu^2=[[variance]],$$
$s$ being the second moment of one neuron, $s=[[second_moment]]$, which rests on $E\varphi(z)^2\varphi(z')^2=ab\,f(r)$,
$f=[[fourth]]$. So the root mean square distance from the limit is exactly $[[deviation]]$. **Masks.** Given the masks,
$\Theta_n$ is an average of independent neurons, row $i$ with $(a_i,b_i,c_i)=\frac1d\sum_jM_{ij}(x_j^2,x_j'^2,x_jx_j')$:
mean $\frac1n\sum_i\mu(a_i,b_i,c_i)$, variance $\frac1{n^2}\sum_i(s-\mu^2)(a_i,b_i,c_i)$. If the rows are iid, then
$E\,\Theta_n=E_M\mu$ and $n\operatorname{Var}\Theta_n=E_Ms-(E_M\mu)^2$. On the diagonal, for entries kept independently
with probability $\rho$, with $q=\frac1d\sum_jx_j^2$ and $k=\frac1{d^2}\sum_jx_j^4$,
$$E\,\Theta_n(x,x)=[[diagonal_mean]],\qquad n\operatorname{Var}\Theta_n(x,x)=[[diagonal_variance]].$$
""",
    proof_text=r"""
$\Theta_n=\frac1n\sum_iX_i$ with iid $X=\varphi(z)\varphi(z')+\alpha^2\dot\varphi(z)\dot\varphi(z')\,c$, where $\alpha$ is the
readout weight and $(z,z')$ is normal with variances $a,b$ and covariance $c$, independent of $\alpha$. In polar
coordinates, $z=\sqrt a\,R\cos t$ and $z'=\sqrt b\,R\cos(t-\theta)$ with $\cos\theta=r$, $E R^2=2$, $E R^4=8$, $t$ uniform;
both gates are open on an arc of length $\pi-\theta$, where $X=2\sqrt{ab}R^2\cos t\cos(t-\theta)+2\alpha^2c$. With
$E\alpha^2=1$, $E\alpha^4=3$, the averages over the arc of $1$, $\cos t\cos(t-\theta)$ and its square give $\mu$ and
$s=E\varphi^2\varphi'^2+2c\,E\alpha^2\varphi\varphi'\dot\varphi\dot\varphi'+c^2E\alpha^4E(\dot\varphi\dot\varphi')^2$, in which
$\varphi\varphi'\dot\varphi\dot\varphi'=2\varphi\varphi'$ and $(\dot\varphi\dot\varphi')^2=2\dot\varphi\dot\varphi'$. A mask replaces
$(a,b,c)$ by those of its row; iid rows give iid neurons, so the variance is $\frac1n$ times that of one,
$E_M\,E[X^2\mid M]-(E_M\,E[X\mid M])^2$. On the diagonal $\mu=2a$ and $s=16a^2$, and
$E_Ma_M^2=\rho^2q^2+\rho(1-\rho)k$. ∎
""",
    source=Source("2510.17515", "beyond the two sentences at hand"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        *PREACTIVATIONS,
        COSINE,
        DENSITY.drawn_from(sp.Rational(1, 10), sp.Rational(9, 10)),
        WIDTH.drawn_from(2, 50),
        Quantity(q, "mean square of the coordinates of the input", POSITIVE),
        Quantity(k, "sum of the fourth powers of the input's coordinates over their squared number", POSITIVE),
    ),
    hypotheses=(
        CAUCHY_SCHWARZ,
        Hypothesis("fourth powers that an input of this mean square can have", k <= q**2),
        Hypothesis("masks independent of the weights; the readout dense"),
    ),
    expressions={
        "mean": mean,
        "second_moment": second_moment,
        "variance": variance,
        "deviation": deviation,
        "fourth": fourth,
        "diagonal_mean": diagonal_mean,
        "diagonal_variance": diagonal_variance,
    },
)
