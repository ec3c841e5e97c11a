#include "agent/small_fleet.hpp"

#include <functional>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flyball::agent {
namespace {

using os::sim::Fault;

std::vector<Wish> first_release() {
  return {{.id = "directory:/etc/kiosk", .fields = R"({"mode":"0755"})"},
          {.id = "file:/etc/kiosk/env", .fields = R"({"mode":"0640","owner":"alice"})", .content = "URL=one\n"},
          {.id = "file:/etc/motd", .fields = R"({"mode":"0644"})", .content = "hello\n"},
          {.id = "link:/etc/kiosk/link", .fields = R"({"target":"env"})"},
          {.id = "sysctl:net.ipv4.ip_forward", .fields = R"({"value":"1"})"}};
}

// Something changes, something leaves, a file becomes a link.
std::vector<Wish> second_release() {
  return {{.id = "directory:/etc/kiosk", .fields = R"({"mode":"0750"})"},
          {.id = "file:/etc/kiosk/env", .fields = R"({"mode":"0600"})", .content = "URL=two\n"},
          {.id = "link:/etc/motd", .fields = R"({"target":"/etc/kiosk/env"})"},
          {.id = "file:/etc/kiosk/new", .content = "new\n"}};
}

using Visible = std::map<std::string, std::string>;

// Everything on the disk that is not the agent's own.
Visible visible(SmallFleet& fleet) {
  Visible out;
  fleet.device.as("test", [&](auto&) {
    const auto& disk = fleet.device.disk();
    for (const auto& path : disk.all_paths()) {
      if (path.starts_with(SmallFleet::directory)) continue;
      const auto meta = disk.stat(path).value().value();
      const auto content = disk.read(path, 1 << 20);
      const auto target = disk.read_link(path);
      out[path] = text(meta.mode, ' ', meta.uid, ' ', meta.gid, ' ',
                       content && *content ? **content
                       : target && *target ? **target
                                           : "");
    }
  });
  return out;
}

// The paths that differ, with what is there and what should be.
std::vector<std::string> differences_of(const std::vector<Visible>& got, const std::vector<Visible>& want) {
  std::vector<std::string> out;
  for (std::size_t release = 0; release < want.size(); ++release) {
    auto all = got.at(release);
    for (const auto& [path, value] : want[release]) all.try_emplace(path, "nothing");
    for (const auto& [path, value] : all) {
      const auto wanted = want[release].find(path);
      const auto should = wanted == want[release].end() ? "nothing" : wanted->second;
      if (value != should) out.push_back(text("after ", release, ' ', path, ": ", value, " instead of ", should));
    }
  }
  return out;
}

// Two releases, one after the other, each made so; faults fall where they are set. After each the device starts again.
class Story {
 public:
  explicit Story(os::sim::DiskProfile profile = os::sim::DiskProfile::ext4_ordered)
      : fleet_(std::make_unique<SmallFleet>(os::sim::SimHostOptions{.profile = profile})) {
    fleet_->enrol();
    EXPECT_TRUE(fleet_->device.edit("/etc/motd", "as it was\n", "installer"));
    fleet_->device.disk().write_back();
    fleet_->device.fuse().mend();
  }

  SmallFleet& fleet() { return *fleet_; }

  void tell() {
    const std::vector<std::function<std::vector<Wish>()>> releases = {first_release, second_release,
                                                                      [] { return std::vector<Wish>{}; }};
    for (const auto& release : releases) {
      const auto sequence = fleet_->server.release(release());
      while (!reached(sequence)) {
      }
      after_.push_back(visible(*fleet_));
    }
  }

  const std::vector<Visible>& after() const { return after_; }
  int ends() const { return ends_; }

 private:
  bool reached(Sequence sequence) {
    try {
      fleet_->run_until([&] { return fleet_->settled() && fleet_->server.status()->sequence == sequence; },
                        std::chrono::hours(2));
      return true;
    } catch (const os::sim::PowerCut&) {
      fleet_->stop_agent();
      fleet_->device.boot();
    } catch (const os::sim::Crash&) {
      fleet_->stop_agent();
      fleet_->device.restart();
    }
    ++ends_;
    return false;
  }

  std::unique_ptr<SmallFleet> fleet_;
  std::vector<Visible> after_;
  int ends_ = 0;
};

// S6, S7, S8: wherever the process or the power ends, the device ends where it would have ended without.
void sweep(Fault::Kind kind, std::uint64_t stride) {
  Story undisturbed;
  undisturbed.tell();
  const auto places = undisturbed.fleet().device.fuse().places();
  ASSERT_GT(places, 500U);
  for (std::uint64_t place = 1 + stride / 2; place <= places; place += stride) {
    Story story;
    story.fleet().device.set_faults([&](const os::sim::Call& call) {
      const bool here = story.ends() == 0 && call.number == place;
      return here ? std::optional(Fault{.kind = kind}) : std::nullopt;
    });
    story.tell();
    ASSERT_THAT(differences_of(story.after(), undisturbed.after()), testing::IsEmpty()) << "place " << place;
    ASSERT_FALSE(testing::Test::HasFailure()) << "place " << place;
  }
}

TEST(Crash, OfThePowerAtAnyCallLeavesNothingHalfDone) { sweep(Fault::Kind::power_cut, 3); }
TEST(Crash, OfTheProcessAtAnyCallLeavesNothingHalfDone) { sweep(Fault::Kind::crash, 3); }

// S8: however often recovery is itself interrupted.
TEST(Crash, ManyInARowEndTheSame) {
  Story undisturbed;
  undisturbed.tell();
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    Story story(seed % 2 == 0 ? os::sim::DiskProfile::ext4_ordered : os::sim::DiskProfile::weak_posix);
    auto faults = os::sim::drawn_faults(seed, {.power_cut = 0.002, .crash = 0.002});
    int left = 40;
    story.fleet().device.set_faults([&](const os::sim::Call& call) -> std::optional<Fault> {
      auto fault = left > 0 ? faults(call) : std::nullopt;
      if (fault) --left;
      return fault;
    });
    story.tell();
    ASSERT_THAT(differences_of(story.after(), undisturbed.after()), testing::IsEmpty()) << "seed " << seed;
  }
}

// S7, S15: a full disk or one that fails costs time, never order.
TEST(Crash, ErrorsOfTheDiskOnlyDelay) {
  Story undisturbed;
  undisturbed.tell();
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    Story story;
    auto faults = os::sim::drawn_faults(seed, {.read_error = 0.002, .write_error = 0.01});
    int left = 60;
    story.fleet().device.set_faults([&](const os::sim::Call& call) -> std::optional<Fault> {
      auto fault = left > 0 && story.fleet().running() ? faults(call) : std::nullopt;
      if (fault) --left;
      return fault;
    });
    story.tell();
    ASSERT_THAT(differences_of(story.after(), undisturbed.after()), testing::IsEmpty()) << "seed " << seed;
  }
}

}  // namespace
}  // namespace flyball::agent
