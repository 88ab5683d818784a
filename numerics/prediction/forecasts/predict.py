"""What a pruning method will keep of the first layer, predicted from data, with pruned networks beside it.

`predict` does what the command `sparse-limits predict` does; the command reports what `predict` finds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from numerics.arguments import MOST_SAMPLES, InputError, Seed, seed_sequence
from numerics.data import Data, Dataset, DataSource, batch, dataset_of, source_of
from numerics.door import door
from numerics.fitting.levels import UNLIKELY
from numerics.prediction.forecasts.cases import Case, cases_of, check_size, notes_of
from numerics.prediction.forecasts.settings import KernelSettings, Settings

if TYPE_CHECKING:
    from numerics.prediction.forecasts.kernel import KernelStudy

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Forecast:
    """Predictions beside pruned networks; averages are over networks.

    data: what predictions and networks saw, of `given` samples in all; notes: what to know before trusting it; kernel:
    what follows for the tangent kernel, None unless it was asked for.
    """

    settings: Settings
    data: Dataset
    given: int
    cases: tuple[Case, ...]
    notes: tuple[str, ...]
    kernel: KernelStudy | None = None

    @property
    def densities(self) -> Floats:
        """The predicted share of weights kept of each input, float[d]."""
        mean: Floats = np.mean([case.prediction.densities for case in self.cases], axis=0)
        return mean

    @property
    def observed(self) -> Floats | None:
        """The same counted in the pruned networks; None if none was pruned."""
        seen = [case.observation.densities for case in self.cases if case.observation is not None]
        return np.mean(seen, axis=0) if seen else None

    @property
    def p_value(self) -> float | None:
        """That the pruned networks have the row law, all of them together (Bonferroni); None where there is no test."""
        seen = [case.observation.p_value for case in self.cases if case.observation is not None]
        tested = [value for value in seen if value is not None]
        return min(1.0, len(tested) * min(tested)) if tested else None

    @property
    def withdrawn(self) -> str:
        """Why the predicted densities do not answer, and `observed` does; "" if they do."""
        value = self.p_value
        if value is None or value >= UNLIKELY:
            return ""
        return (
            f"the pruned networks contradict the row law (p = {value:.2g}, below {UNLIKELY:g}), so that what they keep is the "
            "answer"
        )

    @property
    def predictor(self) -> str:
        """The predictor in use: a closed form such as P2, or the row law."""
        return self.cases[0].prediction.used

    @property
    def reason(self) -> str:
        """Why this predictor is in use."""
        return self.cases[0].prediction.reason


@door
def predict(
    method: str,
    data: Data = "digits",
    *,
    density: float = 0.1,
    width: int = 1024,
    depth: int = 1,
    residual: str = "target",
    networks: int = 1,
    fresh_rows: int = 20_000,
    sample: bool = True,
    samples: int = MOST_SAMPLES,
    kernel: bool = False,
    train: bool = False,
    test_share: float = 0.25,
    kernel_rows: int = 4096,
    steps: int = 800,
    seed: Seed = 0,
    progress: Callable[[str], object] = lambda doing: None,
) -> Forecast:
    """Predict the share of each input's first-layer weights that a method keeps, and prune networks for comparison.

    The network is a ReLU network in the NTK parametrisation with standard normal weights. Only its first layer is
    scored and pruned. With `kernel` or `train`, some samples are held out, and prediction and pruning use the other
    samples. The same seed gives the same numbers as the command `sparse-limits predict`.

    Parameters
    ----------
    method : random, magnitude, snip, grasp, grasp-magnitude, synflow or wanda
    data : digits, the name of a file, a `DataSource` (digits or a file, with options for reading), or a `Dataset` from `load_data`
    density : share of the first-layer weights kept, in (0, 1); wanda keeps this share of each row
    width : number of neurons in each hidden layer
    depth : number of hidden layers, from 1 to 1000; snip, grasp and grasp-magnitude require 1
    residual : target for −y (the initial output is subtracted) or output for f₀ − y; only snip and GraSP read the residual
    networks : number of networks pruned for comparison, from 1 to 10,000; none is pruned without `sample`
    fresh_rows : number of rows drawn at random for the row law, at least 100; fewer if their scores do not fit in memory
    sample : whether networks are pruned for comparison
    samples : largest number of samples used, at least 2; from larger data a random batch is drawn
    kernel : whether to hold out samples and study the tangent kernel of the pruned network (`Forecast.kernel`)
    train : whether the pruned networks are trained and compared with the kernel; implies `kernel` and requires `sample`
    test_share : share of the samples held out for the study of the kernel, in (0, 1)
    kernel_rows : number of fresh rows over which the kernel is averaged, at least 1024
    steps : number of steps of gradient descent with `train`, at least 1
    seed : seed of all random numbers, a whole number from 0 below 2¹²⁸, a NumPy `SeedSequence` or a `Generator`
    progress : function that is called with the name of each step as the step begins; the default reports nothing

    Returns
    -------
    Forecast, with the predicted `densities` [d] and the `observed` densities [d] of the columns, both averages over
    networks. `observed` is None without `sample`. `kernel` is None without `kernel` or `train`.

    Raises
    ------
    InputError : for an unknown method, a number out of range, data that do not fit, a computation beyond the memory or
        time allowed (`limit`), or `train` without `sample`.

    References
    ----------
    Claims S2 (random, magnitude), S5, S6, S7.3 (snip), S8 (grasp), S11 (synflow), S12 (wanda); K4, B2, B7 (kernel).

    Examples
    --------
    >>> found = predict("snip", "digits", density=0.1, width=256, fresh_rows=2000)
    >>> found.predictor, found.densities.shape
    ('P2', (64,))
    >>> bool(abs(found.densities - found.observed).mean() < 0.03)
    True
    >>> found = predict("snip", width=256, fresh_rows=2000, samples=200, kernel=True)
    >>> found.kernel.fits["pruned"].error < found.kernel.fits["constant"].error
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
    wanted = KernelSettings(test_share=test_share, kernel_rows=kernel_rows, steps=steps, train=train)
    if train and not sample:
        raise InputError("train is given without networks to train, expected a sample")
    batching, sampling, drawing, holding, averaging = seed_sequence(seed).spawn(5)
    with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is refused where it is used
        progress("reading data")
        source = source_of(data)
        whole = dataset_of(source)
        used = batch(whole, samples, np.random.default_rng(batching))
        check_size(settings, used, needed=train)
        if not (kernel or train):
            cases = tuple(cases_of(settings, used, sampling, drawing, progress=progress))
            return Forecast(settings, used, len(whole.x), cases, tuple(notes_of(settings, cases, whole, used)))

        from numerics.prediction.forecasts.kernel import (  # imports much that the rest needs not
            held_notes,
            held_out,
            study_kernel,
        )

        held = held_out(settings, wanted, used, holding)
        progress("predicting")
        cases = tuple(cases_of(settings, held.train, sampling, drawing, keep=train))
        standardised = isinstance(source, DataSource) and source.standardised
        notes = notes_of(settings, cases, whole, used)
        notes += held_notes(cases, held, standardised=standardised, train=train)
        study = study_kernel(wanted, cases, held, averaging, progress)
        return Forecast(settings, held.train, len(whole.x), cases, tuple(notes), study)
