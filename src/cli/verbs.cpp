#include "cli/verbs.hpp"

namespace flyball::cli {

const std::vector<Verb>& verbs() {
  static const std::vector<Verb> all = {
      init_verb(),         validate_verb(),        plan_verb(),         explain_verb(),   show_verb(),
      schema_verb(),       login_verb(),           whoami_verb(),       status_verb(),    get_devices_verb(),
      get_releases_verb(), device_show_verb(),     device_token_verb(), drift_verb(),     trace_verb(),
      sync_verb(),         release_approve_verb(), audit_verify_verb(), audit_log_verb(), token_create_verb(),
      token_list_verb(),   token_remove_verb(),    doctor_verb(),       version_verb(),
  };
  return all;
}

}  // namespace flyball::cli
