#include "os/sim/fuse.hpp"

#include "base/text.hpp"

#include <memory>

namespace flyball::os::sim {

FaultPlan fault_at(std::uint64_t number, Fault fault) {
  return [number, fault](const Call& call) { return call.number == number ? std::optional(fault) : std::nullopt; };
}

FaultPlan drawn_faults(std::uint64_t seed, FaultRates rates) {
  return [random = std::make_shared<SimRandom>(seed), rates](const Call& call) -> std::optional<Fault> {
    if (random->chance(rates.power_cut)) return Fault{Fault::Kind::power_cut};
    if (random->chance(rates.crash)) return Fault{Fault::Kind::crash};
    if (call.step) return std::nullopt;
    if (!random->chance(call.changes ? rates.write_error : rates.read_error)) return std::nullopt;
    const bool full = call.changes && random->chance(0.5);
    return Fault{Fault::Kind::error, {Errc::unavailable, full ? "no space left on device" : "input/output error"}};
  };
}

Result<> Fuse::read_call(std::string_view operation, std::string_view subject) {
  return pass({.operation = operation, .subject = subject});
}

Result<> Fuse::call(std::string_view operation, std::string_view subject) {
  return pass({.operation = operation, .subject = subject, .changes = true});
}

void Fuse::step(std::string_view operation, std::string_view subject) {
  // Once blown no step is reached: the call around it was refused, or the exception is on its way.
  (void)pass({.operation = operation, .subject = subject, .step = true, .changes = true});
}

void Fuse::mend() {
  blown_ = false;
  deferring_ = false;
  deferred_.reset();
  places_ = 0;
}

Result<> Fuse::pass(Call call) {
  if (bypassed_ > 0) return {};
  if (blown_) return fail(Errc::cancelled, "this incarnation of the device has ended");
  call.number = ++places_;
  const auto fault = plan_ ? plan_(call) : std::nullopt;
  if (!fault) {
    if (passed_) passed_(call);
    return {};
  }
  if (fault->kind == Fault::Kind::error) {
    if (call.step) return {};
    return std::unexpected(fault->error);
  }
  const auto at = text(call.operation, ' ', call.subject, " (place ", call.number, ')');
  if (fault->kind == Fault::Kind::crash && deferring_) {
    deferred_ = at;
    return {};
  }
  end(fault->kind, at);
}

void Fuse::end(Fault::Kind kind, const std::string& at) {
  blown_ = true;
  deferring_ = false;
  deferred_.reset();
  if (end_) end_(kind);
  if (kind == Fault::Kind::power_cut) throw PowerCut{at};
  throw Crash{at};
}

}  // namespace flyball::os::sim
