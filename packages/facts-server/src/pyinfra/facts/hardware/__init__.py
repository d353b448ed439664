"""Facts about hardware: processors, memory, disks, network devices."""

from ._disks import BlockDevices
from ._network import Ipv4Addresses, Ipv4Addrs, Ipv6Addresses, Ipv6Addrs, NetworkDevices
from ._processor import CpuInfo, Cpus, Memory

__all__ = [
    "BlockDevices",
    "CpuInfo",
    "Cpus",
    "Ipv4Addresses",
    "Ipv4Addrs",
    "Ipv6Addresses",
    "Ipv6Addrs",
    "Memory",
    "NetworkDevices",
]
