"""`T(x)` traps when x does not fit, `T.truncate(x)` keeps the low bits."""

from zkos.lang.ints import I64, U8, U16, U32, U64, U256, Address, Bytes32


def run(a: U32, b: U32) -> U32:
    byte = U8.truncate(a)
    short = U16(a & 0xFFFF)
    signed = I64(a) - I64(b)
    address = Address.truncate((U256(a) << 140) | U256(b))
    word = Bytes32(U256(address) << 3)
    back = U64.truncate(signed.to_unsigned())
    flag = U32(a > b)
    return (
        U32(byte).wrapping_add(U32(short)).wrapping_add(word.word(0))
        ^ address.word(4)
        ^ U32.truncate(back >> 7)
        ^ flag
    )
