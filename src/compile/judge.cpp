#include "compile/compare.hpp"
#include "compile/standing.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

// What one release may do without a person's word (DECISIONS 7, RELIABILITY G5 and G15). Limits are those of the
// release before: a change cannot loosen the guard that judges it.
namespace flyball::compile {
namespace {

constexpr std::size_t fewest_pairs = 20;  // Small fleets may change a handful at once, whatever its share.

struct Count {
  std::size_t managed = 0;
  std::size_t leaving = 0;
  std::size_t reached = 0;  // Devices of before whose manifest changes or that go.
  std::map<std::string, std::size_t, std::less<>> kinds_before;
  std::map<std::string, std::size_t, std::less<>> kinds_after;
  std::size_t shrunk = 0;  // Devices that lose half or more of at least twenty resources.
  std::size_t shrunk_from = 0;
  std::size_t shrunk_to = 0;  // Of the first of them.
  DeviceId first_shrunk;
};

// Counts by kind, for ids that come sorted: a kind's stand together, so its name is looked up once.
class KindCounter {
 public:
  explicit KindCounter(std::map<std::string, std::size_t, std::less<>>& counts, std::size_t each)
      : counts_(counts), each_(each) {}
  ~KindCounter() { flush(); }
  KindCounter(const KindCounter&) = delete;
  KindCounter& operator=(const KindCounter&) = delete;

  void add(std::string_view kind) {
    if (kind != kind_) flush();
    kind_ = kind;
    ++resources_;
    ++size_;
  }
  std::size_t size() const { return size_; }

 private:
  void flush() {
    if (resources_ > 0) counts_[std::string(kind_)] += resources_ * each_;
    resources_ = 0;
  }

  std::map<std::string, std::size_t, std::less<>>& counts_;
  std::size_t each_;
  std::string_view kind_;
  std::size_t resources_ = 0;
  std::size_t size_ = 0;
};

void count_pair(Count& count, const ManifestPair& pair, SpecReader& old_specs, SpecReader& new_specs) {
  const auto devices = pair.devices.size();
  if (pair.before != nullptr && !pair.equal) count.reached += devices;
  KindCounter managed_before(count.kinds_before, devices);
  KindCounter managed_after(count.kinds_after, devices);
  each_resource(pair, [&](const ResourceId& id, const Digest* before, const Digest* after) {
    const auto was = before != nullptr ? old_specs.standing(*before) : not_named;
    const bool same = before != nullptr && after != nullptr && *before == *after;
    const auto is = same ? was : after != nullptr ? new_specs.standing(*after) : not_named;
    if (was.managed()) managed_before.add(id.kind());
    if (is.managed()) managed_after.add(id.kind());
    // On a device that is new in git nothing is ours yet; it judges its own first plan.
    if (!same && pair.before != nullptr && leaves(was, is)) count.leaving += devices;
  });
  const auto before_size = managed_before.size();
  const auto after_size = managed_after.size();
  count.managed += before_size * devices;
  const bool halved = pair.after != nullptr && before_size >= fewest_pairs && after_size * 2 <= before_size;
  if (!halved) return;
  if (count.shrunk == 0 || pair.devices.front()->id < count.first_shrunk) {
    count.shrunk_from = before_size;
    count.shrunk_to = after_size;
    count.first_shrunk = pair.devices.front()->id;
  }
  count.shrunk += devices;
}

std::string percent(std::size_t part, std::size_t whole) {
  const auto tenths =
      static_cast<std::uint64_t>(std::round(1000.0 * static_cast<double>(part) / static_cast<double>(whole)));
  return text(tenths / 10, ".", tenths % 10, " %");
}

std::string limit_text(double value) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  return text(std::string_view(digits, static_cast<std::size_t>(end - digits)), " %");
}

std::string_view plural(std::size_t count) { return count == 1 ? "" : "s"; }

}  // namespace

std::vector<Tripped> judge(const Fleet& before, const Fleet& after) {
  SpecReader old_specs(before);
  SpecReader new_specs(after);
  Count count;
  for (const auto& pair : pair_up(&before, after)) count_pair(count, pair, old_specs, new_specs);

  std::vector<Tripped> out;
  const auto budget = std::max(static_cast<double>(fewest_pairs),
                               before.guards.max_delete_percent / 100.0 * static_cast<double>(count.managed));
  if (static_cast<double>(count.leaving) > budget)
    out.push_back({"max_delete",
                   text(percent(count.leaving, std::max(count.managed, count.leaving)),
                        " of the managed resources would leave (limit ", limit_text(before.guards.max_delete_percent),
                        "): ", count.leaving, " of ", std::max(count.managed, count.leaving))});
  if (count.reached > before.guards.max_devices)
    out.push_back(
        {"max_devices", text(count.reached, " devices would change at once (limit ", before.guards.max_devices, ")")});
  for (const auto& [kind, pairs] : count.kinds_before) {
    if (pairs >= fewest_pairs && !count.kinds_after.contains(kind))
      out.push_back({"emptied_kind", text("no ", kind, " would be managed any more, of ", pairs, " now")});
  }
  if (count.shrunk > 0)
    out.push_back({"shrinks_by_half", text(count.shrunk, " device", plural(count.shrunk),
                                           " would lose half or more of what is managed, such as ", count.first_shrunk,
                                           ": from ", count.shrunk_from, " resources to ", count.shrunk_to)});
  return out;
}

}  // namespace flyball::compile
