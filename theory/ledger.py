"""All claims, in reading order; one claim without the others."""

from __future__ import annotations

from importlib import import_module

from theory.claims import Claim, Ledger
from theory.input_error import InputError

LETTERS = {  # of the labels of each topic
    "saliency": "S",
    "graphon": "G",
    "operators": "O",
    "expressivity": "E",
    "kernel": "K",
    "generalisation": "BT",
    "lifts": "L",
    "subset_sum": "R",
    "equivariance": "Q",
    "neuron_pruning": "N",
}
TOPICS = tuple(LETTERS)


def load_ledger() -> Ledger:
    """Import every topic and return the ledger (two seconds; `claim` imports one topic).

    Examples:
        >>> ledger = load_ledger()
        >>> ledger["S4"].topic, ledger["S4"].claim.uses
        ('saliency', ('S1', 'S3'))
    """
    return Ledger({topic: vars(import_module(f"theory.{topic}")) for topic in TOPICS})


def topics() -> tuple[str, ...]:
    """The names of the topics, in reading order.

    Examples:
        >>> topics()[:3]
        ('saliency', 'graphon', 'operators')
    """
    return TOPICS


def claim(label: str) -> Claim:
    """Return the claim of a label, and import its topic alone.

    Raises:
        InputError: for a label that no claim has.

    Examples:
        >>> claim("S4").title
        'The half-normal × half-normal graphon of SNIP'
        >>> sorted(claim("S4").expressions)
        ['column_density', 'integral_form', 'kernel', 'noise_density', 'threshold']
    """
    topic = next((topic for topic, letters in LETTERS.items() if label[:1] and label[0] in letters), None)
    if topic is None:
        raise InputError(f"no claim {label!r}; expected a label such as S4 ({_letters()})")
    found = {
        value.label: value for value in vars(import_module(f"theory.{topic}")).values() if isinstance(value, Claim)
    }
    if label not in found:
        numbers = sorted((each[0], int(each[1:])) for each in found)
        raise InputError(f"no claim {label!r}; {topic} has {', '.join(f'{letter}{n}' for letter, n in numbers)}")
    return found[label]


def _letters() -> str:
    return ", ".join(f"{' or '.join(letters)} {topic}" for topic, letters in LETTERS.items())
