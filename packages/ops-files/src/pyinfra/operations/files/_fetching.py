"""The commands by which a host downloads and verifies a file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pyinfra.api import HiddenValue, OperationValueError, QuoteString, StringCommand
from pyinfra.api.hiddenvalue import holds_secret
from pyinfra.facts.util.quoting import feed, quote_path

from ._arguments import reveal

# An option of curl or wget, and its value; None for one that has none.
_Option = tuple[str, Any]

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
    options = list(request.curl_options.items())
    if request.proxy:
        options.append(("--proxy", request.proxy))
    if request.insecure:
        options.append(("--insecure", None))
    options += _common(request)
    shown = [option for option in options if not holds_secret(option[1])]
    lines = [f'{name} "{_escape(value)}"' for name, value in options if holds_secret(value)]
    url = [QuoteString(request.url)]
    if holds_secret(request.url):
        url = []
        lines.append(f'--url "{_escape(request.url)}"')
    words = [*_words(shown), *url, "-o", quote_path(path)]
    if not lines:
        return StringCommand("curl -sSLf", *words)
    return feed(_hidden_word(lines), "curl -K - -sSLf", *words)


def _wget(request: Request, path: str) -> StringCommand:
    options: list[_Option] = list(request.wget_options.items())
    if request.proxy:
        scheme = "https" if request.url.lower().startswith("https:") else "http"
        options += [("-e", "use_proxy=yes"), ("-e", f"{scheme}_proxy={request.proxy}")]
    if request.insecure:
        options.append(("--no-check-certificate", None))
    options += _common(request)
    word = quote_path(path)
    words = [*_words(option for option in options if not holds_secret(option[1])), "-O", word]
    secret = holds_secret(request.url)
    # Where no secret is among them, the URL stands before what it is written to.
    words[-2:-2] = ["-i -"] if secret else [QuoteString(request.url)]
    lines = [_wgetrc_line(name, value) for name, value in options if holds_secret(value)]
    get = _wget_with(lines, [QuoteString(HiddenValue(request.url))] if secret else [], words)
    # A wget that fails leaves an empty file.
    return StringCommand(get, "|| ( rm -f", word, "; exit 1 )")


def _wget_with(lines: list[str], url: list[Any], words: list[Any]) -> StringCommand:
    """Give the command of a wget that reads secret lines of a start-up file, and perhaps the URL from its stdin."""
    config = ["--config=/dev/fd/4"] if lines else []
    get = feed(url[0], "wget -q", *config, *words) if url else StringCommand("wget -q", *config, *words)
    if not lines:
        return get
    # It takes no pipe for that, and reads no other such file then. Nobody finds one whose name is gone.
    made = '( f=$(mktemp -t pyinfra.XXXXXX) && exec 3> "$f" 4< "$f" && rm -f "$f" &&'
    others = "{ cat /etc/wgetrc ~/.wgetrc 2> /dev/null;"
    return StringCommand(
        made, others, "printf '%s\\n'", _hidden_word(lines), "; } >&3 && exec 3>&- &&", get, ")"
    )


def _common(request: Request) -> Iterator[_Option]:
    if request.limit_rate:
        yield "--limit-rate", request.limit_rate
    for name, value in request.headers.items():
        if holds_secret(value):
            yield "--header", HiddenValue(f"{name}: {reveal(value)}")
        else:
            yield "--header", f"{name}: {value}"


def _words(options: Iterable[_Option]) -> Iterator[Any]:
    for name, value in options:
        yield QuoteString(name)
        if value is not None:
            yield QuoteString(value)


def _escape(value: Any) -> str:
    """Escape a value as curl reads it between double quotes."""
    return re.sub(r'[\\"]', r"\\\g<0>", str(reveal(value))).replace("\n", "\\n")


def _wgetrc_line(name: str, value: Any) -> str:
    text = str(reveal(value))
    if name == "-e":
        return text
    if not name.startswith("--") or "\n" in text:
        raise OperationValueError(
            f"a secret of one line may be given to wget by the long name of an option alone, not by {name!r}"
        )
    return f"{name[2:].replace('-', '_')} = {text}"


def _hidden_word(lines: list[str]) -> QuoteString:
    return QuoteString(HiddenValue("\n".join(lines)))
