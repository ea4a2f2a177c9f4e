"""The facade of the block's state: what environments, hooks and the bootloader call.

Every method that charges may raise OutOfErgs, OutOfNative and, for an environment
that is neither none nor the EVM, Fatal, besides what it names. An environment of 0
pays no ergs: that is how operations run with infinite ergs.
"""

from zkos.guest.crypto.blake2s import Blake2s
from zkos.guest.crypto.keccak import Keccak256
from zkos.guest.crypto.recent_hashes import RecentHashes
from zkos.guest.protocol.addresses import BOOTLOADER, L1_MESSENGER
from zkos.guest.protocol.environment import NO_ENVIRONMENT, runs_code
from zkos.guest.protocol.io_ergs import (
    UNPAID_IS_UNSEEN,
    event_ergs,
    keccak_ergs,
)
from zkos.guest.protocol.native import (
    EVENTS_PAY_RECEIPTS,
    event_native,
    keccak_native,
    message_native,
    receipt_native,
)
from zkos.guest.protocol.quirks import QUIRK_BELIEVES_HOST, QUIRK_P256_IS_COLD
from zkos.guest.protocol.receipts import RECEIPTS_ARE_BOUND
from zkos.guest.state.account import Account
from zkos.guest.state.accounts import Access, AccountCache
from zkos.guest.state.backing import Backing
from zkos.guest.state.deployment import Deployment
from zkos.guest.state.emitted import Event, Log
from zkos.guest.state.events import EventLog
from zkos.guest.state.frames import FrameStack
from zkos.guest.state.preimages import PreimageCache
from zkos.guest.state.pubdata_counter import net_pubdata
from zkos.guest.state.storage import StorageCache
from zkos.guest.state.transient import TransientStorage
from zkos.guest.system.errors import Fatal
from zkos.guest.system.memory import copy_of
from zkos.guest.system.options import Options
from zkos.guest.system.oracle import Oracle
from zkos.guest.system.resources import Resources
from zkos.lang.control import urange
from zkos.lang.ints import U8, U32, U64, U256, Address, Bytes32
from zkos.lang.memory import ByteView, List, allocate_bytes


