"""What there is to know of a block of Ethereum besides what the guest is served."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from differential.outcome import Outcome
from zkos.host.ethereum.block import EthereumBlock


@dataclass(frozen=True)
class Account:
    """An account of a state that is known in full."""

    nonce: int = 0
    balance: int = 0
    code: bytes = b""
    storage: Mapping[int, int] = field(default_factory=dict)
    """Without zeros."""


State = Mapping[int, Account]
"""Accounts by address."""


@dataclass(frozen=True)
class KnownBlock:
    """A block with the state before it, if known, and what is expected of it."""

    name: str
    block: EthereumBlock
    before: State | None = None
    """None if the witness alone knows of it."""
    expected: Outcome | None = None
    after: Mapping[int, Account | None] | None = None
    """Every account that the block changes, None where it is gone."""
    receipts: tuple[bytes, ...] = ()
    """As in the receipts trie, if known."""
