"""All claims, in reading order; one claim without the others."""

from __future__ import annotations

from importlib import import_module
from pkgutil import get_data

from theory.claims import Claim, Ledger
from theory.input_error import InputError
from theory.lazy import homes

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
    """Import every topic and return the ledger (two seconds; `claim` imports one module).

    Examples:
        >>> ledger = load_ledger()
        >>> ledger["S4"].topic, ledger["S4"].claim.uses
        ('saliency', ('S1', 'S3'))
    """
    return Ledger({topic: claims_of(topic) for topic in TOPICS})


def claims_of(topic: str) -> dict[str, Claim]:
    """Import a topic and return its claims, by the names under which it exports them.

    Examples:
        >>> claims_of("saliency")["product_graphon"].label
        'S4'
    """
    module = import_module(f"theory.{topic}")
    values = {name: getattr(module, name) for name in dir(module)}
    return {name: value for name, value in values.items() if isinstance(value, Claim)}


def topics() -> tuple[str, ...]:
    """The names of the topics, in reading order.

    Examples:
        >>> topics()[:3]
        ('saliency', 'graphon', 'operators')
    """
    return TOPICS


def claim(label: str) -> Claim:
    """Return the claim of a label, and import its module alone.

    Raises:
        InputError: for a label that no claim has.

    Examples:
        >>> claim("S4").title
        'The half-normal × half-normal graphon of SNIP'
        >>> sorted(claim("S4").expressions)
        ['column_density', 'flat_threshold', 'integral_form', 'kernel', 'noise_density', 'threshold']
    """
    topic = next((topic for topic, letters in LETTERS.items() if label[:1] and label[0] in letters), None)
    if topic is None:
        if label[1:].isdigit() and label != label.upper():
            raise InputError(f"no claim {label!r}, did you mean {claim(label.upper()).label}?")
        raise InputError(f"no claim {label!r}; expected a label such as S4 ({_letters()})")
    for name, home in _likely_first(topic, label):
        value = getattr(import_module(home), name)
        if isinstance(value, Claim) and value.label == label:
            return value
    numbers = sorted((each.label[0], int(each.label[1:])) for each in claims_of(topic).values())
    raise InputError(f"no claim {label!r}; {topic} has {', '.join(f'{letter}{n}' for letter, n in numbers)}")


def _likely_first(topic: str, label: str) -> list[tuple[str, str]]:
    """The names that a topic exports and their modules, those first whose text holds the label: no other is imported."""
    package = f"theory.{topic}"
    written = f'label="{label}"'.encode()

    def unlikely(exported: tuple[str, str]) -> bool:
        return written not in (get_data(package, f"{exported[1].rpartition('.')[2]}.py") or b"")

    return sorted(homes(package).items(), key=unlikely)


def _letters() -> str:
    return ", ".join(f"{' or '.join(letters)} {topic}" for topic, letters in LETTERS.items())
