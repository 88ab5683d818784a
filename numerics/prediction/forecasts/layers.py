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
from numerics.prediction.layers.forecast import predict_layers
from numerics.prediction.layers.result import LayersResult
from numerics.prediction.layers.settings import methods_through
from numerics.prediction.layers.validity import OutsideError
from numerics.printing.progress import within

if TYPE_CHECKING:
    from torch import nn

    from numerics.prediction.modules.reading import Chain

OF_A_MODULE = ("widths", "activation", "init", "bias", "norm")  # what a module has itself


@dataclass(frozen=True, eq=False)
class MethodsForecast:
    """One network by every method, no network pruned.

    forecasts: all of one kind, by the law of wide layers or of parts. left_out: methods that cannot be predicted, with reasons.
    """

    forecasts: tuple[LayersResult, ...]
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
) -> LayersResult:
    """Predict the density of each layer of a torch module after pruning, and prune modules built afresh for comparison.

    If the law of wide layers covers the module, the forecast is the same as from `numerics.prediction.modules.predict_module`.
    Otherwise the forecast is the same as from `numerics.prediction.modules.predict_parts`. If the loss is cross-entropy and a
    source leaves the labels open, the labels are onehot.

    Parameters
    ----------
    model : function without arguments that returns a torch module, or its name, FILE.py:build or package.module:build; the code is run
    method : snip, grasp, grasp-magnitude, magnitude, random, synflow, wanda or synflow-iterative
    data : digits, the name of a file, a `DataSource` (digits or a file, with options for reading), or a `Dataset` from `load_data`
    density : share of all weights kept, in (0, 1)
    scope : global (one threshold for all layers) or layer (one threshold for each layer); wanda ranks each row separately
    loss : mse, ½‖f − y‖², or cross-entropy, which requires onehot labels
    residual : assumed initial output: averaged (random outputs), target or zero (0), or output (of the modules; refused outside the law)
    networks : number of modules pruned for comparison, from 1 to 1000; none is pruned without `sample`
    units : number of neurons that the law draws for each hidden layer, at least 64; None is 8192; refused for a module outside the law
    sample : whether modules are pruned for comparison, at their own initial outputs
    curve : further densities, each in (0, 1), at which all layers are predicted
    rounds : number of pruning rounds of synflow-iterative, from 1 to 10,000; None is 100; other methods prune in one round
    samples : largest number of samples used, at least 2; from larger data a random batch is drawn
    seed : seed of all random numbers, also of torch, NumPy and `random` during builds; a whole number, a `SeedSequence` or a `Generator`
    progress : function that is called with the name of each step as the step begins; the default reports nothing

    Returns
    -------
    LayersResult, with a `predicted` and an `observed` density for each of its `layers`. Its `network` is None for a
    module outside the law, and `outside` names the parts outside. A withdrawn density is None, and `withdrawn` gives the
    reason.

    Raises
    ------
    InputError : if PyTorch is not installed, for code that does not build a module, for builds that are not random, an
        unknown name, a number out of range, data that do not fit, or a computation beyond the memory or time allowed
        (`limit`); without `sample` also if there is no prediction.

    References
    ----------
    Claims D1, D2, D3 (the law); S2, S14.1 (magnitude), S12 (wanda), D2 (snip), S11 (synflow) for modules outside the
    law.

    Examples
    --------
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
    """Predict the density of each layer of one network for every pruning method, without pruning any network.

    The network has the layers that `settings` describe, or is a torch module built by `model`. All forecasts have the
    same type. The function skips synflow-iterative, and skips GraSP for a network with batch normalisation and for a
    module outside the law of wide layers.

    Parameters
    ----------
    data : digits, the name of a file, a `DataSource` (digits or a file, with options for reading), or a `Dataset` from `load_data`
    model : function that builds a torch module, or its name, FILE.py:build or package.module:build; the code is run; None with `widths`
    units : number of neurons that the law draws for each hidden layer, at least 64; None is 8192; refused for a module outside the law
    progress : function that is called with the name of each step as the step begins; the default reports nothing
    **settings : other arguments of `predict_layers`, or with a model of `predict_model`, except `method` and `sample`

    Returns
    -------
    MethodsForecast, with a forecast for each method in `forecasts`, and in `left_out` each method without a prediction
    and the reason: a network outside the range of the law, for instance, or a module on which the method is not
    defined.

    Raises
    ------
    InputError : if `sample` is True, for an unknown name, a number out of range, data that do not fit, or a computation
        beyond the memory or time allowed (`limit`); with a model also if PyTorch is not installed, for builds that are
        not random, and for widths, activation, init, bias or norm, which a model has itself.

    References
    ----------
    Claims D1, D2, D3, S2, S11, S12, S14.

    Examples
    --------
    >>> found = predict_methods(widths=(32,), samples=100, units=512)
    >>> [each.settings.method for each in found.forecasts][:3]
    ['snip', 'random', 'magnitude']
    """
    if "method" in settings:
        raise InputError(f"method is {settings['method']!r:.60}, expected none: all methods are predicted")
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
    ask: Callable[..., LayersResult], methods: Sequence[str], progress: Callable[[str], object]
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
