#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace flyball::providers {

/// The file of the kernel's that a parameter is, below /proc/sys: `net.ipv4.ip_forward` → `net/ipv4/ip_forward`. As
/// sysctl.d(5) has it: when the first separator is a dot, dots and slashes change places; otherwise all stay.
std::string sysctl_path(std::string_view key);

/// Without white space at the ends, and with one space for each run of it inside.
std::string squeezed(std::string_view value);

/// The settings of a file in the form of sysctl.d(5), by `sysctl_path` of their keys.
class SysctlSettings {
 public:
  static SysctlSettings parse(std::string_view text);
  std::string str() const;  ///< Sorted by path, with a line that says who writes the file.

  std::optional<std::string> find(std::string_view key) const;  ///< Squeezed.
  void set(std::string_view key, std::string_view value);
  void erase(std::string_view key);
  bool empty() const { return by_path_.empty(); }

 private:
  struct Setting {
    std::string key;
    std::string value;
  };
  std::map<std::string, Setting, std::less<>> by_path_;
};

}  // namespace flyball::providers
