#include "os/sim/files.hpp"

#include "base/text.hpp"
#include "os/files_suite.hpp"

#include <algorithm>
#include <functional>
#include <set>
#include <tuple>

#include <gtest/gtest.h>

namespace flyball::os {
namespace {

// The suite that every `Files` must pass, over the simulated one in both profiles.
template <sim::DiskProfile profile>
class SimulatedDevice {
 public:
  SimulatedDevice() { (void)disk_.make_directory("/base", {.mode = 0755}); }
  Files& files() { return files_; }
  Path base() { return "/base"; }
  Access own(std::uint32_t mode) { return {.mode = mode}; }
  bool follows_own() { return true; }
  std::optional<std::uint32_t> other() { return 1000; }

 private:
  sim::Disk disk_{profile};
  sim::Fuse fuse_;
  sim::SimFiles files_{disk_, fuse_};
};
using Simulated =
    testing::Types<SimulatedDevice<sim::DiskProfile::ext4_ordered>, SimulatedDevice<sim::DiskProfile::weak_posix>>;

}  // namespace

INSTANTIATE_TYPED_TEST_SUITE_P(Simulated, FilesSuite, Simulated);

}  // namespace flyball::os

namespace flyball::os::sim {
namespace {

constexpr std::uint64_t plenty = 1U << 20U;
const Path motd = "/etc/motd";
const Bytes old_bytes = Bytes(700, 'o');
const Bytes new_bytes = Bytes(1500, 'n');
const Access old_access{.mode = 0600, .uid = 7, .gid = 7};
const Access new_access{.mode = 0644};

/// A disk with one old file on it, and what passes through the fuse.
struct World {
  explicit World(DiskProfile profile) : disk(profile) {
    (void)disk.make_directory("/etc", {.mode = 0755});
    (void)disk.write_new(motd, old_bytes, old_access);
    disk.write_back();
    disk.on_step([this](std::string_view operation, std::string_view path) { fuse.step(operation, path); });
  }
  Disk disk;
  Fuse fuse;
  SimFiles files{disk, fuse};
};

struct Found {
  std::optional<Bytes> bytes;
  Access access;
  auto operator<=>(const Found& other) const {
    return std::tie(bytes, access.mode, access.uid, access.gid) <=>
           std::tie(other.bytes, other.access.mode, other.access.uid, other.access.gid);
  }
  bool operator==(const Found&) const = default;
};

Found look_at(const Disk& disk, const Path& path) {
  const auto meta = disk.stat(path);
  if (!meta || !*meta) return {};
  return {.bytes = *disk.read(path, plenty), .access = {(*meta)->mode, (*meta)->uid, (*meta)->gid}};
}

using Work = std::function<Result<>(World&)>;

/// Runs `work` once for each place where the power may go and each disk that this may leave, also after it has
/// returned. Gives the states of the file seen when it was cut short, and when it had returned.
struct Outcomes {
  std::set<Found> cut_short;
  std::set<Found> returned;
  std::size_t disks = 0;
};
Outcomes sweep(DiskProfile profile, const Work& work) {
  Outcomes outcomes;
  for (std::uint64_t place = 1;; ++place) {
    bool cut = false;
    EveryChoice choices;
    do {
      World world(profile);
      cut = false;
      world.fuse.set_plan(fault_at(place, {Fault::Kind::power_cut}));
      world.fuse.on_end([&](Fault::Kind) { world.disk.lose_power(choices); });
      try {
        EXPECT_TRUE(work(world));
      } catch (const PowerCut&) {
        cut = true;
      }
      if (!cut) world.disk.lose_power(choices);
      (cut ? outcomes.cut_short : outcomes.returned).insert(look_at(world.disk, motd));
      ++outcomes.disks;
    } while (choices.next());
    if (!cut) return outcomes;
  }
}

const Found old_state{old_bytes, old_access};
const Found new_state{new_bytes, new_access};
bool wholly(const std::set<Found>& found) {
  return std::ranges::all_of(found, [](const Found& f) { return f == old_state || f == new_state; });
}

constexpr DiskProfile both[] = {DiskProfile::ext4_ordered, DiskProfile::weak_posix};

// S6: at every place and for every disk that a power cut may leave.
TEST(SimFiles, S6_AReplacedFileIsWhollyOldOrWhollyNewAfterEveryPowerCut) {
  for (const auto profile : both) {
    const auto outcomes = sweep(profile, [](World& w) { return replace_file(w.files, motd, new_bytes, new_access); });
    EXPECT_TRUE(wholly(outcomes.cut_short));
    EXPECT_TRUE(outcomes.cut_short.contains(old_state));
    EXPECT_EQ(outcomes.returned, std::set{new_state});
    EXPECT_GE(outcomes.disks, 20U);
  }
}

// Each of these is a mistake someone could make in `replace_file`; a sweep that passed them would prove nothing.
TEST(SimFiles, TheSweepNoticesEveryStepThatIsLeftOut) {
  const auto temporary = temporary_beside(motd);
  const auto write = [&](World& w) -> Result<> { return w.files.write_new(temporary, new_bytes, new_access); };
  const auto move = [&](World& w) -> Result<> { return w.files.rename(temporary, motd); };
  enum class Noticed { torn, not_durable };
  const struct {
    std::string name;
    Work work;
    Noticed want;
  } cases[] = {
      {"no fsync of the file",
       [&](World& w) -> Result<> {
         TRY(write(w));
         TRY(move(w));
         return w.files.sync("/etc");
       },
       Noticed::torn},
      {"no fsync of the directory",
       [&](World& w) -> Result<> {
         TRY(write(w));
         TRY(w.files.sync(temporary));
         return move(w);
       },
       Noticed::not_durable},
      {"removed and written in place",
       [&](World& w) -> Result<> {
         TRY(w.files.remove(motd));
         TRY(w.files.write_new(motd, new_bytes, new_access));
         TRY(w.files.sync(motd));
         return w.files.sync("/etc");
       },
       Noticed::torn},
      {"the mode after the rename",
       [&](World& w) -> Result<> {
         TRY(w.files.write_new(temporary, new_bytes, old_access));
         TRY(w.files.sync(temporary));
         TRY(w.files.rename(temporary, motd));
         TRY(w.files.set_access(motd, new_access));
         TRY(w.files.sync(motd));
         return w.files.sync("/etc");
       },
       Noticed::torn},
      {"a failed fsync tried again",
       [&](World& w) -> Result<> {
         TRY(write(w));
         w.disk.fail_sync(temporary);
         TRY(w.files.sync(temporary));
         TRY(move(w));
         return w.files.sync("/etc");
       },
       Noticed::torn},
  };
  for (const auto& c : cases) {
    for (const auto profile : both) {
      const auto outcomes = sweep(profile, c.work);
      const bool torn = !wholly(outcomes.cut_short) || !wholly(outcomes.returned);
      const bool durable = outcomes.returned == std::set{new_state};
      EXPECT_TRUE(c.want == Noticed::torn ? torn : !durable) << c.name;
    }
  }
}

TEST(SimFiles, ACrashLosesNothingThatWasWritten) {
  World world(DiskProfile::weak_posix);
  world.fuse.set_plan([](const Call& call) {
    return call.operation == "sync" ? std::optional(Fault{Fault::Kind::crash}) : std::nullopt;
  });
  EXPECT_THROW((void)replace_file(world.files, motd, new_bytes, new_access), Crash);
  EXPECT_EQ(look_at(world.disk, motd), old_state);
  EXPECT_EQ(look_at(world.disk, temporary_beside(motd)), new_state);
}

TEST(SimFiles, AfterTheEndOfAnIncarnationNothingChangesUntilTheNext) {
  World world(DiskProfile::ext4_ordered);
  DrawnChoices choices(1);
  Digest chosen;
  world.fuse.on_end([&](Fault::Kind) {
    world.disk.lose_power(choices);
    chosen = world.disk.digest();
  });
  world.fuse.set_plan(fault_at(3, {Fault::Kind::power_cut}));
  // What a destructor on the way out would do.
  struct Untidy {
    Files& files;
    ~Untidy() {
      EXPECT_EQ(files.remove(motd).error().code, Errc::cancelled);
      EXPECT_EQ(files.read(motd, plenty).error().code, Errc::cancelled);
    }
  };
  EXPECT_THROW(
      {
        const Untidy untidy{world.files};
        (void)replace_file(world.files, motd, new_bytes, new_access);
      },
      PowerCut);
  EXPECT_EQ(world.disk.digest(), chosen);
  world.fuse.set_plan({});
  world.fuse.mend();
  EXPECT_TRUE(replace_file(world.files, motd, new_bytes, new_access));
  EXPECT_EQ(look_at(world.disk, motd), new_state);
}

TEST(SimFiles, AnInjectedErrorIsReturnedAndNothingIsDone) {
  for (std::uint64_t place = 1; place <= 12; ++place) {
    World world(DiskProfile::ext4_ordered);
    world.fuse.set_plan(fault_at(place, {Fault::Kind::error, {Errc::unavailable, "input/output error"}}));
    const auto done = replace_file(world.files, motd, new_bytes, new_access);
    const auto found = look_at(world.disk, motd);
    EXPECT_TRUE(found == old_state || found == new_state) << place;
    if (done) EXPECT_EQ(found, new_state) << place;
  }
}

TEST(SimFiles, AFullDiskRefusesWhatDoesNotFit) {
  World world(DiskProfile::ext4_ordered);
  world.disk.limit_room(1000);
  EXPECT_EQ(world.files.room("/"), 300U);
  EXPECT_EQ(replace_file(world.files, motd, new_bytes, new_access).error().code, Errc::unavailable);
  EXPECT_EQ(look_at(world.disk, motd), old_state);
  world.disk.limit_room(std::nullopt);
  EXPECT_TRUE(replace_file(world.files, motd, new_bytes, new_access));
}

TEST(SimFiles, ValuesOfTheKernelAreWrittenInPlaceAndGoBackAtBoot) {
  World world(DiskProfile::ext4_ordered);
  const std::map<Path, Bytes> kernel{{"/proc/sys/net/ipv4/ip_forward", "0"}};
  world.disk.boot(kernel);
  const Path path = kernel.begin()->first;
  EXPECT_EQ(world.files.read(path, plenty), "0\n");
  EXPECT_TRUE(world.files.write_kernel(path, "1"));
  EXPECT_EQ(world.files.read(path, plenty), "1\n");
  EXPECT_EQ(world.files.stat(path)->value().size, 0U);
  EXPECT_EQ(world.files.write_kernel(motd, "1").error().code, Errc::invalid);
  EXPECT_EQ(world.files.write_new("/proc/sys/new", "1", {}).error().code, Errc::denied);
  EXPECT_EQ(world.files.rename(motd, "/proc/sys/motd").error().code, Errc::invalid);
  const auto before = world.disk.digest();
  world.disk.boot(kernel);
  EXPECT_EQ(world.files.read(path, plenty), "0\n");
  EXPECT_EQ(world.disk.digest(), before);
}

TEST(SimFiles, TheSameSeedLeavesTheSameDisk) {
  std::set<Digest> seen;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    std::optional<Digest> first;
    for (int run = 0; run < 2; ++run) {
      World world(DiskProfile::weak_posix);
      for (const auto* name : {"/etc/a", "/etc/b", "/etc/c"}) EXPECT_TRUE(world.files.write_new(name, new_bytes, {}));
      DrawnChoices choices(seed);
      world.disk.lose_power(choices);
      if (!first) first = world.disk.digest();
      EXPECT_EQ(world.disk.digest(), *first) << seed;
    }
    seen.insert(*first);
  }
  EXPECT_GT(seen.size(), 10U);
}

}  // namespace
}  // namespace flyball::os::sim
