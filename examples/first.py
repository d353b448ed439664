"""A first deploy: a folder, a file from a template, one line in it, and a link, in the home folder of whoever runs it.

pyinfra @local examples/first.py
"""

from pyinfra import host
from pyinfra.facts.server import Home, Hostname
from pyinfra.operations import files

folder = f"{host.get_fact(Home)}/pyinfra-first"

files.directory(
    name="Make a folder",
    path=folder,
    mode="755",
)

greeting = files.template(
    name="Write a greeting",
    src="templates/greeting.txt.j2",
    dest=f"{folder}/greeting.txt",
    hostname=host.get_fact(Hostname),
)

files.line(
    name="Sign it",
    path=f"{folder}/greeting.txt",
    line="Signed: pyinfra",
)

files.link(
    name="Link to it",
    path=f"{folder}/latest",
    target=f"{folder}/greeting.txt",
)
