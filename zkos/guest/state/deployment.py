"""How accounts get code and lose everything (system spec 3.4, 3.5)."""

from zkos.guest.crypto.blake2s import Blake2s
from zkos.guest.crypto.keccak import Keccak256
from zkos.guest.protocol.environment import EVM_ENVIRONMENT, NO_ENVIRONMENT
from zkos.guest.protocol.io_ergs import ERGS_CODE_BYTE, ERGS_DESTRUCT_NEW_ACCOUNT
from zkos.guest.protocol.native import NATIVE_ACCOUNT_UPDATE, NATIVE_CODE_RECORD
from zkos.guest.state.account import DEPLOYED_EVM, VERSIONING_KEPT, Account
from zkos.guest.state.accounts import Access, AccountCache
from zkos.guest.state.preimages import PREIMAGE_CODE
from zkos.guest.system.errors import Fatal, InsufficientBalance
from zkos.guest.system.resources import Resources
from zkos.lang.ints import U8, U32, U64, U256, Address
from zkos.lang.memory import ByteView


class Deployment:
    """Deployment, forced deployment and destruction."""

    accounts: AccountCache
    blake2s: Blake2s
    keccak: Keccak256

    def __init__(
        self, accounts: AccountCache, blake2s: Blake2s, keccak: Keccak256
    ) -> None:
        self.accounts = accounts
        self.blake2s = blake2s
        self.keccak = keccak

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
        resources.charge(U64(0), NATIVE_CODE_RECORD)
        digest = U256(self.blake2s.hash(code))
        preimage = accounts.preimages.keep_copy(digest, code, PREIMAGE_CODE)
        resources.charge(U64(0), NATIVE_ACCOUNT_UPDATE)

        accounts.save(account)
        account.code = preimage
        self.set_code(account, digest, length, U256(self.keccak.hash(code)))
        account.not_publish = False

    def set_details(
        self,
        resources: Resources,
        address: Address,
        bytecode_hash: U256,
        length: U32,
        observable_hash: U256,
    ) -> None:
        """Force a deployment by hash; nothing shows that the code exists.

        Raises OutOfNative.
        """
        account = self.accounts.update(
            NO_ENVIRONMENT, resources, address, Access.ORDINARY
        )
        self.set_code(account, bytecode_hash, length, observable_hash)
        account.not_publish = True

    def set_code(
        self, account: Account, bytecode_hash: U256, length: U32, observable_hash: U256
    ) -> None:
        """Make it a deployed EVM contract of this transaction."""
        account.versioning = (account.versioning & VERSIONING_KEPT) | DEPLOYED_EVM
        account.bytecode_hash = bytecode_hash
        account.bytecode_length = length
        account.artifacts_length = U32(0)
        account.observable_hash = observable_hash
        account.observable_length = length
        account.deployed_in = self.accounts.transaction

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
        amount = account.balance
        destroyed = under_construction or account.deployed_in == accounts.transaction
        if destroyed:
            account.deconstructed = True

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
            and heir.bytecode_length == 0
            and heir.balance == amount
        ):
            resources.charge(ERGS_DESTRUCT_NEW_ACCOUNT, U64(0))
