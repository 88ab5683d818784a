"""What a pruning method will keep of the first layer, predicted from data, with pruned networks beside it.

`predict` does what the command `sparse-limits predict` does; the command reports what `predict` finds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from os import PathLike

import numpy as np
from numpy.typing import NDArray

from numerics.arguments import MOST_ENTRIES, MOST_SAMPLES, InputError, Seed, seed_sequence
from numerics.data import Dataset, batch, load_data
from numerics.networks import Network, random_network
from numerics.pruning.observation import Observation, observe
from numerics.pruning.prediction import Prediction
from numerics.pruning.prediction import predict as predict_problem
from numerics.pruning.row_law import DATA_DRIVEN, SMOOTHED, check_method, limit_smoothing, posed

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What is pruned and how it is predicted; the names are those of the command's options.

    density: in (0, 1); residual: target for −y (initial output subtracted), output for f₀ − y; fresh_rows: sampled for
    the row law; networks: pruned, unless `sample` is false.
    """

    method: str
    density: float = 0.1
    width: int = 1024
    depth: int = 1
    residual: str = "target"
    networks: int = 1
    fresh_rows: int = 20_000
    sample: bool = True

    def __post_init__(self) -> None:
        if self.residual not in ("target", "output"):
            raise InputError(f"residual is {self.residual!r}, expected target or output")
        for name, least in {"width": 1, "networks": 1}.items():
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
                raise InputError(f"{name} is {value!r}, expected a whole number of at least {least}")

    @property
    def reads_output(self) -> bool:
        """Whether the residual contains the output of the drawn network."""
        return self.residual == "output" and self.method in DATA_DRIVEN


@dataclass(frozen=True, eq=False)
class Case:
    """A network's prediction and, if it was pruned, what was observed; the network itself where it is to be trained."""

    prediction: Prediction
    observation: Observation | None
    network: Network | None = None


@dataclass(frozen=True, eq=False)
class Forecast:
    """Predictions beside pruned networks; averages are over networks.

    data: what predictions and networks saw, `samples` of the data given; notes: what to know before trusting it.
    """

    settings: Settings
    data: Dataset
    cases: tuple[Case, ...]
    notes: tuple[str, ...]

    @property
    def densities(self) -> Floats:
        """The predicted share of weights kept of each input, float[d]."""
        return np.mean([case.prediction.densities for case in self.cases], axis=0)

    @property
    def observed(self) -> Floats | None:
        """The same counted in the pruned networks; None if none was pruned."""
        seen = [case.observation.densities for case in self.cases if case.observation is not None]
        return np.mean(seen, axis=0) if seen else None

    @property
    def predictor(self) -> str:
        """The predictor in use: a closed form such as P2, or the row law."""
        return self.cases[0].prediction.used

    @property
    def reason(self) -> str:
        """Why this predictor is in use."""
        return self.cases[0].prediction.reason


def predict(
    method: str,
    data: Dataset | str | PathLike[str] = "digits",
    *,
    density: float = 0.1,
    width: int = 1024,
    depth: int = 1,
    residual: str = "target",
    networks: int = 1,
    fresh_rows: int = 20_000,
    sample: bool = True,
    samples: int = MOST_SAMPLES,
    seed: Seed = 0,
) -> Forecast:
    """Predict the share of each input's first-layer weights that a method keeps, from data; then prune to compare.

    method: random, magnitude, snip, grasp, grasp-magnitude, synflow or wanda. data: a `Dataset`, or what `load_data`
    takes. density: in (0, 1). depth: hidden layers. residual: target, −y, or output, f₀ − y. networks: pruned to
    compare, none without `sample`. fresh_rows: drawn for the row law. samples: at most so many rows of the data, at
    random. The `Forecast` has the predicted `densities` [d] and the `observed` ones. The same seed gives the numbers of
    the command.

    Raises:
        InputError: for an unknown method, a number out of range, data that do not fit, or a network too large to draw.

    Examples:
        >>> found = predict("snip", "digits", density=0.1, width=256, fresh_rows=2000)
        >>> found.predictor, found.densities.shape
        ('P2', (64,))
        >>> bool(abs(found.densities - found.observed).mean() < 0.03)
        True
    """
    settings = Settings(
        method=method,
        density=density,
        width=width,
        depth=depth,
        residual=residual,
        networks=networks,
        fresh_rows=fresh_rows,
        sample=sample,
    )
    whole = data if isinstance(data, Dataset) else load_data(data)
    batching, sampling, drawing = seed_sequence(seed).spawn(3)
    used = batch(whole, samples, np.random.default_rng(batching))
    check_size(settings, used)
    with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is refused where it is used
        cases = tuple(cases_of(settings, used, sampling, drawing))
        return Forecast(settings, used, cases, tuple(notes_of(settings, cases, whole, used)))


