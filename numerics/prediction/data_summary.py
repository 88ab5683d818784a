"""What every forecast says about its data, by the names that `--json` has for them."""

from __future__ import annotations

from sparse_limits.numerics.columns import AboutSummary
from sparse_limits.numerics.prediction.result import Result


class DataSummary(AboutSummary):
    """samples: of the data given; samples_used: seen by predictions and networks."""

    name: str
    labelling: str
    samples: int
    samples_used: int
    inputs: int
    outputs: int


def summarise_data(found: Result) -> DataSummary:
    """The data of a result, beside how many samples were given."""
    data = found.data
    return {
        "name": data.name,
        "labelling": data.labelling,
        "samples": found.given,
        "samples_used": len(data.x),
        "inputs": data.x.shape[1],
        "outputs": data.y.shape[1],
        **data.about.summary,
    }
