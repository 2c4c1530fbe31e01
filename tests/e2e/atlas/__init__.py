"""Stories on a cluster like Atlas's; a package, so that fixtures of the scope `package` end with them."""
