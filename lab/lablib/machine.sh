#!/bin/sh
# Runs one device until its power goes. Everything it mounts is in a namespace of its own and ends with it.
#   machine.sh IMAGE FOLDER NETWORK BRIDGE NAME CGROUP…
set -eu
image=$1 folder=$2 network=$3 bridge=$4 name=$5
shift 5

# nspawn keeps notes there, and refuses to clean them up where /run is on a disk.
mkdir -p /run/systemd/nspawn
mount -t tmpfs tmpfs /run/systemd/nspawn
# fanotify with a mark on the file system needs the two options.
mount -t overlay overlay \
  -o "lowerdir=$image,upperdir=$folder/upper,workdir=$folder/work,index=on,nfs_export=on" "$folder/root"

# nspawn's own filter denies what a watcher of files needs: fanotify, and the handles that its events name files by.
boot() (
  for group in "$@"; do echo 0 >"$group/cgroup.procs"; done
  exec nsenter --net="$network" systemd-nspawn --quiet --boot --register=no --keep-unit --machine="$name" \
    --directory="$folder/root" --network-bridge="$bridge" --system-call-filter="fanotify_init fanotify_mark open_by_handle_at" \
    --resolv-conf=off --timezone=off --link-journal=no
)

# 133 is how nspawn says that the device restarts.
while :; do
  status=0
  boot "$@" || status=$?
  [ "$status" = 133 ] || exit "$status"
done
