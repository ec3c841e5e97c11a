#pragma once

#include "base/json.hpp"
#include "cli/verb.hpp"
#include "model/condition.hpp"

#include <string>
#include <string_view>

/// The words and shapes of states, and other things that several verbs say of a server's answers.
namespace flyball::cli {

/// `✖ Failed`, in its colour.
std::string state_text(std::string_view word, bool colour);
/// A text member, made harmless; empty when it is not there.
std::string field(const Json& object, std::string_view name);
std::string labels_text(const Json& device);            ///< `site=lobby  ring=canary`
std::string short_revision(std::string_view revision);  ///< Its first seven digits.
std::string time_of_day(std::string_view rfc3339);      ///< `14:02:11Z`
/// The person of `Ana Berg <ana@acme.example>`.
std::string person_name(std::string_view author);

}  // namespace flyball::cli
