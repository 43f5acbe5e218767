"""What a firmware image is: its bytes and its file formats. Pure."""
