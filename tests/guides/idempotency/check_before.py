from pyinfra import host
from pyinfra.operations import server
from pyinfra.facts.files import Directory

# Check if directory exists before creating
if not host.get_fact(Directory, path="/opt/myapp"):
    server.shell(
        name="Create directory",
        commands=["mkdir -p /opt/myapp"],
        _sudo=True,
    )
