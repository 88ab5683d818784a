"""F2.1: a constant graphon, and a graphon of rank one, multiply every time of training by one number."""

from __future__ import annotations

import sympy as sp

from sparse_limits.theory.claims import Claim, Proof, Provenance, Source
from sparse_limits.theory.flow.descent import largest, stable_rate
from sparse_limits.theory.flow.linear import AMPLITUDE, EIGENVALUE, NUMBER, RATE, TIME, amplitude, eigenvalue, eta, time
from sparse_limits.theory.graphon.symbols import m
from sparse_limits.theory.kernel.dual import DEPTH
from sparse_limits.theory.kernel.homogeneous import ratio, readout_dense, weights_trained
from sparse_limits.theory.kernel.rank_one import density_flow, flow, p, power_flow, q
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.saliency.model import ANY_DENSITY

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

scaled (from modes): $f$ times a kernel has its eigenvectors, and $f$ times its eigenvalues: the loss in a mode is $[[scaled_loss]]$, that
with the kernel itself at the time $ft$.

stable rates (from scaled): The largest stable rate is $[[scaled_rate]]$: at the same share of it, all numbers of steps are those of the
kernel itself.

constant graphons (by K3 for ratio, readout_dense, weights_trained): Constant graphons of density $\rho$ multiply the dense kernel by the
constants of K3.

times (from scaled, constant graphons): So times are those of the dense network multiplied by $[[slowdown]]$, with a dense readout by
$[[readout_slowdown]]$; and by $[[trained_slowdown]]$ where nothing is pruned and the weights have the variance $\rho$.

profiles (by K8): Graphons of rank one multiply the dense kernel of the inputs that their first columns weigh by the $f$ of K8.

times of profiles (from scaled, profiles): For row profiles $u^p$ and next column profiles $u^q$ times are those of the dense network at
these inputs multiplied by $[[profile_slowdown]]$; by the mean densities it would be $[[mean_slowdown]]$, which is no less:
$1+\frac{pq}{p+q+1}$ times as much for each hidden layer.
""",
    globals(),
)

density_times = Claim(
    label="F2.1",
    title="From the same residuals, constant graphons slow all of training down by one factor",
    statement=r"""
In the setting of F1.1 let a kernel be $f>0$ times another. Then the loss in a mode is $[[scaled_loss]]$, $\lambda$ that of the other: all that happens by the time $t$ happens with the other by the time $ft$, and all
times are divided by $f$. Gradient descent (F1.2) is stable up to $[[scaled_rate]]$, and at the same share of it takes the same number of steps.

**Constant graphons** (K3): at density $\rho$ in all layers, each time to a loss is that of the dense network, from the same residuals, multiplied by
$$[[slowdown]],\quad\text{with a dense readout by}\quad[[readout_slowdown]].$$
If nothing is pruned, but weights of variance $\rho$ are trained, it is $[[trained_slowdown]]$. **Rank one** (K8): with row profiles $u^p$ and next column profiles $u^q$ in each hidden layer, times are those of
the dense network at reweighted inputs multiplied by $[[profile_slowdown]]$; the means of the profiles would give $[[mean_slowdown]]$, which is no less: hubs that receive much and pass on much speed training up.
""",
    steps=STEPS,
    source=Source("2510.17515", "beyond the two sentences at hand"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        RATE,
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
    hypotheses=(Hypothesis("the limits of K3 and K8, whose kernels do not move in training"),),
    uses=("F1.1", "F1.2", "K3", "K8"),
)
