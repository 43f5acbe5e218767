"""The library of profiles, loaded once for all tests of a process. Profiles can't be changed, so tests may share them."""

from gateway.config.profile_library import ProfileLibrary

LIBRARY = ProfileLibrary()
