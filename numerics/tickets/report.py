"""What `sparse-limits ticket` finds, in numbers, by their names in its JSON; the tables read these too."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from importlib.metadata import version
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.tickets import NetworkTicket, certify, usual_width
from sparse_limits.numerics.tickets.bounds import equivariance_bound
from sparse_limits.numerics.tickets.cases import Case, Samples
from sparse_limits.numerics.tickets.certificate import bounds_up_to, largest_outputs
from sparse_limits.numerics.tickets.checking import Check
from sparse_limits.numerics.tickets.comparison import Finding
from sparse_limits.numerics.tickets.costs import shapes_of, together
from sparse_limits.numerics.tickets.demands import Agreement, Demand
from sparse_limits.numerics.tickets.target_files import Levels


class TargetSummary(TypedDict):
    """A target of L layers. channels, coordinates: of its L + 1 levels; basis_elements, coefficients: of its layers.

    largest_coefficient: in modulus; biased: whether the last channels carry the constant 1; signed: whether inputs may be
    negative; generators: of its group, None for a target without one; remarks: how a file was read, where that says something.
    """

    name: str
    channels: list[int]
    coordinates: list[int]
    basis_elements: list[int]
    coefficients: list[int]
    largest_coefficient: float
    biased: bool
    signed: bool
    generators: int | None
    remarks: list[str]


class NetworkWidthSummary(TypedDict):
    """What keeps outputs within `output_error` at inputs up to `radius` (Q11.1): by layer the errors of coefficients, the
    largest of each layer being 1/(2e), and the channels for which they are guaranteed.

    candidates_per_parameter: of each layer by itself, at inputs of either sign, in the blocks, over what any source needs
    (Q11.2); None where counting says nothing.
    output_error: of the target as given; scale: outputs where these coefficients are the largest, over those of the
    target as given; empty: whether nothing need be kept, where every error is given as 1; samples_beyond_radius: how many
    have an input beyond it, None without samples.
    """

    output_error: float
    radius: float
    scale: float
    empty: bool
    coefficient_errors: list[float]
    guaranteed: list[int]
    candidates_per_parameter: list[float | None]
    samples_beyond_radius: int | None


class WidthSummary(TypedDict):
    """Channels of the source for each input channel and orbit: the theorem's, the usual one if one is known, the one taken.

    network: None unless an error of the outputs was given.
    """

    guaranteed: int
    usual: int | None
    taken: int
    network: NetworkWidthSummary | None


class TicketSummary(TypedDict):
    """Errors of coefficients by layer, also as exact fractions, and how much is kept: of the candidates, of all there are."""

    seed: int
    epsilon: float
    largest_errors: list[float]
    exact_errors: list[str]
    within_epsilon: bool
    kept: int
    kept_by_layer: list[int]
    candidates: int
    total: int


class SampleSummary(TypedDict):
    """A ticket beside its target on samples.

    agree: at how many both have the same largest output; certified: at how many that is proved; right_target,
    right_ticket: at how many it is the label; None without classes, or without labels. Errors and bounds are those of
    outputs.
    """

    name: str
    count: int
    outputs: int
    agree: int | None
    certified: int | None
    right_target: int | None
    right_ticket: int | None
    largest_error: float
    largest_bound: float
    largest_output: float


class EquivarianceSummary(TypedDict):
    """How far outputs for moved inputs are from moved outputs, and what rounding may do (Q9)."""

    error: float
    bound: float


class Comparison(TypedDict):
    """A ticket beside its target: on samples, or, without any, the bound of outputs for all inputs of ‖x‖₁ ≤ 1."""

    samples: SampleSummary | None
    bound_on_ball: float | None
    equivariance: EquivarianceSummary | None


class Seconds(TypedDict):
    """How long each part took."""

    target: float
    search: float
    comparison: float


class Summary(Comparison):
    """A ticket that was found. delta: the probability with which the theorem may fail; file: where it was written."""

    version: str
    target: TargetSummary
    width: WidthSummary
    delta: float
    ticket: TicketSummary
    file: str | None
    seconds: Seconds


Summaries = list[Summary]  # of several targets


class FindingSummary(TypedDict):
    """As `Finding`."""

    what: str
    holds: bool
    detail: str


class DemandSummary(TypedDict):
    """As `Demand`."""

    what: str
    demanded: float | str
    found: float | str
    met: bool
    detail: str


class AgreementSummary(TypedDict):
    """As `Agreement`: on the samples of this name."""

    name: str
    count: int
    agree: int | None
    problem: str | None


class CheckSummary(TypedDict):
    """A file that was checked. target to exact_errors: what it says, but for `compared`, whether a target was given.

    holds: whether all findings do; consistent: whether those do that need no target.
    """

    version: str
    file: str
    target: str
    seed: int
    width: int
    epsilon: float
    delta: float
    signed: bool
    constant_input: bool
    within_epsilon: bool
    compared: bool
    exact_errors: list[str]
    findings: list[FindingSummary]
    holds: bool
    consistent: bool
    demands: list[DemandSummary]
    samples: AgreementSummary | None
    verdict: str
    seconds: float


def widths(
    case: Case, eps: float, delta: float, guaranteed: int, width: int, network: NetworkWidthSummary | None
) -> WidthSummary:
    """The theorem's width, the usual one (null where none is known), the one that is taken, and those of all layers."""
    usual = None
    with suppress(InputError):  # for an epsilon that no width up to 10⁵ usually reaches
        usual = usual_width(case.layers, eps, delta, case.signed)
    return {"guaranteed": guaranteed, "usual": usual, "taken": width, "network": network}


