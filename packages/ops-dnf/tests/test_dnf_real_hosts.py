"""Debian's own dnf and rpm, on a repository of packages that are made here.

Debian has no yum: as on Fedora, that is another name of dnf.
"""

import pytest
from pyinfra.facts.rpm import RpmPackage
from pyinfra.operations import dnf, yum
from pyinfra_testkit.deploys import assert_idempotent, assert_preview_true, run_deploy

pytestmark = pytest.mark.real_hosts

REPOSITORY = "/srv/rpm repository"
SPEC = """\
Name: {name}
Version: {version}
Release: 1
Summary: for tests
License: MIT
BuildArch: noarch
{more}
%description
For tests.
%install
mkdir -p %{{buildroot}}/usr/share/{name}
echo {version} > %{{buildroot}}/usr/share/{name}/version
%files
/usr/share/{name}
"""
PACKAGES = [
    ("demo", "1.0", "Provides: virtual-demo"),
    ("demo", "2.0", "Provides: virtual-demo"),
    ("needing", "1.0", "Requires: demo"),
]
MODULES = """\
---
document: modulemd
version: 2
data:
  name: ruby
  stream: "{stream}"
  version: 1
  context: deadbeef
  arch: noarch
  summary: for tests
  description: for tests
  license: {{module: [MIT], content: [MIT]}}
...
"""
# What a new host has of these.
UNTOUCHED = ["/etc/yum.repos.d/local.repo", "/etc/dnf/modules.d/ruby.module"]


def run(host, *argv):
    done = host.exec(*argv)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def prepared(real_hosts):
    (host,) = real_hosts(1, reset=True)
    tools = ["dnf", "rpm", "createrepo-c"]
    noninteractive = ["env", "DEBIAN_FRONTEND=noninteractive"]
    run(host, *noninteractive, "apt-get", "install", "-y", "--no-install-recommends", *tools)
    (host.root / "usr/bin/yum").symlink_to("dnf")
    for name, version, more in PACKAGES:
        (host.root / "root/a.spec").write_text(SPEC.format(name=name, version=version, more=more))
        run(host, "rpmbuild", "-bb", "--quiet", f"--define=_rpmdir {REPOSITORY}", "/root/a.spec")
    folder = host.root / REPOSITORY.lstrip("/")
    (folder / "modules.yaml").write_text("".join(MODULES.format(stream=stream) for stream in ("3.1", "3.2")))
    run(host, "createrepo_c", "--quiet", REPOSITORY)
    run(host, "modifyrepo_c", "--mdtype=modules", f"{REPOSITORY}/modules.yaml", f"{REPOSITORY}/repodata")
    yield host
    real_hosts(1, reset=True)


@pytest.fixture
def rpm_host(prepared):
    for path in UNTOUCHED:
        (prepared.root / path.lstrip("/")).unlink(missing_ok=True)
    prepared.exec("rpm", "--erase", *run(prepared, "rpm", "-qa").split())
    return prepared


def installed(host):
    return sorted(run(host, "rpm", "-qa").split())


def add_repository(host, module=dnf):
    baseurl = f"file://{REPOSITORY}".replace(" ", "%20")

    def code():
        module.repo(name="repo", src="local", baseurl=baseurl, description="Local", gpgcheck=False)

    return assert_idempotent(host, code, SUDO=True)


def change(host, module, name, *packages, **arguments):
    """Give what is installed after an operation."""
    assert_idempotent(
        host, lambda: module.packages(name=name, packages=list(packages), **arguments), SUDO=True
    )
    return installed(host)


def test_a_package_that_dnf_is_told_to_pass_over(rpm_host):
    add_repository(rpm_host)

    def code():
        options = "--setopt=strict=0"
        german = {"LC_ALL": "de_DE.UTF-8"}
        dnf.packages(name="both", packages=["demo", "gone"], extra_install_args=options, _env=german)

    assert "No match for argument: gone" in run_deploy(rpm_host, code, SUDO=True).failed["both"]
    assert installed(rpm_host) == ["demo-2.0-1.noarch"]


