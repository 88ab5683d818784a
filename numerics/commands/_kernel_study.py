"""What `sparse-limits predict --kernel` and `--train` compute: options, sizes, the study itself, its numbers for JSON."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isqrt
from typing import TYPE_CHECKING, Any

import numpy as np
from threadpoolctl import threadpool_limits

from numerics.arguments import MOST_ENTRIES, InputError

if TYPE_CHECKING:
    from rich.console import Console

    from numerics.data import Dataset
    from numerics.kernels.prediction import Energy, Fit, Sampling
    from numerics.kernels.pruned import HeldOut, KernelCase, SampledKernel
    from numerics.kernels.trained import Beside
    from numerics.pruning.forecast import Case
    from numerics.pruning.row_law import Problem

Summary = Mapping[str, Any]

MOST_SAMPLES = 2048  # of a kernel: 32 MB for each of some twenty matrices
MOST_TANGENTS = 2**23  # entries of a network's own kernel of all outputs on the samples to train on: 64 MB
MOST_OWN = 2**27  # of all networks' own kernels: 1 GB
FEWEST_ROWS = 1024
DEFAULTS = {"test_share": 0.25, "kernel_rows": 4096, "steps": 800}


def add_kernel(parser: ArgumentParser) -> None:
    """The options, without their defaults, so that those given for nothing are noticed."""
    add = parser.add_argument
    add("--kernel", action="store_true", help="path densities, spectrum, bounds and test error of the pruned kernel")
    add("--train", action="store_true", help="train the pruned networks beside their kernel (implies --kernel)")
    add("--test-share", type=float, metavar="R", help="--kernel: share of the samples held out (default 0.25)")
    add("--kernel-rows", type=int, metavar="N", help="--kernel: fresh rows averaged over (default 4096)")
    add("--steps", type=int, metavar="T", help="--train: steps of gradient descent (default 800)")


def check_kernel(arguments: Namespace) -> None:
    """Refuse what does not go together, and fill in the defaults."""
    from numerics.networks.training import MOST_STEPS

    if arguments.train and not arguments.sample:
        raise InputError("--no-sample is given, expected none with --train")
    if (arguments.kernel or arguments.train) and arguments.compare:
        raise InputError(f"--{'train' if arguments.train else 'kernel'} is given, expected none with --compare")
    arguments.kernel = arguments.kernel or arguments.train
    for name, default in DEFAULTS.items():
        needed = "train" if name == "steps" else "kernel"
        if getattr(arguments, name) is None:
            setattr(arguments, name, default)
        elif not getattr(arguments, needed):
            raise InputError(f"--{name.replace('_', '-')} is given, expected --{needed} with it")
    if not 0 < arguments.test_share < 1:
        raise InputError(f"--test-share is {arguments.test_share:g}, expected a number strictly between 0 and 1")
    for name, least in {"kernel_rows": FEWEST_ROWS, "steps": 1}.items():
        if (value := getattr(arguments, name)) < least:
            raise InputError(f"--{name.replace('_', '-')} is {value}, expected a whole number of at least {least}")
    if arguments.steps > MOST_STEPS:
        raise InputError(f"--steps is {arguments.steps}, expected at most {MOST_STEPS}")


def held_out(arguments: Namespace, width: int, data: Dataset, seed: np.random.SeedSequence) -> HeldOut:
    """The test set, if what is to be computed fits in memory."""
    from numerics.data import check_scale
    from numerics.kernels.pruned import BATCHES, hold_out

    check_scale(f"{data.name}: x", data.x, ": scale the columns (--standardise)")
    check_scale(f"{data.name}: y", data.y, ": scale the targets")
    samples, inputs = data.x.shape
    if samples > MOST_SAMPLES:
        raise InputError(
            f"--kernel is given: {samples} samples are too many for matrices, expected --samples {MOST_SAMPLES}"
        )
    most = BATCHES * MOST_ENTRIES // max(samples, inputs)
    if arguments.kernel_rows > most:
        raise InputError(
            f"--kernel-rows is {arguments.kernel_rows}, expected at most {most} for {samples} samples of {inputs} inputs"
        )
    held = hold_out(data, arguments.test_share, np.random.default_rng(seed))
    if arguments.train:
        _check_training(arguments, width, held)
    return held


def _check_training(arguments: Namespace, width: int, held: HeldOut) -> None:
    samples, outputs = len(held.inputs), held.y_test.shape[1]
    if width * samples > MOST_ENTRIES:
        raise InputError(
            f"--width is {width}: training on {samples} samples would need arrays of {width * samples:.2g} numbers, "
            f"expected at most --width {MOST_ENTRIES // samples}"
        )
    trained = outputs * len(held.train.x)
    if trained**2 > MOST_TANGENTS:
        fewer = int((isqrt(MOST_TANGENTS) // outputs - 0.5) / (1 - arguments.test_share))  # whichever way it is rounded
        raise InputError(
            f"--train is given: the tangent kernel of {outputs} outputs at {len(held.train.x)} samples would have "
            f"{trained}² entries, expected --samples {fewer}"
        )
    most = max(1, MOST_OWN // (trained * outputs * samples))
    if (arguments.networks or 1) > most:
        raise InputError(f"--networks is {arguments.networks}, expected at most {most} with --train here")


def held_notes(arguments: Namespace, cases: Sequence[Case], held: HeldOut) -> list[str]:
    """What a reader should know of the kernel and the networks before trusting them."""
    problem = cases[0].prediction.problem
    tests, samples = len(held.y_test), len(held.inputs)
    notes = [f"{tests} of {samples} samples are held out as test set: pruning and prediction see the others alone"]
    if arguments.standardise or (arguments.standardise is None and arguments.data == "digits"):
        notes[0] += " (columns are standardised over all)"
    if not problem.fixed_residual:
        notes.append("the kernel is that of the first network's residual, f0 - y")
        if arguments.train:
            notes.append("training subtracts the initial output all the same")
    if problem.outputs > 1:
        notes.append(f"one kernel for all {problem.outputs} outputs, the mean of theirs")
    return notes


@dataclass(frozen=True, eq=False)
class KernelStudy:
    """The sampled kernel, its closed form if there is one, the dense network's, and the trained networks if asked for."""

    problem: Problem
    held: HeldOut
    sampled: SampledKernel
    sampling: Sampling
    closed: KernelCase | None
    dense: KernelCase
    beside: Beside | None

    @property
    def cases(self) -> dict[str, KernelCase]:
        found = {"pruned": self.sampled.case, "closed": self.closed, "dense": self.dense}
        return {name: case for name, case in found.items() if case is not None}


