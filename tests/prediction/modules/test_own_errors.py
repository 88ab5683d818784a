"""Errors of the user's module: their own traceback if their code raised, a line if the shape does not fit, and memory before builds."""

from pathlib import Path

import pytest
from helpers import needs

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.cli import main

torch = needs("torch")

from sparse_limits.numerics.limits import limit  # noqa: E402
from sparse_limits.numerics.prediction.modules import building  # noqa: E402
from sparse_limits.numerics.prediction.modules.building import builder  # noqa: E402

MODELS = """
import numpy as np
import torch
from torch import nn
class Raises(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(64, 10)
    def forward(self, x):
        raise RuntimeError("my own mistake")
class Two(Raises):
    def forward(self, x, mask):
        return self.a(x) * mask
class InPlace(Raises):
    def forward(self, x):
        return torch.exp(self.a(x)).add_(1)
class Backward(torch.autograd.Function):
    @staticmethod
    def forward(context, x): return 2 * x
    @staticmethod
    def backward(context, slope): raise ValueError("my own backward")
class OwnBackward(Raises):
    def forward(self, x): return Backward.apply(self.a(x))
def other(): return nn.Sequential(nn.Linear(9, 10))
def huge(): return nn.Sequential(nn.Linear(64, 100_000), nn.ReLU(), nn.Linear(100_000, 100_000))
def table(): return np.ones(5 * 10**9)
def small(): return nn.Sequential(nn.Linear(64, 8), nn.ReLU(), nn.Linear(8, 10))
"""


def refused(capsys, tmp_path: Path, build: str) -> list[str]:
    (tmp_path / "models.py").write_text(MODELS)
    words = ["predict", "layers", "--method", "snip", "--model", f"{tmp_path}/models.py:{build}", "--samples", "20"]
    assert main(words) == 2
    return capsys.readouterr().err.splitlines()


def test_a_forward_of_several_inputs_is_told_what_to_do(capsys, tmp_path):
    (line,) = refused(capsys, tmp_path, "Two")
    assert (
        "missing 1 required positional argument: 'mask' (a forward of several inputs stands in a module around it"
        in line
    )


def test_a_forward_that_raises_shows_its_own_traceback(capsys, tmp_path):
    first, *frames, error, last = refused(capsys, tmp_path, "Raises")
    assert first.startswith("Traceback of your code")
    assert error == "RuntimeError: my own mistake"
    assert any("models.py" in line for line in frames)
    assert not any("numerics/prediction/modules" in line for line in frames)
    assert "does not take inputs of shape (2, 64): my own mistake" in last


def test_a_report_of_all_methods_shows_the_traceback_once(capsys, tmp_path):
    (tmp_path / "models.py").write_text(MODELS)
    words = ["report", "--model", f"{tmp_path}/models.py:Raises", "--samples", "20", "--networks", "2"]
    assert main([*words, "--html", str(tmp_path / "page.html")]) == 2
    assert capsys.readouterr().err.count("Traceback of your code") == 1


def test_what_autograd_does_not_differentiate_is_one_line(capsys, tmp_path):
    (line,) = refused(capsys, tmp_path, "InPlace")
    assert "snip: autograd does not differentiate InPlace: one of the variables needed for gradient" in line
    assert line.endswith("expected a module that it differentiates")


def test_a_backward_that_raises_shows_its_own_traceback(capsys, tmp_path):
    first, *_, error, last = refused(capsys, tmp_path, "OwnBackward")
    assert first.startswith("Traceback of your code")
    assert error == "ValueError: my own backward"
    assert "snip: autograd does not differentiate OwnBackward: my own backward" in last


def test_another_shape_is_one_line(capsys, tmp_path):
    (line,) = refused(capsys, tmp_path, "other")
    assert "does not take inputs of shape (2, 64)" in line


def test_modules_too_large_are_refused_after_one_build(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(building, "memory_allowed", lambda: 2**32)
    with limit("0.008M"):
        (line,) = refused(capsys, tmp_path, "small")  # 610 numbers of 4 bytes, four builds
    assert "4 builds of the module would take about" in line


def test_scopes_of_the_command_are_named(capsys):
    assert main(["predict", "layers", "--method", "snip", "--widths", "8", "--scope", "layers"]) == 2
    assert "--scope is 'layers', expected one of first, global, layer" in capsys.readouterr().err


def test_a_module_that_no_memory_holds_is_refused_at_once(capsys, tmp_path):
    pytest.importorskip("resource", reason="this system has no module resource")
    if building._taken() is None:
        pytest.skip("the system does not say how much memory is taken")
    with limit("4G"):
        (line,) = refused(capsys, tmp_path, "huge")  # 40 GB
        assert "asks for more than 4 GiB (can't allocate memory: you tried to allocate 40000000000 bytes" in line
        (line,) = refused(capsys, tmp_path, "table")  # of NumPy, which raises MemoryError
        assert "asks for more than 4 GiB (Unable to allocate 37.3 GiB" in line


def test_what_is_no_exception_is_their_error_too(tmp_path):
    (tmp_path / "mine.py").write_text("class Odd(BaseException):\n    pass\ndef build():\n    raise Odd\n", "utf-8")
    with pytest.raises(InputError, match="raised Odd"):
        builder(f"{tmp_path / 'mine.py'}:build")()
    (tmp_path / "stopped.py").write_text("def build():\n    raise KeyboardInterrupt\n", "utf-8")
    with pytest.raises(KeyboardInterrupt):
        builder(f"{tmp_path / 'stopped.py'}:build")()


def test_what_user_code_writes_below_python_and_where_it_goes_stays_its_own(tmp_path, monkeypatch, capfd):
    code = (
        "import os\nimport torch\ndef build():\n    os.chdir('/')\n    os.write(1, b'raw noise')\n"
        "    return torch.nn.Sequential(torch.nn.Linear(6, 5), torch.nn.ReLU(), torch.nn.Linear(5, 2))\n"
    )
    (tmp_path / "mine.py").write_text(code, "utf-8")
    monkeypatch.chdir(tmp_path)
    builder("mine.py:build")()
    assert Path.cwd() == tmp_path
    builder("mine.py:build")()  # it is found again
    shown = capfd.readouterr()
    assert (shown.out, shown.err) == ("", "raw noise" * 2)
