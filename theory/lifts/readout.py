"""L15: a linear readout comes close to whatever readout reaches low loss, even while its features move."""

import sympy as sp

from sparse_limits.theory.bounds import Sharp
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.lifts.tangent import LOSS, SLOPE, TIME, L, epsilon, g, t
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, nonnegative, same, vanishes

Delta = sp.Symbol("Delta", nonnegative=True)  # the distance of the two readouts
T = sp.Symbol("T", positive=True)  # the time
mu = sp.Symbol("mu", positive=True)  # an eigenvalue of the Gram matrix of the features
R = sp.Symbol("R", nonnegative=True)  # the distance of the two readouts at the end
h = sp.Symbol("h", positive=True)  # an output that stands still, times the slope of its loss

TRAINED = Quantity(T, "time for which the readout is trained", POSITIVE)

# The letters of sentences on networks with a readout
OUTPUT = {"F": "output of the network"}
READOUTS = {
    "a": "readout of the network, a number for each feature",
    r"\bar a": "another readout, to which it is compared",
}

paid = T * (L - epsilon)
standing_readout = sp.sqrt(Delta**2 - 2 * h * t)
standstill_end = Delta**2 / (2 * h)
moving_bound = epsilon + Delta**2 / (2 * T)
least_product = 2 * L - 2 * sp.sqrt(L * epsilon)
product_slope = 2 - sp.sqrt(epsilon / L)
square_bound = (sp.sqrt(epsilon) + sp.sqrt(epsilon + Delta**2 / T)) ** 2 / 4
loss_before = L + (T - t) * g**2
fixed_paid = T * (L - epsilon) + T**2 * g**2 / 2 + R**2 / 2
doubled = 2 * T * (L - epsilon)
linear_excess = g * Delta - g**2 * T
fixed_bound = epsilon + Delta**2 / (4 * T)
mode_error = Delta * sp.exp(-mu * T)
mode_loss = mu * Delta**2 * sp.exp(-2 * mu * T) / 2
worst_eigenvalue = 1 / (2 * T)
interpolating_bound = Delta**2 / (4 * sp.E * T)

