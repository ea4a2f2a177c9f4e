from hashlib import blake2s

import pytest

from tests.guest.system.published import Sealed, number, published
from zkos.guest.commitment import finish
from zkos.guest.commitment.header import hash_header
from zkos.guest.commitment.public_input import hash_list, logs_tree_root
from zkos.guest.crypto.blake2s import Blake2s
from zkos.guest.crypto.keccak import Keccak256
from zkos.guest.protocol.options import (
    OPTION_PROVING,
    OPTION_REPORT,
    OPTION_WRAP_IN_BATCH,
)
from zkos.guest.system.metadata import Metadata
from zkos.guest.system.oracle import Oracle
from zkos.host.accounts import keccak_bytes
from zkos.host.channel import QueryChannel, WordChannel
from zkos.host.context import BlockContext
from zkos.host.oracle import HonestOracle
from zkos.host.report import decode_report
from zkos.host.state import ChainState
from zkos.lang.intrinsics import attach
from zkos.lang.ints import Bytes32
from zkos.lang.memory import List

pytestmark = pytest.mark.cpython
BLOCKS = [
    "empty",
    "create",
    "address_order",
    "upgrade",
    "withdraw",
    "l1_transfer",
    "l1_message_call",
    "selfdestruct",
    "sstore_diff_kinds",
    "read_only_slots",
    "empty_code_leaf",
]


def metadata(context):
    attach(WordChannel(QueryChannel(HonestOracle(ChainState(), context, [])), ()))
    try:
        return Metadata(Oracle())
    finally:
        attach(None)


@pytest.fixture
def known_header(monkeypatch):
    """Blocks whose transaction hashes are not published keep their published hash."""

    def use(block):
        digest = Bytes32(number(block.reveal["block_hash"]))
        monkeypatch.setattr(finish, "hash_header", lambda *_: digest)

    return use


@pytest.mark.parametrize("name", BLOCKS)
def test_single_block_is_that_of_the_shipped_image(shared, known_header, name):
    block = published(shared / "vectors", name)
    known_header(block)

    sealed = Sealed(block, int(OPTION_PROVING) | int(OPTION_REPORT), seed=1)

    report = decode_report(sealed.channel.messages)
    after = block.reveal["state_after"]
    assert report.pubdata[32:].hex() == block.pubdata.hex()
    assert report.block.root_after == number(after["root"])
    assert report.block.next_free_slot_after == after["next_free_slot"]
    assert sealed.public_input == block.public_inputs["app"]


@pytest.mark.parametrize("name", BLOCKS)
def test_batch_is_that_of_the_shipped_image(shared, known_header, name):
    """In forward mode, which must find the same root."""
    block = published(shared / "vectors", name)
    known_header(block)

    sealed = Sealed(block, int(OPTION_WRAP_IN_BATCH), seed=2)

    assert sealed.public_input == block.public_inputs["server_app"]
    assert sealed.channel.messages == []


@pytest.mark.parametrize("name", ["l1_transfer", "l1_revert", "empty"])
def test_header_is_that_of_the_shipped_image(shared, name):
    block = published(shared / "vectors", name)
    rolling = bytes(32)
    for log in block.reveal["logs"]:
        rolling = keccak_bytes(rolling + bytes.fromhex(log["key"][2:]))

    digest = hash_header(
        Keccak256(),
        metadata(block.case.blocks[0].context),
        Bytes32(int.from_bytes(rolling, "big")),
    )

    assert int(digest) == number(block.reveal["block_hash"])


@pytest.mark.parametrize(
    "value", [0, 1, 0x7F, 0x80, 0xFF, 0x100, 2**56 - 1, 2**63, 2**64 - 1]
)
def test_header_spells_numbers_as_rlp_does(value):
    rlp = pytest.importorskip("rlp")
    context = BlockContext(
        block_number=value,
        gas_limit=value,
        timestamp=value,
        eip1559_basefee=value,
        coinbase=2**160 - 1,
    )
    zeros, ommers = bytes(32), keccak_bytes(rlp.encode([]))
    fields = [zeros, ommers, b"\xff" * 20, zeros, b"\x01" * 32, zeros, bytes(256), 0]
    fields += [value, value, 0, value, b"", zeros, bytes(8), value]

    digest = hash_header(
        Keccak256(), metadata(context), Bytes32(int.from_bytes(b"\x01" * 32, "big"))
    )

    assert int(digest) == int.from_bytes(keccak_bytes(rlp.encode(fields)), "big")


def test_header_refuses_a_base_fee_above_64_bits():
    with pytest.raises(BaseException, match="U64: value out of range"):
        hash_header(
            Keccak256(), metadata(BlockContext(eip1559_basefee=2**64)), Bytes32(0)
        )


def empty_root(height):
    digest = keccak_bytes(bytes(88))
    for _ in range(height):
        digest = keccak_bytes(digest * 2)
    return digest


@pytest.mark.parametrize("count", [0, 1, 2, 3, 5, 8])
def test_log_tree(count):
    hashes = [keccak_bytes(bytes([position])) for position in range(count)]
    leaves = List(Bytes32)
    for digest in hashes:
        leaves.append(Bytes32(int.from_bytes(digest, "big")))

    root = int(logs_tree_root(Keccak256(), leaves)).to_bytes(32, "big")

    nodes = hashes + [empty_root(0)] * (8 - count)
    while len(nodes) > 1:
        pairs = zip(nodes[::2], nodes[1::2], strict=True)
        nodes = [keccak_bytes(left + right) for left, right in pairs]
    expected = nodes[0]
    for height in range(3, 14):
        expected = keccak_bytes(expected + empty_root(height))
    assert root == expected


def test_log_tree_without_logs_is_the_published_constant():
    root = int(logs_tree_root(Keccak256(), List(Bytes32)))
    assert f"{root:064x}".startswith("375a5bf909cb0214")


@pytest.mark.parametrize("count", [0, 1, 3])
def test_hash_list_is_one_message(count):
    hashes = List(Bytes32)
    for position in range(count):
        hashes.append(Bytes32(position))
    message = b"".join(position.to_bytes(32, "big") for position in range(count))

    digest = int(hash_list(Blake2s(), hashes)).to_bytes(32, "big")

    assert digest == blake2s(message).digest()
