"""A case of one transaction as a state test, to be given to other clients' teams.

The expected root and logs are Ethereum's, from py-evm without any rule of ZKsync OS; so
the file is a test in its own right. What a state test cannot say is a CaseError;
hashes of past blocks that the case leaves out become those of the suite's convention.
"""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from differential.evm_compare import hash_of_logs
from differential.importers.state_test import CHAIN_ID, conventional_hashes
from differential.known import FORK
from differential.outcome import TransactionStatus
from differential.reference.transactions import envelope
from differential.runners.base import state_of_case
from differential.runners.py_evm import run_ethereum
from zkos.host.accounts import delegation
from zkos.host.case import AccountState, Block, Case
from zkos.host.case_errors import CaseError
from zkos.host.codecs.rlp import decode_signed
from zkos.host.context import BlockContext
from zkos.host.transactions import (
    Authorization,
    FieldTransaction,
    Kind,
    TransactionError,
)

CODE_VERSION: Final = 1
"""Of code that Ethereum knows."""


def write_state_test(case: Case, path: Path, name: str) -> None:
    """Write the case as a file with one state test; raises CaseError."""
    content = json.dumps({name: state_test_of(case)}, indent=1)
    path.write_text(content + "\n", encoding="utf-8")


def state_test_of(case: Case) -> dict[str, Any]:
    """The JSON object of the test; raises CaseError."""
    block, data = _checked(case)
    try:
        fields = decode_signed(data)
    except TransactionError as error:
        raise CaseError("case", f"txs[0].{error.field}", error.reason) from error
    state = state_of_case(case)
    outcome, root = run_ethereum(block, state)
    assert outcome.transactions is not None
    receipt = outcome.transactions[0]
    post: dict[str, Any] = {
        "hash": f"{root:#066x}",
        "logs": f"{hash_of_logs(receipt.logs or ()):#066x}",
        "indexes": {"data": 0, "gas": 0, "value": 0},
        "txbytes": _hex(data),
    }
    if receipt.status is TransactionStatus.INVALID:
        post["expectException"] = "TransactionException.INVALID"
    return {
        "env": _environment(block.context),
        "pre": {f"{item.address:#042x}": account_json(item) for item in case.accounts},
        "transaction": _template(fields),
        "post": {FORK: [post]},
    }


def _checked(case: Case) -> tuple[Block, bytes]:
    """The block and its transaction's envelope, if a state test can hold the case."""
    block = case.blocks[0]
    if len(case.blocks) != 1 or len(block.transactions) != 1:
        raise CaseError("case", "", "a state test has one block with one transaction")
    check_accounts(case)
    context = block.context
    if context.chain_id != CHAIN_ID:
        raise CaseError("case", "block.chain_id", f"a state test has {CHAIN_ID}")
    hashes = conventional_hashes(context.block_number)
    known = context.block_hashes or ()
    if any(known) and known != hashes:
        reason = "a state test has the hashes of the numbers' texts"
        raise CaseError("case", "block.block_hashes", reason)
    block = replace(block, context=replace(context, block_hashes=hashes))
    try:
        return block, envelope(block.transactions[0], context.chain_id).data
    except TransactionError as error:
        raise CaseError("case", f"txs[0].{error.field}", error.reason) from error


def check_accounts(case: Case) -> None:
    """Raise CaseError for a state that tests of Ethereum's suites cannot give."""
    if case.sequence or case.leaves or case.preimages or case.tree:
        raise CaseError("case", "", "such a test gives its state as accounts only")
    for account in case.accounts:
        if account.deployed_empty or account.code_version != CODE_VERSION:
            field = "deployed_empty" if account.deployed_empty else "code_version"
            place = f"accounts.{account.address:#042x}.{field}"
            raise CaseError("case", place, "Ethereum does not know it")


def _environment(context: BlockContext) -> dict[str, str]:
    return {
        "currentCoinbase": f"{context.coinbase:#042x}",
        "currentNumber": hex(context.block_number),
        "currentTimestamp": hex(context.timestamp),
        "currentGasLimit": hex(context.gas_limit),
        "currentBaseFee": hex(context.eip1559_basefee),
        "currentRandom": f"{context.mix_hash:#066x}",
        "currentDifficulty": "0x0",
        "currentExcessBlobGas": "0x0",
    }


def account_json(account: AccountState) -> dict[str, Any]:
    """An account as such tests have it."""
    return {
        "balance": hex(account.balance),
        "nonce": hex(account.nonce),
        "code": _hex(_code(account)),
        "storage": {hex(slot): hex(value) for slot, value in account.storage if value},
    }


def _code(account: AccountState) -> bytes:
    if account.delegate is None:
        return account.code
    return delegation(account.delegate)


def _template(fields: FieldTransaction) -> dict[str, Any]:
    template: dict[str, Any] = {
        "data": [_hex(fields.data)],
        "gasLimit": [hex(fields.gas_limit)],
        "value": [hex(fields.value)],
        "nonce": hex(fields.nonce),
        "sender": f"{fields.sender or 0:#042x}",
        "to": "" if fields.to is None else f"{fields.to:#042x}",
    }
    if not fields.kind.has_gas_price:
        template["maxFeePerGas"] = hex(fields.max_fee_per_gas)
        template["maxPriorityFeePerGas"] = hex(fields.max_priority_fee_per_gas or 0)
    else:
        template["gasPrice"] = hex(fields.max_fee_per_gas)
    if fields.kind is not Kind.LEGACY:
        template["accessLists"] = [
            [
                {
                    "address": f"{entry.address:#042x}",
                    "storageKeys": [f"{key:#066x}" for key in entry.storage_keys],
                }
                for entry in fields.access_list or ()
            ]
        ]
    if fields.kind is Kind.EIP7702:
        entries = fields.authorization_list
        template["authorizationList"] = [_authorization(entry) for entry in entries]
    return template


def _authorization(entry: Authorization) -> dict[str, str]:
    return {
        "chainId": hex(entry.chain_id or 0),
        "address": f"{entry.address:#042x}",
        "nonce": hex(entry.nonce),
        "yParity": hex(entry.y or 0),
        "r": hex(entry.r or 0),
        "s": hex(entry.s or 0),
    }


def _hex(data: bytes) -> str:
    return "0x" + data.hex()
