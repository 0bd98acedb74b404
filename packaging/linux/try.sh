#!/bin/sh
# `make test-package`: what `make package` left in dist, tried in a clean Debian 12, and the wheel in an empty home.
set -eu
cd "$(dirname "$0")/../.."

version=$(sed -n 's/^__version__ = "\(.*\)"$/\1/p' app/tiepoint/__init__.py)
package=dist/tiepoint_$(.venv/bin/python packaging/linux/texts.py)_amd64.deb
single_file=dist/tiepoint-$version-linux-x86_64.run
if [ ! -f "$package" ] || [ ! -f "$single_file" ]; then
    echo "test-package: there are no packages of $version in dist. Build them first: make package" >&2
    exit 2
fi
.venv/bin/python tests/packaging/linux/clean_root/run.py "$package" "$single_file"
packaging/wheel/check.sh
echo "test-package: 1 passed, 0 failed"
