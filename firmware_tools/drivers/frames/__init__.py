"""What the bootloaders of serial protocols are sent, and what they answer, as bytes. Pure."""
