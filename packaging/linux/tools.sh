#!/bin/sh
# What building the packages and trying them in a clean system needs from this system, beside what the tests need.
# As root it is installed, else the one line to run is said. Exit status: 0 ready, 2 something is missing.
# Usage: packaging/linux/tools.sh build|try
set -eu

missing=
need() { # PROGRAM PACKAGE
    command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ] || missing="$missing $2"
}

case ${1:-build} in
    build)
        need objdump binutils
        need dpkg-deb dpkg
        need xz xz-utils
        ;;
    try)
        need debootstrap debootstrap
        need setpriv util-linux
        need ip iproute2
        need import imagemagick
        need xdotool xdotool
        need Xvfb xvfb
        ;;
    *) echo "tools: say build or try" >&2; exit 2 ;;
esac
[ -n "$missing" ] || exit 0
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "Some programs are missing. Run this line as an administrator, then try again:" >&2
    echo "    apt-get install -y --no-install-recommends$missing" >&2
    exit 2
fi
echo "Installing system packages:$missing"
apt-get update -qq
# shellcheck disable=SC2086  # the names are separate words on purpose
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
