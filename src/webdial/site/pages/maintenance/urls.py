"""Addresses of the maintenance pages, under /maintenance/."""

from django.urls import path
from django.views.generic import RedirectView

from webdial.site.pages.maintenance import (
    branches,
    explain,
    function_history,
    functions,
    people,
    settings,
    users,
)
from webdial.site.pages.rights import administrator

app_name = "maintenance"

_FUNCTION = "functions/communications/generate-web-dial-url"

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
    path("branches", branches.list_all_branches, name="branches"),
    path("branches/add", branches.add_branch, name="add-branch"),
    path("branches/<int:branch_id>", branches.edit_branch, name="edit-branch"),
    path("branches/<int:branch_id>/delete", branches.remove_branch, name="delete-branch"),
    path("people", people.list_all_people, name="people"),
    path("people/companies", people.suggest_companies, name="company-choices"),
    path("people/add", people.add_person, name="add-person"),
    path("people/<int:person_id>", people.edit_person, name="edit-person"),
    path("people/<int:person_id>/delete", people.remove_person, name="delete-person"),
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
