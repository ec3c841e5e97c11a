#include "os/sim/accounts.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <charconv>

namespace flyball::os::sim {

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (std::size_t start = 0;;) {
    const auto end = text.find(separator, start);
    parts.emplace_back(text.substr(start, end == std::string_view::npos ? end : end - start));
    if (end == std::string_view::npos) return parts;
    start = end + 1;
  }
}

std::optional<std::uint32_t> number(std::string_view digits) {
  std::uint32_t value = 0;
  const auto* end = digits.data() + digits.size();
  const auto parsed = std::from_chars(digits.data(), end, value);
  return parsed.ec == std::errc() && parsed.ptr == end && !digits.empty() ? std::optional(value) : std::nullopt;
}

Result<AccountFile> AccountFile::load(const Disk& disk, Path path) {
  const auto meta = TRY(disk.stat(path));
  AccountFile file(path, meta ? Access{meta->mode, meta->uid, meta->gid} : Access{.mode = 0644});
  const auto bytes = TRY(disk.read(path, 1U << 24U));
  for (const auto& line : split(bytes.value_or(Bytes{}), '\n'))
    if (!line.empty() && line[0] != '#') file.lines_.push_back(split(line, ':'));
  return file;
}

Result<> AccountFile::save(Disk& disk) const {
  Bytes bytes;
  for (const auto& line : lines_) {
    for (std::size_t i = 0; i < line.size(); ++i) bytes += text(i == 0 ? "" : ":", line[i]);
    bytes += '\n';
  }
  return disk.put(path_, bytes, access_);
}

const AccountFile::Line* AccountFile::find(std::string_view name) const {
  const auto it = std::ranges::find_if(lines_, [&](const Line& line) { return line[0] == name; });
  return it == lines_.end() ? nullptr : &*it;
}

AccountFile::Line* AccountFile::find(std::string_view name) {
  const auto it = std::ranges::find_if(lines_, [&](const Line& line) { return line[0] == name; });
  return it == lines_.end() ? nullptr : &*it;
}

const AccountFile::Line* AccountFile::find_id(std::uint32_t id) const {
  const auto it =
      std::ranges::find_if(lines_, [&](const Line& line) { return line.size() > 2 && number(line[2]) == id; });
  return it == lines_.end() ? nullptr : &*it;
}

void AccountFile::remove(std::string_view name) {
  std::erase_if(lines_, [&](const Line& line) { return line[0] == name; });
}

std::uint32_t AccountFile::free_id(bool system) const {
  std::uint32_t id = system ? 999 : 1000;
  while (find_id(id) != nullptr) id = system ? id - 1 : id + 1;
  return id;
}

}  // namespace flyball::os::sim
