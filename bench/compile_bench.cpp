#include "base/text.hpp"
#include "compile/compile.hpp"
#include "fleet_text.hpp"
#include "measure.hpp"
#include "trust/tree.hpp"

namespace flyball::bench {
namespace {

constexpr double budget_s = 5;  // For 100,000 devices of 200 resources, cold.

// The least that must be done: each manifest is a text of this many bytes that has to be hashed once.
double hashing_s(const compile::Fleet& fleet) {
  const auto& some = *fleet.devices.begin()->second.manifest;
  const auto bytes = some.encode();
  std::map<const Manifest*, Digest> distinct;
  for (const auto& [id, device] : fleet.devices) distinct.try_emplace(device.manifest.get());
  const Stopwatch watch;
  for (auto& [manifest, digest] : distinct) digest = sha256(bytes);
  return watch.cpu();
}

double tree_s(const compile::Fleet& fleet) {
  const Stopwatch watch;
  trust::Tree::Entries entries;
  for (const auto& [id, device] : fleet.devices) entries.emplace(trust::device_audience(id), device.digest);
  const trust::Tree tree(entries);
  return tree.leaves() == fleet.devices.size() ? watch.cpu() : 0;
}

Result<> measure(std::size_t devices) {
  const auto repository = make_repository(devices);
  const auto before_mb = memory_mb();
  const Stopwatch watch;
  const auto compiled = compile::compile(repository);
  const auto took = watch.cpu();
  if (!compiled.fleet) return fail(Errc::invalid, render(compiled.diagnostics.at(0), compile::lines_of(repository)));
  const auto& fleet = *compiled.fleet;
  const auto resources = fleet.devices.begin()->second.manifest->resources.size();
  if (resources != resources_of_a_device) return fail(Errc::invalid, "a device has ", resources, " resources");
  const auto share = static_cast<double>(devices) / 100'000;
  print({.what = text("compile ", devices, " devices x ", resources, ", cold"),
         .figure = took,
         .unit = "s",
         .floor = hashing_s(fleet),
         .budget = Budget{.most = budget_s * share}});
  print({.what = "  Merkle tree over the manifests", .figure = tree_s(fleet), .unit = "s"});
  print({.what = "  memory of the fleet", .figure = memory_mb() - before_mb, .unit = "MB"});
  print({.what = "  memory at its peak", .figure = peak_memory_mb(), .unit = "MB"});
  return {};
}

Result<> run() {
  print_head("compile: CPU seconds; floor: SHA-256 over the text of every distinct manifest");
  TRY(measure(10'000));
  return measure(100'000);
}

}  // namespace
}  // namespace flyball::bench

int main() {
  const auto done = flyball::bench::run();
  return done ? 0 : flyball::bench::could_not_measure(done.error());
}
