"""What each secret of a configuration file says that it was sealed for: its place in the file, by names."""


def place_of_system(system: str, name: str) -> str:
    return f"system:{system.casefold()}:{name}"


def place_of_user(staff_id: str, system: str, phone: str, name: str) -> str:
    return f"user:{staff_id.casefold()}:{system.casefold()}:{phone.casefold()}:{name}"


def place_of_password(staff_id: str) -> str:
    return f"password:{staff_id.casefold()}"


def place_of_credential(name: str) -> str:
    return f"credential:{name.casefold()}"
