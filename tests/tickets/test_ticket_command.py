"""`sparse-limits ticket` from outside: targets of all kinds found, files checked, and one line for whatever is wrong."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from json_cases import wrong

import sparse_limits as sl
from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.cli import main

RNG = np.random.default_rng(0)
WEIGHTS = {"weights_1": RNG.normal(size=(4, 6)), "weights_2": RNG.normal(size=(6, 3))}
BIASES = {"biases_1": RNG.normal(size=6), "biases_2": RNG.normal(size=3)}
X = RNG.normal(size=(40, 4))
CLASSES = np.argmax(
    np.maximum(X @ WEIGHTS["weights_1"] + BIASES["biases_1"], 0) @ WEIGHTS["weights_2"] + BIASES["biases_2"], 1
)
POINTS = 5
GROUP = {
    "coefficients_1": RNG.normal(size=(2, 3, 2)),
    "basis_1": np.stack([np.eye(POINTS), np.ones((POINTS, POINTS))]),
    "coefficients_2": RNG.normal(size=(3, 2, 1)),
    "basis_2": np.ones((1, 1, POINTS)),
    "permutations_0": np.array([[1, 0, 2, 3, 4], [1, 2, 3, 4, 0]]),
}


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


def test_a_perceptron_with_biases(capsys, tmp_path):
    target, data = saved(tmp_path / "net.npz", **WEIGHTS, **BIASES), saved(tmp_path / "data.npz", x=X, y=CLASSES)
    ticket = tmp_path / "ticket.npz"
    found = numbers(capsys, "--target", target, "--data", data, "--epsilon", "1e-7", "--output", ticket)
    assert found["target"]["channels"] == [5, 7, 3]
    assert found["width"]["taken"] == found["width"]["guaranteed"] > found["width"]["usual"]
    assert found["ticket"]["within_epsilon"]
    assert 0 < max(found["ticket"]["largest_errors"]) <= 1e-7
    samples = found["samples"]
    assert samples["agree"] == samples["right_target"] == samples["right_ticket"] == samples["count"] == 40
    assert samples["certified"] >= 39
    assert samples["largest_error"] <= samples["largest_bound"]
    assert found["equivariance"] is None
    assert 0 < found["ticket"]["kept"] < found["ticket"]["candidates"] < found["ticket"]["total"]
    checked = numbers(capsys, "--check", ticket, "--target", target)
    assert checked["holds"]
    assert checked["exact_errors"] == found["ticket"]["exact_errors"]
    other = saved(tmp_path / "other.npz", **{**WEIGHTS, **BIASES, "biases_1": np.nextafter(BIASES["biases_1"], 9)})
    checked = numbers(capsys, "--check", ticket, "--target", other, status=1)
    assert [each["what"] for each in checked["findings"] if not each["holds"]] == ["coefficients of the target"]


def test_the_same_from_tables_with_and_without_labels(capsys, tmp_path):
    target = saved(tmp_path / "net.npz", **WEIGHTS, **BIASES)
    np.savetxt(tmp_path / "with.csv", np.column_stack([X, CLASSES]), delimiter=",")
    np.savetxt(tmp_path / "without.csv", X, delimiter=",")
    one = numbers(capsys, "--target", target, "--data", tmp_path / "with.csv")
    two = numbers(capsys, "--target", target, "--data", tmp_path / "without.csv")
    np.savetxt(tmp_path / "with.tsv", np.column_stack([X, CLASSES]), delimiter="\t")
    tabs = numbers(capsys, "--target", target, "--data", tmp_path / "with.tsv")
    assert tabs["samples"]["right_ticket"] == 40
    assert one["samples"]["right_ticket"] == 40
    assert two["samples"]["right_ticket"] is None
    assert one["samples"]["largest_error"] == two["samples"]["largest_error"]


def test_equivariant_layers(capsys, tmp_path):
    target, x = saved(tmp_path / "net.npz", **GROUP), RNG.normal(size=(30, 2, POINTS))
    one_hot = np.eye(2)[RNG.integers(2, size=30)]
    found = numbers(capsys, "--target", target, "--data", saved(tmp_path / "data.npz", X=x, y=one_hot))
    assert found["target"]["generators"] == 2
    assert found["samples"]["agree"] == 30
    assert 0 <= found["equivariance"]["error"] <= found["equivariance"]["bound"] < found["samples"]["largest_bound"]
    flat = numbers(capsys, "--target", target, "--data", saved(tmp_path / "flat.npz", x=x.reshape(30, -1)))
    assert flat["samples"]["largest_error"] == found["samples"]["largest_error"]


def test_without_data_a_bound_for_the_ball(capsys, tmp_path):
    ticket, target = tmp_path / "ticket.npz", saved(tmp_path / "net.npz", **WEIGHTS)
    found = numbers(capsys, "--target", target, "--epsilon", "1e-4", "--output", ticket)
    assert found["samples"] is None
    from sparse_limits.numerics.equivariance import forward
    from sparse_limits.numerics.tickets.files import load_ticket

    held = load_ticket(ticket).ticket
    x = X[..., None] / np.abs(X).sum(axis=1)[:, None, None]
    errors = np.abs(forward(held.target, x) - held.forward(x))
    assert 0 < errors.max() <= found["bound_on_ball"] < 1e-2
    status, out, err = call(capsys, "--target", target)
    assert (status, err) == (0, "")
    assert "not measured: no samples" in out
    assert "‖x‖_1 ≤ 1" in out
    found = numbers(capsys, "--target", target)
    bound, error = (float(re.search(text, out)[1]) for text in (r"off by more than (\S+)", r"every coefficient: (\S+)"))
    assert bound >= found["bound_on_ball"]  # rounded up
    assert error >= max(found["ticket"]["largest_errors"])


def test_a_target_of_no_such_name_is_told_the_names():
    with pytest.raises(
        InputError, match=r"^digits-mpl: expected one of digits-mlp, .*, or a .npz, .safetensors or .pt"
    ):
        sl.ticket("digits-mpl")


def test_inputs_that_are_never_negative_need_less(capsys, tmp_path):
    target, data = saved(tmp_path / "net.npz", **WEIGHTS), saved(tmp_path / "data.npz", x=np.abs(X))
    both = [numbers(capsys, "--target", target, "--data", data, *more) for more in ([], ["--nonnegative"])]
    assert both[1]["width"]["guaranteed"] < both[0]["width"]["guaranteed"]
    assert both[1]["ticket"]["kept"] < 0.8 * both[0]["ticket"]["kept"]
    assert both[1]["samples"]["agree"] == 40
    status, _, err = call(capsys, "--target", target, "--data", saved(tmp_path / "d.npz", x=X), "--nonnegative")
    assert (status, err.count("\n")) == (2, 1)


def test_too_narrow_a_source_fails_and_says_so(capsys, tmp_path):
    ticket, target = tmp_path / "ticket.npz", saved(tmp_path / "net.npz", **WEIGHTS)
    status, out, err = call(capsys, "--target", target, "--width-factor", "1/100", "--output", ticket)
    assert (status, err) == (1, "")
    assert "NO: a coefficient is off by" in out
    assert "narrower than the theorem asks" in out
    status, out, _ = call(capsys, "--check", ticket)  # what the file says is true: it claims no more
    assert status == 0
    assert "errors beyond epsilon" in out
    assert "exceeds 1e-06" in out


def test_one_output_has_no_classes(capsys, tmp_path):
    weights = {"weights_1": WEIGHTS["weights_1"], "weights_2": WEIGHTS["weights_2"][:, :1]}
    data = saved(tmp_path / "data.npz", x=X, y=RNG.normal(size=40))
    status, out, _ = call(capsys, "--target", saved(tmp_path / "net.npz", **weights), "--data", data)
    assert status == 0
    assert "no classes to agree on" in out


@pytest.mark.parametrize("name", ["digits-mlp", "pointset-deepsets"])
def test_targets_that_are_trained_here(capsys, tmp_path, name):
    """At an eighth of the theorem's width, which usually suffices: all classes agree, nearly all certified."""
    ticket = tmp_path / "ticket.npz"
    found = numbers(capsys, "--target", name, "--width-factor", "0.125", "--seed", "1", "--output", ticket)
    samples = found["samples"]
    assert found["ticket"]["within_epsilon"]
    assert samples["agree"] >= samples["certified"] > 0.97 * samples["count"]
    assert abs(samples["right_target"] - samples["right_ticket"]) <= samples["count"] - samples["agree"]
    assert samples["right_target"] > 0.9 * samples["count"]
    if name == "pointset-deepsets":
        assert found["equivariance"]["error"] < 1e-15
    assert ticket.stat().st_size < 60_000
    checked = numbers(capsys, "--check", ticket, "--target", name, "--agreement", "0.97", "--epsilon", "1e-6")
    assert checked["verdict"] == "meets your demands"
    assert ("symmetry" in [each["what"] for each in checked["findings"]]) == (name == "pointset-deepsets")


