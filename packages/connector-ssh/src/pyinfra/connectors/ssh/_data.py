"""The host data that the ssh connector reads."""

from __future__ import annotations

from typing import Any

from pyinfra.connectors.base import DataMeta
from typing_extensions import TypedDict


class ConnectorData(TypedDict, total=False):
    """The keys of host data that the ssh connector reads; `connector_data_meta` describes each."""

    ssh_hostname: str
    ssh_port: int
    ssh_user: str
    ssh_password: str
    ssh_key: str
    ssh_key_password: str
    ssh_allow_agent: bool
    ssh_look_for_keys: bool
    ssh_forward_agent: bool
    ssh_config_file: str
    ssh_known_hosts_file: str
    ssh_strict_host_key_checking: str
    ssh_paramiko_connect_kwargs: dict[str, Any]
    ssh_connect_retries: int
    ssh_connect_retry_min_delay: float
    ssh_connect_retry_max_delay: float
    ssh_file_transfer_protocol: str


connector_data_meta: dict[str, DataMeta] = {
    "ssh_hostname": DataMeta("Name or address to connect to; the host's name in the inventory by default"),
    "ssh_port": DataMeta("Port of the ssh server; ssh_config's, or 22, by default"),
    "ssh_user": DataMeta("User to log in as; ssh_config's, or the local user, by default"),
    "ssh_password": DataMeta("Password to log in with"),
    "ssh_key": DataMeta("File of the private key to log in with"),
    "ssh_key_password": DataMeta("Passphrase of encrypted private keys"),
    "ssh_allow_agent": DataMeta("Whether keys of the ssh agent may be used", True),
    "ssh_look_for_keys": DataMeta("Whether the keys in ~/.ssh may be used", True),
    "ssh_forward_agent": DataMeta("Whether commands on the host may use the ssh agent", False),
    "ssh_config_file": DataMeta("ssh client configuration to read; ~/.ssh/config by default"),
    "ssh_known_hosts_file": DataMeta(
        "File of known host keys; ssh_config's UserKnownHostsFile, or ~/.ssh/known_hosts, by default"
    ),
    "ssh_strict_host_key_checking": DataMeta(
        "What to do about host keys: accept-new adds those of new hosts and refuses changed ones, yes (and ask) "
        "refuses unknown ones too, no (and off) accepts all with a warning",
        "accept-new",
    ),
    "ssh_paramiko_connect_kwargs": DataMeta(
        "Keyword arguments of paramiko's SSHClient.connect, which stand above all else"
    ),
    "ssh_connect_retries": DataMeta("How often to try again where the network or the server fails", 0),
    "ssh_connect_retry_min_delay": DataMeta("Fewest seconds between two tries", 0.1),
    "ssh_connect_retry_max_delay": DataMeta("Most seconds between two tries", 0.5),
    "ssh_file_transfer_protocol": DataMeta(
        "sftp or scp, to move files by that; by default one command does it, which reads or writes the content"
    ),
}
