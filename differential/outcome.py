"""What an engine says about a block, in the form all engines share.

The JSON is the machine-readable contract of the command line: names and meanings
are fixed, and what an engine cannot know is absent (None here). The fields of
`Detail` are compared too; only a part of them is printed.
"""

from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from zkos.host.accounts import Account
from zkos.host.tree import hash_bytes

DELEGATIONS: Final = ("blake2s", "u256", "keccak")
"""What programs leave to circuits; in this protocol none calls the last one."""
UNSUPPORTED: Final = "unsupported: "
"""Begins the reason of a crash that only says an engine has no answer to a case."""


class Result(Enum):
    """How a run ended."""

    SUCCESS = "success"
    ABORT = "abort"
    """The guest refused to go on: no proof is made."""
    CRASH = "crash"
    """The engine or the host failed; never the right answer to anything."""
    TIMEOUT = "timeout"


class TransactionStatus(Enum):
    """What became of a transaction."""

    SUCCESS = "success"
    REVERTED = "reverted"
    INVALID = "invalid"
    """Dropped from the block."""


@dataclass(frozen=True, slots=True)
class Log:
    """An EVM log."""

    address: int
    topics: tuple[int, ...]
    data: bytes

    def to_json(self) -> dict[str, Any]:
        return {
            "address": f"{self.address:#042x}",
            "topics": [f"{topic:#066x}" for topic in self.topics],
            "data": _hex(self.data),
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Log":
        return cls(
            int(value["address"], 16),
            tuple(int(topic, 16) for topic in value["topics"]),
            _bytes(value["data"]),
        )


@dataclass(frozen=True, slots=True)
class TransactionOutcome:
    """The receipt of a transaction."""

    status: TransactionStatus
    reason: str | None = ""
    """Name of the error that dropped or reverted it, with the values it compared."""
    gas_used: int | None = None
    native_used: int | None = None
    return_data: bytes | None = None
    logs: tuple[Log, ...] | None = None
    hash: int | None = None
    """This and what follows is compared but not printed."""
    pubdata_used: int | None = None
    """Bytes."""
    type_byte: int | None = None
    sender: int | None = None
    created: int | None = None
    """Address of a new contract, 0 if there is none."""
    gas_refunded: int | None = None
    """What was granted of the refund counter (EIP-3529)."""

    def to_json(self) -> dict[str, Any]:
        return _present(
            {
                "status": self.status.value,
                "reason": self.reason,
                "gas_used": self.gas_used,
                "native_used": self.native_used,
                "return_data": _hex(self.return_data),
                "logs": None
                if self.logs is None
                else [log.to_json() for log in self.logs],
            }
        )

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "TransactionOutcome":
        logs = value.get("logs")
        return cls(
            status=TransactionStatus(value["status"]),
            reason=value.get("reason"),
            gas_used=value.get("gas_used"),
            native_used=value.get("native_used"),
            return_data=_bytes(value.get("return_data")),
            logs=None if logs is None else tuple(Log.from_json(log) for log in logs),
        )


@dataclass(frozen=True, slots=True)
class L1Log:
    """A log for L1."""

    transaction: int
    sender: int
    key: int
    value: int


@dataclass(frozen=True, slots=True)
class SlotDiff:
    """A slot whose value the block changed."""

    address: int
    key: int
    current: int


@dataclass(frozen=True, slots=True)
class AccountDiff:
    """What an account the block changed is worth in Ethereum's terms afterwards."""

    address: int
    balance: int
    nonce: int
    code_hash: int
    """Keccak-256 of the code, that of nothing for an account without code."""


@dataclass(frozen=True, slots=True)
class DeclaredDifference:
    """A rule of `differential.known` at work in a transaction."""

    transaction: int
    rule: str
    times: int
    amount: int = 0
    """Of gas, for refunds that were not paid."""


@dataclass(frozen=True, slots=True)
class Detail:
    """What finds the first wrong layer; a part of it is in the JSON beside the rest."""

    diffs: tuple[SlotDiff, ...] | None = None
    """In cache order; accounts by their hash under 0x8003."""
    l1_logs: tuple[L1Log, ...] | None = None
    l1_messages: tuple[bytes, ...] | None = None
    queries: dict[str, int] | None = None
    words_read: int | None = None
    words_written: int | None = None
    words_aside: int | None = None
    """Those of queries that programs may ask or not (`zkos.host.channel.ASIDE`)."""
    preimages: tuple[bytes, ...] | None = None
    """Made in the block: account encodings and code."""
    published: tuple[bytes, ...] | None = None
    """Those read from pubdata instead: enough for the state after, never compared."""
    root_before: int | None = None
    next_free_slot_before: int | None = None
    accounts: tuple[AccountDiff, ...] | None = None
    """By address, without what only our accounts have (versioning, our hashes)."""
    storage: tuple[SlotDiff, ...] | None = None
    """By address and key, without account slots."""
    declared: tuple[DeclaredDifference, ...] | None = None
    """Where a reference engine was made to differ from Ethereum; never compared."""
    text: tuple[str, ...] = ()
    """What an image that logs has printed; never compared."""

    @property
    def new_preimages(self) -> tuple[bytes, ...] | None:
        """What the state after needs and the one before lacks, if it is known."""
        return self.published if self.preimages is None else self.preimages

    def to_json(self) -> dict[str, Any]:
        """Changes of state and what goes to L1, as far as known."""
        return {
            "account_diffs": None
            if self.accounts is None
            else [
                {
                    "address": f"{item.address:#042x}",
                    "nonce": item.nonce,
                    "balance": str(item.balance),
                    "code_hash": _hash(item.code_hash),
                }
                for item in self.accounts
            ],
            "storage_diffs": None
            if self.storage is None
            else [
                {
                    "address": f"{item.address:#042x}",
                    "slot": _hash(item.key),
                    "value": _hash(item.current),
                }
                for item in self.storage
            ],
            "l1_logs": None
            if self.l1_logs is None
            else [
                {
                    "transaction": item.transaction,
                    "sender": f"{item.sender:#042x}",
                    "key": _hash(item.key),
                    "value": _hash(item.value),
                }
                for item in self.l1_logs
            ],
            "l1_messages": None
            if self.l1_messages is None
            else [_hex(message) for message in self.l1_messages],
        }


@dataclass(frozen=True, slots=True)
class BatchOutcome:
    """What a run of the guest, of one block or several, commits to (state spec 6)."""

    state_before: int
    """Hash of the chain's state; likewise after."""
    state_after: int
    output: int
    logs_root: int
    data_availability: int
    versioned_hashes: tuple[int, ...] = ()
    """Of its blobs."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A block, or blocks as one batch, on one engine."""

    result: Result
    reason: str = ""
    """Why it is no success."""
    public_input: bytes | None = None
    state_root: int | None = None
    next_free_slot: int | None = None
    block_hash: int | None = None
    cycles: int | None = None
    delegations: dict[str, int] | None = None
    """Calls by name, see `DELEGATIONS`."""
    oracle_words: int | None = None
    """Words read and written, without messages."""
    transactions: tuple[TransactionOutcome, ...] | None = None
    pubdata: bytes | None = None
    seconds: float | None = None
    heap_bytes: int | None = None
    """High-water mark of the guest's heap."""
    batch: BatchOutcome | None = None
    detail: Detail = field(default_factory=Detail)

    @property
    def succeeded(self) -> bool:
        """Whether there is a public input."""
        return self.result is Result.SUCCESS

    def to_json(self) -> dict[str, Any]:
        """The engine's entry of the contract."""
        return _present(
            {
                "outcome": self.result.value,
                "reason": self.reason,
                "public_input": _hex(self.public_input),
                "state_root": _hash(self.state_root),
                "next_free_slot": self.next_free_slot,
                "block_hash": _hash(self.block_hash),
                "cycles": self.cycles,
                "delegations": self.delegations,
                "oracle_words": self.oracle_words,
                "transactions": None
                if self.transactions is None
                else [item.to_json() for item in self.transactions],
                "pubdata": _hex(self.pubdata),
                "seconds": self.seconds,
                "heap_bytes": self.heap_bytes,
                **self.detail.to_json(),
            }
        )

    def batch_to_json(self) -> dict[str, Any]:
        """The engine's entry of the contract for a batch."""
        known = self.batch
        return _present(
            {
                "outcome": self.result.value,
                "reason": self.reason,
                "public_input": _hex(self.public_input),
                "cycles": self.cycles,
                "delegations": self.delegations,
                "state_commitment": None if known is None else _hash(known.state_after),
                "batch_output_hash": None if known is None else _hash(known.output),
                "logs_root": None if known is None else _hash(known.logs_root),
                "oracle_words": self.oracle_words,
                "seconds": self.seconds,
            }
        )

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Outcome":
        """The inverse of `to_json`, without details."""
        transactions = value.get("transactions")
        root, block_hash = value.get("state_root"), value.get("block_hash")
        return cls(
            result=Result(value["outcome"]),
            reason=value["reason"],
            public_input=_bytes(value.get("public_input")),
            state_root=None if root is None else int(root, 16),
            next_free_slot=value.get("next_free_slot"),
            block_hash=None if block_hash is None else int(block_hash, 16),
            cycles=value.get("cycles"),
            delegations=value.get("delegations"),
            oracle_words=value.get("oracle_words"),
            transactions=None
            if transactions is None
            else tuple(TransactionOutcome.from_json(item) for item in transactions),
            pubdata=_bytes(value.get("pubdata")),
            seconds=value.get("seconds"),
            heap_bytes=value.get("heap_bytes"),
        )


@dataclass(frozen=True, slots=True)
class Difference:
    """The first place where two engines disagree."""

    engines: tuple[str, str]
    layer: str
    """Which part of the outcome, e.g. `gas_used`."""
    where: str
    """Where in that part, e.g. `transactions[3]`."""
    values: tuple[Any, Any]

    def to_json(self) -> dict[str, Any]:
        return {
            "engines": list(self.engines),
            "layer": self.layer,
            "where": self.where,
            "values": list(self.values),
        }


def _hex(data: bytes | None) -> str | None:
    return None if data is None else "0x" + data.hex()


def _hash(number: int | None) -> str | None:
    return None if number is None else f"{number:#066x}"


def _bytes(text: Any) -> Any:
    return None if text is None else bytes.fromhex(text[2:])


def _present(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def account_after(outcome: Outcome, digest: int) -> Account | None:
    """The account whose encoding has this hash, if the block made it."""
    wanted = digest.to_bytes(32, "big")
    for preimage in outcome.detail.new_preimages or ():
        if hash_bytes(preimage) == wanted:
            return Account.decode(preimage)
    return None
