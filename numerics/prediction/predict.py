"""`predict`: what a pruning method keeps of a network; `compare_methods`: what each method keeps of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sparse_limits.numerics.arguments import MOST_SAMPLES, InputError, Seed, seed_number
from sparse_limits.numerics.data import Data
from sparse_limits.numerics.door import door
from sparse_limits.numerics.prediction.architecture import FullyConnected
from sparse_limits.numerics.prediction.question import NetworkLike, Question, question
from sparse_limits.numerics.prediction.result import LeftOut, Result
from sparse_limits.numerics.prediction.settings import FIRST, METHODS, KernelSettings, methods_through
from sparse_limits.numerics.printing.progress import within
from sparse_limits.numerics.store import Place, Store, store_at

if TYPE_CHECKING:
    from torch import nn

    from sparse_limits.numerics.prediction.modules.reading import Chain


@dataclass(frozen=True, eq=False)
class MethodsResult:
    """One network by every method: results by the law of wide layers, or all by a module's parts and modules pruned beside them."""

    results: tuple[Result, ...]
    left_out: tuple[LeftOut, ...] = ()


@door
def predict(
    method: str,
    data: Data,
    network: NetworkLike,
    *,
    density: float = 0.1,
    scope: str = "global",
    loss: str | None = None,
    residual: str | None = None,
    networks: int | None = None,
    sample: bool = True,
    units: int | None = None,
    fresh_rows: int | None = None,
    curve: Sequence[float] = (),
    rounds: int | None = None,
    copies: int | None = None,
    kernel: KernelSettings | None = None,
    samples: int = MOST_SAMPLES,
    seed: Seed = 0,
    progress: Callable[[str], object] = lambda doing: None,
    keep: Place = None,
) -> Result:
    """Predict what a method keeps of each layer, or of each input, and prune networks for comparison.

    All layers of a fully connected network, and of a module that the theory follows, are predicted by a law of wide
    layers. What other modules keep is counted in modules that are pruned, unless the method's definition tells it; `copies` predict
    it. With scope first, the network is a ReLU
    network in the NTK parametrisation with standard normal weights, and only its first layer is scored and pruned: the
    result has the density of each input's weights. If the network is outside the range of a law, or the pruned networks
    contradict the law, the predicted densities are withdrawn, and the observed densities are the answer.

    Parameters
    ----------
    method : snip, grasp, grasp-magnitude, magnitude, random, synflow, wanda, or synflow-iterative (all layers)
    data : digits, the name of a file, arrays (x, y), a loader or dataset of torch, a `DataSource` (one of these, with options for reading), or a `Dataset`
    network : widths of hidden layers, a `FullyConnected`, or a function that builds a torch module or its name, FILE.py:build, whose code is run
    density : share of the pruned weights kept, in (0, 1); wanda keeps this share of each row
    scope : global (one threshold for all layers), layer (one threshold for each layer) or first (the first layer only)
    loss : mse, ½‖f − y‖², or cross-entropy, with onehot labels; None is mse, or with a module cross-entropy
    residual : target or zero (initial output 0), output (of the pruned networks) or averaged; None is target, or averaged with a module
    networks : number of networks pruned for comparison, at most 1000, or 10,000 with scope first; None is 4, or 1 with scope first
    sample : whether networks are pruned for comparison, at their own initial outputs
    units : number of neurons that the law draws for each hidden layer, at least 64; None is 8192; refused for a module outside the law
    fresh_rows : number of rows drawn at random for the row law of scope first, at least 100; None is 20,000, fewer if memory requires
    curve : further densities, each in (0, 1), at which all layers are predicted
    rounds : number of pruning rounds of synflow-iterative, from 1 to 10,000; None is 100; other methods prune in one round
    copies : number of independent copies, at least 2, that predict for snip and synflow what a module keeps; None is no copy
    kernel : with scope first, how to study the tangent kernel of the pruned network on samples held out; None leaves the kernel out
    samples : largest number of samples used, at least 2; from larger data a random batch is drawn
    seed : seed of all random numbers, also of torch, NumPy and `random` during builds; a whole number, a `SeedSequence` or a `Generator`
    progress : function that is called with the name of each step as the step begins; the default reports nothing
    keep : folder of results, or a `Store`: a result that is still valid is read, a new result is written; for all layers of a `FullyConnected`

    Returns
    -------
    Result, with a `predicted` and an `observed` density for each of its `layers`, and the densities of the inputs of
    the first layer in `columns` and `observed_columns`. A withdrawn density is None, and `withdrawn` gives the reason.
    For a module outside the law `network` is None, and `outside` names the parts outside. With scope first, `first` has
    the predictions, their evidence and the kernel.

    Raises
    ------
    InputError : for an unknown name, a number out of range, arguments that do not go together, data that do not fit, or
        a computation beyond the memory or time allowed (`limit`); without `sample` also if there is no prediction; with
        a module also if PyTorch is not installed, for code that does not build a module, and for builds that are not
        random.

    References
    ----------
    Claims D1, D2, D3 (the law of all layers); S2, S14.1 (magnitude), S12 (wanda), D2 (snip), S11 (synflow) for modules
    outside the law; S2, S5, S6, S7.3, S8, S11, S12 (scope first); K4, B2, B7 (kernel).

    Examples
    --------
    >>> found = predict("snip", "digits", [128, 128], samples=200, units=1024, networks=2)
    >>> [layer.weights for layer in found.layers]
    [8192, 16384, 128]
    >>> max(abs(layer.predicted - layer.observed) for layer in found.layers) < 0.1
    True
    >>> found = predict("snip", "digits", [256], scope="first", fresh_rows=2000)
    >>> found.first.predictor, found.columns.shape
    ('P2', (64,))
    >>> bool(abs(found.columns - found.observed_columns).mean() < 0.03)
    True
    """
    asked = question(
        method,
        data,
        network,
        density=density,
        scope=scope,
        loss=loss,
        residual=residual,
        networks=networks,
        sample=sample,
        units=units,
        fresh_rows=fresh_rows,
        curve=tuple(curve),
        rounds=rounds,
        copies=copies,
        kernel=kernel,
        samples=samples,
        seed=seed,
    )
    if keep is not None and (scope == FIRST or not isinstance(asked.network, FullyConnected)):
        why = f"scope {FIRST}" if scope == FIRST else "a module: what your code reads is not known"
        raise InputError(f"keep is given, expected none with {why}")
    return answer(asked, progress, store_at(keep))


