#include "base/json.hpp"
#include "base/text.hpp"
#include "measure.hpp"
#include "store/store.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace flyball::bench {
namespace {

constexpr std::size_t devices = 20'000;
constexpr std::size_t batch = 1'000;

WallTime time_of(std::uint64_t number) { return WallTime{Duration(std::chrono::seconds(1'800'000'000 + number))}; }
DeviceId device_name(std::size_t i) { return DeviceId(text("kiosk-", 100'000 + i)); }

// A device that tells its state, and the line of the audit log that goes with it.
void put(store::Transaction& into, std::size_t device, std::uint64_t number) {
  Json body;
  body["condition"] = number % 10 == 0 ? "Drifted" : "Ready";
  body["message"] = "200 resources are as git says";
  body["number"] = number;
  const auto id = device_name(device);
  into.writes.emplace_back(store::StatusRecord{.id = id,
                                               .received = time_of(number),
                                               .state = number % 10 == 0 ? State::drifted : State::ready,
                                               .sequence = Sequence{415},
                                               .manifest = sha256(id.str()),
                                               .boot = "7c1f2a5e-0000-4000-8000-000000000000",
                                               .number = number,
                                               .body = body.canonical()});
  into.events.push_back({.time = time_of(number),
                         .kind = "device",
                         .actor = text("device ", id),
                         .subject = text("device ", id),
                         .cause = "report",
                         .body = body.canonical()});
}

// The batches, made before anything is timed.
std::vector<store::Transaction> batches(std::uint64_t number) {
  std::vector<store::Transaction> out(devices / batch);
  for (std::size_t i = 0; i < devices; ++i) put(out[i / batch], i, number);
  return out;
}

Result<double> commit_s(store::Store& store, std::uint64_t number, std::vector<double>& pauses_ms) {
  const auto work = batches(number);
  const Stopwatch all;
  for (const auto& transaction : work) {
    const Stopwatch one;
    TRY(store.commit(transaction));
    pauses_ms.push_back(one.wall() * 1e3);
  }
  return all.wall();
}

// The least: the same bytes appended to a file, with one fdatasync a batch.
Result<double> append_s(const std::string& path, std::uint64_t number) {
  const auto work = batches(number);
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0) return fail(Errc::unavailable, "cannot open ", path);
  const Stopwatch watch;
  bool good = true;
  for (const auto& transaction : work) {
    std::string bytes;
    for (const auto& write : transaction.writes) bytes += std::get<store::StatusRecord>(write).body;
    for (const auto& event : transaction.events) bytes += event.actor + event.subject + event.body;
    good =
        good && ::write(fd, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()) && ::fdatasync(fd) == 0;
  }
  const auto took = watch.wall();
  ::close(fd);
  return good ? Result<double>(took) : fail(Errc::unavailable, "cannot write ", path);
}

Result<> run() {
  print_head(text("store: ", devices, " devices tell their state, ", batch,
                  " to a transaction, each with its audit event; floor: the same bytes appended, one fdatasync each"));
  const Scratch scratch("store");
  const auto store = TRY(store::open_sqlite(scratch.path() + "/flyball.db"));
  TRY(store->commit({.writes = {store::Setting{.key = "repository", .value = "bench-00000000"}}}));
  std::vector<double> pauses_ms;
  const auto per_row_us = [](double seconds) { return seconds * 1e6 / static_cast<double>(devices); };
  (void)TRY(append_s(scratch.path() + "/floor", 0));
  const auto floor = TRY(append_s(scratch.path() + "/floor", 1));
  const auto fresh = TRY(commit_s(*store, 1, pauses_ms));
  const auto again = TRY(commit_s(*store, 2, pauses_ms));
  print({.what = "a row and its event, new devices (wall)",
         .figure = per_row_us(fresh),
         .unit = "us",
         .floor = per_row_us(floor)});
  print({.what = "a row and its event, known devices (wall)",
         .figure = per_row_us(again),
         .unit = "us",
         .floor = per_row_us(floor)});
  print({.what = "  rows a second", .figure = static_cast<double>(devices) / again, .unit = "rows"});
  print({.what = "  a transaction, median", .figure = percentile(pauses_ms, 0.5), .unit = "ms"});
  print({.what = "  a transaction, the longest", .figure = percentile(pauses_ms, 1), .unit = "ms"});
  const Stopwatch statuses;
  if (TRY(store->statuses()).size() != devices) return fail(Errc::corrupt, "the store lost devices");
  print(
      {.what = text("reading all ", devices, " back, as a start does"), .figure = statuses.wall() * 1e3, .unit = "ms"});
  return {};
}

}  // namespace
}  // namespace flyball::bench

int main() {
  const auto done = flyball::bench::run();
  return done ? 0 : flyball::bench::could_not_measure(done.error());
}
