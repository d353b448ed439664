from pyinfra.operations import files

# Only uploads if local and remote files differ
files.put(
    name="Upload config file",
    src="config/app.conf",
    dest="/etc/myapp/app.conf",
    mode="644",
    _sudo=True,
)
