#include "os/real/real_host.hpp"

#include "os/real/notify.hpp"
#include "os/real/real_systemd.hpp"
#include "os/real/temporary_folder.hpp"

#include <array>
#include <filesystem>
#include <set>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace flyball::os::real {
namespace {

TEST(RealHost, AFolderHasFilesAndCommandsAndSaysThatItHasNothingElse) {
  TemporaryFolder folder;
  folder.put("/etc/motd", "hello\n");
  const auto device = RealHost::open({.root = folder.path()});
  ASSERT_TRUE(device) << device.error().message;
  auto host = (*device)->host();
  EXPECT_EQ(host.files.read("/etc/motd", 100), "hello\n");
  EXPECT_EQ(host.processes.run({.argv = {"cat", "etc/motd"}}, {})->output, "hello\n");
  EXPECT_EQ(host.systemd.unit("ssh").error(),
            (Error{Errc::unsupported, "this device is a folder: it has no services"}));
  EXPECT_EQ(host.packages.package("nginx").error().code, Errc::unsupported);
  EXPECT_EQ(host.packages.needs_recovery(), false);
  EXPECT_EQ(host.users.create_account("bob", {}).error().code, Errc::unsupported);
}

TEST(RealHost, AFolderKnowsItsOwnAccountAndNumbers) {
  TemporaryFolder folder;
  const auto device = std::move(*RealHost::open({.root = folder.path()}));
  auto& users = device->host().users;
  const auto own = users.account_by_id(::geteuid());
  ASSERT_TRUE(own && *own);
  EXPECT_EQ((*users.account((*own)->name))->uid, ::geteuid());
  EXPECT_EQ((*users.account("54321"))->uid, 54321U);
  EXPECT_EQ((*users.group("54321"))->gid, 54321U);
  EXPECT_EQ(users.account("nobody-of-that-name"), std::nullopt);
}

TEST(RealHost, TheMachineItselfIsTakenForNoFolderHoweverItIsNamed) {
  for (const auto* root : {"/", "//", "/usr/.."}) {
    const auto machine = RealHost::open({.root = root});
    ASSERT_TRUE(machine) << root;
    const auto account = (*machine)->host().users.group_by_id(0);
    ASSERT_TRUE(account && *account) << root;
    EXPECT_EQ((*account)->name, "root") << root;
  }
  EXPECT_EQ(RealHost::open({.root = "/no/such/folder"}).error().code, Errc::not_found);
}

TEST(RealHost, ClocksGoOnAndRandomNumbersDiffer) {
  const auto machine = std::move(*RealHost::open({}));
  auto host = machine->host();
  EXPECT_LE(host.clocks.steady(), host.clocks.steady());
  EXPECT_GT(host.clocks.wall(), *parse_date("2024-01-01"));
  EXPECT_EQ(host.clocks.boot_id(), host.clocks.boot_id());
  EXPECT_EQ(host.clocks.boot_id().size(), 36U);
  std::set<std::uint64_t> numbers;
  for (int i = 0; i < 1000; ++i) numbers.insert(host.random.next());
  EXPECT_EQ(numbers.size(), 1000U);
}

// Reads only, whatever this machine is: its services are changed in the lab's devices.
TEST(RealSystemd, UnitsAreReadWhereSystemdRunsAndUnsupportedElsewhere) {
  RealSystemd systemd;
  const auto manager = systemd.unit("init.scope");
  if (std::filesystem::exists("/run/systemd/system")) {
    ASSERT_TRUE(manager) << manager.error().message;
    EXPECT_EQ((*manager)->active_state, "active");
    EXPECT_EQ(systemd.unit("no-such-unit"), std::nullopt);
  } else {
    ASSERT_FALSE(manager);
    EXPECT_EQ(manager.error().code, Errc::unsupported);
    EXPECT_EQ(systemd.restart("ssh").error().code, Errc::unsupported);
  }
}

TEST(Notify, TheServiceManagerGetsWhatIsSaid) {
  TemporaryFolder folder;
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{.sun_family = AF_UNIX};
  const auto path = folder.at("/notify");
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
  EXPECT_TRUE(notify("READY=1\nSTATUS=all well"));
  std::array<char, 100> got{};
  const auto size = ::recv(socket, got.data(), got.size(), MSG_DONTWAIT);
  ASSERT_GT(size, 0);
  EXPECT_EQ(std::string_view(got.data(), static_cast<std::size_t>(size)), "READY=1\nSTATUS=all well");
  ::close(socket);
  EXPECT_FALSE(notify("READY=1"));
  ::unsetenv("NOTIFY_SOCKET");
  EXPECT_TRUE(notify("READY=1"));
}

TEST(Notify, TheWatchdogIsOursOnlyIfItNamesUs) {
  ::unsetenv("WATCHDOG_PID");
  ::unsetenv("WATCHDOG_USEC");
  EXPECT_EQ(watchdog_interval(), std::nullopt);
  ::setenv("WATCHDOG_USEC", "30000000", 1);
  EXPECT_EQ(watchdog_interval(), std::chrono::seconds(30));
  ::setenv("WATCHDOG_PID", "1", 1);
  EXPECT_EQ(watchdog_interval(), std::nullopt);
  ::setenv("WATCHDOG_PID", std::to_string(::getpid()).c_str(), 1);
  EXPECT_EQ(watchdog_interval(), std::chrono::seconds(30));
  ::setenv("WATCHDOG_USEC", "soon", 1);
  EXPECT_EQ(watchdog_interval(), std::nullopt);
  ::unsetenv("WATCHDOG_PID");
  ::unsetenv("WATCHDOG_USEC");
}

}  // namespace
}  // namespace flyball::os::real
