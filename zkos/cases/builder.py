"""A case, built step by step: accounts, contracts, transactions, blocks, batches.

case = CaseBuilder()
store = case.contract(0x101, "PUSH0 CALLDATALOAD PUSH0 SSTORE")
case.call("alice", store, word(42))
save_case(case.build(), Path("store.json"))
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final, NamedTuple, TypeAlias

from zkos.cases.accounts import address_of, created_by, key_of
from zkos.cases.assembler import assemble
from zkos.host.accounts import delegate_of
from zkos.host.case import AccountState, Block, Case
from zkos.host.context import BlockContext
from zkos.host.signing import address_of_key
from zkos.host.transactions import Authorization, FieldTransaction, Kind, Transaction
from zkos.versions import Protocol

Place: TypeAlias = int | str
"""An address, or the name of an account."""
BALANCE: Final = 10**21
"""Wei of an account of which nothing else is said."""
GAS_LIMIT: Final = 5_000_000
GAS_PER_PUBDATA: Final = 800
_SECONDS: Final = 1


class Delegation(NamedTuple):
    """An account's wish to run the code of another (EIP-7702)."""

    authority: str
    target: Place
    """Address 0 ends a delegation."""
    nonce: int | None = None
    """The account's next when None."""
    chain_id: int | None = None
    """The block's when None; 0 is any chain."""


def word(value: int) -> bytes:
    """A number as the 32 bytes that contracts read."""
    return value.to_bytes(32, "big")


