"""`report`: one question about a network and data, answered for every pruning method, in numbers and as a page.

`report` does what the command `sparse-limits report` does; the command writes what it finds.
"""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from inspect import signature
from os import PathLike
from pathlib import Path
from platform import python_version
from typing import Any

import numpy as np

from sparse_limits.numerics.arguments import InputError, Seed, checked_bool, checked_integer, seed_number
from sparse_limits.numerics.data import Data, Dataset, DataSource
from sparse_limits.numerics.door import door
from sparse_limits.numerics.prediction.architecture import FullyConnected
from sparse_limits.numerics.prediction.methods import DATA_DRIVEN
from sparse_limits.numerics.prediction.predict import answer, chain_or_reason
from sparse_limits.numerics.prediction.question import NetworkLike, Question, question
from sparse_limits.numerics.prediction.report.summary import Made, QuestionSummary
from sparse_limits.numerics.prediction.report.text import question_summary
from sparse_limits.numerics.prediction.result import LeftOut, Result
from sparse_limits.numerics.prediction.settings import FIRST, METHODS, KernelSettings, Settings
from sparse_limits.numerics.printing.progress import Stage, within
from sparse_limits.numerics.store import Place, store_at
from sparse_limits.theory.own_code import OwnCodeError

DENSITIES = (0.5, 0.3, 0.2, 0.1, 0.05, 0.03, 0.02, 0.01, 0.005, 0.003, 0.002, 0.001)  # of the curves
SAMPLES = 1024  # seen unless more are asked for: the laws' time grows like their cube
KERNEL_SAMPLES, KERNEL_ROWS, FRESH_ROWS = 1000, 2048, 4000  # for what the kernel says about learning
WORDS = {("learning", False): "no-learning", ("standardise", False): "raw"}  # of options that are switched off


@dataclass(frozen=True, eq=False)
class Report:
    """What methods keep of one network. results: a method each; left_out: methods that the theory does not follow here.

    kernels: by the method, what the tangent kernel says about learning; without_kernel: the methods of which it says nothing.
    data: all samples given.
    """

    results: tuple[Result, ...]
    left_out: tuple[LeftOut, ...]
    kernels: Mapping[str, Result]
    without_kernel: tuple[LeftOut, ...]
    made: Made
    data: Dataset

    @cached_property
    def summary(self) -> QuestionSummary:
        """All numbers and sentences, as `--json` has them."""
        return question_summary(self.results, self.left_out, self.kernels, self.without_kernel, self.made, self.data)

    @cached_property
    def page(self) -> str:
        """The whole as HTML, one page that fetches nothing."""
        from sparse_limits.numerics.prediction.report.page import as_html

        return as_html(self.summary)


