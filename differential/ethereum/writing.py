"""Blocks of Ethereum as files that `differential.importers.ethereum_blocks` reads."""

import json
from collections.abc import Sequence
from typing import Any, Final

from differential.ethereum.blocks import KnownBlock, State
from zkos.versions import Instance

FORMAT: Final = "zkos-ethereum-blocks/1"


def blocks_to_json(blocks: Sequence[KnownBlock]) -> dict[str, Any]:
    """A file of blocks of one fork, each complete in itself."""
    return {
        "format": FORMAT,
        "instance": Instance.ETHEREUM.value,
        "fork": blocks[0].block.fork.value,
        "blocks": [_block(known) for known in blocks],
    }


def blocks_to_text(blocks: Sequence[KnownBlock]) -> bytes:
    """The same as text."""
    return (json.dumps(blocks_to_json(blocks), indent=1) + "\n").encode()


def _block(known: KnownBlock) -> dict[str, Any]:
    block = known.block
    made: dict[str, Any] = {
        "block": {
            "header_rlp": _hex(block.header),
            "transactions": [_hex(item) for item in block.transactions],
            "withdrawals_rlp": _hex(block.withdrawals),
        }
    }
    headers = [_hex(item) for item in block.witness.headers]
    if known.before is not None:
        made["alloc"] = _state(known.before)
        made["headers"] = headers
        return made
    made["witness"] = {
        "state": [_hex(item) for item in block.witness.nodes],
        "codes": [_hex(item) for item in block.witness.codes],
        "headers": headers,
    }
    return made


def _state(state: State) -> dict[str, Any]:
    return {
        f"{address:#042x}": {
            "nonce": hex(account.nonce),
            "balance": hex(account.balance),
            "code": _hex(account.code),
            "storage": {
                f"{key:#066x}": hex(value)
                for key, value in sorted(account.storage.items())
            },
        }
        for address, account in sorted(state.items())
    }


def _hex(content: bytes) -> str:
    return "0x" + content.hex()
