#pragma once

#include "os/watches.hpp"

#include <memory>
#include <string>

namespace flyball::os::real {

/// Watches of this machine, or of a device that is a folder: files by inotify(7), units by systemd's signals. Who made
/// a change is not known to either, so `cause` stays empty. One thread.
///
/// What inotify cannot see is left to the full check: writes through a mapping, and links on the way that are pointed
/// elsewhere. What we write ourselves fires too; looking then finds nothing to do.
class RealWatches final : public Watches {
 public:
  enum class Units { watched, not_watched };
  static Result<std::unique_ptr<RealWatches>> open(const std::string& root, Units units);
  ~RealWatches() override;

  Result<std::vector<Watch>> watch(const std::vector<Watch>& all) override;
  std::vector<Dirty> take() override;

  /// Readable when `take` may have something to say: for poll(2).
  int descriptor() const;

 private:
  struct Parts;
  explicit RealWatches(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace flyball::os::real
