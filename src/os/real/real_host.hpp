#pragma once

#include "os/facts.hpp"
#include "os/host.hpp"
#include "os/real/real_watches.hpp"

#include <memory>
#include <string>

namespace flyball::os::real {

/// All real ports of a device: of this machine, or of a folder that stands for a device (for demonstrations).
/// Programs of a folder device start in that folder and find its path in $FLYBALL_ROOT; they are not locked into it.
class RealHost {
 public:
  struct Options {
    std::string root = "/";                           ///< An existing folder.
    Duration job_timeout = std::chrono::seconds(90);  ///< Of a job of systemd.
  };
  static Result<std::unique_ptr<RealHost>> open(const Options& options);
  ~RealHost();

  Host host();             ///< Valid as long as this is.
  RealWatches& watches();  ///< For its descriptor.
  FactMap facts();         ///< What `model/facts.hpp` lists, as far as it can be told here, but the agent's version.

 private:
  struct Parts;
  explicit RealHost(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace flyball::os::real
