import logging
import threading

import pytest
from pyinfra.context import host
from pyinfra.operations import apt, python
from pyinfra.operations.apt._locks import HeldLock
from pyinfra_testkit.deploys import assert_idempotent, run_deploy

pytestmark = pytest.mark.real_hosts

STAMP = "var/lib/apt/periodic/update-success-stamp"


def installed(host, package):
    """The installed version, as dpkg-query tells it; None where it is not installed."""
    found = host.exec(
        "dpkg-query", "--show", "--showformat=${db:Status-Status} ${Version}", package
    ).stdout.split()
    return found[1] if found[:1] == ["installed"] else None


def update(host):
    assert host.exec("apt-get", "update").returncode == 0


def make_deb(host, version, setting, depends="tree"):
    """A package with a configuration file, in a file on the host."""
    tree = f"/root/agent-{version}"
    control = (
        f"Package: agent\nVersion: {version}\nArchitecture: all\nMaintainer: A <a@example.com>\n"
        f"Depends: {depends}\nDescription: for tests\n"
    )
    for path, text in {
        "DEBIAN/control": control,
        "DEBIAN/conffiles": "/etc/agent.conf\n",
        "etc/agent.conf": f"setting={setting}\n",
    }.items():
        there = host.root / tree.lstrip("/") / path
        there.parent.mkdir(parents=True, exist_ok=True)
        there.write_text(text)
    path = f"/srv/agent {version}.deb"
    assert host.exec("dpkg-deb", "--root-owner-group", "--build", tree, path).returncode == 0
    return path


def test_packages_of_an_index_no_older_than_an_hour(ssh_host):
    def code():
        apt.packages(name="install", packages=["tree", "testkit-demo=1.0"], update=True, cache_time=3600)

    result = assert_idempotent(ssh_host, code, SUDO=True)
    assert result.changed == ["install"]
    assert (installed(ssh_host, "tree") is not None, installed(ssh_host, "testkit-demo")) == (True, "1.0")
    assert (ssh_host.root / STAMP).exists()


def test_names_with_versions_and_architectures(ssh_host):
    update(ssh_host)
    names = ["tree:amd64", "testkit-demo=1.*", "hello", "sl/stable"]
    architecture = ssh_host.exec("dpkg", "--print-architecture").stdout.strip()
    names[0] = f"tree:{architecture}"
    assert ssh_host.exec("apt-get", "install", "-y", *names[:3]).returncode == 0
    result = run_deploy(ssh_host, lambda: apt.packages(name="again", packages=names[:3]), SUDO=True)
    assert (result.unchanged, result.commands) == (["again"], 0)


def test_latest_upgrades_once(ssh_host):
    update(ssh_host)
    assert ssh_host.exec("apt-get", "install", "-y", "tree", "testkit-demo=1.0").returncode == 0
    assert_idempotent(
        ssh_host,
        lambda: apt.packages(name="latest", packages=["tree", "testkit-demo"], latest=True),
        SUDO=True,
    )
    assert installed(ssh_host, "testkit-demo") == "2.0"


def test_an_older_version_and_then_an_upgrade(ssh_host):
    update(ssh_host)
    assert ssh_host.exec("apt-get", "install", "-y", "testkit-demo").returncode == 0
    assert_idempotent(
        ssh_host,
        lambda: apt.packages(name="down", packages="testkit-demo=1.0", allow_downgrades=True),
        SUDO=True,
    )
    assert installed(ssh_host, "testkit-demo") == "1.0"
    assert_idempotent(ssh_host, lambda: apt.upgrade(name="up"), SUDO=True)
    assert installed(ssh_host, "testkit-demo") == "2.0"


def test_the_result_says_which_versions_changed(ssh_host):
    update(ssh_host)
    assert ssh_host.exec("apt-get", "install", "-y", "testkit-demo=1.0", "hello").returncode == 0
    (there,) = {installed(ssh_host, "hello")}
    results = []

    def code():
        # A host in another language says the same.
        german = {"LC_ALL": "de_DE.UTF-8"}
        results.append(apt.upgrade(name="upgrade", _env=german))
        results.append(apt.packages(name="install", packages="tree", _env=german))
        results.append(apt.packages(name="remove", packages="hello", present=False))
        results.append(apt.packages(name="nothing", packages="tree"))

    assert not run_deploy(ssh_host, code, SUDO=True).failed
    assert [result.report for result in results] == [
        ["testkit-demo 1.0 -> 2.0"],
        [f"tree {installed(ssh_host, 'tree')} installed"],
        [f"hello {there} removed"],
        [],
    ]


