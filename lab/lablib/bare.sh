#!/usr/bin/env bash
# The inner half of lab/bare, in namespaces of mounts and processes whose end ends and unmounts everything.
#   bare.sh RUN CACHE AS_USER COMMAND…
set -euo pipefail
run=$1 cache=$2 as_user=$3 status=0
shift 3
mount -t overlay overlay -o "lowerdir=$cache/root,upperdir=$run/upper,workdir=$run/work" "$run/root"
cd "$run/root"
mount -t proc proc proc
mount --rbind /sys sys
mount --rbind /dev dev
mount -t tmpfs tmpfs run
mount -t tmpfs tmpfs tmp
# The lab's overlays cannot lie on this overlay.
mkdir -p "$run"/state/{lib,cache} var/lib/flyball-lab var/cache/flyball-lab
mount --bind "$run/state/lib" var/lib/flyball-lab
mount --bind "$run/state/cache" var/cache/flyball-lab
mkdir -p .old
pivot_root . .old
umount -l /.old
clean=(env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8)
cd /srv/flyball
if [ -n "$as_user" ]; then
  useradd --create-home newcomer
  "${clean[@]}" HOME=/root ./dev setup
  chown -R newcomer: /srv/flyball
  "${clean[@]}" HOME=/home/newcomer setpriv --reuid=newcomer --regid=newcomer --init-groups "$@" </dev/null || status=$?
else
  "${clean[@]}" HOME=/root "$@" </dev/null || status=$?
fi
exit "$status"
