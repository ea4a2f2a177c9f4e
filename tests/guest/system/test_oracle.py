import pytest

from tests.guest.system.world import METADATA, PREIMAGE, SLOT, World, number, packed
from zkos.guest.state.system import System
from zkos.guest.system.metadata import Metadata
from zkos.guest.system.oracle import Oracle
from zkos.lang.ints import U32, U64, U256, Address
from zkos.lang.memory import allocate_bytes
from zkos.lang.trap import Trap

HASH = bytes(range(32))
HASH_NUMBER = int.from_bytes(HASH, "big")


def metadata_words(*, coinbase: int = 0xC0, block_number: int = 300) -> list[int]:
    hashes = [word for i in range(256) for word in number(1000 + i, 8)]
    return [
        *(number(1 << 255, 8) + number(2, 8) + number(3, 8)),
        *(number(block_number, 2) + number(1 << 40, 2) + number(37, 2)),
        *(number(30_000_000, 2) + number(coinbase, 6) + hashes + number(7, 8)),
    ]


def test_slot_is_asked_by_address_limbs_and_key_bytes(world: World) -> None:
    address = 0x0102030405060708090A0B0C0D0E0F1011121314
    world.slots[address, HASH_NUMBER] = HASH_NUMBER
    oracle = Oracle()
    answer = oracle.initial_slot(Address(address), U256(HASH_NUMBER))
    assert answer == (False, U256(HASH_NUMBER))
    assert oracle.initial_slot(Address(1), U256(0)) == (True, U256(0))


@pytest.mark.parametrize(
    "answer",
    [
        [8, *[0] * 8],
        [12, *[0] * 12],
        [10, 2, *[0] * 9],
        [10, 0, 1, *[0] * 8],
    ],
    ids=["short", "long", "not a bool", "high half"],
)
def test_malformed_slot_answers_end_the_run(world: World, answer: list[int]) -> None:
    world.answers[SLOT] = answer
    with pytest.raises(Trap):
        Oracle().initial_slot(Address(1), U256(1))


@pytest.mark.parametrize("length", [0, 1, 4, 31, 32])
def test_preimage_is_cut_to_the_expected_length(world: World, length: int) -> None:
    world.preimages[HASH] = bytes(range(1, 33))
    data = Oracle().preimage(U256(HASH_NUMBER), U32(length))
    assert bytes(data) == bytes(range(1, 33))[:length]
    assert world.incoming == []


def test_short_preimage_ends_the_run(world: World) -> None:
    world.answers[PREIMAGE] = [2, 1, 2]
    with pytest.raises(Trap):
        Oracle().preimage(U256(1), U32(9))


def test_metadata(world: World) -> None:
    world.metadata = metadata_words()
    metadata = System().metadata
    assert (metadata.basefee, metadata.gas_per_pubdata) == (U256(1 << 255), U256(2))
    assert (metadata.native_price, metadata.mix_hash) == (U256(3), U256(7))
    assert (metadata.block_number, metadata.timestamp) == (U64(300), U64(1 << 40))
    assert (metadata.chain_id, metadata.gas_limit) == (U64(37), U64(30_000_000))
    assert metadata.coinbase == Address(0xC0)
    assert metadata.block_hashes[255] == U256(1255)


@pytest.mark.parametrize(
    ("asked", "answer"), [(299, 1000), (44, 1255), (43, 0), (300, 0), (301, 0)]
)
def test_block_hash_reaches_256_blocks_back(
    world: World, asked: int, answer: int
) -> None:
    world.metadata = metadata_words()
    assert Metadata(Oracle()).block_hash(U64(asked)) == U256(answer)


def test_coinbase_must_be_an_address(world: World) -> None:
    world.metadata = metadata_words(coinbase=1 << 160)
    with pytest.raises(Trap):
        Metadata(Oracle())


def test_metadata_of_another_length_ends_the_run(world: World) -> None:
    world.answers[METADATA] = [2096, *[0] * 2096]
    with pytest.raises(Trap):
        Metadata(Oracle())


def test_transaction_is_read_in_whole_words(world: World) -> None:
    content = bytes(range(1, 38))
    world.answers = {
        0: [2, *number(len(content), 2)],
        1: [10, *packed(content)],
    }
    oracle = Oracle()
    size = oracle.next_transaction_size(True)
    out = allocate_bytes(64)
    oracle.next_transaction(out, size, True)
    assert bytes(out)[: int(size)] == content


@pytest.mark.parametrize("words", [[3, 0, 0, 0], [2, 1 << 23 | 1, 0], [2, 8, 1]])
def test_malformed_transaction_sizes_end_the_run(
    world: World, words: list[int]
) -> None:
    world.answers[0] = words
    with pytest.raises(Trap):
        Oracle().next_transaction_size(True)


def test_transaction_of_another_length_ends_the_run(world: World) -> None:
    world.answers[1] = [10, *[0] * 10]
    with pytest.raises(Trap):
        Oracle().next_transaction(allocate_bytes(64), U32(36), True)


@pytest.mark.parametrize("words", [9, 10])
def test_transaction_may_be_padded_to_long_words(world: World, words: int) -> None:
    world.answers[1] = [words, *[7] * words]
    out = allocate_bytes(64)
    Oracle().next_transaction(out, U32(36), False)
    assert bytes(out)[:40] == bytes([7, 0, 0, 0] * 9) + bytes(4)


@pytest.mark.parametrize("words", [8, 11, 12])
def test_transaction_of_another_length_always_ends_the_run(
    world: World, words: int
) -> None:
    world.answers[1] = [words, *[0] * words]
    with pytest.raises(Trap):
        Oracle().next_transaction(allocate_bytes(64), U32(36), False)


def test_too_large_transaction_is_the_callers_business_unless_strict(
    world: World,
) -> None:
    world.answers[0] = [2, 1 << 23 | 1, 0]
    assert Oracle().next_transaction_size(False) == (1 << 23) + 1


def test_state_commitment(world: World) -> None:
    world.answers[2] = [22, *packed(HASH), 5, 0, *[9] * 8, 0, 0, 1, 0]
    assert Oracle().state_commitment() == (U256(HASH_NUMBER), U64(5))
    assert world.incoming == []
    world.answers[2][-2] = 2
    with pytest.raises(Trap):
        Oracle().state_commitment()


def test_disconnect_reads_one_word(world: World) -> None:
    world.answers[6] = [0, 1]
    Oracle().disconnect()
    assert world.incoming == [1]
