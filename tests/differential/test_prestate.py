"""The published mainnet block, imported from an archive node's answers."""

from dataclasses import replace
from importlib import import_module

import pytest

from differential.compare import compare
from differential.evm_compare import compare_with_ethereum
from differential.importers.prestate import (
    encode_transaction,
    read_chain_block,
    state_before,
)
from differential.outcome import Outcome, Result
from differential.receipts import read_receipts
from differential.runners import native
from differential.runners.base import state_of_case
from differential.statetest import DEFAULT_OPTIONS
from zkos.host.case import AccountState
from zkos.host.case_errors import CaseError
from zkos.host.case_reader import Node
from zkos.host.codecs.rlp import decode_signed
from zkos.host.transactions import Authorization, Kind

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


def test_authorizations_and_delegated_accounts_are_read():
    entry = {"chainId": "0x1", "address": TWO, "nonce": "0x0", "yParity": "0x1"}
    fields = {
        **dict.fromkeys(("chainId", "maxPriorityFeePerGas", "gas", "value"), "0x1"),
        "type": "0x4",
        "nonce": "0x0",
        "maxFeePerGas": "0x1",
        "to": ONE,
        "input": "0x",
        "accessList": [],
        "yParity": "0x0",
        "r": "0x5",
        "s": "0x6",
        "authorizationList": [{**entry, "r": "0x3", "s": "0x4"}],
    }
    sent = decode_signed(encode_transaction(Node("x", "", fields)))
    assert sent.kind is Kind.EIP7702
    assert sent.authorization_list == (
        Authorization(2, nonce=0, chain_id=1, y=1, r=3, s=4),
    )
    found = state_before(*nodes([{ONE: {"code": "0xef0100" + TWO[2:]}}], [{}]))
    assert found == (AccountState(1, delegate=2),)


def from_chain(ours, receipts):
    """Where an outcome is not what the chain's receipts say."""
    told = Outcome(Result.SUCCESS, transactions=receipts)
    return compare(("chain", "ours"), told, ours)


@pytest.mark.native
@pytest.mark.slow
@pytest.mark.parametrize("name", ["py_evm", "eels"])
def test_receipts_are_those_of_the_chain(imported, folder, name):
    """Of ours, refunds included, and of a reference under our rules and its own."""
    if name == "eels":
        pytest.importorskip("ethereum")
    (block,), state = imported.blocks, state_of_case(imported)
    receipts = read_receipts(folder / "receipts.json.gz")
    ours = native.run_block(block, state, DEFAULT_OPTIONS)
    assert from_chain(ours, receipts) is None
    assert any(receipt.gas_refunded for receipt in ours.transactions)
    compared = compare_with_ethereum(block, state, DEFAULT_OPTIONS, ours, engine=name)
    assert compared.difference is None
    run_ethereum = import_module(f"differential.runners.{name}").run_ethereum
    outcome, _ = run_ethereum(block, state, fork="Cancun")
    assert from_chain(outcome, receipts) is None


def test_wrong_receipts_are_found(folder):
    receipts = read_receipts(folder / "receipts.json.gz")
    assert receipts[0].logs
    changes = {
        "logs": (0, replace(receipts[0], logs=())),
        "gas_used": (3, replace(receipts[3], gas_used=receipts[3].gas_used + 1)),
    }
    for layer, (at, wrong) in changes.items():
        changed = (*receipts[:at], wrong, *receipts[at + 1 :])
        ours = Outcome(Result.SUCCESS, transactions=changed)
        found = from_chain(ours, receipts)
        assert found is not None
        assert (found.layer, found.where.partition(".")[0]) == (
            layer,
            f"transactions[{at}]",
        )