def test_a_package_file_by_its_path(ssh_host):
    update(ssh_host)
    path = make_deb(ssh_host, "1.0", "old")
    assert_idempotent(ssh_host, lambda: apt.packages(name="install", packages=[path, "hello"]), SUDO=True)
    assert installed(ssh_host, "agent") == "1.0"
    assert_idempotent(ssh_host, lambda: apt.packages(name="remove", packages=path, present=False), SUDO=True)
    assert installed(ssh_host, "agent") is None


def test_an_upgrade_that_may_add_and_remove(ssh_host):
    update(ssh_host)
    assert ssh_host.exec("apt-get", "install", "-y", "testkit-demo=1.0").returncode == 0
    assert_idempotent(ssh_host, lambda: apt.dist_upgrade(name="up", auto_remove=True), SUDO=True)
    assert installed(ssh_host, "testkit-demo") == "2.0"


def test_a_host_without_the_tool_for_ppas(ssh_host):
    result = run_deploy(ssh_host, lambda: apt.ppa(name="ppa", src="ppa:a/b"), SUDO=True)
    assert "apt-add-repository" in result.failed["ppa"]


def test_an_unknown_package_is_an_error(ssh_host):
    result = run_deploy(ssh_host, lambda: apt.packages(name="install", packages="no-such-package"), SUDO=True)
    assert "no-such-package" in result.failed["install"]


def test_remove_and_purge(ssh_host):
    update(ssh_host)
    path = make_deb(ssh_host, "1.0", "old")
    assert ssh_host.exec("apt-get", "install", "-y", path).returncode == 0
    assert_idempotent(
        ssh_host, lambda: apt.packages(name="remove", packages=["agent", "nope"], present=False), SUDO=True
    )
    assert (installed(ssh_host, "agent"), (ssh_host.root / "etc/agent.conf").exists()) == (None, True)
    assert_idempotent(
        ssh_host, lambda: apt.packages(name="purge", packages="agent", present=False, purge=True), SUDO=True
    )
    assert not (ssh_host.root / "etc/agent.conf").exists()


def test_a_package_file_and_the_user_s_configuration(ssh_host):
    update(ssh_host)
    first, second = make_deb(ssh_host, "1.0", "old"), make_deb(ssh_host, "2.0", "new")
    assert_idempotent(ssh_host, lambda: apt.deb(name="1.0", src=first), SUDO=True)
    assert (installed(ssh_host, "agent"), installed(ssh_host, "tree") is not None) == ("1.0", True)
    (ssh_host.root / "etc/agent.conf").write_text("setting=mine\n")
    assert_idempotent(ssh_host, lambda: apt.deb(name="2.0", src=second), SUDO=True)
    assert installed(ssh_host, "agent") == "2.0"
    assert (ssh_host.root / "etc/agent.conf").read_text() == "setting=mine\n"
    assert_idempotent(ssh_host, lambda: apt.deb(name="remove", src=second, present=False), SUDO=True)
    assert installed(ssh_host, "agent") is None


def test_a_package_file_whose_dependencies_are_nowhere(ssh_host):
    path = make_deb(ssh_host, "1.0", "old", depends="no-such-package")
    result = run_deploy(ssh_host, lambda: apt.deb(name="install", src=path), SUDO=True)
    assert "install" in result.failed
    assert installed(ssh_host, "agent") is None


def test_no_package_file(ssh_host):
    (ssh_host.root / "srv/text.deb").write_text("no package")

    def code():
        for src in ("/srv/nothing.deb", "/srv/text.deb", "/srv"):
            apt.deb(name=src, src=f"{src}.deb".replace(".deb.deb", ".deb"), _ignore_errors=True)
            apt.deb(name=f"no {src}", src=f"{src}.deb", present=False, _ignore_errors=True)

    before = ssh_host.exec("dpkg", "-l").stdout
    failed = run_deploy(ssh_host, code, SUDO=True).failed
    assert len(failed) == 6
    assert all("src must be a package file" in why for why in failed.values())
    assert ssh_host.exec("dpkg", "-l").stdout == before


