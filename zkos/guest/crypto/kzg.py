"""KZG proofs of values of polynomials, for point evaluation (EIP-4844)."""

from typing import Final

from zkos.guest.crypto.bls381_constants import ORDER
from zkos.guest.crypto.bls381_fp2 import Fp2Field
from zkos.guest.crypto.bls381_fp6 import Fp6Field
from zkos.guest.crypto.bls381_g1 import G1, G1Point
from zkos.guest.crypto.bls381_multiples import Combination
from zkos.guest.crypto.bls381_pairing import FixedPairing
from zkos.guest.crypto.sha256 import sha256
from zkos.lang.ints import U8, U32, U256
from zkos.lang.memory import ByteView, allocate_bytes

INPUT_BYTES: Final = U32(192)
FIELD_ELEMENTS_PER_BLOB: Final = U256(4096)
BLS_MODULUS: Final = ORDER
VERSION_KZG: Final = U8(1)
"""First byte of the hash of a commitment."""


class Kzg:
    """Verifies proofs; made once, it keeps tables and accumulators."""

    curve: G1
    combination: Combination
    pairing: FixedPairing
    commitment: G1Point
    proof: G1Point
    sum: G1Point
    digest: ByteView

    def __init__(self) -> None:
        fp2 = Fp2Field()
        self.curve = G1(fp2.base)
        self.combination = Combination(self.curve)
        self.pairing = FixedPairing(Fp6Field(fp2))
        self.commitment = G1Point()
        self.proof = G1Point()
        self.sum = G1Point()
        self.digest = allocate_bytes(32)

    def evaluate_point(self, input: ByteView) -> bool:  # noqa: A002
        """Whether the 192 bytes (versioned hash, z, y, commitment, proof) are right.

        False for any other length, and for a hash that is not the commitment's.
        """
        if input.length() != INPUT_BYTES:
            return False
        commitment = input.window(96, 48)
        digest = self.digest
        hash_commitment(commitment, digest)
        if not digest.equals(input.window(0, 32)):
            return False
        z = input.load_u256_be(32)
        y = input.load_u256_be(64)
        return self.verify_proof(commitment, z, y, input.window(144, 48))

    def verify_proof(
        self, commitment: ByteView, z: U256, y: U256, proof: ByteView
    ) -> bool:
        """Whether the polynomial committed to has the value y at z.

        False for numbers out of range and invalid points of 48 bytes.
        """
        if z >= BLS_MODULUS or y >= BLS_MODULUS:
            return False
        curve = self.curve
        if not curve.decompress(self.commitment, commitment):
            return False
        if not curve.decompress(self.proof, proof):
            return False
        # With s the secret: commitment - y G1 = (s - z) proof. What z multiplies
        # moves to the left, so that the points of G2 stay fixed.
        total = self.sum
        self.combination.compute(total, self.proof, z, y)
        curve.add(total, self.commitment, False)
        if total.is_infinite() or self.proof.is_infinite():
            return total.is_infinite() and self.proof.is_infinite()
        curve.field.negate(total.y, total.y)
        return self.pairing.product_is_one(total, self.proof)


def hash_commitment(commitment: ByteView, out: ByteView) -> None:
    """Write the versioned hash of a commitment: 32 bytes."""
    sha256(commitment, out)
    out[0] = VERSION_KZG
