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

}  // namespace flyball::cli
