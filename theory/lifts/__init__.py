"""Random sparse lifts: networks as lifts of perceptron modules, and what their gradient flow is sure to reach."""

from theory.lifts.fibration import fibration_lemma

__all__ = [
    "fibration_lemma",
]
