"""What pyinfra's plugins and deploys are tested with.

- `pyinfra_testkit.cases`: facts and operations tested by data files.
- `pyinfra_testkit.connectors`: what a connector must do, as tests to subclass.
- `pyinfra_testkit.deploys`: deploy code run from a test.
- `pyinfra_testkit.hosts`: real ssh hosts on one Linux machine.
- `pyinfra_testkit.pytest_plugin`: the pytest fixtures over them; pytest loads it by itself.
"""
