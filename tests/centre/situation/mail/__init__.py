"""Tests of the e-mails about situations."""
