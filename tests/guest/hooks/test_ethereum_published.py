"""The Ethereum instance's precompiles on published inputs, and in published blocks."""

import gzip
import json

import pytest
import rlp

from tests.guest.hooks.ethereum_objects import PLENTY
from zkos.versions import Fork

SELDOM = {"cpython": 9, "native": 1, "riscv": 2}
"""Of published inputs every so many are asked: engines differ in speed."""
CALL_OVERHEAD = 125
"""Gas of the opcodes around the call of the published blocks."""


def published_vectors(shared):
    """Address, input, output and gas, of those that are in force."""
    for name, address, fork in (
        ("ecRecover", 1, Fork.PRAGUE),
        ("modexp_eip2565", 5, Fork.PRAGUE),
        ("bn256Add", 6, Fork.PRAGUE),
        ("bn256ScalarMul", 7, Fork.PRAGUE),
        ("bn256Pairing", 8, Fork.PRAGUE),
        ("blake2F", 9, Fork.PRAGUE),
        ("pointEvaluation", 10, Fork.PRAGUE),
        ("p256Verify", 0x100, Fork.OSAKA),
    ):
        path = shared / "fixtures" / "precompiles" / f"{name}.json"
        for row in json.loads(path.read_text()):
            if row["Gas"] < 200_000:
                yield fork, address, row


def test_published_vectors(shared, precompiles, engine):
    seen = 0
    for fork, address, row in [*published_vectors(shared)][:: SELDOM[engine]]:
        if fork is precompiles.fork:
            data, wanted = bytes.fromhex(row["Input"]), bytes.fromhex(row["Expected"])
            answer = precompiles.answer(address, data)
            assert answer == (True, PLENTY - row["Gas"], wanted), row["Name"]
            seen += 1
    assert seen > 5


def calls_of(file):
    """What the transactions of published blocks call, and what the logs say of it."""
    content = json.loads(gzip.decompress(file.read_bytes()))
    for block in content["blocks"]:
        pairs = zip(
            block["block"]["transactions"], block["expected"]["receipts"], strict=True
        )
        for raw, receipt in pairs:
            payload = bytes.fromhex(raw[2:])
            kind = payload[0] if payload[0] < 0xC0 else 0
            fields = rlp.decode(payload[1:] if kind else payload)
            data = fields[{0: 5, 1: 6}.get(kind, 7)]
            for log in receipt["logs"]:
                if len(log["topics"]) != 2:
                    continue  # of a contract that calls ecrecover its own way
                success, used = (int(topic, 16) for topic in log["topics"])
                output = bytes.fromhex(log["data"][2:])
                size = int.from_bytes(output[:32], "big")
                wanted = bool(success), used, output[32 : 32 + size]
                yield int.from_bytes(data[:32], "big"), data[32:64], data[64:], wanted


BLOCK_FORKS = {"prague": Fork.PRAGUE}


def test_published_blocks(shared, precompiles, engine):
    folder = shared / "fixtures" / "ethereum_blocks"
    if not folder.is_dir():
        pytest.skip("the published blocks are not beside the repository")
    seen = 0
    for file in sorted(folder.glob("pre_*.json.gz")):
        content = json.loads(gzip.decompress(file.read_bytes()))
        if BLOCK_FORKS.get(content["fork"], Fork.OSAKA) is not precompiles.fork:
            continue
        calls = [*calls_of(file)][:: SELDOM[engine]]
        assert calls, file.name
        for address, gas, data, (success, used, output) in calls:
            given = int.from_bytes(gas, "big")
            answer = precompiles.answer(address, data, given)
            if success:
                price = used - CALL_OVERHEAD
                assert answer == (True, given - price, output), (file.name, address)
            else:
                assert answer == (False, 0, b""), (file.name, address)
        seen += 1
    assert seen > 2
