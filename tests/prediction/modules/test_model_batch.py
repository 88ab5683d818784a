"""`--batch` of `predict --model`: another name of `--samples`."""

import json

from helpers import needs

from numerics.cli import main

needs("torch")

MODEL = "from torch import nn\ndef build():\n    return nn.Sequential(nn.Linear(64, 8), nn.ReLU(), nn.Linear(8, 10))\n"


def test_a_batch_is_so_many_samples_of_a_model(tmp_path, capsys):
    (tmp_path / "model.py").write_text(MODEL, "utf-8")
    words = ["predict", "--method", "magnitude", "--json", "-", "--batch", "64"]
    model = ["--model", f"{tmp_path / 'model.py'}:build"]
    assert main([*words, *model]) == 0
    assert json.loads(capsys.readouterr().out)["data"]["samples_used"] == 64
    assert main([*words, *model, "--samples", "60"]) == 2
    assert "--batch is given, expected none beside --samples 60: it is another name" in capsys.readouterr().err
    assert main(words) == 2
    assert "--batch is given, expected none without --model: it is another name of --samples" in capsys.readouterr().err
