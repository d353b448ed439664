"""Commands of facts that say things no well-behaved one says, alone and one after the other."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

LEAVERS = {
    "late": "#!/bin/sh\n(sleep 0.1; echo late; echo late >&2) &\necho early\n",
    "holder": "#!/bin/sh\nsleep 1 &\necho early\n",
    "daemon": "#!/bin/sh\nsleep 90 >/dev/null 2>&1 3>&- 9>&- &\necho early\n",
}
"""Programs that leave a process behind, which nothing in a command that runs them tells of."""

PRINTING = [
    "echo hello",
    "printf 'no newline'",
    "printf ''",
    r"printf '\n'",
    r"printf 'a\n\n b \n\n'",
    r"printf '\000\001\377caf\351\r\n\r'",
    r"printf '\342\202'",
    r"printf 'a\342\200\250b\302\205c\014d\013e\034f\n'",
    r"printf '\357\273\277bom\r\n\033[31mred\033[0m\b\n'",
    r"printf 'a\r\nb\r\n' >&2",
    "echo out; echo err >&2; echo out",
    r"printf 'no newline' >&2",
    "head -c 1500000 /dev/zero | tr '\\0' x",
    "yes 'a line' | head -n 150000",
    "head -c 1200000 /dev/zero",
    "head -c 150000 /bin/ls",
    "head -c 300000 /bin/ls >&2",
    "echo $LC_ALL $LANGUAGE; ls /nonexistent",
    "echo $#,$1,$0",
    "echo $?,${!:+one},$PWD",
    "echo 'quo\"te' \"it's\" \\$HOME \\\\",
    "echo a # a comment",
    "# a comment",
    "cat <<EOF\nhere\nEOF",
    "cat <<'EOF'\n$here '\nEOF",
]

# What belongs to a batch, as far as a command can guess.
LOOKALIKES = [
    r"printf '\npyinfra-0123456789abcdef01234567 0\n'",
    r"printf '\npyinfra-0123456789abcdef01234567 0 0\n' >&2",
    "echo '##PYINFRA_NOCMD##'",
    r"printf '\n0 0\n\n1 0\n1 missing\n'",
    'echo "$r|$c|$k|$l|$n|$mark|$token"',
    "echo three >&3",
    "echo four >&4; echo five >&5",
    "exec 9>&1; echo nine >&9",
    'printf \'%s\\n\' "$c" "$k" "$_pyinfra_code"',
    "exec 3>&1; echo three >&3",
]

FAILING = [
    "no-such-tool --list",
    "ls /nonexistent",
    "false",
    "exit 3",
    "exit 0",
    "exit 200",
    "(exit 4)",
    "return 5",
    "echo before; exit 6; echo after",
    "cd /nonexistent",
    "sh -c 'exit 7'",
    "exit 256",
    "eval 'exit 8'",
    "exec false",
    "break; continue",
    "! true",
    "false | true",
]

READING = [
    "cat",
    'read -r line; echo "[$line]"',
    "wc -c",
    "head -c 5",
    "sh",
    "exec cat",
    "exec sh",
    "exec 0<&-; cat",
    "while read -r line; do echo $line; done",
    "test -t 0; echo $?",
    "tty",
    "exec </etc/passwd; head -n 1",
    "xargs echo got",
    "dd bs=1 count=4 2>/dev/null",
]

CHANGING = [
    "set -e",
    "set -u",
    "set -eu; false; echo no",
    "set -f; echo /*",
    "set -x; echo traced",
    "PS4='> '; set -x; echo traced",
    "set -v; echo seen",
    "set -a; EXPORTED=2",
    "set -C; echo x >/dev/null; echo y >/etc/issue",
    "set -o pipefail; false | true",
    "set -n",
    "set -- a b; echo $#",
    'echo "$undefined_variable"',
    "undefined_variable=1",
    "cd /tmp; pwd",
    "cd /; pwd",
    "pwd",
    "umask 077",
    "umask",
    "ulimit -n 50",
    "ulimit -n",
    "export EXPORTED=1",
    "env | grep '^EXPORTED='",
    "unset PATH",
    "PATH=/nonexistent",
    "unset HOME; echo $HOME",
    "IFS=o; v=foo; echo $v",
    "LC_ALL=de_DE.UTF-8; ls /nonexistent",
    "alias ls='echo aliased'\nls /",
    "alias printf='echo aliased'",
    "greet() { echo greeted; }; greet",
    "greet",
    "printf() { echo mine; }\nprintf x",
    "cat() { echo mine; }\ncat",
    "command() { echo mine; }",
    "readonly fixed=1; fixed=2",
    "unset -f greet; unset IFS",
    "trap 'echo bye' EXIT",
    "trap 'echo bye' 0; exec true",
    "trap '' INT TERM HUP PIPE",
    "trap 'echo term' TERM; kill -TERM $$",
    "exec 2>&1",
    "exec >/dev/null",
    "exec 1>&-; echo x",
    "exec 2>&-; echo x >&2",
    "exec echo replaced",
    "exec no-such-tool",
    "wait; echo $?",
    ". /dev/null; . /nonexistent; echo after",
    "local x=1; echo $x",
]

KILLING = [
    "kill -9 $$",
    "kill -TERM $$; echo survived",
    "kill -PIPE $$",
    "kill -HUP $$; echo survived",
    "trap 'exit 9' HUP; kill -HUP $$; echo no",
    "sh -c 'kill -9 $$'",
    "sh -c 'kill -SEGV $$'; echo after",
    "echo before; kill -9 $(exec sh -c 'echo $PPID')",
    "kill -9 0",
]

BACKGROUND = [
    "sleep 90 &",
    "echo before; sleep 90 & echo after",
    "sleep 90 >/dev/null 2>&1 &",
    "sleep 90 </dev/null >/dev/null 2>&1 & echo after",
    "(sleep 0.1; echo late) & echo early",
    "(sleep 0.1; echo late >&2) &",
    "sleep 0.01 & wait; echo waited",
    "sh -c 'sleep 90 & echo $0'",
    "nohup sleep 90 >/dev/null 2>&1 & echo on its own",
    "setsid sleep 90 >/dev/null 2>&1 </dev/null & echo $? apart",
    "sleep 90 | cat & echo piped",
    "echo now &>/dev/null; wait",
    "curl -s 'file:///etc/hostname?a=1&b=2'",
]

HIDDEN = [f"/usr/local/bin/{name}" for name in LEAVERS]

# They end the reading of what comes behind them.
BROKEN = [
    "echo 'open",
    'echo "open',
    "echo `open",
    "if true",
    ")",
    "echo )",
    "}",
    "done",
    "cat <<EOF\nunterminated",
    "echo a\\",
    "echo $(",
    "(((",
]


@dataclass(frozen=True)
class Asked:
    """A fact to ask.

    Attributes:
        command: its command.
        requires: a binary that it needs.
        shell: the shell that the user asked for; None for the run's own.
        own_shell: the shell that the fact says it is for.
        side_effect_free: whether it says that it leaves nothing behind.
        success: exit codes that mean success.
    """

    command: str
    requires: str | None = None
    shell: str | None = None
    own_shell: str | None = None
    side_effect_free: bool = False
    success: tuple[int, ...] | None = None


def facts(shell: str) -> st.SearchStrategy[list[Asked]]:
    """Facts that one run asks, most of them of one shell."""
    return st.lists(_fact(shell), min_size=2, max_size=7)


@st.composite
def _fact(draw: st.DrawFn, shell: str) -> Asked:
    quiet = [*PRINTING, *LOOKALIKES, *FAILING, *READING, *CHANGING]
    usual = st.lists(st.sampled_from(quiet), min_size=1, max_size=3)
    odd = st.sampled_from([*KILLING, *BACKGROUND, *HIDDEN, *BROKEN])
    pieces = draw(usual)
    strange = draw(st.integers(0, 5)) == 0
    if strange:
        # What is left in the background would be waited for.
        pieces = [piece for piece in pieces if not piece.startswith("wait")]
        pieces.insert(draw(st.integers(0, len(pieces))), draw(odd))
    # Behind an `if` of ours, what can't be read as a command alone is told of in other words.
    incomplete = any(piece in BROKEN for piece in pieces) or set(pieces) == {"# a comment"}
    requires = None if incomplete else draw(st.sampled_from([None, None, "ls", "no-such-tool"]))
    shells = [None, None, None, None, "sh", "bash", "busybox sh"]
    return Asked(
        "\n".join(pieces),
        requires,
        draw(st.sampled_from([shell, shell, shell, "sh"])),
        draw(st.sampled_from(shells)),
        not strange and draw(st.booleans()),
        draw(st.sampled_from([None, None, (0, 3)])),
    )
