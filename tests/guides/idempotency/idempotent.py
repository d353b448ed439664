from pyinfra.operations import apt

# Idempotent - only installs if not present
apt.packages(
    name="Install nginx",
    packages=["nginx"],
    _sudo=True,
)

# Run multiple times - same result
