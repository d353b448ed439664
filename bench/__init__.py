"""Measures pyinfra beside the tools it is compared with: `python -m bench --help`."""