STEPS = proof(
    r"""
distance (by chain rule): For $R(t)=\|a(t)-\bar a\|$ we have $\frac d{dt}\frac{R^2}2=-\langle\nabla_aL,a-\bar a\rangle$; and $\dot
L=-\|\nabla_aL\|^2$ if the features do not move.

tangent (by convexity): Since $L$ is convex in $a$, $\langle\nabla_aL,a-\bar a\rangle\ge L(t)-\ell(\sum_i\bar a_i\phi_i(t))\ge
L(t)-\varepsilon$.

payment (from distance, tangent; by integration): If $L$ never grows, $\frac12\Delta^2\ge[[paid]]$ with $L=L(T)$.

standing output: Take one feature $\phi=k/a$ and $\bar a=0$. Then the output $k$ is constant. With $h=k\ell'(k)>0$ and $\dot a=-h/a$, a
readout that starts at $\Delta$ is $a=[[standing_readout]]$, up to the time $[[standstill_end]]$, when $a$ vanishes.

moving features (from payment, standing output): The inequality of *payment* gives $L\le[[moving_bound]]$. The example of *standing output*
with $\ell(f)=f+\varepsilon$ comes arbitrarily close to this bound, before the time $T$ at which $a$ would vanish.

residuals (by Cauchy–Schwarz): For the square loss let $\rho$ and $\bar\rho$ be the residuals of $a$ and $\bar a$. Then
$\langle\nabla_aL,a-\bar a\rangle=\langle\rho,\rho-\bar\rho\rangle\ge[[least_product]]$, since $\|\rho\|^2=2L$ and
$\|\bar\rho\|^2\le2\varepsilon$.

slope (from residuals): For $L\ge\varepsilon$ this bound grows with $L$, at the rate $[[product_slope]]\ge1$. So it is least at $L(T)$. (If
$L(T)<\varepsilon$, there is nothing to show.)

payment of the square loss (from distance, slope; by integration): So $\frac12\Delta^2$ is at least $T$ times the bound of *residuals* at
$L=L(T)$.

square loss (from residuals, payment of the square loss, standing output): This inequality is quadratic in $\sqrt L$, and gives
$L\le[[square_bound]]$. The example of *standing output* with $f^*=-\sqrt{2\varepsilon}$ comes arbitrarily close to this bound.

speeds fall (by contraction): If the features do not move, $a(t)$ and $a(t+s)$, $s>0$, are two gradient flows of the same convex function.
So their distance does not grow, and neither does $\|\nabla L\|=\|\dot a\|$.

earlier losses (from distance, speeds fall; by integration): With $g=\|\nabla L\|$ at the time $T$, $L(t)\ge[[loss_before]]$.

payment of features that stand still (from distance, tangent, earlier losses; by integration): So $\frac12\Delta^2\ge[[fixed_paid]]$, with
$R=R(T)$.

slope and distance (from tangent; by Cauchy–Schwarz): $L-\varepsilon\le\langle\nabla L,a-\bar a\rangle\le gR$.

two payments (from payment of features that stand still, slope and distance): Hence $\frac12\Delta^2\ge[[doubled]]$: the bound of *payment
of features that stand still* is the sum of $T(L-\varepsilon)+TgR$ and half the square of $Tg-R$, and $gR\ge L-\varepsilon$.

linear loss: Let $\ell(f)=-f$, up to a constant, with one feature of norm $g$, so that $\dot a=g$. Compared with $\bar a=a(0)+\Delta$, the
loss exceeds $\varepsilon$ at the time $T$ by $[[linear_excess]]$.

features that stand still (from two payments, linear loss): So $L\le[[fixed_bound]]$, a bound that *linear loss* attains for $g=\Delta/2T$.

eigenbasis (by spectral theorem): For the square loss and $\varepsilon=0$, $c=a-\bar a$ satisfies $\dot c=-\Gamma c$ and $L=\frac12\langle
c,\Gamma c\rangle$ with the Gram matrix $\Gamma$ of the features. So in a basis of eigenvectors the coordinates evolve independently.

one mode (from eigenbasis): A distance $\Delta$ along an eigenvector of the eigenvalue $\mu$ becomes $[[mode_error]]$, with the loss
$[[mode_loss]]$.

worst mode (from one mode): Among all $\mu$, $[[worst_eigenvalue]]$ leaves the largest loss: the loss of a mode grows with $\mu$ up to this
value, and falls after it.

average of modes (from one mode; by monotonicity): $L(T)$ is an average of the losses of single modes, with the weights $c_i(0)^2/\Delta^2$.
So it is at most the largest of these losses.

all modes (from worst mode, average of modes): So $L(T)\le[[interpolating_bound]]$, the loss of the *worst mode*.
""",
    globals(),
)

e, y, share = sp.symbols("e y u", positive=True)  # √ε, √L − √ε, and the share of the time that has passed


HALF = Delta**2 / 2


def standing_readouts_vanish(standing_readout: sp.Expr, standstill_end: sp.Expr) -> Relations:
    """Its square falls from Δ² at the rate 2h, to 0 in the end."""
    yield same(standing_readout**2, Delta**2 - 2 * h * t, by=sp.expand)
    yield same(standing_readout.subs(t, 0), Delta)
    yield same(2 * h * (standstill_end - t), standing_readout**2, by=sp.expand)
    yield vanishes(standing_readout.subs(t, standstill_end))
    yield same(sp.diff(standing_readout, t) * standing_readout, -h)


def product_of_residuals_grows(least_product: sp.Expr, product_slope: sp.Expr) -> Relations:
    """The derivative; above ε it is at least 1, and there the product is positive."""
    yield same(product_slope, sp.diff(least_product, L))
    more = sp.Symbol("u", positive=True)
    above = product_slope.subs({L: (e + more) ** 2, epsilon: e**2}, simultaneous=True) - 1
    yield nonnegative(above, more / (e + more))
    yield same(least_product.subs({L: e**2, epsilon: e**2}, simultaneous=True), 0)


def losses_are_integrated(loss_before: sp.Expr, fixed_paid: sp.Expr) -> Relations:
    """Over the time up to T, where it is L, and half of the square of the distance that is left."""
    yield same(fixed_paid, sp.integrate(sp.expand(loss_before - epsilon), (t, 0, T)) + R**2 / 2, by=sp.expand)
    yield same(loss_before.subs(t, T), L)
    yield same(sp.diff(loss_before, t), -(g**2))


