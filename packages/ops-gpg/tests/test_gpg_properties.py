import re
import subprocess

from hypothesis import given, settings
from hypothesis import strategies as st
from pyinfra.facts.gpg import GpgKey, GpgKeyrings
from pyinfra.facts.gpg._quoting import double_quoted, double_quoted_path
from pyinfra.operations.gpg._keyids import has_key, is_key

TEXT = st.text(st.characters(blacklist_characters="\0", blacklist_categories=["Cs"]), min_size=1)
FINGERPRINT = st.from_regex(r"[0-9A-F]{40}", fullmatch=True)


@settings(max_examples=50, deadline=None)
@given(TEXT)
def test_a_double_quoted_word_is_the_value(value):
    for shell in ("dash", "bash"):
        done = subprocess.run(
            [shell, "-c", f"printf %s {double_quoted(value)}"], capture_output=True, check=True
        )
        assert done.stdout == value.encode()


@given(TEXT)
def test_a_path_is_never_an_option(value):
    assert not double_quoted_path(value).startswith('"-')


@given(st.lists(st.text()))
def test_any_output_is_read(lines):
    GpgKey().process(lines)
    GpgKeyrings().process(lines)


# The few ends make keys of one ID, which differ in the rest of their fingerprints alone.
CLASHING = st.from_regex(r"[0-9A-F]{24}(0{16}|A{16})", fullmatch=True)


@given(st.dictionaries(FINGERPRINT | CLASHING, st.integers(1, 20000), max_size=4))
def test_keys_are_read_back(lengths):
    lines = [
        line
        for fingerprint, length in lengths.items()
        for line in (f"pub:-:{length}:1:{fingerprint[-16:]}:1::", f"fpr:::::::::{fingerprint}:")
    ]
    found = GpgKey().process(lines)
    assert {key["fingerprint"]: key["length"] for key in found.values()} == lengths


@given(FINGERPRINT, st.sampled_from([8, 16, 40]), st.booleans())
def test_a_key_is_known_by_each_of_its_ids(fingerprint, length, prefixed):
    wanted = ("0x" if prefixed else "") + fingerprint[-length:].lower()
    assert is_key(wanted, fingerprint[-16:], {"fingerprint": fingerprint})
    assert is_key(wanted, fingerprint[-16:], {})
    assert has_key(wanted, {"AAAA": {"subkeys": {fingerprint[-16:]: {"fingerprint": fingerprint}}}})


@given(FINGERPRINT, FINGERPRINT)
def test_another_fingerprint_is_another_key(one, two):
    if one != two:
        assert not is_key(one, two[-16:], {"fingerprint": two})


@given(FINGERPRINT, st.integers(1, 7))
def test_the_end_of_an_id_is_the_id_of_no_key(fingerprint, length):
    assert not is_key(fingerprint[-length:], fingerprint[-16:], {"fingerprint": fingerprint})


def test_the_marker_of_a_keyring_is_not_a_record():
    assert not re.match(r"(pub|sub|fpr|uid):", "KEYRING:/a")
