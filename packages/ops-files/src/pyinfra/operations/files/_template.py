"""The operation `files.template`."""

from __future__ import annotations

from collections.abc import Generator
from io import StringIO
from typing import IO, Any

from pyinfra import host, state
from pyinfra.api import FileUploadCommand, StringCommand, operation

from ._arguments import check_path
from ._local import is_io, local_path
from ._put import put
from ._rendering import render


@operation(together=True)
def template(
    src: str | IO[Any],
    dest: str,
    user: str | None = None,
    group: str | None = None,
    mode: int | str | None = None,
    create_remote_dir: bool = True,
    jinja_env_kwargs: dict[str, Any] | None = None,
    **data: Any,
) -> Generator[FileUploadCommand | StringCommand, None, None]:
    """Render a Jinja2 template and upload the result, where the host's file differs.

    In the template stand `host`, `state`, `inventory` and the names given in `data`; a name that is not there is an
    error. `include` and `extends` look in the template's own folder, then in the deploy's.

    Args:
        src: the template's path, in the deploy's folder where it is relative, or a file-like object.
        dest: the path on the host.
        user: the user that should own the file.
        group: the group that should own the file.
        mode: its permissions, as octal digits or a symbolic mode such as `u+x`.
        create_remote_dir: whether the directory above `dest` is made where it is missing, for the same user and group.
        jinja_env_kwargs: arguments for `jinja2.Environment`, such as `{"trim_blocks": True}`.
        **data: names and values for the template. Where `validate` among them is a text, it is a shell command that
            checks a new content before it replaces the old, as that of `files.put`.

    **Example:**

    ```python
    from pyinfra.operations import files

    files.template(
        name="Write the site's configuration",
        src="templates/site.conf.j2",
        dest="/etc/nginx/conf.d/site.conf",
        mode="644",
        validate="nginx -t -c {}",
        port=8080,
    )
    ```
    """
    if is_io(src):
        source: str | IO[Any] = src
        shown = "<template>"
    else:
        shown = check_path("src", src)
        source = local_path(shown, add_deploy_dir=True)
    names = {"host": host, "state": state, "inventory": state.inventory, **data}
    # Among the data, for it must stay what the operation's documented signature ends with.
    validate = data.get("validate")
    text = render(source, shown, names, jinja_env_kwargs)
    yield from put._inner(
        src=StringIO(text, newline=""),
        dest=dest,
        user=user,
        group=group,
        mode=mode,
        add_deploy_dir=False,
        create_remote_dir=create_remote_dir,
        validate=validate if isinstance(validate, str) else None,
    )
