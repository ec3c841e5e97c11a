#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <string_view>

namespace flyball::sim {

/// Runs a scenario in a world of its own. The error names the line and says what was found there.
///
///     device  d1 in lobby                    a device, and the group it is in; first of all
///     commit  PATH  TEXT                     that file of the repository, pushed; the text is the rest of the line
///     remove  PATH                           without that file
///     revert                                 back to the tree before the last commit
///     settle                                 until every device that is online is as the newest revision wants it
///     wait    10m                            so long
///     expect  d1  file:/etc/motd  content "hello\n"      also: mode 0644 · absent · target /x · installed ·
///     version 1.2
///                                            running · stopped · enabled · disabled · value 1 · present
///     edit    d1  file:/etc/motd  content "x\n"  by vim of alice       in place
///     delete  d1  file:/etc/motd  by rm
///     stop    d1  service:web  by systemctl
///     write   d1  sysctl:vm.swappiness  "7"  by sysctl
///     event   d1  Drifted  file:/etc/motd  content  by vim of alice    Changed: an intended change, `by` left out
///     state   d1  Ready
///     power-cut d1 · crash d1 · reboot d1    they come back by themselves
///     offline d1 · online d1                 the network of a device
///     crash-server
///     trouble "words"                        the server says this of the newest revision
///     held    "words"                        it waits for an approval, because of this
///     approve
Result<> run_scenario(std::string_view text, std::uint64_t seed);

}  // namespace flyball::sim
