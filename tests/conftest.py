"""What all tests share: how hard hypothesis tries, and which tests this machine can run."""

import os
import shutil

import pytest
from hypothesis import HealthCheck, settings

IN_CI = os.environ.get("CI") == "true"
SYSTEM_PROGRAMS = ("soffice", "pdftoppm")

settings.register_profile("default", deadline=None, max_examples=60, derandomize=IN_CI, print_blob=True)
settings.register_profile(
    "soak", deadline=None, max_examples=5000, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a `system` test where its programs are missing, but never in CI: there it fails."""
    if item.get_closest_marker("system") is None:
        return
    missing = [program for program in SYSTEM_PROGRAMS if shutil.which(program) is None]
    if missing:
        reason = f"not on this machine: {', '.join(missing)} (tests/system.sh installs them)"
        if IN_CI:
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
