"""Ray clusters for tests: nodes as processes on loopback, with ports of their own."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

RAY = str(Path(sys.executable).with_name("ray"))
ROOT = Path(__file__).resolve().parents[3]
STORE_BYTES = 100_000_000
TRIES = 4


def free_ports(number):
    """Ports nobody listens to, all different; Ray's workers take those below 20000."""
    found = []
    taken = []
    while len(found) < number:
        sock = socket.socket()
        sock.bind(("127.0.0.1", 0))
        taken.append(sock)
        if sock.getsockname()[1] > 20_000:
            found.append(sock.getsockname()[1])
    for sock in taken:
        sock.close()
    return found


class Node:
    """A node of a cluster: head if it joins none."""

    def __init__(self, cores=1, head=None, environment=(), inside=(), address=None):
        self.place = Path(tempfile.mkdtemp(prefix="ray", dir="/tmp"))
        port, *ports = free_ports(6)
        self.address = head.address if head else f"{address or '127.0.0.1'}:{port}"
        # Ports that Ray chooses itself it waits for no more than 15 seconds.
        names = (
            "metrics-export-port", "dashboard-agent-grpc-port",
            "dashboard-agent-listen-port", "runtime-env-agent-port",
        )  # fmt: skip
        command = [*inside, RAY, "start", "--block", "--disable-usage-stats"]
        if head is None:
            command += ["--head", "--port", str(port), "--include-dashboard", "false"]
            command += ["--ray-client-server-port", str(ports[4])]
            command += ["--temp-dir", str(self.place)]
        else:
            command += ["--address", head.address]
        if address is not None:
            command += ["--node-ip-address", address]
        command += ["--num-cpus", str(cores)]
        command += ["--object-store-memory", str(STORE_BYTES)]
        for name, number in zip(names, ports, strict=False):
            command += [f"--{name}", str(number)]
        self.client = f"ray://127.0.0.1:{ports[4]}"
        self.log = self.place.with_suffix(".log")
        self.command = command
        self.environment = {
            **os.environ,
            "RAY_AUTH_MODE": "disabled",
            "PYTHONPATH": str(ROOT),
            "ZKOS_FARM": str(self.place / "stations"),
            **dict(environment),
        }
        self.tries = 0
        self.start()

    def start(self):
        """Begin; on a busy machine Ray's own limits may end it before it runs."""
        self.tries += 1
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                self.command, env=self.environment, stdout=log, stderr=log, cwd="/"
            )

    def wait(self, seconds=240):
        """Until it runs; itself."""
        deadline = time.monotonic() + seconds
        while b"runtime started" not in self.log.read_bytes():
            if self.process.poll() is not None and self.tries < TRIES:
                self.start()
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.2)
        return self

    def pids(self):
        """Its processes: all are below the first."""
        found = [self.process.pid]
        parents = {}
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = path.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(path.parent.name)] = int(fields[1])
        for pid in found:
            found += [child for child, parent in parents.items() if parent == pid]
        return found

    def named(self, part):
        """Its processes whose command has this part."""
        found = []
        for pid in self.pids():
            try:
                line = Path(f"/proc/{pid}/cmdline").read_bytes()
            except OSError:
                continue
            if part.encode() in line:
                found.append(pid)
        return found

    def kill(self):
        """End all its processes at once."""
        for pid in self.pids():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.process.wait()

    def close(self):
        """The same, and forget what it wrote."""
        self.kill()
        shutil.rmtree(self.place, ignore_errors=True)
        self.log.unlink(missing_ok=True)


def closed(*nodes):
    """A context that closes nodes."""
    return closing(_All(nodes))


class _All:
    def __init__(self, nodes):
        self.nodes = nodes

    def close(self):
        for node in self.nodes:
            node.close()
