"""What v32 commits to: values others have published (v32 2, 4), and their edges."""

from functools import cache
from hashlib import blake2s
from types import ModuleType
from typing import Any

import pytest
import rlp

from tests.guest.commitment.support import be, k256
from zkos.lang.ints import U32, U64, U256, Address, Bytes32
from zkos.lang.linkage import ModuleTable
from zkos.lang.memory import List, allocate_bytes
from zkos.versions import Build, Protocol

TABLE = ModuleTable(Build(Protocol.V32).linked())
ZERO = bytes(32)


@cache
def guest(name: str) -> ModuleType:
    """A module of the guest as v32 has it."""
    return TABLE.load(f"zkos.guest.{name}")


def digest(text: str) -> Bytes32:
    return Bytes32(int(text, 16))


def spelled(value: Bytes32) -> str:
    return f"{int(value):064x}"


def configuration(chain_id: int, *, proves: bool = False, limit: int = 1 << 24) -> Any:
    """Metadata of which only the configuration counts."""
    made = object.__new__(guest("system.metadata").Metadata)
    made.chain_id = U64(chain_id)
    made.proves_fri = proves
    made.largest_gas_limit = U64(limit)
    return made


def keccak() -> Any:
    return guest("crypto.keccak").Keccak256()


def output(**values: Any) -> Any:
    fields = {
        "chain_id": U64(37),
        "first_timestamp": U64(1),
        "last_timestamp": U64(2),
        "da_scheme": U32(3),
        "availability": Bytes32(0),
        "l1_transactions": U32(3),
        "l2_transactions": U32(4),
        "l1_rolling": Bytes32(0),
        "logs_root": Bytes32(0),
        "upgrade_hash": Bytes32(0),
        "interop_rolling": Bytes32(0),
        "settlement_layer": U256(9),
    }
    return guest("commitment.interop_output").BatchOutput(
        *{**fields, **values}.values()
    )


GOLDEN_OUTPUT = "1c24f398aa0701f9348912ecca748ba93bfb84bfe4f283c16514311419f4f658"


def test_configuration_is_hashed_as_published():
    hashed = configuration(37).configuration_hash(keccak())
    assert spelled(hashed) == (
        "d265b8e0623f6894f6d3558d97f743c8a82187b3a37826601981b3c1f8edec2d"
    )


def test_every_field_of_the_configuration_counts():
    hashes = {
        spelled(made.configuration_hash(keccak()))
        for made in (
            configuration(37),
            configuration(38),
            configuration(37, proves=True),
            configuration(37, limit=(1 << 24) + 1),
        )
    }
    assert len(hashes) == 4


def test_output_is_hashed_as_published_and_without_the_chain():
    binding = guest("commitment.binding")
    hashed = binding.hash_output(keccak(), output())
    other = binding.hash_output(keccak(), output(chain_id=U64(1)))
    assert spelled(hashed) == spelled(other) == GOLDEN_OUTPUT


def test_public_input_is_hashed_as_published():
    zero = Bytes32(0)
    hashed = guest("commitment.binding").public_input(
        keccak(), configuration(37), zero, zero, digest(GOLDEN_OUTPUT)
    )
    assert spelled(hashed) == (
        "a6ed40b112cb51e6d0d0defe86e29ae9b7b8df601160de98e5e6ff29036ff440"
    )


def test_public_input_of_a_real_batch():
    """Batch 29 of a chain of v0.4.0; its settlement layer keeps it shifted."""
    hashed = guest("commitment.binding").public_input(
        keccak(),
        configuration(506),
        digest("eda50eec02d9b2c83ebd7e11bce6c501f6cdffc939228b4a013e2d6bb31cf1e3"),
        digest("760481dcbc8f4470d1d6e9573c134848ffcfe4d981e247cbef29048f1b2615d3"),
        digest("99edb534a30b0a5a52e2173f8af1a76e6705380a9169a7eb827cf49479bad39b"),
    )
    assert int(hashed) >> 32 == int(
        "50125048a37ab3452e2042a2a609d3e1416518a622ec07a0546e5e91", 16
    )


def test_output_of_a_real_batch():
    """Batch 30: block 31 alone, one transaction of L2, no logs."""
    logs = guest("commitment.logs")
    chains = guest("commitment.interop_output")
    root = chains.full_logs_root(
        keccak(),
        logs.logs_tree_root(keccak(), List(Bytes32)),
        U256(0xF84927DC03D95CC652990BA75874891CCC5A4D79A0E10A2FFDD238A34A39F828),
    )
    assert spelled(root) == (
        "96e8983cf594ba9a27facdf62eb1f77e012ca7c00417def070557059bf347fa9"
    )
    hashed = guest("commitment.binding").hash_output(
        keccak(),
        output(
            first_timestamp=U64(1791178108),
            last_timestamp=U64(1791178108),
            da_scheme=U32(4),
            availability=digest(
                "d337b2cb2b1ad33ddbf84694483272bd4c44df4fcbcb9d5e4573d16207580b08"
            ),
            l1_transactions=U32(0),
            l2_transactions=U32(1),
            l1_rolling=logs.NO_L1_TRANSACTIONS,
            logs_root=root,
            settlement_layer=U256(31337),
        ),
    )
    assert spelled(hashed) == (
        "d72b0b623535a1265c8832365758c768fba4d8a9561e803f1dd00d78ef302f73"
    )


