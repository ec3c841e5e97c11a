#include "providers/command/command_provider.hpp"

#include "base/digest.hpp"
#include "providers/subject.hpp"

namespace flyball::providers {
namespace {

os::RunLimits limits_of(const Command& command) {
  return {.timeout = command.timeout.value_or(std::chrono::seconds(60))};
}

// What counts as the same command: who runs what.
Digest text_of(const Command& command) {
  return sha256(text(command.user.value_or(""), '\0', command.apply.value_or("")));
}

}  // namespace

Result<os::Exit> CommandProvider::run(const Command& command, const std::string& script) {
  const os::CommandLine line{.argv = {"/bin/sh", "-c", script}, .user = command.user.value_or("")};
  return processes_.run(line, limits_of(command));
}

Result<> CommandProvider::run_well(const Command& command, const std::string& script, std::string_view what) {
  const auto exit = TRY(run(command, script), "cannot run `", what, "`");
  if (exit.ok()) return {};
  return fail(exit.timed_out ? Errc::timeout : Errc::invalid, "`", what, "` ", os::describe(exit, limits_of(command)));
}

Result<bool> CommandProvider::done(const Subject& subject) {
  const auto& want = desired_of<Command>(subject);
  if (!want.check) return maybe_string(subject.notes, "ran") == text_of(want).str();
  const auto exit = TRY(run(want, *want.check), "cannot run `check`");
  if (exit.timed_out || exit.signal != 0)
    return fail(exit.timed_out ? Errc::timeout : Errc::unavailable, "`check` ", os::describe(exit, limits_of(want)));
  return exit.code == 0;
}

Result<std::optional<Spec>> CommandProvider::observe(const Subject& subject) {
  if (!TRY(done(subject))) return std::nullopt;
  return Command{.done = true};
}

Result<Baseline> CommandProvider::baseline(const Subject& subject, Contents&) {
  return Baseline{.spec = TRY(observe(subject))};
}

Result<Json> CommandProvider::apply(const Subject& subject, const std::vector<FieldChange>&, Contents&) {
  const auto& want = desired_of<Command>(subject);
  TRY(run_well(want, want.apply.value_or(""), "apply"));
  Json notes;
  notes["ran"] = text_of(want).str();
  if (want.check && !TRY(done(subject))) return fail(Errc::invalid, "`apply` ended well, but `check` still says no");
  return notes;
}

Result<std::string> CommandProvider::restore(const Subject& subject, const Baseline& baseline,
                                             const std::vector<std::string>&, Contents&) {
  const auto& was = desired_of<Command>(subject);
  if (baseline.spec) return std::string{};
  if (!was.undo) return std::string("it has no `undo`: what it did stays");
  // Nothing to take back when it never ran, or is gone already: a crash may ask a second time.
  const bool there = was.check ? TRY(done(subject)) : subject.notes.find("ran") != nullptr;
  if (!there) return std::string{};
  TRY(run_well(was, *was.undo, "undo"));
  return std::string{};
}

Result<> CommandProvider::trigger(const Subject& subject, Trigger) {
  const auto& want = desired_of<Command>(subject);
  return run_well(want, want.apply.value_or(""), "apply");
}

std::vector<os::Watch> CommandProvider::watches(const Subject&) { return {}; }

}  // namespace flyball::providers
