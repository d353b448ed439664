"""The commands by which a host downloads and verifies a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pyinfra.api import QuoteString, StringCommand
from pyinfra.facts.util.quoting import quote_path

# Which tools tell a checksum; all but the first are tried where the one before fails.
_TOOLS = {
    "SHA1": ("sha1sum", "shasum", "sha1"),
    "SHA256": ("sha256sum", "shasum -a 256", "sha256"),
    "SHA384": ("sha384sum", "shasum -a 384"),
    "MD5": ("md5sum", "md5"),
}
_DIGITS = {"SHA1": 40, "SHA256": 64, "SHA384": 96, "MD5": 32}


@dataclass
class Request:
    """What to download, and how.

    Attributes:
        url: the URL.
        headers: HTTP headers and their values.
        insecure: whether any certificate will do.
        proxy: the URL of a proxy.
        limit_rate: the highest rate, as curl and wget write it.
        curl_options: further options for curl.
        wget_options: further options for wget.
    """

    url: str
    headers: Mapping[str, Any]
    insecure: bool
    proxy: str | None
    limit_rate: str | None
    curl_options: Mapping[str, Any]
    wget_options: Mapping[str, Any]


def fetch_command(request: Request, path: str, tool: str | None) -> StringCommand:
    """Give the command that downloads a file.

    Args:
        request: what to download.
        path: where to, on the host.
        tool: `curl` or `wget`; None to try both.

    Returns:
        The command.
    """
    if tool == "curl":
        return _curl(request, path)
    if tool == "wget":
        return _wget(request, path)
    return StringCommand("(", _curl(request, path), ") || (", _wget(request, path), ")")


def verify_command(kind: str, path: str, wanted: str) -> StringCommand:
    """Give the command that fails where a file has another checksum.

    Args:
        kind: `SHA1`, `SHA256`, `SHA384` or `MD5`.
        path: the file's path on the host.
        wanted: the checksum.

    Returns:
        The command.
    """
    word = quote_path(path)
    # The tools print the path too, in which the checksum may stand, and part of one would be found in the whole.
    strict = wanted in path or (len(wanted) != _DIGITS[kind] and set(wanted) <= set("0123456789abcdef"))
    source = StringCommand("<", word) if strict else word
    first, *others = _TOOLS[kind]
    attempts = [StringCommand(first, source, "2> /dev/null")]
    attempts += [StringCommand(tool, source) for tool in others]
    found = StringCommand(*attempts, _separator=" || ")
    grep = ["grep", "-w"] if strict else ["grep"]
    wanted_bits = ["-e", QuoteString(wanted)] if wanted.startswith("-") else [QuoteString(wanted)]
    failure = StringCommand("( echo", QuoteString(f"{kind} did not match!"), "&& exit 1 )")
    return StringCommand("((", found, ") |", *grep, *wanted_bits, ") ||", failure)


def _curl(request: Request, path: str) -> StringCommand:
    bits = list(_options(request.curl_options))
    if request.proxy:
        bits += ["--proxy", QuoteString(request.proxy)]
    if request.insecure:
        bits.append("--insecure")
    bits += _common(request)
    return StringCommand("curl -sSLf", *bits, QuoteString(request.url), "-o", quote_path(path))


def _wget(request: Request, path: str) -> StringCommand:
    bits = list(_options(request.wget_options))
    if request.proxy:
        scheme = "https" if request.url.lower().startswith("https:") else "http"
        bits += ["-e use_proxy=yes -e", QuoteString(f"{scheme}_proxy={request.proxy}")]
    if request.insecure:
        bits.append("--no-check-certificate")
    bits += _common(request)
    word = quote_path(path)
    get = StringCommand("wget -q", *bits, QuoteString(request.url), "-O", word)
    # A wget that fails leaves an empty file.
    return StringCommand(get, "|| ( rm -f", word, "; exit 1 )")


def _common(request: Request) -> Iterator[Any]:
    if request.limit_rate:
        yield from ("--limit-rate", QuoteString(request.limit_rate))
    for name, value in request.headers.items():
        yield from ("--header", QuoteString(StringCommand(name, ": ", value, _separator="")))


def _options(options: Mapping[str, Any]) -> Iterator[Any]:
    for name, value in options.items():
        yield QuoteString(name)
        if value is not None:
            yield QuoteString(value)
