#pragma once

#include "resources/field.hpp"

#include <tuple>

namespace flyball {

/// A regular file: what it holds, who may touch it.
struct File {
  static constexpr std::string_view kind = "file";
  static constexpr std::string_view collection = "files";
  static constexpr std::string_view help = "a regular file; named by its absolute path";

  std::optional<Ensure> ensure;
  std::optional<Digest> content;
  std::optional<Mode> mode;
  std::optional<std::string> owner;
  std::optional<std::string> group;
  std::optional<bool> sensitive;

  static constexpr auto fields() {
    return std::tuple{
        field("ensure", &File::ensure, "present (default) or absent"),
        field("content", &File::content,
              "what the file holds; or `source`: a file of the repository; or `template`: one with variables"),
        field("mode", &File::mode, "permission bits in octal, \"0644\""),
        field("owner", &File::owner, "user that owns it, by name or number"),
        field("group", &File::group, "group that owns it, by name or number"),
        steering("sensitive", &File::sensitive, "true keeps its content out of plans, reports and logs")};
  }
  bool operator==(const File&) const = default;
};

}  // namespace flyball
