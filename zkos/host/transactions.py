"""Transactions as the host holds them: by fields, or as bytes to be sent.

`zkos.host.delivery` makes of each what the guest reads; the formats are those of
`zkos.host.codecs`.
"""

from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias


class TransactionError(Exception):
    """A transaction cannot be encoded; `field` is what stands in the way."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class Kind(Enum):
    """Transaction types; the value is the type byte."""

    LEGACY = 0x00
    EIP2930 = 0x01
    EIP1559 = 0x02
    EIP4844 = 0x03
    """Blobs: Ethereum has them, the guest refuses them."""
    EIP7702 = 0x04
    SERVICE = 0x7D
    """A call of the operator to a system contract, since protocol version 31."""
    UPGRADE = 0x7E
    L1 = 0x7F

    @property
    def is_signed(self) -> bool:
        """Whether a signature authorises it."""
        return not self.is_from_l1 and self is not Kind.SERVICE

    @property
    def is_from_l1(self) -> bool:
        """Whether L1 has sent it, in another encoding than the others."""
        return self in (Kind.L1, Kind.UPGRADE)

    @property
    def has_gas_price(self) -> bool:
        """Whether it knows no priority fee."""
        return self in (Kind.LEGACY, Kind.EIP2930)


@dataclass(frozen=True, slots=True)
class AccessListEntry:
    """An address and slots announced by a transaction (EIP-2930)."""

    address: int
    storage_keys: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Authorization:
    """An account's wish to run the code of another (EIP-7702).

    Parts of the signature that are not given come from the private key.
    """

    address: int
    """Whose code; 0 ends a delegation."""
    nonce: int = 0
    chain_id: int | None = None
    """The block's when None; 0 is any chain."""
    private_key: bytes | None = None
    y: int | None = None
    """Parity of the signature, 0 or 1 if it is good."""
    r: int | None = None
    s: int | None = None


@dataclass(frozen=True, slots=True)
class RawTransaction:
    """A transaction in RLP, to be sent as it is."""

    data: bytes
    sender: int | None = None
    """What the host says of its sender; the one who signed it when None."""
    format: int | None = None


@dataclass(frozen=True, slots=True)
class EncodedTransaction:
    """An ABI body, well formed or not, to be sent as it is."""

    data: bytes
    sender: int | None = None
    format: int | None = None


@dataclass(frozen=True, slots=True)
class FieldTransaction:
    """A transaction by its fields; None means "as computed or by default"."""

    kind: Kind
    gas_limit: int
    """Service transactions have none, and no fee: 0."""
    max_fee_per_gas: int
    """Wei; the gas price of types without a priority fee."""
    max_priority_fee_per_gas: int | None = None
    """Wei; `max_fee_per_gas` when None."""
    nonce: int = 0
    """A salt in service transactions."""
    to: int | None = None
    """None creates a contract (legacy, 2930 and 1559), is empty in 4844 and 7702, and
    address 0 in types from L1."""
    value: int = 0
    data: bytes = b""
    access_list: tuple[AccessListEntry, ...] | None = None
    authorization_list: tuple[Authorization, ...] = ()
    blob_hashes: tuple[int, ...] = ()
    max_fee_per_blob_gas: int = 0
    eip155: bool = True
    """Whether the signature of a legacy transaction covers the chain id."""
    chain_id: int | None = None
    """Chain id signed for; the block's when None."""
    v: int | None = None
    """What stands for the parity of the signature, whatever that is."""
    private_key: bytes | None = None
    signature: bytes | None = None
    """65 bytes r, s, v with v of 27 or 28; of types from L1 any bytes."""
    sender: int | None = None
    format: int | None = None
    """What the host says of the format: 0 ABI, 1 RLP; that of the type when None."""
    gas_per_pubdata: int = 0
    """Gas a byte of pubdata, in types from L1; likewise the fields below."""
    mint_value: int | None = None
    """Deposit; value and fee of type 0x7f and 0 of type 0x7e when None."""
    refund_recipient: int | None = None
    """0 when None, or 1 without a target."""
    factory_deps: tuple[bytes, ...] = ()
    """Bytecode hashes, 32 bytes each."""
    reserved: tuple[int | None, ...] = ()
    """Overrides of the reserved words from the first on."""
    reserved_dynamic: bytes = b""


Transaction: TypeAlias = RawTransaction | EncodedTransaction | FieldTransaction
