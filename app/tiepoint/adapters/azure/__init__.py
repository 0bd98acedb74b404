"""Azure, by its own libraries: the only package that imports them. Blocking calls run in threads of their own."""
