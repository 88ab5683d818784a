"""`sparse-limits ticket --check` from outside: demands, verdicts, a forged classifier, and words that stay words."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from sparse_limits.numerics.cli import main
from sparse_limits.numerics.tickets.files import load_ticket, save_ticket

RNG = np.random.default_rng(0)
WEIGHTS = {"weights_1": RNG.normal(size=(4, 6)), "weights_2": RNG.normal(size=(6, 3))}
BIASES = {"biases_1": RNG.normal(size=6), "biases_2": RNG.normal(size=3)}
X = RNG.normal(size=(40, 4))


def saved(path, **arrays) -> str:
    np.savez(path, **arrays)
    return str(path)


def call(capsys, *words) -> tuple[int, str, str]:
    status = main(["ticket", *map(str, words)])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def numbers(capsys, *words, status=0) -> dict:
    found, out, err = call(capsys, *words, "--json", "-")
    assert (found, err) == (status, "")
    return json.loads(out)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A perceptron with biases, samples of either sign and others, and a ticket of it within 1e-4."""
    folder = tmp_path_factory.mktemp("tickets")
    saved(folder / "net.npz", **WEIGHTS, **BIASES)
    saved(folder / "data.npz", x=X)
    saved(folder / "positive.npz", x=np.abs(X))
    words = ["--target", folder / "net.npz", "--epsilon", "1e-4", "--output", folder / "ticket.npz"]
    assert main(["ticket", *map(str, words)]) == 0
    stored = load_ticket(folder / "ticket.npz")
    empty = replace(stored.ticket, eps=0.2, masks=tuple(np.zeros_like(mask) for mask in stored.ticket.masks))
    save_ticket(folder / "empty.npz", empty, 0.01, "net.npz", constant_input=True)
    narrow = replace(stored.ticket, signed=False)
    save_ticket(folder / "narrow.npz", narrow, 0.01, "net.npz", constant_input=True)
    return folder


def demands(found) -> dict[str, bool]:
    return {each["what"]: each["met"] for each in found["demands"]}


def test_verdicts(capsys, files):
    ticket, target = files / "ticket.npz", ("--target", files / "net.npz")
    alone = numbers(capsys, "--check", ticket)
    assert (alone["verdict"], alone["compared"], alone["demands"], alone["samples"]) == ("consistent", False, [], None)
    assert alone["holds"]
    compared = numbers(capsys, "--check", ticket, *target)
    assert (compared["verdict"], compared["compared"]) == ("a ticket of this target", True)
    enough = numbers(capsys, "--check", ticket, *target, "--epsilon", "1e-4", "--kept", "0.5")
    assert enough["verdict"] == "meets your demands"
    assert demands(enough) == {"epsilon": True, "kept": True}
    few = numbers(capsys, "--check", ticket, *target, "--epsilon", "1e-5", "--kept", "0.5", status=1)
    assert few["verdict"] == "does not meet your demands"
    assert few["holds"]
    assert demands(few) == {"epsilon": False, "kept": True}
    other = saved(files / "other.npz", **WEIGHTS, biases_1=BIASES["biases_1"] * 2, biases_2=BIASES["biases_2"])
    wrong = numbers(capsys, "--check", ticket, "--target", other, "--kept", "1", status=1)
    assert wrong["verdict"] == "not a ticket of this target"
    assert wrong["consistent"]
    assert not wrong["holds"]
    with np.load(ticket) as held:
        bits = held["masks_1"].copy()
        bits[0] ^= 1
        torn = saved(files / "torn.npz", **(dict(held) | {"masks_1": bits}))
    broken = numbers(capsys, "--check", torn, *target, status=1)
    assert broken["verdict"] == "not consistent with itself"


def test_the_report_says_no_more_than_was_asked(capsys, files):
    status, out, _ = call(capsys, "--check", files / "ticket.npz")
    line = " ".join(out.split())
    assert status == 0
    assert "consistent with itself, for the target in the file, which may be any, at the epsilon that it states" in line
    assert "nothing was demanded" in line
    status, out, _ = call(capsys, "--check", files / "ticket.npz", "--target", files / "net.npz", "--epsilon", "1e-9")
    line = " ".join(out.split())
    assert status == 1
    assert "✗ epsilon at most 1e-09 the largest error of a coefficient is" in line
    assert "✓ constant input the last input channel holds 1" in line
    assert "does not meet your demands: epsilon" in line


def test_an_empty_ticket_is_true_and_worth_nothing(capsys, files):
    empty, target = files / "empty.npz", ("--target", files / "net.npz")
    status, out, _ = call(capsys, "--check", empty, *target)
    assert status == 0
    assert "nothing need be kept for that" in " ".join(out.split())
    assert "at the epsilon that it states (0.2)" in " ".join(out.split())
    found = numbers(
        capsys,
        "--check",
        empty,
        *target,
        "--epsilon",
        "1e-3",
        "--agreement",
        "0.9",
        "--data",
        files / "data.npz",
        status=1,
    )
    assert demands(found) == {"epsilon": False, "agreement": False}
    assert found["samples"]["count"] == 40


