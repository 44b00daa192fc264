"""A redirect to another host, port or scheme is not followed, and an answer stays small."""

from tests.promises.proofs import proven_by

test_proven_elsewhere = proven_by(
    "tests/exchange/test_guarded_connections.py::test_redirect_elsewhere_is_not_followed",
    "tests/exchange/test_sender.py::test_redirect_elsewhere_is_not_followed",
    "tests/exchange/test_sender.py::test_answer_is_read_up_to_its_bound_and_kept_short",
    "tests/exchange/test_sender_web.py::test_packed_answer_stays_small",
)
