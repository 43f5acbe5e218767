from gateway.provision.findings import Candidate, Identification, Sentence


def test_a_product_is_first_only_if_nothing_has_to_tell_it_apart() -> None:
    one = Candidate(profile="p", vendor="v", model="m")
    assert Identification().first is None
    assert Identification(candidates=[one]).first is one
    assert Identification(candidates=[one, one], apart=[Sentence("a", "b")]).first is None
