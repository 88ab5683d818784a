"""What letters stand for in the sentences of several claims about kernels and samples."""

from __future__ import annotations

MATRIX = {"K": "matrix of the kernel on the sample"}
SAMPLE = {**MATRIX, "X": "inputs of the sample", "y": "label, and the column of all labels of the sample"}
ENERGY = {r"\mathcal E": "measure by which kernels are compared, the same for all multiples of a kernel"}
