"""The page: whole, safe with hostile names, and narrow enough for a phone."""

from __future__ import annotations

import html
import re
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import require_tool
from tests.report.conftest import analysis_of
from tinycnn.compiler import Graph
from tinycnn.harness import Health, HealthCheck, OpProfile, Profile
from tinycnn.report import Report, Verdict, render_report

HOSTILE = (
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(2)>",
    "\u0645\u0631\u062d\u0628\u0627 \u202e\x00 \ud800" + "w" * 3000,
)
VOID = {"meta", "img", "br"}


class Page(HTMLParser):
    """Tags and attributes of a page; complains about tags that do not pair."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self._open: list[str] = []
        self.feed(text)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.add(tag)
        self.attributes.extend(attrs)
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag that closes itself, as SVG has them."""
        self.tags.add(tag)
        self.attributes.extend(attrs)

    def handle_endtag(self, tag: str) -> None:
        """Check that the innermost tag is closed."""
        assert self._open.pop() == tag


@pytest.fixture
def hostile_report(make_report: Callable[..., Report], graph: Graph) -> Report:
    """A report in which every name is an attack."""
    tensors = tuple(
        replace(tensor, name=HOSTILE[tensor.id % 3]) for tensor in graph.tensors
    )
    return make_report(
        name=HOSTILE[0],
        dataset=HOSTILE[1],
        reference=HOSTILE[2],
        generator=HOSTILE[0],
        class_names=HOSTILE,
        analysis=analysis_of(replace(graph, tensors=tensors)),
    )


def test_page_has_its_sections_in_order(report: Report) -> None:
    """The page tells the verdict first, then accuracy, size, model and images."""
    headings = re.findall(r"<h2>(.*?)</h2>", render_report(report))

    assert headings == [
        "Accuracy",
        "Key figures",
        "Training",
        "Confusion matrix",
        "Measures",
        "Operators",
        "Arena",
        "Least sure",
        "Wrong",
    ]


def test_same_report_gives_same_bytes(report: Report) -> None:
    """Nothing but the report goes into the page."""
    assert render_report(report) == render_report(report)


def test_page_says_what_it_is_about(report: Report) -> None:
    """Project, board, short digest, reference and data set stand at the top."""
    page = render_report(report)

    assert "<bdi>kws</bdi>" in page
    assert "Arduino Nano 33 BLE Sense" in page
    assert f'<bdi title="{"ab" * 32}">sha256 {"ab" * 6}</bdi>' in page
    assert "ai-edge-litert 2.3.0 BUILTIN_REF" in page
    assert "digits, 12 test images" in page


def test_page_needs_no_network_and_runs_no_script(report: Report) -> None:
    """Every reference is a data URL, and the page's policy allows nothing else."""
    page = Page(render_report(report))
    references = [v for k, v in page.attributes if k in ("src", "href", "xlink:href")]

    assert references
    assert all(value.startswith("data:image/png;base64,") for value in references)
    assert page.tags.isdisjoint({"script", "link", "iframe", "object", "base"})
    assert "default-src 'none'" in str(page.attributes)
    assert "url(" not in render_report(report)


def test_hostile_names_stay_text(hostile_report: Report) -> None:
    """A name with markup neither opens a tag nor leaves its attribute."""
    text = render_report(hostile_report)
    page = Page(text)

    assert "script" not in page.tags
    assert not [key for key, _ in page.attributes if key.startswith("on")]
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert not re.search("[\x00-\x09\x0b-\x1f\u202e]", text)
    assert text.encode("utf-8")


def test_long_names_are_cut(hostile_report: Report) -> None:
    """A name of thousands of letters costs a few hundred."""
    assert "w" * 400 not in render_report(hostile_report)


def test_drawings_are_well_formed(hostile_report: Report) -> None:
    """Every outer SVG is XML by itself and has an accessible name."""
    text = render_report(hostile_report)
    drawings = re.findall(r"<svg class=.*?</svg>\n</div>", text, re.DOTALL)
    roots = [ET.fromstring(drawing.removesuffix("</div>")) for drawing in drawings]

    assert len(roots) == 3
    assert all(root.get("role") == "img" and root.get("aria-label") for root in roots)