@door
def compare_methods(
    data: Data,
    network: NetworkLike,
    *,
    density: float = 0.1,
    scope: str = "global",
    loss: str | None = None,
    residual: str | None = None,
    units: int | None = None,
    curve: Sequence[float] = (),
    samples: int = MOST_SAMPLES,
    seed: Seed = 0,
    progress: Callable[[str], object] = lambda doing: None,
) -> MethodsResult:
    """Predict the density of each layer of one network for every pruning method.

    No network is pruned where the law of wide layers holds. Of a module outside the law, four are pruned by each method, and the
    densities counted where nothing is predicted. The function skips synflow-iterative, and GraSP for a network with batch
    normalisation that the law follows.

    Parameters
    ----------
    data : digits, the name of a file, arrays (x, y), a loader or dataset of torch, a `DataSource` (one of these, with options for reading), or a `Dataset`
    network : widths of hidden layers, a `FullyConnected`, or a function that builds a torch module or its name, FILE.py:build, whose code is run
    density : share of all weights kept, in (0, 1); wanda keeps this share of each row
    scope : global (one threshold for all layers) or layer (one threshold for each layer); wanda ranks each row separately
    loss : mse, ½‖f − y‖², or cross-entropy, with onehot labels; None is mse, or with a module cross-entropy
    residual : target or zero (initial output 0) or averaged (over outputs of wide networks); None is target, or averaged with a module
    units : number of neurons that the law draws for each hidden layer, at least 64; None is 8192; refused for a module outside the law
    curve : further densities, each in (0, 1), at which all layers are predicted
    samples : largest number of samples used, at least 2; from larger data a random batch is drawn
    seed : seed of all random numbers, also of torch, NumPy and `random` during builds; a whole number, a `SeedSequence` or a `Generator`
    progress : function that is called with the name of each step as the step begins; the default reports nothing

    Returns
    -------
    MethodsResult, with a `Result` for each method in `results`, and in `left_out` each method without a prediction and
    the reason: a network outside the range of the law, for instance, or a module on which the method is not defined.

    Raises
    ------
    InputError : for an unknown name, a number out of range, data that do not fit, or a computation beyond the memory or
        time allowed (`limit`); with a module also if PyTorch is not installed, and for builds that are not random.

    References
    ----------
    Claims D1, D2, D3, S2, S11, S12, S14.

    Examples
    --------
    >>> found = compare_methods("digits", [32], samples=100, units=512)
    >>> [each.settings.method for each in found.results][:3]
    ['snip', 'random', 'magnitude']
    """
    if scope == FIRST:
        raise InputError(f"scope is {scope!r}, expected global or layer: methods are compared for all layers")
    asked = question(
        METHODS[0],
        data,
        network,
        density=density,
        scope=scope,
        loss=loss,
        residual=residual,
        sample=False,
        units=units,
        curve=tuple(curve),
        samples=samples,
        seed=seed_number(seed),  # all methods see one batch of the data
    )
    if isinstance(asked.network, FullyConnected):
        return _of_law(asked, methods_through(asked.network.norm), progress)
    chain = chain_or_reason(asked.network)
    from sparse_limits.numerics.prediction.modules.parts import of_parts
    from sparse_limits.numerics.prediction.modules.reading import NotFollowedError

    reason = chain
    if not isinstance(chain, str):
        try:
            return _of_law(asked, methods_through(chain.norm), progress)
        except NotFollowedError as error:
            reason = str(error)
    results, left_out = [], list[LeftOut]()
    asked = replace(asked, settings=replace(asked.settings, sample=True))
    for method, told in _each(METHODS, progress):
        try:
            results.append(of_parts(asked.of(method), told, reason=str(reason)))
        except InputError as error:  # such as SynFlow after a LayerNorm
            left_out.append(LeftOut(method=method, reason=str(error)))
            if len(left_out) == len(METHODS):
                raise
    return MethodsResult(tuple(results), tuple(left_out))


