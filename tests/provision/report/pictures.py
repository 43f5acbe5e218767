"""JPEG files made of segments, as ITU-T T.81 describes them. Their scans hold no picture, and nobody decodes them."""


def segment(marker: int, content: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(content) + 2).to_bytes(2, "big") + content


def frame(width: int, height: int, marker: int = 0xC0) -> bytes:
    components = bytes((1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1))
    return segment(marker, b"\x08" + height.to_bytes(2, "big") + width.to_bytes(2, "big") + b"\x03" + components)


TABLES = segment(0xDB, bytes(65)) + segment(0xC4, bytes(20)) + segment(0xDD, b"\x00\x08")
SCAN = segment(0xDA, bytes(10)) + b"data \xff\x00 of \xff\xd0 a scan"
JFIF = segment(0xE0, b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00")
EXIF = segment(0xE1, b"Exif\x00\x00MM\x00*\x00\x00\x00\x08 43.8801 N 11.0966 E")
ADOBE = segment(0xEE, b"Adobe\x00\x64\x00\x00\x00\x00\x01")


def jpeg(width: int = 1280, height: int = 960, *, before: bytes = JFIF, scan: bytes = SCAN) -> bytes:
    """Return a JPEG whose metadata is `before` the picture."""
    return b"\xff\xd8" + before + TABLES + frame(width, height) + scan + b"\xff\xd9"
