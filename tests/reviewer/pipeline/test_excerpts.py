"""Excerpts: what is shown around a finding, and what never is."""

from pathlib import Path

from fastreview.gather.facts import gather_static
from fastreview.pipeline import assess
from fastreview.review import encode

APP = """\
from fastapi import FastAPI

app = FastAPI()

SECRET_KEY = "q8Zr1vX0pL6tYw3N9bK2"


@app.get("/now")
def now(password="not-to-be-seen-1"):
    import time; time.sleep(1)
"""


def test_no_report_repeats_a_secret(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(APP, "utf-8")
    (tmp_path / "Dockerfile").write_text(
        "FROM python\nENV API_TOKEN=9f8e7d6c5b4a39281706\nCMD uvicorn main:app\n", "utf-8"
    )
    review = assess(gather_static(tmp_path), tmp_path).review
    (secret,) = (f for f in review.findings if f.check == "SEC007" and (f.path, f.line) == ("main.py", 5))
    assert secret.excerpt is not None
    assert 'SECRET_KEY = "…"' in secret.excerpt.lines
    text = encode(review).decode()
    assert "q8Zr1vX0pL6tYw3N9bK2" not in text
    assert "9f8e7d6c5b4a39281706" not in text


def test_blank_lines_at_the_ends_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(APP, "utf-8")
    review = assess(gather_static(tmp_path), tmp_path).review
    for finding in review.findings:
        if finding.excerpt:
            assert finding.excerpt.lines[0].strip()
            assert finding.excerpt.lines[-1].strip()
