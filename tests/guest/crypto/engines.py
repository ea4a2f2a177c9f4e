"""Which guest functions the cryptography's tests call on every engine."""

CALLS = "tests.guest.crypto.calls"
NAMES = (
    "keccak keccak_pieces blake2s blake2s_pieces modexp bn254_add bn254_mul "
    "bn254_pairing recover p256_verify compress_blake2b"
)
GUEST = [
    *(f"{CALLS}:{name}" for name in NAMES.split()),
    "zkos.guest.crypto.sha256:sha256",
    "zkos.guest.crypto.ripemd160:ripemd160",
    *(f"zkos.guest.crypto.division:divide_u{bits}" for bits in (128, 256, 512)),
    *(
        f"zkos.guest.crypto.division:{name}"
        for name in ("addmod", "mulmod", "exp_u256")
    ),
]