def test_agreement_on_samples(capsys, files):
    ticket, data = files / "ticket.npz", ("--data", files / "data.npz")
    for target in ((), ("--target", files / "net.npz")):
        found = numbers(capsys, "--check", ticket, *target, *data, "--agreement", "39/40")
        assert demands(found)["agreement"]
        assert found["samples"]["agree"] >= 39
    shown = " ".join(call(capsys, "--check", ticket, *data)[1].split())
    assert "the same output is the largest" in shown
    # against the target given, not the one in the file
    other = saved(files / "far.npz", **{name: -array for name, array in (WEIGHTS | BIASES).items()})
    found = numbers(capsys, "--check", ticket, "--target", other, *data, "--agreement", "0.9", status=1)
    assert demands(found) == {"agreement": False}
    assert found["samples"]["agree"] < 36
    shapes = saved(files / "wide.npz", weights_1=np.ones((4, 7)), weights_2=np.ones((7, 3)))
    found = numbers(capsys, "--check", ticket, "--target", shapes, *data, "--agreement", "0", status=1)
    assert found["demands"][0]["detail"] == "not measured: the layers of the target have other shapes"


def test_signs_of_inputs(capsys, files):
    narrow, ticket = files / "narrow.npz", files / "ticket.npz"
    assert demands(numbers(capsys, "--check", narrow, "--epsilon", "1e-3", status=1)) == {
        "inputs": False,
        "epsilon": True,
    }
    assert demands(numbers(capsys, "--check", narrow, "--nonnegative")) == {"inputs": True}
    assert demands(numbers(capsys, "--check", ticket, "--nonnegative")) == {"inputs": True}
    assert demands(numbers(capsys, "--check", ticket, "--kept", "1")) == {"inputs": True, "kept": True}
    target, data, positive = (("--target", files / "net.npz"), files / "data.npz", files / "positive.npz")
    found = numbers(capsys, "--check", narrow, *target, "--agreement", "0", "--data", data, status=1)
    assert [each["what"] for each in found["findings"] if not each["holds"]] == ["signs of inputs"]
    assert "inputs are negative" in found["demands"][0]["detail"]
    words = ("--agreement", "0.95", "--data", positive, "--nonnegative")
    assert numbers(capsys, "--check", narrow, *target, *words)["verdict"] == "meets your demands"


def test_a_limit_can_be_raised(capsys, files):
    status, out, err = call(capsys, "--check", files / "ticket.npz", "--limit", "1MiB")
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert "checking it would take about" in err
    assert "expected at most 1 MiB and 1 min (--limit)" in err
    assert call(capsys, "--check", files / "ticket.npz", "--limit", "2GiB,2min")[0] == 0
    words = ("--target", files / "net.npz", "--epsilon", "1e-4")
    status, out, err = call(capsys, *words, "--width-factor", "1000", "--limit", "1GiB,1s")
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert "the search and what follows would take about" in err


def test_words_of_files_stay_words(capsys, files):
    """No letter of a file's name, or of a name in it, moves the cursor of a terminal or turns the text round."""
    colour, turned = "\x1b[31m", "\u202e"
    place = files / f"{colour}{turned}net.npz"
    saved(place, **WEIGHTS)
    ticket = files / f"t{turned}icket.npz"
    status, out, err = call(
        capsys, "--target", place, "--epsilon", "1e-2", "--output", ticket, "--json", files / "j.json"
    )
    assert (status, err) == (0, "")
    shown = [out, call(capsys, "--check", ticket)[1]]
    shown += [json.dumps(json.loads((files / "j.json").read_text()))]
    saved(files / "bad.npz", **{f"masks{colour}": X})
    (files / "bad.safetensors").write_bytes(
        b"".join((len(t).to_bytes(8, "little") + t) for t in [json.dumps({f"a{turned}": {"dtype": colour}}).encode()])
    )
    for name in ("bad.npz", "bad.safetensors", f"none{colour}.npz"):
        shown.append(call(capsys, "--target", files / name)[2])
        shown.append(call(capsys, "--target", files / "net.npz", "--data", files / name)[2])
    shown.append(call(capsys, "--check", files / "bad.npz")[2])
    assert all(shown)
    for text in shown:
        assert all(line.isprintable() for line in text.split("\n"))


def test_a_forged_classifier_of_point_sets(capsys, tmp_path):
    """All that acts on σ(−x) is cut away, and the file says that inputs are never negative: every digest fits."""
    ticket, forged = tmp_path / "ticket.npz", tmp_path / "forged.npz"
    call(capsys, "--target", "pointset-deepsets", "--width-factor", "1/8", "--output", ticket)
    stored = load_ticket(ticket)
    first = stored.ticket.masks[0]
    lambdas = np.stack([stored.ticket.source.block(0, i)[0] for i in range(len(first))])
    positive = (lambdas > 0)[:, stored.ticket.source.splits[0].part_of].transpose(0, 2, 1)[:, :, None]
    cut = replace(stored.ticket, signed=False, masks=(first & positive, *stored.ticket.masks[1:]))
    save_ticket(forged, cut, 0.01, "pointset-deepsets", stored.permutations)
    assert numbers(capsys, "--check", forged)["verdict"] == "consistent"
    found = numbers(capsys, "--check", forged, "--target", "pointset-deepsets", "--agreement", "0.99", status=1)
    assert found["verdict"] == "not a ticket of this target"
    assert [each["what"] for each in found["findings"] if not each["holds"]] == ["signs of inputs"]
    assert demands(found) == {"agreement": False}
    saying = tmp_path / "saying.npz"
    save_ticket(saying, replace(cut, signed=True), 0.01, "pointset-deepsets", None)
    found = numbers(
        capsys, "--check", saying, "--target", "pointset-deepsets", "--agreement", "0.99", "--epsilon", "1e-6", status=1
    )
    assert [each["what"] for each in found["findings"] if not each["holds"]] == ["symmetry"]
    assert demands(found) == {"epsilon": False, "agreement": False}
    assert found["samples"]["agree"] < 600
