from pyinfra.operations import files

files.file(
    name="Ensure file exists",
    path="/etc/myapp/config.txt",
    mode="644",
    user="root",
    _sudo=True,
)
