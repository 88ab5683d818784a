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
    """Predict the share of each input's first-layer weights that a method keeps, from data; then prune to compare.

    method: random, magnitude, snip, grasp, grasp-magnitude, synflow or wanda. data: a `Dataset` (of `load_data`), digits, the
    name of a file, or a `DataSource` that says how to read it. density: the share of weights kept, in (0, 1). width: hidden
    units of a layer. depth: hidden layers. residual: target, which is −y (the initial output is subtracted), or output,
    which is f₀ − y. networks: pruned to compare, none without `sample`. fresh_rows: drawn for the row law. samples: at most so
    many rows of the data, at random. The `Forecast` has the predicted `densities` [d] and the `observed` ones.

    kernel: hold out `test_share` of the samples and see what follows for the tangent kernel, averaged over `kernel_rows`
    fresh rows: `Forecast.kernel`. train: train the pruned networks beside it, for so many `steps`; implies kernel.
    progress: told what is being done. The same seed gives the numbers of the command.

    Raises:
        InputError: for an unknown method, a number out of range, data that do not fit, or what would not fit in memory.

    Source: S2 (random, magnitude), S5, S6, S7.3 (snip), S8 (grasp), S11 (synflow), S12 (wanda); K4, B2, B7 of the kernel.

    Examples:
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
