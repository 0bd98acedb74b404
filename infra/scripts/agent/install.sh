#!/bin/sh
# Puts Tiepoint's agent on a scheduler on Linux, or a newer one; run by the panel over SSH as root. Can be run again at any
# time. A running job is not touched: the service starts anew once the agent is idle.
# Arguments: 1 the agent as one file, empty where the open engine's package brings it; 2 address of that package.
set -eu
package=$1
address=$2
root=${DESTDIR:-}
place=$root/opt/tiepoint

say() { echo "tiepoint: $*"; }

# What this script wrote is renewed as long as nobody has changed it; the checksums of what it wrote are kept for that.
# A file that somebody changed stays, and the new one lies beside it. Files of a deployment are renewed by the deployment.
written=$place/.written
# The unit as the first versions wrote it, which kept no checksums.
earlier="2247228027 493 /etc/systemd/system/tiepoint-agent.service"

renew() {
    file=$root$1
    cat >"$file.new"
    chmod "$2" "$file.new"
    sum="$(cksum <"$file.new") $1"
    if [ ! -e "$file" ] || cmp -s "$file.new" "$file" || is_ours "$1"; then
        mv -f "$file.new" "$file"
        { grep -v " $1\$" "$written" 2>/dev/null || :; echo "$sum"; } >"$written.new"
        mv -f "$written.new" "$written"
    elif [ -e "$root/etc/tiepoint/cluster.conf" ]; then
        rm -f "$file.new"
    else
        say "kept $1"
    fi
}

is_ours() {
    now="$(cksum <"$root$1") $1"
    [ "$now" = "$earlier" ] || grep -qxF -e "$now" "$written" 2>/dev/null
}

account() {
    [ -z "$root" ] || return 0
    getent group hpcgroup >/dev/null || groupadd --system hpcgroup
    getent passwd hpcuser >/dev/null || useradd --system --gid hpcgroup --home-dir /var/lib/tiepoint-agent --shell /usr/sbin/nologin hpcuser
}

agent_file() {
    mkdir -p "$place"
    [ "$(head -c 2 "$package")" = "#!" ] || { say "$package is no agent" >&2; exit 1; }
    cp "$package" "$place/tiepoint-agent.new"
    chmod 755 "$place/tiepoint-agent.new"
    "$place/tiepoint-agent.new" version >/dev/null
    mv "$place/tiepoint-agent.new" "$place/tiepoint-agent"
    rm -f "$package"
}

engine_package() {
    "$place/venv/bin/python" -m pip install --quiet --disable-pip-version-check --upgrade "$address"
    echo "$address" >"$place/venv/.package"
}

connect_command() {
    renew /opt/tiepoint/connect 755 <<'CONNECT'
#!/bin/sh
# Joins an SSH session of the panel to the agent: what comes goes to it, what it says comes back. No port is opened.
set -eu
for agent in /opt/tiepoint/venv/bin/tiepoint-agent /opt/tiepoint/tiepoint-agent; do
    if [ -x "$agent" ]; then
        cd /
        exec sudo -n -u hpcuser env TIEPOINT_HOME=/var/lib/tiepoint-agent TIEPOINT_AGENT_CONFIG=/etc/tiepoint/agent.json "$agent" connect
    fi
done
echo "Tiepoint's agent is not installed on $(hostname)." >&2
exit 127
CONNECT
}

settings() {
    mkdir -p "$root/etc/tiepoint"
    engine=open
    if [ -x "$root/opt/metashape-pro/metashape.sh" ]; then engine=metashape; fi
    renew /etc/tiepoint/agent.json 644 <<SETTINGS
{"engine": "$engine", "work": "/work"}
SETTINGS
}

# Whoever installs the agent may join it, and do nothing else as its account: the commands stand here to the letter,
# because a wildcard would also stand for another program.
right() {
    who=${SUDO_USER:-root}
    [ "$who" != root ] || return 0
    mkdir -p "$root/etc/sudoers.d"
    file=$root/etc/sudoers.d/tiepoint-agent
    name=$(printf '%s' "$who" | sed 's/[@!=:,() \\]/\\&/g')
    begin='/usr/bin/env TIEPOINT_HOME\=/var/lib/tiepoint-agent TIEPOINT_AGENT_CONFIG\=/etc/tiepoint/agent.json'
    line="$name ALL=(hpcuser) NOPASSWD: $begin /opt/tiepoint/venv/bin/tiepoint-agent connect, $begin /opt/tiepoint/tiepoint-agent connect"
    if grep -qxF -e "$line" "$file" 2>/dev/null; then return 0; fi
    { cat "$file" 2>/dev/null || :; printf '%s\n' "$line"; } >"$file.new"
    chmod 440 "$file.new"
    # One line that sudo cannot read may shut everybody out of it.
    if command -v visudo >/dev/null && ! visudo -cqf "$file.new"; then
        rm -f "$file.new"
        say "sudo does not take the right for $who" >&2
        exit 1
    fi
    mv -f "$file.new" "$file"
}

service() {
    mkdir -p "$root/etc/systemd/system"
    renew /etc/systemd/system/tiepoint-agent.service 644 <<'UNIT'
[Unit]
Description=Tiepoint's agent: takes jobs and gives them to the nodes
Wants=network-online.target
After=network-online.target

[Service]
User=hpcuser
Group=hpcgroup
Environment=TIEPOINT_HOME=/var/lib/tiepoint-agent
Environment=TIEPOINT_AGENT_CONFIG=/etc/tiepoint/agent.json
ExecStart=/opt/tiepoint/tiepoint-agent run --idle-s 0
ExecStop=/opt/tiepoint/tiepoint-agent stop
StateDirectory=tiepoint-agent
StateDirectoryMode=0700
Restart=always
RestartSec=2
NoNewPrivileges=yes

[Install]
WantedBy=multi-user.target
UNIT
}

# `stop idle` lets the agent end once its jobs are over; systemd starts the new one then.
start() {
    if [ -n "$root" ]; then return 0; fi
    command -v systemctl >/dev/null || { say "there is no systemd: start the agent by hand" >&2; exit 1; }
    systemctl daemon-reload
    systemctl enable --quiet tiepoint-agent.service
    if ! systemctl is-active --quiet tiepoint-agent.service; then
        systemctl restart tiepoint-agent.service
        return 0
    fi
    for agent in /opt/tiepoint/venv/bin/tiepoint-agent /opt/tiepoint/tiepoint-agent; do
        [ -x "$agent" ] || continue
        sudo -n -u hpcuser env TIEPOINT_HOME=/var/lib/tiepoint-agent TIEPOINT_AGENT_CONFIG=/etc/tiepoint/agent.json "$agent" stop idle
        return 0
    done
}

account
if [ -n "$package" ]; then agent_file; else engine_package; fi
connect_command
settings
right
service
start
say "installed"
