"""Brings in what waits for the user's own store; started by a review that found many waiting."""

import contextlib

from fastreview.errors import FastreviewError
from fastreview.store.keeping import Store
from fastreview.store.place import place

if __name__ == "__main__" and (own := place()) is not None:
    with contextlib.suppress(FastreviewError):
        Store(own, lambda _: None).close()
