#include "providers/command/command_provider.hpp"
#include "providers/directory/directory_provider.hpp"
#include "providers/file/file_provider.hpp"
#include "providers/link/link_provider.hpp"
#include "providers/package/package_provider.hpp"
#include "providers/provider.hpp"
#include "providers/service/service_provider.hpp"
#include "providers/sysctl/sysctl_provider.hpp"
#include "providers/user/user_provider.hpp"
#include "providers/user_group/user_group_provider.hpp"

#include <algorithm>

namespace flyball::providers {

// **The list of kinds** on the device: one line each.
Providers::Providers(const os::Host& host) {
  all_.emplace_back(File::kind, std::make_unique<FileProvider>(host));
  all_.emplace_back(Directory::kind, std::make_unique<DirectoryProvider>(host));
  all_.emplace_back(Link::kind, std::make_unique<LinkProvider>(host));
  all_.emplace_back(Package::kind, std::make_unique<PackageProvider>(host));
  all_.emplace_back(Service::kind, std::make_unique<ServiceProvider>(host));
  all_.emplace_back(User::kind, std::make_unique<UserProvider>(host));
  all_.emplace_back(UserGroup::kind, std::make_unique<UserGroupProvider>(host));
  all_.emplace_back(Sysctl::kind, std::make_unique<SysctlProvider>(host));
  all_.emplace_back(Command::kind, std::make_unique<CommandProvider>(host));
}

Providers::~Providers() = default;

Provider* Providers::find(std::string_view kind) {
  const auto found = std::ranges::find(all_, kind, &std::pair<std::string_view, std::unique_ptr<Provider>>::first);
  return found == all_.end() ? nullptr : found->second.get();
}

}  // namespace flyball::providers
