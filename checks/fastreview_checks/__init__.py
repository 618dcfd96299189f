"""The built-in check pack: one folder per dimension, one file per check, its page and examples in the same file."""
