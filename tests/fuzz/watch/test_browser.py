"""The live page in a browser: a large campaign stays usable."""

import json
import re
import socket
import struct
import subprocess
import time
import urllib.request
from base64 import b64encode
from os import urandom
from pathlib import Path

import pytest

from tests.differential.reports.browser import QUIET, browser
from tests.fuzz.watch.simulated import add_finding, simulated
from tests.fuzz.watch.test_watch import watching

pytest.importorskip("uvicorn")
PAINT_SECONDS = 1.0
PAGE_BYTES = 200e6
LARGE = {"findings": 10_000, "workers": 200, "rows": 2_000}
SMALL = {"findings": 30, "workers": 8, "rows": 30}


class Tab:
    """A tab of a browser, by Chrome's protocol over a web socket (RFC 6455)."""

    def __init__(self, address, profile):
        self.profile = profile
        host, port, path = re.match(r"ws://([^:/]+):(\d+)(/.*)", address).groups()
        self.socket = socket.create_connection((host, int(port)), timeout=60)
        key = b64encode(urandom(16)).decode()
        head = f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\n"
        head += f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
        head += "Sec-WebSocket-Version: 13\r\n\r\n"
        self.socket.sendall(head.encode())
        self.file = self.socket.makefile("rb")
        while self.file.readline().strip():
            pass
        self.number = 0
        self.events = []

    def ask(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        self._send(json.dumps(message).encode())
        while True:
            answer = json.loads(self._receive())
            if answer.get("id") == self.number:
                assert "error" not in answer, answer
                return answer["result"]
            self.events.append(answer)

    def value(self, expression):
        options = {"returnByValue": True, "awaitPromise": True}
        answer = self.ask("Runtime.evaluate", expression=expression, **options)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def wait(self, expression, seconds=60):
        deadline = time.monotonic() + seconds
        while not self.value(expression):
            assert time.monotonic() < deadline, expression
            time.sleep(0.1)

    def _send(self, content):
        size = len(content)
        length = (
            bytes([0x80 | size]) if size < 126 else b"\xfe" + struct.pack(">H", size)
        )
        mask = urandom(4)
        masked = bytes(byte ^ mask[at % 4] for at, byte in enumerate(content))
        self.socket.sendall(b"\x81" + length + mask + masked)

    def _receive(self):
        content = b""
        while True:
            first, size = self.file.read(2)
            if size == 126:
                (size,) = struct.unpack(">H", self.file.read(2))
            elif size == 127:
                (size,) = struct.unpack(">Q", self.file.read(8))
            content += self.file.read(size)
            if first & 0x80:
                return content

    def close(self):
        self.file.close()
        self.socket.close()


@pytest.fixture
def tab(tmp_path):
    program = browser()
    options = [*QUIET, "--remote-debugging-port=0", "--enable-precise-memory-info"]
    profile = f"--user-data-dir={tmp_path / 'profile'}"
    with (tmp_path / "browser.log").open("wb") as log:
        process = subprocess.Popen(
            [program, *options, profile, "about:blank"], stdout=log, stderr=log
        )
    port = tmp_path / "profile" / "DevToolsActivePort"
    deadline = time.monotonic() + 60
    while not port.exists() or not port.read_text().strip():
        assert time.monotonic() < deadline
        time.sleep(0.1)
    number = port.read_text().split()[0]
    listed = f"http://127.0.0.1:{number}/json"
    with urllib.request.urlopen(listed, timeout=60) as answer:
        pages = [item for item in json.load(answer) if item["type"] == "page"]
    made = Tab(pages[0]["webSocketDebuggerUrl"], str(tmp_path / "profile"))
    yield made
    made.close()
    process.kill()
    process.wait()


def first_paint(tab, address):
    """Seconds from asking for a page to its first contentful paint."""
    tab.ask("Page.navigate", url=address)
    entry = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
    tab.wait(f"location.href === '{address}' && {entry}")
    return tab.value(entry) / 1000


def memory(tab):
    """Bytes that the page's process has for itself alone."""
    tab.ask("HeapProfiler.enable")
    tab.ask("HeapProfiler.collectGarbage")
    sizes = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            words = (path / "cmdline").read_bytes()
            if b"--type=renderer" not in words or tab.profile.encode() not in words:
                continue
            text = (path / "smaps_rollup").read_text()
        except OSError:
            continue
        kilobytes = re.findall(r"^Private_(?:Clean|Dirty): +(\d+) kB", text, re.M)
        sizes.append(1024 * sum(map(int, kilobytes)))
    return max(sizes)


@pytest.mark.parametrize(
    "size", [SMALL, pytest.param(LARGE, marks=pytest.mark.slow)], ids=("small", "large")
)
def test_the_page_shows_all_and_stays_quick(tmp_path, tab, size):
    folder = simulated(tmp_path / "c", **size)
    number = size["findings"]
    with watching(folder.path) as address:
        urllib.request.urlopen(f"{address}figures.json", timeout=120).close()
        tab.ask("Runtime.enable")
        tab.ask("Log.enable")
        paint = first_paint(tab, address)
        tab.wait(f"findings.length === {number}")
        used = memory(tab)
        (tmp_path / "measured").write_text(f"{paint:.3f} s, {used / 1e6:.1f} MB\n")
        rows = tab.value("document.querySelectorAll('#list .row').length")
        workers = tab.value("document.querySelectorAll('#workers span').length")
        assert 0 < rows < 60  # only those in sight are made
        assert workers == size["workers"]
        if size is LARGE:  # a measure, on a machine that does nothing else
            assert paint < PAINT_SECONDS
        assert used < PAGE_BYTES

        new = add_finding(folder, number)
        tab.wait(f"findings.length === {number + 1}")
        tab.value(
            f"(byId('filter').value = '{new.name}', byId('filter').oninput(), true)"
        )
        assert tab.value("document.querySelectorAll('#list .row').length") == 1
        tab.value("document.querySelector('#list .row').click()")
        assert new.name in tab.value("byId('chosen').textContent")
        tab.wait("document.querySelectorAll('#charts svg').length >= 4")
    wrong = [
        event for event in tab.events if event.get("method", "").endswith("Thrown")
    ]
    assert wrong == []


def test_the_page_says_when_nobody_answers(tmp_path, tab):
    folder = simulated(tmp_path / "c", **SMALL)
    with watching(folder.path) as address:
        first_paint(tab, address)
        tab.wait("byId('state').textContent.startsWith('Running')")
    tab.wait("byId('state').textContent.startsWith('No answer')")
