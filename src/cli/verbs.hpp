#pragma once

#include "cli/verb.hpp"

namespace flyball::cli {

// On a checkout alone.
Verb init_verb();
Verb validate_verb();
Verb plan_verb();
Verb explain_verb();
Verb show_verb();
Verb schema_verb();
Verb version_verb();

// Against a server.
Verb login_verb();
Verb whoami_verb();
Verb status_verb();
Verb get_devices_verb();
Verb get_releases_verb();
Verb device_show_verb();
Verb device_token_verb();
Verb drift_verb();
Verb trace_verb();
Verb sync_verb();
Verb release_approve_verb();
Verb audit_verify_verb();
Verb audit_log_verb();
Verb token_create_verb();
Verb token_list_verb();
Verb token_remove_verb();
Verb doctor_verb();

}  // namespace flyball::cli
