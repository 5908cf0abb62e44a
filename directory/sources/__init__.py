"""Where facts come from: the registers and files, and the runs that read them."""
