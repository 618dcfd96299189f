"""Entry point, run by path in the project's interpreter: ``python -B -s suite.py REQUEST``.

REQUEST is a JSON file, see `suite_run.main`. What was seen goes to the file that the request names.
"""

import sys

# A program run by path has its own folder first on the module path, where its files would stand in for the project's.
HERE = sys.path.pop(0)


def start():
    # type: () -> None
    """Load the other files of this folder as a package of a private name, then hand over."""
    import importlib
    import types

    package = types.ModuleType("_fastreview_probe")
    package.__path__ = [HERE]
    sys.modules[package.__name__] = package
    importlib.import_module(package.__name__ + ".suite_run").main(sys.argv[1])


if __name__ == "__main__":
    start()
