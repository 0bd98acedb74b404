"""Reading model files into arrays, and simplifying them. Worker threads only; no Qt widgets, no drawing.

Every reader names the file and the reason in an InputError when it cannot be read, and never prints.
"""