def linear_losses_fall_steadily(linear_excess: sp.Expr) -> Relations:
    """−g(a(0) + gT) above −g(a(0) + Δ)."""
    start = sp.Symbol("a_0", real=True)
    yield same(linear_excess, g * (start + Delta) - g * (start + g * T), by=sp.expand)


def modes_decay(mode_error: sp.Expr, mode_loss: sp.Expr) -> Relations:
    """As the readout's error does, from Δ on."""
    yield same(sp.diff(mode_error, T), -mu * mode_error)
    yield same(mode_error.subs(T, 0), Delta)
    yield same(mode_error, Delta * sp.exp(-mu * T))
    yield same(mode_loss, mu * mode_error**2 / 2)


def losses_of_modes_rise_and_fall(mode_loss: sp.Expr, worst_eigenvalue: sp.Expr) -> Relations:
    """The logarithm of the loss has the derivative 1/μ less that at the worst; its signs below and above that."""
    yield same(sp.diff(mode_loss, mu), mode_loss * (1 / mu - 1 / worst_eigenvalue))
    rise, y = sp.diff(mode_loss, mu) / mode_loss, sp.Symbol("y", positive=True)
    yield nonnegative(rise, 2 * T * y, where={mu: worst_eigenvalue / (1 + y)}, strict=True)
    yield nonnegative(-rise, 2 * T * y / (1 + y), where={mu: worst_eigenvalue * (1 + y)}, strict=True)


