"""Theorems of the literature on which several claims rest, one sentence for each."""

from __future__ import annotations

BESSEL_INTEGRAL = "DLMF 10.32.9: K_ν(z) is the integral of e^(−z cosh t) cosh(νt) over t from 0 to ∞"
CONSERVED_SCORES = (
    "that signed scores are conserved from unit to unit is, for degree 1, in Du, Hu and Lee, Algorithmic regularization in "
    "learning deep homogeneous models (2018, arXiv 1806.00900), and in Tanaka, Kunin, Yamins and Ganguli, Pruning neural "
    "networks without any data by iteratively conserving synaptic flow (2020, arXiv 2006.05467); other degrees are added here"
)
MC_DIARMID = (
    "McDiarmid, Surveys in Combinatorics (1989) 148: a function of independent variables, each of which changes it by at "
    "most c_i, exceeds its mean by t with probability at most exp(−2t²/Σc_i²)"
)
RIESZ_THORIN = (
    "Riesz–Thorin: with 1/p = (1 − θ)/p₀ + θ/p₁ and 1/q = (1 − θ)/q₀ + θ/q₁ the norm from L^p to L^q is at most "
    "N₀^(1−θ) N₁^θ"
)
SUDAKOV_FERNIQUE = (
    "Sudakov–Fernique (Fernique, Régularité des trajectoires des fonctions aléatoires gaussiennes, 1975): for centred "
    "normal vectors with E(X_s − X_t)² ≤ E(Y_s − Y_t)² for all s, t, E max X ≤ E max Y"
)
