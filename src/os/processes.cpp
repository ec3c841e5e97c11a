#include "os/processes.hpp"

#include "base/text.hpp"

namespace flyball::os {
namespace {

std::string last_line(const Bytes& bytes) {
  const auto end = bytes.find_last_not_of(" \t\r\n");
  if (end == Bytes::npos) return {};
  const auto start = bytes.rfind('\n', end);
  return bytes.substr(start == Bytes::npos ? 0 : start + 1, end - (start == Bytes::npos ? 0 : start + 1) + 1);
}

}  // namespace

std::string describe(const Exit& exit, const RunLimits& limits) {
  if (exit.timed_out) return text("took longer than ", duration_text(limits.timeout));
  if (exit.signal != 0) return text("killed by signal ", exit.signal);
  const auto said = last_line(exit.errors).empty() ? last_line(exit.output) : last_line(exit.errors);
  return text("ended with ", exit.code, said.empty() ? "" : ": ", said);
}

}  // namespace flyball::os
