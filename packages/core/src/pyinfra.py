"""What Python finds in place of `pyinfra/` where pip has removed core's files.

`pip install -U pyinfra` over pyinfra 3.10 or older installs pyinfra-core first and removes the old version's files
after, which have the same paths. Python prefers the folder beside this file as long as it is whole.
"""

from importlib.metadata import version

_VERSION = version("pyinfra-core")

raise ImportError(
    f"pyinfra {_VERSION} is not whole: pip has removed files of it together with the older pyinfra that was upgraded. "
    f"To repair it: pip install --force-reinstall --no-deps pyinfra-core=={_VERSION} pyinfra-cli=={_VERSION}"
)
