"""What a conda environment asks for."""

from fastreview.gather.files.packaging.declared import MANAGED, Declared, add
from fastreview.gather.files.places import Place
from fastreview.gather.files.reading import Reader
from fastreview.gather.files.requirement_text import conda_requirement, requirement


def conda(reader: Reader, place: Place, declared: Declared) -> None:
    for document in reader.yaml(place.path)[:1]:
        for member in document.get("dependencies").values:
            if member.kind == "scalar":
                found = conda_requirement(member.string(), "", place.path, member.line)
                if found is not None and found.name == "python":
                    declared.wants(found.specifier.removeprefix("=="), MANAGED)
                else:
                    add(declared, found)
            for line in member.get("pip").values:
                add(declared, requirement(line.string(), "", place.path, line.line))
