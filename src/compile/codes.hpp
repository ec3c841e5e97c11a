#pragma once

#include "base/diagnostic.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace flyball::compile {

/// What can be wrong in a repository. Each has a stable id that people search for and `flyball explain` tells about;
/// ids are never reused. The hundreds are areas: E01 syntax and keys, E02 values, E03 references and variables, E04
/// layers and conflicts, E05 devices, groups and inventory, E06 files and contents, E07 guards; W warns.
enum class Code : std::uint8_t {
  unknown_key,
  duplicate_key,
  syntax,
  tab,
  no_space_after_colon,
  colon_in_value,
  merge_key,
  key_not_a_word,
  tag,
  undefined_alias,
  alias_cycle,
  too_many_aliases,
  too_deep,
  second_document,
  not_closed,
  too_many_mistakes,
  file_too_large,
  not_utf8,
  control_character,
  wrong_type,
  bad_value,
  missing_key,
  bad_name,
  not_supported,
  unknown_variable,
  bad_reference,
  variable_cycle,
  unknown_resource,
  dependency_cycle,
  unknown_fact,
  profiles_disagree,
  too_many_variants,
  path_conflict,
  unknown_profile,
  declared_twice,
  member_conflict,
  no_fleet,
  empty_fleet,
  unknown_group,
  unknown_device,
  bad_selector,
  missing_file,
  outside_repository,
  not_text,
  content_too_large,
  gate,
  empty_file,
  not_read,
};

struct CodeInfo {
  Code code;
  std::string_view id;           ///< `E0101`
  std::string_view title;        ///< A few words.
  std::string_view explanation;  ///< A paragraph: what it means, why it is refused, what to do.
};

/// All of them, in the order of `Code`.
std::span<const CodeInfo> codes();
const CodeInfo& info(Code code);
/// The row with that id (`E0101`, in any case), or null.
const CodeInfo* find_code(std::string_view id);

/// A diagnostic of that code; a warning when its id begins with W.
Diagnostic diagnose(Code code, Place at, std::string message, std::string help = {});

}  // namespace flyball::compile
