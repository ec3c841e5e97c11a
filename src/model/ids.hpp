#pragma once

#include "base/strong.hpp"

#include <compare>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace flyball {

using DeviceId = Name<struct DeviceTag>;  ///< `kiosk-0042`
using GroupPath = Name<struct GroupTag>;  ///< `kiosks/berlin`: the way from the root of the group tree.
using RepositoryId =
    Name<struct RepositoryTag>;             ///< `acme-5f0c1e9a`: `id:` of fleet.yaml, made once by `flyball init`.
using Revision = Name<struct RevisionTag>;  ///< A commit's full object name in hex.

using Sequence = Counter<struct SequenceTag>;      ///< Fleet-wide count of releases.
using Generation = Counter<struct GenerationTag>;  ///< A device's own count of manifest changes, for people.

/// A revision as people write it: its first seven digits.
std::string short_form(const Revision& revision);

/// One thing kept in a state, as users write it: `file:/etc/motd`, `package:nginx`. Copies share the text: the
/// manifests of a large fleet name the same few thousand resources millions of times.
class ResourceId {
 public:
  ResourceId();
  // Only copied, so that there is always a text.
  ResourceId(const ResourceId&) = default;
  ResourceId& operator=(const ResourceId&) = default;
  ~ResourceId() = default;
  ResourceId(std::string_view kind, std::string_view name);
  /// Nothing unless there is a kind of lower-case letters and `_`, a colon and a name.
  static std::optional<ResourceId> parse(std::string_view text);

  std::string_view kind() const { return std::string_view(*text_).substr(0, colon_); }
  std::string_view name() const { return std::string_view(*text_).substr(colon_ + 1); }
  const std::string& str() const { return *text_; }
  std::strong_ordering operator<=>(const ResourceId& other) const {  ///< By bytes.
    return text_ == other.text_ ? std::strong_ordering::equal : *text_ <=> *other.text_;
  }
  bool operator==(const ResourceId& other) const { return text_ == other.text_ || *text_ == *other.text_; }

 private:
  std::shared_ptr<const std::string> text_;
  std::size_t colon_ = 0;
};

}  // namespace flyball

template <>
struct std::hash<flyball::ResourceId> {
  std::size_t operator()(const flyball::ResourceId& id) const noexcept { return std::hash<std::string>{}(id.str()); }
};
