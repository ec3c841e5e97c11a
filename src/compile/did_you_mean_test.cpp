#include "compile/did_you_mean.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace flyball::compile {
namespace {

TEST(DidYouMean, OffersWhatASlipOfTheFingerAwayIsKnown) {
  const std::vector<std::string_view> known = {"restart_on", "reload_on", "running", "enabled", "uid", "gid", "mode"};
  struct {
    std::string_view given;
    std::string want;
  } const cases[] = {
      {"restart-on", "did you mean `restart_on`?"},
      {"Restart_On", "did you mean `restart_on`?"},
      {"restrat_on", "did you mean `restart_on`?"},
      {"runing", "did you mean `running`?"},
      {"enable", "did you mean `enabled`?"},
      {"mdoe", "did you mean `mode`?"},
      {"modes", "did you mean `mode`?"},
      {"uidd", "did you mean `uid`?"},
      {"sid", "did you mean `uid`?"},  // As near as `gid`, which comes later.
      {"owner", ""},
      {"x", ""},
      {"", ""},
      {"mode", ""},  // It is there.
      {std::string_view("a name that is far too long to be compared with anything that is known"), ""},
  };
  for (const auto& c : cases) EXPECT_EQ(did_you_mean(c.given, known), c.want) << c.given;
}

}  // namespace
}  // namespace flyball::compile
