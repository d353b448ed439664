from pyinfra.operations import server

# Only run if condition is met
server.shell(
    name="Initialize database",
    commands=["./scripts/init_db.sh"],
    _if=lambda: not host.get_fact(File, path="/var/lib/db/.initialized"),
    _sudo=True,
)

# Create marker file after initialization
server.shell(
    name="Mark database as initialized",
    commands=["touch /var/lib/db/.initialized"],
    _sudo=True,
)
