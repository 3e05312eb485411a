"""The what-if page of an entity."""
