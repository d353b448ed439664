"""Jinja2 templates, and errors that say where in them they are."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from traceback import walk_tb
from typing import IO, Any

import jinja2
from pyinfra import state
from pyinfra.api import OperationError
from pyinfra.api.exceptions import PyinfraError
from pyinfra.api.hiddenvalue import MASK
from pyinfra.api.util import get_file_io

from ._arguments import reveal
from ._local import LocalFileError, is_io, local_os

_IN_MEMORY = "<template>"


def render(
    source: str | IO[Any], shown: str, data: Mapping[str, Any], jinja_env_kwargs: Mapping[str, Any] | None
) -> str:
    """Render a template.

    Args:
        source: the template's local path, or an IO.
        shown: what errors call it.
        data: the names that it may use.
        jinja_env_kwargs: arguments for `jinja2.Environment`, over ours.

    Returns:
        The text, with the newlines that the template has.

    Raises:
        LocalFileError: the template can't be read.
        OperationError: the template is wrong, or what it asks for fails; the message gives its file and line.
    """
    text = _read(source, shown)
    filename = _IN_MEMORY if is_io(source) else str(source)
    settings: dict[str, Any] = {
        "undefined": jinja2.StrictUndefined,
        "keep_trailing_newline": True,
        "newline_sequence": "\r\n" if "\r\n" in text else "\n",
        "finalize": reveal,
        "loader": jinja2.FileSystemLoader(_folders(filename)),
    }
    try:
        environment = jinja2.Environment(**{**settings, **(jinja_env_kwargs or {})})  # noqa: S701 - no HTML
        code = environment.compile(text, name=shown, filename=filename)
        template = jinja2.Template.from_code(environment, code, environment.make_globals(None))
        rendered = template.render(**{name: reveal(value) for name, value in data.items()})
    except PyinfraError:
        raise
    except Exception as error:
        raise OperationError(_explain(error, text, filename, shown)) from error
    if MASK in rendered and MASK not in text:
        raise OperationError(
            f"{shown} writes {MASK} where a HiddenValue is made a part of another text: give it value.unmask()"
        )
    return rendered


def _read(source: str | IO[Any], shown: str) -> str:
    try:
        with get_file_io(source) as opened:
            text = opened.read()
        return text if isinstance(text, str) else text.decode("utf-8")
    except FileNotFoundError as error:
        raise LocalFileError(f"No such file: {source}") from error
    except UnicodeDecodeError as error:
        raise OperationError(f"{shown} is no template: it is not UTF-8 text") from error
    except OSError as error:
        raise LocalFileError(f"{source} can't be read: {error.strerror}") from error


def _folders(filename: str) -> list[str]:
    folders = [] if filename == _IN_MEMORY else [local_os().path.dirname(filename) or "."]
    return [*folders, state.cwd or "."]


def _explain(error: Exception, text: str, filename: str, shown: str) -> str:
    """Word an error in a template: file, line, what is wrong, and the line itself."""
    place, number = _place(error, filename)
    said = error.message if isinstance(error, jinja2.TemplateError) and error.message else str(error)
    if not isinstance(error, jinja2.TemplateError):
        said = f"{type(error).__name__}: {said}"
    if number is None:
        return f"{shown}: {said}"
    if place != filename:
        return f"{_shown_include(place, filename, shown)}:{number}: {said}"
    lines = text.splitlines()
    line = lines[number - 1].strip() if 0 < number <= len(lines) else ""
    return f"{shown}:{number}: {said}" + (f"\n    {line}" if line else "")


def _place(error: Exception, filename: str) -> tuple[str, int | None]:
    """Give the file and line of the innermost template that an error came from."""
    if isinstance(error, jinja2.TemplateSyntaxError):
        return error.filename or filename, error.lineno
    found: tuple[str, int | None] = (filename, None)
    for frame, number in walk_tb(error.__traceback__):
        # Jinja2 puts frames in place of its own, whose globals hold nothing but the template's file.
        if frame.f_globals.get("__name__") == frame.f_globals.get("__file__") == frame.f_code.co_filename:
            found = (frame.f_code.co_filename, number)
    return found


def _shown_include(place: str, filename: str, shown: str) -> str:
    """Give an included file's path relative to what the template's was given as."""
    folder, shown_folder = posixpath.dirname(filename), posixpath.dirname(shown)
    if folder and place.startswith(f"{folder}/"):
        return posixpath.join(shown_folder, place[len(folder) + 1 :])
    return place
