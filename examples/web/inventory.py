"""Two web servers: names that your ssh configuration knows, or addresses."""

web = ["web-1", "web-2"]
