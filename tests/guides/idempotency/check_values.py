changed = files.template(name="Upload config", ...)
server.service(
    name="Restart if config changed",
    service="app",
    restarted=True,
    _if=lambda: changed.did_change(),
)
