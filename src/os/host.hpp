#pragma once

#include "os/clocks.hpp"
#include "os/files.hpp"
#include "os/packages.hpp"
#include "os/processes.hpp"
#include "os/systemd.hpp"
#include "os/users.hpp"
#include "os/watches.hpp"

namespace flyball::os {

/// All the ports of one device, real or simulated. Whoever makes the ports owns them; they outlive this.
struct Host {
  Files& files;
  Processes& processes;
  Systemd& systemd;
  Packages& packages;
  Users& users;
  Watches& watches;
  Clocks& clocks;
  Random& random;
};

}  // namespace flyball::os
