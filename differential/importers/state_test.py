"""State tests of the Ethereum test suite, as cases of ours.

A file holds named tests, a test one transaction template and, for each fork, the
variants of it with what they lead to. Every variant becomes a case of one block with
one transaction. What a case cannot hold (the expected root, say) stands beside it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from differential.known import BLOCK_GAS_LIMIT, FORK, NO_BLOB_TRANSACTIONS
from zkos.host.accounts import delegate_of
from zkos.host.case import AccountState, Block, Case
from zkos.host.case_reader import Node, optional, read_json
from zkos.host.context import BLOCK_HASHES, MAX_BLOCK_GAS_LIMIT, BlockContext
from zkos.host.signing import keccak256
from zkos.host.transactions import (
    AccessListEntry,
    Authorization,
    FieldTransaction,
    Kind,
    RawTransaction,
    Transaction,
)

CHAIN_ID: Final = 1
FORKS: Final = (FORK, "Cancun")
"""Forks whose tests are read; of each test those of the first it has."""
_TOO_EARLY: Final = "_PRE_FORK"
"""In the suite's word for a transaction whose type only later forks have."""


@dataclass(frozen=True, slots=True)
class StateTest:
    """A variant of a state test: the case and what the suite expects of it."""

    name: str
    """File, test, fork and indices of the variant."""
    case: Case
    state_root: int
    """Ethereum's, which ours has not."""
    logs_hash: int
    exception: str | None = None
    """Why the transaction is invalid; None for a valid one."""
    excess_blob_gas: int = 0
    fork: str = FORK
    declared: tuple[str, ...] = ()
    """Rules of `differential.known` that importing it took."""


def read_state_tests(path: Path, forks: Sequence[str] = FORKS) -> list[StateTest]:
    """All variants of all tests of a file; raises CaseError."""
    root = read_json(path)
    return [
        variant
        for name, test in root.members().items()
        for variant in parse_state_test(root.source, name, test, forks)
    ]


def parse_state_test(
    source: str, name: str, test: Node, forks: Sequence[str] = FORKS
) -> Iterator[StateTest]:
    """The variants of one test for the first of some forks; raises CaseError.

    Those that only show what an older fork lacks say nothing of the first.
    """
    fields = test.members()
    for needed in ("env", "pre", "transaction", "post"):
        if needed not in fields:
            test.fail(f"not a state test: field {needed} is missing")
    posts = fields["post"].members()
    fork = next((name for name in forks if name in posts), None)
    if fork is None:
        return
    context, excess, declared = read_environment(fields["env"])
    accounts = read_accounts(fields["pre"])
    for variant in posts[fork].items():
        entry = variant.members()
        exception = optional(entry.get("expectException"), Node.text, None)
        if fork != forks[0] and exception is not None and _TOO_EARLY in exception:
            continue
        numbers = {key: node.number(32) for key, node in _of(entry, "indexes").items()}
        transaction = transaction_of(fields["transaction"], numbers, entry)
        rules = declared
        if _has_blobs(transaction):
            rules = (*declared, NO_BLOB_TRANSACTIONS.name)
        label = "-".join(str(numbers.get(key, 0)) for key in ("data", "gas", "value"))
        yield StateTest(
            name=f"{source}::{name}[{fork}-{label}]",
            case=Case((Block(context, (transaction,)),), accounts),
            state_root=_hash(entry, "hash", variant),
            logs_hash=_hash(entry, "logs", variant),
            exception=exception,
            excess_blob_gas=excess,
            fork=fork,
            declared=rules,
        )


def _of(fields: dict[str, Node], name: str) -> dict[str, Node]:
    return optional(fields.get(name), Node.members, {})


def _hash(fields: dict[str, Node], name: str, place: Node) -> int:
    if name not in fields:
        place.fail(f"field {name} is missing")
    return fields[name].number()


def read_environment(node: Node) -> tuple[BlockContext, int, tuple[str, ...]]:
    """The block of a test, its excess blob gas, and the rules that bent it."""
    fields = node.members()

    def number(name: str, bits: int, default: int | None = None) -> int:
        if name not in fields:
            if default is None:
                node.fail(f"field {name} is missing")
            return default
        return fields[name].number(bits)

    if "currentCoinbase" not in fields:
        node.fail("field currentCoinbase is missing")
    block_number = number("currentNumber", 64)
    gas_limit = number("currentGasLimit", 256)
    context = BlockContext(
        chain_id=CHAIN_ID,
        block_number=block_number,
        timestamp=number("currentTimestamp", 64),
        eip1559_basefee=number("currentBaseFee", 256, 10),
        coinbase=fields["currentCoinbase"].address(),
        gas_limit=min(gas_limit, MAX_BLOCK_GAS_LIMIT),
        mix_hash=number("currentRandom", 256, 0),
        block_hashes=conventional_hashes(block_number),
    )
    bent = gas_limit > MAX_BLOCK_GAS_LIMIT
    rules = (BLOCK_GAS_LIMIT.name,) if bent else ()
    return context, number("currentExcessBlobGas", 64, 0), rules


