"""The bounds, and the bench's package."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.append(str(ROOT))


@pytest.fixture(scope="session")
def bounds() -> dict[str, Any]:
    return yaml.safe_load((Path(__file__).parent / "bounds.yaml").read_text())
