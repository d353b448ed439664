# Good
files.directory(name="Create dir", path="/opt/app", _sudo=True)

# Bad
server.shell(name="Create dir", commands=["mkdir /opt/app"], _sudo=True)
