"""What a prediction of layers rests on: a theorem at every width, a limit of wide layers, or measurements alone."""

from __future__ import annotations

from dataclasses import dataclass

from sparse_limits.numerics.prediction.architecture import Architecture
from sparse_limits.numerics.prediction.result import LIMIT, MEASURED, THEOREM
from sparse_limits.numerics.prediction.settings import IN_ROUNDS, Settings


@dataclass(frozen=True)
class EvidenceLevel:
    """kind: THEOREM, proved at these widths; LIMIT, proved as layers grow; MEASURED, not proved. by: labels of claims.

    layers: the kind for densities of whole layers, which with a threshold for each layer, or each row, are as the method
    defines them; kind is that of all else.
    """

    kind: str
    by: str
    layers: str


def evidence_level(settings: Settings, network: Architecture) -> EvidenceLevel:
    """Return what a prediction of layers rests on.

    Examples:
        >>> evidence_level(Settings(method="snip"), Architecture(64, (512,), 1))
        EvidenceLevel(kind='limit', by='S6, S7.1, D1.2', layers='limit')
        >>> evidence_level(Settings(method="random"), Architecture(64, (512, 512), 1)).kind
        'theorem'
        >>> evidence_level(Settings(method="snip", scope="layer"), Architecture(64, (512, 512), 1))
        EvidenceLevel(kind='limit', by='D2', layers='theorem')
    """
    kind, by = _law(settings, network)
    defined = settings.scope == "layer" or settings.method == "wanda"
    return EvidenceLevel(kind, by, THEOREM if defined else kind)


def _law(settings: Settings, network: Architecture) -> tuple[str, str]:
    if settings.method == "wanda":
        return LIMIT, "S12"
    if settings.data_driven:
        return _of_the_data(settings, network)
    if settings.method == IN_ROUNDS:
        return MEASURED, ""
    if settings.method == "random" or (settings.method == "magnitude" and settings.scope == "layer"):
        return THEOREM, "S2"
    return LIMIT, {"magnitude": "S2, S14.1", "synflow": "S11, S14.1"}[settings.method]


def _of_the_data(settings: Settings, network: Architecture) -> tuple[str, str]:
    grasp = settings.method.startswith("grasp")
    biases = network.bias and network.depth > 1 and network.init in ("uniform", "torch")
    if grasp or network.normalised or settings.residual != "target" or biases:
        return MEASURED, "D2, S8" if grasp else "D2"
    # Rows have S7.1's law at every width under a fixed threshold; a share sets the threshold from the network itself.
    return LIMIT, "D2" if network.depth > 1 else "S6, S7.1, D1.2"


def level_of(settings: Settings, network: Architecture, *, withdrawn: bool) -> EvidenceLevel:
    """What a prediction by the law rests on: a theorem; a limit, of wide layers; measurement, where it is withdrawn or unproved."""
    own = evidence_level(settings, network)
    if not withdrawn:
        return own
    return EvidenceLevel(MEASURED, "", THEOREM if own.layers == THEOREM else MEASURED)
