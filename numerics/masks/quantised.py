"""Quantised weights by the names that their tools give to what stands beside them: which of them are read, and what the others are.

A stored 0 is a weight of 0 where a number stands for a weight and the zero point is 0: int8 of bitsandbytes, fp8 and int8 of compressed-tensors.
Of packed weights several are in one number, in an order that no file tells, with zero points of their own: they are left out.
"""

from __future__ import annotations

import re

from sparse_limits.numerics.masks.names import bare
from sparse_limits.numerics.masks.stored import Arrays, Stored

GPTQ, PACKED = "packed weights of GPTQ or AWQ", "packed weights of compressed-tensors"
BITS, BLOCKS = "packed weights of bitsandbytes, two to a byte", "packed weights of MXFP4"
SCALES = "scales of quantised weights"
SHIFTED = "quantised weights whose zero point is not 0"

# what stands beside weights, the name of these, and why they are not read; nothing if they are
_BESIDE: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (re.compile(r"(.+)\.(qzeros|scales|g_idx)"), "{}.qweight", GPTQ),
    (re.compile(r"(.+\.weight)_(scale|zero_point|shape|g_idx|global_scale)"), "{}_packed", PACKED),
    (re.compile(r"(.+\.weight)\.(absmax|quant_map|nested_\w+|quant_state\..+)"), "{}", BITS),
    (re.compile(r"(.+)_scales"), "{}_blocks", BLOCKS),
    (re.compile(r"(.+)\.(SCB|weight_format)"), "{}.weight", ""),
    (re.compile(r"(.+\.weight)_(scale(_inv)?|zero_point)"), "{}", ""),
)


def quantised(arrays: Arrays) -> dict[str, str]:
    """What is not read as weights, by the names of arrays: packed weights, those of other zero points, and their scales.

    Examples:
        >>> shapes = {"q.qweight": (8, 64), "q.scales": (1, 64), "v.weight": (8, 8), "v.SCB": (8, 1), "mask_scales": (2, 2)}
        >>> quantised(Arrays(shapes, lambda name: None))
        {'q.qweight': 'packed weights of GPTQ or AWQ', 'q.scales': 'scales of quantised weights', 'v.SCB': 'scales of quantised weights'}
    """
    by_name = {bare(name): name for name in arrays.shapes}
    found: dict[str, str] = {}
    for beside, name in by_name.items():
        for pattern, weights, said in _BESIDE:
            match = pattern.fullmatch(beside)
            owner = by_name.get(weights.format(match[1])) if match else None
            if owner is None:
                continue
            found[name] = SCALES
            if said or (beside.endswith("zero_point") and not _is_zero(arrays.read(name))):
                found[owner] = said or SHIFTED
            break
    return {name: found[name] for name in arrays.shapes if name in found}


def _is_zero(zero_points: Stored) -> bool:
    """Whether zero points are known to be 0: there are some, and each is."""
    pieces = [values for _, values in zero_points.pieces()]
    return any(values.size for values in pieces) and not any((values != 0).any() for values in pieces)
