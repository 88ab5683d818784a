"""The largest ticket, of a steerable network with some 10⁵ coefficients: python tests/benchmarks/bench_tickets.py [SIDE]

Finds and certifies it on one core (OPENBLAS_NUM_THREADS=1), compares it on 100 images with its symmetry checked, writes
its file and checks that against the target. Seconds of CPU, and the most memory that the process ever held. SIDE: of the
images, 6 unless given; from the first layer on they have 4·SIDE² coordinates in each of 52 channels.
"""

from __future__ import annotations

import resource
import sys
import tempfile
from pathlib import Path
from time import process_time

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from numerics.equivariance import cyclic_irreducibles
from numerics.equivariance.architectures import read_out, steerable
from numerics.tickets.calls import Found, ticket
from numerics.tickets.cases import Case, Samples
from numerics.tickets.checking import check_ticket
from numerics.tickets.targets.shapes import shape_images
from numerics.tickets.targets.target import CONTRAST, Training, falling, fitted, with_ones

FIELDS, TRAINED, TESTED, STEPS, RATE = 52, 2000, 100, 100, 1e-3
LIMIT = "4GiB,1h"


def line(what: str, began: float) -> None:
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"{what:60s}{process_time() - began:8.1f} s{memory:8.2f} GiB", flush=True)


def wide(side: int) -> Case:
    """A p4 network of 98,488 coefficients, trained for 100 short steps on tetrominoes."""
    rng = np.random.default_rng(0)
    x, labels = shape_images(rng, TRAINED + TESTED, side)
    rates = falling(STEPS, RATE)
    samples = Training(with_ones(x), labels, TRAINED, rates, batches=TRAINED // 50, contrast=CONTRAST)
    architecture = read_out(steerable(cyclic_irreducibles(4)["rotation"], side, 3))
    found = fitted("wide", rng, architecture, (2, FIELDS, FIELDS, 4), samples)
    tests = Samples(found.x_test, found.labels_test, f"{TESTED} images")
    return Case("wide", found.layers, False, found.signed, found.symmetry, tests)


def main() -> None:
    began, side = process_time(), int(sys.argv[1]) if len(sys.argv) > 1 else 6
    case = wide(side)
    line(f"trained: {sum(layer.coeffs.size for layer in case.layers):,} coefficients, {side} × {side} cells", began)
    with tempfile.TemporaryDirectory() as folder:
        began, file = process_time(), f"{folder}/ticket.npz"
        found: Found = ticket(case, limit=LIMIT, output=file)
        samples, moved = found.summary["samples"], found.summary["equivariance"]
        assert found.holds
        assert samples is not None
        assert moved is not None
        line(f"found, certified, compared, written: width {found.summary['width']['taken']}", began)
        print(f"  right: target {samples['right_target']}, ticket {samples['right_ticket']}, of {samples['count']}")
        print(f"  certified {samples['certified']}; moved: {moved['error']:.1e}, bound {moved['bound']:.1e}")
        print(f"  the file: {Path(file).stat().st_size / 1e6:.2f} MB")
        began = process_time()
        assert all(each.holds for each in check_ticket(file, case.reference).findings)
        line("checked against the target", began)


if __name__ == "__main__":
    main()
