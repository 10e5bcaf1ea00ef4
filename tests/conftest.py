"""Tests are hermetic: the same numbers on every machine, nothing read from or written to the user's home."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import Phase, settings

from tests.trained import Trained, train_small

ROOT = Path(__file__).parents[1]

settings.register_profile("gate", max_examples=25, derandomize=True, deadline=None)
settings.register_profile(
    "draft", max_examples=25, deadline=None, phases=[Phase.explicit, Phase.generate]
)  # no shrinking
settings.register_profile("nightly", max_examples=2000, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "gate"))


_NOT_INHERITED = (
    "IPYTHONDIR",
    "JUPYTER_CONFIG_DIR",
    "JUPYTER_DATA_DIR",
    "JUPYTER_PATH",
    "MLFLOW_REGISTRY_URI",
    "MLFLOW_TRACKING_URI",
    "PYTHONDONTWRITEBYTECODE",  # child processes would compile every library anew
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
)


def pytest_configure(config: pytest.Config) -> None:
    """Set the environment before any library is imported; child processes inherit it."""
    home = tempfile.TemporaryDirectory(prefix="paybench-tests-", ignore_cleanup_errors=True)
    config.add_cleanup(home.cleanup)
    for name in _NOT_INHERITED:
        os.environ.pop(name, None)
    os.environ |= {
        "HOME": home.name,
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MPLBACKEND": "Agg",
        "MPLCONFIGDIR": str(ROOT / ".pytest_cache" / "matplotlib"),  # its list of fonts takes seconds to make
        "TZ": "UTC",
    }
    if "PYTEST_XDIST_WORKER" in os.environ:
        os.environ["OMP_NUM_THREADS"] = "1"  # the workers share the cores already


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """A small ledger and the store of one training on it, in which the forest was promoted; not to be written to."""
    return train_small(tmp_path_factory.mktemp("trained"))
