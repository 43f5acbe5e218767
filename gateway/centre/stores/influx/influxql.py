"""Quoting in InfluxQL and in languages like it. Pure."""


def identifier(name: str) -> str:
    """Quote a name for InfluxQL."""
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def literal(text: str, quote_: str = "'") -> str:
    """Quote a text for InfluxQL, or for another language with other quotes."""
    escaped = text.replace("\\", "\\\\").replace(quote_, "\\" + quote_)
    return f"{quote_}{escaped}{quote_}"
