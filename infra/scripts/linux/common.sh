# shellcheck shell=sh
# What the set-up scripts of Linux machines have in common. Read by them, never run.

CONF=/etc/tiepoint/cluster.conf

# fact NAME: what this machine was told about its cluster.
fact() {
    sed -n "s|^$1=||p" "$CONF" | head -n 1
}

say() {
    echo "tiepoint: $*"
}

# retry SECONDS COMMAND...: again and again, every 15 s, for so long. Rights and names take minutes to be known everywhere.
retry() {
    deadline=$(($(date +%s) + $1))
    shift
    until "$@"; do
        if [ "$(date +%s)" -ge "$deadline" ]; then
            say "gave up: $1" >&2
            return 1
        fi
        sleep 15
    done
}

# packages NAME...: from the system's own archives, those that are missing only.
packages() {
    missing=
    for package in "$@"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    export DEBIAN_FRONTEND=noninteractive
    retry 600 apt-get update -qq -o DPkg::Lock::Timeout=300
    # shellcheck disable=SC2086  # the names are separate words on purpose
    apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=300 $missing
}

# write PATH: from standard input, and only where it differs.
write() {
    cat >"$1.new"
    if cmp -s "$1.new" "$1"; then rm -f "$1.new"; else mv "$1.new" "$1"; fi
}

# The account under which models are made: the same numbers everywhere, as files on shared storage have them.
worker_account() {
    getent group hpcgroup >/dev/null || groupadd --gid 7007 hpcgroup
    getent passwd hpcuser >/dev/null || useradd --uid 7007 --gid 7007 --create-home --shell /usr/sbin/nologin hpcuser
    for group in video render; do
        if getent group "$group" >/dev/null; then usermod -aG "$group" hpcuser; fi
    done
}
