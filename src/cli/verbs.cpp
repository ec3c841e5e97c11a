#include "cli/verbs.hpp"

namespace flyball::cli {

const std::vector<Verb>& verbs() {
  static const std::vector<Verb> all = {
      init_verb(), validate_verb(), plan_verb(), explain_verb(), show_verb(), schema_verb(), version_verb(),
  };
  return all;
}

}  // namespace flyball::cli
