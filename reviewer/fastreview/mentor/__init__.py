"""Mentored reviews: two people, a codebase and the files in its ``.fastreview`` folder that hold what they said of it.

records.py      what one file holds            folder.py      reading and writing the files
anchors.py      what a note is about           acceptance.py  signed acceptances, and what they change in scoring
snapshot.py     what a session saw             growth.py      what became of it
exercise.py     a task from the own code       document.py    what the report of a session shows
"""
