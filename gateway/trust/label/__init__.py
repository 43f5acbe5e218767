"""The label of an invitation: its QR code, and a page of labels to print."""
