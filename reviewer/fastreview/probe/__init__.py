"""Files that run inside the project's interpreter: standard library only, Python 3.8 grammar, nothing of ours."""
