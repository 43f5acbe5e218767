"""What a firmware is: the release that a repository signs, and the formats of image files. Pure."""
