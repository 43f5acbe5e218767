"""A Modbus server by pymodbus: `python -m tests.fieldbus.modbus.pymodbus_server tcp PORT | rtu PATH BAUD`, with the registers of the one by libmodbus."""

import asyncio
import sys

from pymodbus import FramerType
from pymodbus.datastore import ModbusDeviceContext, ModbusSequentialDataBlock, ModbusServerContext
from pymodbus.pdu.device import ModbusDeviceIdentification
from pymodbus.server import ModbusSerialServer, ModbusTcpServer

SIZE = 200
UNIT = 17


async def main() -> None:
    bits = [number % 3 == 0 for number in range(SIZE)]
    device = ModbusDeviceContext(
        di=ModbusSequentialDataBlock(1, bits),
        co=ModbusSequentialDataBlock(1, list(bits)),
        hr=ModbusSequentialDataBlock(1, [1000 + number for number in range(SIZE)]),
        ir=ModbusSequentialDataBlock(1, [2000 + number for number in range(SIZE)]),
    )
    context = ModbusServerContext(devices={UNIT: device}, single=False)
    identity = ModbusDeviceIdentification(info_name={"VendorName": "Comune", "ProductCode": "QE-1", "MajorMinorRevision": "2.5"})
    if sys.argv[1] == "tcp":
        server = ModbusTcpServer(context, address=("127.0.0.1", int(sys.argv[2])), identity=identity)
    else:
        server = ModbusSerialServer(context, framer=FramerType.RTU, port=sys.argv[2], baudrate=int(sys.argv[3]), identity=identity)  # type: ignore[assignment]
    serving = asyncio.create_task(server.serve_forever())
    await asyncio.sleep(0.2)
    print("ready", flush=True)
    await serving


if __name__ == "__main__":
    asyncio.run(main())
