"""The register of entities: who there is, what lies in what, what became of whom."""
