"""Published blocks: the public inputs of the shipped images, and what they logged."""

import json
from pathlib import Path

import pytest

from differential.runners import cpython, native
from differential.runners.base import run_chain
from zkos.host.case import load_case
from zkos.host.profile import Quirks, RunOptions

FOLDER = Path(__file__).resolve().parents[4] / "shared" / "vectors_v30"
QUICK = [
    *("auth_rules", "block_pubdata_over", "chain_3", "create_create2", "empty"),
    *("invalid_rlp", "l1_message_call", "l1_revert", "l1_thresholds", "tx_7702_list"),
    *("native_thresholds", "order_of_errors", "refunds", "tx_2930_list", "upgrade"),
]
NAMES = sorted(
    path.name.removesuffix(".json")
    for path in FOLDER.glob("*.json")
    if ".expected." not in path.name
)


def listed(entry):
    return entry if isinstance(entry, list) else [entry]


def check(folder, name, run_block):
    case = load_case(folder / f"{name}.json")
    content = json.loads((folder / f"{name}.expected.json").read_text())
    expected = listed(content["images"]["singleblock_batch"]["keccak"])
    outcomes = list(run_chain(run_block, case, RunOptions(quirks=Quirks.UPSTREAM)))
    assert [each.result.value for each in outcomes] == [
        each["outcome"] for each in expected
    ]
    for outcome, theirs, log in zip(outcomes, expected, content["log"], strict=True):
        if outcome.succeeded:
            assert "0x" + outcome.public_input.hex() == theirs["output_bytes"]
        for ours, receipt in zip(outcome.transactions, log, strict=True):
            check_receipt(ours, receipt)


def check_receipt(ours, receipt):
    if "validation_error" in receipt:
        assert ours.status.value == "invalid"
        assert ours.reason.split()[0] == receipt["validation_error"].split()[0]
    elif "invalidated" in receipt:
        assert ours.status.value == "invalid"
        assert ours.reason.startswith("Block")
        assert ours.reason.endswith("LimitReached")
    else:
        assert ours.gas_used == receipt["gas_used"]
        # What ran out of native has no body that could succeed.
        if not receipt.get("body_success"):
            assert ours.status.value == "reverted"


@pytest.mark.cpython
@pytest.mark.parametrize("name", QUICK)
def test_quick_block_under_cpython(shared, name):
    check(shared / "vectors_v30", name, cpython.run_block)


@pytest.mark.native
@pytest.mark.parametrize("name", NAMES)
def test_block_on_the_compiled_guest(shared, name):
    check(shared / "vectors_v30", name, native.run_block)