def test_a_tampered_file_is_shown(capsys, tmp_path):
    ticket, target = tmp_path / "ticket.npz", saved(tmp_path / "net.npz", **WEIGHTS)
    call(capsys, "--target", target, "--output", ticket)
    with np.load(ticket) as held:
        arrays = dict(held)
    arrays["coefficients_2"] = np.nextafter(arrays["coefficients_2"], 1)
    status, out, err = call(capsys, "--check", saved(ticket, **arrays))
    assert (status, err) == (1, "")
    assert "✗   target unchanged" in out
    assert "not consistent with itself: 3 of 8 do not hold" in out


@pytest.fixture(scope="module")
def small_ticket(tmp_path_factory) -> bytes:
    """Of the perceptron without biases, for inputs of either sign, within 1e-2."""
    folder = tmp_path_factory.mktemp("tickets")
    words = ["--target", saved(folder / "net.npz", **WEIGHTS), "--epsilon", "1e-2", "--output", str(folder / "t.npz")]
    assert main(["ticket", *words]) == 0
    return (folder / "t.npz").read_bytes()


FOLDER = "FOLDER"
GOOD = f"{FOLDER}/net.npz"


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--target", "nonsense"],
        ["--target", f"{FOLDER}/none.npz"],
        ["--target", f"{FOLDER}/{'long' * 99}.npz"],
        ["--target", FOLDER],
        ["--target", f"{FOLDER}/model.pt"],
        ["--target", f"{FOLDER}/data.npz"],
        ["--target", GOOD, "--epsilon", "0"],
        ["--target", GOOD, "--epsilon", "nan"],
        ["--target", GOOD, "--epsilon", "inf"],
        ["--target", GOOD, "--delta", "1"],
        ["--target", GOOD, "--delta", "nan"],
        ["--target", GOOD, "--seed", "-1"],
        ["--target", GOOD, "--seed", "1.5"],
        ["--target", GOOD, "--width-factor", "0"],
        ["--target", GOOD, "--width-factor", "nan"],
        ["--target", GOOD, "--width-factor", "1/0"],
        ["--target", GOOD, "--width-factor", "1e9"],
        ["--target", GOOD, "--width-factor", "9" * 5000],
        ["--target", GOOD, "--width-factor", "1e999999999"],
        ["--target", GOOD, "--output", f"{FOLDER}/ticket.json"],
        ["--target", GOOD, "--output", f"{FOLDER}/none/ticket.npz"],
        ["--target", GOOD, "--output", GOOD],
        ["--target", GOOD, "--output", f"{FOLDER}/t.npz", "--json", f"{FOLDER}/t.npz"],
        ["--target", GOOD, "--data", f"{FOLDER}/none.csv"],
        ["--target", GOOD, "--data", GOOD],
        ["--target", GOOD, "--data", f"{FOLDER}/wrong.npz"],
        ["--target", GOOD, "--data", f"{FOLDER}/labels.npz"],
        ["--target", GOOD, "--data", f"{FOLDER}/nan.npz"],
        ["--target", GOOD, "--data", f"{FOLDER}/empty.npz"],
        ["--target", GOOD, "--data", "digits"],
        ["--target", "digits-mlp", "--data", f"{FOLDER}/data.npz"],
        ["--target", "digits-mlp", "--nonnegative"],
        ["--target", f"{FOLDER}/wide.npz", "--data", f"{FOLDER}/large.npz", "--output", f"{FOLDER}/t.npz"],
        ["--target", GOOD, "--seed", "9" * 40],
        ["--target", "digits-mlp", "--seed", "9" * 30],
        ["--check", GOOD],
        ["--check", f"{FOLDER}/none.npz"],
        ["--check", FOLDER],
        ["--check", f"{FOLDER}/data.npz", "--output", f"{FOLDER}/t.npz"],
        ["--check", f"{FOLDER}/data.npz", "--epsilon", "1e-3"],
        ["--check", f"{FOLDER}/data.npz", "--nonnegative"],
        ["--check", f"{FOLDER}/ticket.npz", "--epsilon", "0"],
        ["--check", f"{FOLDER}/ticket.npz", "--delta", "0.1"],
        ["--check", f"{FOLDER}/ticket.npz", "--seed", "1"],
        ["--check", f"{FOLDER}/ticket.npz", "--width-factor", "1"],
        ["--check", f"{FOLDER}/ticket.npz", "--agreement", "0.9"],
        ["--check", f"{FOLDER}/ticket.npz", "--agreement", "1.1", "--data", f"{FOLDER}/data.npz"],
        ["--check", f"{FOLDER}/ticket.npz", "--agreement", "nan", "--data", f"{FOLDER}/data.npz"],
        ["--check", f"{FOLDER}/ticket.npz", "--kept", "-1"],
        ["--check", f"{FOLDER}/ticket.npz", "--kept", "99%"],
        ["--check", f"{FOLDER}/ticket.npz", "--target", f"{FOLDER}/ticket.npz"],
        ["--check", f"{FOLDER}/ticket.npz", "--target", "digits-mlp", "--data", f"{FOLDER}/data.npz"],
        ["--check", f"{FOLDER}/ticket.npz", "--data", f"{FOLDER}/wrong.npz"],
        ["--check", f"{FOLDER}/ticket.npz", "--data", f"{FOLDER}/data.npz", "--nonnegative"],
        ["--check", f"{FOLDER}/ticket.npz", "--limit", "1"],
        ["--check", f"{FOLDER}/ticket.npz", "--limit", "1MiB,2MiB"],
        ["--check", f"{FOLDER}/ticket.npz", "--limit", "0s"],
        ["--target", GOOD, "--agreement", "1", "--data", f"{FOLDER}/data.npz"],
        ["--target", GOOD, "--kept", "1"],
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(capsys, tmp_path, small_ticket, words):
    saved(tmp_path / "net.npz", **WEIGHTS)
    saved(tmp_path / "data.npz", x=X, y=CLASSES)
    saved(tmp_path / "wrong.npz", x=X[:, :3])
    saved(tmp_path / "labels.npz", x=X, y=CLASSES + 7)
    saved(tmp_path / "nan.npz", x=X * np.nan)
    saved(tmp_path / "empty.npz", x=X[:0])
    saved(tmp_path / "wide.npz", weights_1=np.ones((40, 2)), weights_2=np.eye(2))
    saved(tmp_path / "large.npz", x=np.full((3, 40), 1e308))  # of which hidden values overflow
    (tmp_path / "model.pt").write_bytes(b"")
    (tmp_path / "ticket.npz").write_bytes(small_ticket)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    status, out, err = call(capsys, *(word.replace(FOLDER, str(tmp_path)) for word in words))
    assert (status, out) == (2, "")
    assert err.startswith("sparse-limits: ")
    assert err.count("\n") == 1
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


