"""What a wheel puts into a user's environment."""

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_a_wheel_brings_three_packages_and_nothing_else(tmp_path: Path) -> None:
    # Top-level packages called "checks" or "reports" would overwrite the user's own.
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        metadata = archive.read(next(n for n in names if n.endswith("METADATA"))).decode()
        entry_points = archive.read(next(n for n in names if n.endswith("entry_points.txt"))).decode()
    packages = {name.split("/")[0] for name in names if not name.split("/")[0].endswith(".dist-info")}
    assert packages == {"fastreview", "fastreview_checks", "fastreview_reports"}
    assert {"fastreview_checks/thresholds.toml", "fastreview/py.typed"} <= set(names)
    assert any(n.startswith("fastreview_reports/templates/") for n in names)
    assert "Requires-Python: >=3.11" in metadata
    assert "fastreview = fastreview.cli:main" in entry_points
