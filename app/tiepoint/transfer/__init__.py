"""The transfer worker: a daemon of the user that alone touches the bytes of photos and products on their way.

Must not be imported by anything above it: it is reached through its private endpoint.
"""
