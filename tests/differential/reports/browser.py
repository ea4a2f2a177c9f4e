"""A page as a person sees it, in a browser without a window."""

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from html import escape, unescape

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
WIDTH = 1280
QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--hide-scrollbars", "--enable-logging=stderr", "--v=0",
)  # fmt: skip
WIDTHS = (800, 1400)
SCHEMES = {"light": 1, "dark": 0}
"""Colour schemes that a reader may prefer, as the browser numbers them."""
LEAST_CONTRAST = 4.5
"""Of text and what is behind it (WCAG 2.2, 1.4.3)."""
FRAMES = """<!doctype html><body style="margin:0">{frames}<pre id="measured"></pre>
<script>
  const channels = (text) => text.match(/[0-9.]+/g).map(Number);
  const light = (text) => {{
    const [r, g, b] = channels(text).slice(0, 3).map((value) => {{
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    }});
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }};
  const behind = (mark) => {{
    for (let at = mark; at; at = at.parentElement) {{
      const colour = getComputedStyle(at).backgroundColor;
      if ((channels(colour)[3] ?? 1) > 0) return colour;
    }}
    return "rgb(255, 255, 255)";
  }};
  const contrast = (mark) => {{
    const pair = [light(getComputedStyle(mark).color), light(behind(mark))];
    return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
  }};
  addEventListener("load", () => {{
    const seen = [...document.querySelectorAll("iframe")].map((frame) => {{
      const page = frame.contentDocument;
      for (const part of page.querySelectorAll("details")) part.open = true;
      const texts = [...page.body.querySelectorAll("*")].filter((mark) =>
        !mark.closest("svg") && [...mark.childNodes].some((node) =>
          node.nodeType === 3 && node.textContent.trim()));
      return {{
        given: frame.clientWidth,
        width: page.documentElement.scrollWidth,
        paper: light(getComputedStyle(page.body).backgroundColor),
        faintest: Math.min(...texts.map(contrast)),
      }};
    }});
    document.getElementById("measured").textContent = JSON.stringify(seen);
  }});
</script></body>"""
"""A page in windows of several widths."""
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
    content = content.replace("</body>", f"{MEASURE}</body>")
    dom, seen, console = _open(content, folder, f"{WIDTH},2400")
    return Seen(dom, seen["charts"], seen["width"], console)


def check_everywhere(folder, *contents):
    """Pages are not too wide, and readable, in narrow and wide, light and dark."""
    frames = "<br>".join(
        "".join(
            f'<iframe style="border:0;width:{width}px;height:2000px" '
            f'srcdoc="{escape(content)}"></iframe>'
            for width in WIDTHS
        )
        for content in contents
    )
    for scheme, number in SCHEMES.items():
        place = folder / scheme
        place.mkdir()
        setting = f"--blink-settings=preferredColorScheme={number}"
        window = f"{sum(WIDTHS) + 100},2000"
        page = FRAMES.format(frames=frames)
        _, seen, console = _open(page, place, window, setting)
        assert console == []
        assert [item["given"] for item in seen] == len(contents) * list(WIDTHS)
        for item in seen:
            assert item["width"] <= item["given"], (scheme, item)
            assert (item["paper"] > 0.5) is (scheme == "light"), item
            assert item["faintest"] >= LEAST_CONTRAST, (scheme, item)


def _open(content, folder, window, *options):
    """The document a browser made of a page, what was measured, and its console."""
    program = browser()
    page, picture = folder / "page.html", folder / "page.png"
    page.write_text(content, encoding="utf-8")
    done = subprocess.run(
        [
            program,
            *QUIET,
            *options,
            f"--user-data-dir={folder / 'profile'}",
            f"--window-size={window}",
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
    return dom, seen, [line for line in lines if ":CONSOLE" in line]
