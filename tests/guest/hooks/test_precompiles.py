import hashlib
import json

import pytest

from tests.guest.hooks.support import call, hooks, is_special, ledger, specials
from tests.guest.objects import OBJECTS, fill
from zkos.guest.hooks.zk_table import HOOKS
from zkos.guest.protocol.options import OPTION_EXTRA_PRECOMPILES
from zkos.guest.system.calls import Exit, Scheme
from zkos.guest.system.errors import OutOfNative
from zkos.lang.ints import U32

GUEST = OBJECTS
pytestmark = pytest.mark.usefixtures("target")

EXTRA = int(OPTION_EXTRA_PRECOMPILES)
BN254_PRIME = (
    21888242871839275222246405745257275088696311157297823662689037894645226208583
)


@pytest.fixture
def installed():
    return hooks()


def vectors(shared, name):
    path = shared / "fixtures" / "precompiles" / f"{name}.json"
    return json.loads(path.read_text())


@pytest.mark.parametrize(
    ("name", "address", "native", "count"),
    [
        ("ecRecover", 1, lambda gas: 522_000, 5),
        ("bn256Add", 6, lambda gas: 52_600, 6),
        ("bn256ScalarMul", 7, lambda gas: 764_000, 6),
        ("bn256Pairing", 8, lambda gas: 15_000_000 * ((gas - 45_000) // 34_000 + 1), 2),
    ],
)
def test_published_vectors(shared, name, address, native, count):
    seen = 0
    for vector in vectors(shared, name)[:count]:
        fresh = hooks()
        reason, frame = call(fresh, address, bytes.fromhex(vector["Input"]))
        assert reason is Exit.RETURNED
        assert bytes(frame.output).hex() == vector["Expected"], vector["Name"]
        assert ledger(frame) == (vector["Gas"] * 256, native(vector["Gas"]))
        seen += 1
    assert seen == count


def gas_for_whole_words(data):
    """EIP-2565 for the modulus rounded up to a multiple of 32 bytes."""
    base, exponent, modulus = (
        int.from_bytes(data[start : start + 32], "big") for start in (0, 32, 64)
    )
    head = data[96 + base : 96 + base + min(exponent, 32)]
    bits = int.from_bytes(head, "big").bit_length()
    iterations = 8 * max(0, exponent - 32) + max(0, bits - 1)
    words = -(-max(base, -(-modulus // 32) * 32) // 8)
    return max(200, words * words * max(1, iterations) // 3)


def test_modexp_prices_and_small_results(shared):
    seen = 0
    for vector in vectors(shared, "modexp_eip2565"):
        if vector["Gas"] > 1_500:
            continue
        fresh = hooks()
        reason, frame = call(fresh, 5, bytes.fromhex(vector["Input"]))
        assert reason is Exit.RETURNED
        assert bytes(frame.output).hex() == vector["Expected"], vector["Name"]
        native = 300 * gas_for_whole_words(bytes.fromhex(vector["Input"]))
        assert ledger(frame) == (vector["Gas"] * 256, native)
        seen += 1
    assert seen > 5


@pytest.mark.parametrize("length", [0, 1, 31, 32, 33, 55, 56, 63, 64, 119, 120, 300])
def test_hashes_and_identity(installed, length):
    data = bytes(range(256)) * 2
    data = data[:length]
    words, blocks = -(-length // 32), length // 64 + 1 + (length % 64 > 55)
    native = 1600 + 4200 * blocks
    _, frame = call(installed, 2, data)
    assert bytes(frame.output) == hashlib.sha256(data).digest()
    assert ledger(frame) == ((60 + 12 * words) * 256, native)
    _, frame = call(installed, 3, data)
    assert bytes(frame.output)[:12] == bytes(12)
    assert frame.output.length() == 32
    assert ledger(frame) == ((600 + 120 * words) * 256, native)
    _, frame = call(installed, 4, data)
    assert bytes(frame.output) == data
    assert ledger(frame) == ((15 + 3 * words) * 256, 20 + 10 * length)


def point(x, y):
    return x.to_bytes(32, "big") + y.to_bytes(32, "big")


@pytest.mark.parametrize(
    ("address", "data"),
    [
        (6, point(1, 1)),
        (6, point(BN254_PRIME, 0)),
        (7, point(2, 2)),
        (8, bytes(191)),
        (8, point(1, 1) + bytes(128)),
    ],
)
def test_invalid_points_halt(installed, address, data):
    assert call(installed, address, data)[0] is Exit.HALTED


def test_missing_input_is_zero(installed):
    _, frame = call(installed, 6, b"")
    assert bytes(frame.output) == bytes(64)
    _, frame = call(installed, 7, point(1, 2))
    assert bytes(frame.output) == bytes(64)
    _, frame = call(installed, 8, b"")
    assert bytes(frame.output) == bytes(31) + b"\1"
    reason, frame = call(installed, 1, b"")
    assert (reason, frame.output.length()) == (Exit.RETURNED, 0)


@pytest.mark.parametrize(
    ("address", "gas"), [(1, 2999), (2, 59), (3, 599), (4, 14), (6, 149), (8, 44_999)]
)
def test_too_little_gas_halts(installed, address, gas):
    reason, frame = call(installed, address, b"", gas=gas)
    assert reason is Exit.HALTED
    assert frame.resources.ergs == 0


@pytest.mark.parametrize("address", [1, 2, 3, 4, 6, 7, 8])
def test_too_little_native_ends_the_transaction(installed, address):
    with pytest.raises(OutOfNative):
        call(installed, address, bytes(64), native=600)


def modexp_input(base, exponent, modulus, content=b""):
    return b"".join(n.to_bytes(32, "big") for n in (base, exponent, modulus)) + content


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (modexp_input(0, 2**255, 0), Exit.RETURNED),
        (modexp_input(2**32, 1, 0), Exit.HALTED),
        (modexp_input(0, 1, 2**32), Exit.HALTED),
        (modexp_input(1, 2**32, 1), Exit.HALTED),
        (modexp_input(1, 2**32 - 1, 2**32 - 1), Exit.HALTED),
        (modexp_input(3, 1, 0, b"\2\2"), Exit.RETURNED),
    ],
)
def test_modexp_lengths(installed, data, reason):
    ended, frame = call(installed, 5, data)
    assert ended is reason
    if reason is Exit.RETURNED:
        assert frame.output.length() == 0
        assert ledger(frame) == (200 * 256, 60_000)


def test_modexp_below_its_minimum_halts_even_without_native(installed):
    data = modexp_input(1, 1, 1, b"\2\3\5")
    assert call(installed, 5, data, gas=199)[0] is Exit.HALTED
    assert call(installed, 5, data, native=59_999)[0] is Exit.HALTED
    reason, frame = call(installed, 5, data, gas=200, native=60_000)
    assert (reason, bytes(frame.output)) == (Exit.RETURNED, b"\3")


def test_modexp_pays_native_for_a_modulus_of_whole_words(installed):
    exponent = b"\xff" * 100
    data = modexp_input(1, 100, 33, b"\2" + exponent + b"\xff" * 33)
    bits = 8 * (100 - 32) + 255
    gas, rounded = 5 * 5 * bits // 3, 8 * 8 * bits // 3
    _, frame = call(installed, 5, data)
    assert ledger(frame) == (gas * 256, rounded * 300)
    # A base of 64 bytes is as long as the rounded modulus: both are alike.
    data = modexp_input(64, 100, 33, bytes(63) + b"\2" + exponent + b"\xff" * 33)
    _, frame = call(installed, 5, data)
    assert ledger(frame) == (rounded * 256, rounded * 300)


def test_expensive_modexp_runs_out_of_native(installed):
    data = modexp_input(512, 64, 512, b"\xff" * 1100)
    gas = 64 * 64 * (8 * 32 + 255) // 3
    with pytest.raises(OutOfNative):
        call(installed, 5, data, native=gas * 300 - 1)
    assert call(installed, 5, data, native=gas * 300, gas=gas - 1)[0] is Exit.HALTED


def test_modexp_without_room_for_its_result_halts(installed):
    memory = installed.call.system.return_memory
    fill(memory, U32(31))
    for length, reason in ((31, Exit.RETURNED), (32, Exit.HALTED)):
        data = modexp_input(0, 0, length, b"\xff" * length)
        ended, frame = call(installed, 5, data)
        assert ended is reason
        assert ledger(frame)[1] == 60_000


def test_modexp_pads_what_the_input_lacks(installed):
    _, frame = call(installed, 5, modexp_input(1, 2, 2, b"\7\1"))
    assert bytes(frame.output) == bytes(2)
    _, frame = call(installed, 5, modexp_input(1, 1, 2, b"\7\3\1"))
    assert bytes(frame.output) == (7**3 % 256).to_bytes(2, "big")


def test_delegated_calls_are_answered(installed):
    for scheme in Scheme:
        assert call(installed, 4, b"x", scheme=scheme)[0] is Exit.RETURNED


PRODUCTION = [*range(1, 9), 0x100, 0x8006, 0x8008, 0x800A]


@pytest.mark.parametrize(
    ("options", "expected"), [(0, PRODUCTION), (EXTRA, sorted([9, 10, *PRODUCTION]))]
)
def test_special_addresses(options, expected):
    installed = hooks(options)
    assert specials(installed, 0x10010) == expected
    assert not is_special(installed, 2**32 + 4)
    assert not is_special(installed, 2**159 + 4)


def test_rows_of_the_table_are_distinct():
    addresses = [int(row[0]) for row in HOOKS]
    assert addresses == sorted(set(addresses))
    assert len({row[1] for row in HOOKS}) == len(HOOKS)


def test_p256_answers_or_says_nothing(installed, shared):
    assert vectors(shared, "p256Verify")
    for vector in vectors(shared, "p256Verify")[:6]:
        reason, frame = call(installed, 0x100, bytes.fromhex(vector["Input"]))
        assert reason is Exit.RETURNED
        assert bytes(frame.output).hex() == vector["Expected"]
        assert ledger(frame) == (6900 * 256, 784_000)
    good = bytes.fromhex(vectors(shared, "p256Verify")[0]["Input"])
    for data in (b"", good[:-1], good + b"\0", bytes(160)):
        reason, frame = call(installed, 0x100, data)
        assert (reason, bytes(frame.output)) == (Exit.RETURNED, b"")
        assert ledger(frame) == (6900 * 256, 784_000)
    assert call(installed, 0x100, good, gas=6899)[0] is Exit.HALTED


def test_blake2f_is_optional(shared):
    extra = hooks(EXTRA)
    for vector in vectors(shared, "blake2F"):
        if vector["Gas"] > 20:
            continue
        reason, frame = call(extra, 9, bytes.fromhex(vector["Input"]))
        assert reason is Exit.RETURNED
        assert bytes(frame.output).hex() == vector["Expected"]
        assert ledger(frame)[0] == vector["Gas"] * 256
    for vector in vectors(shared, "fail-blake2f"):
        assert call(extra, 9, bytes.fromhex(vector["Input"]))[0] is Exit.HALTED


def test_point_evaluation_is_optional(shared):
    (vector,) = vectors(shared, "pointEvaluation")
    data = bytes.fromhex(vector["Input"])
    price = (vector["Gas"] * 256, 63_104_000)
    extra = hooks(EXTRA)
    reason, frame = call(extra, 10, data)
    assert reason is Exit.RETURNED
    assert bytes(frame.output).hex() == vector["Expected"]
    assert ledger(frame) == price
    # Another version, so that nothing is computed.
    reason, frame = call(extra, 10, b"\2" + data[1:])
    assert (reason, frame.output.length()) == (Exit.HALTED, 0)
    assert ledger(frame) == price
    assert call(extra, 10, data, gas=49_999)[0] is Exit.HALTED
    with pytest.raises(OutOfNative):
        call(extra, 10, data, native=63_103_999)
    for length in (0, 191, 193):
        assert call(extra, 10, (data * 2)[:length])[0] is Exit.HALTED
