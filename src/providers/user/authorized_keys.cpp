#include "providers/user/authorized_keys.hpp"

#include "base/digest.hpp"

#include <algorithm>

namespace flyball::providers {
namespace {

using Type = os::FileMeta::Type;

constexpr std::uint64_t max_bytes = std::uint64_t{1} << 20U;

os::Path directory_of(const os::Account& account) { return text(account.home, "/.ssh"); }
os::Path file_of(const os::Account& account) { return text(account.home, "/.ssh/authorized_keys"); }

os::Access access(const os::Account& account, std::uint32_t mode) {
  return {.mode = mode, .uid = account.uid, .gid = account.gid};
}

// sshd(8), StrictModes: nobody else may write it.
bool sound(const os::Account& account, const os::FileMeta& meta, Type type) {
  return meta.type == type && meta.uid == account.uid && (meta.mode & 0022U) == 0;
}

NameSet lines_of(std::string_view bytes) {
  NameSet out;
  while (!bytes.empty()) {
    const auto end = std::min(bytes.find('\n'), bytes.size());
    auto line = bytes.substr(0, end);
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
    const auto first = line.find_first_not_of(" \t\r");
    if (first == std::string_view::npos) continue;
    out.names.emplace_back(line.substr(first, line.find_last_not_of(" \t\r") - first + 1));
  }
  std::ranges::sort(out.names);
  const auto twice = std::ranges::unique(out.names);
  out.names.erase(twice.begin(), twice.end());
  return out;
}

}  // namespace

os::Read<NameSet> AuthorizedKeys::read(const os::Account& account) {
  const auto directory = TRY(files_.stat(directory_of(account)), "cannot look at ", directory_of(account));
  const auto path = file_of(account);
  const auto there = TRY(files_.stat(path), "cannot look at ", path);
  if (!directory || !there) return NameSet{};
  if (!sound(account, *directory, Type::directory) || !sound(account, *there, Type::regular)) return std::nullopt;
  const auto bytes = TRY(files_.read(path, max_bytes), "cannot read ", path);
  if (!bytes) return std::nullopt;
  return lines_of(*bytes);
}

Result<> AuthorizedKeys::need_directory(const os::Account& account) {
  if (account.home.empty() || account.home == "/")
    return fail(Errc::invalid, account.name, " has no home directory for its keys");
  const auto home = TRY(files_.stat(account.home), "cannot look at ", account.home);
  if (!home) TRY(path_state_.put_directory(account.home, access(account, 0700)), "cannot make the home directory");
  const auto path = directory_of(account);
  const auto there = TRY(files_.stat(path), "cannot look at ", path);
  if (!there || there->type != Type::directory) return path_state_.put_directory(path, access(account, 0700));
  if (sound(account, *there, Type::directory)) return {};
  return path_state_.change_access(path, *there, access(account, 0700));
}

Result<> AuthorizedKeys::write(const os::Account& account, const NameSet& keys) {
  TRY(need_directory(account));
  std::string bytes;
  for (const auto& key : keys.names) bytes += key + '\n';
  return path_state_.put_file(file_of(account), bytes, access(account, 0600));
}

Result<Json> AuthorizedKeys::record(const os::Account& account, Contents& contents) {
  Json out{Json::Object{}};
  const auto directory = TRY(files_.stat(directory_of(account)), "cannot look at ", directory_of(account));
  if (!directory) return out;
  out["directory"] = true;
  const auto path = file_of(account);
  const auto there = TRY(files_.stat(path), "cannot look at ", path);
  if (!there || there->type != Type::regular || there->size > max_bytes) return out;
  const auto bytes = TRY(files_.read(path, max_bytes), "cannot read ", path);
  TRY(contents.keep(bytes.value_or("")), "cannot keep the content of ", path);
  out["content"] = sha256(bytes.value_or("")).str();
  out["mode"] = std::int64_t{there->mode};
  out["uid"] = std::int64_t{there->uid};
  out["gid"] = std::int64_t{there->gid};
  return out;
}

Result<> AuthorizedKeys::clear(const os::Account& account, bool directory_too) {
  TRY(path_state_.clear_temporary(directory_of(account)));
  if (!TRY(files_.stat(directory_of(account)))) return {};
  TRY(path_state_.remove(file_of(account)));
  if (!directory_too) return {};
  const auto names = TRY(files_.list(directory_of(account)), "cannot list ", directory_of(account));
  if (names && names->empty()) return path_state_.remove(directory_of(account));
  return {};
}

Result<> AuthorizedKeys::put_back(const os::Account& account, const Json& recorded, Contents& contents) {
  const auto content = maybe_string(recorded, "content");
  if (!content) return clear(account, recorded.find("directory") == nullptr);
  const auto digest = Digest::parse(*content);
  if (!digest) return fail(Errc::corrupt, "the ledger has no digest of the keys of ", account.name);
  const auto bytes = TRY(contents.read(*digest), "cannot read the former keys of ", account.name);
  const auto number = [&](std::string_view name) {
    return static_cast<std::uint32_t>(maybe_integer(recorded, name).value_or(0));
  };
  TRY(need_directory(account));
  return path_state_.put_file(file_of(account), bytes,
                              {.mode = number("mode"), .uid = number("uid"), .gid = number("gid")});
}

}  // namespace flyball::providers
