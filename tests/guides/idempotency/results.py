from pyinfra.operations import apt, server

# Capture operation result
install_result = apt.packages(
    name="Install nginx",
    packages=["nginx"],
    _sudo=True,
)

# Check if operation made changes
if install_result.did_change():
    print("Nginx was installed")
    
# Check if operation succeeded
if install_result.did_succeed():
    print("Installation successful")
    
# Check if operation made no changes
if install_result.did_not_change():
    print("Nginx was already installed")
