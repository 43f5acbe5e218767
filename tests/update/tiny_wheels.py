"""Wheels of versions of the gateway that are small: they run the program of this tree, under the name and version of their own.

What an update does with a wheel is real (pip, hashes, entry points); only the hundred megabytes are left out.
"""

import base64
import hashlib
import sys
import zipfile
from pathlib import Path

import gateway

SOURCE = Path(gateway.__file__).parents[1]
_PACKAGES = next(path for path in sys.path if path.endswith("site-packages"))

_INIT = '''"""A version of the gateway whose modules are those of the tree."""

import sys

__version__ = "{version}"
__path__.append({source!r})
{fault}
'''

FAULTS = {
    "none": "",
    "ends": 'if "run" in sys.argv and "update" not in sys.argv:\n    raise SystemExit("this version ends at once")',
    "blind": """if "run" in sys.argv and "update" not in sys.argv:
    import socket

    _connect = socket.socket.connect

    def _blind(self, address):
        if isinstance(address, tuple):
            raise OSError("this version reaches no device")
        return _connect(self, address)

    socket.socket.connect = _blind
    sys.modules["uvloop"] = None  # it would connect by itself
""",
}


def _wheel(folder: Path, name: str, version: str, files: dict[str, str]) -> Path:
    about = f"{name}-{version}.dist-info"
    files = files | {
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {name.replace('_', '-')}\nVersion: {version}\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = ""
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        for file, content in files.items():
            wheel.writestr(file, content)
            digest = base64.urlsafe_b64encode(hashlib.sha256(content.encode()).digest()).rstrip(b"=").decode()
            record += f"{file},sha256={digest},{len(content.encode())}\n"
        wheel.writestr(f"{about}/RECORD", record + f"{about}/RECORD,,\n")
    return path


def make_release(folder: Path, version: str, fault: str = "none") -> Path:
    """Make the folder of a release: the lock, and all wheels."""
    wheels = folder / "wheels"
    wheels.mkdir(parents=True)
    files = {
        "gateway/__init__.py": _INIT.format(version=version, source=str(SOURCE / "gateway"), fault=FAULTS[fault]),
        "street_tree.pth": f"{SOURCE}\n{_PACKAGES}\n",
        f"street_gateway-{version}.dist-info/entry_points.txt": "[console_scripts]\ngateway = gateway.cli:main\n",
    }
    files |= {f"gateway/systemd/{file.name}": file.read_text() for file in (SOURCE / "systemd").iterdir()}
    _wheel(wheels, "street_gateway", version, files)
    needed = _wheel(wheels, "street_needed", "1.0", {"street_needed.py": "VALUE = 1\n"})
    digest = hashlib.sha256(needed.read_bytes()).hexdigest()
    (folder / "requirements.lock").write_text(f"street-needed==1.0 \\\n    --hash=sha256:{digest}\n")
    return folder
