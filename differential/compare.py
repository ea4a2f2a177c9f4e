"""Two outcomes side by side, layer by layer, cheapest first.

Nothing is summarised: every field both engines know is compared as it is, and the
first that differs is the difference.
"""

from collections.abc import Iterator, Mapping
from dataclasses import fields as dataclass_fields
from itertools import combinations, zip_longest
from typing import Any, Final

from differential.from_pubdata import with_said_hashes
from differential.outcome import (
    AccountDiff,
    BatchOutcome,
    Detail,
    Difference,
    L1Log,
    Log,
    Outcome,
    Result,
    SlotDiff,
    TransactionOutcome,
)
from zkos.host.channel import ASIDE

Layer = tuple[str, str, Any, Any]
"""Layer, place in it, and the two values."""

LAYERS: Final = (
    "outcome",
    "public_input",
    "state_root",
    "next_free_slot",
    "root_before",
    "next_free_slot_before",
    "transactions",
    "status",
    "reason",
    "gas_used",
    "native_used",
    "return_data",
    "logs",
    "transaction_hash",
    "pubdata_used",
    "type",
    "sender",
    "created",
    "gas_refunded",
    "accounts",
    "storage",
    "diffs",
    "pubdata",
    "l1_logs",
    "l1_messages",
    "block_hash",
    "preimages",
    "queries",
    "batch",
    "oracle_words",
)
"""All layers in the order of comparison."""

_MISSING: Final = "absent"
_UNCHANGED: Final = "unchanged"


def layers(left: Outcome, right: Outcome) -> Iterator[Layer]:
    """Every pair of values both engines know, in order."""
    yield "outcome", "", left.result.value, right.result.value
    if not (left.succeeded and right.succeeded):
        return
    if left.detail.published is not None:
        left = with_said_hashes(left, right)
    if right.detail.published is not None:
        right = with_said_hashes(right, left)
    yield "public_input", "", left.public_input, right.public_input
    yield "state_root", "", left.state_root, right.state_root
    yield "next_free_slot", "", left.next_free_slot, right.next_free_slot
    before, other = left.detail, right.detail
    yield "root_before", "", before.root_before, other.root_before
    slots = before.next_free_slot_before, other.next_free_slot_before
    yield "next_free_slot_before", "", *slots
    yield from _transactions(left, right)
    yield from _details(left, right)
    yield from _batch(left.batch, right.batch)
    yield "oracle_words", "", _words(left), _words(right)


def _transactions(left: Outcome, right: Outcome) -> Iterator[Layer]:
    if left.transactions is None or right.transactions is None:
        return
    yield "transactions", "", len(left.transactions), len(right.transactions)
    pairs = zip(left.transactions, right.transactions, strict=False)
    for index, (one, two) in enumerate(pairs):
        yield from _transaction(f"transactions[{index}]", one, two)


def _transaction(
    where: str, one: TransactionOutcome, two: TransactionOutcome
) -> Iterator[Layer]:
    yield "status", where, one.status.value, two.status.value
    yield "reason", where, one.reason, two.reason
    yield "gas_used", where, one.gas_used, two.gas_used
    yield "native_used", where, one.native_used, two.native_used
    yield "return_data", where, one.return_data, two.return_data
    if one.logs is not None and two.logs is not None:
        yield from _sequence("logs", f"{where}.logs", one.logs, two.logs)
    yield "transaction_hash", where, one.hash, two.hash
    yield "pubdata_used", where, one.pubdata_used, two.pubdata_used
    yield "type", where, one.type_byte, two.type_byte
    yield "sender", where, one.sender, two.sender
    yield "created", where, one.created, two.created
    yield "gas_refunded", where, one.gas_refunded, two.gas_refunded


def _details(left: Outcome, right: Outcome) -> Iterator[Layer]:
    one, two = left.detail, right.detail
    yield from _state(one, two)
    if one.diffs is not None and two.diffs is not None:
        yield from _sequence("diffs", "diffs", one.diffs, two.diffs)
    yield "pubdata", "", left.pubdata, right.pubdata
    if one.l1_logs is not None and two.l1_logs is not None:
        yield from _sequence("l1_logs", "l1_logs", one.l1_logs, two.l1_logs)
    if one.l1_messages is not None and two.l1_messages is not None:
        yield from _sequence(
            "l1_messages", "l1_messages", one.l1_messages, two.l1_messages
        )
    yield "block_hash", "", left.block_hash, right.block_hash
    yield "preimages", "", one.preimages, two.preimages
    if one.queries is not None and two.queries is not None:
        for name in sorted({*one.queries, *two.queries} - {*ASIDE}):
            yield "queries", name, one.queries.get(name, 0), two.queries.get(name, 0)


