#!/bin/sh
# Holds the namespaces that a test's engine lives in, and clears up when its stdin closes: at stop, and when the test's
# process dies in whatever way. Ends only processes of these namespaces and of the engine's own control group.
# Arguments: the engine's directory, the name of its control group.
set -u
trap '' INT TERM HUP
directory=$1
group=$2

busybox ip link set lo up || exit 1
# Masked, so that neither another containerd is found nor a key written where another engine reads it.
mkdir -p /run/containerd /etc/docker
mount -t tmpfs none /run/containerd || exit 1
mount -t tmpfs none /etc/docker || exit 1
# Pid and start time: whoever finds this directory later sees whether it is in use.
echo "$$ $(cut -d' ' -f22 /proc/$$/stat)" >"$directory/guard"
echo ready
cat >/dev/null

end_all() {
  left=0
  for file in $(find /sys/fs/cgroup -path "*/$group/*" -name freezer.state 2>/dev/null); do
    echo THAWED >"$file" 2>/dev/null
  done
  for file in $(find /sys/fs/cgroup -path "*/$group/*" -name cgroup.freeze 2>/dev/null); do
    echo 0 >"$file" 2>/dev/null
  done
  for process in /proc/[0-9]*; do
    pid=${process#/proc/}
    [ "$pid" = $$ ] && continue
    [ "$process/ns/mnt" -ef "/proc/$$/ns/mnt" ] && left=1 && kill -9 "$pid" 2>/dev/null
  done
  for file in $(find /sys/fs/cgroup -path "*/$group/*" -name cgroup.procs 2>/dev/null); do
    while read -r pid; do
      left=1
      # A process that is just going away reads as 0, and a signal to 0 goes to ourselves.
      [ "$pid" -gt 1 ] && kill -9 "$pid" 2>/dev/null
    done <"$file"
  done
}

tries=0
left=1
while [ $left = 1 ] && [ $tries -lt 100 ]; do
  end_all
  [ $left = 1 ] && sleep 0.1
  tries=$((tries + 1))
done
find /sys/fs/cgroup -depth -type d \( -path "*/$group/*" -o -path "*/$group" \) -exec rmdir {} + 2>/dev/null
cut -d' ' -f2 /proc/self/mounts | grep "^$directory/" | sort -r | while read -r point; do
  umount -l "$point" 2>/dev/null
done
rm -rf --one-file-system "$directory"
exit 0
