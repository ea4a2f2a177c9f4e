import mmap
import os
import signal
import threading
import time

import pytest

from differential.engines import parse_engines
from differential.outcome import Result
from differential.workers import Job, Limits, Pool
from zkos.host.case import parse_case
from zkos.host.profile import RunOptions

EMPTY = parse_case({"block": {}}, "empty")
LIMITS = Limits(seconds=1.0, memory_bytes=1 << 30)


def job(name, ticket=0):
    (engine,) = parse_engines([f"module=tests.differential.engines.{name}"])
    return Job(ticket, engine, EMPTY, 0, (), RunOptions())


def native_job(ticket=0):
    (engine,) = parse_engines(["native"])
    return Job(ticket, engine, EMPTY, 0, (), RunOptions())


def run_all(jobs, size=2, limits=LIMITS):
    with Pool(size, limits) as pool:
        for item in jobs:
            pool.submit(item)
        done = []
        while pool.pending:
            done.extend(pool.results())
    return {item.job.ticket: item.outcome for item in done}


@pytest.mark.parametrize(
    ("name", "result", "reason"),
    [
        ("killed", Result.CRASH, "SIGKILL"),
        ("endless", Result.TIMEOUT, "after 1 s"),
        ("greedy", Result.CRASH, "out of memory: more than 1 GB"),
        ("growing", Result.CRASH, "out of memory: more than 1 GB"),
        ("raising", Result.CRASH, "RuntimeError: lost"),
    ],
)
def test_end_of_an_engine_is_an_outcome(name, result, reason):
    seconds = 60.0 if name == "growing" else 1.0
    outcomes = run_all([job(name)], limits=Limits(seconds, LIMITS.memory_bytes))
    assert outcomes[0].result is result
    assert reason in outcomes[0].reason
    assert "\n" not in outcomes[0].reason


def test_a_process_with_much_mapped_can_start_engines():
    mapped = [mmap.mmap(-1, 2 << 30) for _ in range(10)]
    (outcome,) = run_all([native_job()], 1, Limits(60.0, 1 << 30)).values()
    for item in mapped:
        item.close()
    assert outcome.succeeded, outcome.reason


def test_nothing_else_is_lost_when_engines_end():
    names = ["killed", "endless", "greedy", "raising"]
    jobs = [job(name, ticket) for ticket, name in enumerate(names)]
    jobs += [native_job(ticket) for ticket in range(10, 14)]
    outcomes = run_all(jobs, limits=Limits(8.0, LIMITS.memory_bytes))
    assert sorted(outcomes) == [0, 1, 2, 3, 10, 11, 12, 13]
    inputs = {outcomes[ticket].public_input for ticket in range(10, 14)}
    assert len(inputs) == 1
    assert None not in inputs


def test_worker_killed_from_outside_is_replaced():
    with Pool(1, Limits(60.0)) as pool:
        pool.submit(job("endless"))
        threading.Timer(0.3, os.kill, (pool.process_ids[0], signal.SIGKILL)).start()
        (first,) = pool.results()
        pool.submit(native_job())
        (second,) = pool.results()
    assert first.outcome.result is Result.CRASH
    assert second.outcome.result is Result.SUCCESS


def test_idle_worker_that_died_loses_no_job():
    with Pool(1, Limits(60.0)) as pool:
        pool.submit(native_job(1))
        (_,) = pool.results()
        os.kill(pool.process_ids[0], signal.SIGKILL)
        time.sleep(0.1)
        pool.submit(native_job(2))
        (second,) = pool.results()
    assert second.job.ticket == 2
    assert second.outcome.result is Result.SUCCESS


def test_no_worker_outlives_the_pool():
    with Pool(2, LIMITS) as pool:
        pool.submit(job("endless"))
        ids = pool.process_ids
    for process in ids:
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)