class Io:
    """All state of the block behind one door."""

    backing: Backing
    storage: StorageCache
    preimages: PreimageCache
    accounts: AccountCache
    transient: TransientStorage
    events: EventLog
    frames: FrameStack
    deployment: Deployment
    hashes: RecentHashes
    keeps_events: bool
    transaction_number: U32
    """Counts the processed transactions of the block; dropped ones have no number."""

    def __init__(
        self, oracle: Oracle, blake2s: Blake2s, keccak: Keccak256, options: Options
    ) -> None:
        bits = options.quirk_bits
        believes = UNPAID_IS_UNSEEN or bits & QUIRK_BELIEVES_HOST != 0
        p256_is_cold = bits & QUIRK_P256_IS_COLD != 0
        self.preimages = PreimageCache(oracle, blake2s, options.proving)
        self.backing = Backing(oracle, self.preimages, options.proving)
        self.storage = StorageCache(self.backing, believes)
        self.accounts = AccountCache(self.backing, self.storage, p256_is_cold)
        self.transient = TransientStorage()
        self.events = EventLog()
        self.frames = FrameStack(
            self.storage, self.accounts, self.transient, self.events
        )
        self.deployment = Deployment(self.accounts, self.preimages, blake2s, keccak)
        self.hashes = RecentHashes(keccak)
        self.keeps_events = options.report
        if RECEIPTS_ARE_BOUND:
            self.keeps_events = True
        self.transaction_number = U32(0)

    def begin_transaction(self) -> None:
        """Make history permanent, everything cold, refunds and transient storage 0."""
        self.frames.begin_transaction()

    def finish_transaction(self) -> None:
        """Wipe destroyed accounts and count the transaction, which stays."""
        self.accounts.wipe_deconstructed()
        self.transaction_number = self.transaction_number + 1

    def start_frame(self) -> U32:
        """Open a rollback frame; its number."""
        return self.frames.start()

    def finish_frame(self, snapshot: U32, revert: bool) -> None:
        """Close the frame and those within it, undoing their changes if `revert`."""
        self.frames.finish(snapshot, revert)

    def add_refund(self, amount: U32) -> None:
        """Count gas to be given back (EIP-3529)."""
        storage = self.storage
        storage.refund = storage.refund.saturating_add(amount)

    def refund_counter(self) -> U32:
        """Gas that the transaction may get back so far, before the cap."""
        return self.storage.refund

    def pubdata_used(self) -> U64:
        """Net pubdata of the current transaction in bytes (bootloader spec 9)."""
        return net_pubdata(self.storage, self.accounts, self.events)

    def read_slot(
        self, environment: U8, resources: Resources, address: Address, key: U256
    ) -> U256:
        """The current value of a storage slot."""
        return self.storage.read(environment, resources, address, key)

    def write_slot(
        self,
        environment: U8,
        resources: Resources,
        address: Address,
        key: U256,
        value: U256,
    ) -> None:
        """Set a storage slot."""
        self.storage.write(environment, resources, address, key, value)

    def touch_slot(self, resources: Resources, address: Address, key: U256) -> None:
        """Warm a slot named by an access list."""
        self.storage.touch_listed(resources, address, key)

    def read_transient(self, resources: Resources, address: Address, key: U256) -> U256:
        """The value of a transient slot."""
        return self.transient.read(resources, address, key)

    def write_transient(
        self, resources: Resources, address: Address, key: U256, value: U256
    ) -> None:
        """Set a transient slot."""
        self.transient.write(resources, address, key, value)

    def touch_account(
        self,
        environment: U8,
        resources: Resources,
        address: Address,
        in_access_list: bool,
    ) -> None:
        """Warm an account."""
        access = Access.LISTED if in_access_list else Access.ORDINARY
        self.accounts.touch(environment, resources, address, access)

    def read_account(
        self, environment: U8, resources: Resources, address: Address
    ) -> Account:
        """The account, warm; its code is not asked for."""
        return self.accounts.touch(environment, resources, address, Access.ORDINARY)

    def read_account_with_code(
        self, environment: U8, resources: Resources, address: Address
    ) -> Account:
        """The account, warm and with its code paid for and loaded."""
        accounts = self.accounts
        account = accounts.touch(environment, resources, address, Access.ORDINARY)
        self.backing.find_code(account)
        accounts.load_code(resources, account)
        return account

    def read_callee(
        self, environment: U8, resources: Resources, address: Address
    ) -> Account:
        """The account whose code is to run, as `read_account_with_code`."""
        accounts = self.accounts
        if accounts.is_precompile(address):
            return accounts.touch(environment, resources, address, Access.HOOK)
        return self.read_account_with_code(environment, resources, address)

    def observe(self, account: Account) -> None:
        """Rely on what an account holds that was only read as a callee."""
        self.backing.observe(account)

    def account(self, address: Address) -> Account:
        """An account known to the block, without charge or touch; else trap."""
        return self.accounts.get(address)

    def code_length(self, account: Account) -> U32:
        """Bytes of its code, for EXTCODESIZE."""
        return self.backing.observable_length(account)

    def can_be_created(self, account: Account) -> bool:
        """Whether a contract may come to be here (system spec 3.4)."""
        return self.backing.can_be_created(account)

    def code(self, account: Account) -> ByteView:
        """Its code, without padding and artifacts; empty without code."""
        return self.accounts.code(account)

    def stored_code(self, account: Account) -> ByteView:
        """Its code with padding and artifacts; empty without code."""
        return self.accounts.stored_code(account)

    def increment_nonce(
        self, environment: U8, resources: Resources, address: Address
    ) -> U64:
        """Add one to the nonce; the nonce before. Raises NonceOverflow."""
        return self.accounts.increment_nonce(environment, resources, address)

    def add_balance(
        self, environment: U8, resources: Resources, address: Address, amount: U256
    ) -> None:
        """Credit an account. Raises InsufficientBalance above 2**256 - 1."""
        self.accounts.add_balance(
            environment, resources, address, amount, Access.ORDINARY
        )

    def sub_balance(
        self, environment: U8, resources: Resources, address: Address, amount: U256
    ) -> None:
        """Debit an account. Raises InsufficientBalance."""
        self.accounts.sub_balance(
            environment, resources, address, amount, Access.ORDINARY
        )

    def transfer(
        self,
        environment: U8,
        resources: Resources,
        source: Address,
        target: Address,
        amount: U256,
    ) -> None:
        """Move ether; also done, and paid, for 0. Raises InsufficientBalance."""
        self.sub_balance(environment, resources, source, amount)
        self.add_balance(environment, resources, target, amount)

    def deploy_code(
        self, environment: U8, resources: Resources, address: Address, code: ByteView
    ) -> None:
        """Give an account its code at the end of a constructor."""
        self.deployment.deploy(environment, resources, address, code)

    def set_bytecode_details(
        self,
        resources: Resources,
        address: Address,
        bytecode_hash: U256,
        length: U32,
        observable_hash: U256,
    ) -> None:
        """Force a deployment by the hash of the plain code (system spec 3.4)."""
        self.deployment.set_details(
            resources, address, bytecode_hash, length, observable_hash
        )

    def set_delegation(
        self, resources: Resources, authority: Address, delegate: Address
    ) -> None:
        """Let `authority` run the code of `delegate`; address 0 ends that (EIP-7702).

        Charges no ergs.
        """
        self.deployment.set_delegation(resources, authority, delegate)

    def self_destruct(
        self,
        resources: Resources,
        address: Address,
        beneficiary: Address,
        under_construction: bool,
    ) -> None:
        """SELFDESTRUCT besides its base price (system spec 3.5)."""
        self.deployment.self_destruct(
            resources, address, beneficiary, under_construction
        )

    def keccak(self, resources: Resources, data: ByteView) -> Bytes32:
        """The keccak-256 system function: charged, then computed."""
        length = data.length()
        resources.charge(keccak_ergs(length), keccak_native(length))
        return self.hashes.hash(data)

    def emit_event(
        self,
        environment: U8,
        resources: Resources,
        address: Address,
        topics: List[U256],
        data: ByteView,
    ) -> None:
        """An EVM log."""
        count = topics.length()
        length = data.length()
        ergs = U64(0)
        if runs_code(environment):
            ergs = event_ergs(count, length)
        elif environment != NO_ENVIRONMENT:
            raise Fatal
        native = event_native(count, length)
        if EVENTS_PAY_RECEIPTS:
            native = native + receipt_native(count, length)
        resources.charge(ergs, native)
        if self.keeps_events:
            event = Event(self.transaction_number, address, copy_of(data))
            for index in urange(count):
                event.topics.append(topics[index])
            self.events.events.append(event)
        self.events.observe(resources, address, topics, data)

    def emit_l1_message(
        self, resources: Resources, address: Address, data: ByteView
    ) -> Bytes32:
        """A message from `address` to L1; its keccak-256."""
        resources.charge(U64(0), message_native(data.length()))
        digest = self.keccak(resources, data)
        self.events.logs.append(
            Log(
                self.transaction_number,
                True,
                L1_MESSENGER,
                U256(address),
                U256(digest),
                copy_of(data),
            )
        )
        return digest

    def pass_message(
        self, resources: Resources, address: Address, data: ByteView
    ) -> None:
        """A message from `address` to L1, for native only, its hash included."""
        resources.charge(U64(0), message_native(data.length()))
        digest = self.hashes.hash(data)
        number = self.transaction_number
        message = copy_of(data)
        self.events.logs.append(
            Log(number, True, L1_MESSENGER, U256(address), U256(digest), message)
        )

    def emit_l1_transaction_log(self, transaction_hash: Bytes32, success: bool) -> None:
        """The result of an L1 or upgrade transaction, for L1."""
        value = U256(1) if success else U256(0)
        self.events.logs.append(
            Log(
                self.transaction_number,
                False,
                BOOTLOADER,
                U256(transaction_hash),
                value,
                allocate_bytes(0),
            )
        )
