"""F2.1: a constant graphon, and a graphon of rank one, multiply every time of training by one number."""

from dataclasses import replace

import sympy as sp

from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.flow.descent import largest, stable_rate, step_loss
from sparse_limits.theory.flow.linear import (
    AMPLITUDE,
    EIGENVALUE,
    NO_TRAINING,
    NUMBER,
    RATE,
    TIME,
    amplitude,
    eigenvalue,
    eta,
    mode_loss,
    time,
)
from sparse_limits.theory.flow.times import lam, single_time
from sparse_limits.theory.graphon.symbols import m
from sparse_limits.theory.kernel.dual import DEPTH, dense_ntk, depth
from sparse_limits.theory.kernel.homogeneous import kernel as constant_kernel
from sparse_limits.theory.kernel.homogeneous import ratio, readout_dense, weights_trained
from sparse_limits.theory.kernel.rank_one import density_flow, flow, p, power_flow, q
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, induction, nonnegative, same
from sparse_limits.theory.saliency.model import ANY_DENSITY, rho, u

scaled_loss = amplitude**2 * sp.exp(-2 * eta * flow * eigenvalue * time / m) / (2 * m)
scaled_rate = stable_rate / flow
slowdown = 1 / ratio
readout_slowdown = 1 / readout_dense
trained_slowdown = 1 / weights_trained
profile_slowdown = 1 / power_flow
mean_slowdown = 1 / density_flow

STEPS = proof(
    r"""
modes (by F1.1): A mode of the eigenvalue $\lambda$ has the loss of F1.1.

scaled (from modes): A kernel multiplied by $f$ has the same eigenvectors, and its eigenvalues are multiplied by $f$. So the loss in a mode
is $[[scaled_loss]]$, which is the loss with the original kernel at the time $ft$.

stable rates (from scaled): The largest stable rate is $[[scaled_rate]]$. At the same share of this rate, all numbers of steps are the same
as with the original kernel.

constant graphons (by K3 for ratio, readout_dense, weights_trained): Constant graphons of density $\rho$ multiply the dense kernel by the
constants of K3.

times (from scaled, constant graphons): So the times of the dense network are multiplied by $[[slowdown]]$, with a dense readout by
$[[readout_slowdown]]$, and by $[[trained_slowdown]]$ if nothing is pruned and the weights have the variance $\rho$.

profiles (by K8): Graphons of rank one multiply the dense kernel by the $f$ of K8, at inputs reweighted by the column profile of the first
layer.

times of profiles (from scaled, profiles): For row profiles $u^p$ and next column profiles $u^q$ the times are those of the dense network at
the reweighted inputs multiplied by $[[profile_slowdown]]$. The mean densities would give $[[mean_slowdown]]$, which is at least as large,
by the factor $1+\frac{pq}{p+q+1}$ for each hidden layer.
""",
    globals(),
)


def multiplied_kernels_run_at_another_clock(scaled_loss: sp.Expr) -> Relations:
    """The loss of F1.1 at the multiplied eigenvalue, and at the multiplied time; and by F1.3 the time to a share."""
    yield same(scaled_loss, mode_loss.subs(eigenvalue, flow * eigenvalue))
    yield same(scaled_loss, mode_loss.subs(time, flow * time))
    at = {eigenvalue: lam, time: single_time / flow}
    yield same(scaled_loss.subs(at), mode_loss.subs({eigenvalue: lam, time: single_time}))


def stable_rates_make_up_for_the_factor(scaled_loss: sp.Expr, scaled_rate: sp.Expr) -> Relations:
    """The largest eigenvalue multiplied; at a share of either rate the loss after steps is the same, and that of the flow too."""
    yield same(scaled_rate, stable_rate.subs(largest, flow * largest))
    share = sp.Symbol("s", positive=True)
    after = step_loss.subs(eigenvalue, flow * eigenvalue).subs(eta, share * scaled_rate)
    yield same(after, step_loss.subs(eta, share * stable_rate))
    yield same(scaled_loss.subs(eta, share * scaled_rate), mode_loss.subs(eta, share * stable_rate))


def densities_divide_times(
    scaled_loss: sp.Expr, slowdown: sp.Expr, readout_slowdown: sp.Expr, trained_slowdown: sp.Expr
) -> Relations:
    """At the longer time the pruned loss is the dense one; the factor of the whole kernel of K3, one for each layer of weights."""
    yield same(constant_kernel, dense_ntk / slowdown, by=sp.powsimp)
    for factor, scale in (
        (slowdown, 1 / slowdown),
        (readout_slowdown, readout_dense),
        (trained_slowdown, weights_trained),
    ):
        run = sp.Symbol("T", nonnegative=True)
        slowed = {flow: scale, time: factor * run}
        yield same(scaled_loss, mode_loss.subs(time, run), where=slowed)
    two_layers = 1 / rho**2
    yield induction(slowdown, depth, two_layers, lambda term: term / rho, start=1)
    yield induction(readout_slowdown, depth, 1 / rho, lambda term: term / rho, start=1)
    yield induction(trained_slowdown, depth, 1 / rho, lambda term: term / rho, start=1)


