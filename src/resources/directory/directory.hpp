#pragma once

#include "resources/field.hpp"

#include <tuple>

namespace flyball {

/// A directory. `source` in YAML, a tree of the repository, becomes the files and directories below it.
struct Directory {
  static constexpr std::string_view kind = "directory";
  static constexpr std::string_view collection = "directories";
  static constexpr std::string_view help = "a directory; named by its absolute path";

  std::optional<Ensure> ensure;
  std::optional<Mode> mode;
  std::optional<std::string> owner;
  std::optional<std::string> group;
  std::optional<bool> purge;
  std::optional<NameSet> foreign;

  static constexpr auto fields() {
    return std::tuple{
        field("ensure", &Directory::ensure, "present (default) or absent; a directory that holds foreign files stays"),
        field("mode", &Directory::mode, "permission bits in octal, \"0755\""),
        field("owner", &Directory::owner, "user that owns it, by name or number"),
        field("group", &Directory::group, "group that owns it, by name or number"),
        steering("purge", &Directory::purge,
                 "true moves what is not in git to a bounded trash; what packages own stays"),
        derived("foreign", &Directory::foreign, "with `purge`: what is in it and not in git; none is wanted")};
  }
  bool operator==(const Directory&) const = default;
};

}  // namespace flyball