def test_a_package_file_from_a_url(ssh_host):
    update(ssh_host)
    make_deb(ssh_host, "1.0", "old")
    assert ssh_host.exec("busybox", "httpd", "-p", "127.0.0.1:8080", "-h", "/srv").returncode == 0
    url = "http://127.0.0.1:8080/agent%201.0.deb"
    assert_idempotent(ssh_host, lambda: apt.deb(name="install", src=url), SUDO=True)
    assert installed(ssh_host, "agent") == "1.0"
    assert_idempotent(ssh_host, lambda: apt.deb(name="remove", src=url, present=False), SUDO=True)
    assert installed(ssh_host, "agent") is None


@pytest.fixture
def holder(ssh_host):
    """Another apt, which holds its locks until `release()`."""
    update(ssh_host)
    assert ssh_host.exec("mkfifo", "/run/held", "/run/gate").returncode == 0
    options = ["-o", "DPkg::Pre-Invoke::=echo > /run/held; cat /run/gate"]
    other = threading.Thread(target=ssh_host.exec, args=("apt-get", "install", "-y", *options, "sl"))
    other.start()
    assert ssh_host.exec("cat", "/run/held").returncode == 0
    released = threading.Event()

    def release():
        if not released.is_set():
            released.set()
            assert ssh_host.exec("sh", "-c", "echo > /run/gate").returncode == 0
            other.join()

    yield release
    release()


def test_a_held_lock_is_waited_for(ssh_host, holder):
    said = []

    class ReleaseOnWait(logging.Handler):
        def emit(self, record):
            if "waiting up to" in record.getMessage():
                said.append(record.getMessage())
                holder()

    handler = ReleaseOnWait()
    logging.getLogger("pyinfra").addHandler(handler)
    path = make_deb(ssh_host, "1.0", "old")
    pid = ssh_host.exec("pidof", "apt-get").stdout.split()[-1]
    try:
        result = run_deploy(ssh_host, lambda: apt.deb(name="install", src=path), SUDO=True)
    finally:
        logging.getLogger("pyinfra").removeHandler(handler)
    assert result.changed == ["install"]
    assert [installed(ssh_host, package) is not None for package in ("agent", "tree", "sl")] == [True] * 3
    assert f"for process {pid} (apt-get), which holds /var/lib/dpkg/lock" in said[0]


def test_whoever_holds_a_lock_is_found(ssh_host, holder):
    """Also where apt or dpkg do not say so: the kernel does."""
    update(ssh_host)
    pid = ssh_host.exec("pidof", "apt-get").stdout.split()[-1]
    found = []

    def code():
        lock = HeldLock("held", ("/var/lib/apt/lists/lock", "/var/lib/dpkg/lock-frontend"))
        python.call(name="find", function=lambda: found.append(lock.find_holder(host)))

    run_deploy(ssh_host, code)
    assert [(lock.pid, lock.name) for lock in found] == [(pid, "apt-get")]


def test_a_lock_that_stays_held_is_an_error(ssh_host, holder):
    data = {**ssh_host.ssh_data("deploy"), "apt_lock_timeout": 0}
    result = run_deploy(data, lambda: apt.packages(name="install", packages="tree"), SUDO=True)
    pid = ssh_host.exec("pidof", "apt-get").stdout.split()[-1]
    assert f"process {pid} (apt-get) holds /var/lib/dpkg/lock-frontend" in result.failed["install"]
    assert "apt_lock_timeout" in result.failed["install"]
    assert installed(ssh_host, "tree") is None


def test_an_index_that_is_not_whole_is_an_error(ssh_host):
    (ssh_host.root / "etc/apt/sources.list.d/gone.list").write_text(
        "deb [trusted=yes] http://127.0.0.1:9/gone ./\n"
    )
    # As Ubuntu's update-notifier-common configures it: apt counts a part of the index as a success.
    (ssh_host.root / "etc/apt/apt.conf.d/15update-stamp").write_text(
        'Acquire::Retries "0";\n'
        f'APT::Update::Post-Invoke-Success {{"mkdir -p /var/lib/apt/periodic; touch /{STAMP}"; }};\n'
    )
    for _ in range(2):
        result = run_deploy(ssh_host, lambda: apt.update(name="update", cache_time=60), SUDO=True)
        assert "http://127.0.0.1:9/gone" in result.failed["update"]
        assert not (ssh_host.root / STAMP).exists()


