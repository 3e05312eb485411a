"""How the desk over a type is served as an app (make app): figures of every respondent stand in it."""

c = get_config()  # noqa: F821 - Voilà reads this file with it

c.Voila.ip = "127.0.0.1"
c.Voila.port = 8866
c.Voila.open_browser = False
c.Voila.auto_token = True  # other users of this machine do not get in
# nor does a web site whose name its owner has lead to this machine
c.Voila.tornado_settings = {"allow_remote_access": False}
c.VoilaConfiguration.strip_sources = True
c.VoilaConfiguration.file_allowlist = ["$.^"]  # no file: the page has all it needs
c.MappingKernelManager.cull_interval = 60
c.MappingKernelManager.cull_idle_timeout = 900
