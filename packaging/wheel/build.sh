#!/bin/sh
# Build the wheel into dist/ and look at what is in it. Needs the environment in .venv, no network.
# Usage: packaging/wheel/build.sh
set -eu
cd "$(dirname "$0")/../.."
rm -rf build/wheel
.venv/bin/python -m hatchling build -t wheel -d build/wheel >/dev/null
.venv/bin/python packaging/wheel/contents.py build/wheel/tiepoint-*.whl
mkdir -p dist
rm -f dist/tiepoint-*.whl
mv build/wheel/tiepoint-*.whl dist/
rmdir build/wheel
ls dist/tiepoint-*.whl
