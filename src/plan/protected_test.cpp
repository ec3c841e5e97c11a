#include "plan/protected.hpp"

#include "plan/desired.hpp"

#include <gtest/gtest.h>

namespace flyball::plan {
namespace {

// S11
TEST(Protected, AreTheAgentAndItsIdentityAndNothingElse) {
  struct {
    std::string_view id;
    std::string_view fields;
    bool want;
  } const cases[] = {
      {"file:/var/lib/flyball-agent/identity.json", "{}", true},
      {"directory:/var/lib/flyball-agent", "{}", true},
      {"link:/usr/bin/flyball-agent", R"({"target":"/bin/true"})", true},
      {"file:/usr/bin/flyball-agent-helper", "{}", false},
      {"service:flyball-agent", R"({"running":false})", true},
      {"service:flyball-agent.service", R"({"running":false})", true},
      {"package:flyball-agent", "{}", true},
      {"package:flyball-server", "{}", false},
      {"directory:/var/lib", "{}", false},
      {"directory:/var/lib", R"({"purge":true})", true},
      {"directory:/", R"({"purge":true})", true},
      {"directory:/var/libexec", R"({"purge":true})", false},
      {"directory:/etc/nginx", R"({"purge":true})", false},
  };
  for (const auto& c : cases) {
    const auto id = ResourceId::parse(c.id).value();
    const auto spec = decode(id.kind(), *Json::parse(c.fields)).value();
    EXPECT_EQ(protected_reason(id, spec).has_value(), c.want) << c.id << ' ' << c.fields;
    const Resolved resolved{.outcome = Resolved::Outcome::managed, .spec = spec};
    const auto desired = desired_resource(id, {}, resolved);
    EXPECT_EQ(desired.outcome == DesiredResource::Outcome::unusable, c.want) << c.id;
    EXPECT_EQ(desired.spec.has_value(), !c.want) << c.id;
  }
}

}  // namespace
}  // namespace flyball::plan
