#pragma once

#include "os/sim/host.hpp"
#include "providers/conformance_suite.hpp"
#include "providers/subject.hpp"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace flyball::providers {

/// A simulated device with providers, for tests of the form *given this system, these calls*.
class Bench {
 public:
  explicit Bench(os::sim::SimHostOptions options = {}) : sim(std::move(options)), providers(sim.host()) {
    sim.set_faults([this](const os::sim::Call& call) -> std::optional<os::sim::Fault> {
      if (call.changes && !call.step)
        calls.push_back(text(call.operation, call.subject.empty() ? "" : " ", call.subject));
      return std::nullopt;
    });
  }

  Subject subject(const ResourceId& id, std::string_view fields) {
    id_ = id;
    desired_ = decode(id.kind(), Json::parse(fields).value()).value();
    return {.id = id_, .desired = desired_, .notes = notes, .managed = &managed};
  }
  Provider& of(const ResourceId& id) { return *providers.find(id.kind()); }

  Result<std::vector<FieldChange>> differences(const ResourceId& id, std::string_view fields) {
    const auto wanted = subject(id, fields);
    return flyball::differences(desired_, TRY(of(id).observe(wanted)));
  }
  /// As the agent does: observe, apply what differs, keep the notes. `calls` are those that change something.
  Result<> apply(const ResourceId& id, std::string_view fields) {
    const auto changes = TRY(differences(id, fields));
    calls.clear();
    if (!changes.empty()) notes = TRY(of(id).apply(subject(id, fields), changes, contents));
    return {};
  }
  Result<> enter(const ResourceId& id, std::string_view fields) {
    baseline = TRY(of(id).baseline(subject(id, fields), contents));
    return {};
  }
  Result<std::string> leave(const ResourceId& id, std::string_view fields, const std::vector<std::string>& restored) {
    calls.clear();
    return of(id).restore(subject(id, fields), baseline, restored, contents);
  }

  std::string read(const os::Path& path) { return sim.disk().read(path, 1U << 24U).value().value_or("(nothing)"); }

  os::sim::SimHost sim;
  Providers providers;
  conformance::MemoryContents contents;
  std::set<ResourceId> managed;
  Json notes;
  Baseline baseline;
  std::vector<std::string> calls;

 private:
  ResourceId id_;
  Spec desired_;
};

/// The message of an error, or "" when all went well.
template <class T>
std::string trouble(const Result<T>& result) {
  return result ? std::string{} : result.error().message;
}

}  // namespace flyball::providers
