#pragma once

#include "os/files.hpp"
#include "plan/plan.hpp"
#include "providers/provider.hpp"

#include <string>
#include <string_view>

namespace flyball::agent {

/// The lines that differ, as `diff -u` shows them with two lines around; at most 60 lines of at most 200 characters.
/// Empty when one of them is no text or too long to compare.
std::string unified_diff(std::string_view before, std::string_view after);

/// The change of a step with the difference of a file's content, read before the step is done; nothing secret in it.
Change with_content_diff(const plan::Step& step, os::Files& files, providers::Contents& contents);

/// What must not travel in plans, reports and logs becomes `(hidden)`: sensitive contents, password hashes.
void hide_secrets(std::vector<FieldChange>& fields, const Spec& spec);

}  // namespace flyball::agent
