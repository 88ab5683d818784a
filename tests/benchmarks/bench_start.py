"""What a command costs beside the import of SymPy: python tests/benchmarks/bench_start.py

Seconds of CPU of a process of its own, the least of a few; `tests/commands/test_processes.py` holds what they import.
"""

from __future__ import annotations

import resource
import subprocess
import sys

RUNS = 5
CALLS = {
    "import sympy": ["-c", "import sympy"],
    "--help": ["-m", "sparse_limits.numerics.cli", "--help"],
    "claims": ["-m", "sparse_limits.numerics.cli", "claims"],
    "show S4": ["-m", "sparse_limits.numerics.cli", "show", "S4"],
    "evaluate S4": ["-m", "sparse_limits.numerics.cli", "evaluate", "S4", "kernel", "u=1/2", "phi=1/3", "tau=1"],
}


def seconds(words: list[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *words], stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    took = {name: min(seconds(words) for _ in range(RUNS)) for name, words in CALLS.items()}
    for name, each in took.items():
        print(f"{name:16s}{each:8.2f} s{each / took['import sympy']:8.2f}×")
