"""The new spelling of a call of `sparse-limits predict` from before its questions had names."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

OF_LAYERS = (
    "--widths",
    "--model",
    "--activation",
    "--init",
    "--bias",
    "--norm",
    "--loss",
    "--units",
    "--rounds",
    "--batch",
)

MOST_SPELT = 101  # hidden layers: one more than are taken, so that too many are refused in the new spelling, too


def new_spelling(words: Sequence[str]) -> str:
    """The call with its question, which the options said: by --compare, --kernel, --train, --method all or one of all layers.

    Examples:
        >>> new_spelling(["--method", "snip", "--width", "64", "--depth", "2", "--init", "he"])
        'sparse-limits predict layers --method snip --init he --widths 64 64'
        >>> new_spelling(["--method", "snip", "--kernel"]), new_spelling(["--method", "all", "--model", "m.py:build"])
        ('sparse-limits predict kernel --method snip', 'sparse-limits predict methods --model m.py:build')
    """
    options = _options(words)
    question = _question(options)
    for gone in ("--compare", "--kernel"):
        options.pop(gone, None)
    if options.get("--scope") == ["first"]:
        del options["--scope"]
    if question == "methods":
        del options["--method"]
    if question in ("layers", "methods") and not {"--widths", "--model"} & {*options}:
        width, depth = (
            (options.pop(name, []) or [usual])[0] for name, usual in (("--width", "1024"), ("--depth", "1"))
        )
        options["--widths"] = [width] * min(int(depth) if depth.isdecimal() else 1, MOST_SPELT)
    spelt = [word for option, values in options.items() for word in (option, *values)]
    return shlex.join(["sparse-limits", "predict", question, *spelt])


def _question(options: dict[str, list[str]]) -> str:
    if "--compare" in options:
        return "predictors"
    if "--kernel" in options or "--train" in options:
        return "kernel"
    if options.get("--scope") == ["first"]:
        return "columns"
    if options.get("--method") == ["all"]:
        return "methods"
    deep = options.get("--depth", ["1"]) != ["1"]
    other = options.get("--method") == ["synflow-iterative"] or options.get("--residual") == ["averaged"]
    return "layers" if deep or other or "--scope" in options or {*OF_LAYERS} & {*options} else "columns"


def _options(words: Sequence[str]) -> dict[str, list[str]]:
    """Options, each with the words that follow it."""
    found: dict[str, list[str]] = {}
    values: list[str] = []
    for word in words:
        if word.startswith("--"):
            option, equals, value = word.partition("=")
            values = found[option] = [value] if equals else []
        else:
            values.append(word)
    return found
