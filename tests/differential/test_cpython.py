from types import SimpleNamespace

import pytest

from differential.outcome import Result
from differential.runners import cpython
from differential.runners.base import prepare, state_of_case
from zkos.compiler.variant import TRACE
from zkos.guest.protocol.queries import QUERY_TRANSACTION_SIZE
from zkos.guest.system.errors import OutOfErgs
from zkos.host.case import parse_case
from zkos.host.profile import RunOptions
from zkos.lang.intrinsics import finish, option_word, oracle_read, oracle_write
from zkos.lang.ints import U8, U32, Bytes32
from zkos.lang.trap import trap
from zkos.versions import STANDARD, Build

pytestmark = pytest.mark.cpython


def run(monkeypatch, main, options=RunOptions()):  # noqa: B008
    guest = SimpleNamespace(load=lambda _: SimpleNamespace(main=main))
    monkeypatch.setattr(cpython, "modules", lambda _: guest)
    case = parse_case({"block": {}}, "x")
    return cpython.run_block(case.blocks[0], state_of_case(case), options)


def test_finished_guest_is_a_success(monkeypatch):
    def main():
        assert option_word(U32(0)) == RunOptions().word()
        oracle_write(QUERY_TRANSACTION_SIZE)
        oracle_write(U32(0))
        assert [oracle_read() for _ in range(3)] == [2, 0, 0]
        finish(Bytes32(0x0102))

    outcome = run(monkeypatch, main)
    assert outcome.result is Result.SUCCESS
    assert outcome.public_input == bytes(30) + b"\1\2"
    assert outcome.oracle_words == 5
    assert outcome.seconds > 0


def test_trap_is_an_abort(monkeypatch):
    outcome = run(monkeypatch, lambda: trap("no way"))
    assert outcome.result is Result.ABORT
    assert outcome.reason == "no way (outside the guest)"


def test_failed_check_is_an_abort(monkeypatch):
    outcome = run(monkeypatch, lambda: U8(200) + U8(100))
    assert outcome.result is Result.ABORT
    assert outcome.reason.startswith("U8: value out of range")


def test_failed_assert_is_an_abort(monkeypatch):
    def main():
        assert option_word(U32(0)) == 0, "wrong options"

    outcome = run(monkeypatch, main)
    assert outcome.result is Result.ABORT
    assert outcome.reason.startswith("wrong options")


def test_reading_nothing_is_an_abort(monkeypatch):
    outcome = run(monkeypatch, oracle_read)
    assert outcome.result is Result.ABORT
    assert outcome.reason.startswith("oracle: no answer to read")


def test_exception_that_escapes_is_a_crash(monkeypatch):
    def main():
        raise OutOfErgs

    outcome = run(monkeypatch, main)
    assert outcome.result is Result.CRASH
    assert outcome.reason.startswith("OutOfErgs")


def test_unanswerable_query_is_a_crash(monkeypatch):
    def main():
        oracle_write(U32(77))
        oracle_write(U32(0))
        oracle_read()

    outcome = run(monkeypatch, main)
    assert outcome.result is Result.CRASH
    assert outcome.reason == "oracle: the guest asked query 0x4d, which does not exist"


def test_guest_that_returns_is_a_crash(monkeypatch):
    outcome = run(monkeypatch, lambda: None)
    assert outcome.result is Result.CRASH


def test_endless_guest_is_a_timeout(monkeypatch):
    def main():
        while True:
            pass

    outcome = run(monkeypatch, main, RunOptions(time_limit=0.05))
    assert outcome.result is Result.TIMEOUT
    assert outcome.reason.startswith("after 0.05 s")


def test_builds_run_side_by_side():
    case = parse_case({"block": {}}, "x")
    state, options = state_of_case(case), RunOptions()
    builds = (STANDARD, Build(variant=TRACE), STANDARD)

    endings = [
        cpython.run_build(build, prepare(case.blocks[0], state, options), options)
        for build in builds
    ]

    assert {ending.result for ending in endings} == {Result.SUCCESS}
    assert len({ending.public_input for ending in endings}) == 1
    loops = [cpython.modules(b).load("zkos.guest.evm.interpreter") for b in builds]
    assert [loop.TRACE for loop in loops] == [False, True, False]
    assert loops[0].Evm is loops[2].Evm is not loops[1].Evm


def test_trap_names_the_line_of_the_guest():
    case = parse_case({"block": {}}, "x")
    channel = prepare(case.blocks[0], state_of_case(case), RunOptions())
    channel.fault = "deaf"
    ending = cpython.run_guest(channel, RunOptions())
    assert ending.result is Result.ABORT
    assert "(zkos/guest/" in ending.reason
