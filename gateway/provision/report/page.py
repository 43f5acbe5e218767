"""A report as one HTML page, to read on a phone and to print on A4: no scripts, nothing from elsewhere. Pure."""

from base64 import b64encode
from collections.abc import Iterable, Mapping
from hashlib import sha256
from html import escape
from itertools import groupby

from gateway.model.messages import InstallationReport, ReportedDevice, ReportedLine, ReportedValue
from gateway.model.units import SYMBOLS
from gateway.provision.report.page_texts import ROLES_IT, STYLE, TEXTS, THOUSANDS, Language
from gateway.provision.report.verdict import reasons_of_device

_TICK = '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M4 13l5 5L20 6" fill="none" stroke="currentColor" stroke-width="4"/></svg>'
_CROSS = (
    '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M5 5l14 14M19 5L5 19" fill="none" stroke="currentColor" stroke-width="4"/></svg>'
)


def page_of(report: InstallationReport, signed_by: str | None, language: Language, photo: bytes | None = None) -> str:
    """Return the page of a report, which `signed_by` is said to have signed, with its photo; any other photo is left out."""
    text = TEXTS[language]
    name = f"{report.operator}/{report.gateway}"
    reasons = "".join(f"<li>{escape(one.it if language == 'it' else one.en)}</li>" for one in report.reasons)
    todo = f"<h2>{text['todo']}</h2><ol>{reasons}</ol>" if reasons else ""
    lines = "".join(_line(one, text) for one in report.lines) or f"<p>{text['no_lines']}</p>"
    signature = text["signed"].format(escape(signed_by)) if signed_by is not None else text["unsigned"]
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{text['title']} {escape(name)}</title><style>{STYLE}</style></head><body><main>"
        f'<h1>{text["title"]}</h1><p class="sub">{escape(report.site)} · {escape(name)}</p>'
        f'<p class="verdict {report.verdict}">{_TICK if report.verdict == "green" else _CROSS}<span>{text[report.verdict]}</span></p>'
        f"{todo}{_noticed(report, language)}{_facts(report, text)}{_photo(report, photo, text)}{lines}</main>"
        f"<footer>{signature}</footer></body></html>\n"
    )


def _noticed(report: InstallationReport, language: Language) -> str:
    """Return the alarms that are active, and the values that do not fit, if there are any."""
    text, italian = TEXTS[language], language == "it"
    alarms = [f"{one.asset} ({one.device}): {one.it if italian else one.en}" for one in report.alarms]
    findings = [
        f"{one.where}: {one.it if italian else one.en} ({text[one.certainty]}). {_sentence(one.todo_it if italian else one.todo_en)}"
        for one in report.findings
    ]
    return _list(text["alarms"], alarms) + _list(text["findings"], findings)


def _list(title: str, entries: Iterable[str]) -> str:
    items = "".join(f"<li>{escape(one)}</li>" for one in entries)
    return f'<h2>{title}</h2><ul class="noticed">{items}</ul>' if items else ""


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _facts(report: InstallationReport, text: Mapping[str, str]) -> str:
    machine = report.machine
    hardware = f" ({machine.hardware})" if machine.hardware else ""
    waiting = f", {report.uplink.waiting} {text['waiting']}" if report.uplink.waiting else ""
    rows = (
        (text["made"], _time(report.made)),
        (text["role"], ROLES_IT.get(report.role, report.role) if text is TEXTS["it"] else report.role),
        (text["machine"], f"{machine.host}{hardware}, {machine.system}"),
        (text["software"], f"street-gateway {machine.version}, Python {machine.python}"),
        (text["uplink"], text["up" if report.uplink.connected else "down"] + waiting),
        (text["clock"], text["synchronised" if machine.synchronised else "unsynchronised"]),
        (text["configuration"], report.configuration),
    )
    return "<dl>" + "".join(f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in rows) + "</dl>"


def _photo(report: InstallationReport, photo: bytes | None, text: Mapping[str, str]) -> str:
    if report.photo is None:
        return ""
    if photo is None or sha256(photo).hexdigest() != report.photo.sha256:
        return f"<p>{text['photo']} (SHA-256 {report.photo.sha256}): {text['elsewhere']}</p>"
    size = f'width="{report.photo.width}" height="{report.photo.height}"'
    source = f"data:image/jpeg;base64,{b64encode(photo).decode()}"
    return f'<figure><img src="{source}" {size} alt="{text["photo"]}"><figcaption>SHA-256 {report.photo.sha256}</figcaption></figure>'


def _line(line: ReportedLine, text: Mapping[str, str]) -> str:
    head = f"{text['line']} {line.id}: {line.port}, {line.load:g} % {text['busy']}"
    return f"<section><h2>{escape(head)}</h2>" + "".join(_device(one, text) for one in line.devices) + "</section>"


def _device(device: ReportedDevice, text: Mapping[str, str]) -> str:
    bad = any(reasons_of_device(device))
    facts = [device.product]
    facts += [f"{text['unit']} {device.unit}"] if device.unit is not None else []
    facts += [f"{text['asset']} {_named(asset, name)}" for asset, name in device.assets.items()]
    facts += [f"{device.lat:.5f}, {device.lon:.5f}"] if device.lat is not None and device.lon is not None else []
    facts += [f"{text['quality']} {device.answers} {text['of']} {device.requests}{_trip(device)}"] if device.requests else []
    groups = groupby(device.values, key=lambda one: (one.asset, one.measurement))
    values = "".join(_group(asset, measurement, list(found), text) for (asset, measurement), found in groups)
    none = f"<p>{text['none']}</p>"
    return (
        f'<article class="device{" bad" if bad else ""}"><header><h3>{escape(device.id)}</h3><span>{text[device.state]}</span></header>'
        f'<p class="facts">{escape(" · ".join(facts))}</p>{values or none}</article>'
    )


def _group(asset: str, measurement: str, values: Iterable[ReportedValue], text: Mapping[str, str]) -> str:
    found = list(values)
    cells = "".join(map(_cell, found))
    head = f"{asset} · {measurement} · {text['read']} {_time(found[0].time)}"
    return f'<p class="group">{escape(head)}</p><div class="values">{cells}</div>'


def _cell(value: ReportedValue) -> str:
    looks = "bad" if _is_bad(value) else "good"
    return f'<div class="{looks}"><span>{escape(value.field)}</span><b>{escape(_shown(value))}</b></div>'


def _named(asset: str, name: str) -> str:
    return asset if name == asset else f"{asset} ({name})"


def _trip(device: ReportedDevice) -> str:
    return "" if device.round_trip_p95_ms is None else f", {device.round_trip_p95_ms:g} ms"


def _is_bad(value: ReportedValue) -> bool:
    return value.quality is not None and value.quality.startswith("Bad")


def _shown(value: ReportedValue) -> str:
    if value.value is None:
        return value.quality or "?"
    unit, shown = SYMBOLS.get(value.unit or "", value.unit or ""), value.value
    if value.unit in THOUSANDS and isinstance(shown, int | float):
        unit, shown = THOUSANDS[value.unit], f"{shown / 1000:.3f}"
    return f"{shown} {unit}".rstrip() + (f" ({value.quality})" if value.quality else "")


def _time(iso: str) -> str:
    return f"{iso[:10]} {iso[11:19]} UTC"
