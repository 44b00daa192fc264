"""Addresses of the maintenance pages, under /maintenance/."""

from django.urls import path
from django.views.generic import RedirectView

from webdial.site.pages.maintenance import (
    branches,
    credentials,
    explain,
    function_history,
    functions,
    people,
    phone_systems,
    settings,
    system_certificate,
    system_file,
    system_trial,
    system_use,
    user_phones,
    users,
)
from webdial.site.pages.rights import administrator

app_name = "maintenance"

_FUNCTION = "functions/communications/generate-web-dial-url"
_SETUP = "phone-systems/<int:setup_id>"

urlpatterns = [
    path(
        "",
        administrator(RedirectView.as_view(pattern_name="maintenance:settings")),
        name="start",
    ),
    path("settings", settings.list_settings, name="settings"),
    path("settings/edit", settings.edit_setting, name="edit-setting"),
    path("settings/check", settings.check_setting, name="check-setting"),
    path("settings/clear", settings.clear_value, name="clear-setting"),
    path("settings/add", settings.add_own_setting, name="add-setting"),
    path("settings/explain", explain.explain_number, name="explain"),
    path("users", users.list_all_users, name="users"),
    path("users/choices", users.suggest_users, name="user-choices"),
    path("users/add", users.add_user, name="add-user"),
    path("users/<int:user_id>", users.edit_user, name="edit-user"),
    path("users/<int:user_id>/phones", user_phones.list_phones, name="user-phones"),
    path("users/<int:user_id>/phones/add", user_phones.add_phone, name="add-user-phone"),
    path(
        "users/<int:user_id>/phones/<int:phone_id>", user_phones.edit_phone, name="edit-user-phone"
    ),
    path(
        "users/<int:user_id>/phones/<int:phone_id>/delete",
        user_phones.remove_phone,
        name="delete-user-phone",
    ),
    path(
        "users/<int:user_id>/phones/systems/<int:setup_id>",
        user_phones.fill_in,
        name="fill-in-for-user",
    ),
    path(
        "users/<int:user_id>/phones/systems/<int:setup_id>/sign-out",
        user_phones.sign_out,
        name="sign-user-out",
    ),
    path("credentials", credentials.list_all_credentials, name="credentials"),
    path("credentials/add", credentials.add_credential, name="add-credential"),
    path("credentials/<int:credential_id>", credentials.change_credential, name="edit-credential"),
    path(
        "credentials/<int:credential_id>/delete",
        credentials.remove_credential,
        name="delete-credential",
    ),
    path("branches", branches.list_all_branches, name="branches"),
    path("branches/add", branches.add_branch, name="add-branch"),
    path("branches/<int:branch_id>", branches.edit_branch, name="edit-branch"),
    path("branches/<int:branch_id>/delete", branches.remove_branch, name="delete-branch"),
    path("people", people.list_all_people, name="people"),
    path("people/companies", people.suggest_companies, name="company-choices"),
    path("people/add", people.add_person, name="add-person"),
    path("people/<int:person_id>", people.edit_person, name="edit-person"),
    path("people/<int:person_id>/delete", people.remove_person, name="delete-person"),
    path("phone-systems", phone_systems.list_all_setups, name="phone-systems"),
    path("phone-systems/catalogue", phone_systems.show_catalogue, name="system-catalogue"),
    path(
        "phone-systems/catalogue/<slug:system_id>",
        phone_systems.add_from_catalogue,
        name="add-phone-system",
    ),
    path("phone-systems/own-file", system_file.add_own_file, name="add-system-file"),
    path(_SETUP, phone_systems.edit_setup, name="edit-phone-system"),
    path(f"{_SETUP}/file", system_file.edit_file, name="system-file"),
    path(f"{_SETUP}/test", system_trial.test_setup, name="test-phone-system"),
    path(f"{_SETUP}/use", system_use.use_setup, name="use-phone-system"),
    path(
        f"{_SETUP}/certificate",
        system_certificate.compare_certificate,
        name="phone-system-certificate",
    ),
    path(f"{_SETUP}/delete", phone_systems.remove_setup, name="delete-phone-system"),
    path("functions", functions.show_tree, name="functions"),
    path("functions/words", functions.show_words, name="function-words"),
    path(_FUNCTION, functions.edit_function, name="function"),
    path(f"{_FUNCTION}/check", functions.check_typed, name="check-function"),
    path(f"{_FUNCTION}/try", functions.try_typed, name="try-function"),
    path(f"{_FUNCTION}/versions", function_history.list_all_versions, name="function-versions"),
    path(
        f"{_FUNCTION}/versions/<int:version_id>",
        function_history.show_version,
        name="function-version",
    ),
    path(
        f"{_FUNCTION}/versions/<int:version_id>/restore",
        function_history.restore_version,
        name="restore-function",
    ),
]
