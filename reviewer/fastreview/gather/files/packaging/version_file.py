"""The Python version that a checkout or a platform is told to use: .python-version, runtime.txt."""

import re

from fastreview.gather.files.packaging.declared import CHOSEN, Declared
from fastreview.gather.files.places import Place
from fastreview.gather.files.reading import Reader


def version_file(reader: Reader, place: Place, declared: Declared) -> None:
    for line in (reader.text(place.path) or "").split("\n"):
        found = re.fullmatch(r"(?:python-|cpython[-@]?)?(\d+(?:\.\d+)+)[a-z0-9+-]*", line.strip())
        if found:
            declared.wants(found[1], CHOSEN)
            return
