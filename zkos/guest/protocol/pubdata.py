"""The format of what a block publishes (state spec 3)."""

from typing import Final

from zkos.guest.protocol.version import VERSION, since
from zkos.lang.ints import U8

FORMAT: Final = U8(since(VERSION, {30: 1, 32: 2}))
"""Its number, the first byte."""
CODE_IS_PUBLISHED_PLAIN: Final = since(VERSION, {30: False, 32: True})
"""Whether code goes without its padding and its artifacts."""
