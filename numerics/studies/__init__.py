"""Studies: what the theory's predictions are worth on real data and in training.

Each study is a module of this folder, or the one that `ELSEWHERE` names, with the same names: `Settings`, what is asked;
`QUICK`, what is asked where little time is; `pieces`, the work that this makes, to be done in any order by any number of
processes; `measure`, the outcomes of a piece; `named`, what a message calls it; `in_order`, all outcomes as the report has them;
`summarise`, all numbers of a study. Where outcomes depend on more code than the module imports, `modules` names it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from importlib import import_module
from itertools import count
from numbers import Number
from os import PathLike
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal, NoReturn, overload

import numpy as np

from sparse_limits.numerics.arguments import MOST_JOBS, InputError, checked_integer, seed_number
from sparse_limits.numerics.door import door
from sparse_limits.theory.selection import part_of

if TYPE_CHECKING:
    from sparse_limits.numerics.store import Place, Store
    from sparse_limits.numerics.studies.calibration_summary import CalibrationSummary
    from sparse_limits.numerics.studies.depth_summary import DepthSummary
    from sparse_limits.numerics.studies.gap_summary import GapSummary
    from sparse_limits.numerics.studies.generalisation_summary import GeneralisationSummary
    from sparse_limits.numerics.studies.hypothesis_summary import HypothesisSummary
    from sparse_limits.numerics.studies.lift_summary import LiftSummary
    from sparse_limits.numerics.studies.origin_summary import OriginSummary
    from sparse_limits.numerics.studies.spectra_summary import SpectraSummary

    Summary = (
        CalibrationSummary
        | DepthSummary
        | GapSummary
        | GeneralisationSummary
        | HypothesisSummary
        | LiftSummary
        | OriginSummary
        | SpectraSummary
    )

LIMIT = 3600.0  # seconds of processor time that a piece of work may take
STUDIES = ("generalisation", "lifts", "gap", "origins", "depth", "hypothesis", "spectra", "calibration")
ELSEWHERE = {"calibration": "sparse_limits.numerics.ledger.calibration"}  # it runs checks, which no engine knows


@overload
def study(name: Literal["generalisation"], **settings: Any) -> GeneralisationSummary: ...
@overload
def study(name: Literal["lifts"], **settings: Any) -> LiftSummary: ...
@overload
def study(name: Literal["gap"], **settings: Any) -> GapSummary: ...
@overload
def study(name: Literal["origins"], **settings: Any) -> OriginSummary: ...
@overload
def study(name: Literal["depth"], **settings: Any) -> DepthSummary: ...
@overload
def study(name: Literal["hypothesis"], **settings: Any) -> HypothesisSummary: ...
@overload
def study(name: Literal["spectra"], **settings: Any) -> SpectraSummary: ...
@overload
def study(name: Literal["calibration"], **settings: Any) -> CalibrationSummary: ...
@overload
def study(name: str, **settings: Any) -> Summary: ...
@door
def study(
    name: str,
    *,
    quick: bool = False,
    jobs: int = 1,
    progress: Callable[[int, int], object] = lambda done, of: None,
    keep: Place = None,
    join: Sequence[str | PathLike[str]] = (),
    **settings: Any,
) -> Summary:
    """Run a study of how good the theory's predictions are, on real data or random networks, or of how good its tests are.

    The result has the numbers that `sparse-limits study NAME --json` writes.

    Parameters
    ----------
    name : generalisation, lifts, gap, origins, depth, hypothesis, spectra or calibration
    quick : True runs a smaller study; `settings` that are given stay as they are
    jobs : number of processes, from 1 to 1024, which does not change the numbers
    progress : function called with the number of pieces of work done and their total
    keep : folder of results (or Store): results that are still valid are taken from it, the others are written to it
    join : folders of results of other runs, to be copied into `keep`
    **settings : options of the command, such as seed=1, networks=41 or epsilon=[0.2, 0.1]; None for the default

    Returns
    -------
    Dictionary of all numbers of the study, with the name of the study under "study" and its findings under "sentences".

    Raises
    ------
    InputError : for an unknown study or setting, a setting out of range, a number of processes out of range, a folder
        that cannot be used, and `join` without `keep`
    LostTaskError : if a process dies, or a piece of work passes its time limit twice

    References
    ----------
    Claims T1–T5 (generalisation), L18 and L19 (lifts), N2, N4, N5 and N8 (gap), D2 (depth: networks as libraries
    initialise them), H2 and H6 (hypothesis), H5, K2, K3 and K10 (spectra). The study origins measures what `fit` says about masks
    whose origin is known, and calibration whether the tests of all claims keep their levels.

    Examples
    --------
    >>> found = study("gap", epsilon=[0.2, 0.1], networks=3, least=0.2)
    >>> [(row["curve"], row["eps"]) for row in found["rows"]][:2]
    [('neurons, linear', 0.2), ('weights, linear', 0.2)]
    """
    from sparse_limits.numerics.store import store_at

    asked = settings_of(name, quick=quick, **settings)
    outcomes, *networks = run_study(name, asked, jobs, progress, store_at(keep, join))
    summary: Summary = import_module(_home(name)).summarise(asked, outcomes)
    if summary["study"] == "generalisation" and networks:
        from sparse_limits.numerics.studies.network_study import network_rows

        summary["networks"] = network_rows(asked, *networks)
    return summary


def run_shard(
    name: str,
    shard: str,
    keep: Place,
    *,
    quick: bool = False,
    jobs: int = 1,
    progress: Callable[[int, int], object] = lambda done, of: None,
    **settings: Any,
) -> None:
    """Run one of several parts of a study, such as "2/4", and write its results to the folder `keep`.

    `study` with `join` sums up the parts. Arguments as in `study`.

    Raises:
        InputError, LostTaskError: as `study`, and InputError for a shard that there is not.
    """
    from sparse_limits.numerics.store import store_at

    run_study(name, settings_of(name, quick=quick, **settings), jobs, progress, store_at(keep), shard)


def run_study(
    name: str,
    asked: Any,
    jobs: int = 1,
    progress: Callable[[int, int], object] = lambda done, of: None,
    store: Store | None = None,
    shard: str | None = None,
) -> list[list[Any]]:
    """The outcomes of a study, or of a part of it, and those of the networks that it trains, if it trains any.

    They are the same for any number of `jobs`. LostTaskError if a process fails or does not end.
    """
    checked_integer("jobs", jobs, 1, MOST_JOBS)
    modules = [import_module(_home(name))]
    if name == "generalisation" and asked.networks:
        modules.append(import_module("sparse_limits.numerics.studies.network_study"))
    parts = [part_of(module.pieces(asked), shard) for module in modules]
    done, total = count(1), sum(map(len, parts))

    def ahead() -> None:
        progress(next(done), total)

    return [_outcomes(module, asked, part, jobs, ahead, store) for module, part in zip(modules, parts, strict=True)]


def _outcomes(
    module: ModuleType,
    asked: Any,
    pieces: Sequence[Any],
    jobs: int,
    ahead: Callable[[], object],
    store: Store | None,
) -> list[Any]:
    """The outcomes of some pieces of a study, in its order; `ahead` is called after each piece."""
    from sparse_limits.numerics.processes.lost_tasks import raise_failure
    from sparse_limits.numerics.store import run_stored

    def failed(piece: Any, error: BaseException) -> NoReturn:
        raise_failure(module.named(piece), error)

    found = []
    for outcomes, _ in run_stored(
        store, module.measure, pieces, failed, jobs, LIMIT, modules=getattr(module, "modules", None)
    ):
        found += outcomes
        ahead()
    return list(module.in_order(asked, found))


def settings_of(name: str, *, quick: bool = False, **settings: Any) -> Any:
    """Return what a study is asked for. InputError as for `study`, before anything is computed."""
    module = import_module(_home(name))
    known = [field.name for field in fields(module.Settings)]
    unknown = next((word for word in settings if word not in known), None)
    if unknown is not None:
        raise InputError(f"{unknown} is no setting of the study {name}, expected {', '.join(known)}")
    usual = {field.name: field.default for field in fields(module.Settings)}
    given = {word: _fixed(word, value, usual[word]) for word, value in settings.items() if value is not None}
    if "seed" in given:
        given["seed"] = seed_number(given["seed"])
    return module.Settings(**(module.QUICK if quick else {}) | given)


def _home(name: str) -> str:
    if name not in STUDIES:
        raise InputError(f"study is {name!r:.60}, expected {', '.join(STUDIES)}")
    return ELSEWHERE.get(name, f"sparse_limits.numerics.studies.{name}")


def _fixed(name: str, value: Any, usual: Any) -> Any:
    """A setting, a sequence as a tuple. InputError where the usual value is a sequence, for anything but one of words and numbers."""
    if not isinstance(usual, tuple):
        return value
    given = value.tolist() if isinstance(value, np.ndarray) else value  # plain numbers, which JSON can hold
    if isinstance(given, str) or not isinstance(given, Sequence):
        raise InputError(f"{name} is {value!r:.60}, expected a sequence")
    for each in given:
        if not isinstance(each, (str, Number)):
            raise InputError(f"{name} has {each!r:.60}, expected words or numbers")
    return tuple(given)
