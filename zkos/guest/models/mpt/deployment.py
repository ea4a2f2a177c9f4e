"""How accounts get code, or that of others, where its hash is keccak-256.

Behind the seam `state.deployment`. An account that is given empty code has none.
"""

from typing import Final

from zkos.guest.crypto.blake2s import Blake2s
from zkos.guest.crypto.keccak import Keccak256
from zkos.guest.models.mpt.codes import Code
from zkos.guest.models.mpt.destruction import destroy
from zkos.guest.protocol.environment import NO_ENVIRONMENT
from zkos.guest.protocol.io_ergs import ERGS_CODE_BYTE
from zkos.guest.state.absence import after_write
from zkos.guest.state.account import (
    DESIGNATION_BYTES,
    DESIGNATION_PREFIX,
    Account,
)
from zkos.guest.state.accounts import Access, AccountCache
from zkos.guest.state.preimages import PreimageCache
from zkos.guest.system.memory import copy_of
from zkos.guest.system.resources import Resources
from zkos.lang.ints import U8, U32, U64, U256, Address
from zkos.lang.memory import ByteView, allocate_bytes
from zkos.lang.trap import trap

DESIGNATION_START: Final = U32(9)
"""Place of a designation in a buffer whose first word ends with the address."""


class Deployment:
    """Deployment, delegation and destruction."""

    accounts: AccountCache
    preimages: PreimageCache
    keccak: Keccak256

    def __init__(
        self,
        accounts: AccountCache,
        preimages: PreimageCache,
        blake2s: Blake2s,
        keccak: Keccak256,
    ) -> None:
        self.accounts = accounts
        self.preimages = preimages
        self.keccak = keccak

    def deploy(
        self, environment: U8, resources: Resources, address: Address, code: ByteView
    ) -> None:
        """Give the account its code at the end of a constructor.

        Raises OutOfErgs if the deposit of 200 gas a byte is short, OutOfNative, Fatal.
        """
        resources.charge(ERGS_CODE_BYTE * U64(code.length()), U64(0))
        accounts = self.accounts
        account = accounts.touch(NO_ENVIRONMENT, resources, address, Access.ORDINARY)
        accounts.save(account)
        self._set_code(account, code)
        account.deployed_in = accounts.transaction

    def set_details(
        self,
        resources: Resources,
        address: Address,
        bytecode_hash: U256,
        length: U32,
        observable_hash: U256,
    ) -> None:
        """No contract of this instance forces a deployment."""
        trap("a forced deployment")

    def set_delegation(
        self, resources: Resources, authority: Address, delegate: Address
    ) -> None:
        """Let an account run the code of another; of address 0, none (EIP-7702).

        Raises OutOfNative.
        """
        accounts = self.accounts
        account = accounts.touch(NO_ENVIRONMENT, resources, authority, Access.ORDINARY)
        accounts.save(account)
        if delegate == Address(0):
            self._set_code(account, accounts.no_code.data)
            return
        buffer = allocate_bytes(DESIGNATION_START + DESIGNATION_BYTES)
        buffer.store_u256_be(0, U256(delegate))
        buffer[9] = DESIGNATION_PREFIX[0]
        buffer[10] = DESIGNATION_PREFIX[1]
        buffer[11] = DESIGNATION_PREFIX[2]
        self._set_code(account, buffer.window(DESIGNATION_START, DESIGNATION_BYTES))

    def self_destruct(
        self,
        resources: Resources,
        address: Address,
        beneficiary: Address,
        under_construction: bool,
    ) -> None:
        """Move all ether and, if the account is of this transaction, end it.

        Raises OutOfErgs, OutOfNative and, if the heir gets above 2**256 - 1, Fatal.
        """
        destroy(self.accounts, resources, address, beneficiary, under_construction)

    def _set_code(self, account: Account, plain: ByteView) -> None:
        """Give an account this code, or none; nonce and balance stay."""
        account.unset = after_write(account.unset)
        if plain.length() == 0:
            account.versioning = U64(0)
            account.code = self.accounts.no_code
            account.bytecode_hash = U256(0)
            account.observable_hash = U256(0)
            account.code_length = U32(0)
            account.artifacts_length = U32(0)
            account.observable_length = U32(0)
            return
        digest = U256(self.keccak.hash(plain))
        code = Code(digest, copy_of(plain))
        preimage = code.preimage
        self.preimages.keep(digest, preimage.data, preimage.kind)
        account.bytecode_hash = digest
        account.observable_hash = digest
        code.give_to(account)