def describe(case: Case) -> TargetSummary:
    """The target: channels and coordinates of each level, elements and coefficients of each layer."""
    layers = case.layers
    return {
        "name": case.name,
        "channels": [len(layers[0].coeffs), *(layer.coeffs.shape[1] for layer in layers)],
        "coordinates": [layers[0].basis.shape[2], *(layer.basis.shape[1] for layer in layers)],
        "basis_elements": [len(layer.basis) for layer in layers],
        "coefficients": [layer.coeffs.size for layer in layers],
        "largest_coefficient": max(float(np.abs(layer.coeffs).max()) for layer in layers),
        "biased": case.biased,
        "signed": case.signed,
        "generators": None if case.permutations is None else len(case.permutations[0]),
        "remarks": list(case.remarks),
    }


def found(ticket: NetworkTicket) -> TicketSummary:
    """Errors of coefficients and what is kept."""
    errors = ticket.coef_errors
    return {
        "seed": ticket.seed,
        "epsilon": ticket.eps,
        "largest_errors": [float(error) for error in errors],
        "exact_errors": [str(error) for error in errors],
        "within_epsilon": bool(max(errors) <= Fraction(ticket.eps)),
        "kept": ticket.kept,
        "kept_by_layer": [int(mask.sum() + ticket.first_masks(k).sum()) for k, mask in enumerate(ticket.masks)],
        "candidates": ticket.candidates,
        "total": ticket.total,
    }


def compare(ticket: NetworkTicket, case: Case) -> Comparison:
    """The ticket beside its target on the samples; without any, for all inputs of ‖x‖₁ ≤ 1."""
    if case.samples is None:
        return {"samples": None, "bound_on_ball": _bound_on_ball(ticket, case), "equivariance": None}
    return {
        "samples": _on_samples(ticket, case.samples),
        "bound_on_ball": None,
        "equivariance": None if case.permutations is None else _equivariance(ticket, case.permutations, case.samples.x),
    }


def summarise_check(
    file: str, check: Check, demands: list[Demand], samples: AgreementSummary | None, seconds: float
) -> CheckSummary:
    """A file that was checked, with what it says, what holds of that, and what was demanded; samples: compared on."""
    statement = check.statement
    return {
        "version": version("sparse-limits"),
        "file": file,
        "target": statement.name,
        "seed": statement.seed,
        "width": statement.width,
        "epsilon": statement.eps,
        "delta": statement.delta,
        "signed": statement.signed,
        "constant_input": statement.constant_input,
        "within_epsilon": statement.within_eps,
        "compared": check.compared is not None,
        "exact_errors": list(statement.coef_errors),
        "findings": list(map(_finding, check.findings)),
        "holds": all(finding.holds for finding in check.findings),
        "consistent": all(finding.holds for finding in check.own),
        "demands": list(map(_demand, demands)),
        "samples": samples,
        "verdict": verdict(check, demands),
        "seconds": seconds,
    }


