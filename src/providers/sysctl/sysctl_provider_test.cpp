#include "providers/sysctl/sysctl_provider.hpp"

#include "providers/bench.hpp"

#include <gmock/gmock.h>

namespace flyball::providers {
namespace {

using testing::HasSubstr;

const os::Path ours = "/etc/sysctl.d/60-flyball.conf";

TEST(SysctlSettings, KeysAreSpelledAsSysctlDoes) {
  struct Case {
    std::string_view key;
    std::string_view path;
  };
  const Case all[] = {{"net.ipv4.ip_forward", "net/ipv4/ip_forward"},
                      {"net/ipv4/ip_forward", "net/ipv4/ip_forward"},
                      {"net.ipv4.conf.eth0/100.rp_filter", "net/ipv4/conf/eth0.100/rp_filter"},
                      {"net/ipv4/conf/eth0.100/rp_filter", "net/ipv4/conf/eth0.100/rp_filter"}};
  for (const auto& c : all) EXPECT_EQ(sysctl_path(c.key), c.path);
}

TEST(SysctlSettings, ReadsWhatPeopleWriteAndWritesItSorted) {
  auto settings = SysctlSettings::parse("# a\n; b\n\n vm.swappiness=10\n-net/core/somaxconn =  1 \t 2\nno equals\n");
  EXPECT_EQ(settings.find("vm/swappiness"), "10");
  EXPECT_EQ(settings.find("net.core.somaxconn"), "1 2");
  EXPECT_EQ(settings.find("kernel.sysrq"), std::nullopt);
  settings.set("kernel.sysrq", " 1 ");
  settings.erase("vm.swappiness");
  EXPECT_EQ(
      settings.str(),
      "# Written by Flyball. Changes are undone: change them in git.\nkernel.sysrq = 1\nnet/core/somaxconn = 1 2\n");
}

TEST(SysctlProvider, SetsBothTheRunningValueAndTheOneOfTheNextBoot) {
  Bench bench;
  ASSERT_TRUE(bench.apply({"sysctl", "vm.swappiness"}, R"({"value":"10"})"));
  bench.sim.reboot();
  EXPECT_EQ(squeezed(bench.read("/proc/sys/vm/swappiness")), "10");
  EXPECT_TRUE(bench.differences({"sysctl", "vm.swappiness"}, R"({"value":" 10 "})")->empty());
}

TEST(SysctlProvider, SaysWhyItCannot) {
  Bench bench;
  EXPECT_THAT(trouble(bench.apply({"sysctl", "net.nothing"}, R"({"value":"1"})")),
              HasSubstr("this kernel has no parameter net.nothing"));
  EXPECT_EQ(bench.calls, std::vector<std::string>{});
  for (const auto* later : {"/etc/sysctl.d/99-local.conf", "/etc/sysctl.conf"}) {
    ASSERT_TRUE(bench.sim.edit(later, "vm/swappiness = 70\n", "admin"));
    if (std::string_view(later) == "/etc/sysctl.conf")
      (void)bench.sim.disk().make_link("/etc/sysctl.d/99-sysctl.conf", "../sysctl.conf", {});
    EXPECT_THAT(trouble(bench.apply({"sysctl", "vm.swappiness"}, R"({"value":"10"})")),
                HasSubstr(text("at the next boot ", later, " makes it `70` again")));
    ASSERT_TRUE(bench.sim.remove(later, "admin"));
    ASSERT_TRUE(bench.sim.remove(ours, "admin"));
  }
}

TEST(SysctlProvider, OurFileGoesWithItsLastLine) {
  Bench bench;
  const ResourceId id("sysctl", "vm.swappiness");
  ASSERT_TRUE(bench.enter(id, R"({"value":"10"})"));
  ASSERT_TRUE(bench.apply(id, R"({"value":"10"})"));
  const auto other = bench.apply({"sysctl", "kernel.sysrq"}, R"({"value":"0"})");
  ASSERT_TRUE(other);
  ASSERT_TRUE(bench.leave(id, R"({"value":"10"})", {"value", "persisted"}));
  EXPECT_THAT(bench.read(ours), HasSubstr("kernel.sysrq = 0\n"));
  EXPECT_EQ(bench.read("/proc/sys/vm/swappiness"), "60\n");
}

}  // namespace
}  // namespace flyball::providers
