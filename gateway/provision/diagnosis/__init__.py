"""What is wrong with a line or a device, from what is seen on the wire and from the values: ranked causes, in words to act on."""
