"""Guest classes and functions under test, on whatever engine `target` has chosen.

A test module takes them from here, says `GUEST = OBJECTS` and uses the fixture
`target`: each of its tests then runs on every engine. All are in one program.
"""

from typing import Any

from tests.guest import inside
from tests.support.remote import Objects
from zkos.guest.blocks import loop
from zkos.guest.bootloader import runner
from zkos.guest.commitment import batch, header, logs, public_input, result
from zkos.guest.crypto import blake2s, keccak
from zkos.guest.evm import environments, frame, interpreter
from zkos.guest.evm.frame import memory_gas as _memory_gas
from zkos.guest.flow import (
    basic_terms,
    checks,
    delegations,
    ledger,
    minting_l1,
    outcome,
    prices,
    process,
)
from zkos.guest.flow import work as working
from zkos.guest.hooks import (
    bn254,
    call,
    extensions,
    hashes,
    hooks,
    modexp_by_gas,
    modexp_gas,
)
from zkos.guest.models.flat import backing, leaves, sort, tree
from zkos.guest.protocol import io_ergs, native
from zkos.guest.rlp import reader as rlp_reader
from zkos.guest.rlp import writer as rlp_writer
from zkos.guest.state import (
    account,
    accounts,
    address_slots,
    artifacts,
    diff_encoding,
    emitted,
    events,
    io,
    preimages,
    report,
    slot,
    storage,
)
from zkos.guest.state import system as state_system
from zkos.guest.system import (
    calls,
    commitment,
    errors,
    memory,
    metadata,
    options,
    resources,
)
from zkos.guest.system import oracle as questions
from zkos.guest.transactions import (
    abi,
    access_list,
    authorizations,
    hashing,
    reader,
    record,
    rlp,
)

CLASSES = (
    *(state_system.System, options.Options, questions.Oracle, metadata.Metadata),
    *(resources.Resources, memory.ReturnMemory, commitment.Commitment),
    *(keccak.Keccak256, blake2s.Blake2s),
    *(io.Io, storage.StorageCache, address_slots.AddressSlots, slot.Slot),
    *(accounts.AccountCache, account.Account, account.Properties),
    *(preimages.PreimageCache, preimages.Preimage, backing.Backing),
    *(events.EventLog, emitted.Event, emitted.Log, report.Report),
    *(tree.StateTree, leaves.Leaf, inside.Sealed),
    *(calls.Frame, calls.Request, frame.EvmFrame, interpreter.Evm),
    *(environments.Environments, hooks.Hooks, call.HookCall, runner.Runner),
    *(record.Transaction, abi.AbiDecoder, rlp.RlpDecoder, access_list.AccessList),
    *(authorizations.Authorizations, hashing.TransactionHasher),
    *(reader.TransactionReader, rlp_reader.RlpReader, rlp_writer.RlpHasher),
    *(working.Work, outcome.Outcome, prices.Prices, ledger.Ledger, ledger.Pubdata),
    *(checks.Sender, loop.BlockProcessor, result.BlockResult),
    *(batch.Batch, batch.BlockCommitment),
)
FUNCTIONS = (
    *(
        inside.stack_of,
        inside.memory_length,
        inside.memory_of,
        inside.seal,
        inside.fill,
        inside.find,
        inside.special_below,
    ),
    *(inside.add_slot, inside.add_account, inside.add_logs, inside.check_limits),
    *(inside.write_pubdata, inside.sorted_places, inside.sort_order),
    *(inside.log_digests, inside.l1_hashes),
    *(header.hash_header, logs.logs_tree_root, logs.full_logs_root),
    *(public_input.window_hashes, public_input.chain_state),
    *(leaves.key_prefix, sort.address_rank),
    *(artifacts.map_length, artifacts.stored_length),
    *(diff_encoding.encode, diff_encoding.encoded_length),
    *(diff_encoding.encode_account, diff_encoding.account_room),
    diff_encoding.account_paid_length,
    *(_memory_gas, bn254.pairing_ergs, bn254.pairing_native),
    *(extensions.blake2f_native, hashes.hash_native, hashes.identity_ergs),
    *(hashes.identity_native, hashes.ripemd160_ergs, hashes.sha256_ergs),
    *(modexp_by_gas.native_price, modexp_gas.price),
    *(io_ergs.event_ergs, io_ergs.keccak_ergs, io_ergs.message_ergs),
    *(native.blake2s_native, native.code_native, native.event_native),
    *(native.keccak_native, native.message_native),
    *(rlp_writer.byte_length, rlp_writer.bytes_length, rlp_writer.list_length),
    rlp_writer.number_length,
    *(prices.divide_up, prices.saturate, prices.l1_prices, basic_terms.l2_prices),
    *(ledger.open_l1, ledger.open_l2, ledger.pay_validation_pubdata),
    *(ledger.count_pubdata, ledger.settle, ledger.gas_for_native),
    *(delegations.apply_authorizations, process.run, minting_l1.run_paid),
)
ERRORS = (
    *(errors.OutOfErgs, errors.OutOfNative, errors.OutOfReturnMemory, errors.Fatal),
    *(errors.InsufficientBalance, errors.NonceOverflow),
    *(rlp_reader.MalformedRlp, outcome.Invalid),
)
OBJECTS = Objects(CLASSES, FUNCTIONS, ERRORS)
attach = OBJECTS.attach
"""Connects the world of a test, where the guest begins anew."""
_KNOWN = {item.__name__: item for item in (*CLASSES, *FUNCTIONS)}


def __getattr__(name: str) -> Any:
    """A class or function by its name."""
    if name not in _KNOWN:
        raise AttributeError(name)
    return OBJECTS.use(_KNOWN[name])
