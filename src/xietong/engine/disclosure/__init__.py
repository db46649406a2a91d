"""Disclosure control: what to withhold so that no small count and nobody's amount follows."""

from xietong.engine.disclosure.amounts import AmountProtection, AmountRules, protect_amounts
from xietong.engine.disclosure.counts import Protection, Status, protect_counts
from xietong.engine.disclosure.nodes import Nodes, crossed, nodes_over

__all__ = [
    "AmountProtection",
    "AmountRules",
    "Nodes",
    "Protection",
    "Status",
    "crossed",
    "nodes_over",
    "protect_amounts",
    "protect_counts",
]
