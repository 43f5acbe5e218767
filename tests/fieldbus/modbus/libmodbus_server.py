"""A Modbus server by libmodbus (Debian's libmodbus5), to test the clients against another implementation.

`python -m tests.fieldbus.modbus.libmodbus_server tcp PORT | rtu PATH BAUD` serves unit 17: coil n and discrete input n are on where n is a multiple
of 3; holding register n holds 1000 + n and input register n 2000 + n, for n below 200.
"""

import ctypes
import ctypes.util
import sys

SIZE = 200
UNIT = 17


class _Mapping(ctypes.Structure):
    _fields_ = [
        *((f"{what}_{name}", ctypes.c_int) for name in ("bits", "input_bits", "input_registers", "registers") for what in ("nb", "start")),
        ("tab_bits", ctypes.POINTER(ctypes.c_uint8)),
        ("tab_input_bits", ctypes.POINTER(ctypes.c_uint8)),
        ("tab_input_registers", ctypes.POINTER(ctypes.c_uint16)),
        ("tab_registers", ctypes.POINTER(ctypes.c_uint16)),
    ]


def main() -> None:
    library = ctypes.CDLL(ctypes.util.find_library("modbus") or "libmodbus.so.5")
    for name in ("modbus_new_tcp", "modbus_new_rtu", "modbus_mapping_new"):
        getattr(library, name).restype = ctypes.c_void_p
    tcp = sys.argv[1] == "tcp"
    if tcp:
        context = ctypes.c_void_p(library.modbus_new_tcp(b"127.0.0.1", int(sys.argv[2])))
    else:
        context = ctypes.c_void_p(library.modbus_new_rtu(sys.argv[2].encode(), int(sys.argv[3]), ctypes.c_char(b"N"), 8, 1))
    library.modbus_set_slave(context, UNIT)
    mapping = ctypes.c_void_p(library.modbus_mapping_new(SIZE, SIZE, SIZE, SIZE))
    tables = ctypes.cast(mapping, ctypes.POINTER(_Mapping)).contents
    for number in range(SIZE):
        tables.tab_bits[number] = tables.tab_input_bits[number] = number % 3 == 0
        tables.tab_registers[number], tables.tab_input_registers[number] = 1000 + number, 2000 + number
    query = (ctypes.c_uint8 * 260)()
    listening = ctypes.c_int(-1)
    if tcp:
        listening.value = library.modbus_tcp_listen(context, 1)
        print("ready", flush=True)
        library.modbus_tcp_accept(context, ctypes.byref(listening))
    else:
        assert library.modbus_connect(context) == 0
        print("ready", flush=True)
    while True:
        size = library.modbus_receive(context, query)
        if size > 0:
            library.modbus_reply(context, query, size, mapping)
        elif size < 0 and tcp:
            library.modbus_tcp_accept(context, ctypes.byref(listening))


if __name__ == "__main__":
    main()
