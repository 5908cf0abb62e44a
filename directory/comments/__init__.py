"""What signed-in people say on profiles and guides."""
