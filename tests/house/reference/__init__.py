"""The reference pages of docs/, generated from the code: `python -m tests.house.reference`."""
