"""Every form of every identifier, at every entrance of the program."""
