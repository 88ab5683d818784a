"""Finite masks and networks, sampled and held against the closed forms of `sparse_limits.theory`; `sparse_limits` offers the public functions."""

if __name__ == "numerics":
    raise ImportError(
        "numerics is a folder of the package sparse_limits, expected `from sparse_limits import numerics`"
    )
