#pragma once

#include "os/processes.hpp"

#include <vector>

namespace flyball::os::real {

/// For tests: keeps what was run and answers with what was prepared, the last answer again and again.
class FakeProcesses final : public Processes {
 public:
  Result<Exit> run(const CommandLine& command, const RunLimits&) override {
    commands.push_back(command);
    const auto now = answer < answers.size() ? answers[answer] : Exit{};
    if (answer + 1 < answers.size()) ++answer;
    return now;
  }

  std::vector<CommandLine> commands;
  std::vector<Exit> answers;
  std::size_t answer = 0;
};

}  // namespace flyball::os::real
