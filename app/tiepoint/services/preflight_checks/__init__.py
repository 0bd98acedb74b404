"""What is checked before any money is spent: one small file for each check, in the order in which they are shown.

A check says what it found; it raises when it could not look, and that is told as unknown. None but the template's
knows of others, so that one trouble is not told twice.
"""
