"""What fastreview says of the samples, reviewed by hand. `python tests/end_to_end/expected.py` writes it anew: read the diff."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from fastreview.review import Review, decode

ROOT = Path(__file__).parents[2]
SAMPLES = ("junior", "intermediate", "senior")
WAYS = {"static": ("--static",), "imported": ("--env", sys.executable)}
MEASURED = ("--env", sys.executable, "--run-tests", "--type-check")


def reviewed(sample: str, way: str, folder: Path) -> Review:
    """A review of one sample by the command line; ``way`` is a key of `WAYS`, or "measured": tests and types too."""
    output = folder / f"{sample}-{way}.json"
    command = [
        sys.executable,
        "-m",
        "fastreview",
        str(ROOT / "samples" / sample),
        "-q",
        "-o",
        str(output),
        *(WAYS | {"measured": MEASURED})[way],
    ]
    run = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    if run.returncode:
        raise RuntimeError(run.stderr)
    return decode(output.read_bytes())


def summary(review: Review) -> dict[str, object]:
    """Level, dimensions, findings and strengths by check: what a reader of the report would hold against the code."""
    findings: dict[str, list[str]] = {}
    for finding in review.findings:
        doubt = "" if finding.confidence != "possible" else " (possible)"
        findings.setdefault(finding.check, []).append(f"{finding.path}:{finding.line}{doubt}")
    return {
        "level": f"{review.level.proven}..{review.level.possible}",
        "capped_by": list(review.level.capped_by),
        "routes": len(review.routes),
        "dimensions": {d.name: f"{d.proven}..{d.possible}" for d in review.dimensions},
        "findings": dict(sorted(findings.items())),
        "strengths": sorted({strength.check for strength in review.strengths}),
        "unknown": sorted(o.check for o in review.outcomes if o.state == "unknown"),
        "crashed": sorted(o.check for o in review.outcomes if o.state == "crashed"),
    }


def path_of(sample: str, way: str) -> Path:
    return Path(__file__).parent / "expected" / f"{sample}-{way}.json"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for sample in SAMPLES:
            for way in WAYS:
                text = json.dumps(summary(reviewed(sample, way, Path(folder))), indent=1) + "\n"
                path_of(sample, way).parent.mkdir(exist_ok=True)
                path_of(sample, way).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
