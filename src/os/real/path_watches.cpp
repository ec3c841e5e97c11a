#include "os/real/path_watches.hpp"

#include <algorithm>

#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>

// For a file such as /etc/ssh/sshd_config four inodes are watched:
//
//   /  and /etc       whether they are moved or removed (role `above`): the path is then another one
//   /etc/ssh          whether the name `sshd_config` comes, goes or is replaced (role `parent`)
//   the file          whether it is written, or its owner and mode change (role `file`)
//
// When /etc/ssh is missing, /etc is the parent, and `ssh` the name that is waited for. Whenever something on the way
// moved, all of it is looked up and watched anew; only then is the path said to be dirty, so that nothing that happens
// after one has looked is missed. Directories are shared: a thousand files in ten directories need about a thousand
// watches.

namespace flyball::os::real {
namespace {

constexpr std::uint32_t gone = IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT | IN_IGNORED;
constexpr std::uint32_t names = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO;

std::uint32_t mask_of(PathWatches::Role role) {
  constexpr std::uint32_t itself = IN_DELETE_SELF | IN_MOVE_SELF;
  switch (role) {
    case PathWatches::Role::above:
      return itself;
    case PathWatches::Role::parent:
    case PathWatches::Role::inside:
      return itself | names;
    case PathWatches::Role::file:
      return itself | IN_MODIFY | IN_ATTRIB;
    case PathWatches::Role::directory:
      return itself | IN_ATTRIB;
  }
  return itself;
}

// "/", "/etc", "/etc/ssh" for "/etc/ssh/sshd_config".
std::vector<std::string> directories_above(const std::string& path) {
  std::vector<std::string> out = {"/"};
  for (auto slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    if (slash > 0) out.push_back(path.substr(0, slash));
  }
  return out;
}

std::string name_after(const std::string& path, const std::string& directory) {
  const auto start = directory == "/" ? 1 : directory.size() + 1;
  if (start >= path.size()) return {};
  return path.substr(start, path.find('/', start) - start);
}

}  // namespace

Result<PathWatches> PathWatches::open(const std::string& root) {
  auto resolver = TRY(Resolver::open(root));
  return PathWatches(std::move(resolver), TRY(Inotify::open()));
}

std::set<Watch> PathWatches::watch(const std::set<Target>& wanted) {
  for (auto target = targets_.begin(); target != targets_.end();) {
    if (!wanted.contains(*target)) {
      disarm(*target);
      target = targets_.erase(target);
    } else {
      ++target;
    }
  }
  std::set<Watch> impossible;
  for (const auto& target : wanted) {
    const auto [place, added] = targets_.insert(target);
    const bool armed = added ? arm(*place) : watched_by_.contains(&*place);
    if (!armed) impossible.insert(target.report);
  }
  return impossible;
}

bool PathWatches::add(int descriptor, const Target& target, Role role, std::string name) {
  const auto watch = inotify_.add(descriptor, mask_of(role));
  if (!watch) return false;
  interests_[*watch].push_back(Interest{&target, role, std::move(name)});
  watched_by_[&target].insert(*watch);
  return true;
}

bool PathWatches::arm(const Target& target) {
  if (arm_way(target) && arm_self(target)) return true;
  disarm(target);
  return false;
}

// From the top down, so that what is made below while we look is seen by the watch above it. False when it cannot be
// watched at all.
bool PathWatches::arm_way(const Target& target) {
  const auto above = directories_above(target.path);
  Fd before;
  for (std::size_t i = 0; i < above.size(); ++i) {
    // A directory is found by what would be in it, since the last part of a path is never followed.
    const auto find = [&] { return resolver_.place(text(above[i] == "/" ? "" : above[i], "/-")); };
    auto place = find();
    if (place && !*place && i > 0) {
      if (!add(before.get(), target, Role::parent, name_after(target.path, above[i - 1]))) return false;
      place = find();  // It may have been made before the watch was there.
    }
    if (!place) return false;
    if (!*place) return true;
    const bool last = i + 1 == above.size();
    if (!add((*place)->directory.get(), target, last ? Role::parent : Role::above, name_after(target.path, above[i])))
      return false;
    before = std::move((*place)->directory);
  }
  return true;
}

bool PathWatches::arm_self(const Target& target) {
  const auto self = resolver_.open_path(target.path, O_PATH);
  if (!self) return false;
  struct stat meta{};
  if (self->error != 0 || ::fstat(self->fd.get(), &meta) != 0) return true;  // Its directory tells when it comes.
  if (S_ISLNK(meta.st_mode)) return true;  // A link is replaced, never written; its directory tells that too.
  const bool directory = S_ISDIR(meta.st_mode);
  if (target.children) return !directory || add(self->fd.get(), target, Role::inside);
  return add(self->fd.get(), target, directory ? Role::directory : Role::file);
}

void PathWatches::disarm(const Target& target) {
  for (const int watch : watched_by_[&target]) {
    auto& interests = interests_[watch];
    std::erase_if(interests, [&](const Interest& i) { return i.target == &target; });
    if (!interests.empty()) continue;
    interests_.erase(watch);
    inotify_.remove(watch);
  }
  watched_by_.erase(&target);
}

void PathWatches::handle(const Inotify::Event& event, std::set<const Target*>& fired, std::set<const Target*>& moved) {
  if (event.watch < 0) {
    for (const auto& target : targets_) {
      fired.insert(&target);
      moved.insert(&target);
    }
    return;
  }
  const auto found = interests_.find(event.watch);
  if (found == interests_.end()) return;  // Of a watch that we gave up.
  for (const auto& interest : found->second) {
    const bool about_itself = event.name.empty();
    const bool named = !about_itself && event.name == interest.name;
    const bool changes_way = (event.mask & gone) != 0 || (interest.role == Role::parent && named);
    const bool changes = (interest.role == Role::inside && !about_itself && (event.mask & names) != 0) ||
                         (interest.role == Role::file && (event.mask & (IN_MODIFY | IN_ATTRIB)) != 0) ||
                         (interest.role == Role::directory && about_itself && (event.mask & IN_ATTRIB) != 0);
    if (changes_way) moved.insert(interest.target);
    if (changes_way || changes) fired.insert(interest.target);
  }
}

void PathWatches::take(std::set<Watch>& dirty) {
  std::set<const Target*> fired;
  std::set<const Target*> moved;
  inotify_.drain([&](const Inotify::Event& event) { handle(event, fired, moved); });
  for (const auto* target : moved) {
    disarm(*target);
    (void)arm(*target);  // Where it cannot be watched any more, the full check goes on looking at it.
  }
  for (const auto* target : fired) dirty.insert(target->report);
}

}  // namespace flyball::os::real
