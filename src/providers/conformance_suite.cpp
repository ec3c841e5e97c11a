#include "providers/conformance_suite.hpp"

#include "base/digest.hpp"
#include "providers/subject.hpp"

#include <algorithm>
#include <optional>
#include <set>

namespace flyball::providers::conformance {

bool Device::survives(std::uint64_t, const std::function<void()>&) {
  ADD_FAILURE() << "this device cannot lose power";
  return true;
}

bool Device::spares(std::uint64_t, const std::function<void()>&) {
  ADD_FAILURE() << "no call can be made to fail on this device";
  return true;
}

Result<Bytes> MemoryContents::read(const Digest& digest) {
  const auto found = all_.find(digest);
  if (found == all_.end()) return fail(Errc::not_found, "no content ", digest);
  return found->second;
}

Result<> MemoryContents::keep(std::string_view bytes) {
  all_.emplace(sha256(bytes), Bytes(bytes));
  return {};
}

std::vector<Case> cases(const std::string& device, const MakeDevice& make, const std::vector<Sample>& samples) {
  std::vector<Case> out;
  for (const auto& sample : samples) out.push_back({device, make, sample});
  return out;
}

std::string case_name(const testing::TestParamInfo<Case>& info) {
  return text(info.param.sample.name, "On", info.param.device);
}

namespace {

using Seen = std::map<os::Path, std::string>;

std::string described(os::Files& files, const os::Path& path, const os::FileMeta& meta) {
  const auto access = text(static_cast<int>(meta.type), ' ', meta.mode, ' ', meta.uid, ' ', meta.gid);
  if (meta.type == os::FileMeta::Type::regular)
    return text(access, ' ', sha256(files.read(path, 1U << 30U)->value_or("")));
  if (meta.type == os::FileMeta::Type::symlink) return text(access, ' ', files.read_link(path)->value_or(""));
  return access;
}

void look(os::Files& files, const os::Path& path, const std::vector<os::Path>& except, Seen& out) {
  if (std::ranges::find(except, path) != except.end()) return;
  const auto meta = files.stat(path);
  ASSERT_TRUE(meta) << meta.error().message;
  if (!*meta) return;
  // A value of the kernel's has no file of its own that could come and go.
  out[path] = described(files, path, **meta);
  if ((*meta)->type != os::FileMeta::Type::directory) return;
  const auto names = files.list(path);
  ASSERT_TRUE(names) << names.error().message;
  for (const auto& name : **names) look(files, text(path == "/" ? "" : path, '/', name), except, out);
}

// One resource and the agent's part in it, as far as a provider sees it. The ledger's part of it is durable.
class Trial {
 public:
  Trial(Device& device, const Sample& sample)
      : device_(device), sample_(sample), desired_(*decode(sample.id.kind(), *Json::parse(sample.fields))) {
    restart();
    for (const std::string_view content : {"hello\n", "one\ntwo\n", ""}) EXPECT_TRUE(contents_.keep(content));
    device_.others(sample_.before);
  }

  // The agent's process begins anew: a provider remembers nothing.
  void restart() { providers_.emplace(device_.host()); }

  Subject subject() const { return {.id = sample_.id, .desired = desired_, .notes = notes_, .managed = &managed_}; }
  Provider& provider() { return *providers_->find(sample_.id.kind()); }

  std::vector<FieldChange> differences() {
    const auto observed = provider().observe(subject());
    EXPECT_TRUE(observed) << observed.error().message;
    return observed ? flyball::differences(desired_, *observed) : std::vector<FieldChange>{};
  }
  void enter() {
    const auto baseline = provider().baseline(subject(), contents_);
    ASSERT_TRUE(baseline) << baseline.error().message;
    baseline_ = *baseline;
  }
  Result<> apply() {
    const auto changes = differences();
    if (!changes.empty()) TRY(apply_once(changes));
    return {};
  }
  Result<Json> apply_once(const std::vector<FieldChange>& changes) {
    auto notes = provider().apply(subject(), changes, contents_);
    if (notes) notes_ = *notes;
    return notes;
  }
  void apply_well() {
    const auto applied = apply();
    ASSERT_TRUE(applied) << applied.error().message;
  }
  void restore() {
    const auto said = provider().restore(subject(), baseline_, fields(), contents_);
    ASSERT_TRUE(said) << said.error().message;
    EXPECT_EQ(*said, "");
  }

  Baseline now() {
    auto out = provider().baseline(subject(), contents_);
    EXPECT_TRUE(out) << out.error().message;
    return out ? *out : Baseline{};
  }
  const Baseline& baseline() const { return baseline_; }

