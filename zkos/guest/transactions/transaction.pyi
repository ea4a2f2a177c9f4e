"""The transaction in work, for a flow: received, decoded, hashed, its lists walked.

A seam: a version with other kinds of transactions has another module behind it.
"""

from zkos.guest.state.io import Io
from zkos.guest.state.system import System
from zkos.guest.system.resources import Resources
from zkos.guest.transactions.authorizations import Authorizations
from zkos.guest.transactions.record import Transaction
from zkos.lang.ints import U32, Bytes32

class TransactionReader:
    """Holds one transaction at a time, in `record`."""

    record: Transaction
    authorizations: Authorizations

    def __init__(self, system: System) -> None: ...
    def receive(self, size: U32) -> bool:
        """Read the bytes of the next transaction; False if they cannot be read."""

    def discard(self) -> None:
        """Have no transaction, as it could not be read."""

    def decode(self) -> U32:
        """Ask how the bytes are encoded and by whom they are sent; fill the record.

        The reason to drop the transaction, or 0. `REASON_UNKNOWN_ENCODING` is one that
        ends the block upstream.
        """

    def is_from_l1(self) -> bool:
        """Whether it is a priority operation or an upgrade."""

    def hash(self, resources: Resources) -> None:
        """Find the hashes of the record. Raises OutOfNative."""

    def warm(self, io: Io, resources: Resources) -> None:
        """Touch what the access list names.

        Raises MalformedRlp, OutOfErgs and OutOfNative.
        """

    def listed(self) -> tuple[U32, U32]:
        """How many addresses and keys the access list names."""

    def first_authorization(self) -> None:
        """Go to before the first authorization."""

    def next_authorization(self) -> bool:
        """Read the next authorization; False if there is none."""

    def authorization_hash(self, resources: Resources) -> Bytes32:
        """What the signature of that authorization covers. Raises OutOfNative."""
