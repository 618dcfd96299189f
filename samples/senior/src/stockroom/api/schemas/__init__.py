"""What goes over the wire. Inputs refuse what they do not know, outputs show what they name."""
