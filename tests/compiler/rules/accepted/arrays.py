"""Arrays hold integers, truth values or views, zero at first."""

from zkos.lang.control import urange
from zkos.lang.ints import U32, U256
from zkos.lang.memory import Array, ByteView, aligned_array, allocate_bytes


def run(a: U32, b: U32) -> U32:
    words = Array(U32, (a & 7) + 2)
    words[1] = b
    flags = Array(bool, 4)
    flags[b & 3] = True
    wide = aligned_array(U256, 3)
    wide[2] = U256(a) << 99
    views = Array(ByteView, 2)
    views[1] = allocate_bytes(b & 15)
    total = views[0].length() + views[1].length()
    for i in urange(words.length()):
        total = total ^ words[i]
    return total ^ wide[2].word(3) ^ U32(flags[1]) ^ words[a & 9]
