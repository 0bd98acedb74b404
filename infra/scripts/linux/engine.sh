# shellcheck shell=sh
# Who makes models: the open engine or Metashape. Read by setup.sh, never run.

# The open engine's agent makes models on the machine it runs on, and the panel joins it by SSH (`tiepoint-agent
# connect`). It does not yet spread one job over several machines: scheduler and nodes each have an agent of their own.
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
    fi
    systemctl enable --quiet --now tiepoint-agent.service
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
