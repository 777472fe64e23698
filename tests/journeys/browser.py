"""A real browser for the journeys, and axe to look at every page on the way."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

AXE = Path(__file__).resolve().parents[1] / "browser" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]  # axe's defaults leave out target size
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium from the system, else Playwright's own."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's event loop lives in the test's thread
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield found
        found.close()


class Visitor:
    """Somebody at a browser window of their own."""

    def __init__(self, browser: Browser, address: str, *, width: int = 390, scripts: bool = True, **more: Any) -> None:
        self.address = address
        self.scripts = scripts
        options = {"viewport": {"width": width, "height": 844}, "locale": "en-GB", **more}
        self.context = browser.new_context(java_script_enabled=scripts, **options)
        self.page: Page = self.context.new_page()
        self.looked_at: set[str] = set()
        self.foreign: list[str] = []
        self.page.on("request", self._note)

    def _note(self, request: Any) -> None:
        if not request.url.startswith((self.address, "data:")):
            self.foreign.append(request.url)

    def speak(self, language: str) -> None:
        """See the site in this language rather than in the person's own."""
        self.context.add_cookies([{"name": "django_language", "value": language, "url": self.address}])

    def open(self, path: str) -> int:
        answer = self.page.goto(path if path.startswith("http") else self.address + path)
        return answer.status if answer else 0

    def press(self, name: str) -> None:
        """Press the button or follow the link with that name, and wait for what comes."""
        target = self.page.get_by_role("button", name=name).or_(self.page.get_by_role("link", name=name)).first
        target.click()
        self.settle()

    def settle(self) -> None:
        """Wait for the next page, or for the part of this one that a script puts in its place."""
        self.page.wait_for_load_state("networkidle")
        if self.scripts:
            self.page.locator("[data-sent]").wait_for(state="detached")

    def sees(self, text: str) -> bool:
        return text in self.page.inner_text("body")

    def fill(self, **fields: str) -> None:
        for name, value in fields.items():
            self.page.fill(f"[name={name}]", value)

    def check_page(self) -> None:
        """No accessibility fault that axe finds, one main heading, nothing wider than the window."""
        if not self.scripts:
            return
        self.page.evaluate(AXE.read_text())  # as a devtool would: the page's own policy forbids inline scripts
        found = self.page.evaluate("tags => axe.run(document, {runOnly: tags})", TAGS)
        faults = [(fault["id"], [node["html"][:120] for node in fault["nodes"][:3]]) for fault in found["violations"]]
        assert not faults, (self.page.url, faults)
        assert self.page.locator("h1").count() == 1, self.page.url
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, (self.page.url, wide)

    def close(self) -> None:
        self.context.close()
