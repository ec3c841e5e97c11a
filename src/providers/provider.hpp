#pragma once

#include "os/host.hpp"
#include "resources/spec.hpp"

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace flyball::providers {

/// Bytes by digest on the device: what manifests brought, and what the ledger keeps of what was there before.
class Contents {
 public:
  virtual ~Contents() = default;
  virtual Result<Bytes> read(const Digest& digest) = 0;  ///< `not_found` when it is not here.
  virtual Result<> keep(std::string_view bytes) = 0;     ///< Durable when it returns.
};

/// A resource as its provider is asked about it.
struct Subject {
  const ResourceId& id;
  const Spec& desired;  ///< Its set fields are those that matter. Commands also say here how to check. When it leaves:
                        ///< as it was last desired.
  const Json& notes;    ///< What this provider noted in the ledger; null at first.
  /// All that git wants on this device now: a directory with `purge` keeps what is among them, a package that leaves
  /// takes none of them along. Null: nothing.
  const std::set<ResourceId>* managed = nullptr;
};

/// What was there before Flyball first managed a resource: nothing, or these fields with everything that putting it
/// back needs.
struct Baseline {
  /// Every compared field the provider can read, contents kept. Nothing: it was not there. Of the kind that was there:
  /// a `Link` where git now wants a file; files, directories and links put each other back.
  std::optional<Spec> spec;
  Json notes;  ///< The provider's own.
  std::string
      not_kept;  ///< What could not be kept and why, for people: `content of 80 MiB is past the bound of 16 MiB`.
};

/// The second half of a kind: observes and changes it on the device, through ports alone, on one thread. It neither
/// sleeps nor tries again; whoever calls does.
class Provider {
 public:
  static constexpr std::uint64_t max_kept_bytes = std::uint64_t{16} << 20U;

  virtual ~Provider() = default;

  /// Reads only. Nothing there is a value; unreadable is an error. Every field that `desired` sets is read, in a
  /// spelling that compares: an owner given as a number comes back as a number.
  virtual Result<std::optional<Spec>> observe(const Subject& subject) = 0;

  /// Reads all that `restore` will need, and keeps contents. Called before the first change to it.
  virtual Result<Baseline> baseline(const Subject& subject, Contents& contents) = 0;

  /// Makes `desired` so, as far as `changes` say it is not. May be called twice; each file is wholly old or wholly
  /// new at every moment. Returns what to note in the ledger. `unavailable` means: wait and try again, nothing failed.
  virtual Result<Json> apply(const Subject& subject, const std::vector<FieldChange>& changes, Contents& contents) = 0;

  /// Puts back what was there: without a baseline removes what was created, whatever `fields` says; otherwise restores
  /// the named fields of what was changed. Leaves what others put there, and what others now need, and then says so in
  /// the result (empty: all was put back).
  virtual Result<std::string> restore(const Subject& subject, const Baseline& baseline,
                                      const std::vector<std::string>& fields, Contents& contents) = 0;

  /// Restarts or reloads it, because something it depends on changed. Services and commands; others have nothing to do.
  enum class Trigger { restart, reload };
  virtual Result<> trigger(const Subject& subject, Trigger trigger);

  /// What would tell early that it moved. Declares only; never waits.
  virtual std::vector<os::Watch> watches(const Subject& subject) = 0;
};

/// The provider of each kind, over these ports. The ports outlive it.
class Providers {
 public:
  explicit Providers(const os::Host& host);
  ~Providers();
  Providers(const Providers&) = delete;
  Providers& operator=(const Providers&) = delete;
  Provider* find(std::string_view kind);  ///< Null for a kind that has none.

 private:
  std::vector<std::pair<std::string_view, std::unique_ptr<Provider>>> all_;
};

}  // namespace flyball::providers