# From Python


def test_one_call_finds_and_one_checks_as_the_command_does(tmp_path, capsys):
    target, file = str(tmp_path / "target.npz"), str(tmp_path / "ticket.npz")
    np.savez(target, weights_1=np.array([[0.3], [-0.7]]))
    assert main(["ticket", "--target", target, "--epsilon", "1e-3", "--seed", "3", "--json", "-"]) == 0
    printed = json.loads(capsys.readouterr().out)
    found = sl.ticket(target, epsilon=1e-3, seed=3, output=file)
    assert found.holds
    assert found.summary | {"seconds": None, "file": None} == printed | {"seconds": None}
    assert main(["ticket", "--check", file, "--target", target, "--kept", "0.9", "--json", "-"]) == 0
    printed = json.loads(capsys.readouterr().out)
    checked = sl.check(file, target=target, kept="0.9")
    assert checked.holds
    assert json.loads(json.dumps(checked.summary)) | {"seconds": None} == printed | {"seconds": None}
    assert not sl.check(file, target=target, epsilon=1e-9).holds
    with pytest.raises(sl.InputError, match=r"^agreement is given without samples, expected data, or a target that is"):
        sl.check(file, target=target, agreement=0.9)
    for given in ({"data": "x.npz"}, {"nonnegative": True}):
        with pytest.raises(sl.InputError, match=r"^target is 'digits-mlp', which brings its samples, expected neither"):
            sl.ticket("digits-mlp", **given)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ({"epsilon": 0}, "epsilon is 0, expected a number above 0"),
        ({"delta": 1}, "delta is 1, expected a probability between 0 and 1"),
        ({"width_factor": "1e999"}, "width_factor is '1e999', expected a number above 0"),
        ({"width_factor": -0.5}, "width_factor is -0.5, expected a number above 0"),
        ({"seed": -1}, "seed is -1, expected a whole number"),
        ({"limit": "1"}, "limit is '1'"),
        ({"output": "t.txt"}, "t.txt: suffix is '.txt', expected .npz"),
    ],
)
def test_a_call_that_cannot_be_answered(tmp_path, words, why):
    with pytest.raises(InputError, match=re.escape(why)):
        sl.ticket(str(tmp_path / "target.npz"), **words)


