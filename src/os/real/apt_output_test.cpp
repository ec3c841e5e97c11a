#include "os/real/apt_output.hpp"

#include <gtest/gtest.h>

namespace flyball::os::real {
namespace {

TEST(AptOutput, ASimulationTellsWhatComesIsUpgradedAndGoes) {
  constexpr std::string_view output = R"(Reading package lists...
Building dependency tree...
The following packages will be REMOVED:
  exim4
Remv exim4 [4.96-15]
Inst libssl3 [3.0.9-1] (3.0.11-1~deb12u2 Debian:12.5/stable [amd64]) []
Inst postfix (3.7.10-0+deb12u1 Debian:12.5/stable [amd64])
Inst libc6:i386 (2.36-9 Debian:12.5/stable [i386])
Purg old [1]
Conf libssl3 (3.0.11-1~deb12u2 Debian:12.5/stable [amd64])
Conf postfix (3.7.10-0+deb12u1 Debian:12.5/stable [amd64])
)";
  EXPECT_EQ(parse_simulation(output),
            (Transaction{.installs = {"libc6:i386", "postfix"}, .upgrades = {"libssl3"}, .removes = {"exim4", "old"}}));
  EXPECT_EQ(parse_simulation("Reading package lists...\ntool is already the newest version (1.0).\n"), Transaction{});
}

TEST(AptOutput, APolicyTellsTheCandidateAndAllVersions) {
  const auto policy = parse_policy(R"(nginx:
  Installed: 1.22.1-9
  Candidate: 1.22.1-9+deb12u1
  Version table:
     1.22.1-9+deb12u1 500
        500 http://mirror.example/debian bookworm/main amd64 Packages
 *** 1.22.1-9 100
        100 /var/lib/dpkg/status
)");
  EXPECT_EQ(policy.candidate, "1.22.1-9+deb12u1");
  EXPECT_EQ(policy.versions, (std::vector<std::string>{"1.22.1-9+deb12u1", "1.22.1-9"}));
  const auto none = parse_policy("ghost:\n  Installed: (none)\n  Candidate: (none)\n  Version table:\n");
  EXPECT_EQ(none.candidate, std::nullopt);
  EXPECT_TRUE(none.versions.empty());
  EXPECT_EQ(parse_policy("").candidate, std::nullopt);
}

TEST(AptOutput, AFailureIsSortedByWhatAptSays) {
  const struct {
    std::string_view said;
    Errc code;
    std::string_view message;
  } cases[] = {
      {"E: Unable to locate package ghost\n", Errc::not_found, "Unable to locate package ghost"},
      {"E: Version '9' for 'tool' was not found\n", Errc::not_found, "Version '9' for 'tool' was not found"},
      {"W: old list\nE: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 7 (apt)\n"
       "E: Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), is another process using it?\n",
       Errc::unavailable,
       "Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 7 (apt); "
       "Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), is another process using it?"},
      {"E: Packages need to be removed but remove is disabled.\n", Errc::conflict,
       "Packages need to be removed but remove is disabled."},
      {"dpkg: error: dpkg frontend lock was locked by another process\n", Errc::unavailable,
       "dpkg: error: dpkg frontend lock was locked by another process"},
      {"dpkg: error processing package tool (--configure):\n"
       " installed tool package post-installation script subprocess returned error exit status 1\n"
       "Errors were encountered while processing:\n tool\n"
       "E: Sub-process /usr/bin/dpkg returned an error code (1)\n",
       Errc::conflict,
       "dpkg: error processing package tool (--configure): installed tool package post-installation script subprocess "
       "returned error exit status 1; Sub-process /usr/bin/dpkg returned an error code (1)"},
      {"something else\n\n", Errc::conflict, "something else"},
      {"", Errc::conflict, ""},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(parse_apt_failure(c.said), (Error{c.code, std::string(c.message)})) << c.said;
  }
}

}  // namespace
}  // namespace flyball::os::real
