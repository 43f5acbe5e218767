"""Tests of public keys and signatures."""
