#include "compile/compile.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

namespace flyball::compile {
namespace {

namespace fs = std::filesystem;

Snapshot snapshot_of(const fs::path& folder) {
  Snapshot out;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    auto bytes = std::make_shared<const Bytes>(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    out.files[fs::relative(entry.path(), folder).generic_string()] = {.size = bytes->size(), .bytes = std::move(bytes)};
  }
  return out;
}

TEST(Examples, EveryOneCompilesWithoutAWarning) {
  std::size_t examples = 0;
  for (const auto& entry : fs::directory_iterator(fs::path(FLYBALL_SOURCE_DIR) / "examples")) {
    if (!entry.is_directory()) continue;
    ++examples;
    const auto snapshot = snapshot_of(entry.path());
    const auto compiled = compile(snapshot);
    for (const auto& diagnostic : compiled.diagnostics)
      ADD_FAILURE() << entry.path().filename() << ":\n" << render(diagnostic, lines_of(snapshot));
    ASSERT_TRUE(compiled.fleet) << entry.path().filename();
    EXPECT_GE(compiled.fleet->devices.size(), 3U) << entry.path().filename();
  }
  EXPECT_EQ(examples, 3U);
}

}  // namespace
}  // namespace flyball::compile
