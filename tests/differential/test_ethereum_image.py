"""Images of the Ethereum instance as engines: which they are, and where they judge."""

import secrets

import pytest

from differential.ethereum.image import REFUSED, judged, load, run_file
from differential.importers.ethereum_blocks import load_blocks
from differential.outcome import Outcome, Result
from differential.runners import riscv
from tests.cli.support import zkos_here
from tests.pins import CORPORA
from zkos.compiler.assembler import A0, ZERO, Assembler
from zkos.host.advice import FIELD, SECP256K1_PRIME, AdviceError, advise
from zkos.host.channel import OracleError
from zkos.host.ethereum.image_oracle import ImageOracle
from zkos.host.profile import RunOptions
from zkos.host.signing import SECP256K1_ORDER
from zkos.machine.image import ImageError
from zkos.versions import Build, Fork, Instance

BLOCKS = CORPORA / "ethereum"
TRANSFERS = BLOCKS / "transfers_osaka_1000.blocks.json.gz"
HEADER_SIZE = 0x4001_E003


def asking(query: int) -> bytes:
    """A program that asks one thing, then runs in a circle."""
    code = Assembler()
    for word in (query, 0):
        code.load_constant(A0, word)
        code.emit("csrrw", ZERO, 0x7C0, A0)
    code.emit("csrrw", A0, 0x7C0, ZERO)
    code.emit("jal", ZERO, 0)
    return code.code()


@pytest.mark.native
def test_an_image_is_known_by_what_it_asks_first(tmp_path):
    good, other = tmp_path / "good.bin", tmp_path / "other.bin"
    good.write_bytes(asking(HEADER_SIZE))
    other.write_bytes(asking(0x4001_0000))

    assert load(good) == good.read_bytes()
    with pytest.raises(ImageError, match=r"it asks query 0x40010000 first"):
        load(other)


@pytest.mark.native
def test_another_image_is_one_line_for_the_user(tmp_path):
    other = tmp_path / "other.bin"
    other.write_bytes(asking(0x4001_0000))
    done = zkos_here("diff", TRANSFERS, "-e", "native", "--image", other)

    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert "not an image of the Ethereum instance" in line


@pytest.mark.riscv
def test_our_own_image_accepts_a_block(tmp_path):
    build = Build(instance=Instance.ETHEREUM, fork=Fork.OSAKA)
    path = tmp_path / "ours.bin"
    word = RunOptions(report=False).word()
    path.write_bytes(riscv.program(build).image((word,)))
    (known,) = load_blocks(TRANSFERS)

    outcome = run_file(path, known.block)

    assert outcome.succeeded, outcome.reason
    assert outcome.block_hash == int.from_bytes(known.block.hash, "big")
    assert outcome.delegations["keccak"] % 649 == 0
    assert outcome.delegations["keccak"] > 0


def test_roots_and_inverses_are_those_of_the_curve():
    for _ in range(20):
        number = secrets.randbelow(SECP256K1_PRIME - 1) + 1
        root, flag = split(field(0, number))
        sign = -1 if flag else 1
        assert root * root % SECP256K1_PRIME == sign * number % SECP256K1_PRIME
        for kind, modulus in ((1, SECP256K1_PRIME), (2, SECP256K1_ORDER)):
            inverse = int.from_bytes(field(kind, number % modulus), "big")
            assert inverse * number % modulus == 1


def field(kind: int, number: int) -> bytes:
    return advise(FIELD, kind.to_bytes(4, "little") + number.to_bytes(32, "big"))


def split(answer: bytes) -> tuple[int, int]:
    return int.from_bytes(answer[:32], "big"), int.from_bytes(answer[32:], "little")


@pytest.mark.parametrize(
    ("kind", "number", "words"),
    [(3, 1, "operation 3"), (1, 0, "zero has no"), (2, SECP256K1_ORDER, "zero has no")],
)
def test_what_has_no_answer_is_refused(kind, number, words):
    with pytest.raises(AdviceError, match=words):
        field(kind, number)


def test_hints_come_with_their_length():
    (known,) = load_blocks(TRANSFERS)
    oracle = ImageOracle(known.block)
    operand = (4).to_bytes(32, "big")
    answer = oracle.answer(FIELD, bytes(4) + operand)
    assert answer[:4] == (10).to_bytes(4, "little")
    assert len(answer) == 44
    with pytest.raises(OracleError, match="operation 9"):
        oracle.answer(FIELD, (9).to_bytes(4, "little") + operand)


def outcome(block_hash: int | None) -> Outcome:
    if block_hash is None:
        return Outcome(Result.ABORT, "no")
    return Outcome(Result.SUCCESS, block_hash=block_hash)


def test_a_block_that_ethereum_refuses_is_not_judged():
    (known,) = load_blocks(TRANSFERS)
    theirs = judged(outcome(5), outcome(None), known.block)
    assert theirs.result is Result.CRASH
    assert theirs.reason.endswith(REFUSED)
    agreed = judged(outcome(None), outcome(None), known.block)
    assert agreed.result is Result.ABORT


def test_blobs_are_not_judged():
    (known,) = load_blocks(BLOCKS / "blobs_bpo2_1001.blocks.json.gz")
    assert "blobs" in judged(outcome(None), outcome(5), known.block).reason
    assert judged(outcome(5), outcome(5), known.block).succeeded


@pytest.mark.slow
@pytest.mark.native
def test_what_a_block_does_decides_whether_it_is_judged():
    """A build that traces looks for the areas."""
    (known,) = load_blocks(TRANSFERS)
    theirs = judged(outcome(None), outcome(5), known.block)
    assert theirs.result is Result.ABORT
