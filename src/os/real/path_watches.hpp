#pragma once

#include "os/real/inotify.hpp"
#include "os/real/resolver.hpp"
#include "os/watches.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace flyball::os::real {

/// Says which paths may have changed, also such as are not there yet or come back. One thread.
class PathWatches {
 public:
  static Result<PathWatches> open(const std::string& root);

  /// A path and what is to be said when it moves.
  struct Target {
    std::string path;
    bool children = false;  ///< The names in that directory, not its attributes.
    Watch report;
    auto operator<=>(const Target&) const = default;
  };

  /// From now on exactly these; what was watched before stays watched without a gap. The reports of those that cannot
  /// be watched.
  std::set<Watch> watch(const std::set<Target>& targets);
  /// Adds what has fired.
  void take(std::set<Watch>& dirty);
  int descriptor() const { return inotify_.descriptor(); }

  /// What a target wants to know of an inode.
  enum class Role {
    above,      ///< A directory on the way: whether it goes or is moved.
    parent,     ///< The directory that the way goes on from, or ends in: whether the next name comes or goes.
    file,       ///< The path itself: content and attributes.
    directory,  ///< The path itself: attributes.
    inside,     ///< The path itself: the names in it.
  };

 private:
  struct Interest {
    const Target* target = nullptr;
    Role role = Role::above;
    std::string name;  // For `parent`.
  };

  PathWatches(Resolver resolver, Inotify inotify) : resolver_(std::move(resolver)), inotify_(std::move(inotify)) {}
  bool arm(const Target& target);
  bool arm_way(const Target& target);
  bool arm_self(const Target& target);
  bool add(int descriptor, const Target& target, Role role, std::string name = {});
  void disarm(const Target& target);
  void handle(const Inotify::Event& event, std::set<const Target*>& fired, std::set<const Target*>& moved);

  Resolver resolver_;
  Inotify inotify_;
  std::set<Target> targets_;
  std::map<int, std::vector<Interest>> interests_;     // By inotify's number.
  std::map<const Target*, std::set<int>> watched_by_;  // The other way round.
};

}  // namespace flyball::os::real
