#include "sim/scenario.hpp"

#include "sim/scenario_text.hpp"
#include "sim/workload.hpp"
#include "sim/world.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace flyball::sim {
namespace {

constexpr std::uint64_t plenty = 1U << 24U;
using os::sim::Fault;
using os::sim::SimHost;

class Scenario {
 public:
  Scenario(std::vector<ScenarioLine> lines, std::uint64_t seed)
      : lines_(std::move(lines)), world_({.seed = seed, .devices = declare_devices(), .mirror = Workload::mirror()}) {}

  Result<> run() {
    for (const auto& line : lines_) {
      line_ = &line;
      const auto verb = verbs().find(word(0));
      if (verb == verbs().end()) return fail(Errc::invalid, "line ", line.number, ": no such verb: ", word(0));
      TRY((this->*verb->second)(), "line ", line.number);
    }
    return {};
  }

 private:
  using Verb = Result<> (Scenario::*)();
  static const std::map<std::string, Verb>& verbs() {
    static const std::map<std::string, Verb> all = {{"device", &Scenario::nothing},
                                                    {"commit", &Scenario::commit},
                                                    {"remove", &Scenario::remove},
                                                    {"revert", &Scenario::revert},
                                                    {"settle", &Scenario::settle},
                                                    {"wait", &Scenario::wait},
                                                    {"expect", &Scenario::expect},
                                                    {"edit", &Scenario::edit},
                                                    {"delete", &Scenario::erase},
                                                    {"stop", &Scenario::stop},
                                                    {"write", &Scenario::write},
                                                    {"event", &Scenario::event},
                                                    {"state", &Scenario::state},
                                                    {"power-cut", &Scenario::end_it},
                                                    {"crash", &Scenario::end_it},
                                                    {"reboot", &Scenario::end_it},
                                                    {"offline", &Scenario::offline},
                                                    {"online", &Scenario::online},
                                                    {"crash-server", &Scenario::crash_server},
                                                    {"trouble", &Scenario::trouble},
                                                    {"held", &Scenario::held},
                                                    {"approve", &Scenario::approve}};
    return all;
  }

  std::string word(std::size_t i) const { return i < line_->words.size() ? line_->words[i] : ""; }
  std::string rest_after(std::size_t i) const { return i < line_->rests.size() ? line_->rests[i] : ""; }
  DeviceNode& device() { return world_.device(word(1)); }
  std::string name() const { return word(2).substr(word(2).find(':') + 1); }
  std::string kind() const { return word(2).substr(0, word(2).find(':')); }
  // What stands behind `by`.
  std::string actor() const {
    const auto by = std::ranges::find(line_->words, "by");
    if (by == line_->words.end()) return "somebody";
    return line_->rests[static_cast<std::size_t>(by - line_->words.begin())];
  }

  std::vector<std::string> declare_devices() {
    std::vector<std::string> names;
    files_["fleet.yaml"] = "kind: fleet\nid: scenario-1\nname: scenario\n";
    for (const auto& line : lines_) {
      if (line.words[0] != "device" || line.words.size() != 4) continue;
      names.push_back(line.words[1]);
      files_[text("devices/", line.words[1], ".yaml")] =
          text("kind: devices\ngroup: ", line.words[3], "\ndevices:\n  ", line.words[1], ": {}\n");
    }
    return names;
  }

  Result<> nothing() { return {}; }
  Result<> push(std::string subject) {
    world_.server().push(files_, std::move(subject));
    return {};
  }
  Result<> commit() {
    before_ = files_;
    files_[word(1)] = rest_after(1) + '\n';
    return push("change " + word(1));
  }
  Result<> remove() {
    before_ = files_;
    files_.erase(word(1));
    return push("remove " + word(1));
  }
  Result<> revert() {
    std::swap(files_, before_);
    return push("revert");
  }
  Result<> settle() {
    if (!enrolled_) TRY(world_.enrol());
    enrolled_ = true;
    world_.run_for(std::chrono::seconds(5));
    const auto there = [this] {
      return std::ranges::all_of(world_.devices(), [this](const auto& device) {
        return offline_.contains(device->name()) || world_.converged(*device);
      });
    };
    if (world_.run_until(there, std::chrono::hours(1))) return {};
    std::string said;
    for (auto& device : world_.devices())
      if (device->agent() != nullptr)
        for (const auto& resource : device->agent()->status().not_ready)
          said += text("; ", device->name(), ' ', resource.id, ' ', resource.condition.message);
    return fail(Errc::timeout, "it does not settle within an hour", said);
  }
  Result<> wait() {
    const auto span = parse_duration(word(1));
    if (!span) return fail(Errc::invalid, "no duration: ", word(1));
    world_.run_for(*span);
    return {};
  }