def test_packages_of_a_repository(rpm_host):
    assert add_repository(rpm_host).changed == ["repo"]
    path = rpm_host.root / "etc/yum.repos.d/local.repo"
    assert (path.stat().st_mode & 0o777, "name=Local\n" in path.read_text()) == (0o644, True)
    there = change(rpm_host, dnf, "one version", "demo=1.0", "needing")
    assert there == ["demo-1.0-1.noarch", "needing-1.0-1.noarch"]
    assert change(rpm_host, dnf, "provided", "virtual-demo", "demo.noarch", "need*") == there
    assert change(rpm_host, dnf, "latest", "demo", latest=True) == ["demo-2.0-1.noarch", there[1]]
    assert change(rpm_host, dnf, "removed", "virtual-demo", "nope", present=False) == []


def test_yum(rpm_host):
    add_repository(rpm_host, yum)
    assert change(rpm_host, yum, "one version", "demo=1.0") == ["demo-1.0-1.noarch"]
    assert change(rpm_host, yum, "latest", "demo", latest=True) == ["demo-2.0-1.noarch"]
    assert change(rpm_host, yum, "removed", "dem*", present=False) == []


def test_the_result_tells_what_has_changed(rpm_host):
    add_repository(rpm_host)
    reports = {}

    def code():
        first = dnf.packages(name="first", packages=["demo=1.0"], _sudo=True)
        first.did_change()
        second = dnf.packages(name="second", packages=["demo=2.0", "needing"], _sudo=True)
        second.did_change()
        third = dnf.packages(name="third", packages=["needing"], present=False, _sudo=True)
        third.did_change()
        reports.update({"first": first.report, "second": second.report, "third": third.report})

    assert not run_deploy(rpm_host, code).failed
    assert reports == {
        "first": ["demo 1.0-1 installed"],
        "second": ["demo 1.0-1 -> 2.0-1", "needing 1.0-1 installed"],
        "third": ["needing 1.0-1 removed"],
    }


def copy_of_package(host, path):
    content = (host.root / REPOSITORY.lstrip("/") / "noarch/demo-1.0-1.noarch.rpm").read_bytes()
    (host.root / path.lstrip("/")).write_bytes(content)
    return path


def test_package_files(rpm_host):
    path = copy_of_package(rpm_host, "/root/a b$HOME`id`;é.rpm")
    assert_idempotent(rpm_host, lambda: dnf.rpm(name="file", src=path), SUDO=True)
    assert installed(rpm_host) == ["demo-1.0-1.noarch"]
    assert_idempotent(rpm_host, lambda: dnf.rpm(name="gone", src=path, present=False), SUDO=True)
    assert installed(rpm_host) == []


def test_package_files_with_what_they_depend_on(rpm_host):
    path = copy_of_package(rpm_host, "/root/a b'$HOME`id`é.rpm")
    assert_idempotent(rpm_host, lambda: dnf.packages(name="file", packages=path), SUDO=True)
    assert installed(rpm_host) == ["demo-1.0-1.noarch"]


@pytest.mark.parametrize("name", ["a'b.rpm", "[a]*{b}.rpm", "a\\b.rpm", "-a.rpm"])
def test_the_name_in_a_package_file(rpm_host, name):
    copy_of_package(rpm_host, "/root/xab.rpm")
    path = copy_of_package(rpm_host, f"/root/{name}")
    command = RpmPackage().command(path).get_raw_value()
    assert run(rpm_host, "sh", "-c", command).splitlines()[-1] == "demo 1.0-1"


def test_a_package_file_from_a_url(rpm_host):
    served = f"{REPOSITORY}/noarch"
    rpm_host.exec("busybox", "httpd", "-p", "127.0.0.1:8080", "-h", served)
    url = "http://127.0.0.1:8080/demo-2.0-1.noarch.rpm"
    assert_idempotent(rpm_host, lambda: dnf.rpm(name="url", src=url), SUDO=True)
    assert installed(rpm_host) == ["demo-2.0-1.noarch"]
    assert_idempotent(rpm_host, lambda: dnf.rpm(name="gone", src=url, present=False), SUDO=True)
    assert installed(rpm_host) == []


@pytest.mark.parametrize("module", [dnf, yum], ids=["dnf", "yum"])
def test_a_key(rpm_host, module):
    rpm_host.exec("rpm", "--erase", "--allmatches", "gpg-pubkey")
    code = lambda: module.key(name="key", src="/srv/testkit-repository/key.asc")  # noqa: E731
    result = assert_preview_true(rpm_host, code, SUDO=True)
    assert result.changed == ["key"]
    assert {path.split("/")[0] for path in result.paths} <= {"root", "var"}
    assert "testkit" in run(rpm_host, "rpm", "-q", "--queryformat", "%{SUMMARY}", "gpg-pubkey")