def check_size(settings: Settings, data: Dataset) -> None:
    """Refuse what is outside the theory, or would not fit in memory, before anything is drawn.

    Raises:
        InputError: naming the width and what to ask for instead.
    """
    check_method(settings.method, settings.depth)
    if not settings.sample and not settings.reads_output:
        return
    width = settings.width
    reads_data = settings.method not in ("random", "magnitude", "synflow")
    layer, upper = width * data.x.shape[1], (settings.depth - 1) * width**2
    activations = width * len(data.x) if reads_data else 0
    if max(layer, upper, activations) > MOST_ENTRIES:
        fits = layer < MOST_ENTRIES > upper and width < MOST_ENTRIES
        fewer = f"at most {MOST_ENTRIES // width} samples or " if fits else ""
        raise InputError(
            f"width is {width}: a network of depth {settings.depth} on {len(data.x)} samples would need arrays of "
            f"{max(layer, upper, activations):.2g} numbers, expected {fewer}no sample (predict only)"
        )


def cases_of(
    settings: Settings,
    data: Dataset,
    sampling: np.random.SeedSequence,
    drawing: np.random.SeedSequence,
    keep: bool = False,
) -> Iterator[Case]:
    """Predict, and prune networks; keep: hold on to the networks, to train them."""
    reads_output = settings.reads_output
    own = reads_output or (settings.sample and settings.method in SMOOTHED)  # each network has its own prediction
    shape = (data.x.shape[1], *[settings.width] * settings.depth, data.y.shape[1])

    def predicted(network: Network | None, seed: np.random.SeedSequence) -> Prediction:
        problem = posed(
            settings.method,
            settings.density,
            settings.width,
            data,
            network,
            subtract_output=not reads_output,
            depth=settings.depth,
        )
        return predict_problem(problem, settings.fresh_rows, np.random.default_rng(seed))

    common = None if own else predicted(None, sampling)
    if common is not None and not settings.sample:
        yield Case(common, None)
        return
    for fresh, drawn in zip(*(seed.spawn(settings.networks) for seed in (sampling, drawing)), strict=True):
        rng = np.random.default_rng(drawn)
        network = random_network(shape, rng)
        prediction = common or predicted(network, fresh)
        observation = observe(prediction, network, rng) if settings.sample else None
        yield Case(prediction, observation, network if keep else None)


def notes_of(settings: Settings, cases: Sequence[Case], whole: Dataset, data: Dataset) -> list[str]:
    """Say what a reader should know about the prediction before trusting it; data: the batch of the whole that is used."""
    problem, law = cases[0].prediction.problem, cases[0].prediction.law
    notes = []
    if len(data.x) < len(whole.x):
        notes.append(f"a random batch of {len(data.x)} of the {len(whole.x)} samples, for prediction and network alike")
    if law.rows < settings.fresh_rows:
        notes.append(f"{law.rows} fresh rows, not {settings.fresh_rows}: more scores would not fit in memory")
    if problem.by_row and abs(problem.share - problem.density) > 1e-12:
        kept = round(problem.share * problem.inputs)
        notes.append(f"rows keep {kept} of {problem.inputs} weights each: density {problem.share:.4g}")
    if problem.method in SMOOTHED and problem.fixed_residual and not settings.sample:
        notes.append(
            "residual smoothed by the limit kernel Θ (S8); a network's own differs by O(n^-1/2), on raw balanced data "
            "by much: a pruned network (no --no-sample) is predicted with its own"
        )
    elif problem.method in SMOOTHED:
        limit = limit_smoothing(problem.x, problem.residual)
        distance = float(np.linalg.norm(problem.driver - limit) / np.linalg.norm(limit))
        notes.append(
            f"residual smoothed by the drawn network's own kernel (S8), {distance:.3f} of its norm from the limit's"
        )
    if not problem.fixed_residual:
        notes.append("the residual is that of the drawn network: its rows are exchangeable, not independent (S6)")
    if problem.method == "synflow" and problem.depth > 1:
        notes.append("deep SynFlow: rows by the limit of constant row factors; a finite network's rows vary more (S11)")
    return notes