  // What is on the device, in the words of `expect`.
  Result<std::string> found(const std::string& what) {
    auto& host = device().host();
    if (kind() == "file" || kind() == "directory" || kind() == "link") {
      const auto meta = TRY(host.disk().stat(name()));
      if (what == "absent" || !meta) return meta ? "there" : "absent";
      if (what == "content") return TRY(host.disk().read(name(), plenty)).value_or("");
      if (what == "mode") return Mode{meta->mode}.str();
      if (what == "target") return TRY(host.disk().read_link(name())).value_or("");
      return "there";
    }
    return host.as("scenario", [&](SimHost& h) { return found_elsewhere(h, what); });
  }
  Result<std::string> found_elsewhere(SimHost& host, const std::string& what) {
    if (kind() == "package") {
      const auto package = TRY(host.packages().package(name()));
      if (what == "version") return package ? package->version : "absent";
      return package && package->installed ? "installed" : "absent";
    }
    if (kind() == "service") {
      const auto unit = TRY(host.systemd().unit(name()));
      if (!unit) return "absent";
      if (what == "enabled" || what == "disabled") return unit->unit_file_state;
      return unit->active_state == "active" ? "running" : "stopped";
    }
    if (kind() == "user") return TRY(host.users().account(name())) ? "present" : "absent";
    if (kind() == "sysctl") {
      auto path = text("/proc/sys/", name());
      std::ranges::replace(path, '.', '/');
      const auto value = TRY(host.disk().read(path, plenty)).value_or("absent\n");
      return value.substr(0, value.find('\n'));
    }
    return fail(Errc::invalid, "nothing is known of ", word(2));
  }
  Result<> expect() {
    // `content "x"` compares with what follows; a single word is its own value.
    const auto want = line_->words.size() > 4 ? word(4) : word(3);
    const auto is = TRY(found(word(3)));
    if (is != want) return fail(Errc::conflict, word(2), " of ", word(1), ": expected `", want, "`, found `", is, "`");
    return {};
  }

  Result<> done(Result<> result) {
    device().nudge();
    return result;
  }
  Result<> edit() { return done(device().host().edit(name(), word(4), actor())); }
  Result<> erase() { return done(device().host().remove(name(), actor())); }
  Result<> stop() {
    return done(device().host().as(actor(), [this](SimHost& host) { return host.systemd().stop(name()); }));
  }
  Result<> write() {
    auto path = text("/proc/sys/", name());
    std::ranges::replace(path, '.', '/');
    return done(device().host().as(actor(), [&](SimHost& host) { return host.disk().write_kernel(path, word(3)); }));
  }

  Result<> event() {
    const auto reason = word(2) == "Drifted" ? Reason::corrective : Reason::intended;
    const bool caused = std::ranges::find(line_->words, "by") != line_->words.end();
    const auto all = TRY(world_.server().store().device_events({.device = DeviceId(word(1)), .limit = 1000}));
    std::string said;
    for (const auto& event : all) {
      const auto change = change_of(event.body);
      if (!change) continue;
      said += text("; ", change->id, " by ", change->cause);
      const bool field = std::ranges::any_of(change->fields, [&](const auto& f) { return f.field == word(4); });
      if (change->id.str() == word(3) && change->reason == reason && field && (!caused || change->cause == actor()))
        return {};
    }
    return fail(Errc::not_found, "no such event, only", said);
  }
  static Result<Change> change_of(const Bytes& body) {
    const auto json = TRY(Json::parse(body));
    const auto* change = json.find("change");
    return change == nullptr ? fail(Errc::not_found, "no change") : Change::from_json(*change);
  }

  Result<> state() {
    if (device().agent() == nullptr) return fail(Errc::unavailable, "the agent of ", word(1), " does not run");
    const auto is = flyball::name(device().agent()->status().condition.state);
    if (is != word(2)) return fail(Errc::conflict, word(1), " is ", is);
    return {};
  }

  Result<> end_it() {
    if (word(0) == "reboot") {
      device().reboot();
    } else {
      device().kill(word(0) == "crash" ? Fault::Kind::crash : Fault::Kind::power_cut);
    }
    return {};
  }
  Result<> offline() {
    offline_.insert(word(1));
    world_.network().link(word(1)).up = world_.network().link(word(1)).down = false;
    return {};
  }
  Result<> online() {
    offline_.erase(word(1));
    world_.network().link(word(1)) = {};
    return {};
  }
  Result<> crash_server() {
    world_.server().kill(Fault::Kind::crash);
    return {};
  }

  Result<Bytes> overview() {
    world_.run_for(std::chrono::seconds(1));
    return TRY(world_.server().admin("GET", "/api/v1/repository", {})).body +
           TRY(world_.server().admin("GET", "/api/v1/overview", {})).body;
  }
  Result<> says(const std::string& words) {
    const auto told = TRY(overview());
    if (told.find(words) == Bytes::npos) return fail(Errc::not_found, "the server says: ", told);
    return {};
  }
  Result<> trouble() { return says(word(1)); }
  Result<> held() {
    TRY(says("\"held\":{"));
    return says(word(1));
  }
  Result<> approve() {
    world_.approve_held();
    return {};
  }

  std::vector<ScenarioLine> lines_;
  std::map<std::string, std::string> files_;
  std::map<std::string, std::string> before_;
  World world_;
  const ScenarioLine* line_ = nullptr;
  std::set<std::string> offline_;
  bool enrolled_ = false;
};

}  // namespace

Result<> run_scenario(std::string_view text, std::uint64_t seed) {
  return Scenario(TRY(read_scenario(text)), seed).run();
}

}  // namespace flyball::sim
