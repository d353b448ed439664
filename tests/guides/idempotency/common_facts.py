from pyinfra import host
from pyinfra.facts.server import Os, Arch, Kernel
from pyinfra.facts.files import File, Directory
from pyinfra.facts.deb import DebPackages

# System information
os_name = host.get_fact(Os)
architecture = host.get_fact(Arch)
kernel_version = host.get_fact(Kernel)

# File system
file_exists = host.get_fact(File, path="/etc/nginx/nginx.conf")
dir_exists = host.get_fact(Directory, path="/opt/myapp")

# Package information  
packages = host.get_fact(DebPackages)
if "nginx" in packages:
    print(f"Nginx version: {packages['nginx']['version']}")
