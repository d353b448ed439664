"""Secrets in what a host prints, which must not come into a file that is shared."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pyinfra.api.hiddenvalue import MASK, mask

_KEY_BEGIN = re.compile(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY")
_KEY_END = re.compile(r"-----END [A-Z0-9 ]*PRIVATE KEY")
# Each with what stands before and after the secret in groups of those names.
_SHAPES = [
    # crypt(3), as in /etc/shadow
    re.compile(r"(?P<before>)\$(?:1|2[abxy]?|5|6|7|y|gy|sha1|argon2\w*)\$[^\s:;,\"']+(?P<after>)"),
    # the password of a URL
    re.compile(r"(?P<before>://[^/\s:@]*:)[^/\s@]+(?P<after>@)"),
    # JSON web tokens, and tokens that say whose they are
    re.compile(r"(?P<before>)\beyJ[\w-]+\.[\w-]+\.[\w-]*(?P<after>)"),
    re.compile(
        r"(?P<before>)\b(?:A[KS]IA[0-9A-Z]{16}|gh[pousr]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{20,}"
        r"|xox[abprs]-[\w-]{10,}|[sr]k_live_\w{10,})(?P<after>)"
    ),
    re.compile(r"(?i)(?P<before>\b(?:bearer|basic) )[\w+/=.~-]{8,}(?P<after>)"),
    # key: value, key=value, "key": "value"
    re.compile(
        r"(?i)(?P<before>[\w-]*(?:password|passwd|passphrase|secret|token|api[_-]?key|private[_-]?key|credential)s?"
        r"[\"']?\s*[=:]\s*)(?:\"[^\"]*\"|'[^']*'|[^\s\"',;]+)(?P<after>)"
    ),
]


def mask_lines(lines: Iterable[str], further: Iterable[str] = ()) -> list[str]:
    """Mask what looks like a secret, and what is known to be one.

    Args:
        lines: what a host printed.
        further: texts that are masked too.

    Returns:
        As many lines, with `*MASKED*` for private keys (line by line), hashes of passwords, tokens, passwords in
        URLs, values of keys that are called so, secrets that pyinfra knows of, and the further texts.
    """
    texts = [text for text in further if text]
    masked = []
    in_key = False
    for line in lines:
        begins, ends = _KEY_BEGIN.search(line), _KEY_END.search(line)
        masked.append(MASK if in_key and not ends else _mask_line(line, texts))
        in_key = (in_key or bool(begins)) and not ends
    return masked


def _mask_line(line: str, texts: list[str]) -> str:
    line = mask(line)
    for text in texts:
        line = line.replace(text, MASK)
    for shape in _SHAPES:
        line = shape.sub(lambda found: f"{found['before']}{MASK}{found['after']}", line)
    return line
