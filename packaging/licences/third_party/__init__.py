"""What others' work the frozen program carries, under which licences, with their texts. Run by collect.py and sbom.py.

Standard library only, so that it runs in the environment that freezes, on Linux, Windows and macOS.
"""
