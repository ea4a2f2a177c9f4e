"""The published mainnet block, imported from an archive node's answers."""

from dataclasses import replace

import pytest

from differential.evm_compare import compare_with_ethereum
from differential.importers.prestate import (
    encode_transaction,
    read_chain_block,
    state_before,
)
from differential.receipts import read_receipts, receipt_differences
from differential.runners import native, py_evm
from differential.runners.base import encode_block, state_of_case
from differential.statetest import DEFAULT_OPTIONS
from zkos.host.case import AccountState, load_case
from zkos.host.case_errors import CaseError
from zkos.host.case_reader import Node

ONE, TWO = f"{1:#042x}", f"{2:#042x}"


@pytest.fixture(scope="module")
def folder(shared):
    return shared / "fixtures" / "mainnet_block_22244135"


@pytest.fixture(scope="module")
def imported(folder):
    names = "block.json.gz", "prestatetrace.json.gz", "difftrace.json.gz"
    return read_chain_block(*(folder / name for name in names))


def nodes(prestates, posts):
    traces = [{"result": item} for item in prestates]
    diffs = [{"result": {"pre": {}, "post": item}} for item in posts]
    return Node("x", "", traces), Node("x", "", diffs)


def test_first_value_seen_counts():
    account = {"balance": "0x5", "nonce": 1, "code": "0x00", "storage": {"0x1": "0x2"}}
    later = {"balance": "0x9", "storage": {"0x1": "0x3", "0x2": "0x4"}}
    found = state_before(*nodes([{ONE: account}, {ONE: later}], [{}, {}]))
    assert found == (AccountState(1, 5, 1, b"\0", storage=((1, 2), (2, 4))),)


def test_what_an_earlier_transaction_wrote_is_not_the_state_before():
    posts = [{ONE: {"storage": {"0x7": "0x1"}}, TWO: {"balance": "0x3"}}, {}]
    second = {ONE: {"storage": {"0x7": "0x1", "0x8": "0x2"}}, TWO: {"balance": "0x3"}}
    found = state_before(*nodes([{ONE: {"nonce": 1}}, second], posts))
    assert found == (AccountState(1, nonce=1, storage=((8, 2),)), AccountState(2))


def test_traces_of_different_blocks_are_refused():
    with pytest.raises(CaseError, match="2 transactions, the other trace has 1"):
        state_before(*nodes([{}], [{}, {}]))


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"type": "0x3"}, "no transactions of type 3"),
        ({"type": "0x0", "nonce": "0x0"}, "field gasPrice is missing"),
    ],
)
def test_transaction_that_cannot_be_written_is_refused(fields, reason):
    with pytest.raises(CaseError, match=reason):
        encode_transaction(Node("x", "", fields))


def test_import_gives_the_published_case(shared, imported):
    vector = load_case(shared / "vectors" / "mainnet_22244135.json.gz")
    (ours,), (theirs,) = imported.blocks, vector.blocks
    assert encode_block(ours) == encode_block(theirs)
    for name in ("block_number", "timestamp", "coinbase", "gas_limit", "mix_hash"):
        assert getattr(ours.context, name) == getattr(theirs.context, name)
    assert ours.context.eip1559_basefee == theirs.context.eip1559_basefee
    one, two = state_of_case(imported), state_of_case(vector)
    for key, slot in two.slots.items():
        value = one.tree.value(key)
        # Accounts without properties need no leaf; the vector has them all the same.
        if value is None:
            assert two.account(slot.key) == one.account(slot.key)
        else:
            assert value == two.tree.value(key)


@pytest.mark.native
@pytest.mark.slow
def test_every_difference_to_the_receipts_is_declared(imported, folder):
    (block,), state = imported.blocks, state_of_case(imported)
    ours = native.run_block(block, state, DEFAULT_OPTIONS)
    compared = compare_with_ethereum(block, state, DEFAULT_OPTIONS, ours)
    assert compared.difference is None
    receipts = read_receipts(folder / "receipts.json.gz")
    declared = compared.reference.detail.declared
    found = receipt_differences(ours.transactions, receipts, declared)
    assert {(item.field, item.rule) for item in found} == {("gas_used", "no_refunds")}
    refunded = {item.transaction for item in declared if item.rule == "no_refunds"}
    assert {item.transaction for item in found} == refunded

    outcome, _ = py_evm.run_ethereum(block, state)
    assert receipt_differences(outcome.transactions, receipts, ()) == []


def test_undeclared_difference_has_no_rule(folder):
    receipts = read_receipts(folder / "receipts.json.gz")
    ours = list(receipts)
    assert receipts[0].logs
    ours[0] = replace(receipts[0], logs=())
    ours[3] = replace(receipts[3], gas_used=receipts[3].gas_used + 1)
    found = receipt_differences(ours, receipts, ())
    assert [(item.transaction, item.field, item.rule) for item in found] == [
        (0, "logs", ""),
        (3, "gas_used", ""),
    ]
