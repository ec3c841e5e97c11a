#pragma once

#include "base/result.hpp"
#include "os/sim/random.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace flyball::os::sim {

/// Thrown through provider and agent when the power goes. Only the world catches it. By then the disk of the next
/// incarnation is chosen, and the ports of this one do nothing any more, so destructors change nothing.
struct PowerCut {
  std::string at;
};

/// Thrown likewise when the process dies and the kernel lives on: what was written stays visible.
struct Crash {
  std::string at;
};

/// A place where something may go wrong: a call of a port, or a step inside one (the writes it is made of).
struct Call {
  std::uint64_t number = 0;    ///< Counts calls and steps together, from 1.
  std::string_view operation;  ///< `write_new`, `start`, …
  std::string_view subject;    ///< Its path, unit, package …
  bool step = false;           ///< Inside a call. Here an error cannot come, only the end.
  bool changes = false;        ///< Not one that only reads.
};

struct Fault {
  enum class Kind { power_cut, crash, error };
  Kind kind = Kind::power_cut;
  Error error{Errc::unavailable, "input/output error"};  ///< For `error`: what the call returns, having done nothing.
};

/// Decides at each place whether something goes wrong.
using FaultPlan = std::function<std::optional<Fault>(const Call&)>;

/// At that number, once.
FaultPlan fault_at(std::uint64_t number, Fault fault);

/// How often each fault strikes, per place.
struct FaultRates {
  double power_cut = 0;
  double crash = 0;
  double read_error = 0;   ///< EIO of a call that only reads.
  double write_error = 0;  ///< EIO, or a full disk, of one that changes.
};
FaultPlan drawn_faults(std::uint64_t seed, FaultRates rates);

/// What all ports of a device pass through. After the end of an incarnation it is blown, and every call fails.
class Fuse {
 public:
  /// Called at the end, before the exception is thrown: the world freezes and chooses the next disk.
  using End = std::function<void(Fault::Kind)>;
  /// Called at each place that goes well: the world lets lived time pass.
  using Passed = std::function<void(const Call&)>;

  void set_plan(FaultPlan plan) { plan_ = std::move(plan); }
  void on_end(End end) { end_ = std::move(end); }
  void on_call(Passed passed) { passed_ = std::move(passed); }

  Result<> read_call(std::string_view operation, std::string_view subject);
  Result<> call(std::string_view operation, std::string_view subject);
  void step(std::string_view operation, std::string_view subject);

  /// Runs `work` as a process that outlives ours: a crash in it is thrown when it is done; a power cut at once.
  template <class Work>
  void outliving(Work&& work) {
    const auto outer = std::exchange(deferring_, true);
    work();
    deferring_ = outer;
    if (!deferring_ && deferred_) end(Fault::Kind::crash, *std::exchange(deferred_, std::nullopt));
  }

  /// While one lives, nothing goes wrong and nothing is counted: for what others do on the device.
  class Bypass {
   public:
    explicit Bypass(Fuse& fuse) : fuse_(fuse) { ++fuse_.bypassed_; }
    ~Bypass() { --fuse_.bypassed_; }
    Bypass(const Bypass&) = delete;
    Bypass& operator=(const Bypass&) = delete;

   private:
    Fuse& fuse_;
  };

  std::uint64_t places() const { return places_; }  ///< How many were passed since it was mended.
  bool blown() const { return blown_; }
  void blow() { blown_ = true; }
  void mend();  ///< A new incarnation; counts from 1 again.

 private:
  Result<> pass(Call call);
  [[noreturn]] void end(Fault::Kind kind, const std::string& at);

  FaultPlan plan_;
  End end_;
  Passed passed_;
  std::uint64_t places_ = 0;
  int bypassed_ = 0;
  bool blown_ = false;
  bool deferring_ = false;
  std::optional<std::string> deferred_;
};

}  // namespace flyball::os::sim
