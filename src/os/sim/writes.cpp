#include "os/sim/writes.hpp"

#include <algorithm>
#include <functional>
#include <set>
#include <utility>

namespace flyball::os::sim {
namespace {

constexpr std::size_t sector = 512;
constexpr std::size_t block = 4096;

void name(Image& image, InodeId directory, const std::string& entry, InodeId inode, std::int64_t changed) {
  auto& there = image[directory];
  if (inode == no_inode) {
    there.names.erase(entry);
  } else {
    there.names.insert_or_assign(entry, inode);
    image[inode].changed = changed;
  }
  there.changed = changed;
}

struct Perform {
  Image& image;
  std::int64_t changed;
  void operator()(const SetContent& w) const {
    auto& inode = image[w.inode];
    inode.bytes = w.bytes;
    inode.changed = changed;
  }
  void operator()(const SetAccess& w) const {
    auto& inode = image[w.inode];
    inode.access = w.access;
    inode.changed = changed;
  }
  void operator()(const SetName& w) const { name(image, w.directory, w.name, w.inode, changed); }
  void operator()(const MoveName& w) const {
    name(image, w.from, w.from_name, no_inode, changed);
    name(image, w.to, w.to_name, w.inode, changed);
  }
};

using Key = std::pair<InodeId, std::string>;

// Content as a cut leaves it: whole, nothing of it, up to a border, or with holes of zeros before its end.
std::shared_ptr<const Bytes> torn(const std::shared_ptr<const Bytes>& bytes, std::size_t border, bool holes,
                                  Choices& choices) {
  if (bytes->size() <= border && !holes) return bytes;
  const auto cut =
      bytes->size() > border ? (1 + choices.choose((bytes->size() - 1) / border)) * border : std::size_t{0};
  if (!holes) return std::make_shared<const Bytes>(bytes->substr(0, cut));
  return std::make_shared<const Bytes>(bytes->substr(0, cut) + Bytes(bytes->size() - cut, '\0'));
}

// Both profiles: what survives of the writes to one thing is a beginning of them.
class Survival {
 public:
  Survival(Image& image, DiskProfile profile, Choices& choices) : image_(image), profile_(profile), choices_(choices) {}

  void content(const SetContent& write, std::int64_t changed) {
    if (lost_content_.contains(write.inode)) return;
    const bool weak = profile_ == DiskProfile::weak_posix;
    const auto fate = choices_.choose(weak ? 4 : write.bytes->size() > block ? 3 : 2);
    if (fate != 1) lost_content_.insert(write.inode);
    if (fate == 0) return;
    auto survived = write.bytes;
    if (fate == 2) survived = torn(write.bytes, weak ? sector : block, false, choices_);
    if (fate == 3) survived = torn(write.bytes, sector, true, choices_);
    perform(image_, {SetContent{write.inode, std::move(survived)}, changed});
  }

  // weak_posix only: in the other profile names and attributes keep their order.
  void operator()(const SetContent&) {}
  void operator()(const SetAccess& w) {
    if (!lost_access_.contains(w.inode) && choices_.choose(2) == 1) return perform(image_, {w, changed_});
    lost_access_.insert(w.inode);
  }
  void operator()(const SetName& w) {
    const Key key{w.directory, w.name};
    if (!lost_names_.contains(key) && choices_.choose(2) == 1) return perform(image_, {w, changed_});
    lost_names_.insert(key);
  }
  void operator()(const MoveName& w) {
    const Key from{w.from, w.from_name};
    const Key to{w.to, w.to_name};
    const bool whole_only = image_.at(w.inode).type == FileMeta::Type::directory;
    const bool may = !lost_names_.contains(to) && !(whole_only && lost_names_.contains(from));
    const auto fate = may ? choices_.choose(whole_only || lost_names_.contains(from) ? 2 : 3) : 0;
    // A file may be left under both names, never under none.
    if (fate == 1 && !lost_names_.contains(from)) return perform(image_, {w, changed_});
    if (fate > 0) perform(image_, {SetName{w.to, w.to_name, w.inode}, changed_});
    if (fate == 0) lost_names_.insert(to);
    lost_names_.insert(from);
  }
  void weak(const Write& write) {
    changed_ = write.changed;
    std::visit(*this, write.what);
  }

 private:
  Image& image_;
  DiskProfile profile_;
  Choices& choices_;
  std::int64_t changed_ = 0;
  std::set<InodeId> lost_content_;
  std::set<InodeId> lost_access_;
  std::set<Key> lost_names_;
};

bool is_content(const Write& write) { return std::holds_alternative<SetContent>(write.what); }

// Whether a sync of one inode covers the write. What is left of a move when only its source is not covered is the
// going of the old name; the caller puts that back among the pending.
bool covered(const Write& write, InodeId synced, FileMeta::Type type, DiskProfile profile) {
  if (const auto* w = std::get_if<SetContent>(&write.what)) return w->inode == synced && !w->forgotten;
  if (profile == DiskProfile::ext4_ordered) return true;
  if (const auto* w = std::get_if<SetAccess>(&write.what)) return w->inode == synced;
  if (type != FileMeta::Type::directory) return false;
  if (const auto* w = std::get_if<SetName>(&write.what)) return w->directory == synced;
  const auto& w = std::get<MoveName>(write.what);
  return w.from == synced || w.to == synced;
}

}  // namespace

void perform(Image& image, const Write& write) { std::visit(Perform{image, write.changed}, write.what); }

void sync_writes(Image& durable, std::vector<Write>& pending, InodeId synced, FileMeta::Type type,
                 DiskProfile profile) {
  std::vector<Write> left;
  for (auto& write : pending) {
    if (!covered(write, synced, type, profile)) {
      left.push_back(std::move(write));
      continue;
    }
    const auto* move = std::get_if<MoveName>(&write.what);
    if (move != nullptr && profile == DiskProfile::weak_posix && move->from != synced &&
        durable.at(move->inode).type != FileMeta::Type::directory) {
      perform(durable, {SetName{move->to, move->to_name, move->inode}, write.changed});
      left.push_back({SetName{move->from, move->from_name, no_inode}, write.changed});
      continue;
    }
    perform(durable, write);
  }
  pending = std::move(left);
}

Image survivors(Image durable, const std::vector<Write>& pending, DiskProfile profile, Choices& choices) {
  Survival survival(durable, profile, choices);
  for (const auto& write : pending)
    if (const auto* content = std::get_if<SetContent>(&write.what)) survival.content(*content, write.changed);
  if (profile == DiskProfile::weak_posix) {
    for (const auto& write : pending) survival.weak(write);
    return durable;
  }
  const auto ordered = static_cast<std::size_t>(std::ranges::count_if(pending, std::not_fn(is_content)));
  auto kept = choices.choose(ordered + 1);
  for (const auto& write : pending) {
    if (is_content(write)) continue;
    if (kept == 0) break;
    --kept;
    perform(durable, write);
  }
  return durable;
}

}  // namespace flyball::os::sim
