#!/bin/sh
# As Agisoft's own launcher: a shell around the program, which stays there while it runs.
"${AGISOFT_PYTHON:-python3}" "$(dirname "$0")/launcher.py" "$@"
