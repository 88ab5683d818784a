"""What pruning takes is estimated from a few samples, and refused before the data are run."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from helpers import needs

import sparse_limits as sl
from sparse_limits.numerics.cli import main
from sparse_limits.numerics.data import Dataset
from sparse_limits.numerics.limits import WorkError, limit

torch = needs("torch")
from torch import nn  # noqa: E402
from torch.nn import functional  # noqa: E402
from torch.profiler import ProfilerActivity, profile  # noqa: E402
from torch.utils.data import DataLoader, TensorDataset  # noqa: E402

from sparse_limits.numerics.prediction.modules import costs, synflow  # noqa: E402
from sparse_limits.numerics.prediction.modules.forecast import of_module  # noqa: E402
from sparse_limits.numerics.prediction.modules.parts import of_parts  # noqa: E402
from sparse_limits.numerics.prediction.question import question  # noqa: E402

SAMPLES = 96
X, CLASSES = torch.randn(SAMPLES, 3, 16, 16), torch.randint(4, (SAMPLES,))
PAIR = X, CLASSES
WAYS_OUT = r"or smaller batches, fewer of them \(`batches`\), or fewer samples$"


class Seen(nn.Module):
    """It counts the samples of each call, and may take its time for it."""

    def __init__(self, seconds: Callable[[int], float] = lambda samples: 0.0) -> None:
        super().__init__()
        self.first, self.last = nn.Conv2d(3, 16, 3), nn.Linear(16 * 196, 4)
        self.calls, self.seconds = SEEN, seconds

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        SEEN.append(len(x))
        time.sleep(self.seconds(len(x)))
        return self.last(torch.relu(self.first(x)).flatten(1))


SEEN: list[int] = []


def seen(call: Callable[[], object]) -> list[int]:
    SEEN.clear()
    call()
    return [*SEEN]


def perceptron() -> nn.Module:
    return nn.Sequential(
        nn.Flatten(), nn.Linear(768, 512), nn.Tanh(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 4)
    )


def convolutional() -> nn.Module:
    front = nn.Conv2d(3, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.Conv2d(16, 16, 3, padding=1), nn.ReLU()
    return nn.Sequential(*front, nn.Flatten(), nn.Linear(4096, 4))


class Attending(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.last = nn.Linear(48, 64), nn.Linear(64, 4)
        self.attention = nn.MultiheadAttention(64, 4, batch_first=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        held = self.first(x.movedim(1, 3).flatten(2))
        return self.last(held + self.attention(held, held, held, need_weights=False)[0]).mean(dim=1)


def estimated(module: nn.Module, method: str, monkeypatch: pytest.MonkeyPatch, few: tuple[int, int]) -> int:
    """The bytes that a batch is estimated to take, by samples of these numbers."""
    told = []
    monkeypatch.setattr(costs, "FEW", few)
    monkeypatch.setattr(costs, "check_work", lambda what, memory, seconds, instead: told.append(memory))
    sl.prune(module, method, 0.5, PAIR, ties="index")
    (memory,) = told
    return memory


def really(module: nn.Module, method: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """The most bytes that torch holds at once while all samples are scored."""
    monkeypatch.setattr(costs, "LEAST", SAMPLES + 1)
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as found:
        sl.prune(module, method, 0.5, PAIR, ties="index")
    events = [event for event in found.profiler.kineto_results.events() if event.name() == "[memory]"]
    return int(np.cumsum([event.nbytes() for event in sorted(events, key=lambda event: event.start_ns())]).max())


@pytest.mark.parametrize("method", ["snip", "grasp", "wanda"])
@pytest.mark.parametrize("build", [perceptron, convolutional, Attending])
def test_the_memory_of_a_batch_is_that_of_a_few_samples_scaled(build, method, monkeypatch) -> None:
    """A few tell it as all do; of what torch really holds, in which weights are, it is within a factor of 2."""
    torch.manual_seed(0)
    module = build()
    memory = estimated(module, method, monkeypatch, (2, 4))
    assert memory == pytest.approx(estimated(module, method, monkeypatch, (SAMPLES - 2, SAMPLES)), rel=1e-6)
    weights = 8 * sum(each.numel() for each in module.parameters())
    taken = really(module, method, monkeypatch)
    assert memory / 2 < taken
    assert taken - 4 * weights < 2 * memory


def own(module: nn.Module, held: dict[str, torch.Tensor]) -> torch.Tensor:
    return functional.cross_entropy(module(held["image"]), held["class"])


HELD = {
    "arrays": (PAIR, "cross-entropy"),
    "a loader": (DataLoader(TensorDataset(X, CLASSES), batch_size=48), nn.CrossEntropyLoss()),
    "a generator": (lambda: iter([PAIR]), "cross-entropy"),
    "a loss of one's own": ([{"image": X, "class": CLASSES}], own),
}


@pytest.mark.parametrize("method", ["snip", "grasp", "wanda"])
@pytest.mark.parametrize("held", HELD)
def test_a_batch_that_takes_too_much_is_refused_before_it_is_run(method, held) -> None:
    data, loss = HELD[held]

    def call() -> None:
        with limit("4M"), pytest.raises(WorkError, match=rf"^{method} on .*96|48.* MiB.*{WAYS_OUT}"):
            sl.prune(Seen(), method, 0.3, data() if callable(data) else data, loss=loss)

    assert set(seen(call)) == {2, 4}
    assert max(seen(lambda: sl.prune(Seen(), method, 0.3, data() if callable(data) else data, loss=loss))) >= 48


def test_our_data_at_once_are_batches_on_request() -> None:
    x = X.numpy().reshape(SAMPLES, -1).repeat(8, axis=0).astype(float)
    data = Dataset(x, np.eye(4)[CLASSES.numpy().repeat(8)], "mine", "onehot")
    module = nn.Sequential(nn.Linear(768, 64), nn.ReLU(), nn.Linear(64, 4))
    with limit("6M"):
        with pytest.raises(WorkError, match=rf"^snip on 768 samples at once would take .*{WAYS_OUT}"):
            sl.prune(module, "snip", 0.3, data)
        sl.prune(module, "snip", 0.3, data, batches=3)


def slow(samples: int) -> float:
    return 0.01 * samples


def test_what_would_take_too_long_is_refused_after_a_few_samples(monkeypatch) -> None:
    """0.96 s for each batch, of which there are twenty, or six in three rounds."""
    monkeypatch.setattr(costs, "LONG", slow(2))

    def call() -> None:
        with limit("5s"):
            with pytest.raises(
                WorkError, match=rf"^snip on 20 batches of 96 samples would take about .* (s|min), .*{WAYS_OUT}"
            ):
                sl.prune(Seen(slow), "snip", 0.3, [PAIR] * 20)
            with pytest.raises(WorkError, match=r"^snip on 6 batches of 96 samples, 3 times, would take about"):
                sl.prune(Seen(slow), "snip", 0.3, [PAIR] * 6, rounds=3)
            with pytest.raises(WorkError, match=rf"^wanda on 20 batches of 96 samples would take about .*{WAYS_OUT}"):
                sl.prune(Seen(slow), "wanda", 0.3, [PAIR] * 20)

    assert seen(call) == [2, 4] * 3


def test_no_time_is_told_of_batches_whose_number_is_not_known() -> None:
    with limit("2s"):
        sl.prune(Seen(slow), "snip", 0.3, iter([PAIR] * 4))


def test_what_a_call_takes_whatever_its_samples_is_not_taken_for_theirs() -> None:
    """0.1 s for each call: by four samples 24 s, and in truth one call for each of ten batches."""

    def call() -> None:
        with limit("12s"):
            sl.prune(Seen(lambda samples: 0.1), "snip", 0.3, [PAIR] * 10)

    sizes = seen(call)
    assert sizes[:3] == [2, 4, 16]
    assert sizes.count(SAMPLES) >= 10


def test_what_cannot_be_cut_is_not_estimated(capfd) -> None:
    """Two lengths in a batch, too few samples, and a module that takes no few of them, whose traceback is not shown."""

    def weighted(module: nn.Module, held: tuple[torch.Tensor, torch.Tensor, torch.Tensor]) -> torch.Tensor:
        return functional.cross_entropy(module(held[0]), held[1], weight=held[2])

    class Whole(Seen):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            if len(x) != SAMPLES:
                raise ValueError("all or none")
            return super().forward(x)

    few = X[:40], CLASSES[:40]
    with limit("4M"):
        for module, data, loss in (
            (Seen(), [(X, CLASSES, torch.ones(4).double())], weighted),
            (Seen(), few, "cross-entropy"),
            (Whole(), PAIR, "cross-entropy"),
        ):
            assert max(seen(lambda: sl.prune(module, "snip", 0.3, data, loss=loss))) >= 40  # noqa: B023
    assert capfd.readouterr().err == ""


class Mixing(nn.Module):
    def __init__(self, sparse: bool) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.layer, mixed = nn.Linear(768, 4), torch.eye(768).roll(1, 0)
        self.register_buffer("mixed", mixed.to_sparse() if sparse else mixed)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layer((self.mixed @ x.flatten(1).T).T)


def test_a_tensor_without_a_storage_is_no_hindrance() -> None:
    sparse, dense = (sl.prune(Mixing(which), "snip", 0.3, PAIR) for which in (True, False))
    assert torch.equal(sparse["layer"], dense["layer"])
    with limit("0.5M"), pytest.raises(WorkError, match=r"^snip on 96 samples at once"):
        sl.prune(
            Mixing(True),
            "snip",
            0.3,
            [{"x": X, "none": None, "y": CLASSES}],
            loss=lambda module, held: own(module, {"image": held["x"], "class": held["y"]}),
        )


def test_what_a_forward_draws_is_the_same_with_and_without_an_estimate(monkeypatch) -> None:
    drawn = []

    class Drawing(Seen):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            if len(x) == SAMPLES:
                drawn.append(float(torch.rand(1)))
            else:
                torch.rand(7)
            return super().forward(x)

    sl.prune(Drawing(), "snip", 0.3, PAIR)
    monkeypatch.setattr(costs, "LEAST", SAMPLES + 1)
    sl.prune(Drawing(), "snip", 0.3, PAIR)
    assert drawn[0] == drawn[len(drawn) // 2]


@pytest.mark.parametrize("method", ["snip", "grasp", "wanda"])
def test_masks_are_the_same_with_and_without_an_estimate(method, monkeypatch) -> None:
    module = Seen()
    estimated = sl.prune(module, method, 0.3, PAIR)
    monkeypatch.setattr(costs, "LEAST", SAMPLES + 1)
    assert all(torch.equal(mask, estimated[path]) for path, mask in sl.prune(module, method, 0.3, PAIR).items())


def slowly() -> nn.Module:
    return nn.Sequential(nn.Unflatten(1, (1, 8, 8)), nn.Conv2d(1, 4, 3), Slow(), nn.Flatten(), nn.Linear(144, 10))


@pytest.mark.parametrize("method", ["snip", "wanda"])
def test_predict_estimates_all_its_modules_once(method) -> None:
    """1 s for each module."""
    asked = question(method, "digits", slowly, scope="global", samples=100, seed=0, networks=3)
    with limit("1s"), pytest.raises(WorkError, match=rf"^{method} on 100 samples at once, 3 times, .* fewer networks$"):
        of_parts(asked)


@pytest.mark.parametrize(("method", "seconds"), [("snip", 2), ("synflow", 0.2)])
def test_predict_estimates_copies_before_it_prunes_a_module(method, seconds) -> None:
    """Those of SNIP take 1 s each, those of SynFlow 0.02 s."""
    done: list[str] = []
    asked = question(method, "digits", slowly, scope="global", samples=100, seed=0, copies=20)
    told = rf"^{method} of independent copies on .*, 20 times, would .*, or .*, or fewer copies$"
    with limit(f"{seconds}s"), pytest.raises(WorkError, match=told):
        of_parts(asked, done.append)
    assert done[-1] == "building modules"


def test_predict_estimates_the_rounds_of_all_its_modules_after_the_first() -> None:
    """0.02 s for each round, of which there are 3 × 50 at least."""
    done: list[str] = []
    asked = question("synflow-iterative", "digits", slowly, scope="global", samples=100, seed=0, networks=3, rounds=50)
    told = r"^synflow-iterative in 50 rounds, 3 times, would .*, or fewer rounds, or fewer networks$"
    with limit("2s"), pytest.raises(WorkError, match=told):
        of_parts(asked, done.append)
    assert done[-1] == "pruning module 1 of 3"


def test_predict_estimates_the_rounds_of_modules_that_the_law_follows(monkeypatch) -> None:
    """A round takes 100 s by this clock."""
    ticks = count(0, 100)
    monkeypatch.setattr(synflow, "perf_counter", lambda: next(ticks))

    def build() -> nn.Module:
        return nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))

    asked = question("synflow-iterative", "digits", build, scope="global", samples=100, seed=0, networks=3, rounds=2)
    with (
        limit("599s"),
        pytest.raises(WorkError, match=r"^synflow-iterative in 2 rounds, 3 times, would take about 10 min"),
    ):
        of_module(asked)
    with limit("10min"):
        assert of_module(asked).layers


@pytest.mark.parametrize("method", ["synflow", "synflow-iterative"])
def test_the_memory_of_a_pass_of_synflow_is_estimated_from_one_sample(method) -> None:
    class Large(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.last, self.calls = nn.Conv2d(3, 16, 3), nn.Conv2d(16, 4, 3), SEEN

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            SEEN.append(len(x))
            return self.last(torch.relu(self.first(x))).mean(dim=(2, 3))

    def refused() -> None:
        told = rf"^{method} on two samples would take .* MiB.*, or smaller inputs, or a smaller module$"
        with pytest.raises(WorkError, match=told):
            sl.prune(Large(), method, 0.5, (1, 3, 128, 128))

    with limit("4M"):
        assert seen(refused) == [1]
        sl.prune(Large(), method, 0.5, (1, 3, 16, 16))


def test_rounds_that_would_take_too_long_are_refused_after_the_first() -> None:
    def call(rounds: int) -> None:
        sl.prune(Seen(lambda samples: 0.1), "synflow-iterative", 0.5, X, rounds=rounds)

    def refused() -> None:
        with pytest.raises(WorkError, match=r"^synflow-iterative in 50 rounds would .*, or fewer rounds \(`rounds`\)$"):
            call(50)

    with limit("4s"):
        assert seen(refused) == [1, 2]
        assert len(seen(lambda: call(2))) > 1


class Slow(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        time.sleep(slow(len(x)))
        return x


CODE = """
import torch
from torch import nn
def build(): return nn.Sequential(nn.Linear(64, 512), nn.ReLU(), nn.Linear(512, 10))
"""


def test_the_command_names_its_options(tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    Path("own.py").write_text(CODE, "utf-8")
    words = [
        "prune",
        "--model",
        "own.py:build",
        "--method",
        "snip",
        "--data",
        "digits",
        "--out",
        "masks.npz",
        "--quiet",
    ]
    assert main([*words, "--limit", "10M"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("sparse-limits: snip on 1797 samples at once would take about ")
    assert line.endswith(", or smaller batches, fewer of them (--batches), or fewer samples")
    assert not Path("masks.npz").exists()
    assert main([*words, "--limit", "10M", "--batches", "8"]) == 0
