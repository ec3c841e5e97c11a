#pragma once

#include "base/json.hpp"
#include "compile/compare.hpp"
#include "compile/fleet.hpp"

#include <string>
#include <vector>

namespace flyball::cli {

/// A plan with what is said about it, ready to be shown.
struct PlanView {
  std::string from;  ///< `4f1c2e9`, or `nothing`
  std::string to;    ///< `working tree`
  compile::FleetPlan plan;
  std::vector<std::string> places;  ///< Of each change, the line in git that brings it about; may be empty.
  std::vector<compile::Tripped> tripped;
  compile::Guards guards;  ///< Those that judged.
  bool judged = false;     ///< There was a fleet before.
};

struct PlanLook {
  bool full = false;  ///< Everything: unchanged resources, whole diffs, all devices by name.
  bool colour = false;
};

std::string plan_text(const PlanView& view, const PlanLook& look);
std::string plan_markdown(const PlanView& view, const PlanLook& look);
Json plan_json(const PlanView& view);

}  // namespace flyball::cli
