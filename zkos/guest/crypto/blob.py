"""Blobs that carry bytes, and whether a commitment to one is right (EIP-4844).

A blob is a polynomial given by its values at the 4096th roots of unity, in the order
of their bit-reversed exponents; 31 bytes of data make a value. What a commitment
opens to is compared at one point, which is drawn from commitment and data (oracle
spec 1.4).
"""

from typing import Final

from zkos.guest.crypto.blake2s import Blake2s
from zkos.guest.crypto.bls381_constants import ORDER
from zkos.guest.crypto.field import Field
from zkos.guest.crypto.kzg import Kzg, hash_commitment
from zkos.lang.control import urange
from zkos.lang.ints import U32, U128, U256, Bytes32
from zkos.lang.memory import Array, ByteView, allocate_bytes

ELEMENT_BYTES: Final = U32(31)
"""Of the data in an element, so that it is below the field's modulus."""
LEVELS: Final = 12
ELEMENTS: Final = U32(1 << LEVELS)
BLOB_DATA_BYTES: Final = ELEMENTS * ELEMENT_BYTES
"""The most data that one blob carries."""


def _montgomery(x: int) -> U256:
    return U256((x << 256) % int(ORDER))


SQUARE_OF_RADIX: Final = _montgomery(1 << 256)
INVERSE_OF_ELEMENTS: Final = _montgomery(pow(1 << LEVELS, -1, int(ORDER)))
TURNS: Final = tuple(
    _montgomery(pow(7, (1 - int(ORDER)) >> (bit + 2), int(ORDER)))
    for bit in range(LEVELS - 1)
)
"""Inverses of roots of unity of order 4, 8, 16 ...; 7 generates the field's units."""


class BlobVerifier:
    """Verifies blobs one after another; made once, it keeps its space."""

    blake2s: Blake2s
    field: Field
    kzg: Kzg
    elements: Array[U256]
    factors: Array[U256]
    element: ByteView
    """Where the bytes of an element become a number."""
    digest: ByteView

    def __init__(self, blake2s: Blake2s) -> None:
        self.blake2s = blake2s
        self.field = Field(ORDER, SQUARE_OF_RADIX)
        self.kzg = Kzg()
        self.elements = Array(U256, ELEMENTS)
        self.factors = Array(U256, ELEMENTS >> 1)
        self.element = allocate_bytes(32)
        self.digest = allocate_bytes(32)

    def versioned_hash(self, commitment: ByteView) -> Bytes32:
        """What names the blob on L1."""
        hash_commitment(commitment, self.digest)
        return Bytes32(self.digest.load_u256_be(0))

    def opens(
        self, data: ByteView, commitment: ByteView, name: Bytes32, proof: ByteView
    ) -> bool:
        """Whether the commitment, of this versioned hash, is to a blob of the data."""
        self.blake2s.reset()
        self.blake2s.update_u256(U256(name))
        self.blake2s.update(data)
        # Half of the bits are enough for a random point.
        z = U256(U128.truncate(U256(self.blake2s.finish())))
        y = self.evaluate(data, z)
        return self.kzg.verify_proof(commitment, z, y, proof)

    def evaluate(self, data: ByteView, z: U256) -> U256:
        """The value of the data's polynomial at z, which is below the modulus.

        Neighbours are the values at w and -w. From them comes the value at w**2 of a
        polynomial with half as many coefficients that has at z**2 the value wanted:
        the even part plus z times the odd part. Both parts are taken twofold.
        """
        field = self.field
        elements = self.elements
        factors = self.factors
        count = self.load(data)
        power = field.enter(z)
        for _ in urange(U32(LEVELS)):
            pairs = (count + 1) >> 1
            if count & 1 != 0:
                elements[count] = U256(0)
            self.set_factors(power, pairs)
            for index in urange(pairs):
                left = elements[index << 1]
                right = elements[(index << 1) + 1]
                odd = field.mul(field.sub(left, right), factors[index])
                elements[index] = field.add(field.add(left, right), odd)
            power = field.mul(power, power)
            count = pairs
        return field.mul(elements[0], INVERSE_OF_ELEMENTS)

    def load(self, data: ByteView) -> U32:
        """Turn the data into elements; how many. All others are 0."""
        length = data.length()
        element = self.element
        count = U32(0)
        start = U32(0)
        while start < length:
            rest = length - start
            size = rest if rest < ELEMENT_BYTES else ELEMENT_BYTES
            if size < ELEMENT_BYTES:
                element.fill(0)
            element.window(1, size).copy_from(data.window(start, size))
            self.elements[count] = element.load_u256_be(0)
            count = count + 1
            start = start + size
        return count

    def set_factors(self, power: U256, count: U32) -> None:
        """Set the first factors to `power` by the root of each pair of neighbours."""
        field = self.field
        factors = self.factors
        factors[0] = power
        size = U32(1)
        bit = U32(0)
        while size < count:
            turn = TURNS[bit]
            stop = size if size < count - size else count - size
            for index in urange(stop):
                factors[size + index] = field.mul(factors[index], turn)
            size = size + size
            bit = bit + 1
