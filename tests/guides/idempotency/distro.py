from pyinfra import host
from pyinfra.operations import apt, yum

# Get OS distribution fact
distro = host.get_fact("LinuxDistribution")

# Use fact for conditional logic
if distro in ["Ubuntu", "Debian"]:
    apt.packages(
        name="Install package",
        packages=["nginx"],
        _sudo=True,
    )
elif distro in ["CentOS", "RedHat"]:
    yum.packages(
        name="Install package",
        packages=["nginx"],
        _sudo=True,
    )