def test_a_case_brings_its_samples(tmp_path):
    case = sl.ticket(saved(tmp_path / "net.npz", **WEIGHTS), epsilon=1e-3, width_factor="1/4").case
    for given in ({"data": "none.csv"}, {"nonnegative": True}):
        with pytest.raises(InputError, match=r"^target is a Case, which brings its samples, expected neither"):
            sl.ticket(case, **given)
    with pytest.raises(InputError, match=r"^drop is given, expected only beside `data`"):
        sl.ticket(case, drop="a")


def test_narrow_floats_are_numbers(tmp_path):
    target, file = saved(tmp_path / "net.npz", **WEIGHTS), str(tmp_path / "ticket.npz")
    assert sl.ticket(target, output_error=np.float32(0.1), width_factor="1/4").holds
    assert sl.ticket(target, epsilon=np.float32(1e-3), width_factor="1/4", output=file).holds
    assert json.loads(json.dumps(sl.check(file, epsilon=np.float32(1e-2)).summary))["holds"]


def test_a_ticket_is_no_target_of_its_own(tmp_path):
    target, file = saved(tmp_path / "net.npz", **WEIGHTS), str(tmp_path / "ticket.npz")
    sl.ticket(target, epsilon=1e-3, width_factor="1/4", output=file)
    with pytest.raises(InputError, match="the ticket itself, expected a file of your own network"):
        sl.check(file, target=file)


