#!/bin/sh
# The rest of `make package`: the list of components of the frozen program, and the wheel with its own.
set -eu
cd "$(dirname "$0")/../.."

version=$(sed -n 's/^__version__ = "\(.*\)"$/\1/p' app/tiepoint/__init__.py)
.venv/bin/python packaging/licences/sbom.py build/frozen/dist/tiepoint -o "dist/tiepoint-$version.cdx.json"
.venv/bin/python packaging/licences/sbom.py --lock requirements.txt -o "dist/tiepoint-$version-wheel.cdx.json"
packaging/wheel/build.sh
# The .deb has the version as dpkg spells it.
debian=$(.venv/bin/python packaging/linux/texts.py)
(cd dist && sha256sum "tiepoint_${debian}_amd64.deb" "tiepoint-$version"* | sort -k 2 >SHA256SUMS && cat SHA256SUMS)
