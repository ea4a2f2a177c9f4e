"""What a node would say of a chain, made of outcomes of an engine: for tests."""

from typing import Any

from differential.outcome import Outcome, TransactionOutcome, TransactionStatus
from differential.runners import native
from differential.runners.base import options_of, settle, state_after, state_of_case
from zkos.host.case import Block, Case
from zkos.host.context import BlockContext
from zkos.host.delivery import ABI, Delivery, deliver
from zkos.host.profile import RunOptions
from zkos.host.state import ACCOUNTS, ChainState

GENESIS_HASH = 0x600D
_GUARDS = 2
_NUMBERS = (
    "chain_id",
    "block_number",
    "timestamp",
    "eip1559_basefee",
    "pubdata_price",
    "native_price",
    "gas_limit",
    "pubdata_limit",
    "blob_fee",
)


def chain_of(case: Case) -> dict[str, Any]:
    """The JSON of a chain from the case's state as genesis; each block is a batch."""
    assert case.protocol is not None
    options = options_of(case, 0, RunOptions())
    state = state_of_case(case)
    state.block_hashes = (GENESIS_HASH, *state.block_hashes[1:])
    chain, batches = [_genesis(state)], []
    for number, block in enumerate(case.blocks, 1):
        settled = settle(block, state, options)
        outcome = native.run_block(settled, state, options)
        after = state_after(state, outcome)
        chain.append(_block(settled, outcome, state, after))
        batches.append(_batch(number, outcome, settled.context))
        state = after
    return {
        "protocol": case.protocol.value,
        "chain": chain,
        "batches": batches,
        "keys": _names(state),
        "preimages": [blob.hex() for blob in state.preimages],
    }


def single_of(case: Case) -> dict[str, Any]:
    """The JSON of a case's only block on a whole state."""
    assert case.protocol is not None
    options = options_of(case, 0, RunOptions())
    state = state_of_case(case)
    settled = settle(case.blocks[0], state, options)
    outcome = native.run_block(settled, state, options)
    after = state_after(state, outcome)
    chain = _block(settled, outcome, state, after)
    batch = outcome.batch
    assert batch is not None
    context = settled.context
    return {
        "protocol": case.protocol.value,
        "unlimited_native": case.unlimited_native,
        "block": chain["block"]
        | {
            "mix_hash": _hash(context.mix_hash),
            "block_hashes": [_hash(item) for item in context.block_hashes or ()],
            "last_block_timestamp_before": context.last_block_timestamp,
        },
        "leaves": [[key, value] for key, value in _leaves(state)],
        "keys": _names(state),
        "preimages": [blob.hex() for blob in state.preimages],
        "txs": [{"raw": item["raw"]} for item in chain["txs"]],
        "expected": {
            **chain["expected"],
            "state_root_before": state.tree.root().hex(),
            "next_free_slot_before": state.tree.next_free_slot,
            "new_preimages": [blob.hex() for blob in outcome.detail.preimages or ()],
            "pubdata": (outcome.pubdata or b"").hex(),
            "state_commitment_before": _hash(batch.state_before),
            "state_commitment_after": _hash(batch.state_after),
            "txs": [
                {
                    "hash": item["hash"],
                    "from": item["from"],
                    "type": int(item["type"], 16),
                    "gas_used": item["expected"]["gas_used"],
                    "rejected": False,
                }
                for item in chain["txs"]
            ],
        },
    }


def _genesis(state: ChainState) -> dict[str, Any]:
    leaves = _leaves(state)
    return {
        "block": {"timestamp": 0},
        "txs": [],
        "expected": {
            "block_hash": _hash(GENESIS_HASH),
            "writes": [[key, value] for key, value in leaves],
            "new_leaves": [key for key, _ in leaves],
        },
    }


def _block(
    block: Block, outcome: Outcome, before: ChainState, after: ChainState
) -> dict[str, Any]:
    known = dict(_leaves(before))
    leaves = _leaves(after)
    receipts = outcome.transactions or ()
    return {
        "block": {
            **{name: getattr(block.context, name) for name in _NUMBERS},
            "coinbase": f"{block.context.coinbase:040x}",
        },
        "txs": [
            _transaction(deliver(sent, block.context.chain_id), receipt, logs)
            for sent, receipt, logs in zip(
                block.transactions, receipts, _l1_logs(outcome), strict=True
            )
        ],
        "expected": {
            "block_hash": _hash(outcome.block_hash),
            "state_root_after": _hash(outcome.state_root),
            "next_free_slot_after": outcome.next_free_slot,
            "pubdata": (outcome.pubdata or b"").hex(),
            "writes": [
                item for item in map(list, leaves) if known.get(item[0]) != item[1]
            ],
            "new_leaves": [key for key, _ in leaves if key not in known],
        },
    }


def _l1_logs(outcome: Outcome) -> list[list[str]]:
    """The logs for L1 of each transaction, none of which was dropped."""
    logs: list[list[str]] = [[] for _ in outcome.transactions or ()]
    for log in outcome.detail.l1_logs or ():
        head = f"0001{log.transaction:04x}{log.sender:040x}"
        logs[log.transaction].append(f"{head}{log.key:064x}{log.value:064x}")
    return logs


def _transaction(
    sent: Delivery, receipt: TransactionOutcome, l1_logs: list[str]
) -> dict[str, Any]:
    sender = receipt.sender
    assert sender is not None
    return {
        "type": hex(receipt.type_byte or 0),
        "encoded" if sent.format == ABI else "raw": sent.data.hex(),
        "from": f"{sender:040x}",
        "hash": _hash(receipt.hash),
        "expected": {
            "status": int(receipt.status is TransactionStatus.SUCCESS),
            "gas_used": receipt.gas_used,
            "contract_address": f"{receipt.created:040x}" if receipt.created else None,
            "events": [
                [
                    f"{log.address:040x}",
                    [_hash(item) for item in log.topics],
                    log.data.hex(),
                ]
                for log in receipt.logs or ()
            ],
            "l2_to_l1_logs": l1_logs,
        },
    }


def _batch(number: int, outcome: Outcome, context: BlockContext) -> dict[str, Any]:
    batch = outcome.batch
    assert batch is not None
    return {
        "blocks": [number, number],
        "da_commitment_scheme": context.da.scheme,
        "state_commitment": _hash(batch.state_after),
        "batch_output_hash": _hash(batch.output),
        "l2_to_l1_logs_root_hash": _hash(batch.logs_root),
        "da_commitment": _hash(batch.data_availability),
        "public_input_derived": (outcome.public_input or b"").hex(),
    }


def _names(state: ChainState) -> dict[str, list[Any]]:
    return {
        key.hex(): [f"{slot.key:040x}", "account"]
        if slot.address == ACCOUNTS
        else [f"{slot.address:040x}", slot.key]
        for key, slot in state.slots.items()
    }


def _leaves(state: ChainState) -> list[tuple[str, str]]:
    leaves = state.tree.leaves()[_GUARDS:]
    return [(leaf.key.hex(), leaf.value.hex()) for leaf in leaves]


def _hash(number: int | None) -> str:
    assert number is not None
    return f"{number:064x}"
