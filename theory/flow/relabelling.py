"""F2.2: sorting hidden units with all their edges changes nothing; sorting rows or columns alone does."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Source
from theory.kernel.rank_one import p, power_overlap, q
from theory.quantities import CLOSED_UNIT, NON_NEGATIVE, Hypothesis, Quantity
from theory.steps import Carrier, Step

outputs = sp.symbols("h_1 h_2", real=True)  # φ(z) of a hidden unit at two samples
gates = sp.symbols("g_1 g_2", real=True)  # φ′(z) there
readout = sp.Symbol("a", real=True)
product = sp.Symbol("o", real=True)  # Σ_j M_j x_j x′_j over d
profile = sp.symbols("psi_1 psi_2", nonnegative=True)  # column profile of the first layer at two inputs
sample = sp.symbols("x_1 x_2", real=True)

unit = outputs[0] * outputs[1] + readout**2 * gates[0] * gates[1] * product
moved_along = power_overlap
torn_overlap = sp.gamma(p + 1) * sp.gamma(q + 1) / sp.gamma(p + q + 2)
input_change = (profile[1] - profile[0]) * (sample[0] ** 2 - sample[1] ** 2) / 2

STEPS = (
    Step(
        name="one unit",
        sentence=r"""A hidden unit of readout weight $a$, with the outputs $h_1,h_2$ and the slopes $g_1,g_2$ at two samples, adds to $n$ times their kernel $[[unit]]$,
$o=\frac1d\sum_jM_jx_jx'_j$ over its own row of the mask.""",
        gives={"unit": unit},
    ),
    Step(
        name="profiles",
        sentence=r"Under graphons of rank one a hidden layer multiplies the kernel by $\int_0^1g_l(u)h_{l+1}(u)\,du$, for powers by $\int u^pu^q\,du$.",
        by=Carrier.CLAIM,
        source="K8",
    ),
    Step(
        name="reversed together",
        sentence=r"With $1-u$ for $u$ in both profiles that is $[[moved_along]]$, as before.",
        gives={"moved_along": moved_along},
        uses=("profiles",),
    ),
    Step(
        name="reversed alone",
        sentence=r"With $1-u$ for $u$ in the row profile alone it is $[[torn_overlap]]$.",
        gives={"torn_overlap": torn_overlap},
        uses=("profiles",),
    ),
    Step(
        name="inputs",
        sentence=r"""Two columns of the first mask exchanged, of profiles $\psi_1,\psi_2$, without the two inputs: the weighted mean square of a sample changes by $[[input_change]]$; with both
inputs exchanged too it does not.""",
        gives={"input_change": input_change},
        uses=("profiles",),
    ),
)

relabelled_units = Claim(
    label="F2.2",
    title="Sorting hidden units with all their edges changes no time; sorting one mask alone does",
    statement=r"""
**One hidden layer, every width.** The tangent kernel of two samples is $\frac1n$ times a sum over the hidden units, of which each adds $[[unit]]$, a number of its own edges: in whatever order the
units are taken, kernel, losses and times are the same. **Rank one** (K8): if the units of a hidden layer of profiles $u^p$ and $u^q$ are taken in reverse, with the edges that enter and leave them, the layer's factor of
the kernel is as before, $[[moved_along]]$; if the rows of one mask are reversed and the columns of the next are not, it is $[[torn_overlap]]$. **Inputs:** two columns of the first mask exchanged, and the inputs not, change the
weighted mean square of a two-dimensional sample by $[[input_change]]$.
""",
    steps=STEPS,
    source=Source("2510.17515", "beyond the two sentences at hand"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        Quantity(outputs, "output of a hidden unit at one of two samples", sp.S.Reals),
        Quantity(gates, "slope of the activation of a hidden unit at one of two samples", sp.S.Reals),
        Quantity(readout, "readout weight of a hidden unit", sp.S.Reals),
        Quantity(
            product, "mean product of the coordinates of two samples that a unit keeps, zero for others", sp.S.Reals
        ),
        Quantity(p, "power of the position that is the row profile", NON_NEGATIVE),
        Quantity(q, "power of the position that is the column profile", NON_NEGATIVE),
        Quantity(profile, "column profile of the first layer at one of two inputs", CLOSED_UNIT),
        Quantity(sample, "coordinate of a sample at one of two inputs", sp.S.Reals),
    ),
    hypotheses=(Hypothesis("a scalar output $n^{-1/2}\\sum_ia_i\\varphi(z_i)$, for rank one the limit of K8"),),
    uses=("K8",),
    expressions={
        "unit": unit,
        "moved_along": moved_along,
        "torn_overlap": torn_overlap,
        "input_change": input_change,
    },
)
