"""All numbers of a report, by the names that `sparse-limits report --json` has for them; the page is made of nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from sparse_limits.numerics.prediction.layers.summary import LayersSummary, layer_name
from sparse_limits.numerics.prediction.pruned_first_layer.kernel_summary import KernelSummary
from sparse_limits.numerics.prediction.report.data_flaws import Flaw
from sparse_limits.numerics.prediction.result import LIMIT, MEASURED, THEOREM, LeftOut

KINDS = (THEOREM, LIMIT, MEASURED)  # from the firmest
OF_THE_KERNEL = (
    "ReLU networks with standard normal weights, without biases, trained to the end on the squared error"  # K7.1, B7
)
AGAINST, CAUTION, CONDITION, NOTE = "against", "caution", "condition", "note"  # what advice weighs
FEW = 0.5  # inputs that a method is expected to lose, below which it is not distinguished
LOST = 0.5  # the probability of keeping no weight from which an input counts as lost


class Line(TypedDict):
    """A sentence that is computed. kind: theorem, limit or measured; by: labels of the claims it rests on, or empty."""

    text: str
    kind: str
    by: str


class Advice(Line):
    """A sentence of advice, and the rule with its threshold that it follows from.

    of: the methods that it weighs against; weight: against (they cut the network, or nothing is learnt), caution, condition (of who
    needs the inputs that they lose), or note, which weighs against none.
    """

    rule: str
    of: list[str]
    weight: str


class StandingSummary(TypedDict):
    """kind: theorem, limit or measured; by: labels of the claims, or empty."""

    kind: str
    by: str


class MethodSummary(TypedDict):
    """What a method keeps. standing: of the densities of layers; apart: of single rows, columns and paths.

    followed: whether the law of wide layers follows the network under this method; if not, outside names the parts that it
    does not follow, and layers has no widths, activation or initialisation. layers: as in `predict layers --json`. reads: the place
    in it of the layer that reads the data, None if it is no linear layer; its columns are known then, else empty. gives: that of the layer whose
    outputs are the network's, None if no layer's are. lost: the
    probability that an input keeps no weight in that layer, [d]; where the law does not follow, the share of pruned modules
    in which the input moves no output, empty if that is not known. lost_found: how many keep none in pruned networks.
    curve: densities of layers, [densities, L + 1], at those of the report's `densities`; nan where they are not known.
    """

    method: str
    standing: StandingSummary
    apart: StandingSummary
    followed: bool
    outside: list[str]
    layers: LayersSummary
    reads: int | None
    gives: int | None
    lost: list[float]
    lost_found: float | None
    curve: list[list[float]]


class Learning(TypedDict):
    """What the tangent kernel says about a network whose first layer is pruned to a density."""

    method: str
    density: float
    kernel: KernelSummary


class Made(TypedDict):
    """How a report was computed. command: the call that repeats it, None if it was made from Python alone; file: the data's."""

    command: str | None
    file: str | None
    sha256: str | None
    bytes: int | None
    seed: int
    versions: dict[str, str]


class QuestionSummary(TypedDict):
    """Everything. flaws: what is wrong with the data; recommendation: what follows from the advice. densities: of the curves.

    constant_inputs: numbers, from 0, of inputs that are the same on all samples of the data, used or not; zero_inputs: those
    of them that are 0 there, as the network sees them.
    """

    question: str
    flaws: list[Flaw]
    recommendation: list[Line]
    answer: list[Line]
    density: float
    densities: list[float]
    methods: list[MethodSummary]
    left_out: list[LeftOut]
    constant_inputs: list[int]
    zero_inputs: list[int]
    learning: list[Learning]
    without_learning: list[LeftOut]
    advice: list[Advice]
    made: Made


def weakest(kinds: Sequence[str]) -> str:
    """The kind of a sentence that rests on several.

    Examples:
        >>> weakest(["theorem", "limit"])
        'limit'
    """
    return max(kinds, key=KINDS.index)


def resting_on(methods: Sequence[MethodSummary], *, apart: bool = False) -> tuple[str, str]:
    """The kind and the claims of a sentence about methods.

    apart: about single rows, columns or paths, for which a theorem on layers gives a limit alone: their counts are expected
    at the limit's threshold.
    """
    standings = [each["apart" if apart else "standing"] for each in methods]
    labels = [label for each in standings for label in each["by"].split(", ") if label]
    return weakest([each["kind"] for each in standings]), ", ".join(dict.fromkeys(labels))


def described(methods: Sequence[MethodSummary]) -> MethodSummary:
    """The method whose summary says most of the network: the first that the law follows, else the first."""
    return next((each for each in methods if each["followed"]), methods[0])


def stated(value: float | None) -> float:
    """A number of a layer that a report always has: predicted or, where nothing is, counted in the networks pruned for it."""
    if value is None:
        raise TypeError("a report was made of a forecast without pruned networks")
    return value


def kept(method: MethodSummary) -> list[float]:
    """How many weights each layer is expected to keep."""
    return [stated(layer["predicted"]) * layer["weights"] for layer in method["layers"]["layers"]]


def floor_of(method: MethodSummary) -> float | None:
    """The density below which some layer is expected to keep less than one weight; None where one is not known."""
    ends = [end["density"] for end in method["layers"]["collapse"]]
    known = [end for end in ends if end is not None]
    return max(known) if len(known) == len(ends) else None


def layer_words(method: MethodSummary, names: Sequence[str]) -> str:
    """Layers in a sentence, by their names; the readout needs no other word."""
    return listed(
        [f"the {name}" if name == "readout" and not method["layers"]["model"] else f"layer {name}" for name in names]
    )


def emptied(method: MethodSummary) -> list[str]:
    """The names of layers that are expected to keep less than one weight."""
    layers = method["layers"]["layers"]
    return [
        layer_name(method["layers"], layer) for layer, weights in zip(layers, kept(method), strict=True) if weights < 1
    ]


def lost_inputs(method: MethodSummary, constant: Sequence[int]) -> tuple[list[int], list[int]]:
    """The inputs that are lost: those that vary, most probable first, and those that are constant."""
    order = sorted(range(len(method["lost"])), key=lambda column: -method["lost"][column])
    lost = [column for column in order if method["lost"][column] >= LOST]
    return [column for column in lost if column not in constant], [column for column in lost if column in constant]


def alike(method: MethodSummary) -> bool:
    """Whether a method keeps the same share of every input's weights; not where these are not known."""
    columns = columns_of(method)
    return bool(columns) and max(columns) - min(columns) <= 1e-9


def columns_of(method: MethodSummary) -> list[float]:
    """The share of its weights that each input keeps, predicted or else counted; empty where it is not known."""
    return method["layers"]["columns"]["predicted"] or []


def listed(names: Sequence[str], most: int = 8) -> str:
    """Names in a sentence, at most so many of them.

    Examples:
        >>> listed(["a"]), listed(["a", "b", "c"]), listed(list("abcd"), 2)
        ('a', 'a, b and c', 'a, b and 2 more')
    """
    shown = list(names[:most])
    if len(names) > most:
        return f"{', '.join(shown)} and {len(names) - most} more"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def percent(share: float) -> str:
    """A share in per cent, two digits of what is small.

    Examples:
        >>> percent(0.1234), percent(0.00012), percent(0.0), percent(1e-9)
        ('12.3%', '0.012%', '0%', 'under 0.0001%')
    """
    if 0 < share < 1e-6:
        return "under 0.0001%"
    return f"{100 * share:.2g}%" if share < 0.01 else f"{100 * share:.1f}%"
