"""What our daemons have in common: serving clients over JSON lines, refusing, and ending when nobody needs them.

Stands on protocol, domain and runtime and the standard library; must not know what a daemon does.
"""
