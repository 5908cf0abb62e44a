"""Who does which part of the work, as the practice says."""
