#include "cli/fake_world.hpp"
#include "cli/local_files.hpp"
#include "os/git_command.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

// Repositories as users write them, and what the command line says about them: tests/golden/<suite>/<case>/ holds
// `repository/` (laid over that of `base`, if the suite has one, less what `without` names), perhaps `after/` (what a
// person then edits), and `session`: commands with their output. ACCEPT=1 rewrites the output; `git diff` is the
// review.
namespace flyball::cli {
namespace {

namespace fs = std::filesystem;

const fs::path golden = fs::path(FLYBALL_SOURCE_DIR) / "tests" / "golden";

std::string content(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

void lay(const fs::path& from, const fs::path& to) {
  if (!fs::exists(from)) return;
  for (const auto& entry : fs::recursive_directory_iterator(from)) {
    if (entry.is_directory() && !entry.is_symlink()) continue;
    const auto target = to / fs::relative(entry.path().parent_path(), from) / entry.path().filename();
    fs::create_directories(target.parent_path());
    fs::remove(target);
    fs::copy(entry.path(), target, fs::copy_options::copy_symlinks);
  }
}

void take_out(const fs::path& list, const fs::path& from) {
  std::istringstream names(content(list));
  for (std::string name; std::getline(names, name);) fs::remove_all(from / name);
}

// What is too large for a repository.
void generate(const std::string& name, const fs::path& to) {
  if (name != "fifty-megabytes") return;
  std::ofstream out(to / "devices" / "more.yaml", std::ios::binary);
  out << "kind: devices\n";
  const std::string line(1023, '#');
  for (int i = 0; i < 50 * 1024; ++i) out << line << '\n';
}

void git(FakeWorld& fake, const std::vector<std::string>& arguments) {
  std::vector<std::string> all = {"-c", "user.name=Ana", "-c", "user.email=ana@acme.example"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  const auto done = os::run_git(fake.world.processes, fake.folder().string(), all, {},
                                {{"GIT_AUTHOR_DATE", "2026-11-23T09:00:00Z"},
                                 {"GIT_COMMITTER_DATE", "2026-11-23T09:00:00Z"},
                                 {"HOME", fake.folder().string()}});
  ASSERT_TRUE(done) << done.error().message;
}

// `explain kiosk-0042 "a b"`: words, with double quotes around those that hold spaces.
std::vector<std::string> words_of(const std::string& line) {
  std::vector<std::string> out(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') quoted = !quoted;
    if (c == ' ' && !quoted) out.emplace_back();
    if (c != '"' && (c != ' ' || quoted)) out.back() += c;
  }
  return out;
}

// The folder has another name each time.
std::string without_folder(std::string said, const std::string& folder) {
  for (std::size_t at = 0; (at = said.find(folder, at)) != std::string::npos;) said.replace(at, folder.size(), "~");
  return said;
}

// Runs the commands of a session, and gives it as it is now.
std::string replay(FakeWorld& fake, const std::string& session) {
  std::string out;
  std::istringstream lines(session);
  constexpr std::string_view prompt = "$ flyball ";
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(prompt)) continue;
    const auto code = fake.run(words_of(line.substr(prompt.size())));
    out += text(out.empty() ? "" : "\n", line, '\n', without_folder(fake.both, fake.folder().string()), "[exit ", code,
                "]\n");
  }
  return out;
}

std::vector<std::string> cases_of(const std::string& suite) {
  std::vector<std::string> out;
  for (const auto& entry : fs::directory_iterator(golden / suite)) {
    if (entry.path().filename() != "base") out.push_back(entry.path().filename().string());
  }
  std::ranges::sort(out);
  return out;
}

void check(const std::string& suite, const std::string& name) {
  SCOPED_TRACE(text(suite, '/', name));
  const auto here = golden / suite / name;
  FakeWorld fake;
  lay(golden / suite / "base" / "repository", fake.folder());
  if (fs::exists(here / "without")) take_out(here / "without", fake.folder());
  lay(here / "repository", fake.folder());
  generate(name, fake.folder());
  if (fs::exists(here / "after") || fs::exists(here / "after-without")) {
    git(fake, {"init", "--quiet", "--initial-branch=main", "."});
    git(fake, {"add", "--all"});
    git(fake, {"commit", "--quiet", "--message=before"});
    if (fs::exists(here / "after-without")) take_out(here / "after-without", fake.folder());
    lay(here / "after", fake.folder());
  }
  const auto want = content(here / "session");
  const auto have = replay(fake, want);
  if (std::getenv("ACCEPT") != nullptr) {
    std::ofstream(here / "session", std::ios::binary) << have;
  } else {
    EXPECT_EQ(have, want);
  }
}

TEST(Golden, EveryWrongRepositoryIsRefusedWithTheWordsWrittenDown) {
  const auto cases = cases_of("wrong");
  EXPECT_GE(cases.size(), 60U);
  for (const auto& name : cases) {
    check("wrong", name);
    EXPECT_FALSE(content(golden / "wrong" / name / "session").contains("[exit 0]")) << name;
  }
}

TEST(Golden, EveryFleetGivesThePlansAndExplanationsWrittenDown) {
  for (const auto& name : cases_of("fleets")) check("fleets", name);
}

}  // namespace
}  // namespace flyball::cli
