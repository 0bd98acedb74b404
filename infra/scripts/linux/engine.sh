# shellcheck shell=sh
# Who makes models: the open engine or Metashape. Read by setup.sh, never run.

# The scheduler's agent takes jobs and gives their tasks to the nodes, over TLS with certificates of this cluster alone; the
# panel joins it by SSH (/opt/tiepoint/connect). Where the scheduler is a Windows machine, each node works for itself.
open_engine() {
    package=$(fact package)
    if [ -z "$package" ]; then
        say "no package of Tiepoint was given (packageAddress): the engine is not installed"
        return 0
    fi
    packages python3-venv libgl1 libegl1 libxrender1
    [ -x /opt/tiepoint/venv/bin/python ] || python3 -m venv /opt/tiepoint/venv
    if [ "$(cat /opt/tiepoint/venv/.package 2>/dev/null)" != "$package" ]; then
        retry 600 /opt/tiepoint/venv/bin/pip install --quiet --disable-pip-version-check "$package"
        echo "$package" >/opt/tiepoint/venv/.package
        changed=yes
    fi
    ln -sfn /opt/tiepoint/venv/bin/tiepoint-agent /opt/tiepoint/tiepoint-agent
    if [ "$(fact role)" = scheduler ] || [ -z "$(fact scheduler)" ]; then service=tiepoint-agent; else service=tiepoint-node; fi
    if [ -n "$(fact scheduler)" ]; then certificate; fi
    systemctl enable --quiet "$service.service"
    # What it was told may have changed: it reads that when it starts. A job that ran is paused then, and goes on when resumed.
    if [ -n "$changed" ] || ! systemctl is-active --quiet "$service.service"; then systemctl restart "$service.service"; fi
}

# The key goes from the vault to its file through a pipe: it stands on no command line and in no log.
certificate() {
    if [ "$(fact role)" = scheduler ]; then name=schedulerCertificate; else name=nodeCertificate; fi
    before=$(cksum /etc/tiepoint/tls/key.pem 2>/dev/null || :)
    retry 900 sh -c "/opt/tiepoint/secret.py $name | /opt/tiepoint/certificate.py"
    [ "$before" = "$(cksum /etc/tiepoint/tls/key.pem)" ] || changed=yes
}

# What the agent, or the node, is told. Holds no secret.
agent_settings() {
    before=$(cksum /etc/tiepoint/agent.json 2>/dev/null || :)
    python3 - "$CONF" >/etc/tiepoint/agent.json.made <<'PYTHON'
import json, socket, sys

facts = dict(line.rstrip("\n").split("=", 1) for line in open(sys.argv[1]) if "=" in line)
is_metashape = facts["engine"] == "metashape"
told = {"engine": "metashape" if is_metashape else "open", "work": "/work", "run_folder": "/run/tiepoint"}
if is_metashape:
    told["metashape"] = {"host": "scheduler." + facts["zone"], "port": 5840, "root": "/work"}
elif facts["scheduler"]:
    folder = "/etc/tiepoint/tls/"
    told["scheduler"] = facts["scheduler"]
    told["tls"] = {"ca": folder + "ca.pem", "certificate": folder + "certificate.pem", "key": folder + "key.pem"}
    if facts["role"] == "scheduler":
        told["nodes"] = facts["nodes"].split()
    else:
        told["node"] = socket.gethostname().split(".")[0]
print(json.dumps(told, indent=1))
PYTHON
    write /etc/tiepoint/agent.json </etc/tiepoint/agent.json.made
    rm -f /etc/tiepoint/agent.json.made
    [ "$before" = "$(cksum /etc/tiepoint/agent.json)" ] || changed=yes
}

# Metashape from the studio's own address: it is not to be had from any archive of packages (PyPI's `metashape` is something
# else). Server without, workers with a licence. Flags are those of Metashape 2.2 and newer.
metashape_engine() {
    archive=$(fact metashape)
    if [ -z "$archive" ]; then
        say "no archive of Metashape was given (metashapeAddress): it is not installed"
        return 0
    fi
    packages curl libgl1 libglu1-mesa libegl1 libxrender1 libxkbcommon0 fonts-dejavu-core
    if [ "$(cat /opt/metashape-pro/.archive 2>/dev/null)" != "$archive" ]; then
        retry 1200 fetch "$archive" /opt/tiepoint/metashape.tar.gz
        tar -xzf /opt/tiepoint/metashape.tar.gz -C /opt
        rm -f /opt/tiepoint/metashape.tar.gz
        [ -x /opt/metashape-pro/metashape.sh ] || { say "the archive holds no metashape-pro/metashape.sh" >&2; return 1; }
        echo "$archive" >/opt/metashape-pro/.archive
    fi
    if [ "$(fact role)" = scheduler ]; then
        systemctl enable --quiet --now metashape-server.service
        return 0
    fi
    activate
    worker_settings
    systemctl enable --quiet --now metashape-worker.service
}

fetch() {
    curl -fsSL --retry 3 -o "$2.part" "$1" && mv "$2.part" "$2"
}

# The code goes from the vault to Metashape through a pipe: it stands on no command line, in no file and in no log.
activate() {
    [ ! -e /var/lib/tiepoint/activated ] || return 0
    retry 900 sh -c '/opt/tiepoint/secret.py activationCode | QT_QPA_PLATFORM=offscreen /opt/metashape-pro/metashape.sh -r /opt/tiepoint/activate.py'
    mkdir -p /var/lib/tiepoint
    touch /var/lib/tiepoint/activated
}

# One bit for each graphics card; with cards at work the processor stays out of it.
worker_settings() {
    cards=$(nvidia-smi -L 2>/dev/null | grep -c '^GPU' || :)
    write /etc/tiepoint/worker.env <<SETTINGS
SERVER=scheduler.$(fact zone):5840
GPU_MASK=$(((1 << cards) - 1))
CPU_ENABLE=$((cards == 0))
SETTINGS
}
