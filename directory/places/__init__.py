"""Where people are: the gazetteer, the paths of places, what typed places mean, and how far it is."""
