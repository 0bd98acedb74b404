#!/bin/sh
# Sets a Linux machine of a cluster up, scheduler or node; run by Azure's Run Command as root. Can be run again at any time.
set -eu
# shellcheck source=common.sh
. /opt/tiepoint/common.sh
# shellcheck source=storage.sh
. /opt/tiepoint/storage.sh
# shellcheck source=engine.sh
. /opt/tiepoint/engine.sh

# The guard knows its machine by asking Azure; here it is told what Azure cannot say.
guard() {
    mkdir -p /var/lib/tiepoint
    python3 - "$CONF" >/etc/tiepoint/guard.json.new <<'PYTHON'
import json, socket, sys

facts = dict(line.rstrip("\n").split("=", 1) for line in open(sys.argv[1]) if "=" in line)
arm = facts["arm_endpoint"].rstrip("/")
told = {
    "schema_version": 1,
    "role": facts["role"],
    "name": socket.gethostname().split(".")[0],
    "cluster": facts["cluster"],
    "blob_endpoint": facts["blob_endpoint"],
    "arm_endpoint": arm,
    "arm_audience": arm + "/",
    "storage_audience": "https://storage.azure.com/",
    "idle_minutes": int(facts["idle_minutes"]),
}
print(json.dumps(told, indent=1))
PYTHON
    mv /etc/tiepoint/guard.json.new /etc/tiepoint/guard.json
    systemctl enable --quiet --now tiepoint-guard.timer
}

say "setting up $(hostname) as $(fact role) of $(fact cluster)"
systemctl daemon-reload
worker_account
systemd-tmpfiles --create /etc/tmpfiles.d/tiepoint.conf
guard
work_storage
changed=
agent_settings
case $(fact engine) in
    metashape) metashape_engine ;;
    *) open_engine ;;
esac
say "ready"
