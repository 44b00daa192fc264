"""What each sealed text says that it was sealed for: the place where it is kept."""


def place_of_credential(name: str) -> str:
    return f"credential:{name.strip().casefold()}"


def place_of_value(setup_id: int, user_id: int | None, phone_id: int | None, name: str) -> str:
    return f"system:{setup_id}:{user_id or ''}:{phone_id or ''}:{name}"


def place_of_sign_in(setup_id: int, user_id: int) -> str:
    return f"sign_in:{setup_id}:{user_id}"


def place_of_action(action_id: object) -> str:
    return f"computer_action:{action_id}"


def place_of_second_factor() -> str:
    return "second_factor"
