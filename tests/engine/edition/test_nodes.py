"""The industries of a map: every division and group once, chains and segments over their codes."""

from __future__ import annotations

import csv
import tomllib

import pytest

from real_data import REGIONS
from xietong.engine.edition.nodes import KINDS, IndustryNode, industry_nodes

LEVELS = {
    "A": "section",
    "39": "division",
    "391": "group",
    "3911": "class",
    "3912": "class",
    "17": "division",
}
PARENTS = {"39": "A", "391": "39", "3911": "391", "3912": "391", "17": "A"}
CHAINS = [
    ("chips", [("design", ["3911", "39"]), ("tools", ["391"])]),
    ("cloth", [("mills", ["17"])]),
]


def test_the_nodes_come_in_the_order_of_their_kinds() -> None:
    nodes = industry_nodes(LEVELS, PARENTS, CHAINS)
    assert [(node.key, node.kind, node.parent) for node in nodes] == [
        ("all", "total", None),
        ("d17", "division", "all"),
        ("d39", "division", "all"),
        ("g391", "group", "d39"),
        ("c-chips", "chain", None),
        ("s-chips.design", "segment", "c-chips"),
        ("s-chips.tools", "segment", "c-chips"),
        ("c-cloth", "chain", None),
        ("s-cloth.mills", "segment", "c-cloth"),
    ]


def test_a_chain_sums_every_code_of_its_segments_once() -> None:
    nodes = {node.key: node for node in industry_nodes(LEVELS, PARENTS, CHAINS)}
    assert nodes["c-chips"].codes == ("39", "391", "3911")
    assert nodes["s-chips.design"].codes == ("39", "3911")
    assert nodes["all"].codes == ("",)
    assert nodes["g391"] == IndustryNode("g391", "group", "391", "d39", ("391",))


def test_all_classes_of_a_group_are_the_group() -> None:
    # So that a row coded only to 391 counts where nothing of 391 can be meant but the node.
    chains = [("chips", [("one", ["3911"]), ("other", ["3912"]), ("both", ["3912", "3911"])])]
    nodes = {node.key: node.codes for node in industry_nodes(LEVELS, PARENTS, chains)}
    assert nodes["s-chips.one"] == ("3911",)
    assert nodes["s-chips.both"] == nodes["c-chips"] == ("391", "3911", "3912")


def test_the_order_of_the_classification_does_not_matter() -> None:
    turned = dict(reversed(LEVELS.items()))
    assert industry_nodes(turned, PARENTS, CHAINS) == industry_nodes(LEVELS, PARENTS, CHAINS)


def test_a_code_outside_the_classification_is_refused() -> None:
    with pytest.raises(ValueError, match=r"chips.*9999"):
        industry_nodes(LEVELS, PARENTS, [("chips", [("design", ["3911", "9999"])])])


def test_the_packs_own_chains_make_nodes_of_unique_keys() -> None:
    path = REGIONS / "china" / "classification" / "gbt4754-2017.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with (REGIONS / "yrd" / "chains.toml").open("rb") as chains:
        chains_of_pack = tomllib.load(chains)["chain"]
    nodes = industry_nodes(
        {row["code"]: row["level"] for row in rows},
        {row["code"]: row["parent"] for row in rows},
        [
            (chain["key"], [(one["key"], one["classes"]) for one in chain["segment"]])
            for chain in chains_of_pack
        ],
    )
    keys = [node.key for node in nodes]
    assert len(set(keys)) == len(keys)
    assert all(node.parent is None or node.parent in keys for node in nodes)
    assert {node.kind for node in nodes} == set(KINDS)
    assert sum(node.kind == "chain" for node in nodes) == len(chains_of_pack)
