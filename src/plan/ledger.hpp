#pragma once

#include "base/digest.hpp"
#include "base/json.hpp"
#include "base/result.hpp"
#include "model/ids.hpp"
#include "plan/desired.hpp"
#include "resources/spec.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

/// The ledger: what the agent manages, and what was there before it did. Only what is in it is ever removed.
///
/// **One entry per place.** Files, directories and links share the places of the file system, so that a file that
/// becomes a link is one update of one entry, and what was there before either of them stays on record.
///
/// **At adoption.** An entry is made when a resource is first managed, whether or not anything has to change, and
/// keeps every field that could be read. A field that is managed only later gets the value it has then. What is on
/// record is never overwritten while its field is managed.
///
/// **Intent first.** Before anything is changed the entry is durable, with `intent` naming what is to be made so. After
/// the change `applied` follows. An entry whose two digests differ was interrupted; the next plan finds it as intended
/// work, not as drift.
///
/// Example: `/etc/motd` is there with mode 0644 and text A. Git manages its content: the entry keeps both, `managed` is
/// {content}. Git adds the mode after someone made it 0600: 0600 is kept for `mode`. Git drops `content`: A returns,
/// `managed` is {mode}. Git drops the file: 0600 returns and the entry goes.
namespace flyball::plan {

/// Where a resource is kept in a state: `path:/etc/motd` for all that live in the file system, else its id.
using Place = Name<struct PlaceTag>;
Place place_of(const ResourceId& id);

/// What was there before, as a provider read it.
struct Taken {
  std::optional<Spec> spec;  ///< Nothing: it was not there.
  Json notes;
  std::string not_kept;  ///< What could not be kept, for people.
};

struct LedgerEntry {
  ResourceId id;                  ///< As it is managed now.
  Spec spec;                      ///< What was last wanted of it.
  std::vector<ResourceId> needs;  ///< Kept, so that it can leave in the right order.
  std::set<std::string> managed;  ///< Fields that git sets, or that are lost with the whole: to be put back.
  Digest blob;                    ///< Of the manifest's entry that `intent` came of.
  Digest intent;                  ///< What is to be made so; see `digest_of`.
  Digest applied;                 ///< What was last made so; all zeros before the first time.
  bool changed = false;           ///< Flyball has changed it, not only found it as wanted.
  ResourceId baseline_id;         ///< As what it was read: another kind than `id` after a switch of kinds.
  std::optional<Spec> baseline;   ///< Nothing: it was not there.
  Json baseline_notes;
  std::string not_kept;
  Json notes;      ///< The provider's own.
  Digest restart;  ///< Of what `restart_on` named when it was last started; all zeros: never compared.
  Digest reload;   ///< The same for `reload_on`.

  Json to_json() const;
  static Result<LedgerEntry> from_json(const Json& json);
  bool operator==(const LedgerEntry&) const = default;
};

using Ledger = std::map<Place, LedgerEntry>;

const LedgerEntry* find(const Ledger& ledger, const ResourceId& id);  ///< The entry of its place, or null.

/// The compared and derived fields that a spec sets; all but `ensure`, which has no value to return to.
std::set<std::string> managed_fields(const Spec& spec);

/// Whether the provider has to be asked what is there before this may be managed: no entry yet, or a field that none
/// has managed so far.
bool needs_baseline(const Ledger& ledger, const DesiredResource& wanted);

/// Makes or brings up to date the entry of a managed resource, as an intent: to be durable before the change. `taken`
/// is there when `needs_baseline` said so.
void enter(Ledger& ledger, const DesiredResource& wanted, const std::optional<Taken>& taken);

/// What a finished step leaves in its entry.
struct Completion {
  std::optional<Json> notes;  ///< The provider's new notes.
  bool changed = false;
  std::vector<std::string> restored;  ///< Fields that left and have their old values again.
  std::optional<Digest> restart;      ///< It was started or restarted now.
  std::optional<Digest> reload;
};
void complete(Ledger& ledger, const ResourceId& id, const Completion& completion);

}  // namespace flyball::plan