@threadpool_limits.wrap(limits=1)  # products of small matrices: more threads than one wait for each other
def study_kernel(
    arguments: Namespace, cases: Sequence[Case], held: HeldOut, seed: np.random.SeedSequence, console: Console
) -> KernelStudy:
    """Average the kernel over fresh rows, and train the networks of the cases."""
    from numerics.kernels.prediction import sampling
    from numerics.kernels.pruned import closed_case, dense_case, infinitely_wide, sampled_kernel

    problem = infinitely_wide(cases[0].prediction.problem)
    dense, closed, beside = dense_case(held, problem.depth), closed_case(problem, held), None
    with console.status("averaging the kernel"):
        sampled = sampled_kernel(problem, held, arguments.kernel_rows, np.random.default_rng(seed))
        spread = sampling(sampled, held.train.y)
    if arguments.train:
        from numerics.kernels.trained import train_beside

        pruned = [(case.network, case.observation.mask) for case in cases if case.network and case.observation]
        with console.status("training"):
            beside = train_beside(pruned, sampled.case, held, spread, arguments.steps)
    return KernelStudy(problem, held, sampled, spread, closed, dense, beside)


@threadpool_limits.wrap(limits=1)
def summarise_study(study: KernelStudy, columns: Summary, used: str) -> dict[str, Any]:
    """All numbers, for JSON. columns: densities by predictor, and observed, as in the summary of the prediction."""
    found = {"kernel": _kernel(study, columns["predicted"][used], columns["observed"])}
    return found if study.beside is None else {**found, "training": _training(study.beside)}


