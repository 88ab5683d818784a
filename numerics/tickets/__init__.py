"""Lottery tickets for whole networks: searched in the random network of a seed, with certificates."""

from numerics.tickets.certificate import Certificate, certify
from numerics.tickets.networks import REACH, checked_network, multilayer_perceptron, rescaled, with_constant
from numerics.tickets.search import NetworkTicket, find_ticket
from numerics.tickets.source import Source
from numerics.tickets.widths import guaranteed_width, network_widths, usual_width

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
