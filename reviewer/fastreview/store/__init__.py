"""Every review, kept: in an embedded SQLite database per user, or in any PostgreSQL by its address.

A review is first put into a folder of waiting files, whole or not at all, which costs milliseconds. Whoever reads the store
brings them in first (`fastreview.store.keeping`); SQLAlchemy is imported only then. A file is removed when its review is
committed, so a process that dies at any moment loses nothing and leaves nothing half-written.
"""

from fastreview.store.place import Place, place
from fastreview.store.record import Record, Summary, record, ruler, summary
from fastreview.store.waiting import put

__all__ = ["Place", "Record", "Summary", "place", "put", "record", "ruler", "summary"]
