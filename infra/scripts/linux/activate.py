"""Activates Metashape with the code on standard input. Run inside Metashape: `metashape.sh -r activate.py`."""

import sys

import Metashape

if Metashape.app.activated:
    sys.stdout.write("tiepoint: Metashape is activated already\n")
else:
    Metashape.license.activate(sys.stdin.readline().strip())
    sys.stdout.write("tiepoint: Metashape has been activated\n")
