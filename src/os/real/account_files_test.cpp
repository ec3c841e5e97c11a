#include "os/real/account_files.hpp"

#include <gtest/gtest.h>

namespace flyball::os::real {
namespace {

TEST(AccountFiles, AccountsAreReadWithTheirHashes) {
  const auto accounts = parse_accounts(
      "root:x:0:0:root:/root:/bin/bash\n"
      "kiosk:x:1000:1001:Kiosk,,,:/home/kiosk:\n"
      "nologin:*:13:13::/:/usr/sbin/nologin\n"
      "unshadowed:x:14:14::/:/bin/sh\n",
      "root:$y$hash:19000:0:99999:7:::\nkiosk:!:19000::::::\n");
  ASSERT_EQ(accounts.size(), 4U);
  EXPECT_EQ(accounts[1], (Account{.name = "kiosk",
                                  .uid = 1000,
                                  .gid = 1001,
                                  .comment = "Kiosk,,,",
                                  .home = "/home/kiosk",
                                  .shell = "",
                                  .password_hash = "!"}));
  EXPECT_EQ(accounts[0].password_hash, "$y$hash");
  EXPECT_EQ(accounts[2].password_hash, "*");
  EXPECT_EQ(accounts[3].password_hash, "*");
}

TEST(AccountFiles, LinesThatHoldNoAccountArePassedOver) {
  for (const auto* line : {"", "# comment", "+::::::", "-alice", "short:x:1", "bad:x:one:1::/:/bin/sh",
                           ":x:1:1::/:/bin/sh", "big:x:99999999999:1::/:/bin/sh", "x:x::1::/:/bin/sh"}) {
    EXPECT_TRUE(parse_accounts(line, "").empty()) << line;
    EXPECT_TRUE(parse_groups(line).empty()) << line;
  }
}

TEST(AccountFiles, MembersOfGroupsAreSortedAndOnce) {
  const auto groups = parse_groups("adm:x:4:zoe,alice,,zoe\nempty:x:5:\n");
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_EQ(groups[0], (AccountGroup{.name = "adm", .gid = 4, .members = {"alice", "zoe"}}));
  EXPECT_EQ(groups[1], (AccountGroup{.name = "empty", .gid = 5}));
}

}  // namespace
}  // namespace flyball::os::real
