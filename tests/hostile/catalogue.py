"""The attacks by name."""

from collections.abc import Callable

from tests.hostile.attacks import batches, connections, schemas
from tests.hostile.centre_rig import CentreAttack, attack_centre
from tests.hostile.outcome import Outcome

AT_CENTRE: dict[str, CentreAttack] = {
    "huge exponents in scales": CentreAttack(schemas.huge_exponents),
    "scales that overflow": CentreAttack(schemas.overflowing_scales, influx=True),
    "hostile names": CentreAttack(schemas.hostile_names, influx=True),
    "thousands of tags": CentreAttack(schemas.many_tags, influx=True),
    "thousands of fields": CentreAttack(schemas.many_fields, influx=True),
    "thousands of documents": CentreAttack(schemas.many_documents),
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
    "full batches without end": CentreAttack(batches.full_batches),
    "packets of 200 MiB": CentreAttack(connections.huge_packets),
    "forged receipts": CentreAttack(connections.forged_receipts),
    "forged workers": CentreAttack(connections.forged_workers),
    "forged data": CentreAttack(connections.forged_data),
    "the client id of another": CentreAttack(connections.identity_of_another),
    "the group of the workers": CentreAttack(connections.group_of_the_workers),
    "thousands of subscriptions": CentreAttack(connections.many_subscriptions),
    "a reader that does not read": CentreAttack(connections.slow_reader),
    "a thousand connections": CentreAttack(connections.clients_without_end),
    "connections that vanish": CentreAttack(connections.gone_at_once),
    "everything at once": CentreAttack(connections.everything, influx=True),
}

Run = Callable[[int, float], Outcome]


def attacks() -> dict[str, Run]:
    """Return how each attack is run, from a seed and for so many seconds."""
    return {name: (lambda seed, seconds, name=name, one=one: attack_centre(name, one, seed, seconds)) for name, one in AT_CENTRE.items()}
