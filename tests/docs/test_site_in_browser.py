"""The site as people see it: in Chromium, on a wide and a narrow screen."""

from __future__ import annotations

import functools
import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

# Width, height in pixels, and whether it is a phone.
SCREENS = {"wide": (1400, 900, False), "narrow": (390, 844, True)}
SECONDS = 20
RESULTS = ".md-search-result__link h1"
SHOWN = """
return [...document.querySelectorAll(arguments[0])].filter(one => one.checkVisibility()).map(one => one.innerText)
"""
# What ends to the right of the screen, but for code and tables, which scroll by themselves.
TOO_WIDE = """
return [...document.querySelectorAll("article :is(h1, h2, p, li, dt, dd, a)")]
    .filter(one => !one.closest("pre, .md-typeset__scrollwrap"))
    .filter(one => one.getBoundingClientRect().right > arguments[0])
    .map(one => one.innerText)
"""
PAGES = [
    "index.html",
    "getting-started.html",
    "from-ansible.html",
    "operations/index.html",
    "operations/apt/packages.html",
    "operations/server/user_authorized_keys.html",
    "facts/files/File.html",
    "connectors/ssh.html",
    "plugins/index.html",
    "plugins/server.html",
    "reference/command-line.html",
    "reference/config.html",
    "reference/global-arguments.html",
    "reference/hooks.html",
    "tags.html",
]


@dataclass
class Screen:
    """A browser with a screen of one size, at the site."""

    driver: Any
    address: str
    width: int
    narrow: bool

    def open(self, page: str) -> None:
        self.driver.get(f"{self.address}/{page}")

    def find(self, selector: str) -> Any:
        return self.driver.find_element("css selector", selector)

    def shown(self, selector: str) -> list[str]:
        # At once: what the search shows is made anew at any time.
        return self.driver.execute_script(SHOWN, selector)  # type: ignore[no-any-return]

    def follow(self, selector: str) -> None:
        """Click the first link that is shown."""
        self.driver.execute_script("document.querySelector(arguments[0]).click()", selector)

    def until(self, condition: Any) -> Any:
        from selenium.webdriver.support.ui import WebDriverWait

        return WebDriverWait(self.driver, SECONDS, poll_frequency=0.05).until(lambda _: condition())

    def search_shows(self, right: Callable[[list[str]], bool]) -> None:
        """Wait for the results of the last key: each one typed before gives results of its own."""
        from selenium.common.exceptions import TimeoutException

        try:
            self.until(lambda: right(self.shown(RESULTS)))
        except TimeoutException:
            pytest.fail(f"the search shows {self.shown(RESULTS)}")


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


def chromium() -> tuple[str, str]:
    found = shutil.which("chromium"), shutil.which("chromedriver")
    if None in found:
        if os.environ.get("PYINFRA_REQUIRE_BROWSER") == "1":
            pytest.fail(
                "chromium and chromium-driver are not installed; PYINFRA_REQUIRE_BROWSER=1 forbids to skip"
            )
        pytest.skip("chromium and chromium-driver are not installed")
    return str(found[0]), str(found[1])


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    program, driver = chromium()
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = program
    profile = tmp_path_factory.mktemp("chromium")
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        f"--user-data-dir={profile}",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    running = webdriver.Chrome(options=options, service=Service(driver))
    yield running
    running.quit()


@pytest.fixture(scope="module")
def address(browser: Any, site: Path) -> Iterator[str]:
    with serving(site) as where:
        yield where


@pytest.fixture(params=SCREENS)
def screen(request: pytest.FixtureRequest, browser: Any, address: str) -> Screen:
    width, height, phone = SCREENS[request.param]
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": phone},
    )
    return Screen(browser, address, width, phone)


def test_an_operation_is_found_and_opened(screen: Screen):
    screen.open("index.html")
    if screen.narrow:
        screen.find("label.md-header__button[for=__search]").click()
    field = screen.find("input.md-search__input")
    screen.until(field.is_displayed)
    field.click()
    field.send_keys("apt.packages")
    screen.search_shows(lambda names: names[:1] == ["apt.packages"])
    screen.follow(".md-search-result__link")
    screen.until(lambda: screen.driver.title == "apt.packages - pyinfra")
    told = screen.find(".glance").text
    assert "Idempotent" in told
    assert "deb.DebPackages" in told
    assert "cache_time" in screen.shown("dt code.argument")


