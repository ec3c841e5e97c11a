#include "os/real/real_users.hpp"

#include "os/real/fake_processes.hpp"
#include "os/real/real_files.hpp"
#include "os/real/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace flyball::os::real {
namespace {

using Words = std::vector<std::string>;

class RealUsersTest : public testing::Test {
 protected:
  RealUsersTest() {
    folder.put("/etc/passwd", "root:x:0:0:root:/root:/bin/bash\nalice:x:1000:1000::/home/alice:/bin/bash\n");
    folder.put("/etc/shadow", "root:*:19000::::::\nalice:$y$old:19000::::::\n");
    folder.put("/etc/group", "root:x:0:\nalice:x:1000:\nadm:x:4:alice\naudio:x:29:alice,root\n");
  }
  TemporaryFolder folder;
  RealFiles files = std::move(*RealFiles::open(folder.path()));
  FakeProcesses processes;
  RealUsers users{files, processes};
};

TEST_F(RealUsersTest, AccountsAndGroupsAreFoundByNameAndNumber) {
  EXPECT_EQ((*users.account("alice"))->password_hash, "$y$old");
  EXPECT_EQ((*users.account_by_id(1000))->name, "alice");
  EXPECT_EQ(users.account("ghost"), std::nullopt);
  EXPECT_EQ(users.account_by_id(7), std::nullopt);
  EXPECT_EQ((*users.group("adm"))->members, Words{"alice"});
  EXPECT_EQ((*users.group_by_id(29))->name, "audio");
  EXPECT_EQ(users.group("ghost"), std::nullopt);
  EXPECT_EQ(users.groups_with("alice"), (Words{"adm", "audio"}));
  EXPECT_TRUE(processes.commands.empty());
}

TEST_F(RealUsersTest, WhatChangedIsReadAnew) {
  EXPECT_EQ(users.account("bob"), std::nullopt);
  folder.put("/etc/passwd", "bob:x:1001:1001::/home/bob:/bin/sh\n");
  EXPECT_EQ((*users.account("bob"))->uid, 1001U);
  EXPECT_EQ(users.account("alice"), std::nullopt);
  files.remove("/etc/passwd").value();
  EXPECT_EQ(users.account("bob").error().code, Errc::unavailable);
}

TEST_F(RealUsersTest, ChangesAreMadeByTheShadowTools) {
  const AccountChange everything{.uid = 1005, .group = "adm", .comment = "Bob", .home = "/srv/bob", .shell = "/bin/sh"};
  EXPECT_TRUE(users.create_account("bob", everything));
  EXPECT_TRUE(users.create_account("daemon", {.system = true}));
  EXPECT_TRUE(users.create_account("adm", {}));
  EXPECT_TRUE(users.change_account("alice", {.home = "/srv/alice"}));
  EXPECT_TRUE(users.change_account("alice", {}));
  EXPECT_TRUE(users.remove_account("alice"));
  EXPECT_TRUE(users.create_group("ops", 900, true));
  EXPECT_TRUE(users.change_group("ops", 901));
  EXPECT_TRUE(users.remove_group("ops"));
  EXPECT_TRUE(users.add_member("adm", "bob"));
  EXPECT_TRUE(users.remove_member("adm", "bob"));
  const std::vector<Words> want = {
      {"useradd", "--create-home", "--uid", "1005", "--gid", "adm", "--comment", "Bob", "--home-dir", "/srv/bob",
       "--shell", "/bin/sh", "--", "bob"},
      {"useradd", "--system", "--no-create-home", "--user-group", "--", "daemon"},
      {"useradd", "--create-home", "--gid", "adm", "--", "adm"},
      {"usermod", "--home", "/srv/alice", "--", "alice"},
      {"userdel", "--", "alice"},
      {"groupadd", "--system", "--gid", "900", "--", "ops"},
      {"groupmod", "--gid", "901", "--", "ops"},
      {"groupdel", "--", "ops"},
      {"gpasswd", "--add", "bob", "adm"},
      {"gpasswd", "--delete", "bob", "adm"},
  };
  ASSERT_EQ(processes.commands.size(), want.size());
  for (std::size_t i = 0; i < want.size(); ++i) EXPECT_EQ(processes.commands[i].argv, want[i]) << i;
}

TEST_F(RealUsersTest, AHashIsNeverAnArgument) {
  EXPECT_TRUE(users.change_account("alice", {.password_hash = "$y$new"}));
  ASSERT_EQ(processes.commands.size(), 1U);
  EXPECT_EQ(processes.commands[0].argv, (Words{"chpasswd", "--encrypted"}));
  EXPECT_EQ(processes.commands[0].input, "alice:$y$new\n");
  EXPECT_EQ(users.change_account("alice", {.password_hash = "a\nroot:b"}).error().code, Errc::invalid);
  EXPECT_EQ(processes.commands.size(), 1U);
}

TEST_F(RealUsersTest, WhyAToolFailedDecidesTheError) {
  const struct {
    int code;
    std::string_view said;
    Errc want;
  } cases[] = {
      {8, "userdel: user alice is currently used by process 77", Errc::unavailable},
      {8, "groupdel: cannot remove the primary group of user 'alice'", Errc::conflict},
      {10, "groupadd: cannot lock /etc/group; try again later.", Errc::unavailable},
      {1, "userdel: cannot lock /etc/passwd; try again later.", Errc::unavailable},
      {1, "useradd: Permission denied.", Errc::denied},
      {9, "useradd: user 'alice' already exists", Errc::conflict},
      {4, "useradd: UID 1000 is not unique", Errc::conflict},
      {6, "useradd: group 'ghost' does not exist", Errc::not_found},
      {3, "gpasswd: user 'ghost' does not exist", Errc::not_found},
      {3, "useradd: invalid user ID '-1'", Errc::invalid},
  };
  for (const auto& c : cases) {
    processes.answers = {Exit{.code = c.code, .errors = text(c.said, '\n')}};
    const auto done = users.remove_account("alice");
    ASSERT_FALSE(done) << c.said;
    EXPECT_EQ(done.error(), (Error{c.want, text("userdel ended with ", c.code, ": ", c.said)}));
  }
}

TEST_F(RealUsersTest, NamesThatAreNoneReachNoTool) {
  for (const auto* name : {"", "-f", "a:b", "a\nb"}) {
    EXPECT_EQ(users.create_account(name, {}).error().code, Errc::invalid) << name;
    EXPECT_EQ(users.add_member("adm", name).error().code, Errc::invalid) << name;
  }
  EXPECT_TRUE(processes.commands.empty());
}

}  // namespace
}  // namespace flyball::os::real
