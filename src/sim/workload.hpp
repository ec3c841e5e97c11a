#pragma once

#include "os/sim/packages.hpp"
#include "os/sim/random.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace flyball::sim {

/// The people of a world: they write a repository and change it, as a seed has it. What they manage is drawn from a
/// list of features, each a few resources that belong together; a group of devices has some of them, in some version.
class Workload {
 public:
  Workload(std::uint64_t seed, std::size_t devices);

  const std::vector<std::string>& devices() const { return devices_; }
  std::map<std::string, std::string> files() const;
  /// Changes what the repository says and tells what was done, as the subject of a commit.
  std::string change();
  /// A tree that does not compile: what a hurried person pushes.
  std::map<std::string, std::string> broken_files() const;

  /// What the mirror of this world offers.
  static std::shared_ptr<os::sim::Mirror> mirror();

 private:
  using Features = std::map<std::string, int>;  // With the version each is at.
  struct State {
    std::map<std::string, Features> groups;
    std::map<std::string, std::string> group_of;
  };
  std::string change_feature();
  std::string move_device();

  os::sim::SimRandom random_;
  std::vector<std::string> devices_;
  State now_;
  std::vector<State> before_;
};

}  // namespace flyball::sim
