#include "source/git_source.hpp"

#include <charconv>
#include <map>

namespace flyball::source {
namespace {

std::string_view take_until(std::string_view& rest, char end) {
  const auto at = rest.find(end);
  const auto part = rest.substr(0, at);
  rest.remove_prefix(at == std::string_view::npos ? rest.size() : at + 1);
  return part;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  return text;
}

std::optional<std::uint64_t> number(std::string_view digits) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

std::optional<SnapshotFile::Type> type_of(std::string_view mode) {
  if (mode == "100644" || mode == "100664") return SnapshotFile::Type::regular;
  if (mode == "100755") return SnapshotFile::Type::executable;
  if (mode == "120000") return SnapshotFile::Type::symlink;
  if (mode == "160000") return SnapshotFile::Type::submodule;
  return std::nullopt;
}

bool readable(const TreeEntry& entry) {
  return entry.type != SnapshotFile::Type::submodule && entry.size <= SnapshotFile::max_file_bytes;
}

// Where `fetch` puts the remote's branch: a ref of our own, so that a refused history stays visible.
constexpr std::string_view followed = "refs/flyball/followed";

}  // namespace

Result<std::vector<TreeEntry>> parse_tree(std::string_view output) {
  std::vector<TreeEntry> out;
  while (!output.empty()) {
    auto line = take_until(output, '\0');
    auto head = take_until(line, '\t');
    const auto mode = take_until(head, ' ');
    take_until(head, ' ');  // blob or commit: the mode says it too.
    const auto object = take_until(head, ' ');
    const auto size = trimmed(head);
    const auto type = type_of(mode);
    const auto bytes = size == "-" ? std::optional<std::uint64_t>(0) : number(size);
    if (!type || !bytes || object.empty() || line.empty())
      return fail(Errc::corrupt, "git ls-tree said something unexpected: ", mode, " ", object);
    out.push_back({.path = std::string(line), .object = std::string(object), .type = *type, .size = *bytes});
  }
  return out;
}

Result<std::vector<Bytes>> parse_batch(std::string_view output, std::size_t count) {
  std::vector<Bytes> out;
  out.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    auto header = take_until(output, '\n');
    const auto object = take_until(header, ' ');
    const auto type = take_until(header, ' ');
    const auto size = number(header);
    if (type != "blob" || !size || output.size() < *size + 1)
      return fail(Errc::corrupt, "git cannot give object ", object, ": ", type);
    out.emplace_back(output.substr(0, *size));
    output.remove_prefix(*size + 1);
  }
  return out;
}

GitSource::GitSource(RunGit run, GitSettings settings) : run_(std::move(run)), settings_(std::move(settings)) {}

Result<> GitSource::fetch() {
  if (settings_.remote.empty()) return {};
  TRY(run_({"fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--", settings_.remote,
            text("+", settings_.branch, ":", followed)},
           {}),
      "cannot fetch ", settings_.branch, " of ", settings_.remote);
  return {};
}

Result<std::optional<Revision>> GitSource::head() {
  const auto ref = settings_.remote.empty() ? settings_.branch : std::string(followed);
  const auto listed = TRY(run_({"for-each-ref", "--format=%(objectname)", ref}, {}), "cannot read ", ref);
  const auto name = trimmed(listed);
  return name.empty() ? std::nullopt : std::optional(Revision(name));
}

Result<Revision> GitSource::resolve(const std::string& name) {
  const auto out = run_({"rev-parse", "--verify", "--quiet", "--end-of-options", text(name, "^{commit}")}, {});
  if (!out) return fail(Errc::not_found, "git knows no revision `", name, "`");
  return Revision(trimmed(*out));
}

Result<CommitInfo> GitSource::commit(const Revision& revision) {
  const auto out = TRY(run_({"log", "-1", "--no-show-signature", "--encoding=UTF-8",
                             "--format=%H%x00%an <%ae>%x00%s%x00%ct", revision.str(), "--"},
                            {}),
                       "cannot read commit ", revision);
  std::string_view rest = out;
  const auto name = take_until(rest, '\0');
  const auto author = take_until(rest, '\0');
  const auto subject = take_until(rest, '\0');
  const auto time = number(trimmed(rest));
  if (name != revision.str() || !time) return fail(Errc::corrupt, "git log said something unexpected about ", revision);
  return CommitInfo{.revision = revision,
                    .author = std::string(author),
                    .subject = std::string(subject),
                    .time = {std::chrono::seconds(*time)}};
}

Result<Snapshot> GitSource::snapshot(const Revision& revision) {
  const auto entries = TRY(parse_tree(
      TRY(run_({"ls-tree", "-r", "-z", "-l", "--full-tree", revision.str()}, {}), "cannot list ", revision)));
  Bytes wanted;
  std::size_t count = 0;
  for (const auto& entry : entries) {
    if (!readable(entry)) continue;
    wanted += text(entry.object, '\n');
    ++count;
  }
  auto contents = TRY(parse_batch(
      TRY(run_({"cat-file", "--batch", "--buffer"}, wanted), "cannot read the files of ", revision), count));
  Snapshot out{.revision = revision};
  std::size_t next = 0;
  for (const auto& entry : entries) {
    SnapshotFile file{.type = entry.type, .size = entry.size};
    if (readable(entry)) file.bytes = std::make_shared<const Bytes>(std::move(contents[next++]));
    out.files.emplace(entry.path, std::move(file));
  }
  return out;
}

Result<bool> GitSource::follows(const Revision& older, const Revision& newer) {
  // rev-list says it in its output; merge-base --is-ancestor says "no" and "broken" by exit codes alike.
  const auto missing = run_({"rev-list", "--max-count=1", older.str(), text("^", newer.str())}, {});
  if (!missing)
    return fail(missing.error().code, "cannot compare ", older, " with ", newer, ": ", missing.error().message);
  return trimmed(*missing).empty();
}

}  // namespace flyball::source
