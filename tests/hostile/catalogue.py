"""The attacks by name."""

import random
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.hostile.attacks import batches, connections, downlink, files, lines, renewals, schemas, shown, visitors
from tests.hostile.centre_rig import CentreAttack, attack_centre
from tests.hostile.edge_rig import EdgeAttack, attack_edge
from tests.hostile.file_rig import attack_by_files, attack_by_journals
from tests.hostile.outcome import Outcome
from tests.hostile.page_rig import PageAttack, attack_page
from tests.hostile.trust_rig import TrustAttack, attack_trust

AT_CENTRE: dict[str, CentreAttack] = {
    "huge exponents in scales": CentreAttack(schemas.huge_exponents),
    "scales that overflow": CentreAttack(schemas.overflowing_scales, influx=True),
    "hostile names": CentreAttack(schemas.hostile_names, influx=True),
    "thousands of tags": CentreAttack(schemas.many_tags, influx=True),
    "thousands of fields": CentreAttack(schemas.many_fields, influx=True),
    "thousands of documents": CentreAttack(schemas.many_documents),
    "documents without end": CentreAttack(schemas.documents_without_end),
    "documents of 4 MiB": CentreAttack(schemas.large_documents),
    "false sizes": CentreAttack(schemas.false_sizes),
    "wrong documents": CentreAttack(schemas.wrong_documents),
    "tens of thousands of streams": CentreAttack(schemas.many_streams),
    "long labels in every row": CentreAttack(schemas.rows_of_large_texts, influx=True),
    "wrong rows": CentreAttack(batches.wrong_rows, influx=True),
    "wrong batches": CentreAttack(batches.wrong_batches),
    "rows without end": CentreAttack(batches.rows_without_end, influx=True),
    "times at the ends": CentreAttack(batches.times_at_the_ends, influx=True),
    "withdrawals": CentreAttack(batches.withdrawals, influx=True),
    "a new epoch in each batch": CentreAttack(batches.new_epochs, influx=True),
    "100,000 assets": CentreAttack(batches.many_assets, influx=True),
    "type conflicts": CentreAttack(batches.type_conflicts, influx=True),
    "dead letters": CentreAttack(batches.dead_letters),
    "unknown schemas": CentreAttack(batches.unknown_schemas),
    "questions for the time": CentreAttack(batches.time_questions),
    "states": CentreAttack(batches.states),
    "retained messages": CentreAttack(batches.retained_data),
    "the name of another in the content": CentreAttack(batches.name_of_another, influx=True),
    "changes on the city plane": CentreAttack(batches.city_changes),
    "small batches without end": CentreAttack(batches.small_batches),
    "messages of QoS 0": CentreAttack(batches.quality_0),
    "full batches without end": CentreAttack(batches.full_batches),
    "packets of 200 MiB": CentreAttack(connections.huge_packets),
    "forged receipts": CentreAttack(connections.forged_receipts),
    "forged workers": CentreAttack(connections.forged_workers),
    "forged data": CentreAttack(connections.forged_data),
    "the client id of another": CentreAttack(connections.identity_of_another),
    "the group of the workers": CentreAttack(connections.group_of_the_workers),
    "thousands of subscriptions": CentreAttack(connections.many_subscriptions),
    "a reader that does not read": CentreAttack(connections.slow_reader),
    "acknowledgements that are not read": CentreAttack(connections.unread_acknowledgements),
    "a thousand connections": CentreAttack(connections.clients_without_end),
    "connections that vanish": CentreAttack(connections.gone_at_once),
    "everything at once": CentreAttack(connections.everything, influx=True),
}

AT_GATEWAY: dict[str, EdgeAttack] = {
    "junk behind an answer, TCP": EdgeAttack("tcp", lines.junk_behind),
    "junk behind an answer, RTU over TCP": EdgeAttack("rtu_over_tcp", lines.junk_behind),
    "junk before an answer, RTU over TCP": EdgeAttack("rtu_over_tcp", lines.junk_before),
    "bytes without end, TCP": EdgeAttack("tcp", lines.endless_bytes),
    "bytes without end, RTU over TCP": EdgeAttack("rtu_over_tcp", lines.endless_bytes),
    "bytes without end, serial": EdgeAttack("serial", lines.endless_bytes),
    "answers for others, TCP": EdgeAttack("tcp", lines.answers_for_others),
    "answers for others, serial": EdgeAttack("serial", lines.answers_for_others),
    "one byte a second, TCP": EdgeAttack("tcp", lines.one_byte_a_second),
    "one byte a second, serial": EdgeAttack("serial", lines.one_byte_a_second),
    "connections reset": EdgeAttack("tcp", lines.resets),
    "false lengths": EdgeAttack("tcp", lines.false_lengths),
    "any answer, TCP": EdgeAttack("tcp", lines.any_of_them),
    "any answer, serial": EdgeAttack("serial", lines.any_of_them),
    "hostile requests": EdgeAttack(downlink=downlink.requests),
    "hostile receipts": EdgeAttack(downlink=downlink.receipts),
    "hostile workers": EdgeAttack(downlink=downlink.workers),
    "idle connections to a gateway": EdgeAttack(visitor=visitors.idle_connections),
    "half requests to a gateway": EdgeAttack(visitor=visitors.half_requests),
    "wrong requests to a gateway": EdgeAttack(visitor=visitors.wrong_requests),
}

AT_PAGE: dict[str, PageAttack] = {
    "idle connections to the page": PageAttack(visitors.idle_connections),
    "half requests to the page": PageAttack(visitors.half_requests),
    "300 viewers": PageAttack(visitors.viewers),
    "wrong requests to the page": PageAttack(visitors.wrong_requests),
    "hostile city messages": PageAttack(messages=shown.city_messages),
    "hostile states on the page": PageAttack(messages=shown.gateway_states),
}

BY_FILES: dict[str, Callable[[random.Random, Path], Path]] = {
    "YAML bombs": files.aliases,
    "deep nests": files.nests,
    "huge numbers": files.numbers,
    "tiny intervals": files.tiny_intervals,
    "changed site files": files.mutations,
    "large files": files.large_files,
    "files that are no files": files.special_files,
}

AT_TRUST: dict[str, TrustAttack] = {
    "renewals without end": TrustAttack(renewals.good_requests),
    "wrong renewals": TrustAttack(renewals.wrong_requests),
}

Run = Callable[[int, float], Outcome]


def attacks() -> dict[str, Run]:
    """Return how each attack is run, from a seed and for so many seconds."""
    found: dict[str, Run] = {name: partial(attack_centre, name, one) for name, one in AT_CENTRE.items()}
    found |= {name: partial(attack_edge, name, one) for name, one in AT_GATEWAY.items()}
    found |= {name: partial(attack_page, name, one) for name, one in AT_PAGE.items()}
    found |= {name: partial(attack_trust, name, one) for name, one in AT_TRUST.items()}
    found |= {name: partial(attack_by_files, name, one) for name, one in BY_FILES.items()}
    return found | {"crafted journals": partial(attack_by_journals, "crafted journals")}
