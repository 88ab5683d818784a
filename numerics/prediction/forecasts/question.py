"""`report`: one question about a network and data, answered for every pruning method, in numbers and as a page.

`report` does what the command `sparse-limits report` does; the command writes what it finds.
"""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from functools import cached_property, partial
from importlib.metadata import PackageNotFoundError, version
from inspect import signature
from pathlib import Path
from platform import python_version
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from numerics.arguments import InputError, Seed, checked_bool, checked_integer, seed_number
from numerics.data import Data, Dataset, DataSource, source_of
from numerics.door import door
from numerics.prediction.forecasts.predict import Forecast, predict
from numerics.prediction.forecasts.question_summary import Made, QuestionSummary, Without
from numerics.prediction.forecasts.question_text import question_summary
from numerics.prediction.layers.forecast import predict_layers
from numerics.prediction.layers.latents import MOST_UNITS
from numerics.prediction.layers.result import LayersResult
from numerics.prediction.layers.samples import dataset_for
from numerics.prediction.layers.settings import METHODS
from numerics.prediction.methods import DATA_DRIVEN
from numerics.printing.progress import Stage, within
from numerics.store import Place, store_at
from theory.own_code import OwnCodeError

if TYPE_CHECKING:
    from torch import nn


DENSITIES = (0.5, 0.3, 0.2, 0.1, 0.05, 0.03, 0.02, 0.01, 0.005, 0.003, 0.002, 0.001)  # of the curves
SAMPLES = 1024  # seen unless more are asked for: the laws' time grows like their cube
KERNEL_SAMPLES, KERNEL_ROWS, FRESH_ROWS = 1000, 2048, 4000  # for what the kernel says of learning
OF_A_MODULE = {"widths": None, "activation": "relu", "init": "normal", "bias": False, "norm": "none"}  # not beside it


@dataclass(frozen=True, eq=False)
class Report:
    """What methods keep of one network. forecasts: a method each; left_out: methods that the theory does not follow here.

    kernels: by the method, what the tangent kernel says of learning; without_kernel: the methods of which it says nothing.
    inputs: of all samples given, float[N, d].
    """

    forecasts: tuple[LayersResult, ...]
    left_out: tuple[Without, ...]
    kernels: Mapping[str, Forecast]
    without_kernel: tuple[Without, ...]
    made: Made
    inputs: NDArray[np.float64]

    @cached_property
    def summary(self) -> QuestionSummary:
        """All numbers and sentences, as `--json` has them."""
        return question_summary(
            self.forecasts, self.left_out, self.kernels, self.without_kernel, self.made, self.inputs
        )

    @cached_property
    def page(self) -> str:
        """The whole as HTML, one page that fetches nothing."""
        from numerics.prediction.forecasts.question_page import as_html

        return as_html(self.summary)