@door
def report(
    data: Data,
    network: NetworkLike,
    *,
    density: float = 0.1,
    methods: Sequence[str] | None = None,
    scope: str = "global",
    loss: str | None = None,
    residual: str | None = None,
    networks: int | None = None,
    units: int | None = None,
    learning: bool = True,
    samples: int = SAMPLES,
    seed: Seed = 0,
    progress: Callable[[str], object] = lambda doing: None,
    keep: Place = None,
) -> Report:
    """Report on the pruning of a network by each method: kept weights, emptied layers, lost inputs, and learning.

    Layers are predicted at the density and along a curve of densities from 0.5 to 0.001, and networks are pruned for
    comparison. A module outside the law of wide layers is predicted by its parts, and the report says so. If `methods`
    is None, methods that the theory does not cover for this network are named in `left_out`.

    Parameters
    ----------
    data : digits, the name of a file, arrays (x, y), a loader or dataset of torch, a `DataSource` (one of these, with options for reading), or a `Dataset`
    network : widths of hidden layers, a `FullyConnected`, or a function that builds a torch module or its name, FILE.py:build, whose code is run
    density : share of all weights kept, in (0, 1); wanda keeps this share of each row
    methods : some of snip, grasp, grasp-magnitude, magnitude, random, synflow and wanda; None takes all that the theory covers
    scope : global (one threshold for all layers) or layer (one threshold for each layer); wanda ranks each row separately
    loss : mse, ½‖f − y‖², or cross-entropy, with onehot labels; None is mse, or with a module cross-entropy
    residual : target or zero (initial output 0), output (of the pruned networks) or averaged; None is target, or averaged with a module
    networks : number of networks pruned for comparison for each method, from 1 to 1000; None is 4
    units : number of neurons that the law draws for each hidden layer, at least 64; None is 8192; refused for a module outside the law
    learning : whether the tangent kernel predicts the learning of networks whose first layer alone is pruned
    samples : largest number of samples used, at least 2; from larger data a random batch is drawn
    seed : seed of all random numbers, a whole number from 0 below 2¹²⁸, a NumPy `SeedSequence` or a `Generator`
    progress : function that is called with the name of each step as the step begins; the default reports nothing
    keep : folder of results, or a `Store`: a result for layers that is still valid is read, a new one is written; refused for a module

    Returns
    -------
    Report, whose `summary` has all numbers and sentences, and whose `page` is the report in HTML.

    Raises
    ------
    InputError : for an unknown name, a number out of range, data that do not fit, a computation beyond the memory or
        time allowed (`limit`), and a method in `methods` that the theory does not cover.

    References
    ----------
    Claims D1, D2, D3, S2, S6, S8, S11, S12, S14; K7.1 and B7 (learning).

    Examples
    --------
    >>> found = report("digits", [64, 32], methods=("snip", "magnitude"), samples=200, units=512, learning=False)
    >>> [(each["method"], each["standing"]["kind"]) for each in found.summary["methods"]]
    [('snip', 'limit'), ('magnitude', 'limit')]
    >>> found.page.startswith("<!doctype html>")
    True
    """
    given = {name: value for name, value in locals().items() if name not in ("keep", "progress", "data", "network")}
    if scope == FIRST:
        raise InputError(f"scope is {scope!r}, expected global or layer: a report is of all layers")
    checked_bool("learning", learning)
    chosen = _chosen(methods)
    asked = question(
        chosen[0],
        data,
        network,
        density=density,
        scope=scope,
        loss=loss,
        residual=residual,
        networks=networks,
        units=units,
        curve=DENSITIES,
        samples=samples,
        seed=seed_number(seed),
    )
    if not isinstance(asked.network, FullyConnected):
        if keep is not None:
            raise InputError("keep is given, expected none with a module: what your code reads is not known")
        chain_or_reason(asked.network)  # what is wrong with it is said once, not for each method
    store = store_at(keep)
    progress("reading data")
    checked_integer("samples", samples, 2, 2**40)
    whole = asked.read()
    results, failed = [], list[tuple[str, InputError]]()
    steps = len(chosen) * (2 if learning else 1)
    for done, method in enumerate(chosen):
        told = within(progress, done, steps, f"{method}: ")
        try:
            results.append(answer(replace(asked.of(method), data=whole), told, store, among=True))
        except InputError as error:
            if methods is not None or isinstance(error, OwnCodeError):  # which no other method would change
                raise
            failed.append((method, error))
    if not results:
        raise failed[0][1]
    kernels: dict[str, Result] = {}
    without: list[LeftOut] = []
    for done, each in enumerate(results if learning else ()):
        method = each.settings.method
        progress(
            Stage(f"{method}: what its kernel says about learning", len(chosen) + done, len(chosen) + len(results))
        )
        try:
            kernels[method] = _kernel(each, replace(asked, data=whole))
        except InputError as error:
            without.append({"method": method, "reason": str(error)})
    left_out: list[LeftOut] = [{"method": method, "reason": str(error)} for method, error in failed]
    made = _made(asked, given)
    return Report(tuple(results), tuple(left_out), kernels, tuple(without), made, whole)


def _chosen(methods: Sequence[str] | None) -> tuple[str, ...]:
    if methods is None:
        return METHODS
    if isinstance(methods, str) or not isinstance(methods, Sequence) or not methods:
        raise InputError(f"methods is {methods!r:.60}, expected some of {', '.join(METHODS)}")
    for place, method in enumerate(methods):
        if method not in METHODS or method in methods[:place]:
            raise InputError(
                f"methods is {', '.join(map(str, methods)):.60}, expected each once, of {', '.join(METHODS)}"
            )
    return tuple(methods)


