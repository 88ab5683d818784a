"""What follows from the tangent kernel of a pruned network, on samples held out, and the networks trained beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isqrt

import numpy as np
from threadpoolctl import threadpool_limits

from sparse_limits.numerics.arguments import MOST_ENTRIES, InputError
from sparse_limits.numerics.data import Dataset, check_scale
from sparse_limits.numerics.kernels.prediction import (
    Energy,
    Fit,
    Sampling,
    Spectra,
    constant_guess,
    distance,
    energy_of,
    regression,
    sampling,
    spectra,
)
from sparse_limits.numerics.kernels.pruned import (
    BATCHES,
    HeldOut,
    KernelCase,
    closed_case,
    dense_case,
    hold_out,
    infinitely_wide,
    sampled_kernel,
)
from sparse_limits.numerics.kernels.trained import Beside, train_beside
from sparse_limits.numerics.prediction.architecture import Architecture
from sparse_limits.numerics.prediction.first_layer.row_law import Problem
from sparse_limits.numerics.prediction.methods import DATA_DRIVEN
from sparse_limits.numerics.prediction.pruned_first_layer.cases import Case
from sparse_limits.numerics.prediction.settings import KernelSettings, Settings

LARGEST_KERNEL = 2048  # samples: 32 MB for each of some twenty matrices
MOST_TANGENTS = 2**23  # entries of a network's own kernel of all outputs on the samples to train on: 64 MB
MOST_OWN = 2**27  # of all networks' own kernels: 1 GB


@dataclass(frozen=True, eq=False)
class KernelStudy:
    """The kernels of a pruned network, what follows from each, and the trained networks if asked for.

    problem: the limit of infinite width. rows: fresh rows averaged over; sampling: what they leave open. cases, spectra,
    energies and fits by the kernel: pruned, from fresh rows; closed, the graphon's, where there is a closed form; dense,
    before pruning; fits also has constant, the guess of the mean label. beside: None unless networks were trained.
    """

    problem: Problem
    held: HeldOut
    rows: int
    sampling: Sampling
    cases: Mapping[str, KernelCase]
    spectra: Mapping[str, Spectra]
    energies: Mapping[str, Energy]
    fits: Mapping[str, Fit]
    beside: Beside | None

    @property
    def closed_form_distance(self) -> float | None:
        """‖K' − K‖/‖K‖ of the closed form K' from the sampled kernel K; None without a closed form."""
        if "closed" not in self.cases:
            return None
        return distance(self.cases["closed"].train, self.cases["pruned"].train)

    @property
    def kept_inputs_per_unit(self) -> float:
        """How many weights a hidden unit of the first layer keeps on average."""
        return self.problem.share * self.problem.inputs

    @property
    def reads_labels(self) -> bool:
        """Whether the mask has seen the labels to train on, so that no risk bound holds (B1)."""
        return self.problem.method in DATA_DRIVEN


def held_out(
    settings: Settings, network: Architecture, wanted: KernelSettings, data: Dataset, seed: np.random.SeedSequence
) -> HeldOut:
    """Hold out a random share of the samples, if what is to be computed fits in memory.

    Raises:
        InputError: for data beyond the floats, for sizes that would not fit, naming what to ask for instead, and as
            `hold_out`.
    """
    check_scale(f"{data.name}: x", data.x, ": standardise the columns", data.about.inputs)
    check_scale(f"{data.name}: y", data.y, ": scale the targets")
    samples, inputs = data.x.shape
    if samples > LARGEST_KERNEL:
        raise InputError(
            f"kernel is given: {samples} samples are too many for matrices, expected samples of at most {LARGEST_KERNEL}"
        )
    most = BATCHES * MOST_ENTRIES // max(samples, inputs)
    if wanted.kernel_rows > most:
        raise InputError(
            f"kernel_rows is {wanted.kernel_rows}, expected at most {most} for {samples} samples of {inputs} inputs"
        )
    held = hold_out(data, wanted.test_share, np.random.default_rng(seed))
    if wanted.train:
        _check_training(settings, network.widths[0], wanted, held)
    return held


def _check_training(settings: Settings, width: int, wanted: KernelSettings, held: HeldOut) -> None:
    samples, outputs = len(held.inputs), held.y_test.shape[1]
    numbers = width * samples
    if numbers > MOST_ENTRIES:
        raise InputError(
            f"width is {width}: training on {samples} samples would need arrays of {numbers:.2g} numbers, "
            f"expected at most {MOST_ENTRIES // samples}"
        )
    trained = outputs * len(held.train.x)
    if trained**2 > MOST_TANGENTS:
        fewer = int((isqrt(MOST_TANGENTS) // outputs - 0.5) / (1 - wanted.test_share))  # whichever way it is rounded
        raise InputError(
            f"train is given: the tangent kernel of {outputs} outputs at {len(held.train.x)} samples would have "
            f"{trained}² entries, expected samples of at most {fewer}"
        )
    most = max(1, MOST_OWN // (trained * outputs * samples))
    if settings.networks > most:
        raise InputError(f"networks is {settings.networks}, expected at most {most} to be trained here")


def held_notes(cases: Sequence[Case], held: HeldOut, *, standardised: bool, train: bool) -> list[str]:
    """Say what a reader should know of the kernel and the networks before trusting them."""
    problem = cases[0].prediction.problem
    tests, samples = len(held.y_test), len(held.inputs)
    notes = [f"{tests} of {samples} samples are held out as test set: pruning and prediction use the others alone"]
    if standardised:
        notes[0] += " (columns are standardised over all)"
    if not problem.fixed_residual:
        notes.append("the kernel is that of the first network's residual, f0 - y")
        if train:
            notes.append("training subtracts the initial output all the same")
    if problem.outputs > 1:
        notes.append(f"one kernel for all {problem.outputs} outputs, the mean of their kernels")
    return notes


def study_kernel(
    wanted: KernelSettings,
    cases: Sequence[Case],
    held: HeldOut,
    seed: np.random.SeedSequence,
    progress: Callable[[str], object] = lambda doing: None,
) -> KernelStudy:
    """Average the kernel over fresh rows, see what follows, and train the networks of the cases if asked to.

    progress: told what is being done.

    Raises:
        InputError: if no path is kept that the samples use, or if a network keeps none or diverges.
    """
    problem = infinitely_wide(cases[0].prediction.problem)
    with threadpool_limits(1):  # products of small matrices: more threads than one wait for each other
        progress("averaging the kernel")
        closed = closed_case(problem, held)
        sampled = sampled_kernel(problem, held, wanted.kernel_rows, np.random.default_rng(seed))
        spread = sampling(sampled, held.train.y)
        found = {"pruned": sampled.case, "closed": closed, "dense": dense_case(held, problem.depth)}
        kernels = {name: case for name, case in found.items() if case is not None}
        beside = None
        if wanted.train:
            progress("training")
            pruned = [(case.network, case.observation.mask) for case in cases if case.network and case.observation]
            beside = train_beside(pruned, kernels["pruned"], held, spread, wanted.steps)
        progress("computing what follows from the kernel")
        return KernelStudy(
            problem=problem,
            held=held,
            rows=sampled.rows,
            sampling=spread,
            cases=kernels,
            spectra={name: spectra(case.train) for name, case in kernels.items()},
            energies={name: energy_of(case, held) for name, case in kernels.items()},
            fits={
                **{name: regression(case, held) for name, case in kernels.items()},
                "constant": constant_guess(held),
            },
            beside=beside,
        )
