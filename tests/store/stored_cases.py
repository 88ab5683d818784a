"""What the workers of test_stored_tasks.py do: a module of its own, so that they import nothing else."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np


@dataclass(frozen=True)
class Asked:
    number: int
    log: str  # a line is added to this file for each call


class Answer(NamedTuple):
    square: float
    ends: tuple[float, ...]
    words: dict[str, list[str]]


def square(asked: Asked) -> Answer:
    """The square of a number; it raises for 13, and ends the process for 666."""
    with open(asked.log, "a") as file:
        file.write(f"{asked.number}\n")
    if asked.number == 13:
        raise ValueError("unlucky")
    if asked.number == 666:
        os._exit(1)
    return Answer(np.float64(asked.number) ** 2, (float("inf"), 0.1), {"ä": ["b"]})
