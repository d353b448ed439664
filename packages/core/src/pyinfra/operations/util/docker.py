"""References to container images, for operations that pull and compare them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pyinfra.api.exceptions import OperationValueError

# As the reference grammar of the Distribution project has them.
_HOST = re.compile(
    r"\[[0-9A-Fa-f:]+\]|[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*"
)
_PART = re.compile(r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_DIGEST = re.compile(r"[A-Za-z][A-Za-z0-9]*([-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9A-Fa-f]{32,}")
_HIGHEST_PORT = 65535


@dataclass
class ImageReference:
    """What an image is called, in parts.

    Attributes:
        repository: the last part of its path, such as `nginx`.
        namespace: the parts before it, such as `library`; None for none.
        tag: its tag; None where only a digest says which one it is.
        digest: its digest, `sha256:…`; None for none.
        registry_host: the registry's host name; None for the engine's own choice.
        registry_port: the registry's port; None for the usual one.
    """

    repository: str
    namespace: str | None = None
    tag: str | None = None
    digest: str | None = None
    registry_host: str | None = None
    registry_port: int | None = None

    @property
    def registry(self) -> str | None:
        """The registry, `host` or `host:port`."""
        if self.registry_host is None or self.registry_port is None:
            return self.registry_host
        return f"{self.registry_host}:{self.registry_port}"

    @property
    def name(self) -> str:
        """The image without its tag and digest."""
        return "/".join(part for part in (self.registry, self.namespace, self.repository) if part)

    @property
    def full_reference(self) -> str:
        """All of it, as `docker pull` takes it."""
        tag = f":{self.tag}" if self.tag else ""
        digest = f"@{self.digest}" if self.digest else ""
        return f"{self.name}{tag}{digest}"


def parse_image_reference(image: str) -> ImageReference:
    """Take an image's name apart.

    Args:
        image: such as `nginx`, `user/app:1.2` or `registry.example.com:5000/team/app@sha256:…`.

    Returns:
        Its parts; the tag is `latest` where neither a tag nor a digest is given.

    Raises:
        OperationValueError: it is no reference to an image.
    """
    rest, at, digest = image.partition("@")
    path, colon, tag = rest.rpartition(":")
    # A colon before a slash is that of the registry's port.
    if not colon or "/" in tag:
        path, colon, tag = rest, "", ""
    registry, slash, inner = path.partition("/")
    if not slash or not (set(".:") & set(registry) or registry == "localhost"):
        registry, inner = "", path
    host, port = _host_and_port(registry)
    fits = (
        all(_PART.fullmatch(part) for part in inner.split("/"))
        and (not colon or _TAG.fullmatch(tag))
        and (not at or _DIGEST.fullmatch(digest))
        and (not registry or (_HOST.fullmatch(host) and (port is None or 0 < port <= _HIGHEST_PORT)))
    )
    if not fits:
        raise OperationValueError(
            f"{image!r} is no reference to an image: write [REGISTRY/]NAME[:TAG][@DIGEST]"
        )
    namespace, _, repository = inner.rpartition("/")
    return ImageReference(
        repository=repository,
        namespace=namespace or None,
        tag=tag or (None if digest else "latest"),
        digest=digest or None,
        registry_host=host or None,
        registry_port=port,
    )


def _host_and_port(registry: str) -> tuple[str, int | None]:
    """The port is 0, which none is, where it is no number."""
    written = re.search(r":([^:\]]*)$", registry)
    if written is None:
        return registry, None
    return registry[: written.start()], int(written[1]) if re.fullmatch(r"[0-9]{1,5}", written[1]) else 0
