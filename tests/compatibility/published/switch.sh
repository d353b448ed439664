#!/bin/sh
# The command line of a switch, as Netgear's ProSafe have it: VLANs are files that hold their names.

vlans=/srv/vlans
mode=''

show_vlans() {
    printf '\nVLAN ID VLAN Name        VLAN Type\n------- ---------------- ---------\n'
    for file in "$vlans"/*; do
        printf '%-7s %-16s Static\n' "${file##*/}" "$(cat "$file")"
    done
}

while printf '(switch) %s#' "$mode" && IFS= read -r line; do
    case $mode:$line in
    ":show vlan") show_vlans ;;
    ":show ip route static") echo "S      10.1.0.0/16 [1/0] via   192.0.2.1,   1/0/1" ;;
    ":terminal length 0" | *:) ;;
    ":vlan database") mode='(Vlan)' ;;
    "(Vlan):vlan name "*) line=${line#vlan name }; printf '%s' "${line#* }" >"$vlans/${line%% *}" ;;
    "(Vlan):vlan "*) : >"$vlans/${line#vlan }" ;;
    "(Vlan):no vlan "*) rm -f -- "$vlans/${line#no vlan }" ;;
    "(Vlan):exit") mode='' ;;
    ":write memory confirm") : >/srv/saved ;;
    *) printf '%% Invalid input: %s\n' "$line" ;;
    esac
done
