"""A project to build next: a serious service in a field of its own, chosen for what a codebase does not prove yet."""

from fastreview.spec.document import Spec, encode
from fastreview.spec.domain import names
from fastreview.spec.scaffold import skeleton
from fastreview.spec.writing import project_spec

__all__ = ["Spec", "encode", "names", "project_spec", "skeleton"]
