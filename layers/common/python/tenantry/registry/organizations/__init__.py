"""Documents of the master collection `organizations`.

An organization is `active`, or carries an `intent`: a creation, rename or deletion that was decided, that
whoever meets it completes, and that reserves every slug it touches through the unique index on `slugs`.
Beside it, it notes a move of its documents (`moving`) and changes of their indexes (`index_changes`).
"""
