// What happens to a disk as a whole: writing back, losing power, booting, and being looked at from outside.

#include "base/text.hpp"
#include "os/sim/disk.hpp"

namespace flyball::os::sim {
namespace {

void reach(const Image& image, InodeId inode, std::set<InodeId>& reached) {
  if (!reached.insert(inode).second) return;
  const auto there = image.find(inode);
  if (there == image.end()) return;
  for (const auto& [name, next] : there->second.names) reach(image, next, reached);
}

struct Touched {
  std::set<InodeId>& all;
  void operator()(const SetContent& w) const { all.insert(w.inode); }
  void operator()(const SetAccess& w) const { all.insert(w.inode); }
  void operator()(const SetName& w) const { all.insert({w.directory, w.inode}); }
  void operator()(const MoveName& w) const { all.insert({w.from, w.to, w.inode}); }
};

}  // namespace

void Disk::fail_sync(const Path& path) {
  const auto spot = locate(path);
  if (!spot || !*spot) return;
  for (auto& write : pending_)
    if (auto* content = std::get_if<SetContent>(&write.what); content != nullptr && content->inode == (*spot)->inode)
      content->forgotten = true;
}

void Disk::write_back() {
  std::vector<Write> left;
  for (auto& write : pending_) {
    const auto* content = std::get_if<SetContent>(&write.what);
    if (content != nullptr && content->forgotten) {
      left.push_back(std::move(write));
    } else {
      perform(durable_, write);
    }
  }
  pending_ = std::move(left);
  collect();
}

void Disk::lose_power(Choices& choices) {
  durable_ = survivors(std::move(durable_), pending_, profile_, choices);
  pending_.clear();
  seen_ = durable_;
  garbage_ = true;
  collect();
}

void Disk::boot(const std::map<Path, Bytes>& kernel) {
  const auto actor = std::exchange(actor_, "the kernel");
  const auto step = std::exchange(step_, nullptr);
  const auto notify = std::exchange(notify_, nullptr);
  for (Image* image : {&seen_, &durable_}) {
    auto& root = (*image)[root_inode].names;
    root.erase("proc");
    root.erase("run");
  }
  garbage_ = true;
  collect();
  for (const auto* name : {"/proc", "/run"}) (void)make_directory(name, {.mode = 0755});
  for (const auto& [path, value] : kernel) {
    for (auto slash = path.find('/', 1); slash != Path::npos; slash = path.find('/', slash + 1)) {
      const auto spot = locate(path.substr(0, slash));
      if (!spot || !*spot || (*spot)->there()) continue;
      const auto directory = create(FileMeta::Type::directory, {.mode = 0555}, std::make_shared<const Bytes>());
      write("mkdir", (*spot)->path, SetName{(*spot)->directory, (*spot)->name, directory});
    }
    const auto spot = locate(path);
    if (!spot || !*spot) continue;
    const auto file = create(FileMeta::Type::regular, {.mode = 0644}, std::make_shared<const Bytes>(value + '\n'));
    write("create", (*spot)->path, SetName{(*spot)->directory, (*spot)->name, file});
  }
  actor_ = actor;
  step_ = step;
  notify_ = notify;
}

std::uint64_t Disk::used() const {
  std::uint64_t bytes = 0;
  walk([&bytes](const Path&, const Inode& inode) {
    if (inode.type == FileMeta::Type::regular) bytes += inode.bytes->size();
  });
  return bytes;
}

// Forgets what no name leads to, in either state or in one that may come.
void Disk::collect() {
  if (!std::exchange(garbage_, false)) return;
  std::set<InodeId> kept;
  reach(seen_, root_inode, kept);
  std::set<InodeId> durable;
  reach(durable_, root_inode, durable);
  kept.merge(durable);
  std::set<InodeId> touched;
  for (const auto& write : pending_) std::visit(Touched{touched}, write.what);
  for (const auto inode : touched) reach(durable_, inode, kept);
  kept.merge(touched);
  std::erase_if(seen_, [&kept](const auto& entry) { return !kept.contains(entry.first); });
  std::erase_if(durable_, [&kept](const auto& entry) { return !kept.contains(entry.first); });
}

void Disk::walk(const std::function<void(const Path&, const Inode&)>& visit) const {
  struct Walk {
    const Disk& disk;
    const std::function<void(const Path&, const Inode&)>& visit;
    void operator()(const Path& path, InodeId id) const {
      if (path == "/proc" || path == "/run") return;
      const auto& inode = disk.at(id);
      visit(path.empty() ? "/" : path, inode);
      for (const auto& [name, next] : inode.names) (*this)(text(path, '/', name), next);
    }
  };
  Walk{*this, visit}("", root_inode);
}

Digest Disk::digest(const Path& except) const {
  Sha256 all;
  walk([&](const Path& path, const Inode& inode) {
    if (!except.empty() && path.starts_with(except)) return;
    all.update(text(path, '\0', static_cast<int>(inode.type), ' ', inode.access.mode, ' ', inode.access.uid, ' ',
                    inode.access.gid, ' ', inode.bytes->size(), '\0'));
    all.update(*inode.bytes);
  });
  return all.finish();
}

std::vector<Path> Disk::all_paths() const {
  std::vector<Path> paths;
  walk([&paths](const Path& path, const Inode&) { paths.push_back(path); });
  return paths;
}

}  // namespace flyball::os::sim
