#include "os/facts.hpp"

#include "os/real/real_files.hpp"
#include "os/real/real_host.hpp"
#include "os/real/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace flyball::os {
namespace {

class ReadFacts : public testing::Test {
 protected:
  real::TemporaryFolder folder;
  real::RealFiles files = std::move(*real::RealFiles::open(folder.path()));
};

TEST_F(ReadFacts, ADeviceTellsWhatItsFilesSay) {
  folder.put("/proc/sys/kernel/hostname", "kiosk-7\n");
  folder.put("/proc/sys/kernel/osrelease", "6.1.0-18-amd64\n");
  folder.put("/proc/meminfo", "MemTotal:        2048 kB\nMemFree: 1 kB\n");
  folder.put("/proc/cpuinfo", "processor\t: 0\nflags\t\t: fpu sse2\n");
  folder.put("/sys/devices/system/cpu/online", "0-3,6\n");
  folder.put("/usr/lib/os-release", "ID=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME='bookworm'\n");
  EXPECT_EQ(read_facts(files), (FactMap{{"hostname", "kiosk-7"},
                                        {"kernel.release", "6.1.0-18-amd64"},
                                        {"memory_bytes", 2048 * 1024},
                                        {"cpus", 5},
                                        {"os.id", "debian"},
                                        {"os.version_id", "12"},
                                        {"os.codename", "bookworm"},
                                        {"virtualization", "none"}}));
}

TEST_F(ReadFacts, WhatIsNotSaidIsNotKnown) {
  EXPECT_EQ(read_facts(files), FactMap{});
  folder.put("/usr/lib/os-release", "ID=debian\n");
  folder.put("/proc/meminfo", "garbage\n");
  folder.put("/sys/devices/system/cpu/online", "\n");
  folder.put("/proc/cpuinfo", "processor : 0\nFeatures : fp asimd\n");
  EXPECT_EQ(read_facts(files), (FactMap{{"os.id", "debian"}}));
}

TEST_F(ReadFacts, VirtualizationIsNamedAsSystemdDoes) {
  folder.put("/proc/cpuinfo", "processor : 0\nflags : fpu hypervisor\n");
  EXPECT_EQ(read_facts(files).at("virtualization"), "vm-other");
  folder.put("/sys/devices/virtual/dmi/id/sys_vendor", "QEMU\n");
  EXPECT_EQ(read_facts(files).at("virtualization"), "qemu");
  folder.put("/sys/devices/virtual/dmi/id/product_name", "KVM Virtual Machine\n");
  EXPECT_EQ(read_facts(files).at("virtualization"), "kvm");
  folder.put("/proc/cpuinfo", "processor : 0\nflags : fpu\n");
  EXPECT_EQ(read_facts(files).at("virtualization"), "none");
  folder.put("/run/systemd/container", "systemd-nspawn");
  EXPECT_EQ(read_facts(files).at("virtualization"), "systemd-nspawn");
}

TEST(Facts, ThisMachineTellsWhatEveryMachineCan) {
  const auto facts = (*real::RealHost::open({}))->facts();
  EXPECT_TRUE(facts.contains("arch"));
  EXPECT_TRUE(facts.contains("kernel.release"));
  for (const auto* name : {"memory_bytes", "cpus", "hostname"}) EXPECT_TRUE(facts.contains(name)) << name;
}

}  // namespace
}  // namespace flyball::os
