# shellcheck shell=sh
# The working storage at /work, whatever it is. Read by setup.sh, never run.

WORK=/work

# work_storage: mount what the plan asks for and make the folder of projects.
work_storage() {
    mkdir -p "$WORK"
    case $(fact storage) in
        lustre)
            lustre_client
            mounted lustre "lustre.$(fact zone)@tcp:/lustrefs" noatime,flock,_netdev
            ;;
        netapp)
            packages nfs-common
            mounted nfs "netapp.$(fact zone):/work" hard,vers=3,rsize=262144,wsize=262144,noatime,lookupcache=positive,_netdev
            ;;
        *) shared_by_scheduler ;;
    esac
    # On what the scheduler shares, root of a node is nobody.
    for folder in projects captures; do
        [ -d "$WORK/$folder" ] || install -d -o hpcuser -g hpcgroup -m 2775 "$WORK/$folder"
    done
}

# shared_by_scheduler: with Blob alone the nodes of the open engine work on the scheduler's own disk; photos and products go
# by Blob. Files are written by hpcuser only, so nobody needs to be root on the other side.
shared_by_scheduler() {
    if [ -z "$(fact scheduler)" ]; then
        say "no shared storage: work stays on this machine, photos and products go by Blob"
    elif [ "$(fact role)" = scheduler ]; then
        packages nfs-kernel-server
        mkdir -p /etc/exports.d
        echo "$WORK $(fact network)(rw,sync,no_subtree_check,root_squash)" | write /etc/exports.d/tiepoint.exports
        systemctl enable --quiet --now nfs-kernel-server.service
        exportfs -ra
    else
        packages nfs-common
        mounted nfs "scheduler.$(fact zone):$WORK" hard,vers=4.2,noatime,lookupcache=positive,_netdev
    fi
}

# lustre_client: Azure's module for the kernel that runs. HPC images have it already. The kernel is held with it, because
# a new one would have none. Source: Azure's documentation of Managed Lustre, "Install clients".
lustre_client() {
    if modprobe lustre 2>/dev/null; then return 0; fi
    # shellcheck source=/dev/null
    release=$(. /etc/os-release && echo "$VERSION_CODENAME")
    packages ca-certificates curl gnupg
    key=/usr/share/keyrings/microsoft.gpg
    if [ ! -s "$key" ]; then
        curl -fsSL --retry 5 https://packages.microsoft.com/keys/microsoft.asc | gpg --dearmor >"$key.new"
        mv "$key.new" "$key"
    fi
    echo "deb [arch=amd64 signed-by=$key] https://packages.microsoft.com/repos/amlfs-$release/ $release main" |
        write /etc/apt/sources.list.d/amlfs.list
    apt-get update -qq -o DPkg::Lock::Timeout=300
    name=$(apt-cache search --names-only "^amlfs-lustre-client-.*$(uname -r)\$" | awk '{print $1}' | sort -V | tail -n 1)
    if [ -z "$name" ]; then
        say "there is no Lustre client for the kernel $(uname -r)" >&2
        return 1
    fi
    packages "$name"
    apt-mark hold "$name" "linux-image-$(uname -r)" linux-azure linux-image-azure >/dev/null 2>&1 || :
    modprobe lustre
}

# mounted KIND WHAT OPTIONS: by a systemd unit, so that it comes back after every start and services can wait for it.
mounted() {
    write /etc/systemd/system/work.mount <<UNIT
[Unit]
Description=Tiepoint's shared storage
After=network-online.target
Wants=network-online.target

[Mount]
What=$2
Where=$WORK
Type=$1
Options=$3
TimeoutSec=300

[Install]
WantedBy=multi-user.target
UNIT
    systemctl daemon-reload
    systemctl enable --quiet work.mount
    retry 900 systemctl start work.mount
}