def conventional_hashes(block_number: int) -> tuple[int, ...]:
    """Hashes of the blocks before, latest first: of their number's decimal text."""
    first = max(0, block_number - BLOCK_HASHES)
    return tuple(
        int.from_bytes(keccak256(str(number).encode()), "big")
        for number in range(block_number - 1, first - 1, -1)
    )


def read_accounts(node: Node) -> tuple[AccountState, ...]:
    """The accounts of a `pre` or allocation object."""
    accounts = []
    for name, member in node.members().items():
        fields = member.members()
        storage = _of(fields, "storage")
        slots = (
            (member.renamed(slot).number(), value) for slot, value in storage.items()
        )
        code = optional(fields.get("code"), Node.data, b"")
        delegate = delegate_of(code)
        accounts.append(
            AccountState(
                address=member.renamed(name).address(),
                balance=optional(fields.get("balance"), Node.number, 0),
                nonce=optional(fields.get("nonce"), lambda item: item.number(64), 0),
                code=b"" if delegate is not None else code,
                delegate=delegate,
                storage=tuple((slot, value.number()) for slot, value in slots),
            )
        )
    return tuple(accounts)


def _has_blobs(transaction: Transaction) -> bool:
    if isinstance(transaction, RawTransaction):
        return transaction.data[:1] == b"\3"
    return isinstance(transaction, FieldTransaction) and bool(transaction.blob_hashes)


def transaction_of(
    template: Node, indices: dict[str, int], entry: dict[str, Node]
) -> RawTransaction | FieldTransaction:
    """The transaction of a variant: its bytes, or the template with indices applied.

    Raises CaseError.
    """
    if "txbytes" in entry:
        return RawTransaction(entry["txbytes"].data())
    return _from_template(template, indices)


def spelled(node: Node) -> Node:
    """The same place; a string of hex digits has the 0x that some tests leave out."""
    value = node.value
    if isinstance(value, str) and not value.startswith("0x"):
        return node.renamed(f"0x{value}")
    return node


def _from_template(template: Node, indices: dict[str, int]) -> FieldTransaction:
    """The transaction of older files, which give the key and not the signature."""
    fields = template.members()
    if "secretKey" not in fields:
        template.fail("neither txbytes nor secretKey: nothing to sign with")
    price_field = "gasPrice" if "gasPrice" in fields else "maxFeePerGas"
    for needed in ("nonce", "gasLimit", "value", "data", price_field):
        if needed not in fields:
            template.fail(f"field {needed} is missing")

    def pick(name: str, index: str) -> Node:
        choices = fields[name].items()
        at = indices.get(index, 0)
        if at >= len(choices):
            fields[name].fail(f"no entry {at}")
        return choices[at]

    kind, access_list = Kind.LEGACY, None
    if "accessLists" in fields:
        listed = pick("accessLists", "data")
        if listed.value is not None:
            kind, access_list = Kind.EIP2930, _access_list(listed)
    price = fields.get("gasPrice")
    priority = None
    if price is None:
        kind, price = Kind.EIP1559, fields["maxFeePerGas"]
        priority = optional(fields.get("maxPriorityFeePerGas"), Node.number, 0)
    authorizations: tuple[Authorization, ...] = ()
    if "authorizationList" in fields:
        kind = Kind.EIP7702
        authorizations = tuple(map(_authorization, fields["authorizationList"].items()))
    blob_hashes: tuple[int, ...] = ()
    if "blobVersionedHashes" in fields:
        kind = Kind.EIP4844
        hashes = fields["blobVersionedHashes"].items()
        blob_hashes = tuple(item.number() for item in hashes)
    to = fields["to"].value if "to" in fields else ""
    return FieldTransaction(
        kind=kind,
        gas_limit=pick("gasLimit", "gas").number(64),
        max_fee_per_gas=price.number(),
        max_priority_fee_per_gas=priority,
        nonce=fields["nonce"].number(),
        to=None if to in ("", "0x") else spelled(fields["to"]).address(),
        value=pick("value", "value").number(),
        data=spelled(pick("data", "data")).data(),
        access_list=access_list,
        authorization_list=authorizations,
        blob_hashes=blob_hashes,
        max_fee_per_blob_gas=optional(fields.get("maxFeePerBlobGas"), Node.number, 0),
        private_key=spelled(fields["secretKey"]).data(32),
    )


def _authorization(node: Node) -> Authorization:
    fields = node.members()
    parity = fields["yParity"] if "yParity" in fields else fields["v"]
    return Authorization(
        fields["address"].address(),
        nonce=fields["nonce"].number(),
        chain_id=fields["chainId"].number(),
        y=parity.number(),
        r=fields["r"].number(),
        s=fields["s"].number(),
    )


def _access_list(node: Node) -> tuple[AccessListEntry, ...]:
    entries = []
    for item in node.items():
        fields = item.members()
        keys = tuple(key.number() for key in fields["storageKeys"].items())
        entries.append(AccessListEntry(fields["address"].address(), keys))
    return tuple(entries)
