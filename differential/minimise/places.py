"""Where the transactions of a case are, and candidates with one of them changed."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeAlias

from differential.minimise.search import Search
from zkos.host.case import Block, Case
from zkos.host.transactions import FieldTransaction, Transaction

Place: TypeAlias = tuple[int, int]
"""Block and transaction."""


def places(case: Case) -> Iterator[Place]:
    """All transactions, in order."""
    for number, block in enumerate(case.blocks):
        for index in range(len(block.transactions)):
            yield number, index


def transaction_at(case: Case, place: Place) -> Transaction:
    """The transaction at a place."""
    return case.blocks[place[0]].transactions[place[1]]


def with_transactions(case: Case, changed: Mapping[Place, Transaction]) -> Case:
    """The case with other transactions at some places."""
    blocks = tuple(
        replace(
            block,
            transactions=tuple(
                changed.get((number, index), transaction)
                for index, transaction in enumerate(block.transactions)
            ),
        )
        for number, block in enumerate(case.blocks)
    )
    return replace(case, blocks=blocks)


def offer_block(search: Search, number: int, block: Block) -> bool:
    """Offer the case with one block changed."""
    blocks = list(search.case.blocks)
    blocks[number] = block
    return search.offer(replace(search.case, blocks=tuple(blocks)))


def offer_transaction(search: Search, place: Place) -> Callable[..., bool]:
    """Offers the case with fields of one transaction changed."""

    def offer(**changes: Any) -> bool:
        transaction = transaction_at(search.case, place)
        assert isinstance(transaction, FieldTransaction)
        changed = {place: replace(transaction, **changes)}
        return search.offer(with_transactions(search.case, changed))

    return offer
