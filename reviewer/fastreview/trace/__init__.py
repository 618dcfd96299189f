"""One request from end to end: what runs for it, in which order, where, and on which thread."""

from fastreview.trace.framework import installed_framework
from fastreview.trace.request import important, trace_of

__all__ = ["important", "installed_framework", "trace_of"]