def test_images_have_text(report: Report) -> None:
    """Each thumbnail says which image it is and what it was taken for."""
    page = render_report(report)

    assert 'alt="Test image 4: true dog, predicted cat"' in page
    assert "<img src" in page
    assert all("alt=" in tag for tag in re.findall("<img[^>]*>", page))


def test_report_without_training_or_test_images(
    make_report: Callable[..., Report],
) -> None:
    """A model that was only compiled still has its size and its arena."""
    page = render_report(
        make_report(
            ladder=(),
            curves={},
            labels=np.zeros(0, np.int64),
            images=np.zeros((0, 8, 8, 1), np.uint8),
            scores=np.zeros((0, 3)),
        )
    )

    assert re.findall(r"<h2>(.*?)</h2>", page) == ["Key figures", "Operators", "Arena"]


def test_a_profile_stands_between_operators_and_arena(
    make_report: Callable[..., Report], graph: Graph
) -> None:
    """Its drawing is XML by itself and names the device, whatever that is called."""
    op = OpProfile(1, "CONV_2D", "tcnn_conv_2d_s8", 576, 1200, None, 96)
    found = Profile("", HOSTILE[0], "measured", 64_000_000, None, (op,), 1210)
    page = render_report(make_report(profile=found))
    drawing = re.findall(r'<svg class="profile".*?</svg>', page, re.DOTALL)

    assert re.findall(r"<h2>(.*?)</h2>", page)[5:8] == ["Operators", "Profile", "Arena"]
    assert "script" not in Page(page).tags
    assert ET.fromstring(drawing[0]).get("role") == "img"


def test_model_without_mistakes_says_so(
    make_report: Callable[..., Report], report: Report
) -> None:
    """An empty gallery is replaced by a sentence."""
    page = render_report(make_report(labels=report.scores.argmax(axis=1)))

    assert "None: every test image is classified correctly." in page


@pytest.mark.external
def test_page_fits_a_phone(hostile_report: Report, tmp_path: Path) -> None:
    """At 390 pixels only the boxes of wide tables scroll, never the page."""
    chromium = require_tool("chromium")
    page = html.escape(render_report(hostile_report))
    wrapper = tmp_path / "phone.html"
    wrapper.write_text(
        f'<iframe width="390" height="800" style="border:0" srcdoc="{page}"></iframe>'
        "<script>onload = () => { const page ="
        " document.querySelector('iframe').contentDocument;"
        " document.body.textContent = page.documentElement.scrollWidth + ' of '"
        " + page.documentElement.clientWidth"
        " + ', tables ' + page.querySelector('.operators').scrollWidth; }</script>",
        encoding="utf-8",
    )
    command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"]
    command += ["--disable-quic", "--no-first-run", "--disable-background-networking"]
    command += ["--disable-component-update", "--disable-sync", "--hide-scrollbars"]
    command += [f"--user-data-dir={tmp_path / 'profile'}", wrapper.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    sizes = re.search(r"(\d+) of (\d+), tables (\d+)", done.stdout)

    assert sizes, done.stderr[-2000:]
    width, window, table = map(int, sizes.groups())
    assert window == 390
    assert width <= window < table


def test_the_health_of_a_device_is_a_table(make_report: Callable[..., Report]) -> None:
    """What failed stands in the verdict, too; no table where nobody asked."""
    checks = (
        HealthCheck("guards", "failed", "overwritten <behind> the arena", 7),
        HealthCheck("stack", "passed", "440 bytes"),
    )
    verdict = Verdict("sim", 12, 12, 40.0, health=Health(checks))
    page = render_report(make_report(verdicts=(verdict,)))

    Page(page)
    assert "Every output equals the reference, but a device is not sound" in page
    assert "unsound: guards: overwritten &lt;behind&gt; the arena" in page
    assert '<td class="bad">failed</td>' in page
    assert "the arena; first image 7" in page
    assert "Device health" not in render_report(make_report())
