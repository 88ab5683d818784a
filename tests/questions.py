"""Questions as tests ask them: a network described by keywords, and a module by one of its two theories alone."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import sparse_limits as sl
from sparse_limits import FullyConnected, KernelSettings, predict
from sparse_limits.numerics.data import Data
from sparse_limits.numerics.prediction.question import question
from sparse_limits.numerics.prediction.report.report import Report
from sparse_limits.numerics.prediction.result import Result
from sparse_limits.numerics.prediction.settings import COPIED

OF_A_NETWORK = ("activation", "init", "bias", "norm")


def predict_layers(method: str, data: Data = "digits", *, widths: Any, **asked: Any) -> Result:
    """`predict` of all layers of a fully connected network, which some of the keywords describe."""
    described = {name: asked.pop(name) for name in OF_A_NETWORK if name in asked}
    return predict(method, data, FullyConnected(widths, **described), **asked)


def predict_module(build: Any, method: str, data: Data = "digits", **asked: Any) -> Result:
    """A module by the law of wide layers; NotFollowedError where it does not follow."""
    from sparse_limits.numerics.prediction.modules.forecast import of_module

    return of_module(_question(build, method, data, asked))


def predict_parts(build: Any, method: str, data: Data = "digits", *, copies: int | None = 16, **asked: Any) -> Result:
    """A module by its parts, whether the law of wide layers follows it or not, and by copies where a method has some."""
    from sparse_limits.numerics.prediction.modules.parts import of_parts

    return of_parts(_question(build, method, data, asked | ({"copies": copies} if method in COPIED else {})))


def _question(build: Any, method: str, data: Data, asked: dict[str, Any]) -> Any:
    return question(method, data, build, **{"scope": "global", "samples": 4096, "seed": 0} | asked)


def predict_columns(
    method: str,
    data: Data = "digits",
    *,
    width: int = 1024,
    depth: int = 1,
    kernel: bool = False,
    **asked: Any,
) -> Result:
    """`predict` of the first layer alone; options of the kernel, or `kernel`, ask for the kernel."""
    given = {each.name: asked.pop(each.name) for each in fields(KernelSettings) if each.name in asked}
    wanted = KernelSettings(**given) if kernel or given else None
    return predict(method, data, FullyConnected((width,) * depth), scope="first", kernel=wanted, **asked)


def report(data: Data = "digits", *, widths: Any = None, model: Any = None, **asked: Any) -> Report:
    """`sl.report` of a fully connected network, which some of the keywords describe, or of a module."""
    described = {name: asked.pop(name) for name in OF_A_NETWORK if name in asked}
    return sl.report(data, FullyConnected(widths, **described) if model is None else model, **asked)
