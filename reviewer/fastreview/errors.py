"""Everything fastreview raises on purpose; each message is one or two sentences that say what to do.

FastreviewError
├── UsageError               exit code 2: the call cannot be carried out as given
│   ├── UnknownCheck
│   ├── BadConfiguration
│   ├── BadRecord
│   ├── UnreadableReview
│   └── HistoryUnavailable
├── NothingToReview          exit code 3: no folder, no Python, nothing readable
└── BrokenPack               exit code 2: a check pack breaks the rules of `fastreview.check`
"""


class FastreviewError(Exception):
    """Base of all errors whose text is meant for the user."""

    exit_code = 2


class UsageError(FastreviewError):
    """The call cannot be carried out as given."""


class UnknownCheck(UsageError):
    """A code, slug, dimension or prefix that no check has."""


class BadConfiguration(UsageError):
    """``[tool.fastreview]`` cannot be used as it is."""


class BadRecord(UsageError):
    """A file of ``.fastreview`` cannot be used as it is."""


class UnreadableReview(UsageError):
    """A file that should hold a review document does not."""


class HistoryUnavailable(UsageError):
    """The store of reviews cannot be used: it is locked, foreign, newer, or out of reach. Nothing in it was changed."""


class NothingToReview(FastreviewError):
    """There is nothing to assess: never green."""

    exit_code = 3


class BrokenPack(FastreviewError):
    """A check pack breaks the rules: a missing page, a doubled code, a name unlike its file."""
