"""A page as a person sees it, in a browser without a window."""

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from html import unescape

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
WIDTH = 1280
QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--hide-scrollbars", "--enable-logging=stderr", "--v=0",
)  # fmt: skip
MEASURE = """<script>
  const size = (mark) => {
    const box = mark.getBoundingClientRect();
    return [mark.tagName, box.width, box.height];
  };
  const charts = [...document.querySelectorAll("svg")].map((chart) => ({
    name: chart.querySelector("title").textContent,
    width: chart.getBoundingClientRect().width,
    marks: [...chart.querySelectorAll(".series .reactive")].map(size),
  }));
  const seen = {charts, width: document.documentElement.scrollWidth};
  document.body.insertAdjacentHTML("beforeend", '<pre id="measured"></pre>');
  document.getElementById("measured").textContent = JSON.stringify(seen);
</script>"""


@dataclass(frozen=True)
class Seen:
    """What came of opening a page."""

    dom: str
    charts: list
    width: int
    console: list[str]

    def text(self, pattern):
        """The words of all elements whose opening tags match, one string each."""
        found = re.findall(rf"<(\w+)[^>]*{pattern}[^>]*>(.*?)</\1>", self.dom, re.S)
        words = (re.sub(r"<[^>]*>", " ", content) for _, content in found)
        return [" ".join(unescape(item).split()) for item in words]

    def check(self):
        """Nothing is too wide, no chart is empty, nothing went wrong."""
        assert self.console == []
        assert self.width <= WIDTH
        for chart in self.charts:
            assert chart["width"] > 300, chart["name"]
            sizes = [(width, height) for _, width, height in chart["marks"]]
            assert any(map(max, sizes)), chart["name"]
            # A line of one point has no length, but a bar must be seen.
            bars = [min(box) for kind, *box in chart["marks"] if kind == "rect"]
            assert all(bars), chart["name"]


def browser():
    """The browser of this machine; skips the test where there is none."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip(f"no browser is installed: {', '.join(BROWSERS)}")
    return found


def look(content, folder):
    """Open a page, measure it, take its picture into the folder."""
    program = browser()
    page, picture = folder / "page.html", folder / "page.png"
    page.write_text(content.replace("</body>", f"{MEASURE}</body>"), encoding="utf-8")
    done = subprocess.run(
        [
            program,
            *QUIET,
            f"--user-data-dir={folder / 'profile'}",
            f"--window-size={WIDTH},2400",
            f"--screenshot={picture}",
            "--dump-dom",
            page.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert picture.read_bytes().startswith(b"\x89PNG")
    dom, _, measured = done.stdout.rpartition('<pre id="measured">')
    seen = json.loads(unescape(measured.partition("</pre>")[0]))
    lines = done.stderr.splitlines()
    console = [line for line in lines if ":CONSOLE" in line]
    return Seen(dom, seen["charts"], seen["width"], console)
