"""The pyinfra command line."""
