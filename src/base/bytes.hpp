#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace flyball {

/// Raw bytes: file contents, encoded messages, keys. A std::string, since every library at hand takes one.
using Bytes = std::string;

std::string hex(std::string_view bytes);                        ///< Lower case.
std::optional<Bytes> unhex(std::string_view digits);            ///< Nothing unless all are hex digits, in pairs.
std::string base64(std::string_view bytes);                     ///< RFC 4648 section 4, padded, one line.
std::optional<Bytes> unbase64(std::string_view characters);     ///< Strict: canonical padding, no white space.
std::string base64url(std::string_view bytes);                  ///< RFC 4648 section 5, without padding.
std::optional<Bytes> unbase64url(std::string_view characters);  ///< Strict, without padding.

/// Whether these are well-formed UTF-8 (RFC 3629): no overlong forms, no surrogates.
bool is_utf8(std::string_view bytes);

}  // namespace flyball
