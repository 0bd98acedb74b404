"""What the services need from the outside, one `typing.Protocol` a file.

Each docstring states errors, cancel safety and idempotence. Must not hold implementations.
"""