def summarise_agreement(name: str, found: Agreement) -> AgreementSummary:
    """The samples of a name on which a checked ticket was compared, and what came of it."""
    return {"name": name, "count": found.samples, "agree": found.agree, "problem": found.problem or None}


def _finding(found: Finding) -> FindingSummary:
    return {"what": found.what, "holds": found.holds, "detail": found.detail}


def _demand(found: Demand) -> DemandSummary:
    return {
        "what": found.what,
        "demanded": found.demanded,
        "found": found.found,
        "met": found.met,
        "detail": found.detail,
    }


def verdict(check: Check, demands: list[Demand]) -> str:
    """The outcome of a check, the worst first."""
    if not all(finding.holds for finding in check.own):
        return "not consistent with itself"
    if not all(finding.holds for finding in check.compared or ()):
        return "not a ticket of this target"
    if demands:
        return "meets your demands" if all(demand.met for demand in demands) else "does not meet your demands"
    if check.compared is None:
        return "consistent"
    return "a ticket of this target" if check.statement.within_eps else "of this target, but beyond its epsilon"


def _on_samples(ticket: NetworkTicket, samples: Samples) -> SampleSummary:
    tops: list[list[NDArray[np.intp]]] = [[], []]
    agree, certified, outputs = 0, 0, 0
    largest_error, largest_bound, largest_output = 0.0, 0.0, 0.0
    for x in pieces(ticket, samples.x):
        found = certify(ticket, x)
        both = found.target_outputs, found.ticket_outputs
        agree, certified = agree + int(found.agree.sum()), certified + int(found.certified.sum())
        largest_error = max(largest_error, _largest(both[0] - both[1]))
        largest_bound = max(largest_bound, _largest(found.bounds))
        largest_output = max(largest_output, _largest(both[0]))
        outputs = both[0][0].size
        for top, values in zip(tops, both, strict=True):
            top.append(largest_outputs(values))
    classes = outputs > 1
    right = [None if samples.labels is None else int((np.concatenate(top) == samples.labels).sum()) for top in tops]
    return {
        "name": samples.name,
        "count": len(samples.x),
        "outputs": outputs,
        "agree": agree if classes else None,
        "certified": certified if classes else None,
        "right_target": right[0],
        "right_ticket": right[1],
        "largest_error": largest_error,
        "largest_bound": largest_bound,
        "largest_output": largest_output,
    }


def _largest(values: NDArray[np.float64]) -> float:
    """The largest modulus, infinite where an overflow made one unknown."""
    return float(np.where(np.isnan(values), np.inf, np.abs(values)).max())


def _equivariance(ticket: NetworkTicket, permutations: Levels, x: NDArray[np.float64]) -> EquivarianceSummary:
    """How far outputs for moved inputs are from moved outputs, over generators and samples, and what rounding may do (Q9)."""
    error = 0.0
    for piece in pieces(ticket, x):
        outputs = ticket.forward(piece)
        for p, q in zip(permutations[0], permutations[-1], strict=True):
            error = max(error, _largest(ticket.forward(piece[..., p]) - outputs[..., q]))
    return {"error": error, "bound": float(equivariance_bound(ticket, np.abs(x).max(axis=0)))}


def _bound_on_ball(ticket: NetworkTicket, case: Case) -> float:
    """The largest bound at its corners, each with the constant of a biased perceptron: bounds are affine in moduli.

    The corner of the constant itself is the centre, where no other input is, and in question only then.
    """
    channels, coordinates = len(case.layers[0].coeffs), case.layers[0].basis.shape[2]
    corners = np.eye(channels * coordinates).reshape(-1, channels, coordinates)
    if case.biased:
        corners[:, -1] = 1
    return max(float(bounds_up_to(ticket, piece).max()) for piece in pieces(ticket, corners))


def pieces(ticket: NetworkTicket, x: NDArray[np.float64]) -> Iterator[NDArray[np.float64]]:
    """The samples in pieces of moderate size."""
    step = together(shapes_of(ticket.target), ticket.width)
    return (x[start : start + step] for start in range(0, len(x), step))