def _words(outcome: Outcome) -> int | None:
    """Words about the block, without those of queries a program may ask or not."""
    aside = outcome.detail.words_aside
    if outcome.oracle_words is None or aside is None:
        return None
    return outcome.oracle_words - aside


def _batch(one: BatchOutcome | None, two: BatchOutcome | None) -> Iterator[Layer]:
    if one is not None and two is not None:
        for field in dataclass_fields(BatchOutcome):
            pair = (getattr(side, field.name) for side in (one, two))
            yield "batch", field.name, *pair


def _state(one: Detail, two: Detail) -> Iterator[Layer]:
    """What changed, by name: an account or slot only one side changed is absent."""
    if one.accounts is not None and two.accounts is not None:
        yield from _accounts(one.accounts, two.accounts)
    if one.storage is not None and two.storage is not None:
        left, right = _by_name(one.storage), _by_name(two.storage)
        for address, key in sorted({*left, *right}):
            where = f"slot {key:#x} of {address:#042x}"
            x, y = left.get((address, key)), right.get((address, key))
            yield "storage", where, _current(x), _current(y)


def _by_name(diffs: tuple[SlotDiff, ...]) -> dict[tuple[int, int], SlotDiff]:
    return {(diff.address, diff.key): diff for diff in diffs}


def _accounts(
    one: tuple[AccountDiff, ...], two: tuple[AccountDiff, ...]
) -> Iterator[Layer]:
    left, right = ({diff.address: diff for diff in side} for side in (one, two))
    for address in sorted({*left, *right}):
        x, y = left.get(address), right.get(address)
        for name in ("balance", "nonce", "code_hash"):
            where = f"{name} of {address:#042x}"
            yield "accounts", where, _field(x, name), _field(y, name)


def _field(diff: AccountDiff | None, name: str) -> Any:
    return _UNCHANGED if diff is None else getattr(diff, name)


def _current(diff: SlotDiff | None) -> Any:
    return _UNCHANGED if diff is None else diff.current


def _sequence(
    layer: str, where: str, one: tuple[Any, ...], two: tuple[Any, ...]
) -> Iterator[Layer]:
    for index, (x, y) in enumerate(zip_longest(one, two, fillvalue=_MISSING)):
        yield layer, f"{where}[{index}]", x, y


def compare(names: tuple[str, str], left: Outcome, right: Outcome) -> Difference | None:
    """The first difference of two outcomes, or None."""
    for layer, where, one, two in layers(left, right):
        if one is not None and two is not None and one != two:
            return Difference(names, layer, where, (printable(one), printable(two)))
    return None


def first_difference(outcomes: Mapping[str, Outcome]) -> Difference | None:
    """The first difference of any two engines, those with the first engine first.

    Every pair counts: the first engine may not know what two others disagree about.
    """
    for one, two in combinations(outcomes, 2):
        found = compare((one, two), outcomes[one], outcomes[two])
        if found is not None:
            return found
    return None


def compared_layers(left: Outcome, right: Outcome) -> dict[str, int]:
    """How many values of each layer both engines know: what agreement means."""
    counts: dict[str, int] = {}
    for layer, _, one, two in layers(left, right):
        if one is not None and two is not None:
            counts[layer] = counts.get(layer, 0) + 1
    return counts


def failed(outcome: Outcome) -> bool:
    """Whether the engine itself failed, which is no answer to the case."""
    return outcome.result in (Result.CRASH, Result.TIMEOUT)


def printable(value: Any) -> Any:
    """A value as JSON can hold it."""
    match value:
        case bytes():
            return "0x" + value.hex()
        case int() if value >= 1 << 53:
            return f"{value:#x}"
        case Log():
            return value.to_json()
        case SlotDiff():
            return {
                "address": f"{value.address:#042x}",
                "slot": f"{value.key:#066x}",
                "value": f"{value.current:#066x}",
            }
        case L1Log():
            return {
                "transaction": value.transaction,
                "sender": f"{value.sender:#042x}",
                "key": f"{value.key:#066x}",
                "value": f"{value.value:#066x}",
            }
        case tuple():
            return [printable(item) for item in value]
    return value
