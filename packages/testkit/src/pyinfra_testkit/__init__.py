"""What pyinfra's plugins and deploys are tested with.

- `pyinfra_testkit.cases`: facts and operations tested by data files.
- `pyinfra_testkit.hosts`: real ssh hosts on one Linux machine.
- `pyinfra_testkit.pytest_plugin`: the pytest fixtures over them; pytest loads it by itself.
"""