SOURCE = "deb [signed-by=/etc/apt/keyrings/testkit.gpg] file:/srv/testkit-repository/extra ./"


def test_a_source_and_its_key(ssh_host):
    def code():
        apt.key(name="key", src="/srv/testkit-repository/key.asc", dest="testkit.gpg")
        apt.repo(name="repo", src=SOURCE, filename="extra")

    assert_idempotent(ssh_host, code, SUDO=True)
    update(ssh_host)
    assert_idempotent(ssh_host, lambda: apt.packages(name="install", packages="testkit-extra"), SUDO=True)
    assert installed(ssh_host, "testkit-extra") == "1.0"
    assert (ssh_host.root / "etc/apt/sources.list.d/extra.list").read_text() == SOURCE + "\n"
    listed = ssh_host.exec("gpg", "--show-keys", "--with-colons", "/etc/apt/keyrings/testkit.gpg").stdout
    assert listed.startswith("pub:")
    assert_idempotent(
        ssh_host, lambda: apt.repo(name="gone", src=SOURCE, filename="extra", present=False), SUDO=True
    )
    assert SOURCE not in (ssh_host.root / "etc/apt/sources.list.d/extra.list").read_text()
    fingerprint = next(line.split(":")[9] for line in listed.splitlines() if line.startswith("fpr:"))
    assert_idempotent(ssh_host, lambda: apt.key(name="no key", keyid=fingerprint, present=False), SUDO=True)
    assert not (ssh_host.root / "etc/apt/keyrings/testkit.gpg").exists()


def test_a_source_is_removed_wherever_it_is_and_no_other(ssh_host, caplog):
    folder = ssh_host.root / "etc/apt/sources.list.d"
    spaced = "deb   http://a.example.com/x stable   main # vendor\n"
    longer = "deb http://a.example.com/x stable main contrib\n"
    (folder / "a.list").write_text(spaced + longer)
    (folder / "b.list").write_text(spaced)
    src = "deb http://a.example.com/x stable main"
    assert_idempotent(ssh_host, lambda: apt.repo(name="one", src=src, filename="b", present=False), SUDO=True)
    assert ((folder / "a.list").read_text(), (folder / "b.list").read_text()) == (spaced + longer, "")
    assert_idempotent(ssh_host, lambda: apt.repo(name="all", src=src, present=False), SUDO=True)
    assert (folder / "a.list").read_text() == longer
    stanza = "Types: deb\nURIs: http://a.example.com/x\nSuites: stable\nComponents: main\n"
    (folder / "c.sources").write_text(stanza)
    failed = run_deploy(ssh_host, lambda: apt.repo(name="stanza", src=src, present=False), SUDO=True).failed
    assert failed
    assert f"[{ssh_host.name}]" in caplog.text
    assert "c.sources, which apt.sources_file manages" in caplog.text
    assert (folder / "c.sources").read_text() == stanza


def test_a_source_that_is_commented_out_is_added(ssh_host):
    path = ssh_host.root / "etc/apt/sources.list"
    path.write_text(f"# {SOURCE}\n")
    assert_idempotent(ssh_host, lambda: apt.repo(name="repo", src=SOURCE), SUDO=True)
    assert path.read_text() == f"# {SOURCE}\n{SOURCE}\n"


def test_a_file_of_sources(ssh_host):
    def code(suites, signed_by="/srv/testkit-repository/key.asc"):
        return lambda: apt.sources_file(
            name="file",
            filename="extra",
            uris="file:/srv/testkit-repository/extra",
            suites=suites,
            signed_by=signed_by,
        )

    path = ssh_host.root / "etc/apt/sources.list.d/extra.sources"
    assert_idempotent(ssh_host, code(["./", "other/"]), SUDO=True)
    assert_idempotent(ssh_host, code("./"), SUDO=True)
    assert "other/" not in path.read_text()
    update(ssh_host)
    armored = (ssh_host.root / "srv/testkit-repository/key.asc").read_text()
    assert_idempotent(ssh_host, code("./", signed_by=armored), SUDO=True)
    update(ssh_host)
    assert ssh_host.exec("apt-get", "install", "-y", "testkit-extra").returncode == 0
    assert_idempotent(
        ssh_host, lambda: apt.sources_file(name="gone", filename="extra", present=False), SUDO=True
    )
    assert not path.exists()
