"""The kinds of mail: a module for each, with what it says."""
