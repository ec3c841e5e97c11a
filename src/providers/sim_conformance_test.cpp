#include "os/sim/host.hpp"
#include "providers/conformance_samples.hpp"
#include "providers/conformance_suite.hpp"

namespace flyball::providers::conformance {
namespace {

using os::sim::DiskProfile;
using os::sim::Fault;

class SimDevice final : public Device {
 public:
  SimDevice(DiskProfile profile, std::uint64_t seed)
      : sim_({.seed = seed, .profile = profile, .mirror = sample_mirror(), .preinstalled = sample_preinstalled()}) {}

  os::Host host() override { return sim_.host(); }
  void others(const std::function<void(const os::Host&)>& act) override {
    sim_.as("vim", [&](os::sim::SimHost& sim) { act(sim.host()); });
  }
  bool survives(std::uint64_t place, const std::function<void()>& work) override {
    sim_.set_faults(os::sim::fault_at(sim_.fuse().places() + place, {.kind = Fault::Kind::power_cut}));
    bool ended = false;
    try {
      work();
    } catch (const os::sim::PowerCut&) {
      ended = true;
    }
    sim_.set_faults({});
    if (ended) sim_.boot();
    return !ended;
  }
  bool spares(std::uint64_t place, const std::function<void()>& work) override {
    std::uint64_t calls = 0;
    bool failed = false;
    // Steps inside a call cannot fail by themselves.
    sim_.set_faults([&](const os::sim::Call& call) -> std::optional<Fault> {
      if (call.step || ++calls != place) return std::nullopt;
      failed = true;
      return Fault{.kind = Fault::Kind::error};
    });
    work();
    sim_.set_faults({});
    return !failed;
  }

 private:
  os::sim::SimHost sim_;
};

// The seed chooses what outlives a power cut.
std::vector<Case> on(std::string_view name, DiskProfile profile, const std::vector<Sample>& samples) {
  std::vector<Case> out;
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    const auto some = cases(text(name, seed), [=] { return std::make_unique<SimDevice>(profile, seed); }, samples);
    out.insert(out.end(), some.begin(), some.end());
  }
  return out;
}

const auto once =
    cases("Simulated", [] { return std::make_unique<SimDevice>(DiskProfile::ext4_ordered, 1); }, all_samples());
const auto ordered = on("Ordered", DiskProfile::ext4_ordered, all_samples());
// Only what we write ourselves: systemd, dpkg and the shadow tools count on a file system that keeps an order.
const auto weak =
    on("WeaklyOrdered", DiskProfile::weak_posix, samples_of({File::kind, Directory::kind, Link::kind, Sysctl::kind}));

INSTANTIATE_TEST_SUITE_P(Sim, Conformance, testing::ValuesIn(once), case_name);
INSTANTIATE_TEST_SUITE_P(Sim, Faults, testing::ValuesIn(ordered), case_name);
INSTANTIATE_TEST_SUITE_P(SimWeak, Faults, testing::ValuesIn(weak), case_name);

}  // namespace
}  // namespace flyball::providers::conformance
