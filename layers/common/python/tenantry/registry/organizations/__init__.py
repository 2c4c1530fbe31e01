"""Documents of the master collection `organizations`.

An organization is `active`, or carries an `intent`: a creation, rename or deletion that was decided and that
whoever meets it completes. Every slug that an intent touches is reserved by the unique index on `slugs`. A
document also notes a move of the organization's data (`moving`) and changes of its indexes (`index_changes`).
"""
