"""Published nodes of one dimension (places, industries, years) as sets of unpublished leaves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Nodes:
    """What of one dimension is published: `inside[node, leaf]` says which leaves a node adds up.

    Leaves are the finest the data know: a county, a class; and for rows known only coarsely a
    leaf of their own ("only the prefecture is known", "only the division is known"). Nodes may
    nest, overlap (chains and groups) or coincide; every sum and difference follows from the sets.
    """

    keys: tuple[str, ...]
    leaves: tuple[str, ...]
    inside: Bools

    def total(self, leaf_counts: Integers, axis: int) -> Integers:
        """Sum counts by leaf along `axis` to counts by node."""
        moved = np.moveaxis(leaf_counts, axis, 0)
        summed = np.tensordot(self.inside.astype(np.float64), moved.astype(np.float64), axes=1)
        return np.moveaxis(np.rint(summed).astype(np.int64), 0, axis)


def nodes_over(leaves: Sequence[str], sets: Mapping[str, Iterable[str]]) -> Nodes:
    """Nodes from node -> its leaves.

    >>> nodes = nodes_over(["3911", "3912", "17"], {"all": ["3911", "3912", "17"],
    ...                                             "391": ["3911", "3912"]})
    >>> nodes.keys, nodes.inside.tolist()
    (('all', '391'), [[True, True, True], [True, True, False]])

    Raises ValueError for a leaf named twice, or a node with a leaf that is not there.
    """
    number = {leaf: at for at, leaf in enumerate(leaves)}
    if len(number) != len(leaves):
        raise ValueError("a leaf is named twice")
    inside = np.zeros((len(sets), len(leaves)), dtype=np.bool_)
    for row, (key, members) in enumerate(sets.items()):
        unknown = [leaf for leaf in members if leaf not in number]
        if unknown:
            raise ValueError(f"{key} holds a leaf that is not there: {unknown[0]}")
        inside[row, [number[leaf] for leaf in members]] = True
    return Nodes(tuple(sets), tuple(leaves), inside)


def crossed(first: Nodes, second: Nodes) -> Nodes:
    """Two dimensions as one: every pair of nodes is a node, keyed "first|second".

    A table of three dimensions (place x division x year) is protected as place x division against
    year.

    >>> one = nodes_over(["a", "b"], {"ab": ["a", "b"], "a": ["a"]})
    >>> two = nodes_over(["x"], {"x": ["x"]})
    >>> crossed(one, two).keys
    ('ab|x', 'a|x')
    """
    keys = tuple(f"{one}|{two}" for one in first.keys for two in second.keys)
    leaves = tuple(f"{one}|{two}" for one in first.leaves for two in second.leaves)
    return Nodes(keys, leaves, np.kron(first.inside, second.inside))


def remainders(inside: Bools) -> Bools:
    """Sets that are published nowhere, and that a reader gets by taking nodes from a node.

    Of each node, the small ones first: what is left without its largest parts that do not overlap
    (the rows known only to lie in the prefecture), and without each of its direct parts (a group
    less the one class that a chain takes of it). What is a sum of nodes or of other remainders is
    left out, as those are guarded themselves. Returns [remainder, leaf].
    """
    sets = np.unique(inside[inside.any(axis=1)], axis=0)
    sets = sets[np.argsort(sets.sum(axis=1), kind="stable")]
    found: list[Bools] = []
    for at, node in enumerate(sets):
        within = sets[:at][~(sets[:at] & ~node).any(axis=1)]
        parts = within[within.sum(axis=1) < node.sum()]
        if not len(parts):
            continue
        rests = [_rest(node, parts), *(node & ~part for part in _direct(parts))]
        for rest in rests:
            if rest.any() and _rest(rest, np.array([*sets, *found])).any():
                found.append(rest)
    return np.array(found, dtype=np.bool_).reshape(len(found), inside.shape[1])


def _rest(whole: Bools, parts: Bools) -> Bools:
    """What is left of a set without parts that lie in it and not in one another, largest first."""
    left = whole.copy()
    fitting = parts[~(parts & ~whole).any(axis=1)]
    for part in fitting[np.argsort(-fitting.sum(axis=1), kind="stable")]:
        if left[part].all():
            left &= ~part
    return left


def _direct(parts: Bools) -> Bools:
    """The parts that lie in no other part."""
    overlap = parts.astype(np.int64) @ parts.T.astype(np.int64)
    sizes = parts.sum(axis=1)
    inside_another = (overlap == sizes[:, None]) & (sizes[None, :] > sizes[:, None])
    return np.asarray(parts[~inside_another.any(axis=1)])
