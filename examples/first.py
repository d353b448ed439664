"""A first deploy: a folder, a file from a template, one line in it, and a link, in a folder below /tmp.

pyinfra @local examples/first.py
"""

from pyinfra import host
from pyinfra.facts.server import Hostname, User
from pyinfra.operations import files

home = f"/tmp/pyinfra-first-{host.get_fact(User)}"

files.directory(
    name="Make a folder",
    path=home,
    mode="755",
)

greeting = files.template(
    name="Write a greeting",
    src="templates/greeting.txt.j2",
    dest=f"{home}/greeting.txt",
    hostname=host.get_fact(Hostname),
)

files.line(
    name="Sign it",
    path=f"{home}/greeting.txt",
    line="Signed: pyinfra",
)

files.link(
    name="Link to it",
    path=f"{home}/latest",
    target=f"{home}/greeting.txt",
)