def answer(
    question: Question, progress: Callable[[str], object], store: Store | None = None, *, among: bool = False
) -> Result:
    """The result of a question: by the row law, by the law of wide layers, or by the parts of a module.

    among: the question is one of several methods, and its units are those of the methods that the law follows.
    """
    if question.settings.scope == FIRST:
        from sparse_limits.numerics.prediction.pruned_first_layer.forecast import of_first_layer

        return of_first_layer(question, progress)
    if isinstance(question.network, FullyConnected):
        from sparse_limits.numerics.prediction.layers.forecast import of_layers

        return of_layers(question, progress, store)
    if question.settings.copies is not None:
        from sparse_limits.numerics.prediction.modules.parts import of_parts

        return of_parts(question, progress)
    chain = chain_or_reason(question.network)
    from sparse_limits.numerics.prediction.modules.forecast import of_module
    from sparse_limits.numerics.prediction.modules.parts import of_parts
    from sparse_limits.numerics.prediction.modules.reading import NotFollowedError

    reason = chain
    if not isinstance(chain, str):
        try:
            return of_module(question, progress)
        except NotFollowedError as error:  # its initialisation, or this method through its parts
            reason = str(error)
            if among:
                question = replace(question, settings=replace(question.settings, units=None))
    return of_parts(question, progress, reason=str(reason))


def _of_law(asked: Question, methods: Sequence[str], progress: Callable[[str], object]) -> MethodsResult:
    """What the law says about each method, and of which it says nothing at this density or without pruned networks."""
    from sparse_limits.numerics.masks.threshold import UnreachableDensityError
    from sparse_limits.numerics.prediction.first_layer.row_law import NotCoveredError
    from sparse_limits.numerics.prediction.layers.forecast import of_layers
    from sparse_limits.numerics.prediction.layers.validity import OutsideError

    results, left_out = [], list[LeftOut]()
    for method, told in _each(methods, progress):
        try:
            if isinstance(asked.network, FullyConnected):
                results.append(of_layers(asked.of(method), told))
            else:
                from sparse_limits.numerics.prediction.modules.forecast import of_module

                results.append(of_module(asked.of(method), told))
        except (NotCoveredError, OutsideError, UnreachableDensityError) as error:
            left_out.append(LeftOut(method=method, reason=str(error)))
    return MethodsResult(tuple(results), tuple(left_out))


def _each(methods: Sequence[str], progress: Callable[[str], object]) -> Iterator[tuple[str, Callable[[str], object]]]:
    """Each method, and what reports the stages of its forecast."""
    for done, method in enumerate(methods):
        yield method, within(progress, done, len(methods), f"{method}: ")


def chain_or_reason(model: str | Callable[[], nn.Module]) -> Chain | str:
    """The layers of a module that the law follows; of another what it does not follow, in words. InputError without torch, or without such code."""
    from sparse_limits.numerics.prediction.modules.building import builder

    build = builder(model)
    from sparse_limits.numerics.prediction.modules.reading import NotFollowedError, chain_of  # torch is imported

    try:
        return chain_of(build())
    except NotFollowedError as error:
        return str(error)
