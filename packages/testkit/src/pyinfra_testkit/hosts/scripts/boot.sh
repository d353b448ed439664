#!/bin/sh
# PID 1 of a host's new namespaces, still among this machine's files: gives the host its network, its devices and
# its root, and becomes the host's own init.
#   boot.sh DIRECTORY NAME SUPERVISOR_PID PORT BRIDGE ADDRESS MAC GATEWAY GATEWAY_MAC
set -eu
directory=$1 name=$2 supervisor=$3 port=$4 bridge=$5 address=$6 mac=$7 gateway=$8 gateway_mac=$9

# /proc is still this machine's, so this is the pid by which this machine knows the host.
read -r pid _ < /proc/self/stat

nsenter --net="/proc/$supervisor/ns/net" \
    ip link add "$port" master "$bridge" up type veth peer name eth0 address "$mac" netns "/proc/$pid/ns/net"
ip -batch - <<END
link set lo up
address add $address dev eth0
link set eth0 up
neighbour replace $gateway lladdr $gateway_mac dev eth0 nud permanent
route add default via $gateway
END

cd "$directory/disk/root"
mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
mount -t tmpfs -o mode=755,size=16m tmpfs dev
mount -t tmpfs -o mode=755,size=64m tmpfs run
mkdir dev/pts dev/shm run/lock run/sshd run/.machine
chmod 1777 run/lock
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts dev/pts
mount -t tmpfs -o mode=1777,size=64m tmpfs dev/shm
for device in null:3 zero:5 full:7 random:8 urandom:9; do
    mknod -m 666 "dev/${device%:*}" c 1 "${device#*:}"
done
mknod -m 666 dev/tty c 5 0
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ln -s /proc/self/fd/0 dev/stdin
ln -s /proc/self/fd/1 dev/stdout
ln -s /proc/self/fd/2 dev/stderr
echo "$name" > proc/sys/kernel/hostname

echo "$pid" > "$directory/pid.new"
mv "$directory/pid.new" "$directory/pid"
pivot_root . run/.machine
exec chroot . /sbin/testkit-init
