"""The largest ticket, of a steerable network with some 10⁵ coefficients: python tests/benchmarks/bench_tickets.py [SIDE]

Finds and certifies it on one core (OPENBLAS_NUM_THREADS=1), after two smaller ones, compares each on 100 images with its
symmetry checked, writes its file and checks that against the target, all within the default limit. Seconds of CPU beside
those that the command estimates before it starts, two of which are for compiling, and the most memory that the process ever
held. SIDE: of the images, 6 unless given; from the first layer on they have 4·SIDE² coordinates in each of FIELDS channels.
"""

from __future__ import annotations

import resource
import sys
import tempfile
from pathlib import Path
from time import process_time

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from sparse_limits.numerics.equivariance import cyclic_irreducibles
from sparse_limits.numerics.equivariance.architectures import read_out, steerable
from sparse_limits.numerics.limits import SECOND
from sparse_limits.numerics.tickets.calls import Found, ticket, work_of
from sparse_limits.numerics.tickets.cases import Case, Samples
from sparse_limits.numerics.tickets.checking import check_ticket
from sparse_limits.numerics.tickets.targets.shapes import shape_images
from sparse_limits.numerics.tickets.targets.target import CONTRAST, Training, falling, fitted, with_ones

FIELDS = (13, 26, 52)
TRAINED, TESTED, STEPS, RATE = 2000, 100, 100, 1e-3


def line(what: str, began: float) -> None:
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"{what:60s}{process_time() - began:8.1f} s{memory:8.2f} GiB", flush=True)


def wide(side: int, fields: int) -> Case:
    """A p4 network, of 98,488 coefficients with 52 fields, trained for 100 short steps on tetrominoes."""
    rng = np.random.default_rng(0)
    x, labels = shape_images(rng, TRAINED + TESTED, side)
    rates = falling(STEPS, RATE)
    samples = Training(with_ones(x), labels, TRAINED, rates, batches=TRAINED // 50, contrast=CONTRAST)
    architecture = read_out(steerable(cyclic_irreducibles(4)["rotation"], side, 3))
    found = fitted("wide", rng, architecture, (2, fields, fields, 4), samples)
    tests = Samples(found.x_test, found.labels_test, f"{TESTED} images")
    return Case("wide", found.layers, False, found.signed, found.symmetry, tests)


def main() -> None:
    side = int(sys.argv[1]) if len(sys.argv) > 1 else 6
    for fields in FIELDS:
        began, case = process_time(), wide(side, fields)
        line(f"trained: {sum(layer.coeffs.size for layer in case.layers):,} coefficients, {side} × {side} cells", began)
        measured(case)


def measured(case: Case) -> None:
    """Its ticket, found and checked."""
    with tempfile.TemporaryDirectory() as folder:
        began, file = process_time(), f"{folder}/ticket.npz"
        found: Found = ticket(case, output=file)
        samples, moved, width = found.summary["samples"], found.summary["equivariance"], found.summary["width"]["taken"]
        assert found.holds
        assert samples is not None
        assert moved is not None
        line(f"found, certified, compared, written: width {width}", began)
        estimate = work_of(case, width, found.summary["ticket"]["epsilon"])
        print(f"  estimated: {estimate.time / SECOND:.1f} s, {estimate.memory / 2**30:.2f} GiB")
        print(f"  right: target {samples['right_target']}, ticket {samples['right_ticket']}, of {samples['count']}")
        print(f"  certified {samples['certified']}; moved: {moved['error']:.1e}, bound {moved['bound']:.1e}")
        print(f"  the file: {Path(file).stat().st_size / 1e6:.2f} MB")
        began = process_time()
        assert all(each.holds for each in check_ticket(file, case.reference).findings)
        line("checked against the target", began)


if __name__ == "__main__":
    main()
