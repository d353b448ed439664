"""The shell side of an upload: stdin to a private temporary file, checked, then renamed."""

from __future__ import annotations

import secrets

from pyinfra.api.command import QuoteString, StringCommand

# dest is followed where it is a symbolic link, and refused where it is no file: a rename would put one in the place
# of a device. cp copies what must be kept (mode, owner; ACL and SELinux label where cp can) before the content is
# replaced; a new file is private until it is whole. A short stdin leaves dest alone.
_SCRIPT = """\
d=$1; n=$2; x=$3
case $d in -*) d=./$d;; esac
i=0; while [ -L "$d" ] && [ "$i" -lt 40 ]; do
  l=$(readlink "$d" && echo x) || exit 1; l=${l%?x}
  case $l in /*) d=$l;; *) case $d in */*) d=${d%/*}/$l;; *) d=./$l;; esac;; esac
  i=$((i+1))
done
if [ -L "$d" ]; then echo "$d is a loop of symbolic links" >&2; exit 1; fi
if [ -d "$d" ]; then echo "$d is a directory" >&2; exit 1; fi
if [ -e "$d" ] && [ ! -f "$d" ]; then echo "$d is no regular file" >&2; exit 1; fi
case $d in */*) t=${d%/*}/.pyinfra-$x;; *) t=./.pyinfra-$x;; esac
trap 'rm -f "$t"' EXIT
trap 'exit 1' HUP INT TERM PIPE
(umask 077; set -C; : >"$t") || exit 1
if [ -e "$d" ]; then cp --preserve=all "$d" "$t" 2>/dev/null || cp -p "$d" "$t" || exit 1; fi
m=; [ -w "$t" ] || { m=1; chmod u+w "$t" || exit 1; }
cat >"$t" || exit 1
[ "$(($(wc -c <"$t")))" = "$n" ] || { echo "only $(($(wc -c <"$t"))) of $n bytes arrived" >&2; exit 1; }
[ -z "$m" ] || chmod u-w "$t" || exit 1
[ -e "$d" ] || chmod +rw "$t" || exit 1
mv -f "$t" "$d" || exit 1
trap - EXIT"""


def upload_command(dest: str, size: int) -> StringCommand:
    """Give the command that puts its stdin in place as a file.

    Args:
        dest: the destination's path on the host.
        size: the content's length in bytes; with another, nothing is changed and the command fails.

    Returns:
        A POSIX shell command.
    """
    token = secrets.token_hex(6)
    return StringCommand("sh", "-c", QuoteString(_SCRIPT), "upload", QuoteString(dest), size, token)