readout_comparison = Claim(
    label="L15",
    title="A trained readout is compared with any other",
    headline=r"Train a readout by gradient flow on a convex loss that never grows, while features may move. If another readout, at distance $\Delta$ from the start, keeps a loss of at most $\varepsilon$ until $T$, then $$L(T)\le[[moving_bound]].$$",
    statement=r"""
Let $F(t)=\sum_ia_i(t)\phi_i(t)$ and $L=\ell(F)$, with $\ell$ convex and differentiable and the features continuous in $t$. Let the
readout follow $\dot a=-\nabla_aL$, and let $\Delta=\|a(0)-\bar a\|$ be its distance at the start from another readout. **(a)** If
$\ell(\sum_i\bar a_i\phi_i(t))\le\varepsilon$ for all $t\le T$ and $L$ never grows, then $$L(T)\le[[moving_bound]],$$ however the
features move; for the square loss $\ell(f)=\frac12\|f-f^*\|^2$ even $L(T)\le[[square_bound]]$, which is $\Delta^2/4T$ for
$\varepsilon=0$. **(b)** If, in addition, the features do not move, then $$L(T)\le[[fixed_bound]].$$ **(c)** If, moreover, the loss is
the square loss and $\varepsilon=0$, then $$L(T)\le[[interpolating_bound]].$$ No constant can be smaller: the bounds of (a) are
approached, and those of (b) and (c) are attained, that of (c) by one feature with $\|\phi\|^2=\mu=[[worst_eigenvalue]]$, for which
$L(T)=[[mode_loss]]$.
""",
    steps=STEPS,
    source=Source("2501.05930", "v1", "Definition 4.1 for the readout; beyond it"),
    provenance=Provenance.EXTENSION,
    quantities=(
        Quantity(epsilon, "bound of the loss of the other readout", NON_NEGATIVE, drawn=(sp.Rational(1, 20), 2)),
        Quantity(
            Delta, "distance of the other readout from the one at the start", NON_NEGATIVE, (sp.Rational(1, 8), 4)
        ),
        TRAINED,
        Quantity(mu, "squared norm of the one feature, the eigenvalue of its Gram matrix", NON_NEGATIVE),
        LOSS,
        SLOPE,
        TIME,
        Quantity(
            R, "distance of the other readout from the one that was trained", NON_NEGATIVE, (sp.Rational(1, 8), 4)
        ),
        Quantity(h, "output that stands still times the slope of its loss", POSITIVE),
    ),
    hypotheses=(
        Hypothesis("the curve of readouts is a solution of its flow; the features may depend on it, or on anything"),
        Hypothesis(
            "in (a), the loss never grows: true if the features follow the gradient of the same loss, or do not move",
            needed_by=("moving_bound", "square_bound"),
        ),
    ),
    symbols={
        **OUTPUT,
        "f^*": "target",
        **READOUTS,
        "i": "number of a feature",
        r"\phi_i": "feature $i$",
        r"\phi": "feature of the example",
        r"\ell": "loss, as a function of the output",
        "f": "output",
    },
    sharp=(
        Sharp(
            expression="moving_bound",
            example=r"one feature $k/a$, shortly before $a$ vanishes, and $\ell(f)=f+\varepsilon$",
            check="other_flows_keep_the_bounds",
        ),
        Sharp(
            expression="square_bound",
            example=r"one feature $k/a$, shortly before $a$ vanishes, and the square loss with $f^*=-\sqrt{2\varepsilon}$",
            check="other_flows_keep_the_bounds",
        ),
        Sharp(
            expression="fixed_bound",
            example=r"the square loss with one mode, $\mu T\to0$, and both readouts far from the least loss",
            check="modes_keep_the_bounds",
        ),
        Sharp(
            expression="interpolating_bound",
            example=r"one feature with $\|\phi\|^2=[[worst_eigenvalue]]$",
            check="modes_keep_the_bounds",
        ),
    ),
    because={
        "standing output": standing_readouts_vanish,
        "slope": product_of_residuals_grows,
        "payment of features that stand still": losses_are_integrated,
        "two payments": lambda fixed_paid, doubled: same(
            fixed_paid - doubled, (T * g - R) ** 2 / 2 + T * (g * R - (L - epsilon)), by=sp.expand
        ),
        "linear loss": linear_losses_fall_steadily,
        "features that stand still": lambda doubled, linear_excess, fixed_bound: (
            same(HALF - doubled, 2 * T * (fixed_bound - L), by=sp.expand),
            same(fixed_bound - epsilon - linear_excess, T * (g - Delta / (2 * T)) ** 2, by=sp.expand),
        ),
        "one mode": modes_decay,
        "worst mode": losses_of_modes_rise_and_fall,
        "all modes": lambda mode_loss, worst_eigenvalue, interpolating_bound: same(
            interpolating_bound, mode_loss.subs(mu, worst_eigenvalue)
        ),
    },
    wrong=lambda: {
        "fixed_bound: the constant 1/4e for any comparison": epsilon + Delta**2 / (4 * sp.E * T),
        "fixed_bound: fixed features 10 % less": epsilon + sp.Rational(9, 10) * Delta**2 / (4 * T),
        "fixed_bound: the constant 1/8 − 1/4e": epsilon + Delta**2 / (8 * T) - Delta**2 / (4 * sp.E * T),
        "fixed_bound: forgets ε": fixed_bound - epsilon,
        "fixed_bound: the constant of moving features": moving_bound,
        "moving_bound: forgets ε, moving": moving_bound - epsilon,
        "moving_bound: the constant of fixed features": fixed_bound,
        "square_bound: forgets ε, square loss": Delta**2 / (4 * T),
        "square_bound: the square loss as in (b)": fixed_bound,
        "standing_readout: a feature that stands still": Delta - h * t,
        "standing_readout: half of the speed": sp.sqrt(Delta**2 - h * t),
        "paid: forgets ε": T * L,
        "product_slope: of the loss itself": sp.Integer(2),
        "product_slope: half of the root": 2 - sp.sqrt(epsilon / L) / 2,
        "least_product: half of the residual": L - 2 * sp.sqrt(L * epsilon),
        "fixed_paid: without the slope": T * (L - epsilon) + R**2 / 2,
        "fixed_paid: without the distance": fixed_paid - R**2 / 2,
        "loss_before: a loss that stands still": L,
        "loss_before: twice the slope": L + 2 * (T - t) * g**2,
        "doubled: forgets ε": 2 * T * L,
        "linear_excess: a loss that stands still": g * Delta,
        "linear_excess: half of the fall": g * Delta - g**2 * T / 2,
        "mode_error: the rate of the loss": Delta * sp.exp(-2 * mu * T),
        "mode_error: the root of the rate": Delta * sp.exp(-sp.sqrt(mu) * T),
        "mode_loss: the rate of the readout for that of the loss": mu * Delta**2 * sp.exp(-mu * T) / 2,
        "mode_loss: without the eigenvalue": mode_loss / mu,
    },
)
