#!/bin/sh
# Gives a node's Metashape licence back before the node is deleted; a machine that is deleted with it burns an activation.
set -eu
systemctl disable --quiet --now metashape-worker.service 2>/dev/null || :
if [ -x /opt/metashape-pro/metashape.sh ] && [ -e /var/lib/tiepoint/activated ]; then
    QT_QPA_PLATFORM=offscreen /opt/metashape-pro/metashape.sh --deactivate
    rm -f /var/lib/tiepoint/activated
fi
echo "tiepoint: no licence is held here any more"
