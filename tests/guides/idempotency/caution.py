from pyinfra import host
from pyinfra.operations import apt, files
from pyinfra.facts.files import File

# Install nginx
apt.packages(
    name="Install nginx",
    packages=["nginx"],
    _sudo=True,
)

# BAD: This fact was gathered BEFORE nginx was installed
# so it will be False even though nginx is now installed!
if host.get_fact(File, path="/etc/nginx/nginx.conf"):
    files.file(
        name="Remove default config",
        path="/etc/nginx/nginx.conf",
        present=False,
        _sudo=True,
    )
