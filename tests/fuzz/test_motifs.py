"""Shaped operands, routines, motifs, padding: they do reach what they are for."""

from collections import Counter

import pytest

from differential.outcome import TransactionOutcome, TransactionStatus
from differential.runners import native
from differential.runners.base import run_chain
from fuzz.mutation.codes import mutate_code
from fuzz.strategies.cast import DEEP, keys, make_cast, senders
from fuzz.strategies.code import BY_NAME, Code
from fuzz.strategies.envelopes import unsigned_items
from fuzz.strategies.expressions import ARITHMETIC, Program
from fuzz.strategies.fees import first_context
from fuzz.strategies.motifs import SWEEP, play, sweep_gas
from fuzz.strategies.numbers import WORD, limbs
from fuzz.strategies.operands import division, operands
from fuzz.strategies.padding import BLOCK_BYTES, item_ends, pad_to_block
from fuzz.strategies.routines import SIZES, dispatch, recursion, write_routines
from fuzz.strategies.source import BytesSource, RandomSource
from fuzz.strategies.transactions import DEEP_GAS, signed
from zkos.host import rlp
from zkos.host.case import AccountState, Block, Case
from zkos.host.context import BlockContext
from zkos.host.profile import RunOptions
from zkos.host.transactions import FieldTransaction, Kind

DRAWS = 2000
CONTEXT = BlockContext(eip1559_basefee=1000, native_price=10)


def is_negative(number: int) -> bool:
    return number >> 255 == 1


@pytest.mark.parametrize("name", ARITHMETIC)
def test_operands_are_as_many_words_as_the_opcode_takes(name: str) -> None:
    source = RandomSource(1)
    for _ in range(200):
        made = operands(source, name)
        assert len(made) == BY_NAME[name].pops
        assert all(0 <= number < WORD for number in made)


