"""The questions and what is accepted as an answer (oracle spec 1 and 4)."""

import pytest

from tests.guest.objects import OBJECTS, Metadata, Options, Oracle, System, attach
from tests.guest.system.world import (
    BLOB_ADVICE,
    CONTENT,
    DA_SCHEME,
    DISCONNECT,
    ENCODING,
    METADATA,
    PREIMAGE,
    PROOF_DATA,
    SENDER,
    SIZE,
    SLOT,
    World,
    number,
    packed,
)
from zkos.lang.ints import U32, U64, U256, Address
from zkos.lang.memory import allocate_bytes
from zkos.lang.trap import Trap

GUEST = OBJECTS
pytestmark = pytest.mark.usefixtures("target")
HASH = bytes(range(32))
HASH_NUMBER = int.from_bytes(HASH, "big")
FAR = 2**160 - 3


def answer(*words: int) -> list[int]:
    return [len(words), *words]


def metadata_words(
    *, coinbase: int = 0xC0, block_number: int = 300, gas_limit: int = 30_000_000
) -> list[int]:
    hashes = [word for i in range(256) for word in number(1000 + i, 8)]
    return [
        *(number(1 << 255, 8) + number(2, 8) + number(3, 8)),
        *(number(block_number, 2) + number(1 << 40, 2) + number(37, 2)),
        *(number(gas_limit, 2) + number(2**64 - 1, 2)),
        *(number(coinbase, 6) + hashes + number(7, 8)),
    ]


def test_slot_is_asked_by_address_limbs_and_key_bytes(world: World) -> None:
    address = 0x0102030405060708090A0B0C0D0E0F1011121314
    world.slots[address, HASH_NUMBER] = HASH_NUMBER
    oracle = Oracle()
    found = oracle.initial_slot(Address(address), U256(HASH_NUMBER))
    assert found == (False, U256(HASH_NUMBER))
    assert oracle.initial_slot(Address(1), U256(0)) == (True, U256(0))


@pytest.mark.parametrize(
    "words",
    [
        answer(*[0] * 8),
        answer(*[0] * 9),
        answer(*[0] * 11),
        answer(*[0] * 12),
        answer(),
        answer(2, *[0] * 9),
        answer(0, 1, *[0] * 8),
        answer(1, 0, *[0] * 7, 1),
    ],
    ids=[
        "two less",
        "less",
        "more",
        "two more",
        "empty",
        "no bool",
        "high half",
        "value of none",
    ],
)
def test_malformed_slots_end_the_run(world: World, words: list[int]) -> None:
    world.answers[SLOT] = words
    with pytest.raises(Trap):
        Oracle().initial_slot(Address(1), U256(1))


@pytest.mark.parametrize("length", [0, 1, 4, 31, 32])
def test_preimage_has_the_length_asked_for(world: World, length: int) -> None:
    content = bytes(range(1, length + 1))
    world.preimages[HASH] = content
    assert bytes(Oracle().preimage(U256(HASH_NUMBER), U32(length))) == content
    assert world.incoming == []


@pytest.mark.parametrize(
    ("length", "words", "accepted"),
    [
        *((124, words, words in (31, 32)) for words in (0, 30, 31, 32, 33, 34)),
        *((128, words, words == 32) for words in (31, 32, 33, 34)),
        *((121, words, words in (31, 32)) for words in (30, 31, 32, 33)),
        *((0, words, words == 0) for words in (0, 1, 2)),
    ],
)
def test_preimage_of_another_length_ends_the_run(
    world: World, length: int, words: int, accepted: bool
) -> None:
    world.answers[PREIMAGE] = answer(*[7] * words)
    if accepted:
        assert len(bytes(Oracle().preimage(U256(1), U32(length)))) == length
        return
    with pytest.raises(Trap):
        Oracle().preimage(U256(1), U32(length))


def test_metadata(world: World) -> None:
    world.metadata = metadata_words()
    metadata = System().metadata
    assert (metadata.basefee, metadata.pubdata_price) == (U256(1 << 255), U256(2))
    assert (metadata.native_price, metadata.mix_hash) == (U256(3), U256(7))
    assert (metadata.block_number, metadata.timestamp) == (U64(300), U64(1 << 40))
    assert (metadata.chain_id, metadata.gas_limit) == (U64(37), U64(30_000_000))
    assert metadata.pubdata_limit == U64(2**64 - 1)
    assert metadata.coinbase == Address(0xC0)
    assert metadata.block_hashes.load_u256_be(U32(255 * 32)) == U256(1255)
    assert metadata.da_scheme == 3
    assert world.queries == [METADATA, DA_SCHEME]


