"""EELS executes the body of a block: what its header must then be, and the state after.

Unlike `eels.run_block` this needs no header, so blocks can be made. A transaction that
Ethereum does not allow ends it, or is left out and named.
"""

import importlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from differential.ethereum.blocks import Account, State
from differential.ethereum.eels import (
    CHAIN_ID,
    OTHER_CHAIN,
    is_of_other_chain,
    load_state,
    read_state,
)
from zkos.host.ethereum.tries import list_root
from zkos.host.signing import keccak256
from zkos.versions import Fork

FIRST_LEGACY: Final = b"\xc0"
"""Envelopes of transactions without a type begin here."""


class CannotBuild(ValueError):
    """There is no valid block like that; the text says why."""


@dataclass(frozen=True)
class Setting:
    """What a body is executed in."""

    fork: Fork
    before: State
    headers: Sequence[bytes]
    """Of ancestors, oldest first; the last is the parent's."""
    coinbase: int
    number: int
    timestamp: int
    gas_limit: int
    base_fee: int
    mix_hash: int
    excess_blob_gas: int
    beacon_root: int


@dataclass(frozen=True)
class Executed:
    """What executing a body came to."""

    state_root: bytes
    transactions_root: bytes
    receipts_root: bytes
    bloom: bytes
    gas_used: int
    withdrawals_root: bytes
    blob_gas_used: int
    requests_hash: bytes
    transactions: tuple[bytes, ...]
    """Those that were executed."""
    refused: tuple[tuple[int, bytes], ...]
    """Those that Ethereum does not allow, each with how many came before it."""
    after: dict[int, Account]
    flaw: str = ""
    """Why Ethereum refuses the block all the same: requests that cannot be."""


def execute(
    setting: Setting,
    transactions: Iterable[bytes],
    withdrawals: Iterable[tuple[int, int, int, int]],
    *,
    lenient: bool = False,
) -> Executed:
    """Have EELS execute a body. Raises CannotBuild.

    `lenient`: transactions that are not allowed are left out, and requests that
    cannot be are a flaw.
    """
    from ethereum.exceptions import EthereumException
    from ethereum_rlp import rlp

    base = f"ethereum.forks.{setting.fork.value}"
    fork, state, vm, bloom, requests, trie = (
        importlib.import_module(f"{base}.{module}")
        for module in ("fork", "state", "vm", "bloom", "requests", "trie")
    )
    environment = _environment(setting)
    output: Any = vm.BlockOutput()
    kept: list[bytes] = []
    refused: list[tuple[int, bytes]] = []
    flaw = ""
    try:
        _call_system(fork, environment)
        for item in transactions:
            try:
                _transact(fork, environment, output, item, len(kept))
                kept.append(item)
            except (EthereumException, rlp.DecodingError):
                if not lenient:
                    raise
                refused.append((len(kept), item))
        fork.process_withdrawals(
            environment, output, tuple(_withdrawal(setting.fork, withdrawals))
        )
        try:
            fork.process_general_purpose_requests(
                block_env=environment, block_output=output
            )
        except EthereumException as error:
            if not lenient:
                raise
            flaw = f"{type(error).__name__}: {error}"
    except (EthereumException, rlp.DecodingError, OverflowError) as error:
        # The last for MODEXP with a base longer than there can be, under Prague.
        raise CannotBuild(f"{type(error).__name__}: {error}") from error
    accounts = read_state(environment.state, setting.before)
    return Executed(
        bytes(state.state_root(environment.state)),
        list_root(kept),
        bytes(trie.root(output.receipts_trie)),
        bytes(bloom.logs_bloom(output.block_logs)),
        int(output.block_gas_used),
        bytes(trie.root(output.withdrawals_trie)),
        int(output.blob_gas_used),
        bytes(requests.compute_requests_hash(output.requests)),
        tuple(kept),
        tuple(refused),
        {address: item for address, item in accounts.items() if item is not None},
        flaw,
    )


def _environment(setting: Setting) -> Any:
    from ethereum_types.bytes import Bytes32
    from ethereum_types.numeric import U64, U256, Uint

    base = f"ethereum.forks.{setting.fork.value}"
    vm = importlib.import_module(f"{base}.vm")
    types = importlib.import_module(f"{base}.fork_types")
    return vm.BlockEnvironment(
        chain_id=U64(CHAIN_ID),
        state=load_state(setting.fork, setting.before),
        block_gas_limit=Uint(setting.gas_limit),
        block_hashes=[Bytes32(keccak256(item)) for item in setting.headers],
        coinbase=types.Address(setting.coinbase.to_bytes(20, "big")),
        number=Uint(setting.number),
        base_fee_per_gas=Uint(setting.base_fee),
        time=U256(setting.timestamp),
        prev_randao=Bytes32(setting.mix_hash.to_bytes(32, "big")),
        excess_blob_gas=U64(setting.excess_blob_gas),
        parent_beacon_block_root=Bytes32(setting.beacon_root.to_bytes(32, "big")),
    )


def _call_system(fork: Any, environment: Any) -> None:
    """What `apply_body` begins with."""
    for address, content in (
        (fork.BEACON_ROOTS_ADDRESS, environment.parent_beacon_block_root),
        (fork.HISTORY_STORAGE_ADDRESS, environment.block_hashes[-1]),
    ):
        fork.process_unchecked_system_transaction(
            block_env=environment, target_address=address, data=content
        )


def _transact(fork: Any, environment: Any, output: Any, item: bytes, at: int) -> None:
    from ethereum.exceptions import InvalidBlock
    from ethereum_rlp import rlp
    from ethereum_types.numeric import Uint

    decoded: Any = item
    if item[:1] >= FIRST_LEGACY:
        decoded = rlp.decode_to(fork.LegacyTransaction, item)
    decoded = fork.decode_transaction(decoded)
    if is_of_other_chain(decoded):
        raise InvalidBlock(OTHER_CHAIN)
    fork.process_transaction(environment, output, decoded, Uint(at))


def _withdrawal(fork: Fork, items: Iterable[tuple[int, int, int, int]]) -> Any:
    from ethereum_types.numeric import U64, U256

    base = f"ethereum.forks.{fork.value}"
    blocks = importlib.import_module(f"{base}.blocks")
    types = importlib.import_module(f"{base}.fork_types")
    for index, validator, address, amount in items:
        yield blocks.Withdrawal(
            U64(index),
            U64(validator),
            types.Address(address.to_bytes(20, "big")),
            U256(amount),
        )
