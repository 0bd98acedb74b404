#!/bin/sh
# Install the built wheel with pipx in an empty home and use it: command line, doctor, the sample capture, the panel's window.
# Takes minutes: pip gets the locked libraries from the network. Leaves nothing behind but pictures in build/wheel-check.
# Usage: packaging/wheel/check.sh [WHEEL]   (without one, dist/ must hold one: packaging/wheel/build.sh)
# Exit status: 0 the installed program does it all, 1 something does not (said on stderr).
set -eu
cd "$(dirname "$0")/../.."
repository=$PWD
wheel=$(ls "${1:-}" 2>/dev/null || ls dist/tiepoint-*.whl)
home=$(mktemp -d)
pictures=$repository/build/wheel-check
say() { echo "wheel: $*"; }
fail() { say "$*" >&2; exit 1; }
panel=
clean_up() {
    [ -z "$panel" ] || kill "$panel" 2>/dev/null || :
    [ ! -x "$home/bin/tiepoint-agent" ] || "$home/bin/tiepoint-agent" stop >/dev/null 2>&1 || :
    rm -rf "$home"
}
trap clean_up EXIT
trap 'exit 130' INT TERM
rm -rf "$pictures"
mkdir -p "$pictures"

# Nothing of this account is seen but pip's settings and cache, so that the index and the certificates are the usual ones.
cache=$(.venv/bin/python -m pip cache dir 2>/dev/null || :)
settings=$(.venv/bin/python -m pip config debug 2>/dev/null | sed -n "s/^  \(.*\), exists: True$/\1/p" | tail -n 1)
[ -z "$cache" ] || export PIP_CACHE_DIR="$cache"
[ -z "$settings" ] || [ -n "${PIP_CONFIG_FILE:-}" ] || export PIP_CONFIG_FILE="$settings"
export HOME="$home" PIPX_HOME="$home/pipx" PIPX_BIN_DIR="$home/bin" PIPX_MAN_DIR="$home/man" TIEPOINT_HOME="$home/tiepoint"
export XDG_CONFIG_HOME="$home/config" XDG_DATA_HOME="$home/data" XDG_CACHE_HOME="$home/cache"
unset PYTHONPATH VIRTUAL_ENV

# The same versions as everywhere else. A constraint cannot carry hashes for a wheel of our own beside it.
sed -nE 's/^([a-z0-9][a-z0-9._-]*==[^\\]*[^\\ ]) *\\?$/\1/p' requirements.txt >"$home/constraints.txt"

say "installing with pipx (minutes the first time)"
"$repository/.venv/bin/python" -m pipx install --python "$repository/.venv/bin/python" \
    --pip-args="--constraint $home/constraints.txt --disable-pip-version-check" "$wheel" >"$home/said" 2>&1 ||
    { cat "$home/said" >&2; fail "pipx could not install it"; }
cd "$home"
version=$("$home/bin/tiepoint" --version)
[ "$version" = "tiepoint $(sed -nE 's/^__version__.*"(.*)"/\1/p' "$repository/app/tiepoint/__init__.py")" ] || fail "says $version"
say "$version is installed"
"$home/bin/tiepoint-agent" version >/dev/null || fail "tiepoint-agent does not start"
"$home/bin/tiepoint" doctor >"$home/doctor" 2>&1 || say "doctor has something to say: $(tail -n 3 "$home/doctor" | tr '\n' ' ')"
say "reconstructing the sample capture"
sample=$("$home/pipx/venvs/tiepoint/bin/python" -c 'import tiepoint.resources as r; print(r.entry("sample/photos"))')
case $sample in "$home"/*) ;; *) fail "the sample is not the installed one: $sample" ;; esac
"$home/bin/tiepoint" run "$sample" -o "$home/out" --preset draft >"$home/run" 2>&1 || { tail -n 20 "$home/run" >&2; fail "the sample failed"; }
[ -n "$(find "$home/out" -name '*.glb' -size +10k)" ] || fail "no model came out of the sample"
say "opening the panel"
"$repository/packaging/wheel/picture.sh" "$home/bin/tiepoint-panel" "$pictures/panel.png" || fail "the panel shows nothing"
say "the panel's picture is $pictures/panel.png"
