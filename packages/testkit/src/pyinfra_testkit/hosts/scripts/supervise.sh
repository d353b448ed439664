#!/bin/sh
# Keeps one host running until standard input ends (its owner is gone, however that came about).
#
# Runs in a mount namespace of its own, so that the mounts vanish with it:
#   unshare --mount --propagation private sh supervise.sh DIRECTORY BASE NAME PORT BRIDGE ADDRESS MAC GATEWAY GATEWAY_MAC DISK
# A host that stops by itself is a host that rebooted: it starts again on the same disk.
set -eu
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
scripts=${0%/*}
directory=$1 base=$2 name=$3 port=$4 bridge=$5 address=$6 mac=$7 gateway=$8 gateway_mac=$9
shift 9
exec 3<&0 </dev/null

setpriv --pdeathsig KILL sh -c 'read -r _; kill "$1"' lifeline $$ <&3 &
exec 3<&-

mount -t tmpfs -o "mode=755,size=$1" tmpfs "$directory/disk"
mkdir "$directory/disk/upper" "$directory/disk/work" "$directory/disk/root"
chmod 755 "$directory/disk/upper" "$directory/disk/root"
mount -t overlay overlay \
    -o "lowerdir=$base,upperdir=$directory/disk/upper,workdir=$directory/disk/work" "$directory/disk/root"
cp -p "$directory"/ssh_host_* "$directory/disk/root/etc/ssh/"
echo "$name" > "$directory/disk/root/etc/hostname"
printf '127.0.0.1 localhost\n127.0.1.1 %s\n' "$name" > "$directory/disk/root/etc/hosts"

# The host's first process is killed, and not what waits for it, so that each is reaped by its own parent.
life=
end() {
    trap '' TERM
    kill -KILL "$(cat "$directory/pid" 2>/dev/null || echo "$life")" 2>/dev/null || :
    wait "$life" || :
    exit 0
}
trap end TERM

while :; do
    rm -f "$directory/pid"
    ip link delete "$port" 2>/dev/null || :
    setpriv --pdeathsig KILL \
        unshare --net --pid --mount --uts --ipc --fork --kill-child=KILL --propagation private \
        sh "$scripts/boot.sh" "$directory" "$name" $$ "$port" "$bridge" "$address" "$mac" "$gateway" "$gateway_mac" &
    life=$!
    wait "$life" || :
done
