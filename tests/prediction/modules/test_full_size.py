"""`prune` on networks at their published size beside code that shares nothing with it, and how much memory the largest take.

Images of a ResNet and of VGG-16 have 64 x 64 pixels here, which their pooling allows. SynFlow is not defined for ViT-B/16, whose
normalisation is LayerNorm. GraSP is tried on the two ResNets, and on small likenesses of the others in test_module_architectures: memory
forbids it here. By the estimates of `prune` VGG-16 takes 6.6 GB, 48 bytes for each parameter, and ViT-B/16 4.2 GB; beside these its slopes
of slopes keep 2 GB for an image of 224 x 224 pixels, counted without numbers (on PyTorch's device meta) and scaled as in costs.py. Counted
in operations GraSP takes three times what SNIP takes on both, which is tried here: a minute and more.
"""

from __future__ import annotations

import subprocess
import sys
import time
from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest
from helpers import needs

import sparse_limits as sl

torch = needs("torch")
from published import BUILDS, PARAMETERS, built, images, vgg11  # noqa: E402
from torch import nn  # noqa: E402
from torch.nn import functional  # noqa: E402

from sparse_limits.numerics.data import Dataset  # noqa: E402
from sparse_limits.numerics.prediction.modules.pruning import BYTES  # noqa: E402

DENSITY = 0.1
SAMPLES = {"ResNet-18": 2, "ResNet-50": 2, "VGG-16": 1, "ViT-B/16": 1}  # batch normalisation needs two
GIGABYTES = 6
NORMS = nn.BatchNorm2d
IN_A_PROCESS = f"""
import resource, sys
from pathlib import Path
import numpy as np
from published import built, images
from torch import nn
import sparse_limits as sl
name, method, file = sys.argv[1:]
masks = sl.prune(built(name), method, {DENSITY}, images(name, 1), include=[nn.MultiheadAttention] if "ViT" in name else [])
if (status := Path("/proc/self/status")).exists():  # what `resource` tells here counts the process that forked this one
    print(next(int(line.split()[1]) * 1024 for line in status.read_text().splitlines() if line.startswith("VmHWM")))
else:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
np.savez(file, **{{path: mask.numpy() for path, mask in masks.items()}})
"""


def scores(name: str, method: str) -> dict[str, np.ndarray]:
    """By the definitions, in double precision: |w|, |w ∂L/∂w|, w Hg, and |w ∂R/∂w| of moduli of weights at the input 1."""
    copy = deepcopy(built(name)).double().eval()
    weights = {path: each for path, each in copy.named_parameters() if each.ndim in (2, 4)}
    if method == "magnitude":
        return {path: each.detach().abs().numpy() for path, each in weights.items()}
    x, y = images(name, SAMPLES[name])
    wanted = list(weights.values())
    if method == "synflow":
        for path, each in copy.named_parameters():
            each.data = each.data.abs() if path in weights or "bias" not in path else torch.zeros_like(each)
        slopes = torch.autograd.grad(copy(torch.ones_like(x[:1]).double()).sum(), wanted)
    else:
        for part in copy.modules():
            part.train(isinstance(part, NORMS))
        value = functional.cross_entropy(copy(x.double()), y)
        slopes = torch.autograd.grad(value, wanted, create_graph=method == "grasp")
        if method == "grasp":
            along = sum((each * each.detach()).sum() for each in slopes)
            slopes = torch.autograd.grad(along, wanted)
    found = {path: (weights[path].detach() * slope).numpy() for path, slope in zip(weights, slopes, strict=True)}
    return found if method == "grasp" else {path: np.abs(each) for path, each in found.items()}


def largest(found: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The largest tenth of all scores, and of equal ones the first."""
    together = np.concatenate([each.ravel() for each in found.values()])
    kept = round(DENSITY * len(together))
    level = np.partition(together, -kept)[-kept]
    mask = together > level
    mask[np.flatnonzero(together == level)[: kept - int(mask.sum())]] = True
    ends = np.cumsum([each.size for each in found.values()])
    parts = zip(found.items(), np.split(mask, ends[:-1]), strict=True)
    return {path.removesuffix(".weight"): part.reshape(each.shape) for (path, each), part in parts}


def differences(masks: dict[str, np.ndarray], name: str, method: str) -> int:
    """How many entries differ from those of the code here."""
    wanted = largest(scores(name, method))
    assert masks.keys() == wanted.keys()
    return sum(int((masks[path] != mask).sum()) for path, mask in wanted.items())


@pytest.mark.parametrize("name", BUILDS)
def test_networks_have_their_published_size(name: str) -> None:
    with torch.device("meta"):
        module = BUILDS[name]()
    assert sum(each.numel() for each in module.parameters()) == PARAMETERS[name]


def test_by_estimate_vgg16_takes_more_than_six_gigabytes_without_a_sample() -> None:
    assert BYTES * PARAMETERS["VGG-16"] > GIGABYTES * 10**9 > BYTES * PARAMETERS["ViT-B/16"]


@pytest.mark.parametrize(
    ("name", "method"),
    [
        *(
            (name, method)
            for name in ("ResNet-18", "ResNet-50")
            for method in ("magnitude", "snip", "grasp", "synflow")
        ),
        *(("VGG-16", method) for method in ("magnitude", "synflow")),
        ("ViT-B/16", "magnitude"),
    ],
)
def test_masks_are_those_of_independent_code(name: str, method: str) -> None:
    include = [nn.MultiheadAttention] if name == "ViT-B/16" else []
    masks = sl.prune(built(name), method, DENSITY, images(name, SAMPLES[name]), include=include)
    assert differences({path: mask.numpy() for path, mask in masks.items()}, name, method) == 0


@pytest.mark.parametrize("name", ["VGG-16", "ViT-B/16"])
def test_the_largest_are_pruned_within_six_gigabytes(name: str, tmp_path: Path) -> None:
    """SNIP, in a process of its own; its masks are those of the code here, too."""
    pytest.importorskip("resource", reason="this system has no module resource")
    file, folder = tmp_path / "masks.npz", str(Path(__file__).parent)
    command = [
        sys.executable,
        "-c",
        f"import sys; sys.path.insert(0, {folder!r}){IN_A_PROCESS}",
        name,
        "snip",
        str(file),
    ]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert int(said) < GIGABYTES * 10**9
    with np.load(file) as masks:
        assert differences(dict(masks), name, "snip") == 0


def test_predict_takes_less_than_a_minute_of_cpu_for_vgg11_on_64_images() -> None:
    """Four modules of 9.2 million parameters, on one thread: 16 s when it was measured."""
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((64, 3 * 32 * 32)), np.eye(10)[rng.integers(10, size=64)]
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        start = time.process_time()
        found = sl.predict("snip", Dataset(x, y, "images", "onehot"), vgg11)
        taken = time.process_time() - start
    finally:
        torch.set_num_threads(threads)
    assert len(found.layers) == 9
    assert all(layer.observed is not None and 0 < layer.observed < 1 for layer in found.layers)
    assert found.layers[-2].shape == (512, 512, 3, 3)
    assert taken < 60
