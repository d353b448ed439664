"""The shell side of an upload: stdin to a private temporary file, checked, then renamed."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from pyinfra.api.command import QuoteString, StringCommand

# dest is followed where it is a symbolic link, and refused where it is no file: a rename would put one in the place
# of a device. cp copies what must be kept (mode, owner; ACL and SELinux label where cp can) before the content is
# replaced; a new file is private until it is whole, and so is one that is to have another mode. A short stdin leaves
# dest alone. A rename over a link to a directory would put the file in it, where mv has no option against that. The
# umask may stay where a mode is given and no command is run that would see it: that saves a process.
_SCRIPT = """\
d=$1; n=$2; x=$3; o=$4; p=$5; f=$6; v=$7; w=$8
case $d in -*) d=./$d;; esac
i=0; while [ -z "$f" ] && [ -L "$d" ] && [ "$i" -lt 40 ]; do
  l=$(readlink "$d" && echo x) || exit 1; l=${l%?x}
  case $l in /*) d=$l;; *) case $d in */*) d=${d%/*}/$l;; *) d=./$l;; esac;; esac
  i=$((i+1))
done
k=; if [ -L "$d" ]; then [ -n "$f" ] || { echo "$d is a loop of symbolic links" >&2; exit 1; }; k=1; fi
if [ -z "$k" ] && [ -d "$d" ]; then echo "$d is a directory" >&2; exit 1; fi
e=; if [ -z "$k" ] && [ -e "$d" ]; then [ -f "$d" ] || { echo "$d is no regular file" >&2; exit 1; }; e=1; fi
case $d in */*) t=${d%/*}/.pyinfra-$x;; *) t=./.pyinfra-$x;; esac
[ -z "$v" ] || case ${d##*/} in ?*.?*) case ${d##*.} in ????????????????*);; *) t=$t.${d##*.};; esac;; esac
trap 'rm -f "$t"' EXIT
trap 'exit 1' HUP INT TERM PIPE
if [ -n "$p" ] && [ -z "$v" ]; then umask 077; set -C; : >"$t" || exit 1; set +C
else (umask 077; set -C; : >"$t") || exit 1; fi
if [ -n "$e" ]; then cp --preserve=all "$d" "$t" 2>/dev/null || cp -p "$d" "$t" || exit 1; fi
[ -z "$e" ] || [ -z "$p" ] || chmod u+rw,go= "$t" || exit 1
m=; [ -w "$t" ] || { m=1; chmod u+w "$t" || exit 1; }
cat >"$t" || exit 1
[ "$(($(wc -c <"$t")))" = "$n" ] || { echo "only $(($(wc -c <"$t"))) of $n bytes arrived" >&2; exit 1; }
[ -z "$m" ] || chmod u-w "$t" || exit 1
[ -n "$e$p" ] || chmod +rw "$t" || exit 1
[ -z "$o" ] || chown -- "$o" "$t" || exit 1
[ -z "$p" ] || chmod "$p" "$t" || exit 1
if [ -n "$v" ]; then
  r=$(sh -c "$v" sh "$t" </dev/null 2>&1); c=$?
  [ "$c" = 0 ] || { printf 'the new content failed `%s` (exit code %s): %s\\n' "$w" "$c" "$r" >&2; exit 1; }
fi
if [ -n "$k" ] && [ -d "$d" ]; then
  mv -fT "$t" "$d" 2>/dev/null || mv -fh "$t" "$d" 2>/dev/null || { rm -f "$d" && mv -f "$t" "$d"; } || exit 1
else mv -f "$t" "$d" || exit 1; fi
trap - EXIT"""


@dataclass(frozen=True)
class Placement:
    """What an uploaded file must be before it is put in its place.

    Attributes:
        owner: the user and group that must own it, as `chown` takes them: `user`, `user:group` or `:group`; None for
            those of the file that is there, or of who uploads.
        mode: its permissions as octal digits; None for those of the file that is there, or what the umask leaves.
        validate: a shell command that must succeed, in which `{}` stands for the path of the new content.
        follow_links: whether a symbolic link at the destination stands for what it leads to; it is replaced otherwise.
    """

    owner: str | None = None
    mode: int | str | None = None
    validate: str | None = None
    follow_links: bool = True


def upload_command(dest: str, size: int | StringCommand, placement: Placement | None = None) -> StringCommand:
    """Give the command that puts its stdin in place as a file.

    Args:
        dest: the destination's path on the host.
        size: the content's length in bytes; with another, nothing is changed and the command fails; a
            command's word that the shell expands to it.
        placement: what it must be before it is put in its place; where it can't be, nothing is changed either.

    Returns:
        A POSIX shell command.
    """
    token = secrets.token_hex(6)
    command = StringCommand("sh", "-c", QuoteString(_SCRIPT), "upload", QuoteString(dest), size, token)
    if placement is None:
        return command
    check = _check_script(placement.validate) if placement.validate else ""
    follow = "" if placement.follow_links else "no"
    mode = "" if placement.mode is None else placement.mode
    settings = (placement.owner or "", mode, follow, check, placement.validate or "")
    return StringCommand(command, *(QuoteString(value) for value in settings))


def _check_script(validate: str) -> str:
    """Have a shell put its first argument where `{}` stands, whatever quotes that stands in."""
    words = {"": '"$1"', '"': "$1", "'": "'\"$1\"'"}
    script = quote = ""
    place = 0
    while place < len(validate):
        character = validate[place]
        if validate.startswith("{}", place):
            script += words[quote]
            place += 2
            continue
        if character == "\\" and quote != "'":
            script += validate[place : place + 2]
            place += 2
            continue
        if character in "\"'" and quote in ("", character):
            quote = "" if quote else character
        script += character
        place += 1
    return script