  // All that lasts on the device, by path.
  Seen everything(const std::vector<os::Path>& but = {}) {
    Seen out;
    device_.others([&](const os::Host& host) {
      std::vector<os::Path> except = {"/proc", "/run", "/var/lib/flyball-agent"};
      except.insert(except.end(), sample_.may_stay.begin(), sample_.may_stay.end());
      except.insert(except.end(), but.begin(), but.end());
      look(host.files, "/", except, out);
    });
    return out;
  }
  // What lies at the paths that must be wholly old or new.
  Seen whole_files() {
    Seen out;
    device_.others([&](const os::Host& host) {
      for (const auto& path : sample_.whole) {
        const auto meta = host.files.stat(path);
        out[path] = meta && *meta ? described(host.files, path, **meta) : "nothing";
      }
    });
    return out;
  }

 private:
  std::vector<std::string> fields() const {
    std::vector<std::string> out;
    const auto set = encode_observed(desired_);
    for (const auto& [name, value] : *set.object()) {
      if (find_kind(sample_.id.kind())->find(name)->use != FieldUse::steering) out.push_back(name);
    }
    return out;
  }

  Device& device_;
  const Sample& sample_;
  Spec desired_;
  Json notes_;
  Baseline baseline_;
  MemoryContents contents_;
  std::set<ResourceId> managed_{sample_.id};
  std::optional<Providers> providers_;
};

void expect_same(const Seen& got, const Seen& want) {
  for (const auto& [path, text] : want) EXPECT_EQ(got.contains(path) ? got.at(path) : "nothing", text) << path;
  for (const auto& [path, text] : got) EXPECT_TRUE(want.contains(path)) << path << " is " << text;
}

void expect_old_or_new(const Seen& got, const Seen& old_files, const Seen& new_files, std::uint64_t place) {
  for (const auto& [path, text] : got)
    EXPECT_TRUE(text == old_files.at(path) || text == new_files.at(path))
        << path << " is " << text << " after a cut at place " << place;
}

constexpr std::uint64_t most_places = 5000;

}  // namespace

TEST_P(Conformance, ObservingOnlyReads) {
  const auto device = GetParam().make();
  Trial trial(*device, GetParam().sample);
  const auto before = trial.everything();
  EXPECT_FALSE(trial.differences().empty()) << "a sample that changes nothing tests nothing";
  trial.enter();
  expect_same(trial.everything(), before);
}

TEST_P(Conformance, AfterApplyThereIsNoDifferenceAndApplyingAgainChangesNothing) {
  const auto device = GetParam().make();
  Trial trial(*device, GetParam().sample);
  trial.enter();
  trial.apply_well();
  EXPECT_EQ(trial.differences(), std::vector<FieldChange>{});
  const auto after = trial.everything();
  trial.restart();
  EXPECT_EQ(trial.differences(), std::vector<FieldChange>{});
  const auto again = trial.provider().apply(trial.subject(), {}, *std::make_unique<MemoryContents>());
  if (GetParam().sample.id.kind() != Command::kind) EXPECT_TRUE(again) << again.error().message;
  expect_same(trial.everything(), after);
}

TEST_P(Conformance, LeavingPutsBackExactlyWhatWasThere) {
  const auto device = GetParam().make();
  Trial trial(*device, GetParam().sample);
  const auto before = trial.everything();
  trial.enter();
  trial.apply_well();
  trial.restore();
  expect_same(trial.everything(), before);
  EXPECT_EQ(trial.now().spec, trial.baseline().spec);
  trial.restore();
  expect_same(trial.everything(), before);
}

TEST_P(Conformance, AnOutsideEditMakesADifferenceAndFiresTheDeclaredWatch) {
  const auto device = GetParam().make();
  const auto& sample = GetParam().sample;
  Trial trial(*device, sample);
  trial.enter();
  trial.apply_well();
  const auto declared = trial.provider().watches(trial.subject());
  EXPECT_TRUE(device->host().watches.watch(declared));
  (void)device->host().watches.take();
  device->others(sample.tamper);
  EXPECT_FALSE(trial.differences().empty());
  if (sample.watched) {
    const auto fired = device->host().watches.take();
    EXPECT_TRUE(std::ranges::any_of(
        fired, [&](const os::Dirty& dirty) { return std::ranges::find(declared, dirty.watch) != declared.end(); }));
  }
  trial.apply_well();
  EXPECT_EQ(trial.differences(), std::vector<FieldChange>{});
}

TEST_P(Faults, APowerCutAnywhereInApplyingLeavesFilesWholeAndTheNextRunCompletesIt) {
  const auto& sample = GetParam().sample;
  Seen old_files;
  Seen new_files;
  for (std::uint64_t place = 0; place < most_places; ++place) {
    const auto device = GetParam().make();
    Trial trial(*device, sample);
    trial.enter();
    if (place == 0) {  // The run without a cut shows what is new.
      old_files = trial.whole_files();
      trial.apply_well();
      new_files = trial.whole_files();
      continue;
    }
    const bool done = device->survives(place, [&] { (void)trial.apply(); });
    trial.restart();
    expect_old_or_new(trial.whole_files(), old_files, new_files, place);
    if (!done) trial.apply_well();
    EXPECT_EQ(trial.differences(), std::vector<FieldChange>{}) << "after a cut at place " << place;
    for (const auto& [path, what] : trial.everything())
      EXPECT_FALSE(path.ends_with(".flyball-new")) << path << " is left over";
    if (HasFailure()) FAIL() << "at place " << place;
    if (done) return;
  }
  FAIL() << "applying has no end";
}

TEST_P(Faults, APowerCutAnywhereInLeavingStillEndsWithWhatWasThere) {
  const auto& sample = GetParam().sample;
  for (std::uint64_t place = 1; place < most_places; ++place) {
    const auto device = GetParam().make();
    Trial trial(*device, sample);
    const auto before = trial.everything(sample.may_stay_after_cut);
    trial.enter();
    trial.apply_well();
    const bool done = device->survives(place, [&] { trial.restore(); });
    trial.restart();
    trial.restore();
    expect_same(trial.everything(sample.may_stay_after_cut), before);
    EXPECT_EQ(trial.now().spec, trial.baseline().spec) << "after a cut at place " << place;
    if (HasFailure()) FAIL() << "at place " << place;
    if (done) return;
  }
  FAIL() << "leaving has no end";
}

// Git took it back while the power was away: nothing was noted of what was half done.
TEST_P(Faults, APowerCutAnywhereInApplyingAndThenLeavingEndsWithWhatWasThere) {
  const auto& sample = GetParam().sample;
  for (std::uint64_t place = 1; place < most_places; ++place) {
    const auto device = GetParam().make();
    Trial trial(*device, sample);
    const auto before = trial.everything(sample.may_stay_after_cut);
    trial.enter();
    const bool done = device->survives(place, [&] { (void)trial.apply(); });
    trial.restart();
    trial.restore();
    expect_same(trial.everything(sample.may_stay_after_cut), before);
    EXPECT_EQ(trial.now().spec, trial.baseline().spec) << "after a cut at place " << place;
    if (HasFailure()) FAIL() << "at place " << place;
    if (done) return;
  }
  FAIL() << "applying has no end";
}

TEST_P(Faults, APowerCutRightAfterApplyLosesNothing) {
  const auto& sample = GetParam().sample;
  if (!sample.durable) return;  // systemd does not sync its links: the next check finds them missing.
  const auto device = GetParam().make();
  Trial trial(*device, sample);
  trial.enter();
  trial.apply_well();
  device->survives(1, [&] { (void)device->host().files.stat("/"); });
  trial.restart();
  EXPECT_EQ(trial.differences(), std::vector<FieldChange>{});
}

TEST_P(Faults, AFailingCallAnywhereInApplyingIsToldAndTheNextRunCompletesIt) {
  const auto& sample = GetParam().sample;
  Seen old_files;
  Seen new_files;
  for (std::uint64_t place = 0; place < most_places; ++place) {
    const auto device = GetParam().make();
    Trial trial(*device, sample);
    trial.enter();
    if (place == 0) {
      old_files = trial.whole_files();
      trial.apply_well();
      new_files = trial.whole_files();
      continue;
    }
    const auto changes = trial.differences();
    Result<Json> applied = Json{};
    const bool spared = device->spares(place, [&] { applied = trial.apply_once(changes); });
    expect_old_or_new(trial.whole_files(), old_files, new_files, place);
    if (!spared && applied) EXPECT_EQ(trial.differences(), std::vector<FieldChange>{}) << "an error was swallowed";
    if (!applied) trial.apply_well();
    EXPECT_EQ(trial.differences(), std::vector<FieldChange>{});
    if (HasFailure()) FAIL() << "when call " << place << " fails";
    if (spared) return;
  }
  FAIL() << "applying has no end";
}

TEST(ConformanceSamples, EveryKindHasTwoAtLeast) {
  std::map<std::string_view, int> count;
  const auto all = all_samples();
  for (const auto& sample : all) ++count[sample.id.kind()];
  for (const auto& kind : kinds()) EXPECT_GE(count[kind.kind], 2) << kind.kind << " has no samples";
}

}  // namespace flyball::providers::conformance
