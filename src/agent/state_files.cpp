#include "agent/state_files.hpp"

namespace flyball::agent {

Result<> StateFiles::prepare() {
  auto access = access_;
  access.mode = 0700;
  TRY(os::make_directories(files_, directory_, access));
  // What a power cut left half written; the next write of that name would clear it, but it may never come.
  const auto names = TRY(files_.list(directory_), "cannot list ", directory_);
  for (const auto& name : names.value_or(std::vector<std::string>{}))
    if (name.ends_with(".flyball-new")) TRY(remove(name));
  // A process before us may have died between a rename and the sync: what we read and act upon must stay.
  return files_.sync(directory_);
}

os::Read<Json> StateFiles::read(std::string_view name, std::string_view kind) {
  const auto bytes = TRY(files_.read(path(name), max_bytes), "cannot read ", path(name));
  if (!bytes) return std::nullopt;
  auto json = Json::parse(*bytes);
  if (!json) return fail(Errc::corrupt, path(name), " is damaged: ", json.error().message);
  const auto found = maybe_string(*json, "kind");
  if (found != kind) return fail(Errc::unsupported, path(name), " is not of kind ", kind);
  return std::move(*json);
}

Result<> StateFiles::write(std::string_view name, std::string_view kind, Json json) {
  json["kind"] = kind;
  return os::replace_file(files_, path(name), json.canonical(), access_);
}

Result<> StateFiles::remove(std::string_view name) {
  TRY(files_.remove(path(name)), "cannot remove ", path(name));
  return files_.sync(os::parent_of(path(name)));
}

}  // namespace flyball::agent
