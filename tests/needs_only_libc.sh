#!/bin/sh
# The agent must run on a device where nothing of ours is installed: its shared libraries are libc's alone.
others=$(objdump -p "$1" | awk '$1 == "NEEDED" && $2 !~ /^(libc|libm|libdl|libpthread|ld-linux[^ ]*)\.so\./ { print $2 }')
if [ -n "$others" ]; then
  echo "$1 needs more than libc: $others"
  exit 1
fi
echo "$1 needs nothing but libc"
