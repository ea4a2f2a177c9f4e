"""How accounts get code, or that of others, and lose everything (system spec 3.4, 3.5).

Code is stored with its artifacts (`artifacts`); the hash of an account is that of all
of it.
"""

from typing import Final

from zkos.guest.crypto.blake2s import Blake2s
from zkos.guest.crypto.keccak import Keccak256
from zkos.guest.protocol.environment import EVM_ENVIRONMENT, NO_ENVIRONMENT
from zkos.guest.protocol.evm_native import NATIVE_CODE_BYTE
from zkos.guest.protocol.gas import ERGS_NEW_ACCOUNT
from zkos.guest.protocol.io_ergs import ERGS_CODE_BYTE
from zkos.guest.protocol.native import (
    NATIVE_ACCOUNT_UPDATE,
    NATIVE_PREIMAGE_RECORD,
    blake2s_native,
    code_native,
    keccak_native,
)
from zkos.guest.state.absence import after_write
from zkos.guest.state.account import (
    DELEGATED,
    DEPLOYED_EVM,
    DESIGNATION_BYTES,
    DESIGNATION_PREFIX,
    VERSIONING_KEPT,
    Account,
)
from zkos.guest.state.accounts import Access, AccountCache
from zkos.guest.state.artifacts import map_length, store, stored_length
from zkos.guest.state.preimages import PREIMAGE_CODE, Preimage, PreimageCache
from zkos.guest.system.errors import Fatal, InsufficientBalance
from zkos.guest.system.resources import Resources
from zkos.lang.ints import U8, U32, U64, U256, Address
from zkos.lang.memory import ByteView, allocate_bytes
from zkos.lang.trap import trap

SMALLEST_ROOM: Final = U32(1024)
DESIGNATION_START: Final = U32(9)
"""Place of a designation in its buffer, whose first word ends with the address."""
DESIGNATION_STORED_BYTES: Final = U32(24)


