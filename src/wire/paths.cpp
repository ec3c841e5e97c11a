#include "wire/paths.hpp"

#include "base/text.hpp"

namespace flyball::wire {

std::string blob_path(const Digest& digest) { return text(path::blobs, digest); }

std::optional<Digest> parse_blob_path(std::string_view decoded) {
  if (!decoded.starts_with(path::blobs)) return std::nullopt;
  return Digest::parse(decoded.substr(path::blobs.size()));
}

}  // namespace flyball::wire