@pytest.mark.parametrize(
    ("words", "page"),
    [
        ("install packages apt", "apt.packages"),
        ("authorized keys", "server.user_authorized_keys"),
        ("restart service systemd", "systemd.service"),
        ("DebPackages", "deb.DebPackages"),
    ],
)
@pytest.mark.parametrize("screen", ["wide"], indirect=True)
def test_words_lead_to_a_page(screen: Screen, words: str, page: str):
    screen.open(f"index.html?q={words.replace(' ', '+')}")
    screen.find("input.md-search__input").click()
    screen.search_shows(lambda names: page in names[:3])


@pytest.mark.parametrize("screen", ["wide"], indirect=True)
def test_words_that_say_nothing_find_nothing(screen: Screen):
    screen.open("index.html")
    field = screen.find("input.md-search__input")
    field.click()
    field.send_keys("how to install a package")
    screen.search_shows(lambda names: bool(names) and names[0].endswith(".packages"))
    screen.until(lambda: re.match(r"1?\d{1,2} ", screen.shown(".md-search-result__meta")[0]))
    # What stands on every page alike is not what is looked for.
    assert "a second run changes nothing" not in " ".join(screen.shown(".md-search-result__item"))


@pytest.mark.parametrize("page", ["index.html", "getting-started.html"])
def test_pages_are_read_one_after_another(screen: Screen, page: str):
    screen.open(page)
    title = screen.shown(".md-footer__link--next .md-ellipsis")
    assert title == [{"index.html": "Getting started", "getting-started.html": "Using operations"}[page]]
    screen.follow(".md-footer__link--next")
    screen.until(lambda: screen.driver.title == f"{title[0]} - pyinfra")


def test_a_tag_chooses_plugins(screen: Screen):
    screen.open("tags.html")
    everything = screen.shown(".tagged h2")
    assert {"package-manager", "security", "service-management"} <= {name.rstrip("¶") for name in everything}
    screen.driver.find_element("partial link text", "package-manager").click()
    screen.until(lambda: len(screen.shown(".tagged h2")) == 1)
    plugins = screen.shown(".tagged li a")
    assert "apt" in plugins
    assert "systemd" not in plugins
    screen.driver.find_element("link text", "apt").click()
    screen.until(lambda: screen.driver.title == "apt - pyinfra")
    assert "apt.packages" in screen.shown(".summaries dt")


def test_a_tag_of_a_page_leads_to_those_that_share_it(screen: Screen):
    screen.open("operations/systemd/service.html")
    screen.driver.find_element("link text", "service-management").click()
    screen.until(lambda: len(screen.shown(".tagged h2")) == 1)
    assert "openrc" in screen.shown(".tagged li a")


def test_the_menu_leads_to_an_operation(screen: Screen):
    screen.open("index.html")
    if screen.narrow:
        screen.find("label.md-header__button[for=__drawer]").click()
        drawer = screen.find(".md-sidebar--primary")
        screen.until(lambda: drawer.rect["x"] == 0)
        assert "Operations" in " ".join(screen.shown(".md-nav--primary > .md-nav__list > .md-nav__item"))
        return
    screen.driver.find_element("link text", "Operations").click()
    screen.until(lambda: screen.driver.title == "Operations - pyinfra")
    screen.driver.find_element("link text", "files.template").click()
    screen.until(lambda: screen.driver.title == "files.template - pyinfra")


def test_no_page_is_wider_than_the_screen(screen: Screen):
    for page in PAGES:
        screen.open(page)
        assert screen.driver.execute_script("return document.documentElement.scrollWidth") <= screen.width, (
            page
        )
        assert screen.driver.execute_script(TOO_WIDE, screen.width) == [], page


def test_nothing_comes_from_elsewhere(screen: Screen):
    screen.driver.get_log("browser")
    screen.open("operations/files/put.html")
    names = screen.driver.execute_script(
        "return performance.getEntriesByType('resource').map(one => one.name)"
    )
    assert names
    assert [name for name in names if not name.startswith((screen.address, "blob:", "data:"))] == []
    assert [one for one in screen.driver.get_log("browser") if one["level"] == "SEVERE"] == []
