"""What lies before the answerer: the oracle's end of a guest, and a block's answers.

Guest language. `zkos.host.quick` makes a desk for each run; its counters are those of
`zkos.host.channel`.
"""

from typing import Final

from zkos.guest.protocol import queries
from zkos.lang.ints import U32

OUT_USED: Final = U32(8)
"""Of the oracle's end (`zkos.compiler.prelude`): words written and not taken."""
OUT_SIZE: Final = U32(12)
IN_POSITION: Final = U32(24)
IN_LENGTH: Final = U32(28)

KEPT: Final = U32(0)
"""Words at the start of what was written that are messages, to be taken later."""
IS_OFF: Final = U32(4)
"""Whether the slow way must take all that is left of the run."""
NEXT: Final = U32(8)
"""How many transactions have been given."""
TRANSACTIONS: Final = U32(12)
"""Their number."""
ASKED_WORDS: Final = U32(16)
ANSWERED_WORDS: Final = U32(20)
LOGGED: Final = U32(24)
"""Bytes of the log in use."""
COUNTS: Final = U32(32)
"""How often each query was answered, in the order of `QUERIES`."""
FIXED: Final = U32(96)
"""Place and words of answers that stay the same: those of the first queries."""
ROWS: Final = U32(144)
"""A row for each transaction, then answers and bytes of transactions."""

ROW_AT: Final = U32(0)
ROW_BYTES: Final = U32(4)
ROW_FORMAT: Final = U32(8)
ROW_SENDER: Final = U32(16)
"""24 bytes, as they are answered."""
ROW_SIZE: Final = U32(48)

DISCONNECT: Final = U32(0)
METADATA: Final = U32(1)
CONFIGURATION: Final = U32(2)
DA_SCHEME: Final = U32(3)
PROOF_DATA: Final = U32(4)
TRANSACTION_SIZE: Final = U32(5)
TRANSACTION: Final = U32(6)
ENCODING: Final = U32(7)
SENDER: Final = U32(8)
SLOT: Final = U32(9)
PREIMAGE: Final = U32(10)
PROOF: Final = U32(11)
PREVIOUS_INDEX: Final = U32(12)
EXACT_INDEX: Final = U32(13)
QUERIES: Final = (
    *(queries.QUERY_DISCONNECT, queries.QUERY_METADATA, queries.QUERY_CONFIGURATION),
    *(queries.QUERY_DA_SCHEME, queries.QUERY_PROOF_DATA),
    *(queries.QUERY_TRANSACTION_SIZE, queries.QUERY_TRANSACTION),
    *(queries.QUERY_TRANSACTION_ENCODING, queries.QUERY_TRANSACTION_SENDER),
    *(queries.QUERY_SLOT, queries.QUERY_PREIMAGE, queries.QUERY_PROOF),
    *(queries.QUERY_PREVIOUS_INDEX, queries.QUERY_EXACT_INDEX),
)
"""What is answered, by the numbers above."""