@pytest.mark.parametrize("module", [dnf, yum], ids=["dnf", "yum"])
def test_all_packages_are_upgraded(rpm_host, module):
    add_repository(rpm_host, module)
    assert change(rpm_host, module, "old", "demo=1.0") == ["demo-1.0-1.noarch"]
    assert assert_preview_true(rpm_host, lambda: module.update(name="update"), SUDO=True).changed == [
        "update"
    ]
    assert installed(rpm_host) == ["demo-2.0-1.noarch"]


def test_a_package_file_by_yum(rpm_host):
    path = copy_of_package(rpm_host, "/root/by yum.rpm")
    assert_idempotent(rpm_host, lambda: yum.rpm(name="file", src=path), SUDO=True)
    assert installed(rpm_host) == ["demo-1.0-1.noarch"]
    assert_idempotent(rpm_host, lambda: yum.rpm(name="gone", src=path, present=False), SUDO=True)
    assert installed(rpm_host) == []


BROKEN = {
    "packages": lambda: dnf.packages(name="packages", packages="demo", _ignore_errors=True),
    "rpm": lambda: dnf.rpm(name="rpm", src="/root/none.rpm", _ignore_errors=True),
    "no rpm": lambda: dnf.rpm(name="no rpm", src="/root/a.spec", _ignore_errors=True),
    "key": lambda: dnf.key(name="key", src="/root/none.asc", _ignore_errors=True),
    "no key": lambda: dnf.key(name="no key", src="/root/a.spec", _ignore_errors=True),
    "repo": lambda: dnf.repo(name="repo", src="x", baseurl="http://a", _ignore_errors=True),
    "module": lambda: dnf.module(name="module", module="ruby", stream="3.1", _ignore_errors=True),
}


def test_a_file_system_that_can_not_be_written(rpm_host):
    add_repository(rpm_host)
    before = (rpm_host.root / "etc/yum.repos.d/local.repo").read_text()
    folders = [
        "/etc/yum.repos.d",
        "/etc/dnf/modules.d",
        "/var/lib/dnf",
        run(rpm_host, "rpm", "-E", "%_dbpath"),
    ]
    folders = [folder.strip() for folder in folders]
    for folder in folders:
        run(rpm_host, "sh", "-c", f"mount --bind {folder} {folder}; mount -o remount,bind,ro {folder}")

    def code():
        for one in BROKEN.values():
            one()
        dnf.packages(name="goes on", packages=[])

    try:
        result = run_deploy(rpm_host, code, SUDO=True)
    finally:
        for folder in folders:
            run(rpm_host, "umount", folder)
    assert sorted(result.failed) == sorted(BROKEN), result
    assert result.unchanged == ["goes on"]
    assert installed(rpm_host) == []
    assert not (rpm_host.root / "etc/yum.repos.d/x.repo").exists()
    assert (rpm_host.root / "etc/yum.repos.d/local.repo").read_text() == before


def test_module_streams(rpm_host):
    add_repository(rpm_host)
    path = rpm_host.root / "etc/dnf/modules.d/ruby.module"
    assert_idempotent(rpm_host, lambda: dnf.module(name="on", module="ruby", stream="3.1"), SUDO=True)
    assert "stream=3.1\n" in path.read_text()
    result = run_deploy(rpm_host, lambda: dnf.module(name="switch", module="ruby", stream="3.2"), SUDO=True)
    assert "reset the module" in result.failed["switch"]
    assert_idempotent(rpm_host, lambda: dnf.module(name="off", module="ruby", enabled=False), SUDO=True)
    assert "state=disabled\n" in path.read_text()


@pytest.mark.parametrize(
    "package", ["no-such-package", "; touch /tmp/canary", "$(touch /tmp/canary)", "a\n`id`"]
)
def test_what_is_no_package_is_an_error(rpm_host, package):
    add_repository(rpm_host)
    result = run_deploy(rpm_host, lambda: dnf.packages(name="install", packages=["demo", package]), SUDO=True)
    assert package.split("\n")[0] in result.failed["install"]
    assert installed(rpm_host) == []
    assert not (rpm_host.root / "tmp/canary").exists()


def test_a_host_without_dnf(ssh_host):
    result = run_deploy(ssh_host, lambda: dnf.packages(name="install", packages="demo"), SUDO=True)
    assert "dnf" in result.failed["install"]
