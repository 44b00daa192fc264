"""A secret serves those whose it is, and no log-in made with it is shared wider."""

from tests.promises.proofs import proven_by

test_proven_elsewhere = proven_by(
    "tests/exchange/test_system_calls.py::test_other_values_are_another_log_in",
    "tests/secrets/test_planted_secret.py::test_refused_forms_give_no_secret_back",
    "tests/dialstring/test_shapes.py::test_result_of_a_function_takes_no_values",
)
