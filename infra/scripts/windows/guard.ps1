# The guard of a Windows scheduler; it comes with the next change.
