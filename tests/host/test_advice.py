"""Advice on what lies in the guest's memory."""

import struct

import ckzg
import pytest

from tests.host.published_transfer import PUBDATA, VERSIONED_HASH
from zkos.host.advice import BLOB, MODEXP, AdviceError, advise, pointed, split_pair
from zkos.host.kzg import (
    BLOB_DATA_BYTES,
    Opening,
    _blob,
    join,
    open_blob,
    split,
    trusted_setup,
)
from zkos.host.tree import hash_bytes


class Memory:
    """Memory of a guest with something at some addresses."""

    def __init__(self, **places):
        self.places = {int(name[2:], 16): data for name, data in places.items()}

    def __call__(self, address, length):
        data = self.places.get(address, b"")
        if len(data) < length:
            raise ValueError(f"no {length} bytes at {address:#x}")
        return data[:length]


def digits(number, count):
    return number.to_bytes(32 * count, "little")


def division(number, divisor, *, kind=0):
    memory = Memory(
        at100=struct.pack("<7I", kind, 0x200, 2, 0, 0, 0x300, 1),
        at200=digits(number, 2),
        at300=digits(divisor, 1),
    )
    return pointed(MODEXP, struct.pack("<2I", 0x100, 0), memory)


@pytest.mark.parametrize(
    ("number", "divisor"),
    [
        (2**511 + 12345, 2**255 + 7),
        (5, 7),
        (0, 1),
        (2**64, 2**64),
        (2**300, 2**256 - 1),
    ],
)
def test_quotient_and_rest_come_in_significant_words(number, divisor):
    about = division(number, divisor)
    assert split_pair(about) == (number, divisor)
    answer = advise(MODEXP, about)
    lengths = struct.unpack_from("<2I", answer)
    assert all(length % 2 == 0 for length in lengths)
    end = 8 + 4 * lengths[0]
    quotient, rest = answer[8:end], answer[end:]
    assert len(rest) == 4 * lengths[1]
    assert [int.from_bytes(part, "little") for part in (quotient, rest)] == [
        *divmod(number, divisor)
    ]
    for part in (quotient, rest):
        assert not part or any(part[-8:])


def test_division_that_makes_no_sense_has_no_advice():
    with pytest.raises(AdviceError, match="division by zero"):
        advise(MODEXP, division(5, 0))
    with pytest.raises(AdviceError, match="operation 3"):
        division(5, 7, kind=3)
    with pytest.raises(AdviceError, match="no 28 bytes at 0x50"):
        pointed(MODEXP, struct.pack("<2I", 0x50, 0), Memory())
    with pytest.raises(AdviceError):
        pointed(MODEXP, bytes(4), Memory())


def test_blob_is_read_where_the_guest_points():
    (data,) = split(PUBDATA)
    parameters = struct.pack("<2Q", 0x40, len(data))
    assert pointed(BLOB, parameters, Memory(at40=data + b"more")) == data
    answer = advise(BLOB, data)
    assert len(answer) == 96
    assert Opening(answer[:48], answer[48:]).versioned_hash.hex() == VERSIONED_HASH


def test_proof_is_at_the_point_that_the_data_decides():
    data = bytes(range(1, 101))
    opening = open_blob(data)
    point = bytes(16) + hash_bytes(opening.versioned_hash + data)[16:]
    _, value = ckzg.compute_kzg_proof(_blob(data), point, trusted_setup())
    proven = (opening.commitment, point, value, opening.proof)
    assert ckzg.verify_kzg_proof(*proven, trusted_setup())


def test_element_of_a_blob_carries_31_bytes():
    blob = _blob(bytes(range(1, 41)))
    assert len(blob) == 32 * 4096
    assert blob[:32] == bytes(range(32))
    assert blob[32:42] == bytes([0, *range(32, 41)])
    assert not any(blob[42:])


@pytest.mark.parametrize("size", [0, 1, BLOB_DATA_BYTES - 31, BLOB_DATA_BYTES - 30])
def test_pubdata_is_cut_and_put_together(size):
    pubdata = bytes(size)
    pieces = split(pubdata)
    assert len(pieces) == 1 + (size + 31 > BLOB_DATA_BYTES)
    assert pieces[0][:31] == size.to_bytes(8, "big") + bytes(23)
    assert join(pieces) == pubdata


def test_pieces_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="of the length they say"):
        join([bytes(32)])
    with pytest.raises(AdviceError, match="do not fit"):
        advise(BLOB, bytes(BLOB_DATA_BYTES + 1))
