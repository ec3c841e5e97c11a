#include "compile/codes.hpp"

#include <set>

#include <gtest/gtest.h>

namespace flyball::compile {
namespace {

TEST(Codes, EachHasAnIdOfItsOwnATitleAndAParagraph) {
  std::set<std::string_view> ids;
  for (const auto& row : codes()) {
    EXPECT_TRUE(ids.insert(row.id).second) << row.id << " is used twice";
    EXPECT_EQ(row.id.size(), 5U) << row.id;
    EXPECT_TRUE(row.id[0] == 'E' || row.id[0] == 'W') << row.id;
    EXPECT_FALSE(row.title.empty()) << row.id;
    EXPECT_TRUE(row.explanation.size() > 60 && row.explanation.ends_with('.')) << row.id;
    EXPECT_EQ(find_code(row.id), &row);
  }
  EXPECT_EQ(info(Code::unknown_key).id, "E0101");
  EXPECT_EQ(find_code("e0101"), &info(Code::unknown_key));
  EXPECT_EQ(find_code("E9999"), nullptr);
}

}  // namespace
}  // namespace flyball::compile
