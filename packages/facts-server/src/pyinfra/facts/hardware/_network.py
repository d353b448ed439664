"""Facts about network devices and their addresses."""

from __future__ import annotations

from typing import Any

from pyinfra.api import FactBase, ShortFactBase
from typing_extensions import override

from ._ifconfig import parse_ifconfig
from ._ip import parse_ip_json, parse_ip_text

Devices = dict[str, dict[str, Any]]


class NetworkDevices(FactBase[Devices]):
    """The network devices and their addresses, from `ip`, or `ifconfig` where there is no `ip`.

    .. code:: python

        {
            "eth0": {
                "ether": "02:fc:00:00:00:01",
                "mtu": 1500,
                "state": "UP",
                "ipv4": {
                    "address": "192.168.1.2",
                    "mask_bits": 24,
                    "netmask": "255.255.255.0",
                    "broadcast": "192.168.1.255",
                    "additional_ips": [
                        {"address": "10.0.0.1", "mask_bits": 8, "netmask": "255.0.0.0", "broadcast": None},
                    ],
                },
                "ipv6": {"address": "fe80::fc:ff:fe00:1", "mask_bits": 64},
            },
        }

    `ipv4`, `ipv6` and `additional_ips` are there only where a device has such addresses, `ether` and `mtu` where the
    tool tells them; `state` is `UP`, `DOWN` or what else the tool says, such as `UNKNOWN`.
    """

    command = "ip -j addr show 2> /dev/null || ip addr show 2> /dev/null || ifconfig -a"
    default = dict
    side_effect_free = True

    @override
    def process(self, output: list[str]) -> Devices:
        first = next((line for line in output if line.strip()), "")
        if first.lstrip().startswith("["):
            return parse_ip_json("\n".join(output))
        if first[:1].isdigit():
            return parse_ip_text(output)
        return parse_ifconfig(output)


class Ipv4Addrs(ShortFactBase[dict[str, list[str]]]):
    """All IPv4 addresses of each network device that has one, by the device's name.

    .. code:: python

        {"eth0": ["127.0.0.1", "127.0.0.2"]}
    """

    fact = NetworkDevices

    @override
    def process_data(self, data: Devices) -> dict[str, list[str]]:
        return _all_addresses(data, "ipv4")


class Ipv6Addrs(ShortFactBase[dict[str, list[str]]]):
    """All IPv6 addresses of each network device that has one, by the device's name.

    .. code:: python

        {"eth0": ["fe80::a00:27ff:fec3:36f0"]}
    """

    fact = NetworkDevices

    @override
    def process_data(self, data: Devices) -> dict[str, list[str]]:
        return _all_addresses(data, "ipv6")


class Ipv4Addresses(ShortFactBase[dict[str, str]]):
    """The first IPv4 address of each network device that has one, by the device's name.

    .. code:: python

        {"eth0": "127.0.0.1"}
    """

    fact = NetworkDevices

    @override
    def process_data(self, data: Devices) -> dict[str, str]:
        return {name: device["ipv4"]["address"] for name, device in data.items() if "ipv4" in device}


class Ipv6Addresses(ShortFactBase[dict[str, str]]):
    """The first IPv6 address of each network device that has one, by the device's name.

    .. code:: python

        {"eth0": "fe80::a00:27ff:fec3:36f0"}
    """

    fact = NetworkDevices

    @override
    def process_data(self, data: Devices) -> dict[str, str]:
        return {name: device["ipv6"]["address"] for name, device in data.items() if "ipv6" in device}


def _all_addresses(data: Devices, family: str) -> dict[str, list[str]]:
    return {
        name: [
            device[family]["address"],
            *(other["address"] for other in device[family].get("additional_ips", [])),
        ]
        for name, device in data.items()
        if family in device
    }
