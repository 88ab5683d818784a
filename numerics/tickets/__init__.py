"""Lottery tickets for whole networks: searched in the random network of a seed, with certificates."""

from sparse_limits.numerics.tickets.certificate import Certificate, certify
from sparse_limits.numerics.tickets.networks import (
    REACH,
    checked_network,
    multilayer_perceptron,
    rescaled,
    with_constant,
)
from sparse_limits.numerics.tickets.search import NetworkTicket, find_ticket
from sparse_limits.numerics.tickets.source import Source
from sparse_limits.numerics.tickets.widths import guaranteed_width, network_widths, usual_width

__all__ = [
    "REACH",
    "Certificate",
    "NetworkTicket",
    "Source",
    "certify",
    "checked_network",
    "find_ticket",
    "guaranteed_width",
    "multilayer_perceptron",
    "network_widths",
    "rescaled",
    "usual_width",
    "with_constant",
]
