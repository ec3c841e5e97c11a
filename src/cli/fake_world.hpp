#pragma once

#include "cli/world.hpp"
#include "os/real/real_clocks.hpp"
#include "os/real/real_processes.hpp"

#include <filesystem>
#include <string>
#include <vector>

#include <stdlib.h>

/// A terminal that is a test: what a command says is kept, and nothing but its folder is touched.
namespace flyball::cli {

class FakeWorld {
 public:
  FakeWorld() {
    std::string name = (std::filesystem::temp_directory_path() / "flyball-cli-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    world.environment = {{"HOME", folder_.string()}, {"GIT_CEILING_DIRECTORIES", folder_.parent_path().string()}};
    world.directory = folder_.string();
  }
  ~FakeWorld() { std::filesystem::remove_all(folder_); }
  FakeWorld(const FakeWorld&) = delete;
  FakeWorld& operator=(const FakeWorld&) = delete;

  /// Runs `flyball arguments…`; `out`, `err` and `both` are of this run alone.
  int run(const std::vector<std::string>& arguments) {
    out.clear();
    err.clear();
    both.clear();
    return cli::run(arguments, world);
  }
  const std::filesystem::path& folder() const { return folder_; }

  std::string out;
  std::string err;
  std::string both;   ///< In the order in which it was said.
  std::string typed;  ///< What the person answers, always.
  std::string given;  ///< Standard input.
  std::vector<Duration> waited;
  std::function<bool()> on_wait = [] { return true; };  ///< Whether waiting goes on.

 private:
  class Sequence final : public os::Random {
   public:
    std::uint64_t next() override { return state_ += 0x9e3779b97f4a7c15U; }

   private:
    std::uint64_t state_ = 0;
  };
  std::filesystem::path folder_;
  os::real::RealProcesses processes_;
  os::real::RealClocks clocks_;
  Sequence random_;

 public:
  World world{.out =
                  [this](std::string_view text) {
                    out += text;
                    both += text;
                  },
              .err =
                  [this](std::string_view text) {
                    err += text;
                    both += text;
                  },
              .ask = [this]() -> std::optional<std::string> { return typed; },
              .input = [this] { return given; },
              .wait =
                  [this](Duration duration) {
                    waited.push_back(duration);
                    return on_wait();
                  },
              .version = "1.2.3",
              .processes = processes_,
              .clocks = clocks_,
              .random = random_};
};

}  // namespace flyball::cli
