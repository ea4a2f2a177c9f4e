"""A campaign's folder as a large one leaves it, without running one."""

import time

from fuzz.campaign.finding import Finding, finding_text
from fuzz.campaign.folder import Folder, Settings
from fuzz.campaign.roster import Row, write_roster
from fuzz.campaign.slot import Progress
from fuzz.coverage.target import Problem

TARGETS = ("block_differential", "oracle")
STATES = ("working", "working", "working", "waiting", "done")


def simulated(path, findings=20, workers=6, rows=50):
    """A folder with so many findings, workers and lines of history."""
    folder = Folder(path)
    folder.begin(Settings(TARGETS, 7, workers, seconds=3600.0))
    lanes = []
    for lane in range(workers):
        target = TARGETS[lane % 2]
        slot = folder.slot(target, lane)
        slot.write(
            Progress(
                seconds=100.0,
                executions=1000 + lane,
                included=900,
                coverage=5000,
                features=9000,
                entries=300,
                compared=2000,
            )
        )
        slot.close()
        state = STATES[lane % len(STATES)]
        lanes.append(
            Row(lane, target, state, f"10.0.0.{lane % 4}", 1 << 28, 0.5 * (lane % 20))
        )
    write_roster(path, lanes)
    for number in range(findings):
        add_finding(folder, number)
    for number in range(rows):
        counts = {
            "executions": 100 * number, "coverage": number, "features": 90 * number,
            "entries": number, "seconds": float(number), "included": number,
            "reverted": 0, "rejected": 0, "problems": 0, "compared": number,
        }  # fmt: skip
        folder.append_history(
            {
                "seconds": 5.0 * number,
                "resident": 1 << 30,
                "findings": {"diverge": number},
                "targets": dict.fromkeys(TARGETS, counts),
            }
        )
    return folder


def add_finding(folder, number):
    """One more, written as a campaign writes them."""
    kind = ("diverge", "crash")[number % 2]
    problem = Problem(
        kind, ("native", "riscv"), f"layer{number}", "receipt", f"s{number}x"
    )
    finding = Finding(problem.name, TARGETS[0], problem, time.time(), 0, number)
    place = folder.finding_folder(finding.name)
    place.mkdir(parents=True)
    (place / "case.json").write_bytes(b"{}")
    (place / "finding.json").write_bytes(finding_text(finding))
    return finding
