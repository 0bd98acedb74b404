#!/bin/sh
# `make test-package`: what `make package` left in dist, tried in a clean Debian 12, and the wheel in an empty home.
set -eu
cd "$(dirname "$0")/../.."

version=$(sed -n 's/^__version__ = "\(.*\)"$/\1/p' app/tiepoint/__init__.py)
package=$(find dist -maxdepth 1 -name "tiepoint_*_amd64.deb" | sort | tail -n 1)
single_file=dist/tiepoint-$version-linux-x86_64.run
if [ -z "$package" ] || [ ! -f "$single_file" ]; then
    echo "test-package: there are no packages in dist. Build them first: make package" >&2
    exit 2
fi
.venv/bin/python tests/packaging/linux/clean_root/run.py "$package" "$single_file"
packaging/wheel/check.sh
echo "test-package: 1 passed, 0 failed"