def _kernel(found: Result, asked: Question) -> Result:
    """What the tangent kernel says about the network whose first layer alone is pruned, as much as the method prunes it.

    InputError where the theory of the kernel does not reach.
    """
    if found.network is None:
        raise InputError("the kernels of pruned networks here are of fully connected ones that the law follows")
    network, method = found.network, found.settings.method
    if network.activation != "relu":
        raise InputError(f"the activation is {network.activation}, and the kernels of pruned networks here are of ReLU")
    if network.normalised:
        raise InputError("the kernels of pruned networks here are of networks without batch normalisation")
    if network.depth > 1 and method in DATA_DRIVEN:
        raise InputError("kernels of networks pruned by SNIP or GraSP are known here with one hidden layer alone")
    if any(layer.answer * layer.weights < 1 for layer in found.layers):
        raise InputError("a layer is expected to keep less than one weight")
    share = found.layers[0].answer
    if not 0 < share < 1:
        raise InputError(f"its first layer has the density {share:g}")
    of_first = Settings(method=method, density=share, scope=FIRST, networks=1, sample=False, fresh_rows=FRESH_ROWS)
    plain = FullyConnected((network.widths[0],) * network.depth)
    kernel = KernelSettings(kernel_rows=KERNEL_ROWS)
    return answer(replace(asked, network=plain, settings=of_first, samples=KERNEL_SAMPLES, kernel=kernel), _silent)


def _silent(doing: str) -> None:
    """The kernel of a method is one step of a report."""


def _made(asked: Question, given: Mapping[str, Any]) -> Made:
    """How a report was made; given: the arguments of `report` by name, but for data and network."""
    source, model = asked.data, None if isinstance(asked.network, FullyConnected) else asked.network
    named = source.source if isinstance(source, DataSource) and isinstance(source.source, (str, PathLike)) else None
    path = None if named is None or named == "digits" else Path(named)
    digest = None
    if path is not None:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    told = isinstance(asked.network, (FullyConnected, str)) and named is not None
    return {
        "command": _command(asked, given) if told else None,
        "file": None if path is None else str(path),
        "sha256": digest,
        "bytes": None if path is None else path.stat().st_size,
        "seed": seed_number(asked.seed),
        "versions": {"python": python_version(), **_versions(with_torch=model is not None)},
    }


def _versions(*, with_torch: bool) -> dict[str, str]:
    found = {}
    for name in ("sparse-limits", "numpy", "scipy", *(("torch",) if with_torch else ())):
        try:
            found[name] = version(name)
        except PackageNotFoundError:  # run from a checkout
            found[name] = "not installed"
    return found


def _command(asked: Question, given: Mapping[str, Any]) -> str:
    """The call of the command that repeats a report: every argument that is not the default."""
    usual = {each.name: each.default for each in signature(report).parameters.values()}
    values: dict[str, Any] = {}
    for described in (asked.data, asked.network):
        if isinstance(described, (DataSource, FullyConnected)):
            values |= {each.name: getattr(described, each.name) for each in fields(described)}
            usual |= {each.name: each.default for each in fields(described)}
    if isinstance(asked.network, str):
        values["model"] = asked.network
    values = {"data": values.pop("source")} | values | dict(given) | {"seed": asked.seed}
    words = ["sparse-limits", "report"]
    for name, value in values.items():
        if value == usual.get(name):
            continue
        if isinstance(value, bool):
            words.append(f"--{WORDS.get((name, value), name)}")
        elif isinstance(value, (list, tuple, np.ndarray)):
            words += [f"--{name}", *map(str, value)]
        else:
            words += _option(f"--{name}", value)
    return shlex.join([*words, "--html", "report.html"])


def _option(option: str, value: object) -> list[str]:
    """An option with its value: a word of its own, unless it would be read as another option."""
    text = str(value)
    return [f"{option}={text}"] if text.startswith("-") else [option, text]
