#include "providers/service/service_provider.hpp"

#include "providers/subject.hpp"

namespace flyball::providers {
namespace {

std::string unit_of(const Subject& subject) { return unit_name(subject.id.name()); }

bool wants_something(const Service& want) {
  return want.running == true || want.enabled == true || want.masked == true;
}

// Only the named fields.
Service only(const Service& all, const std::vector<std::string>& fields) {
  Service out;
  if (has(fields, "running")) out.running = all.running;
  if (has(fields, "enabled")) out.enabled = all.enabled;
  if (has(fields, "masked")) out.masked = all.masked;
  return out;
}

Service nothing_there() { return {.running = false, .enabled = false, .masked = false}; }

}  // namespace

Service service_of(const os::Unit& unit) {
  const bool up = unit.active_state == "active" || unit.active_state == "reloading" ||
                  unit.active_state == "refreshing" || unit.start_queued ||
                  (unit.active_state == "activating" && unit.sub_state != "auto-restart");
  return {.running = up,
          .enabled = unit.unit_file_state == "enabled" || unit.unit_file_state == "alias",
          .masked = unit.unit_file_state == "masked" || unit.unit_file_state == "masked-runtime"};
}

Result<std::optional<Spec>> ServiceProvider::observe(const Subject& subject) {
  const auto unit = TRY(systemd_.unit(unit_of(subject)), "cannot read the state of ", unit_of(subject));
  if (unit) return service_of(*unit);
  if (wants_something(desired_of<Service>(subject))) return std::nullopt;
  return nothing_there();
}

Result<Baseline> ServiceProvider::baseline(const Subject& subject, Contents&) {
  const auto unit = TRY(systemd_.unit(unit_of(subject)), "cannot read the state of ", unit_of(subject));
  if (!unit) return Baseline{};
  return Baseline{.spec = service_of(*unit)};
}

Result<> ServiceProvider::read_new_unit_files(const os::Unit& now) {
  if (now.needs_daemon_reload) TRY(systemd_.daemon_reload(), "cannot make systemd read its unit files again");
  return {};
}

// Why it does not run, after a start that systemd called done.
Result<> ServiceProvider::need_running(const std::string& unit) {
  const auto now = TRY(systemd_.unit(unit), "cannot read the state of ", unit);
  if (now && service_of(*now).running == true) return {};
  if (!now) return fail(Errc::not_found, unit, " vanished when it was started");
  if (now->active_state == "inactive" && now->result == "success")
    return fail(Errc::invalid, unit,
                " ended by itself: it cannot be kept running (a oneshot needs RemainAfterExit=yes), or one of its "
                "conditions does not hold");
  return fail(Errc::conflict, unit, " does not stay up: ", now->active_state, " (", now->sub_state, "), result `",
              now->result, "`");
}

Result<> ServiceProvider::start(const std::string& unit, const os::Unit& now) {
  // After too many failures systemd refuses to try until told so.
  if (now.active_state == "failed") TRY(systemd_.reset_failed(unit), "cannot clear the failure of ", unit);
  TRY(systemd_.start(unit));  // Its errors name what was tried, and on which unit.
  return need_running(unit);
}

Result<> ServiceProvider::set_enabled(const std::string& unit, bool enabled, const os::Unit& now) {
  const auto& state = now.unit_file_state;
  if (enabled && (state == "static" || state == "generated" || state == "transient" || state.empty()))
    return fail(Errc::unsupported, unit, " cannot be enabled: its unit file is ", state.empty() ? "missing" : state,
                state == "static" ? ", it has no [Install] section" : "");
  TRY(systemd_.set_enabled(unit, enabled), enabled ? "cannot enable " : "cannot disable ", unit);
  const auto after = TRY(systemd_.unit(unit), "cannot read the state of ", unit);
  if (after && service_of(*after).enabled == enabled) return {};
  return fail(Errc::unsupported, unit, enabled ? " cannot be enabled" : " cannot be disabled", ": it stays `",
              after ? after->unit_file_state : "", "`");
}

Result<> ServiceProvider::bring_to(const std::string& unit, const Service& want) {
  auto now = TRY(systemd_.unit(unit), "cannot read the state of ", unit);
  if (want.masked == false && now && service_of(*now).masked == true) {
    TRY(systemd_.set_masked(unit, false), "cannot unmask ", unit);
    now = TRY(systemd_.unit(unit), "cannot read the state of ", unit);
  }
  if (!now) {
    if (want.running != true && want.enabled != true && want.masked != true) return {};
    if (want.masked == true) return systemd_.set_masked(unit, true);
    return fail(Errc::not_found, "systemd knows no unit ", unit, ": is its package among `needs`?");
  }
  const auto is = service_of(*now);
  if (is.masked == true && (want.running == true || want.enabled == true))
    return fail(Errc::conflict, unit, " is masked: say `masked: false` to unmask it");
  TRY(read_new_unit_files(*now));
  if (want.running == false && is.running == true) TRY(systemd_.stop(unit));
  // What is masked counts as disabled already; systemd would refuse.
  if (want.enabled && want.enabled != is.enabled && is.masked == false) TRY(set_enabled(unit, *want.enabled, *now));
  if (want.running == true && is.running == false) TRY(start(unit, *now));
  if (want.masked == true && is.masked == false) TRY(systemd_.set_masked(unit, true), "cannot mask ", unit);
  return {};
}

Result<Json> ServiceProvider::apply(const Subject& subject, const std::vector<FieldChange>&, Contents&) {
  TRY(bring_to(unit_of(subject), desired_of<Service>(subject)));
  return Json{};
}

Result<std::string> ServiceProvider::restore(const Subject& subject, const Baseline& baseline,
                                             const std::vector<std::string>& fields, Contents&) {
  const auto unit = unit_of(subject);
  const auto want = only(baseline.spec ? std::get<Service>(*baseline.spec) : nothing_there(), fields);
  if (wants_something(want) && !TRY(systemd_.unit(unit), "cannot read the state of ", unit))
    return text(unit, " is not there any more: nothing to put back");
  TRY(bring_to(unit, want));
  return std::string{};
}

Result<> ServiceProvider::trigger(const Subject& subject, Trigger trigger) {
  const auto unit = unit_of(subject);
  const auto now = TRY(systemd_.unit(unit), "cannot read the state of ", unit);
  if (!now) return fail(Errc::not_found, "systemd knows no unit ", unit);
  if (service_of(*now).running == false && desired_of<Service>(subject).running != true) return {};
  TRY(read_new_unit_files(*now));
  if (now->active_state == "failed") TRY(systemd_.reset_failed(unit), "cannot clear the failure of ", unit);
  if (trigger == Trigger::restart) {
    TRY(systemd_.restart(unit));
  } else {
    TRY(systemd_.reload_or_restart(unit));
  }
  return desired_of<Service>(subject).running == true ? need_running(unit) : Result<>{};
}

std::vector<os::Watch> ServiceProvider::watches(const Subject& subject) { return {os::Watch::unit(unit_of(subject))}; }

}  // namespace flyball::providers
