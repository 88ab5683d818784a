"""E9 and E10: the density of paths from an input, and how often there is none."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Remark, Source
from theory.expressivity.symbols import NEURONS, n
from theory.graphon.symbols import UP_TO_ONE
from theory.quantities import CLOSED_UNIT, COUNT, Hypothesis, Quantity
from theory.saliency.model import v

u_1, u_2 = sp.symbols("u_1 u_2", positive=True)  # latents of two hidden layers
W_1, W_2, W_3 = (sp.Function(f"W_{layer}", nonnegative=True) for layer in (1, 2, 3))
n_1, n_2 = sp.symbols("n_1 n_2", integer=True, positive=True)
p_1, p_2, p_3 = densities = sp.symbols("p_1:4", positive=True)
rho_path, degree = sp.symbols("rho_path r", positive=True)  # of an input: share of its paths, of its edges
reached = sp.Symbol("i", integer=True, nonnegative=True)

path_density = sp.Integral(W_3(u_2) * sp.Integral(W_2(u_2, u_1) * W_1(u_1, v), (u_1, 0, 1)), (u_2, 0, 1))
EXAMPLE = {W_1: lambda row, place: row * place, W_2: lambda row, place: 1 - row * place, W_3: lambda row: row}
example_density = 5 * v / 36
example_marginals = v / 2 * sp.Rational(3, 4) * sp.Rational(1, 2)
expected_paths = rho_path * n_1 * n_2

DENSITIES = (sp.Rational(1, 20), sp.Rational(19, 20))  # where they are drawn
WIDTHS = Quantity((n_1, n_2), "number of neurons of one of two hidden layers", COUNT, drawn=(1, 9))
PATHS = Quantity(rho_path, "share of an input's paths to the output that are kept", UP_TO_ONE, drawn=DENSITIES)

path_share = Claim(
    label="E9",
    title="Path density: the share of paths that leave an input",
    statement=r"""
$$\rho_{path}(v)=\int W^{(L+1)}(u_L)\,W^{(L)}(u_L,u_{L-1})\cdots W^{(1)}(u_1,v)\,du_1\cdots du_L,$$
for two hidden layers $[[path_density]]$. With iid uniform latents and edges independent given them, the number of paths from an
input at $v$ to the output has the mean $\rho_{path}(v)\prod_{l=1}^Ln_l$, hence $[[expected_paths]]$, at every width. For $W^{(1)}=u_1v$,
$W^{(2)}=1-u_1u_2$, $W^{(3)}=u_2$ it is $[[example_density]]$, where the product of the layers' mean densities is $[[example_marginals]]$: latents are
shared by consecutive layers, and densities do not multiply. For homogeneous layers they do.
""",
    proof_text=r"""
The edges of one path are distinct and lie in different layers: given the latents they are independent, so the path is kept with
probability $W^{(L+1)}(u_L)\cdots W^{(1)}(u_1,v)$; its latents are distinct, hence independent: integrate. Sum over the $\prod n_l$ paths. ∎
""",
    source=Source("2602.06675", "path densities are reported second-hand; the abstract does not name them"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        WIDTHS,
        PATHS,
        Quantity(v, "position of an input in the unit interval", UP_TO_ONE, drawn=DENSITIES),
        Quantity(
            (W_1, W_2, W_3),
            "graphon of one of three layers, the probability of an edge by the latents of its ends, the upper first",
            CLOSED_UNIT,
        ),
    ),
    hypotheses=(
        Hypothesis("iid latents, one for each neuron and shared by its edges in and out"),
        Hypothesis("edges independent given them"),
    ),
    expressions={
        "path_density": path_density,
        "expected_paths": expected_paths,
        "example_density": example_density,
        "example_marginals": example_marginals,
    },
    aids={"example": EXAMPLE},
)

no_path = (1 - rho_path) ** n
no_edge = (1 - degree) ** n
two_layers = sp.Sum(
    sp.binomial(n_1, reached)
    * p_1**reached
    * (1 - p_1) ** (n_1 - reached)
    * (1 - p_3 * (1 - (1 - p_2) ** reached)) ** n_2,
    (reached, 0, n_1),
)
independent_paths = (1 - p_1 * p_2 * p_3) ** (n_1 * n_2)

isolated_input = Claim(
    label="E10",
    title="Isolated inputs: how often no path leaves",
    statement=r"""
One hidden layer of $n$ neurons with iid latents: an input has no edge with probability $[[no_edge]]$, $r$ its column density, and no
path to the output with probability $[[no_path]]$, $\rho_{path}$ as in E9 (not with the product of $r$ and the readout's density). For more layers
paths share edges and the like product is wrong. Two hidden layers of densities $p_1,p_2,p_3$ from the input on have exactly
$$P(\text{no path})=[[two_layers]]$$ $$\ge[[independent_paths]].$$
The inequality holds given the latents for every network of independent edges, $P(\text{no path})\ge\prod_{paths}(1-p_{path})$, with equality where no
two paths share an edge.
""",
    proof_text=r"""
The neurons of one hidden layer are iid, each with its own path of probability $\rho_{path}$. *Two layers:* the input reaches
$R\sim\mathrm{Bin}(n_1,p_1)$ neurons; given $R$ the second layer's neurons are independent, each on a path if it has one of $R$ edges and its
edge to the output. *Bound:* that a path is broken is a decreasing event in independent edges; Harris's inequality. ∎
""",
    source=Source("2602.06675", "textbook (Harris 1960) for paths that share edges; beyond the abstract"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        NEURONS.drawn_from(1, 30),
        WIDTHS,
        PATHS,
        Quantity(degree, "share of an input's edges that are kept", UP_TO_ONE, drawn=DENSITIES),
        Quantity(densities, "density of one of three layers of edges, from the input on", UP_TO_ONE, drawn=DENSITIES),
    ),
    hypotheses=(
        Hypothesis("as in E9"),
        Hypothesis(
            "for two layers one density in each, or given the latents", needed_by=("two_layers", "independent_paths")
        ),
    ),
    uses=("E9",),
    remarks=(
        Remark(
            "Where many paths share edges the inequality is loose: the check prints the factor for twenty neurons in each of two "
            "hidden layers.",
            checked_by="shared_edges_help_isolation",
        ),
    ),
    expressions={
        "no_path": no_path,
        "no_edge": no_edge,
        "two_layers": two_layers,
        "independent_paths": independent_paths,
    },
)