@door
def report(
    data: Data = "digits",
    *,
    widths: Sequence[int] | None = None,
    model: str | Callable[[], nn.Module] | None = None,
    density: float = 0.1,
    methods: Sequence[str] | None = None,
    scope: str = "global",
    activation: str = "relu",
    init: str = "normal",
    bias: bool = False,
    norm: str = "none",
    loss: str | None = None,
    residual: str | None = None,
    networks: int = 4,
    units: int = MOST_UNITS,
    learning: bool = True,
    samples: int = SAMPLES,
    seed: Seed = 0,
    progress: Callable[[str], object] = lambda doing: None,
    keep: Place = None,
) -> Report:
    """Report on the pruning of a network by each method: kept weights, emptied layers, lost inputs, and learning.

    The network has hidden layers of the given `widths`, or is a torch module built by `model`. Layers are predicted at
    the density and along a curve of densities from 0.5 to 0.001, and networks are pruned for comparison. A module
    outside the law of wide layers is treated as by `numerics.prediction.modules.predict_parts`, and the report says so. If
    `methods` is None, methods that the theory does not cover for this network are named in `left_out`.

    Parameters
    ----------
    data : digits, the name of a file, a `DataSource` (digits or a file, with options for reading), or a `Dataset` from `load_data`
    widths : number of neurons in each hidden layer, first to last; None with a model
    model : function that builds a torch module, or its name, FILE.py:build or package.module:build; the code is run; None with `widths`
    density : share of all weights kept, in (0, 1)
    methods : some of snip, grasp, grasp-magnitude, magnitude, random, synflow and wanda; None takes all that the theory covers
    scope : global (one threshold for all layers) or layer (one threshold for each layer); wanda ranks each row separately
    activation : relu, leaky, tanh, erf, gelu, silu, elu, softplus, sigmoid, abs or linear
    init : normal or uniform (variance 1, layers divide by √inputs), he (normal, variance 2/inputs) or torch (uniform on ±1/√inputs)
    bias : whether the layers have biases, which are never pruned
    norm : none, or batch (batch normalisation before each activation, refused for grasp and grasp-magnitude)
    loss : mse, ½‖f − y‖², or cross-entropy, with onehot labels; None is mse, or with a model cross-entropy
    residual : target or zero (initial output 0), output (of the pruned networks) or averaged; None is target, or averaged with a model
    networks : number of networks pruned for comparison for each method, from 1 to 1000
    units : number of neurons that the law draws for each hidden layer, at least 64; more neurons make the sampling error smaller
    learning : whether the tangent kernel predicts the learning of networks whose first layer alone is pruned
    samples : largest number of samples used, at least 2; from larger data a random batch is drawn
    seed : seed of all random numbers, a whole number from 0 below 2¹²⁸, a NumPy `SeedSequence` or a `Generator`
    progress : function that is called with the name of each step as the step begins; the default reports nothing
    keep : folder of results, or a `Store`: valid results for layers are read from the folder, new results are written; refused with a model

    Returns
    -------
    Report, whose `summary` has all numbers and sentences, and whose `page` is the report in HTML.

    Raises
    ------
    InputError : unless exactly one of `widths` and `model` is given; for an unknown name, a number out of range, data
        that do not fit, a computation beyond the memory or time allowed (`limit`), and a method in `methods` that the
        theory does not cover.

    References
    ----------
    Claims D1, D2, D3, S2, S6, S8, S11, S12, S14; K7.1 and B7 (learning).

    Examples
    --------
    >>> found = report(widths=(64, 32), methods=("snip", "magnitude"), samples=200, units=512, learning=False)
    >>> [(each["method"], each["standing"]["kind"]) for each in found.summary["methods"]]
    [('snip', 'limit'), ('magnitude', 'limit')]
    >>> found.page.startswith("<!doctype html>")
    True
    """
    asked = {name: value for name, value in locals().items() if name not in ("keep", "progress")}
    if keep is not None and model is not None:
        raise InputError("keep is given, expected none with a model: what your code reads is not known")
    store = store_at(keep)
    if (widths is None) == (model is None):
        how = "neither is" if widths is None else "both are"
        raise InputError(f"widths and model: {how} given, expected one of them")
    checked_bool("learning", learning)
    chosen = _chosen(methods)
    seed = seed_number(seed)
    settings = {"density": density, "scope": scope, "networks": networks, "units": units, "curve": DENSITIES}
    settings |= {name: value for name, value in (("loss", loss), ("residual", residual)) if value is not None}
    ask: Callable[..., LayersResult]
    if model is None:
        network: dict[str, Any] = {
            "widths": widths or (),
            "activation": activation,
            "init": init,
            "bias": bias,
            "norm": norm,
        }
        ask = partial(predict_layers, **network, keep=store)
    else:
        ask = _of_module(model, asked)
        loss = loss or "cross-entropy"
    progress("reading data")
    checked_integer("samples", samples, 2, 2**40)
    whole = dataset_for(loss or "mse", data)
    forecasts, left_out = [], []
    steps = len(chosen) * (2 if learning else 1)
    for done, method in enumerate(chosen):
        told = within(progress, done, steps, f"{method}: ")
        try:
            forecasts.append(ask(method=method, data=whole, samples=samples, seed=seed, progress=told, **settings))
        except InputError as error:
            if methods is not None or isinstance(error, OwnCodeError):  # which no other method would change
                raise
            left_out.append((method, error))
    if not forecasts:
        raise left_out[0][1]
    kernels: dict[str, Forecast] = {}
    without: list[Without] = []
    for done, each in enumerate(forecasts if learning else ()):
        method = each.settings.method
        progress(Stage(f"{method}: what its kernel says of learning", len(chosen) + done, len(chosen) + len(forecasts)))
        try:
            kernels[method] = _kernel(each, whole, seed)
        except InputError as error:
            without.append({"method": method, "reason": str(error)})
    refused: list[Without] = [{"method": method, "reason": str(error)} for method, error in left_out]
    return Report(
        tuple(forecasts), tuple(refused), kernels, tuple(without), _made(asked, seed), np.asarray(whole.x, float)
    )


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


