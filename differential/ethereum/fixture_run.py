"""Ethereum's fixtures on the Ethereum instance: what each says must come out, exactly.

A state test becomes a block with one transaction, whose header EELS makes; an engine
that accepts it has the same post-state root and logs. Chain tests have their own
headers. What must be refused has to be refused by every engine.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from differential.compare import failed, first_difference
from differential.ethereum.blocks import Account, KnownBlock, State
from differential.ethereum.building import Plan, build_block
from differential.ethereum.execution import CannotBuild
from differential.ethereum.lone import NATIVE, LoneTransaction, run_lone
from differential.ethereum.running import GUESTS
from differential.ethereum.session import run_engine
from differential.ethereum.states import full_state, witness_of
from differential.evm_compare import hash_of_logs
from differential.fixture_results import CaseResult, Verdict
from differential.importers.ethereum_chain_tests import ChainBlock, ChainTest
from differential.importers.ethereum_state_tests import FORK_NAMES, StateVariant
from differential.outcome import Detail, Difference, Outcome, Result
from zkos.host.codecs.rlp import decode_signed
from zkos.host.ethereum.block import EthereumBlock
from zkos.host.profile import RunOptions
from zkos.host.signing import keccak256
from zkos.versions import Fork

SUITE: Final = "fixture"
"""The name of what the fixture says, where engines are named."""
REQUEST_CONTRACTS: Final = (
    0x00000961EF480EB55E80D19AD83579A64C007002,
    0x0000BBDDC7CE488642FB579F8B00F3A590007251,
)
"""Every block calls them (EIP-7002, 7251), and state tests do not have them."""
DESIGNATION: Final = b"\xef\x01\x00"
"""How code begins that only names another account's (EIP-7702)."""
_STOP: Final = b"\0"
"""Code that has no requests to tell of."""
LEFT_OUT: Final = "payloads that the interface refuses"
OWN_ROOT: Final = "the fixture's own root and logs were checked"


@dataclass(frozen=True)
class Setup:
    """What running a fixture needs besides the fixture."""

    engines: tuple[str, ...]
    options: RunOptions
    fork: Fork | None = None
    """By whose rules tests of older forks run; None leaves them out."""
    alone: str = NATIVE
    """Which of ours runs transactions without a block."""


class _Ended(Exception):
    """The case is decided."""

    def __init__(self, result: CaseResult) -> None:
        super().__init__(result.reason)
        self.result = result


def run_state_variant(name: str, variant: StateVariant, setup: Setup) -> CaseResult:
    """A variant of a state test, as a block and, of a known fork, by itself."""
    own = FORK_NAMES.get(variant.fork_name)
    fork = own or setup.fork
    if fork is None:
        return CaseResult(name, Verdict.NOT_RUN, f"fork {variant.fork_name}")
    if variant.transaction is None:
        return CaseResult(name, Verdict.NOT_RUN, variant.problem)
    counts: dict[str, int] = {}
    try:
        if own is not None:
            _check_alone(name, variant, own, setup.alone)
            counts[OWN_ROOT] = 1
        return replace(_run_as_block(name, variant, fork, setup), declared=counts)
    except _Ended as end:
        return replace(end.result, declared=counts)


def _run_as_block(
    name: str, variant: StateVariant, fork: Fork, setup: Setup
) -> CaseResult:
    plan, refused = _plan(variant, fork), ""
    try:
        known = build_block(plan, name, check=False)
    except CannotBuild as error:
        refused = str(error)
        try:
            empty = build_block(replace(plan, transactions=()), name, check=False)
        except CannotBuild as other:
            return CaseResult(name, Verdict.NOT_RUN, f"no block is like that: {other}")
        known = replace(
            empty, block=replace(empty.block, transactions=tuple(plan.transactions))
        )
    _run_block(name, known, setup, valid=not refused)
    if not refused:
        return CaseResult(name, Verdict.SAME)
    return CaseResult(name, Verdict.REFUSED, refused)


def _plan(variant: StateVariant, fork: Fork) -> Plan:
    terms = variant.environment
    before = dict(variant.before)
    for address in REQUEST_CONTRACTS:
        account = before.get(address, Account(nonce=1))
        if not account.code:
            before[address] = replace(account, code=_STOP)
    assert variant.transaction is not None
    return Plan(
        fork,
        before,
        (variant.transaction,),
        coinbase=terms.coinbase,
        number=terms.number,
        timestamp=terms.timestamp,
        gas_limit=terms.gas_limit,
        base_fee=terms.base_fee,
        mix_hash=terms.mix_hash,
        excess_blob_gas=terms.excess_blob_gas,
    )


def _check_alone(name: str, variant: StateVariant, fork: Fork, engine: str) -> None:
    """Root and logs of the transaction without a block are the fixture's."""
    assert variant.transaction is not None
    transaction = LoneTransaction(
        fork, variant.environment, variant.before, variant.transaction
    )
    run = run_lone(transaction, engine=engine)
    if run.state_root is None:
        _fail(name, f"{engine}: {run.outcome.reason}")
    receipts = run.outcome.transactions or ()
    logs = hash_of_logs((receipts[0].logs if receipts else None) or ())
    for layer, ours, theirs in (
        ("state_root", run.state_root, variant.state_root),
        ("logs", logs.to_bytes(32, "big"), variant.logs_hash),
    ):
        if ours != theirs:
            values = (f"0x{theirs.hex()}", f"0x{ours.hex() if ours else ''}")
            _differ(name, Difference((SUITE, engine), layer, "", values))


