"""Documents that somebody shows us in confidence: looked at, sealed, seen by few, and gone 30 days after the decision."""
