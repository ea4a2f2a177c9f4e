"""Chains that a server serves as nodes do, and blocks of them as cases."""

import gzip
import json
from dataclasses import replace

import pytest

from differential.expectations import first_unexpected
from differential.importers.chain import read_chain
from differential.importers.json_rpc import Archive, Endpoint
from differential.importers.rpc import RpcBlock, Wanted, block_hash
from differential.runners import native
from differential.runners.base import options_of, run_chain
from tests.support.node_chain import chain_of
from zkos.cases.builder import CaseBuilder, word
from zkos.host.case_reader import Node
from zkos.host.profile import Quirks, RunOptions
from zkos.host.transactions import FieldTransaction, Kind
from zkos.versions import Protocol

STORE = "PUSH0 CALLDATALOAD DUP1 PUSH0 SSTORE PUSH0 MSTORE PUSH1 7 PUSH1 32 PUSH0 LOG1"
SENDS = (
    "PUSH4 0x62f84b24 PUSH0 MSTORE PUSH1 32 PUSH0 MSTORE PUSH0 PUSH0 PUSH1 68 "
    "PUSH1 28 PUSH0 PUSH2 0x8008 GAS CALL POP"
)
REVERTS = "PUSH1 1 PUSH0 SSTORE PUSH0 PUSH0 REVERT"
HASHES = "PUSH1 2 NUMBER SUB BLOCKHASH PUSH0 SSTORE"


def made(protocol):
    """A chain with transactions of all types that the version has."""
    builder = CaseBuilder(protocol=protocol, timestamp=5)
    store = builder.contract(0x7777, STORE)
    reverts = builder.contract(0x7778, REVERTS)
    hashes = builder.contract(0x7779, HASHES)
    builder.call("alice", store, word(1), kind=Kind.LEGACY)
    builder.call("alice", store, word(2), kind=Kind.EIP2930)
    builder.deploy("bob", b"\x60\x2a\x5f\x55\x60\x01\x5f\xf3")
    builder.block(timestamp=6)
    builder.delegate("alice", [("carol", store)])
    builder.call("bob", "carol", word(3))
    builder.call("bob", reverts)
    # Since v31 what L1 sends comes from a treasury, which is empty here.
    free = {} if protocol is Protocol.V30 else {"max_fee_per_gas": 0}
    builder.from_l1(0xB0B, store, word(4), value=0 if free else 5, **free)
    builder.block(timestamp=8, pubdata_price=3)
    builder.call("bob", hashes)
    builder.call("bob", "carol", word(0))
    if protocol is not Protocol.V30:
        builder.block(timestamp=9)
        chosen = builder.contract(0x800B, STORE)
        data = bytes.fromhex("040203e6") + word(9)
        service = {"to": chosen, "data": data, "nonce": 77}
        builder.add(FieldTransaction(Kind.SERVICE, 0, 0, **service))
    return chain_of(builder.build())


def imported(node, name, answers=None, **wanted):
    archive = Archive(Endpoint(node.url, pause=0.0), answers)
    block = RpcBlock(archive, block_hash(archive, str(name)), Wanted(**wanted))
    return block.case()


def surprise(case, quirks=Quirks.UPSTREAM):
    """The first difference of what the block gives from what the node said."""
    options = options_of(case, 0, RunOptions(quirks=quirks))
    (outcome,) = run_chain(native.run_block, case, options)
    assert outcome.succeeded, outcome.reason
    found = first_unexpected(case.blocks[0].expected, {"native": outcome})
    return None if found is None else found[0]


def real_chain(shared, name):
    path = shared / "fixtures" / "v31_chain" / f"{name}.json.gz"
    if not path.exists():
        pytest.skip("the chain is not beside the repository")
    return json.loads(gzip.decompress(path.read_bytes()))


def differences(content):
    """How each block differs from what a node tells, on the whole state before it."""
    found = {}
    cases = read_chain(Node("chain.json", "", content), apart=True)
    for number, (_, case) in enumerate(cases, 1):
        (block,) = case.blocks
        unknown = {"state_root": None, "next_free_slot": None, "pubdata": None}
        told = replace(block, expected=replace(block.expected, **unknown))
        found[number] = surprise(replace(case, blocks=(told,)))
    return found
