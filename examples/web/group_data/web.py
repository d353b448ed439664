"""What the servers of the group `web` have in common."""

site_name = "example"
site_root = "/srv/example"
site_port = 8080
packages = ["tree"]
