"""Blob storage over HTTP: one blocking connection per thread, credentials, errors in sentences, pace and stop.

Must not know transfers, journals or files: it moves bytes it is given and says what the server said. Its objects belong
to the thread that made them unless they say otherwise.
"""
