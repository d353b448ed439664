from pyinfra.operations import server

# Non-idempotent - runs every time
server.shell(
    name="Echo current date",
    commands=["echo $(date)"],
)

# Non-idempotent - reboots every time
server.reboot(
    name="Reboot server",
)
