"""Statistical data editing: rules of a record, where the error lies, what stands out."""