def test_divisions_meet_all_signs_and_remainders() -> None:
    source = RandomSource(2)
    signs: Counter[tuple[bool, bool]] = Counter()
    for _ in range(DRAWS):
        x, y = division(source, signed=True)
        signs[is_negative(x), is_negative(y)] += 1
    assert len(signs) == 4
    assert min(signs.values()) > DRAWS // 10
    rests: Counter[str] = Counter()
    for _ in range(DRAWS):
        x, y = division(source, signed=False)
        if y > 1 and x >= y:
            rests[{0: "none", 1: "one", y - 1: "most"}.get(x % y, "other")] += 1
    assert all(rests[name] > DRAWS // 100 for name in ("none", "one", "most"))


@pytest.mark.parametrize("name", ["ADDMOD", "MULMOD"])
def test_moduli_are_passed_by_sums_beyond_a_word(name: str) -> None:
    source = RandomSource(3)
    met = sum(
        m > 0 and x % m + y % m >= WORD
        for x, y, m in (operands(source, name) for _ in range(DRAWS))
    )
    assert met > DRAWS // 20


@pytest.mark.parametrize("name", ["BYTE", "SIGNEXTEND"])
def test_every_byte_is_indexed(name: str) -> None:
    source = RandomSource(4)
    indices = {operands(source, name)[0] for _ in range(DRAWS)}
    assert set(range(33)) <= indices
    assert any(index >> 32 and index % (1 << 32) < 32 for index in indices)


def test_digits_at_the_edges_meet_in_one_number() -> None:
    source = RandomSource(5)
    made = {limbs(source) for _ in range(20 * DRAWS)}
    # The divisor for which an estimate of a digit is farthest off.
    for bits in (16, 32, 64):
        assert (1 << 2 * bits - 1) + (1 << bits) - 1 in made


def run(code: bytes, data: bytes, gas: int, value: int = 0) -> TransactionOutcome:
    sender = AccountState(senders()[0], 10**30)
    contract = AccountState(DEEP, 5, nonce=1, code=code)
    call = FieldTransaction(
        kind=Kind.LEGACY,
        gas_limit=gas,
        max_fee_per_gas=100_000,
        nonce=0,
        to=DEEP,
        value=value,
        data=data,
        private_key=keys()[0],
    )
    case = Case((Block(CONTEXT, (call,)),), accounts=(sender, contract))
    (outcome,) = run_chain(native.run_block, case, RunOptions())
    return outcome.transactions[0]


@pytest.mark.native
@pytest.mark.parametrize("seed", range(4))
def test_recursion_is_as_deep_as_calls_may_be(seed: int) -> None:
    outcome = run(recursion(RandomSource(seed)), b"", DEEP_GAS)
    assert outcome.status is TransactionStatus.SUCCESS
    # Each of 1025 frames counts itself and the call that succeeded, but for the last.
    assert outcome.return_data == (2 * 1025 - 1).to_bytes(32, "big")


@pytest.mark.native
def test_routines_are_entered_and_end_in_every_way() -> None:
    ends: Counter[str] = Counter()
    answers = set()
    for seed in range(150):
        source = RandomSource(seed)
        code = Code()
        program = Program(source, make_cast(source), code, DEEP)
        labels = dispatch(source, code)
        code.op("STOP")
        write_routines(program, labels)
        content = code.finish()
        for size in SIZES[: len(labels)]:
            outcome = run(content, bytes(size), 500_000, value=seed % 3)
            ends[outcome.status.value] += 1
            answers.add(outcome.return_data)
    assert ends["success"] > 100
    assert ends["reverted"] > 50
    assert len(answers) > 100


@pytest.mark.native
def test_plays_see_what_routines_left() -> None:
    seen = set()
    for seed in range(100):
        source = RandomSource(seed)
        code = Code()
        program = Program(source, make_cast(source), code, DEEP)
        labels = dispatch(source, code)
        program.routines = len(labels)
        play(program, 0)
        code.op("STOP")
        write_routines(program, labels)
        outcome = run(code.finish(), b"", 1_000_000)
        seen.update(outcome.logs or ())
    assert len({log.topics for log in seen}) > 25


@pytest.mark.native
def test_swept_gas_is_enough_for_some_calls_only() -> None:
    kept = set()
    for seed in range(150):
        source = RandomSource(seed)
        code = Code()
        program = Program(source, make_cast(source), code, DEEP)
        labels = dispatch(source, code)
        program.routines = len(labels)
        sweep_gas(program, 0)
        code.op("STOP")
        write_routines(program, labels)
        outcome = run(code.finish(), b"", 2_000_000)
        kept.update(log.topics for log in outcome.logs or () if log.topics)
    every = sum(3**power for power in range(SWEEP))
    sums = {topics[0] for topics in kept}
    assert {0, every} <= sums
    assert any(9 < number < every for number in sums)


def test_padding_fills_blocks_of_the_encoding() -> None:
    hit = tried = 0
    for seed in range(400):
        source = RandomSource(seed)
        cast = make_cast(source)
        made = signed(source, cast, first_context(source, cast))
        tried += 1
        padded = pad_to_block(source, made, 37)
        ends = [
            end
            for with_signature in (False, True)
            for end in item_ends(padded, 37, signed=with_signature)
        ]
        edges = (0, 1, BLOCK_BYTES - 1)
        hit += any(end % BLOCK_BYTES in edges for end in ends)
    assert hit > tried * 0.9


def test_ends_of_items_are_those_of_the_encoding() -> None:
    for seed in range(200):
        source = RandomSource(seed)
        cast = make_cast(source)
        made = signed(source, cast, first_context(source, cast))
        content = rlp.encode(unsigned_items(made, 37))
        envelope = len(content) + (made.kind is not Kind.LEGACY)
        assert item_ends(made, 37, signed=False)[-1] == envelope


@pytest.mark.native
def test_mutations_insert_operations_whose_result_is_seen() -> None:
    log_result = bytes.fromhex("5f5fa1")
    made = {mutate_code(RandomSource(seed), b"", b"") for seed in range(600)}
    inserted = [code for code in made if code.endswith(log_result)]
    assert len(inserted) > 10
    for code in inserted:
        (log,) = run(code, b"", 200_000).logs or ()
        assert len(log.topics) == 1


def test_no_choices_give_a_program_without_routines() -> None:
    source = BytesSource(b"")
    program = Program(source, make_cast(source), Code(), None)
    play(program, 0)
    assert len(program.code) < 100
