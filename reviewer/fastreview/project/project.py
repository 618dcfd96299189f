from fastreview.project.subject import Place, Subject


class Project(Subject):
    unit = "project"

    @property
    def key(self) -> str:
        return "project"

    @property
    def place(self) -> Place:
        return Place("")