def run_chain_test(name: str, test: ChainTest, setup: Setup) -> CaseResult:
    """All blocks of a chain test, and what is known after them."""
    if test.without:
        return CaseResult(name, Verdict.NOT_RUN, test.without)
    chain = _Chain(name, test, setup)
    try:
        for block in test.blocks:
            chain.run(block)
        chain.check_end()
    except _Ended as end:
        return end.result
    declared = {LEFT_OUT: test.left_out} if test.left_out else {}
    return CaseResult(name, Verdict.SAME, declared=declared)


class _Chain:
    """The valid blocks so far, by hash, with the state after each."""

    def __init__(self, name: str, test: ChainTest, setup: Setup) -> None:
        self.name = name
        self.test = test
        self.setup = setup
        genesis = keccak256(test.genesis)
        self.states: dict[bytes, State] = {genesis: test.before}
        self.headers: dict[bytes, tuple[bytes, ...]] = {genesis: (test.genesis,)}

    def run(self, block: ChainBlock) -> None:
        """Run a block on its parent. Raises _Ended."""
        place = block.place
        if block.flaw:
            if block.is_valid:
                _fail(self.name, f"{place} must be valid: {block.flaw}")
            return
        before = self.states.get(block.parent_hash)
        if before is None:
            if block.is_valid:
                _fail(self.name, f"{place}: its parent is not known")
            return
        fork = self.test.fork_at(block.timestamp)
        if fork is None:
            _fail(self.name, f"{place}: no fork is known for its time")
            return
        headers = self.headers[block.parent_hash]
        witness = witness_of(before, headers[-256:])
        served = EthereumBlock(
            fork, block.header, block.transactions, block.withdrawals, witness
        )
        known = KnownBlock(f"{self.name} {place}", served, before)
        outcomes = _run_block(self.name, known, self.setup, valid=block.is_valid)
        if block.is_valid:
            self.states[block.hash] = self._after(
                before, block.transactions, outcomes, place
            )
            self.headers[block.hash] = (*headers, block.header)

    def check_end(self) -> None:
        """The last block and the state after it are the fixture's. Raises _Ended."""
        after = self.states.get(self.test.last_hash)
        if after is None:
            _fail(self.name, "lastblockhash is the hash of no valid block")
        elif self.test.after is not None:
            theirs, ours = (full_state(item).root for item in (self.test.after, after))
            if ours != theirs:
                values = (f"0x{theirs.hex()}", f"0x{ours.hex()}")
                difference = Difference((SUITE, "ours"), "postState", "", values)
                _differ(self.name, difference)

    def _after(
        self,
        before: State,
        transactions: Sequence[bytes],
        outcomes: Mapping[str, Outcome],
        place: str,
    ) -> State:
        for engine, outcome in outcomes.items():
            if engine in GUESTS:
                after = apply(before, outcome.detail, transactions)
                root = int.from_bytes(full_state(after).root, "big")
                if root != outcome.state_root:
                    _fail(self.name, f"{engine}: {place}: the report has another root")
                return after
        _fail(self.name, "no engine of ours tells the state after a block")
        return before


def apply(before: State, detail: Detail, transactions: Sequence[bytes]) -> State:
    """The state after the changes that an engine of ours reports.

    Codes that delegate are not reported: they are those of authorizations.
    """
    codes = {keccak256(item): item for item in detail.preimages or ()}
    for item in map(decode_signed, transactions):
        for entry in item.authorization_list:
            code = DESIGNATION + entry.address.to_bytes(20, "big")
            codes[keccak256(code)] = code
    codes.update({keccak256(item.code): item.code for item in before.values()})
    after = dict(before)
    for account in detail.accounts or ():
        code = codes.get(account.code_hash.to_bytes(32, "big"), b"")
        known = after.get(account.address, Account())
        after[account.address] = replace(
            known, nonce=account.nonce, balance=account.balance, code=code
        )
    for slot in detail.storage or ():
        known = after.get(slot.address, Account())
        storage = {**known.storage, slot.key: slot.current}
        kept = {key: value for key, value in storage.items() if value}
        after[slot.address] = replace(known, storage=kept)
    return {
        address: item
        for address, item in after.items()
        if item.nonce or item.balance or item.code or item.storage
    }


def _run_block(
    name: str, known: KnownBlock, setup: Setup, *, valid: bool
) -> dict[str, Outcome]:
    """All engines on a block: they accept it with its hash, or refuse it, alike."""
    outcomes: dict[str, Outcome] = {}
    for engine in setup.engines:
        outcome = run_engine(engine, known, setup.options)
        if failed(outcome) or outcome.result is Result.TIMEOUT:
            _fail(name, f"{engine}: {outcome.reason}")
        outcomes[engine] = outcome
        if outcome.succeeded is not valid:
            wanted, got = ("valid", "refused") if valid else ("refused", "valid")
            reason = f"{got} {outcome.reason}".strip()
            _differ(name, Difference((SUITE, engine), "block", "", (wanted, reason)))
    if valid:
        difference = first_difference(outcomes)
        if difference is not None:
            _differ(name, difference)
    return outcomes


def _fail(name: str, reason: str) -> None:
    raise _Ended(CaseResult(name, Verdict.FAILED, reason))


def _differ(name: str, difference: Difference) -> None:
    raise _Ended(CaseResult(name, Verdict.DIFFERENT, difference=difference))
