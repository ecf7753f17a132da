"""All tests; a package of its own name, since others install a top-level ``tests`` as well."""
