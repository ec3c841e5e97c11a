#pragma once

#include "os/host.hpp"
#include "providers/provider.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <ostream>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

/// What every provider must keep, run by each kind over each sort of device: two sample specs are enough.
///
///   observing only reads                        what it gave is there, and applying again changes nothing
///   leaving puts back exactly what was there    an outside edit makes a difference again and fires the declared watch
///   at every cut of the power files are wholly old or new, and the next run completes what was begun
///   at every call that fails likewise, and the error is told, not swallowed
///
/// A device that cannot fail on demand is not given to `Faults`. A kind without samples fails `ConformanceSamples`.
namespace flyball::providers::conformance {

/// A device under test.
class Device {
 public:
  virtual ~Device() = default;
  virtual os::Host host() = 0;
  /// Somebody else acts on it: no fault strikes.
  virtual void others(const std::function<void(const os::Host&)>& act) { act(host()); }
  /// Runs `work` and lets the power go at that place, counted from 1; then boots. False when the power went: then
  /// `work` did not end.
  virtual bool survives(std::uint64_t place, const std::function<void()>& work);
  /// Runs `work` and lets the call of a port at that place fail. False when one did.
  virtual bool spares(std::uint64_t place, const std::function<void()>& work);
};
using MakeDevice = std::function<std::unique_ptr<Device>()>;

struct Sample {
  std::string name;  ///< `NewFile`: part of the test's name.
  ResourceId id;
  std::string fields;  ///< JSON, as a manifest has them.
  /// What is there before Flyball comes, besides the image.
  std::function<void(const os::Host&)> before = [](const os::Host&) {};
  /// How somebody else spoils it.
  std::function<void(const os::Host&)> tamper;
  bool watched = true;                       ///< Whether a watch can tell of that.
  std::vector<os::Path> whole;               ///< Files that are wholly old or new at every moment.
  std::vector<os::Path> may_stay;            ///< What leaving may leave behind: homes, a package's configuration.
  std::vector<os::Path> may_stay_after_cut;  ///< Likewise when the power went in the middle of it.
  bool durable = true;                       ///< What was applied outlives a power cut right after.
};

struct Case {
  std::string device;  ///< `Folder`: part of the test's name.
  MakeDevice make;
  Sample sample;
};
inline void PrintTo(const Case& c, std::ostream* out) {
  *out << c.sample.id.str() << " on a " << c.device << " device";
}

std::vector<Sample> all_samples();
std::vector<Sample> path_samples();  ///< Files, directories and links without owners: what a folder can do.
std::vector<Sample> samples_of(const std::set<std::string_view>& kinds);
std::vector<Case> cases(const std::string& device, const MakeDevice& make, const std::vector<Sample>& samples);
std::string case_name(const testing::TestParamInfo<Case>& info);

class Conformance : public testing::TestWithParam<Case> {};
class Faults : public testing::TestWithParam<Case> {};

/// Contents in memory: durable, as the agent's are.
class MemoryContents final : public Contents {
 public:
  Result<Bytes> read(const Digest& digest) override;
  Result<> keep(std::string_view bytes) override;

 private:
  std::map<Digest, Bytes> all_;
};

}  // namespace flyball::providers::conformance
