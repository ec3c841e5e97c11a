#include "agent/content_diff.hpp"

#include "base/bytes.hpp"

#include <algorithm>
#include <vector>

namespace flyball::agent {
namespace {

constexpr std::size_t max_text = std::size_t{64} * 1024;
constexpr std::size_t max_cells = std::size_t{1} << 20U;  // Of the table of common subsequences.
constexpr std::size_t max_lines = 60;
constexpr std::size_t max_columns = 200;
constexpr std::size_t context = 2;

using Lines = std::vector<std::string_view>;

bool comparable(std::string_view text) {
  return text.size() <= max_text && is_utf8(text) && text.find('\0') == std::string_view::npos;
}

Lines lines_of(std::string_view text) {
  Lines out;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    out.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

struct Edit {
  char sign;  // ' ', '-' or '+'
  std::string_view line;
};

// Longest common subsequence by the book: the texts are small, and what is alike at both ends is cut off before.
std::vector<Edit> middle(std::span<const std::string_view> a, std::span<const std::string_view> b) {
  std::vector<Edit> out;
  if (a.size() * b.size() > max_cells) {
    for (const auto& line : a) out.push_back({'-', line});
    for (const auto& line : b) out.push_back({'+', line});
    return out;
  }
  const auto width = b.size() + 1;
  std::vector<std::uint32_t> common((a.size() + 1) * width);
  for (auto i = a.size(); i-- > 0;) {
    for (auto j = b.size(); j-- > 0;) {
      common[i * width + j] = a[i] == b[j] ? common[(i + 1) * width + j + 1] + 1
                                           : std::max(common[(i + 1) * width + j], common[i * width + j + 1]);
    }
  }
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() || j < b.size()) {
    if (i < a.size() && j < b.size() && a[i] == b[j]) {
      out.push_back({' ', a[i]});
      ++i, ++j;
    } else if (j == b.size() || (i < a.size() && common[(i + 1) * width + j] >= common[i * width + j + 1])) {
      out.push_back({'-', a[i++]});
    } else {
      out.push_back({'+', b[j++]});
    }
  }
  return out;
}

std::vector<Edit> edits(const Lines& a, const Lines& b) {
  const auto head = static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
  std::size_t tail = 0;
  while (tail < std::min(a.size(), b.size()) - head && a[a.size() - 1 - tail] == b[b.size() - 1 - tail]) ++tail;
  std::vector<Edit> out;
  for (std::size_t i = 0; i < head; ++i) out.push_back({' ', a[i]});
  const std::span all_a(a);
  const std::span all_b(b);
  for (const auto& edit :
       middle(all_a.subspan(head, a.size() - head - tail), all_b.subspan(head, b.size() - head - tail)))
    out.push_back(edit);
  for (auto i = a.size() - tail; i < a.size(); ++i) out.push_back({' ', a[i]});
  return out;
}

std::string shown(const Edit& edit) {
  // Cut at a character, not within one.
  auto length = std::min(edit.line.size(), max_columns);
  while (length < edit.line.size() && (static_cast<unsigned char>(edit.line[length]) & 0xc0U) == 0x80U) --length;
  return text(edit.sign, edit.line.substr(0, length), length < edit.line.size() ? "…\n" : "\n");
}

}  // namespace

std::string unified_diff(std::string_view before, std::string_view after) {
  if (before == after || !comparable(before) || !comparable(after)) return {};
  const auto all = edits(lines_of(before), lines_of(after));
  std::string out;
  std::size_t count = 0;
  std::size_t shown_to = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto from = i - std::min(i, context);
    const auto to = std::min(all.size(), i + context + 1);
    const auto changes = [](const Edit& edit) { return edit.sign != ' '; };
    if (std::none_of(all.begin() + static_cast<std::ptrdiff_t>(from), all.begin() + static_cast<std::ptrdiff_t>(to),
                     changes))
      continue;
    if (count == max_lines) return out += "…\n";
    if (!out.empty() && i > shown_to) out += "…\n";
    out += shown(all[i]);
    shown_to = i + 1;
    ++count;
  }
  return out;
}

void hide_secrets(std::vector<FieldChange>& fields, const Spec& spec) {
  const auto* file = std::get_if<File>(&spec);
  const bool sensitive = file != nullptr && file->sensitive == true;
  for (auto& field : fields) {
    if (field.field != "password_hash" && !(sensitive && field.field == "content")) continue;
    if (field.before) field.before = "(hidden)";
    if (field.after) field.after = "(hidden)";
    field.diff.reset();
  }
}

Change with_content_diff(const plan::Step& step, os::Files& files, providers::Contents& contents) {
  auto change = step.change;
  for (auto& field : change.fields) {
    if (change.id.kind() != File::kind || field.field != "content" || !field.after || field.after->string() == nullptr)
      continue;
    const auto digest = Digest::parse(*field.after->string());
    const auto before = files.read(std::string(change.id.name()), max_text);
    const auto after = digest ? contents.read(*digest) : Result<Bytes>(fail(Errc::invalid, "no digest"));
    if (!before || !after) continue;
    auto diff = unified_diff(before->value_or(""), *after);
    if (!diff.empty()) field.diff = std::move(diff);
  }
  if (step.spec) hide_secrets(change.fields, *step.spec);
  return change;
}

}  // namespace flyball::agent
