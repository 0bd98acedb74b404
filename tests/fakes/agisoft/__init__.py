"""A stand-in for Agisoft's network processing: server, workers and Python module, in three generations.

A: PhotoScan 1.4 to Metashape 1.5, B: Metashape 1.6 to 2.1, C: Metashape 2.2 and 2.3. It moves no pixel; what it tells,
in which words and in which order, is what our back end is tested against. Standard library only, because its processes
start often.
"""
