"""The role `firmware`: brings firmware to devices, wave by wave, and goes on where it was after a restart."""

import asyncio
import logging
import sqlite3
import time
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import msgspec
from prometheus_client.core import Metric

from firmware_tools.mirror.server import MirrorServer
from firmware_tools.rollout.health import before
from firmware_tools.rollout.machine import GivenOrder, Street
from firmware_tools.rollout.state import DeviceStage, RolloutState
from firmware_tools.rollout.summary import status_of
from gateway.centre.firmware.book import RolloutBook
from gateway.centre.firmware.file import RolloutFile, names_in
from gateway.centre.firmware.inventory import Inventory
from gateway.centre.firmware.post import OrderPost
from gateway.centre.firmware.sight import StreetSight
from gateway.centre.firmware.store_access import RolloutStore
from gateway.centre.firmware.store_rows import EVERY_S, count_row, event_rows
from gateway.centre.firmware.survey import Survey, asked_of
from gateway.centre.role import RoleContext
from gateway.centre.schemas import PACKET_LIMIT_BYTES
from gateway.centre.stores.port import StoreUnavailable
from gateway.host import clock
from gateway.host.http_server import counter, gauge
from gateway.host.mqtt import Message, Mqtt
from gateway.host.stopping import wait_for_stop
from gateway.host.threads import OneThread
from gateway.model import topics
from gateway.model.messages import FirmwareAnswer, RolloutsMessage
from gateway.model.untrusted_json import json_reader
