"""Studies: what the theory's predictions are worth on real data and in training.

Each study is a module of this folder with the same names: `Settings`, what is asked; `QUICK`, what is asked where little
time is; `size`, how many pieces of work that makes; `run_study`, their outcomes; `summarise`, all numbers of a study.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from importlib import import_module
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal, overload

from sparse_limits.numerics.arguments import MOST_JOBS, InputError, checked_integer, seed_number
from sparse_limits.numerics.door import door
from sparse_limits.theory.selection import part_of

if TYPE_CHECKING:
    from sparse_limits.numerics.store import Place, Store
    from sparse_limits.numerics.studies.depth_summary import DepthSummary
    from sparse_limits.numerics.studies.gap_summary import GapSummary
    from sparse_limits.numerics.studies.generalisation_summary import GeneralisationSummary
    from sparse_limits.numerics.studies.lift_summary import LiftSummary
    from sparse_limits.numerics.studies.origin_summary import OriginSummary

    Summary = DepthSummary | GapSummary | GeneralisationSummary | LiftSummary | OriginSummary

STUDIES = ("generalisation", "lifts", "gap", "origins", "depth")


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
    """Run a study of how good the theory's predictions are, on real data or random networks.

    The result has the numbers that `sparse-limits study NAME --json` writes.

    Parameters
    ----------
    name : generalisation, lifts, gap, origins or depth
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
    initialise them). The study origins measures what `fit` says of masks whose origin is known.

    Examples
    --------
    >>> found = study("gap", epsilon=[0.2, 0.1], networks=3, least=0.2)
    >>> [(row["curve"], row["eps"]) for row in found["rows"]][:2]
    [('neurons, linear', 0.2), ('weights, linear', 0.2)]
    """
    from sparse_limits.numerics.store import store_at

    module, asked = import_module(_home(name)), settings_of(name, quick=quick, **settings)
    outcomes, networks = _outcomes(name, asked, jobs, progress, store_at(keep, join))
    summary: Summary = module.summarise(asked, outcomes)
    if summary["study"] == "generalisation" and networks:
        from sparse_limits.numerics.studies.network_study import network_rows

        summary["networks"] = network_rows(asked, networks)
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

    _outcomes(name, settings_of(name, quick=quick, **settings), jobs, progress, store_at(keep), shard)


def _outcomes(
    name: str,
    asked: Any,
    jobs: int,
    progress: Callable[[int, int], object],
    store: Store | None,
    shard: str | None = None,
) -> tuple[Any, Any]:
    """The outcomes of a study, or of a part of it, and those of the networks that it trains, if it trains any."""
    checked_integer("jobs", jobs, 1, MOST_JOBS)
    module = import_module(_home(name))
    trained = name == "generalisation" and asked.networks
    if trained:
        from sparse_limits.numerics.studies.network_study import network_units, run_networks
    total = module.size(asked) + (len(network_units(asked)) if trained else 0)
    if shard is not None:
        total = len(part_of(range(total), shard))
    done = 0

    def advance(pieces: int) -> None:
        nonlocal done
        done += pieces
        progress(done, total)

    found = module.run_study(asked, jobs, advance, store, shard)
    return found, run_networks(asked, jobs, advance, store, shard) if trained else []


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
    return f"sparse_limits.numerics.studies.{name}"


def _fixed(name: str, value: Any, usual: Any) -> Any:
    """A setting, a sequence as a tuple. InputError for anything else where the usual value is a sequence."""
    if isinstance(usual, tuple) and (isinstance(value, str) or not hasattr(value, "__iter__")):
        raise InputError(f"{name} is {value!r:.60}, expected a sequence")
    return tuple(value) if isinstance(value, list) else value
