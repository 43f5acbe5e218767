"""The REST API of the Situation Room, for programs of organisations and, if the site file says so, for everybody."""
