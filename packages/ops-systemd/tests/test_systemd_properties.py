import shlex

from hypothesis import given
from hypothesis import strategies as st
from pyinfra.facts.systemd import SystemdEnabled, SystemdStatus
from pyinfra.operations import systemd
from pyinfra.operations.systemd._service import _enable
from pyinfra_testkit.fakes import on_fake_host

NAMES = st.text(st.characters(blacklist_characters="\0\r\n", blacklist_categories=["Cs"]), min_size=1)
UNITS = st.text(st.characters(blacklist_characters="\0\r\n*?[", blacklist_categories=["Cs"]), min_size=1)
RECORDS = st.dictionaries(NAMES, st.sampled_from(["running", "dead", "failed", "mounted"]))


@given(RECORDS)
def test_every_record_is_read_back(records):
    output = [line for name, state in records.items() for line in (f"Id={name}", f"SubState={state}", "")]
    assert SystemdStatus().process(output) == {
        name: state in {"running", "mounted"} for name, state in records.items()
    }


def test_a_static_unit_is_not_disabled():
    output = ["Id=main.service", "UnitFileState=static"]
    fact = SystemdEnabled()
    fact.command(services=["alias.service"])
    units = fact.process(output)
    assert (units, units.static) == (
        {"main.service": True, "alias.service": True},
        {"main.service", "alias.service"},
    )
    assert list(_enable_with(units, enabled=False)) == []
    assert list(_enable_with(units, enabled=True)) == []
    assert list(_enable_with({"alias.service": True}, enabled=False)) == ["disable"]


def _enable_with(units, enabled):
    with on_fake_host({}) as fake:
        fake.get_fact = lambda *_, **__: units
        yield from _enable("alias.service", enabled, {})


@given(st.lists(st.text()))
def test_anything_else_is_no_unit(lines):
    found = SystemdEnabled().process([line for line in lines if not line.startswith("Id=")])
    assert found == {}


@given(st.lists(NAMES, min_size=1), NAMES, NAMES)
def test_names_reach_systemctl_as_they_are(services, machine, user):
    command = SystemdStatus().command(machine=machine, user_name=user, services=services)
    words = shlex.split(command.get_raw_value())
    assert words[1] == f"--machine={user}@{machine}"
    assert words[-len(services) :] == services


@given(UNITS, NAMES)
def test_a_service_is_one_word(service, command):
    quoted = shlex.quote(command)
    key = f"machine=None, services={[f'{service}.service']}, user_mode=False, user_name=None"
    with on_fake_host({"systemd.SystemdStatus": {key: {f"{service}.service": True}}}):
        (yielded,) = systemd.service._inner(f"{service}.service", command=quoted)
    words = shlex.split(yielded.get_raw_value())
    assert words[1] == command
    assert words[-1] == f"{service}.service"
