"""Room for field devices' firmware: nothing is built here yet."""
