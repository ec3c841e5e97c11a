#pragma once

#include "cli/plan_view.hpp"

#include <set>
#include <string>
#include <string_view>
#include <vector>

/// What the forms of a plan share.
namespace flyball::cli {

std::string_view sign_of(compile::FleetChange::What what);
/// What happens to a thing that leaves, in brackets; empty for other changes.
std::string_view fate_of(const compile::FleetChange& change);
/// `170 devices`, or the device's name when it is one.
std::string devices_text(const compile::FleetChange& change);
/// `laptops`, `kiosks, laptops and 3 more`
std::string groups_text(const std::vector<GroupPath>& groups);
/// Names, and how many more there are.
std::string names_text(const std::vector<DeviceId>& devices, std::size_t most);
/// `212 of 4 310 devices, 2 groups`
std::string reach_text(const compile::FleetPlan& plan);
/// `0 add, 1 change, 1 delete, 1 release.`
std::string counts_text(const compile::FleetPlan& plan);
/// `Guard: delete 3.9 % < 5 %.`; empty when nothing was judged or something tripped.
std::string guard_text(const PlanView& view);
/// The lines that say what changes in a change: fields, diffs, restarts. Contents at most so many lines.
struct DetailLine {
  char sign = ' ';  ///< `-`, `+` or ` `.
  std::string text;
  bool diff = false;
};
std::vector<DetailLine> details_of(const compile::FleetChange& change, std::size_t most_lines);
bool is_empty(const compile::FleetPlan& plan);

}  // namespace flyball::cli
