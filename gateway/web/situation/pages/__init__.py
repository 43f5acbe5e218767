"""The pages of the Situation Room: the wall and the phone of who works with it, and the page for citizens."""
