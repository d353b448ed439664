"""pyinfra's published runner of cases, with which others test their plugins, runs against us as it is.

It replaces names in `pyinfra.operations.files`, `pyinfra.operations.server` and `pyinfra.api.util`, so these cases
upload files and folders that are nowhere, ask for facts by name and by arguments, and make backups.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from pyinfra_testing.facts import make_fact_tests
from pyinfra_testing.operations import make_operation_tests

# The runner leaves case files open, and warns of keys that a case does without.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore:No .* set for test:UserWarning"),
]
CASES = Path(__file__).parent / "published"

for folder in sorted(CASES.glob("facts/*")):
    globals()[f"fact {folder.name}"] = make_fact_tests("pyinfra.facts", folder.name, folder)
for folder in sorted(CASES.glob("operations/*")):
    globals()[f"operation {folder.name}"] = make_operation_tests("pyinfra.operations", folder.name, folder)
