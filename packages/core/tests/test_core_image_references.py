"""References to container images, taken apart and put together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyinfra.api.exceptions import OperationValueError
from pyinfra.operations.util.docker import ImageReference, parse_image_reference

DIGEST = "sha256:" + "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("image", "parts", "registry", "name"),
    [
        ("redis", ImageReference("redis", tag="latest"), None, "redis"),
        ("redis:7.2-alpine", ImageReference("redis", tag="7.2-alpine"), None, "redis"),
        ("team/app", ImageReference("app", "team", "latest"), None, "team/app"),
        ("team/sub/app:x", ImageReference("app", "team/sub", "x"), None, "team/sub/app"),
        ("quay.io/app", ImageReference("app", None, "latest", None, "quay.io"), "quay.io", "quay.io/app"),
        (
            "localhost/app",
            ImageReference("app", None, "latest", None, "localhost"),
            "localhost",
            "localhost/app",
        ),
        (
            "reg.example:8443/team/app:1",
            ImageReference("app", "team", "1", None, "reg.example", 8443),
            "reg.example:8443",
            "reg.example:8443/team/app",
        ),
        (
            "[fd00::1]:5000/app",
            ImageReference("app", None, "latest", None, "[fd00::1]", 5000),
            "[fd00::1]:5000",
            "[fd00::1]:5000/app",
        ),
        (f"redis@{DIGEST}", ImageReference("redis", digest=DIGEST), None, "redis"),
        (f"team/app:1@{DIGEST}", ImageReference("app", "team", "1", DIGEST), None, "team/app"),
        ("a__b/c-d.e_f", ImageReference("c-d.e_f", "a__b", "latest"), None, "a__b/c-d.e_f"),
    ],
)
def test_parts(image, parts, registry, name):
    found = parse_image_reference(image)
    assert found == parts
    assert (found.registry, found.name) == (registry, name)
    assert found.full_reference in {image, f"{image}:latest"}


@pytest.mark.parametrize(
    "image",
    [
        "", " ", "a b", "-x", "/a", "a/", "a//b", ":tag", "a:", "a@", "a@b", "a:b:c", "UPPER", "a:-t", "a\n", "a:t\n",
        "https://quay.io/app", "quay.io:/app", "quay.io:x/app", "quay.io:99999/app", "quay.io:0/a", "-q.io/app",
        "$(id)", "a;id", "a@sha256:12", f"a:{'t' * 129}", "caf\u00e9",
    ],
)  # fmt: skip
def test_what_is_none(image):
    with pytest.raises(OperationValueError, match="is no reference to an image"):
        parse_image_reference(image)


@given(st.from_regex(r"(?a)\A([a-z][a-z0-9]?\.io(:[1-9]\d)?/)?([a-z]{1,3}/){0,2}[a-z]{1,3}(:\w{1,4})?\Z"))
def test_what_is_put_together_is_the_same_again(image):
    found = parse_image_reference(image)
    assert parse_image_reference(found.full_reference) == found


@given(st.text())
def test_any_other_text_is_refused_or_safe_as_it_is(text):
    try:
        found = parse_image_reference(text)
    except OperationValueError:
        return
    assert found.full_reference in {text, f"{text}:latest"}
    assert not found.full_reference.startswith("-")
