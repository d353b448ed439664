"""The engine: how deploy code becomes few round trips. Private to core; design in `ARCHITECTURE.md`."""
