"""What a transaction says, whatever encoding it came in: fields only.

`abi` and `rlp` fill them, `hashing` the two hashes; nobody else looks into the
encoding. What a field is worth (nonce, fees, signature) is decided in the flow.
"""

from zkos.lang.ints import U32, U64, U256, Address, Bytes32
from zkos.lang.memory import ByteView, allocate_bytes


class Transaction:
    """One at a time: the fields hold for the transaction decoded last."""

    encoding: ByteView
    """Its bytes as they were given, which its hash covers."""
    kind: U32
    """A `TYPE_` of `protocol.transactions`; 0 also if it could not be decoded."""
    sender: Address
    """As claimed; 0 if it could not be decoded."""
    is_sender_known: bool
    """Whether the claim is an address at all."""
    to: Address
    is_creation: bool
    """Whether there is no recipient."""
    nonce: U64
    gas_limit: U64
    max_fee: U256
    """In wei a gas, like the next one."""
    max_priority_fee: U256
    """The same as `max_fee` for types that have none."""
    value: U256
    data: ByteView
    """Calldata or initcode."""
    non_zero_bytes: U32
    """Of the calldata."""

    signed: ByteView
    """The encoded fields that the signature covers, without the list's header."""
    names_chain: bool
    """Whether the signing hash of a legacy transaction takes the chain's id in."""
    is_odd: bool
    """Parity of the signature's y."""
    r: U256
    s: U256

    access_list: ByteView
    """Its items as they are encoded, none for types that have no list."""
    authorizations: ByteView
    authorization_count: U32

    gas_per_pubdata: U32
    """What L1 fixed for a byte of pubdata, like the rest for types from L1 only."""
    deposit: U256
    """What L1 has taken for value and fee."""
    refund_recipient: U256
    """Gets what is left of it; an address only if that is needed."""

    hash: Bytes32
    signing_hash: Bytes32

    def __init__(self) -> None:
        empty = allocate_bytes(0)
        self.encoding = empty
        self.kind = U32(0)
        self.sender = Address(0)
        self.is_sender_known = False
        self.to = Address(0)
        self.is_creation = False
        self.nonce = U64(0)
        self.gas_limit = U64(0)
        self.max_fee = U256(0)
        self.max_priority_fee = U256(0)
        self.value = U256(0)
        self.data = empty
        self.non_zero_bytes = U32(0)
        self.signed = empty
        self.names_chain = False
        self.is_odd = False
        self.r = U256(0)
        self.s = U256(0)
        self.access_list = empty
        self.authorizations = empty
        self.authorization_count = U32(0)
        self.gas_per_pubdata = U32(0)
        self.deposit = U256(0)
        self.refund_recipient = U256(0)
        self.hash = Bytes32(0)
        self.signing_hash = Bytes32(0)

    def begin(self, encoding: ByteView) -> None:
        """Take over the bytes of the next transaction; what names the last goes."""
        self.encoding = encoding
        self.kind = U32(0)
        self.sender = Address(0)
        self.is_sender_known = False
        self.hash = Bytes32(0)
        self.signing_hash = Bytes32(0)

    def clear_lists(self) -> None:
        """Have neither access list nor authorizations."""
        empty = self.encoding.window(0, 0)
        self.access_list = empty
        self.authorizations = empty
        self.authorization_count = U32(0)
