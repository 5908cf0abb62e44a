"""Which mail follows which event."""
