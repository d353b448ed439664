"""`python -m pyinfra_cli`, and the script `pyinfra`."""

from pyinfra_cli.main import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
