"""How tests call the command."""

from __future__ import annotations

import os
import subprocess
import sys

from helpers import ROOT, TESTS

from sparse_limits.numerics.cli import main

REAL = [sys.executable, "-m", "sparse_limits.numerics.cli"]


TOYS = [sys.executable, "-c", "import sys, toys; sys.exit(toys.main(sys.argv[1:]))"]


ENVIRONMENT = {**os.environ, "PYTHONPATH": f"{TESTS}{os.pathsep}{ROOT}", "OMP_NUM_THREADS": "1"}


def call(command: list[str], *words: str, **options) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*command, *words], capture_output=True, text=True, env=ENVIRONMENT, **options)


# claims, show, evaluate, mutate


def run_here(capsys, *words: str) -> tuple[int, str, str]:
    status = main(words)
    captured = capsys.readouterr()
    return status, captured.out, captured.err
