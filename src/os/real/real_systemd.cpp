#include "os/real/real_systemd.hpp"

#include "os/real/systemd_bus.hpp"

#include <map>
#include <optional>

namespace flyball::os::real {
namespace {

constexpr const char* unit_interface = "org.freedesktop.systemd1.Unit";
constexpr Duration usual_timeout = std::chrono::seconds(25);

// Where `Result` is: the kinds of units that can fail have an interface of their own for it.
std::optional<std::string> result_interface(const std::string& name) {
  const std::map<std::string_view, const char*> interfaces = {
      {".service", "Service"}, {".socket", "Socket"}, {".timer", "Timer"},         {".mount", "Mount"},
      {".swap", "Swap"},       {".path", "Path"},     {".automount", "Automount"}, {".scope", "Scope"}};
  const auto found = interfaces.find(std::string_view(name).substr(name.rfind('.')));
  if (found == interfaces.end()) return std::nullopt;
  return text("org.freedesktop.systemd1.", found->second);
}

}  // namespace

RealSystemd::RealSystemd(Duration job_timeout) : job_timeout_(job_timeout) {}
RealSystemd::~RealSystemd() = default;

Result<SystemdBus*> RealSystemd::bus() {
  if (bus_ && !bus_->handle()) bus_.reset();
  if (!bus_) bus_ = TRY(SystemdBus::open());
  return bus_.get();
}

Read<Unit> RealSystemd::unit(const std::string& given) {
  const auto name = full_unit_name(given);
  auto& bus = *TRY(this->bus());
  const auto object = TRY(bus.call("LoadUnit", {name}, usual_timeout), "cannot load the unit ", name);
  const auto get = [&](const char* property) { return bus.text(object, unit_interface, property); };
  const auto load_state = TRY(get("LoadState"), "cannot read the state of ", name);
  Unit unit{.active_state = TRY(get("ActiveState"), "cannot read the state of ", name),
            .sub_state = TRY(get("SubState"), "cannot read the state of ", name)};
  // What still runs although its file is gone is there.
  if (load_state == "not-found" && (unit.active_state == "inactive" || unit.active_state == "failed"))
    return std::nullopt;
  unit.path = TRY(get("FragmentPath"), "cannot read the state of ", name);
  unit.needs_daemon_reload =
      TRY(bus.flag(object, unit_interface, "NeedDaemonReload"), "cannot read the state of ", name);
  if (const auto interface = result_interface(name))
    unit.result = TRY(bus.text(object, *interface, "Result"), "cannot read the state of ", name);
  if (unit.active_state == "inactive" || unit.active_state == "failed" || unit.active_state == "deactivating") {
    const auto job = TRY(bus.queued_job(object), "cannot read the state of ", name);
    unit.start_queued = job == "start" || job == "restart" || job == "reload-or-start";
  }
  // Not the property UnitFileState: systemd keeps that from before the links were changed.
  auto file_state = bus.call("GetUnitFileState", {name}, usual_timeout);
  if (!file_state && file_state.error().code != Errc::not_found)
    return fail(file_state.error().code, "cannot tell whether ", name, " is enabled: ", file_state.error().message);
  unit.unit_file_state = file_state.value_or("");
  return unit;
}

Result<> RealSystemd::job(const char* method, const std::string& given, const char* verb) {
  const auto name = full_unit_name(given);
  // A connection of its own, so that nobody has to take the signals of all the jobs that we do not wait for.
  const auto listener = TRY(SystemdBus::open());
  std::map<std::string, std::string> ended;  // Some jobs end before the call that began them returns.
  TRY(listener->listen({{.member = "JobRemoved"}}, [&](const SystemdBus::Signal& signal) {
    // Number, job, unit, result.
    if (signal.values.size() == 4) ended[signal.values[1]] = signal.values[3];
  }));
  const auto job = TRY(listener->call(method, {name, "replace"}, usual_timeout), "cannot ", verb, " ", name);
  TRY(listener->handle_until([&] { return ended.contains(job); }, job_timeout_), "to ", verb, " ", name);
  const auto& result = ended[job];
  if (result == "done" || result == "skipped") return {};
  if (result == "canceled") return fail(Errc::conflict, "cannot ", verb, " ", name, ": another job took its place");
  if (result == "timeout") return fail(Errc::timeout, "cannot ", verb, " ", name, ": systemd gave up waiting for it");
  if (result == "dependency") return fail(Errc::conflict, "cannot ", verb, " ", name, ": a unit that it needs failed");
  const auto now = unit(name);
  const auto why = now && *now ? text("the unit is ", (*now)->active_state, ", result ", (*now)->result) : result;
  return fail(Errc::conflict, "cannot ", verb, " ", name, ": ", why);
}

Result<> RealSystemd::start(const std::string& name) { return job("StartUnit", name, "start"); }

Result<> RealSystemd::stop(const std::string& name) {
  const auto done = job("StopUnit", name, "stop");
  return !done && done.error().code == Errc::not_found ? Result<>() : done;  // Nothing there: nothing runs.
}

Result<> RealSystemd::restart(const std::string& name) { return job("RestartUnit", name, "restart"); }

Result<> RealSystemd::reload_or_restart(const std::string& name) {
  return job("ReloadOrRestartUnit", name, "reload or restart");
}

Result<> RealSystemd::set_enabled(const std::string& given, bool enabled) {
  const auto name = full_unit_name(given);
  auto& bus = *TRY(this->bus());
  if (enabled) {
    const bool can_be = TRY(bus.change_unit_files("EnableUnitFiles", name, {false, true}), "cannot enable ", name);
    if (!can_be) {
      return fail(Errc::invalid, "cannot enable ", name,
                  ": its unit file has no [Install] section (it is static), so it is started only by others");
    }
  } else {
    TRY(bus.change_unit_files("DisableUnitFiles", name, {false}), "cannot disable ", name);
  }
  return daemon_reload();
}

Result<> RealSystemd::set_masked(const std::string& given, bool masked) {
  const auto name = full_unit_name(given);
  auto& bus = *TRY(this->bus());
  if (masked) {
    TRY(bus.change_unit_files("MaskUnitFiles", name, {false, true}), "cannot mask ", name);
  } else {
    TRY(bus.change_unit_files("UnmaskUnitFiles", name, {false}), "cannot unmask ", name);
  }
  return daemon_reload();
}

Result<> RealSystemd::daemon_reload() {
  TRY(TRY(bus())->call("Reload", {}, job_timeout_), "systemd cannot read its unit files again");
  return {};
}

Result<> RealSystemd::reset_failed(const std::string& given) {
  const auto name = full_unit_name(given);
  TRY(TRY(bus())->call("ResetFailedUnit", {name}, usual_timeout), "cannot forget the failure of ", name);
  return {};
}

Result<> RealSystemd::wait_ended(const std::string& given, Duration timeout) {
  const auto name = full_unit_name(given);
  const auto listener = TRY(SystemdBus::open());
  bool moved = false;
  TRY(listener->listen({{.member = "UnitRemoved"}, {.unit = name}}, [&](const SystemdBus::Signal&) { moved = true; }));
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  for (;;) {
    moved = false;
    // Asked by name without loading it, so that we do not keep alive what we wait for.
    const auto object = listener->call("GetUnit", {name}, usual_timeout);
    if (!object && object.error().code == Errc::not_found) return {};
    if (!object) return std::unexpected(object.error());
    const auto state = listener->text(*object, unit_interface, "ActiveState");
    if (state && (*state == "inactive" || *state == "failed")) return {};
    const auto left = std::chrono::duration_cast<Duration>(deadline - std::chrono::steady_clock::now());
    TRY(listener->handle_until([&] { return moved; }, left), "waiting for ", name, " to end");
  }
}

}  // namespace flyball::os::real
