"""Real registers in: one reader a source, one pipeline for all."""
