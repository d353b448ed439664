"""Where yum gets packages from."""

from __future__ import annotations

from pyinfra.facts.rpm._repositories import RepositoriesBase, show_files
from typing_extensions import override


class YumRepositories(RepositoriesBase):
    """The sections of the files that name yum's repositories, with their options. Parses `yum.conf(5)`.

    It reads `/etc/yum.conf` and the `.repo` files of `/etc/yum.repos.d`.

    ```python
    [
        {
            "repoid": "base",
            "name": "CentOS-$releasever - Base",
            "baseurl": "http://mirror.centos.org/centos/$releasever/os/$basearch/",
            "filename": "/etc/yum.repos.d/CentOS-Base.repo",
        },
    ]
    ```
    """

    side_effect_free = True
    command = show_files("/etc/yum.conf", "/etc/yum.repos.d/*.repo")

    @override
    def requires_command(self, *args: object, **kwargs: object) -> str:
        return "yum"