class Deployment:
    """Deployment, forced deployment, delegation and destruction."""

    accounts: AccountCache
    preimages: PreimageCache
    blake2s: Blake2s
    keccak: Keccak256
    room: ByteView
    """Where stored code is put together, and stays if it is new to the block."""
    designation: ByteView
    """The same of a delegated account, see `_designate`."""

    def __init__(
        self,
        accounts: AccountCache,
        preimages: PreimageCache,
        blake2s: Blake2s,
        keccak: Keccak256,
    ) -> None:
        self.accounts = accounts
        self.preimages = preimages
        self.blake2s = blake2s
        self.keccak = keccak
        self.room = allocate_bytes(SMALLEST_ROOM)
        self.designation = allocate_bytes(DESIGNATION_START + DESIGNATION_STORED_BYTES)

    def deploy(
        self, environment: U8, resources: Resources, address: Address, code: ByteView
    ) -> None:
        """Give the account its code at the end of a constructor.

        Raises OutOfErgs if the deposit of 200 gas a byte is short, OutOfNative, Fatal.
        """
        if environment != EVM_ENVIRONMENT:
            raise Fatal
        length = code.length()
        resources.charge(ERGS_CODE_BYTE * U64(length), U64(0))
        accounts = self.accounts
        account = accounts.touch(NO_ENVIRONMENT, resources, address, Access.ORDINARY)
        accounts.pay_change(resources, account)
        resources.charge(U64(0), keccak_native(length))
        preimage = self._store(resources, code)
        resources.charge(U64(0), NATIVE_ACCOUNT_UPDATE)

        accounts.save(account)
        observable_hash = U256(self.keccak.hash(code))
        self._set_code(account, preimage, DEPLOYED_EVM, length, observable_hash)
        account.artifacts_length = map_length(length)
        account.deployed_in = accounts.transaction

    def set_details(
        self,
        resources: Resources,
        address: Address,
        bytecode_hash: U256,
        length: U32,
        observable_hash: U256,
    ) -> None:
        """Force a deployment by the BLAKE2s of the plain code, asked of the oracle.

        The observable hash is believed. Raises OutOfErgs, OutOfNative, and Fatal for
        a length without a hash. A hash of something that has another length ends the
        run whether it is known or has to be asked for.
        """
        accounts = self.accounts
        account = accounts.touch(EVM_ENVIRONMENT, resources, address, Access.ORDINARY)
        accounts.pay_change(resources, account)
        code = accounts.no_code.data
        if bytecode_hash != 0:
            resources.charge(U64(0), code_native(length))
            code = self.preimages.fetch(bytecode_hash, length, PREIMAGE_CODE).data
            if code.length() != length:
                # What is known depends on transactions that the host may have dropped.
                trap("unexpected length of a preimage")
        elif length != 0:
            raise Fatal
        preimage = self._store(resources, code)
        resources.charge(U64(0), NATIVE_ACCOUNT_UPDATE)

        accounts.save(account)
        self._set_code(account, preimage, DEPLOYED_EVM, length, observable_hash)
        account.artifacts_length = map_length(length)
        account.deployed_in = accounts.transaction
        account.not_publish = True

    def set_delegation(
        self, resources: Resources, authority: Address, delegate: Address
    ) -> None:
        """Let an account run the code of another; of address 0, none (EIP-7702).

        For native only. Raises OutOfNative.
        """
        accounts = self.accounts
        account = accounts.touch(NO_ENVIRONMENT, resources, authority, Access.ORDINARY)
        accounts.pay_change(resources, account)
        if delegate == Address(0):
            resources.charge(U64(0), NATIVE_ACCOUNT_UPDATE)
            accounts.save(account)
            self._set_code(account, accounts.no_code, U64(0), U32(0), U256(0))
            return

        data = self._designate(delegate)
        resources.charge(U64(0), keccak_native(DESIGNATION_BYTES))
        observable_hash = U256(self.keccak.hash(data.window(0, DESIGNATION_BYTES)))
        resources.charge(U64(0), blake2s_native(DESIGNATION_STORED_BYTES))
        digest = U256(self.blake2s.hash(data))
        resources.charge(U64(0), NATIVE_PREIMAGE_RECORD)
        preimage = self.preimages.keep_copy(digest, data, PREIMAGE_CODE)
        resources.charge(U64(0), NATIVE_ACCOUNT_UPDATE)
        accounts.save(account)
        self._set_code(account, preimage, DELEGATED, DESIGNATION_BYTES, observable_hash)

    def _designate(self, delegate: Address) -> ByteView:
        """0xef0100, the address and a zero byte: the stored code of a delegation."""
        buffer = self.designation
        buffer.store_u256_be(0, U256(delegate))
        buffer[9] = DESIGNATION_PREFIX[0]
        buffer[10] = DESIGNATION_PREFIX[1]
        buffer[11] = DESIGNATION_PREFIX[2]
        return buffer.window(DESIGNATION_START, DESIGNATION_STORED_BYTES)

    def _store(self, resources: Resources, code: ByteView) -> Preimage:
        """Make and record the stored form of code. Raises OutOfNative."""
        length = code.length()
        resources.charge(U64(0), NATIVE_CODE_BYTE * U64(length))
        total = stored_length(length, map_length(length))
        resources.charge(U64(0), blake2s_native(total))
        resources.charge(U64(0), NATIVE_PREIMAGE_RECORD)

        if self.room.length() < total:
            self.room = allocate_bytes(total)
        stored = self.room.window(0, total)
        store(code, stored)
        digest = U256(self.blake2s.hash(stored))
        known = self.preimages.made.length()
        preimage = self.preimages.keep(digest, stored, PREIMAGE_CODE)
        if self.preimages.made.length() != known:
            # This part of the room is the preimage's from now on.
            self.room = self.room.window(total, self.room.length() - total)
        return preimage

    def _set_code(
        self,
        account: Account,
        preimage: Preimage,
        versioning: U64,
        length: U32,
        observable_hash: U256,
    ) -> None:
        """What all ways to get code have in common: nonce and balance stay."""
        account.versioning = (account.versioning & VERSIONING_KEPT) | versioning
        account.code = preimage
        account.bytecode_hash = preimage.hash
        account.code_length = length
        account.artifacts_length = U32(0)
        account.observable_hash = observable_hash
        account.observable_length = length
        account.not_publish = False
        account.unset = after_write(account.unset)

    def _bequeath(
        self, resources: Resources, beneficiary: Address, amount: U256
    ) -> None:
        """Credit the heir. Raises OutOfErgs, OutOfNative, Fatal."""
        has_room = True
        try:
            self.accounts.add_balance(
                EVM_ENVIRONMENT, resources, beneficiary, amount, Access.DESTRUCT
            )
        except InsufficientBalance:
            has_room = False
        if not has_room:
            raise Fatal

    def self_destruct(
        self,
        resources: Resources,
        address: Address,
        beneficiary: Address,
        under_construction: bool,
    ) -> None:
        """Move all ether and, if the account is of this transaction, end it (EIP-6780).

        Raises OutOfErgs, OutOfNative and, if the heir gets above 2**256 - 1, Fatal.
        """
        accounts = self.accounts
        account = accounts.update(EVM_ENVIRONMENT, resources, address, Access.DESTRUCT)
        accounts.pay_change(resources, account)
        amount = account.balance
        destroyed = under_construction or account.deployed_in == accounts.transaction
        if destroyed:
            account.deconstructed = True
            account.unset = after_write(account.unset)

        if address != beneficiary:
            accounts.sub_balance(
                EVM_ENVIRONMENT, resources, address, amount, Access.DESTRUCT
            )
            self._bequeath(resources, beneficiary, amount)
        elif destroyed:
            account.balance = U256(0)

        heir = accounts.get(beneficiary)
        if (
            amount != 0
            and heir.nonce == 0
            and heir.code_length == 0
            and heir.balance == amount
        ):
            resources.charge(ERGS_NEW_ACCOUNT, U64(0))
