#!/bin/sh
# Start a panel on a virtual screen of its own and take a picture of the screen once its window has drawn.
# Usage: packaging/wheel/picture.sh PANEL PICTURE
# Exit status: 0 there is a picture and it is not blank, 1 not.
set -eu
cd "$(dirname "$0")/../.."
# shellcheck disable=SC2016  # expanded by the inner shell
exec xvfb-run -a -s "-screen 0 1600x1000x24 +extension GLX +render -noreset" sh -c '
    "$1" & panel=$!
    trap "kill $panel 2>/dev/null; wait $panel 2>/dev/null || :" EXIT
    "$3" packaging/wheel/picture.py "$2" "$panel"
' picture "$1" "$2" "$PWD/.venv/bin/python"
