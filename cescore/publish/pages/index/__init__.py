"""index.html of a run: every report found by name, code or pinyin."""
