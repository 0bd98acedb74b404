#!/bin/sh
# Freeze the program, then run the whole sample job from the frozen folder: its agent starts, its dask workers run the
# engine's tasks, its stage children too. Photos go up to a Blob server and come down again, a cluster lives on the Azure
# double, and another one is reached by SSH. Nothing of the source tree or of .venv is used by the frozen program.
# Usage: packaging/frozen/smoke.sh [--built]      --built takes the folder that is there
set -eu
cd "$(dirname "$0")/../.."

build=$PWD/build/frozen
home=$(mktemp -d)
stop=$PWD/.venv/bin/tiepoint-agent
trap 'TIEPOINT_HOME=$home/state "$stop" stop; TIEPOINT_HOME=$home/cold "$stop" stop; rm -rf "$home"' EXIT

[ "${1:-}" = --built ] || .venv/bin/python packaging/frozen/freeze.py

PYTHONPATH=tests .venv/bin/python packaging/frozen/inside.py "$build/dist/tiepoint/tiepoint"
echo "Inside: every module, spawned processes, libraries from the folder or the system, other names, doctor"
.venv/bin/python packaging/frozen/qt_replaced.py "$build/dist/tiepoint/tiepoint"
echo "Qt: another build put into the folder is the one that runs"

PYTHONPATH=tests .venv/bin/python packaging/frozen/transfers.py "$build/dist/tiepoint/tiepoint"
echo "Transfers: up, nothing sent twice, verified, down, receipt"
PYTHONPATH=tests .venv/bin/python packaging/frozen/clusters.py "$build/dist/tiepoint/tiepoint"
echo "Azure: plan, template, sign-in, price, preflight, deployed, paused, deleted, signed out"
PYTHONPATH=tests .venv/bin/python packaging/frozen/own_cluster.py "$build/dist/tiepoint/tiepoint"
echo "Own cluster: agent packed, added over SSH, its jobs and nodes, forgotten"

cp -R resources/sample/photos "$home/photos"
cd "$home"
# An empty environment: no Python, no activated .venv, another home.
run() {
    env -i HOME="$home" PATH=/usr/bin:/bin LANG=C.UTF-8 TIEPOINT_HOME="$home/state" "$build/dist/tiepoint/tiepoint" "$@"
}
run --version
run --child warm
warm=$(find "$home/state/cache/numba" -name '*.nbc' | wc -l)
run run photos -o out --preset draft
run view out/model.glb --screenshot out/view.png
for name in model.glb preview.png report.html result.json view.png; do
    [ -s "out/$name" ] || { echo "frozen smoke: $name is missing" >&2; exit 1; }
done
for made in '*.nbc' 'tiepoint-*.complete'; do
    find "$home/state/cache/numba" -name "$made" | grep -q . || { echo "frozen smoke: no $made in the user's cache" >&2; exit 1; }
done
[ "$(find "$home/state/cache/numba" -name '*.nbc' | wc -l)" -le $((warm + 5)) ] ||
    { echo "frozen smoke: the job compiled again what had been compiled" >&2; exit 1; }
[ ! -e "$home/.cache" ] || { echo "frozen smoke: something is kept outside the program's own folders" >&2; exit 1; }
# The window, where there is a screen: it opens on the model, shows its transfers, and ends when it is told to.
if [ -n "${DISPLAY:-}" ] && command -v xdotool >/dev/null 2>&1; then
    env -i HOME="$home" PATH=/usr/bin:/bin LANG=C.UTF-8 TIEPOINT_HOME="$home/state" DISPLAY="$DISPLAY" \
        ${XAUTHORITY:+"XAUTHORITY=$XAUTHORITY"} LIBGL_ALWAYS_SOFTWARE=1 "$build/dist/tiepoint/tiepoint" panel out/model.glb 2>panel.txt &
    panel=$!
    window=$(timeout 60 xdotool search --sync --onlyvisible --name '^Tiepoint$' | head -n 1)
    [ -n "$window" ] || { cat panel.txt >&2; exit 1; }
    sleep 15
    xdotool windowfocus --sync "$window" key ctrl+6 # the Transfers page
    sleep 5
    kill -TERM "$panel"
    wait "$panel" || { cat panel.txt >&2; echo "frozen smoke: the window ended badly" >&2; exit 1; }
    ! grep -E "ERROR|Traceback" "$home/state/log/tiepoint.log" || { echo "frozen smoke: the window complained" >&2; exit 1; }
    echo "Window: the model, the transfers, a quiet end"
    # By its other name and in another home: its first start has the engine's code compiled.
    env -i HOME="$home" PATH=/usr/bin:/bin LANG=C.UTF-8 TIEPOINT_HOME="$home/cold" DISPLAY="$DISPLAY" \
        ${XAUTHORITY:+"XAUTHORITY=$XAUTHORITY"} LIBGL_ALWAYS_SOFTWARE=1 "$build/dist/tiepoint/tiepoint-panel" 2>cold.txt &
    panel=$!
    tries=0
    until find "$home/cold/cache/numba" -name '*.nbc' 2>/dev/null | grep -q .; do
        tries=$((tries + 1))
        [ "$tries" -lt 400 ] || { cat cold.txt >&2; echo "frozen smoke: the first start compiles nothing" >&2; kill -TERM "$panel"; exit 1; }
        sleep 1
    done
    kill -TERM "$panel"
    wait "$panel" || { cat cold.txt >&2; echo "frozen smoke: the window ended badly while the engine was compiled" >&2; exit 1; }
    TIEPOINT_HOME=$home/cold "$stop" stop
    echo "First start: the engine's code is compiled in the background"
fi
echo "frozen smoke: 1 passed, 0 failed"
