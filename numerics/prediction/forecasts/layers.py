"""All layers in one call: of a module, whatever of it the law of wide layers follows, and by every method at once.

`predict_model` and `predict_methods` do what `sparse-limits predict` does with `--model` and with `--method all`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from numerics.arguments import MOST_SAMPLES, InputError, Seed
from numerics.data import Data
from numerics.door import door
from numerics.prediction.forecasts.question_summary import Without
from numerics.prediction.layers.answer import LayersForecast
from numerics.prediction.layers.forecast import predict_layers
from numerics.prediction.layers.settings import methods_through
from numerics.prediction.layers.validity import OutsideError
from numerics.printing.progress import within

if TYPE_CHECKING:
    from torch import nn

    from numerics.prediction.modules.parts import PartsForecast
    from numerics.prediction.modules.reading import Chain

OF_A_MODULE = ("widths", "activation", "init", "bias", "norm")  # what a module has itself


@dataclass(frozen=True, eq=False)
class MethodsForecast:
    """One network by every method, no network pruned.

    forecasts: all of one kind, by the law of wide layers or of parts. left_out: methods that cannot be predicted, with reasons.
    """

    forecasts: tuple[LayersForecast | PartsForecast, ...]
    left_out: tuple[Without, ...] = ()


@door
def predict_model(
    model: str | Callable[[], nn.Module],
    method: str,
    data: Data = "digits",
    *,
    density: float = 0.1,
    scope: str = "global",
    loss: str = "cross-entropy",
    residual: str = "averaged",
    networks: int = 4,
    units: int | None = None,
    sample: bool = True,
    curve: Sequence[float] = (),
    rounds: int | None = None,
    samples: int = MOST_SAMPLES,
    seed: Seed = 0,
    progress: Callable[[str], object] = lambda doing: None,
) -> LayersForecast | PartsForecast:
    """Predict the density of every layer of a torch module that a method prunes; then prune modules built afresh to compare.

    model: a function without arguments that returns a torch module, or its name, FILE.py:build or package.module:build; it
    is the user's own code and runs as such. Where the law of wide layers follows the module, the forecast is that of
    `numerics.prediction.modules.predict_module`, a `LayersForecast`; where the law does not, that of `numerics.prediction.modules.predict_parts`, a
    `PartsForecast`, which names the parts `outside`. units: so many units of each layer the law draws, 8192 unless given;
    refused where there is no law. Others as in `predict_layers`. Needs PyTorch.

    Raises:
        InputError: without PyTorch, for builds that are not random, and as in `predict_layers`.

    Source: D1, D2, D3 (the law); S2 (magnitude), S14 (Wanda), D2 (independence) of parts.

    Examples:
        >>> from importlib.util import find_spec
        >>> def build():
        ...     from torch import nn
        ...     return nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
        >>> if find_spec("torch"):
        ...     found = predict_model(build, "snip", samples=100, units=512, networks=2)
        ...     assert [layer.name for layer in found.layers] == ["0", "2"]
    """
    asked = dict(locals())
    for name in ("model", "method", "data", "units"):
        del asked[name]
    chain = _chain(model)
    from numerics.prediction.modules.forecast import predict_module
    from numerics.prediction.modules.parts import predict_parts
    from numerics.prediction.modules.reading import NotFollowedError

    reason = chain
    if not isinstance(chain, str):
        try:
            drawn: dict[str, Any] = {} if units is None else {"units": units}
            return predict_module(model, method, data, **asked, **drawn)
        except NotFollowedError as error:  # its initialisation, or this method through its parts
            reason = str(error)
    _check_no_units(units, str(reason))
    return predict_parts(model, method, data, **asked)


@door
def predict_methods(
    data: Data = "digits",
    *,
    model: str | Callable[[], nn.Module] | None = None,
    units: int | None = None,
    progress: Callable[[str], object] = lambda doing: None,
    **settings: Any,
) -> MethodsForecast:
    """Predict the density of every layer of one network by each pruning method, side by side; no network is pruned.

    The network is given as in `predict_layers`, by widths, activation, init, bias and norm, or by a `model` as in
    `predict_model`. settings: other arguments of these, but `sample`. Forecasts are all of one kind; methods that the
    theory does not follow through the network are not asked, and those that cannot be predicted for a module in parts
    are in `left_out`.

    Raises:
        InputError: as in `predict_layers` and `predict_model`, and for what a model has itself.

    Source: D1, D2, D3, S2, S11, S12, S14.

    Examples:
        >>> found = predict_methods(widths=(32,), samples=100, units=512)
        >>> [each.settings.method for each in found.forecasts][:3]
        ['snip', 'random', 'magnitude']
    """
    if settings.get("sample"):
        raise InputError(f"sample is {settings['sample']!r:.60}, expected none: several methods prune no network")
    settings["sample"] = False
    drawn: dict[str, Any] = {} if units is None else {"units": units}
    if model is None:
        methods = methods_through(settings.get("norm", "none"))
        return _of_law(partial(predict_layers, data=data, **settings, **drawn), methods, progress)
    for name in OF_A_MODULE:
        if name in settings:
            raise InputError(f"{name} is {settings[name]!r:.60}, expected none with a model, which has its own")
    chain = _chain(model)
    from numerics.prediction.modules.forecast import predict_module
    from numerics.prediction.modules.parts import PREDICTED, predict_parts
    from numerics.prediction.modules.reading import NotFollowedError

    reason = chain
    if not isinstance(chain, str):
        methods = methods_through(chain.norm)
        try:
            asked = partial(predict_module, model, data=data, **settings, **drawn)
            return _of_law(asked, methods, progress)
        except NotFollowedError as error:
            reason = str(error)
    _check_no_units(units, str(reason))
    forecasts, left_out = [], list[Without]()
    for method, told in _each(PREDICTED, progress):
        try:
            forecasts.append(predict_parts(model, method, data, **settings, progress=told))
        except InputError as error:  # such as SynFlow behind a LayerNorm
            left_out.append({"method": method, "reason": str(error)})
            if len(left_out) == len(PREDICTED):
                raise
    return MethodsForecast(tuple(forecasts), tuple(left_out))


def _of_law(
    ask: Callable[..., LayersForecast], methods: Sequence[str], progress: Callable[[str], object]
) -> MethodsForecast:
    """What the law says of each method, and of which it says nothing without pruned networks."""
    forecasts, left_out = [], list[Without]()
    for method, told in _each(methods, progress):
        try:
            forecasts.append(ask(method=method, progress=told))
        except OutsideError as error:
            left_out.append({"method": method, "reason": str(error)})
    return MethodsForecast(tuple(forecasts), tuple(left_out))


def _each(methods: Sequence[str], progress: Callable[[str], object]) -> Iterator[tuple[str, Callable[[str], object]]]:
    """Each method, and what reports the stages of its forecast."""
    for done, method in enumerate(methods):
        yield method, within(progress, done, len(methods), f"{method}: ")


def _chain(model: str | Callable[[], nn.Module]) -> Chain | str:
    """The layers of a module that the law follows; of another what it does not follow, in words. InputError without torch, or without such code."""
    from numerics.prediction.modules.building import builder

    build = builder(model)
    from numerics.prediction.modules.reading import NotFollowedError, chain_of  # torch is imported

    try:
        return chain_of(build())
    except NotFollowedError as error:
        return str(error)


def _check_no_units(units: int | None, reason: str) -> None:
    if units is not None:
        raise InputError(f"units is {units}, expected none with a module that the law does not follow: {reason}")
