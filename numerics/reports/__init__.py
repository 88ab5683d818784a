"""The faces of results: terminal, JSON, HTML, pictures."""
