"""Where dnf gets packages from."""

from __future__ import annotations

from pyinfra.facts.rpm._repositories import RepositoriesBase, show_files
from typing_extensions import override


class DnfRepositories(RepositoriesBase):
    """The sections of the files that name dnf's repositories, with their options. Parses `dnf.conf(5)`.

    It reads `/etc/dnf.conf` and the `.repo` files of `/etc/dnf.repos.d` and `/etc/yum.repos.d`.

    ```python
    [
        {
            "repoid": "baseos",
            "name": "CentOS Stream $releasever - BaseOS",
            "baseurl": "http://mirror.centos.org/$stream/BaseOS/$basearch/os/",
            "enabled": "1",
            "filename": "/etc/yum.repos.d/centos.repo",
        },
    ]
    ```
    """

    side_effect_free = True
    command = show_files("/etc/dnf.conf", "/etc/dnf.repos.d/*.repo", "/etc/yum.repos.d/*.repo")

    @override
    def requires_command(self, *args: object, **kwargs: object) -> str:
        return "dnf"
