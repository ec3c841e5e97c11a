#pragma once

#include "base/result.hpp"
#include "os/users.hpp"

#include <string_view>
#include <vector>

namespace flyball::os::real {

// Pure readers of passwd(5), group(5) and shadow(5). Lines that hold no account (empty, comments, NIS entries) are
// passed over, as glibc does; of two of a name or id the first counts.

/// Hashes come from shadow(5), or from passwd(5) itself where that says so; `*` when neither has one.
std::vector<Account> parse_accounts(std::string_view passwd, std::string_view shadow);
std::vector<AccountGroup> parse_groups(std::string_view group);

}  // namespace flyball::os::real
