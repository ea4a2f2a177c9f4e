"""Blocks of real nodes as cases: of chains that they have made, and of anvil."""

from contextlib import contextmanager
from dataclasses import replace

import pytest

from differential.engines import find_program
from differential.importers.json_rpc import Archive, Endpoint
from differential.importers.rpc import RpcBlock, Wanted, block_hash
from differential.runners.node import Node as Program
from tests.differential.served_chains import (
    differences,
    imported,
    real_chain,
    surprise,
)
from tests.support.node_server import serving
from zkos.host.profile import Quirks
from zkos.versions import Protocol


@pytest.mark.parametrize("name", ["chain_506", "chain_6565_interop"])
def test_blocks_of_real_chains(shared, name):
    """They give what they give on the whole state.

    Calls from L1 in the second are of older rules, so some of it differs.
    """
    content = real_chain(shared, name)
    known = differences(content)
    with serving(content) as node:
        for number, block in enumerate(content["chain"][1:], 1):
            limit = block["block"]["pubdata_limit"]
            case = imported(node, number, pubdata_limit=limit)
            assert case.protocol is Protocol.V31
            assert surprise(case) == known[number]
    assert list(known.values()).count(None) >= len(known) - 3


@contextmanager
def anvil():
    """A real one with a chain of two blocks, and its URL."""
    program = find_program("anvil")
    if program is None:
        pytest.skip("there is no anvil: ZKOS_ANVIL names one")
    with Program([str(program), "--no-mining", "--hardfork", "prague"], 20.0) as node:
        rich, poor = node.ask("eth_accounts")[:2]
        initcode = "0x602a5f556001600052600160005260206000f3"
        for fields in (
            {"to": poor, "value": "0x5", "gas": "0x5208"},
            {"data": initcode, "gas": "0x30000"},
        ):
            node.ask("eth_sendTransaction", {"from": rich, **fields})
        node.ask("evm_mine")
        created = node.ask("eth_getBlockReceipts", "0x1")[1]["contractAddress"]
        sent = {"from": rich, "to": created, "gas": "0x10000"}
        node.ask("eth_sendTransaction", sent)
        node.ask("eth_sendTransaction", {"from": poor, "to": rich, "gas": "0x5208"})
        node.ask("evm_mine")
        yield node, f"http://127.0.0.1:{node._connection.port}"


def test_blocks_of_a_real_anvil():
    """Ethereum's methods, by a program that is not ours; the block hash is not ours."""
    with anvil() as (node, url):
        endpoint = Endpoint(url)
        for number in (1, 2):
            archive = Archive(endpoint, None)
            name = block_hash(archive, str(number))
            block = RpcBlock(archive, name, Wanted(protocol=Protocol.V30))
            case = block.case()
            assert not block.is_of_zksync_os
            assert case.blocks[0].expected.block_hash is None
            case = replace(case, unlimited_native=True)
            assert surprise(case, Quirks.NONE) is None
        assert node.ask("eth_blockNumber") == "0x2"