def test_all_trained_targets_make_one_table(capsys, tmp_path, monkeypatch):
    names = ("graphs-messages", "pointset-deepsets")
    monkeypatch.setattr("sparse_limits.numerics.commands.ticket.TRAINED", names)
    written = tmp_path / "all.json"
    status, out, _ = call(capsys, "--target", "all", "--epsilon", "1e-4", "--json", written, "--quiet")
    assert status == 0
    found = json.loads(written.read_text("utf-8"))
    assert wrong("ticket --target all --json", found) == []
    assert [each["target"]["name"] for each in found] == list(names)
    one = numbers(capsys, "--target", names[0], "--epsilon", "1e-4")
    for key in ("target", "width", "ticket", "samples"):
        assert one[key] == found[0][key]
    assert "every coefficient is within 0.0001 except with probability 0.01 (R8, Q7)" in " ".join(out.split())
    lines = [line.split() for line in out.splitlines() if line.startswith(names)]
    assert [line[0] for line in lines] == list(names)
    kept = found[0]["ticket"]["kept"]
    assert lines[0][4] == f"{kept / sum(found[0]['target']['coefficients']):.1f}"


def test_one_table_names_the_errors_of_all_its_targets(capsys, monkeypatch):
    monkeypatch.setattr("sparse_limits.numerics.commands.ticket.TRAINED", ("graphs-messages", "pointset-deepsets"))
    _, out, _ = call(capsys, "--target", "all", "--output-error", "0.1", "--quiet")
    assert re.search(r"within (\S+) to (?!\1)\S+, by target, except with probability 0.01", " ".join(out.split()))


def test_one_table_of_all_targets_that_miss_fails(capsys, monkeypatch):
    monkeypatch.setattr("sparse_limits.numerics.commands.ticket.TRAINED", ("graphs-messages",))
    status, out, _ = call(capsys, "--target", "all", "--width-factor", "1/50", "--quiet")
    said = " ".join(out.split())
    assert status == 1
    assert "orbit, narrower than the theorem asks: a ticket is not guaranteed; what is found is certified; kept" in said
    assert "except with probability" not in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--check", "t.npz"), "--check is given, expected one target, such as --target digits-mlp"),
        (("--output", "t.npz"), "--output is given, expected one target"),
        (("--data", "digits"), "--target all brings its samples, expected neither --data nor --nonnegative"),
    ],
)
def test_what_all_targets_cannot_have_is_refused(capsys, words, said):
    status, _, err = call(capsys, "--target", "all", *words)
    assert status == 2
    assert said in " ".join(err.split())