def profiles_divide_times(scaled_loss: sp.Expr, profile_slowdown: sp.Expr, mean_slowdown: sp.Expr) -> Relations:
    """One layer after the other, overlaps and means integrated; the quotient for one layer, which is no less than one."""
    overlap = sp.integrate(u ** (p + q), (u, 0, 1))
    means = sp.integrate(u**p, (u, 0, 1)) * sp.integrate(u**q, (u, 0, 1))
    yield induction(profile_slowdown, depth, 1 / overlap, lambda term: term / overlap, start=1)
    yield induction(mean_slowdown, depth, 1 / means, lambda term: term / means, start=1)
    yield nonnegative((mean_slowdown / profile_slowdown).subs(depth, 1) - 1, p * q / (p + q + 1))
    pruned = scaled_loss.subs(flow, 1 / profile_slowdown).subs(time, profile_slowdown * time)
    yield same(pruned, mode_loss)


density_times = Claim(
    label="F2.1",
    title="From the same residuals, constant graphons slow all of training down by one factor",
    headline=r"Prune a wide ReLU network with $L$ hidden layers and many inputs, none dominant, at random to density $\rho$ in all layers. From the same residuals, linearised training multiplies each time to a loss by $$[[slowdown]].$$",
    statement=r"""
In the setting of F1.1 let a kernel be $f>0$ times another. Then the loss in a mode is $[[scaled_loss]]$, where $\lambda$ is the eigenvalue
of the other kernel. So what happens by time $t$ happens with the other kernel by time $ft$, and all times are divided by $f$. Gradient
descent (F1.2) is stable up to the rate $[[scaled_rate]]$. At the same share of this rate it takes the same number of steps.

**Constant graphons** (K3). At density $\rho$ in all layers, the time to reach any given loss is that of the dense network, from the same
residuals, multiplied by $$[[slowdown]],\quad\text{with a dense readout by}\quad[[readout_slowdown]].$$ If nothing is pruned, but weights of
variance $\rho$ are trained, the factor is $[[trained_slowdown]]$.

**Rank one** (K8). With row profiles $u^p$ and next column profiles $u^q$ in each hidden layer, times are those of the dense network at
reweighted inputs multiplied by $[[profile_slowdown]]$. The means of the profiles would give $[[mean_slowdown]]$, which is at least as
large: hubs that receive much and also pass on much speed up training.
""",
    steps=STEPS,
    source=Source(
        "2510.17515",
        "v1",
        "section 5.3: “while the absolute learning speed is reduced, the relative dynamics between "
        "modes remain unchanged”; the times are ours",
    ),
    provenance=Provenance.STATED,
    quantities=(
        replace(RATE, convention=NO_TRAINING),
        NUMBER,
        EIGENVALUE,
        AMPLITUDE,
        TIME,
        Quantity(largest, "largest eigenvalue of the kernel matrix that is multiplied", POSITIVE, drawn=(2, 4)),
        Quantity(flow, "number by which a kernel is multiplied", POSITIVE),
        ANY_DENSITY,
        DEPTH,
        Quantity(p, "power of the position that is the row profile", NON_NEGATIVE),
        Quantity(q, "power of the position that is the column profile", NON_NEGATIVE),
    ),
    symbols={"u": "position of a neuron in its layer"},
    hypotheses=(Hypothesis("the limits of K3 and K8, whose kernels do not move in training"),),
    uses=("F1.2",),
    because={
        "scaled": multiplied_kernels_run_at_another_clock,
        "stable rates": stable_rates_make_up_for_the_factor,
        "times": densities_divide_times,
        "times of profiles": profiles_divide_times,
    },
    wrong=lambda: {
        "scaled_loss: at the same time": mode_loss,
        "scaled_loss: slower by the square": scaled_loss.subs(flow, flow**2),
        "scaled_loss: a smaller loss": flow * scaled_loss,
        "scaled_rate: the same rate": stable_rate,
        "scaled_rate: a smaller rate": flow * stable_rate,
        "slowdown: one layer of weights less": readout_slowdown,
        "slowdown: one factor in all": 1 / rho,
        "slowdown: faster": 1 / slowdown,
        "readout_slowdown: the readout pruned": slowdown,
        "readout_slowdown: a dense first layer, too": rho * readout_slowdown,
        "trained_slowdown: as if pruned": slowdown,
        "profile_slowdown: by the mean densities": mean_slowdown,
        "profile_slowdown: one layer more": profile_slowdown * (p + q + 1),
        "mean_slowdown: by the overlap": profile_slowdown,
        "mean_slowdown: rows alone": (p + 1) ** depth,
    },
)
