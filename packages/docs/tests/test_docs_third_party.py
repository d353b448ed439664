"""A package of someone else's, whose modules can't be imported."""

from __future__ import annotations

import html
import re
import subprocess
import sys
from pathlib import Path

import pytest
from pyinfra_docs import build

SAMPLE = Path(__file__).parent / "sample"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("docs") / "site"
    build(SAMPLE, folder)
    return folder


def text_of(page: Path) -> str:
    """What a page says, without its tags."""
    article = page.read_text().partition("<article")[2].partition("</article>")[0]
    return html.unescape(re.sub(r"<[^>]+>", "", article.partition(">")[2]))


def test_one_command_makes_every_page(tmp_path: Path):
    done = subprocess.run(
        [sys.executable, "-m", "pyinfra_docs", str(SAMPLE), "--output", str(tmp_path / "site")],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("14 pages in ")
    pages = {file.relative_to(tmp_path / "site").as_posix() for file in (tmp_path / "site").rglob("*.html")}
    assert pages == {
        "404.html",
        "connectors/index.html",
        "connectors/rack.html",
        "facts/index.html",
        "facts/nginx/SiteNames.html",
        "facts/nginx/Sites.html",
        "guide.html",
        "index.html",
        "operations/index.html",
        "operations/nginx/reload.html",
        "operations/nginx/site.html",
        "plugins/index.html",
        "plugins/nginx.html",
        "plugins/rack.html",
        "tags.html",
    }


def test_the_readme_is_the_first_page(site: Path):
    page = (site / "index.html").read_text()
    assert "<title>acme-infra</title>" in page
    assert 'content="Manages the sites and racks of acme: with &quot;quotes&quot;, colons and code."' in page
    assert 'href="guide.html"' in page
    assert "LICENSE" not in page
    assert "what you may do" in page


def test_an_operation_is_told_at_a_glance(site: Path):
    page = (site / "operations" / "nginx" / "site.html").read_text()
    assert "<title>nginx.site - acme-infra</title>" in page
    assert '<meta name="description" content="Have a site, or not.">' in page
    glance = page.partition('<div class="glance">')[2].partition("</div>")[0]
    assert "a second run changes nothing" in glance
    assert 'href="../../facts/nginx/Sites.html">nginx.Sites</a>' in glance
    assert "<code>server.Which</code>" in glance
    assert 'href="../../tags.html#web-server"' in glance
    assert page.index('id="example"') < page.index('id="arguments"') < page.index('id="signature"')


def test_arguments_keep_their_text_and_types(site: Path):
    text = text_of(site / "operations" / "nginx" / "site.html")
    assert "whether it must be" in text
    assert "served | or not." in text
    assert "str | None" in text
    assert "OperationValueError" in text


def test_an_operation_that_always_changes_something_says_so(site: Path):
    page = (site / "operations" / "nginx" / "reload.html").read_text()
    assert "Not idempotent" in page
    assert 'Facts it asks</strong>: <a href="../../facts/nginx/Sites.html">nginx.Sites</a>' in page


def test_indexes_say_what_a_plugin_is_for(site: Path):
    assert "Operations on nginx." in text_of(site / "operations" / "index.html")
    assert "Facts about nginx." in text_of(site / "facts" / "index.html")
    assert "Operations on nginx." in text_of(site / "plugins" / "nginx.html")


def test_a_fact_tells_its_tool_and_value(site: Path):
    text = text_of(site / "facts" / "nginx" / "Sites.html")
    assert "dict[str, SiteInfo]" in text
    assert "whether it is served." in text
    assert "where they are." in text
    page = (site / "facts" / "nginx" / "Sites.html").read_text()
    assert "Tool it needs</strong>: <code>nginx</code>" in page
    assert 'href="../../operations/nginx/site.html">nginx.site</a>' in page
    assert 'host.get_fact(Sites, folder="/srv/my sites")' in text
    assert "pyinfra HOST fact nginx.Sites 'folder=/srv/my sites'" in text
    assert "Facts it asks first</strong>: <code>server.Which</code>" in page


def test_a_view_of_a_fact_names_it(site: Path):
    page = (site / "facts" / "nginx" / "SiteNames.html").read_text()
    assert 'A view of</strong>: <a href="Sites.html">nginx.Sites</a>' in page
    assert "Tool it needs</strong>: <code>nginx</code>" in page
    assert "where they are." in text_of(site / "facts" / "nginx" / "SiteNames.html")


def test_a_connector_tells_the_data_of_hosts(site: Path):
    text = text_of(site / "connectors" / "rack.html")
    assert "rack_user" in text
    assert "Who to be there." in text
    assert "rack_timeout" in text
    assert "Seconds to wait." in text


def test_tags_are_the_keywords_that_are_slugs(site: Path):
    page = (site / "tags.html").read_text()
    assert 'id="web-server"' in page
    assert 'id="acme"' in page
    assert "No Slug" not in page


def test_the_same_source_gives_the_same_site(site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    build(SAMPLE, tmp_path / "again")
    first, second = (
        {file.relative_to(folder): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
        for folder in (site, tmp_path / "again")
    )
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []


def test_a_site_is_replaced_whole(tmp_path: Path):
    build(SAMPLE, tmp_path / "site")
    (tmp_path / "site" / "old.html").touch()
    build(SAMPLE, tmp_path / "site")
    assert not (tmp_path / "site" / "old.html").exists()
