"""Serial devices that do not speak Modbus: text lines, binary frames, UMB."""
