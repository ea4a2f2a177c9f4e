"""py-evm on a block, from its witness alone: its import with all validation.

Prague only, which is what py-evm has. Nodes and codes of the witness are its database.
"""

from typing import Any, Final

from differential.ethereum.blocks import KnownBlock
from differential.ethereum.eels import CHAIN_ID, encoded
from differential.outcome import (
    UNSUPPORTED,
    Log,
    Outcome,
    Result,
    TransactionOutcome,
    TransactionStatus,
)
from zkos.host.signing import keccak256
from zkos.versions import Fork

_SUCCESS: Final = b"\x01"
_LEGACY_FIRST: Final = 0xC0


def run_block(known: KnownBlock) -> Outcome:
    """What py-evm says of a block."""
    if known.block.fork is not Fork.PRAGUE:
        reason = f"{UNSUPPORTED}py-evm has no {known.block.fork.value}"
        return Outcome(Result.CRASH, reason)
    import rlp
    from eth.chains.base import Chain
    from eth.db.atomic import AtomicDB
    from eth.db.chain import ChainDB
    from eth.exceptions import PyEVMError
    from eth.vm.forks.prague import PragueVM
    from eth_utils import ValidationError

    database = AtomicDB()
    for digest, item in known.block.witness.by_hash.items():
        database[digest] = item
    for header in known.block.witness.headers:
        database[keccak256(header)] = header
    block_class = PragueVM.get_block_class()
    configured = Chain.configure(
        "WitnessedChain", vm_configuration=((0, PragueVM),), chain_id=CHAIN_ID
    )
    try:
        block: Any = rlp.decode(encoded(known), block_class)
        parent = ChainDB(database).get_block_header_by_hash(block.header.parent_hash)
        if parent.block_number:
            ChainDB(database).persist_checkpoint_header(parent, 0)
        else:
            ChainDB(database).persist_header(parent)
        chain = configured(database)
        imported = chain.import_block(block).imported_block
    except (PyEVMError, ValidationError, rlp.exceptions.RLPException) as error:
        text = " ".join(f"{type(error).__name__}: {error}".split())
        return Outcome(Result.ABORT, text)
    receipts = imported.get_receipts(chain.chaindb)
    return Outcome(
        Result.SUCCESS,
        state_root=int.from_bytes(imported.header.state_root, "big"),
        block_hash=int.from_bytes(imported.hash, "big"),
        transactions=_receipts(known, receipts),
    )


def _receipts(known: KnownBlock, receipts: Any) -> tuple[TransactionOutcome, ...]:
    used, made = 0, []
    for raw, receipt in zip(known.block.transactions, receipts, strict=True):
        logs = tuple(
            Log(
                int.from_bytes(log.address, "big"),
                tuple(log.topics),
                bytes(log.data),
            )
            for log in receipt.logs
        )
        success = receipt.state_root == _SUCCESS
        made.append(
            TransactionOutcome(
                TransactionStatus.SUCCESS if success else TransactionStatus.REVERTED,
                reason=None,
                gas_used=receipt.gas_used - used,
                logs=logs,
                hash=int.from_bytes(keccak256(raw), "big"),
                type_byte=0 if raw[0] >= _LEGACY_FIRST else raw[0],
            )
        )
        used = receipt.gas_used
    return tuple(made)