@pytest.mark.parametrize(
    ("asked", "hash_"), [(299, 1255), (44, 1000), (43, 0), (300, 0), (301, 0)]
)
def test_block_hash_reaches_256_blocks_back(
    world: World, asked: int, hash_: int
) -> None:
    world.metadata = metadata_words()
    assert Metadata(Oracle()).block_hash(U64(asked)) == U256(hash_)


@pytest.mark.parametrize(("number_", "parent"), [(0, 0), (1, 1255), (2**64 - 1, 1255)])
def test_parent_is_the_newest_hash(world: World, number_: int, parent: int) -> None:
    world.metadata = metadata_words(block_number=number_)
    assert Metadata(Oracle()).parent_hash() == U256(parent)


@pytest.mark.parametrize(("option", "value"), [(0, 1), (512, 7)])
def test_prevrandao_is_one_unless_asked_for(
    world: World, option: int, value: int
) -> None:
    world.options, world.metadata = option, metadata_words()
    assert Metadata(Oracle()).prevrandao(Options()) == U256(value)


def test_coinbase_must_be_an_address(world: World) -> None:
    world.metadata = metadata_words(coinbase=1 << 160)
    with pytest.raises(Trap):
        Metadata(Oracle())


@pytest.mark.parametrize("words", [0, 2094, 2095, 2097, 2098])
def test_metadata_of_another_length_ends_the_run(world: World, words: int) -> None:
    world.answers[METADATA] = answer(*[0] * words)
    with pytest.raises(Trap):
        Metadata(Oracle())


