"""Evidence for the topic `hypothesis`."""
