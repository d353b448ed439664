"""Which distribution of this repository provides what: made from `pyinfra-metadata.toml`, checked by a test."""

PACKAGES: dict[str, dict[str, str]] = {
    "operations": {
        "apt": "pyinfra-ops-apt",
        "bsdinit": "pyinfra-ops-init",
        "files": "pyinfra-ops-files",
        "gpg": "pyinfra-ops-gpg",
        "launchd": "pyinfra-ops-init",
        "openrc": "pyinfra-ops-init",
        "python": "pyinfra-core",
        "runit": "pyinfra-ops-init",
        "server": "pyinfra-ops-server",
        "systemd": "pyinfra-ops-systemd",
        "sysvinit": "pyinfra-ops-init",
        "upstart": "pyinfra-ops-init",
    },
    "facts": {
        "apt": "pyinfra-ops-apt",
        "bsdinit": "pyinfra-ops-init",
        "deb": "pyinfra-ops-apt",
        "files": "pyinfra-ops-files",
        "gpg": "pyinfra-ops-gpg",
        "hardware": "pyinfra-facts-server",
        "launchd": "pyinfra-ops-init",
        "openrc": "pyinfra-ops-init",
        "runit": "pyinfra-ops-init",
        "server": "pyinfra-facts-server",
        "systemd": "pyinfra-ops-systemd",
        "sysvinit": "pyinfra-ops-init",
        "upstart": "pyinfra-ops-init",
    },
    "connectors": {
        "fake": "pyinfra-connector-fake",
        "local": "pyinfra-core",
        "ssh": "pyinfra-connector-ssh",
    },
}