def closed(*receipts: tuple[int, bool, int, list[Any]], hashes: list[str]) -> Any:
    """A block's result: kind, success, gas and events of each transaction."""
    result = guest("commitment.result").BlockResult()
    events = List(guest("state.emitted").Event)
    for number, (kind, success, gas, logs) in enumerate(receipts):
        result.gas_used = result.gas_used + U64(gas)
        result.keep(digest(hashes[number]))
        result.accept(U32(kind), success)
        for address, topics, data in logs:
            view = allocate_bytes(len(data))
            for index, byte in enumerate(data):
                view[index] = byte
            event = guest("state.emitted").Event(U32(number), Address(address), view)
            for topic in topics:
                event.topics.append(U256(topic))
            events.append(event)
    result.close(guest("crypto.blake2s").Blake2s(), events)
    return result


def test_header_of_a_real_block():
    """Block 32: a transaction that reverts, gas 53070."""
    hashed = "1a186dd93839c0e7cc70a0e0ab2b511247dc64d9f0da8e1e5cac30214a7eaa3c"
    result = closed((2, False, 53070, []), hashes=[hashed])
    assert spelled(result.rolling_hash) == (
        "d0a8bc5aaa6bf818865e5d023d1e3956a48695015924cba84140c7e892b55d36"
    )
    assert spelled(result.receipts_root()) == (
        "e83710a794448bb12a9b6daa6e59ac52cf6a45777dbb9c373a0fb1c11e3cf6fa"
    )
    fields = configuration(506)
    fields.block_number = U64(32)
    fields.timestamp = U64(1791178112)
    fields.gas_limit = U64(10**8)
    fields.basefee = U256(10**8)
    fields.coinbase = Address(0x36615CF349D7F6344891B1E7CA7C72883F5DC049)
    fields.block_hashes = allocate_bytes(32 * 257)
    fields.block_hashes.store_u256_be(
        U32(32 * 255),
        U256(0xF9DCDBEF516F8B63B9BA17E8EBF4BCE8FCA2E8AD09A846A9EF343134597E3B9C),
    )

    class Options:
        prevrandao = False

    block_hash = guest("commitment.header").hash_header(
        keccak(),
        fields,
        Options(),
        result.rolling_hash,
        result.receipts_root(),
        result.gas_used,
    )
    assert spelled(block_hash) == (
        "9be22e8c60bf4e3a2f0d3154d10d2a13c5713ce9eb748a76934a00af810148f8"
    )


def tree(leaves: list[bytes]) -> bytes:
    """The root of a tree of depth 32, level by level."""
    empty = ZERO
    for _ in range(32):
        leaves = leaves + [empty] * (len(leaves) % 2)
        pairs = zip(leaves[::2], leaves[1::2], strict=True)
        leaves = [blake2s(left + right).digest() for left, right in pairs]
        empty = blake2s(empty * 2).digest()
    return leaves[0] if leaves else empty


def test_an_empty_block_has_the_roots_of_empty_trees():
    result = closed(hashes=[])
    assert spelled(result.rolling_hash) == tree([]).hex()
    assert spelled(result.rolling_hash).startswith("41cd2b2f")
    assert spelled(result.receipts_root()) == tree([]).hex()


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_receipts_have_type_status_gas_and_logs(count):
    logs = [
        [],
        [(0xAB << 152, [1, 2**256 - 1], b"")],
        [(5, [], b"\x7f"), (6, [3], b"\x80"), (7, [1, 2, 3, 4], bytes(range(60)))],
        [(2**160 - 1, [9], bytes(300))],
        [(1, [], b"\0")],
    ]
    kinds = [0, 1, 2, 4, 0x7D]
    gases = [21000, 0, 127, 128, 2**40]
    items = [
        (kinds[i], i % 2 == 0, gases[i], logs[(i + count) % 5]) for i in range(count)
    ]
    hashes = [k256(bytes([i])).hex() for i in range(count)]

    result = closed(*items, hashes=hashes)

    leaves, total = [], 0
    for kind, success, gas, emitted in items:
        total += gas
        content = rlp.encode(
            [
                int(success),
                total,
                bytes(256),
                [
                    [be(address, 20), [be(topic, 32) for topic in topics], data]
                    for address, topics, data in emitted
                ],
            ]
        )
        leaves.append(blake2s(bytes([kind]) * (kind != 0) + content).digest())
    assert spelled(result.receipts_root()) == tree(leaves).hex()
    assert spelled(result.rolling_hash) == tree(list(map(bytes.fromhex, hashes))).hex()