def _of_module(model: str | Callable[[], nn.Module], asked: Mapping[str, Any]) -> Callable[..., LayersResult]:
    """`predict_module` of one module or, where the law does not follow, `predict_parts`; InputError for what a module says
    itself."""
    for name, usual in OF_A_MODULE.items():
        if asked[name] != usual:
            raise InputError(f"{name} is {asked[name]!r:.60}, expected none with a model, which has its own")
    from numerics.prediction.modules.building import builder

    fresh = builder(model)  # without torch, or without such code, this says so first
    from numerics.prediction.modules.forecast import predict_module
    from numerics.prediction.modules.parts import predict_parts
    from numerics.prediction.modules.reading import NotFollowedError, chain_of

    followed = True
    try:
        chain_of(fresh())  # what is wrong with it is said once, not for each method
    except NotFollowedError:
        followed = False

    def ask(*, units: int, **asked: Any) -> LayersResult:
        if followed:
            with suppress(NotFollowedError):  # its initialisation, or this method through its parts
                return predict_module(model, units=units, **asked)
        return predict_parts(model, **asked)

    return ask


def _kernel(found: LayersResult, whole: Dataset, seed: int) -> Forecast:
    """What the tangent kernel says of the network whose first layer alone is pruned, as much as the method prunes it.

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
    return predict(
        method,
        whole,
        density=share,
        width=network.widths[0],
        depth=network.depth,
        sample=False,
        kernel=True,
        samples=KERNEL_SAMPLES,
        kernel_rows=KERNEL_ROWS,
        fresh_rows=FRESH_ROWS,
        seed=seed,
    )


def _made(asked: Mapping[str, Any], seed: int) -> Made:
    source, model = source_of(asked["data"]), asked["model"]
    path = None if isinstance(source, Dataset) or source.source == "digits" else Path(source.source)
    digest = None
    if path is not None:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    told = model is None or isinstance(model, str)
    return {
        "command": _command(asked, source, seed) if isinstance(source, DataSource) and told else None,
        "file": None if path is None else str(path),
        "sha256": digest,
        "bytes": None if path is None else path.stat().st_size,
        "seed": seed,
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


def _command(asked: Mapping[str, Any], source: DataSource, seed: int) -> str:
    """The call of the command that repeats a report."""
    words = ["sparse-limits", "report"]
    usual: dict[str, Any] = {each.name: each.default for each in signature(report).parameters.values()}
    of_the_data = {each.name: getattr(source, each.name) for each in fields(source)}
    of_the_data["data"] = of_the_data.pop("source")
    for name, value in {**asked, **of_the_data, "seed": seed}.items():
        option = f"--{name}"
        if name == "data":
            words += _option(option, value)
        elif name == "standardise":
            words += [] if value is None else ["--standardise" if value else "--raw"]
        elif name == "learning":
            words += [] if value else ["--no-learning"]
        elif value is True:
            words.append(option)
        elif isinstance(value, (list, tuple, np.ndarray)):
            words += [option, *map(str, value)]
        elif value != usual.get(name):
            words += _option(option, value)
    return shlex.join([*words, "--html", "report.html"])


def _option(option: str, value: object) -> list[str]:
    """An option with its value: a word of its own, unless it would be read as another option."""
    text = str(value)
    return [f"{option}={text}"] if text.startswith("-") else [option, text]