class CaseBuilder:
    """Collects a case; names stand for accounts with a key of their own.

    Accounts that send and of which nothing is said have `BALANCE`. Nonces are counted.
    """

    def __init__(
        self,
        *,
        protocol: Protocol | None = None,
        batch: bool = False,
        **context: Any,
    ) -> None:
        """`context` are fields of the first block's `BlockContext`."""
        self._protocol = protocol
        self._batch = batch
        self._accounts: dict[int, AccountState] = {}
        self._names: dict[str, int] = {}
        self._keys: dict[int, bytes] = {}
        self._nonces: dict[int, int] = {}
        self._blocks: list[tuple[BlockContext, list[Transaction]]] = []
        self._blocks.append((BlockContext(**context), []))

    @property
    def context(self) -> BlockContext:
        """Of the block that transactions go into now."""
        return self._blocks[-1][0]

    def account(
        self,
        name: str,
        balance: int = BALANCE,
        *,
        private_key: bytes | None = None,
        nonce: int = 0,
        delegate: Place | None = None,
    ) -> int:
        """Say what an account has before the first block; its address."""
        key = private_key or key_of(name)
        address = address_of_key(key)
        target = None if delegate is None else self.address(delegate)
        self._names[name] = address
        self._keys[address] = key
        self._accounts[address] = AccountState(
            address, balance=balance, nonce=nonce, delegate=target
        )
        self._nonces[address] = nonce
        return address

    def contract(
        self,
        address: int,
        code: bytes | str,
        *,
        balance: int = 0,
        nonce: int = 1,
        storage: Mapping[int, int] | None = None,
    ) -> int:
        """Put a contract there before the first block; a text is assembled.

        A designator of EIP-7702 makes a delegated account. Raises AssemblyError.
        """
        runtime = assemble(code) if isinstance(code, str) else code
        delegate = delegate_of(runtime)
        self._accounts[address] = AccountState(
            address,
            balance=balance,
            nonce=nonce,
            code=b"" if delegate is not None else runtime,
            delegate=delegate,
            storage=tuple((storage or {}).items()),
        )
        return address

    def set_delegate(self, name: str, target: Place) -> None:
        """Have an account run another's code from the start (EIP-7702)."""
        address = self.address(name)
        delegate = self.address(target)
        self._accounts[address] = replace(self._accounts[address], delegate=delegate)

    def set_context(self, **context: Any) -> None:
        """Change fields of the block that transactions go into now."""
        before, transactions = self._blocks[-1]
        self._blocks[-1] = (replace(before, **context), transactions)

    def block(self, **context: Any) -> None:
        """Begin the next block: a number and a second later unless `context` says."""
        last = self.context
        following = replace(
            last,
            block_number=last.block_number + 1,
            timestamp=last.timestamp + _SECONDS,
            block_hashes=None,
            last_block_timestamp=None,
        )
        self._blocks.append((replace(following, **context), []))

    def call(
        self, sender: str, to: Place, data: bytes = b"", **fields: Any
    ) -> FieldTransaction:
        """Send a transaction; `fields` are those of `FieldTransaction`."""
        return self.send(sender, to, data=data, **fields)

    def send(self, sender: str, to: Place | None, **fields: Any) -> FieldTransaction:
        """The same; without a target it is a creation."""
        nonce = self._take_nonce(sender, fields.pop("nonce", None))
        return self._send(sender, nonce, to=to, **fields)

    def deploy(self, sender: str, initcode: bytes, **fields: Any) -> int:
        """Send a creation; the address it deploys to."""
        sent = self.send(sender, None, data=initcode, **fields)
        return created_by(self.address(sender), sent.nonce)

    def delegate(
        self,
        sender: str,
        delegations: Iterable[Delegation | tuple[str, Place]],
        **fields: Any,
    ) -> FieldTransaction:
        """Have accounts run the code of others (EIP-7702); address 0 ends it.

        The transaction goes to its sender unless `fields` has `to`.
        """
        own = self._take_nonce(sender, fields.pop("nonce", None))
        entries = []
        for item in delegations:
            wish = Delegation(*item)
            nonce = self._take_nonce(wish.authority, wish.nonce)
            entries.append(
                Authorization(
                    self.address(wish.target),
                    nonce=nonce,
                    chain_id=wish.chain_id,
                    private_key=self._keys[self.address(wish.authority)],
                )
            )
        fields.setdefault("to", sender)
        return self._send(
            sender,
            own,
            kind=Kind.EIP7702,
            authorization_list=tuple(entries),
            **fields,
        )

    def from_l1(
        self,
        sender: Place,
        to: Place,
        data: bytes = b"",
        *,
        value: int = 0,
        gas_limit: int = GAS_LIMIT,
        **fields: Any,
    ) -> FieldTransaction:
        """A transaction that L1 sends with what pays for it; nothing is signed."""
        fields.setdefault("gas_per_pubdata", GAS_PER_PUBDATA)
        fields.setdefault("max_fee_per_gas", self.context.eip1559_basefee)
        fields.setdefault("max_priority_fee_per_gas", 0)
        refund = fields.pop("refund_recipient", sender)
        sent = FieldTransaction(
            fields.pop("kind", Kind.L1),
            gas_limit,
            sender=self.address(sender),
            to=self.address(to),
            data=data,
            value=value,
            refund_recipient=self.address(refund),
            **fields,
        )
        self.add(sent)
        return sent

    def add(self, transaction: Transaction) -> None:
        """Put any transaction into the block."""
        self._blocks[-1][1].append(transaction)

    def address(self, place: Place) -> int:
        """What a name or address stands for."""
        if isinstance(place, int):
            return place
        return self._names.get(place) or address_of(place)

    def knows(self, name: str) -> bool:
        """Whether an account of this name was spoken of."""
        return name in self._names

    def has(self, address: int) -> bool:
        """Whether something was put at an address."""
        return address in self._accounts

    def build(self) -> Case:
        """The case so far."""
        return Case(
            blocks=tuple(
                Block(context, tuple(transactions))
                for context, transactions in self._blocks
            ),
            accounts=tuple(self._accounts.values()),
            protocol=self._protocol,
            batch=self._batch,
        )

    def _send(
        self, sender: str, nonce: int, *, to: Place | None, **fields: Any
    ) -> FieldTransaction:
        fields.setdefault("kind", Kind.EIP1559)
        fields.setdefault("gas_limit", GAS_LIMIT)
        fields.setdefault("max_fee_per_gas", self.context.eip1559_basefee)
        sent = FieldTransaction(
            nonce=nonce,
            to=None if to is None else self.address(to),
            private_key=self._keys[self.address(sender)],
            **fields,
        )
        self.add(sent)
        return sent

    def _take_nonce(self, name: str, given: int | None = None) -> int:
        """The next nonce of an account, which now is there and has a key."""
        address = self.address(name)
        if address not in self._keys:
            self.account(name)
        nonce = self._nonces[address] if given is None else given
        self._nonces[address] = nonce + 1
        return nonce