def test_block_gas_limit_must_fit_in_ergs(world: World) -> None:
    world.metadata = metadata_words(gas_limit=(2**64 - 1) // 256)
    assert Metadata(Oracle()).gas_limit == (2**64 - 1) // 256
    world.metadata = metadata_words(gas_limit=(2**64 - 1) // 256 + 1)
    world.queries.clear()
    with pytest.raises(Trap, match="gas limit"):
        Metadata(Oracle())
    assert world.queries == [METADATA]


@pytest.mark.parametrize("scheme", [0, 1, 2, 3, 4])
def test_schemes_of_publication(world: World, scheme: int) -> None:
    world.da_scheme = scheme
    assert Metadata(Oracle()).da_scheme == scheme


@pytest.mark.parametrize(
    "words",
    [answer(5, 0), answer(256, 0), answer(3, 1), answer(), answer(3), answer(3, 0, 0)],
)
def test_other_schemes_end_the_run(world: World, words: list[int]) -> None:
    world.answers[DA_SCHEME] = words
    with pytest.raises(Trap):
        Metadata(Oracle())


@pytest.mark.parametrize("size", [0, 37, 2**23 + 1, 2**32 - 4])
def test_transaction_sizes(world: World, size: int) -> None:
    world.answers[SIZE] = answer(size, 0)
    assert Oracle().next_transaction_size() == (True, U32(size))


@pytest.mark.parametrize(
    "words",
    [
        answer(),
        answer(8),
        answer(8, 0, 0),
        answer(8, 0, 0, 0),
        answer(8, 1),
        answer(2**32 - 3, 0),
    ],
)
def test_malformed_sizes_are_read_errors(world: World, words: list[int]) -> None:
    world.answers[SIZE] = words
    readable, _ = Oracle().next_transaction_size()
    assert readable is False


def test_content_is_read_in_whole_words(world: World) -> None:
    content = bytes(range(1, 38))
    world.answers[CONTENT] = answer(*packed(content))
    out = allocate_bytes(64)
    assert Oracle().next_transaction(out, U32(37)) is True
    assert bytes(out) == content + bytes(27)


@pytest.mark.parametrize(
    ("length", "words", "readable"),
    [(36, 10, True), (36, 11, False), (36, 12, False), (40, 11, False), (1, 2, True)],
)
def test_content_may_be_padded_to_long_words(
    world: World, length: int, words: int, readable: bool
) -> None:
    world.answers[CONTENT] = answer(*[7] * words)
    out = allocate_bytes(64)
    assert Oracle().next_transaction(out, U32(length)) is readable
    assert any(bytes(out)) is readable


@pytest.mark.parametrize("words", [0, 1, 8])
def test_missing_content_is_zero(world: World, words: int) -> None:
    world.answers[CONTENT] = answer(*[7] * words)
    out = allocate_bytes(64)
    out.fill(0xEE)
    assert Oracle().next_transaction(out, U32(35)) is True
    expected = (bytes([7, 0, 0, 0]) * words).ljust(36, b"\0")
    assert bytes(out) == expected + b"\xee" * 28


@pytest.mark.parametrize("encoding", [0, 1, 2, 255])
def test_encoding_is_a_byte(world: World, encoding: int) -> None:
    world.answers[ENCODING] = answer(encoding, 0)
    assert Oracle().transaction_encoding() == encoding


@pytest.mark.parametrize(
    "words", [answer(256, 0), answer(0, 1), answer(), answer(1), answer(1, 0, 0)]
)
def test_malformed_encodings_end_the_run(world: World, words: list[int]) -> None:
    world.answers[ENCODING] = words
    with pytest.raises(Trap):
        Oracle().transaction_encoding()


def test_sender_is_an_address_or_no_match(world: World) -> None:
    world.answers[SENDER] = answer(*number(FAR, 6))
    assert Oracle().transaction_sender() == (True, Address(FAR))
    world.answers[SENDER] = answer(*number(FAR | 1 << 160, 6))
    assert Oracle().transaction_sender()[0] is False
    world.answers[SENDER] = answer(*number(FAR | 1 << 191, 6))
    assert Oracle().transaction_sender()[0] is False


@pytest.mark.parametrize("words", [0, 4, 5, 7, 8])
def test_sender_of_another_length_ends_the_run(world: World, words: int) -> None:
    world.answers[SENDER] = answer(*[0] * words)
    with pytest.raises(Trap):
        Oracle().transaction_sender()


def test_proof_data(world: World) -> None:
    world.answers[PROOF_DATA] = answer(*packed(HASH), 5, 1, *number(2**63, 2))
    found = Oracle().proof_data()
    assert found == (U256(HASH_NUMBER), U64(2**32 + 5), U64(2**63))
    assert world.incoming == []


@pytest.mark.parametrize("words", [0, 10, 11, 13, 14])
def test_proof_data_of_another_length_ends_the_run(world: World, words: int) -> None:
    world.answers[PROOF_DATA] = answer(*[0] * words)
    with pytest.raises(Trap):
        Oracle().proof_data()


def test_blob_advice_lets_the_host_look(world: World) -> None:
    advice = bytes(range(96))
    world.answers[BLOB_ADVICE] = answer(*packed(advice))
    data, out = allocate_bytes(64), allocate_bytes(96)
    data.fill(5)
    window = data.window(4, 31)

    Oracle().blob_advice(window, out)

    assert bytes(out) == advice
    pointer, high, length, rest = world.parameters
    assert (high, length, rest) == (0, 31, 0)
    assert OBJECTS.memory(pointer, 31) == b"\x05" * 31


@pytest.mark.parametrize("words", [0, 22, 23, 25, 26])
def test_blob_advice_of_another_length_ends_the_run(world: World, words: int) -> None:
    world.answers[BLOB_ADVICE] = answer(*[0] * words)
    with pytest.raises(Trap):
        Oracle().blob_advice(allocate_bytes(31), allocate_bytes(96))


def test_disconnect_reads_one_word(world: World) -> None:
    world.answers[DISCONNECT] = [0, 1]
    Oracle().disconnect()
    assert world.incoming == [1]


class Counter:
    """An engine whose host answers with a number alone."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.written: list[int] = []

    def option(self, _index: int) -> int:
        return 0

    def read(self) -> int:
        return self.count

    def write(self, word: int) -> None:
        self.written.append(word)


def test_number_of_blocks_has_no_length_before_it() -> None:
    engine = Counter(3)
    attach(engine)
    assert Oracle().block_count() == 3
    assert engine.written == [0xDEADBEEF, 0]
    attach(None)
