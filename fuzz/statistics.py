"""How much of what was generated did something: counts over many examined cases."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from differential.outcome import Outcome, TransactionStatus
from zkos.host.case import Block, Case
from zkos.host.transactions import (
    EncodedTransaction,
    FieldTransaction,
    RawTransaction,
    Transaction,
)


@dataclass(slots=True)
class Statistics:
    """Counts, to be added up."""

    cases: int = 0
    blocks: Counter[str] = field(default_factory=Counter)
    """By result."""
    statuses: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Transactions by type and status."""
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Transactions that did not succeed, by status and reason without its values."""
    gas: int = 0
    cycles: int = 0

    def add(self, case: Case, outcomes: Iterable[Outcome]) -> None:
        """Count a case."""
        self.cases += 1
        for block, outcome in zip(case.blocks, outcomes, strict=False):
            self.blocks[outcome.result.value] += 1
            self.cycles += outcome.cycles or 0
            self._add_transactions(block, outcome)

    def merge(self, other: "Statistics") -> None:
        """Add what another worker counted."""
        self.cases += other.cases
        self.blocks += other.blocks
        self.statuses += other.statuses
        self.reasons += other.reasons
        self.gas += other.gas
        self.cycles += other.cycles

    def _add_transactions(self, block: Block, outcome: Outcome) -> None:
        if not outcome.succeeded or outcome.transactions is None:
            return
        pairs = zip(block.transactions, outcome.transactions, strict=False)
        for transaction, receipt in pairs:
            status = receipt.status.value
            self.statuses[kind_name(transaction), status] += 1
            self.gas += receipt.gas_used or 0
            if receipt.status is not TransactionStatus.SUCCESS:
                reason = (receipt.reason or "unknown").split(" ")[0]
                self.reasons[status, reason] += 1

    def share_included(self) -> float:
        """The part of all transactions that was not dropped."""
        total = sum(self.statuses.values())
        dropped = sum(n for (_, status), n in self.statuses.items() if _is_drop(status))
        return (total - dropped) / total if total else 0.0

    def lines(self) -> list[str]:
        """The counts as text."""
        total = sum(self.statuses.values())
        share = f"{100 * self.share_included():.1f} % included"
        blocks = f"{self.cases} cases, blocks {dict(self.blocks)}"
        written = [f"{blocks}, {total} transactions, {share}, {self.gas} gas"]
        for name in sorted({kind for kind, _ in self.statuses}):
            shares = {
                s: n for (kind, s), n in sorted(self.statuses.items()) if kind == name
            }
            written.append(f"  {name}: {shares}")
        for (status, reason), count in self.reasons.most_common():
            written.append(f"  {status} {reason}: {count}")
        return written


def kind_name(transaction: Transaction) -> str:
    """What kind of transaction a count is about."""
    match transaction:
        case RawTransaction():
            return "raw"
        case EncodedTransaction():
            return "encoded"
        case FieldTransaction(kind=kind):
            account = transaction.kind.is_signed and transaction.private_key is None
            return f"{kind.name.lower()}{' account' if account else ''}"


def _is_drop(status: str) -> bool:
    return status == TransactionStatus.INVALID.value