def _kernel(study: KernelStudy, predicted: Sequence[float], observed: Sequence[float] | None) -> Summary:
    """predicted, observed: column densities [d], the share of kept paths of each input."""
    from numerics.kernels.prediction import constant_guess, distance, energy_of, regression
    from numerics.pruning.row_law import DATA_DRIVEN

    cases, kernel = study.cases, study.sampled.case
    away = None if study.closed is None else distance(study.closed.train, kernel.train)
    paths = kernel.path_densities
    return {
        "training_samples": len(study.held.train.x),
        "test_samples": len(study.held.y_test),
        "classes": study.held.classes,
        "rows": study.sampled.rows,
        "error": study.sampling.error,
        "closed_form_distance": away,
        "kept_inputs_per_unit": study.problem.share * study.problem.inputs,
        "path_densities": {
            "kept": list(predicted),
            "observed": None if observed is None else list(observed),
            "first_layer": paths[0].tolist(),
            "upper_layers": paths[1:].sum(axis=0).tolist(),
            "sum": paths.sum(axis=0).tolist(),
            "without_path": np.flatnonzero(np.asarray(predicted) == 0).tolist(),
            "without_path_observed": None if observed is None else np.flatnonzero(np.asarray(observed) == 0).tolist(),
        },
        "spectra": {name: _spectra(study, name) for name in cases},
        "energy": {
            **{name: _energy(energy_of(case, study.held)) for name, case in cases.items()},
            "interval": [study.sampling.norm.low, study.sampling.norm.high],
            "reads_labels": study.problem.method in DATA_DRIVEN,
        },
        "regression": {
            **{name: _fit(regression(case, study.held)) for name, case in cases.items()},
            "constant": _fit(constant_guess(study.held)),
        },
    }


def _training(beside: Beside) -> Summary:
    return {
        "steps": beside.steps,
        "step": beside.step,
        "networks": [
            {
                "loss": each.descent.loss,
                **_fit(each.descent.fit),
                "kernel_distance": each.kernel_distance,
                "laziness": each.laziness,
            }
            for each in beside.networks
        ],
        "kernel": {"loss": beside.kernel.loss, **_fit(beside.kernel.fit)},
        "kernel_at_the_end": {"loss": beside.end.loss, **_fit(beside.end.fit)},
        "expected_kernel_distance": beside.expected_distance,
    }


def _spectra(study: KernelStudy, name: str) -> Summary:
    from numerics.kernels.prediction import spectra

    found: dict[str, Any] = {}
    for matrix, metrics in spectra(study.cases[name].train).items():
        found[matrix] = None if metrics is None else metrics._asdict()
        intervals = study.sampling.spectra[matrix] if name == "pruned" else None
        if metrics is not None and intervals is not None:
            found[f"{matrix}_intervals"] = {
                field: [each.low, each.high] for field, each in zip(metrics._fields, intervals, strict=True)
            }
    return found


def _energy(found: Energy) -> Summary:
    return {
        "norm": found.norm,
        "scale_free": found.scale_free,
        "path_bound": None if found.path_bound is None else found.path_bound.value,
        "path_bound_share": None if found.path_bound is None else found.path_bound.share,
        "linear_bound": found.linear_bound,
        "risk_bound": None if found.risk is None else found.risk.value,
    }


def _fit(found: Fit) -> dict[str, Any]:
    interval = None if found.interval is None else list(found.interval)
    return {"mse": found.mse, "error": found.error, "error_interval": interval}
