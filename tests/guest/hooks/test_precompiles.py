import hashlib
import json

import pytest

from tests.guest.hooks.support import call, hooks, ledger
from zkos.guest.protocol.limits import RETURN_MEMORY_BYTES
from zkos.guest.protocol.options import (
    OPTION_QUIRKS_UPSTREAM,
    OPTION_REAL_PRECOMPILES,
)
from zkos.guest.system.calls import Exit, Scheme
from zkos.guest.system.errors import Fatal, OutOfNative
from zkos.lang.ints import U32, Address

REAL = int(OPTION_REAL_PRECOMPILES)
BN254_PRIME = (
    21888242871839275222246405745257275088696311157297823662689037894645226208583
)


@pytest.fixture
def installed():
    with hooks() as made:
        yield made


def vectors(shared, name):
    path = shared / "fixtures" / "precompiles" / f"{name}.json"
    return json.loads(path.read_text())


@pytest.mark.parametrize(
    ("name", "address", "native", "count"),
    [
        ("ecRecover", 1, lambda gas: 522_000, 5),
        ("bn256Add", 6, lambda gas: 52_600, 6),
        ("bn256ScalarMul", 7, lambda gas: 1_073_000, 6),
        ("bn256Pairing", 8, lambda gas: 15_000_000 * ((gas - 45_000) // 34_000 + 1), 2),
    ],
)
def test_published_vectors(shared, name, address, native, count):
    seen = 0
    for vector in vectors(shared, name)[:count]:
        with hooks() as fresh:
            reason, frame = call(fresh, address, bytes.fromhex(vector["Input"]))
        assert reason is Exit.RETURNED
        assert bytes(frame.output).hex() == vector["Expected"], vector["Name"]
        assert ledger(frame) == (vector["Gas"] * 256, native(vector["Gas"]))
        seen += 1
    assert seen == count


def test_modexp_prices_and_small_results(shared):
    seen = 0
    for vector in vectors(shared, "modexp_eip2565"):
        if vector["Gas"] > 1_500:
            continue
        with hooks() as fresh:
            reason, frame = call(fresh, 5, bytes.fromhex(vector["Input"]))
        assert reason is Exit.RETURNED
        assert bytes(frame.output).hex() == vector["Expected"], vector["Name"]
        gas = vector["Gas"]
        assert ledger(frame) == (gas * 256, gas * 51_200)
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


@pytest.mark.parametrize(("address", "length"), [(9, 213), (10, 193)])
def test_mocks_take_the_right_length_only(installed, address, length):
    reason, frame = call(installed, address, bytes(length))
    assert reason is Exit.RETURNED
    assert frame.output.length() == 0
    assert ledger(frame) == (0, 0)
    for other in (0, length - 1, length + 1):
        assert call(installed, address, bytes(other))[0] is Exit.HALTED


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
        assert ledger(frame) == (200 * 256, 10_240_000)


def test_modexp_below_its_minimum_halts_even_without_native(installed):
    data = modexp_input(1, 1, 1, b"\2\3\5")
    assert call(installed, 5, data, gas=199)[0] is Exit.HALTED
    assert call(installed, 5, data, native=10_239_999)[0] is Exit.HALTED
    reason, frame = call(installed, 5, data, gas=200, native=10_240_000)
    assert (reason, bytes(frame.output)) == (Exit.RETURNED, b"\3")


def test_expensive_modexp_runs_out_of_native(installed):
    data = modexp_input(512, 64, 512, b"\xff" * 1100)
    with pytest.raises(OutOfNative):
        call(installed, 5, data, native=20_000_000)


def test_modexp_pads_what_the_input_lacks(installed):
    _, frame = call(installed, 5, modexp_input(1, 2, 2, b"\7\1"))
    assert bytes(frame.output) == bytes(2)
    _, frame = call(installed, 5, modexp_input(1, 1, 2, b"\7\3\1"))
    assert bytes(frame.output) == (7**3 % 256).to_bytes(2, "big")


def test_delegated_calls_are_answered(installed):
    for scheme in Scheme:
        assert call(installed, 4, b"x", scheme=scheme)[0] is Exit.RETURNED


def test_special_addresses(installed):
    special = [number for number in range(0x10010) if is_special(installed, number)]
    assert special == [*range(1, 11), 0x8006, 0x8008, 0x800A]
    assert not is_special(installed, 2**32 + 4)
    assert not is_special(installed, 2**159 + 4)


def is_special(installed, number):
    return installed.is_special(Address(number))


def test_extensions_are_optional(shared):
    with hooks(REAL) as real:
        assert is_special(real, 0x100)
        for vector in vectors(shared, "blake2F"):
            if vector["Gas"] > 20:
                continue
            reason, frame = call(real, 9, bytes.fromhex(vector["Input"]))
            assert reason is Exit.RETURNED
            assert bytes(frame.output).hex() == vector["Expected"]
            assert ledger(frame)[0] == vector["Gas"] * 256
        for vector in vectors(shared, "fail-blake2f"):
            assert call(real, 9, bytes.fromhex(vector["Input"]))[0] is Exit.HALTED
        for vector in vectors(shared, "p256Verify")[:6]:
            reason, frame = call(real, 0x100, bytes.fromhex(vector["Input"]))
            assert reason is Exit.RETURNED
            assert bytes(frame.output).hex() == vector["Expected"]
        assert call(real, 0x100, bytes(159))[1].output.length() == 0


def test_real_point_evaluation(shared):
    (vector,) = vectors(shared, "pointEvaluation")
    data = bytes.fromhex(vector["Input"])
    price = (vector["Gas"] * 256, 20_000_000)
    with hooks(REAL) as real:
        reason, frame = call(real, 10, data)
        assert reason is Exit.RETURNED
        assert bytes(frame.output).hex() == vector["Expected"]
        assert ledger(frame) == price
        # Another version, so that nothing is computed.
        reason, frame = call(real, 10, b"\2" + data[1:])
        assert (reason, frame.output.length()) == (Exit.HALTED, 0)
        assert ledger(frame) == price
        assert call(real, 10, data, gas=49_999)[0] is Exit.HALTED
        with pytest.raises(OutOfNative):
            call(real, 10, data, native=19_999_999)
        for length in (0, 191, 193):
            assert call(real, 10, (data * 2)[:length])[0] is Exit.HALTED


def test_output_takes_room_in_the_return_data_buffer(installed):
    call(installed, 4, bytes(100))
    call(installed, 2, b"")
    assert installed.system.return_memory.used == 132


@pytest.mark.parametrize("options", [0, int(OPTION_QUIRKS_UPSTREAM)])
def test_output_without_room_is_fatal_but_upstream_when_the_buffer_is_full(options):
    data = b"\x01" * 32
    with hooks(options) as installed:
        memory = installed.system.return_memory
        memory.skip(RETURN_MEMORY_BYTES - 31)
        with pytest.raises(Fatal):
            call(installed, 4, data)
        memory.skip(U32(31))
        if options == 0:
            with pytest.raises(Fatal):
                call(installed, 4, data)
        else:
            reason, frame = call(installed, 4, data)
            assert reason is Exit.RETURNED
            assert bytes(frame.output) == b""
            assert ledger(frame) == (18 * 256, 20 + 10 * 32)
