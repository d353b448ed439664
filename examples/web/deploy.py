"""A web server: a package, a user, a folder tree, a configuration, an upload, and a restart only where it is needed.

pyinfra examples/web/inventory.py examples/web/deploy.py --dry
pyinfra examples/web/inventory.py examples/web/deploy.py
"""

from pyinfra import config, host
from pyinfra.operations import apt, files, server
from pyinfra.operations.util import any_changed

config.SUDO = True

site = host.data.site_name
root = host.data.site_root

apt.packages(
    name="Install the packages",
    packages=host.data.packages,
)

server.user(
    name="Make the site's user",
    user=site,
    home=root,
    shell="/usr/sbin/nologin",
    system=True,
    ensure_home=False,
)

for folder in (root, f"{root}/public", f"{root}/logs"):
    files.directory(
        name=f"Make {folder}",
        path=folder,
        user=site,
        group=site,
        mode="750",
    )

configuration = files.template(
    name="Write the site's configuration",
    src="templates/site.conf.j2",
    dest=f"/etc/{site}.conf",
    mode="644",
)

limit = files.line(
    name="Set the site's limit",
    path="/etc/security/limits.conf",
    line=f"{site} soft nofile 4096",
)

page = files.put(
    name="Upload the first page",
    src="files/index.html",
    dest=f"{root}/public/index.html",
    user=site,
    group=site,
    mode="640",
)

server.service(
    name="Restart cron where the configuration changed",
    service="cron",
    restarted=True,
    _if=any_changed(configuration, limit, page),
)
