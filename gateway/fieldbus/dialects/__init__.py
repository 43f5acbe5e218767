"""Serial protocols other than Modbus: text lines, binary frames, UMB."""
