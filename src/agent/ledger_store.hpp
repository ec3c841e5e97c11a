#pragma once

#include "agent/state_files.hpp"
#include "plan/ledger.hpp"

#include <cstdint>
#include <set>
#include <string>

namespace flyball::agent {

/// The ledger on disk: a base of all entries, and beside it what changed since. A change of one entry of thousands
/// writes one small file; when the changes have grown to a good part of the base, both are folded into a new base.
/// The changes name the base they belong to, so whatever moment the power goes, the two files that are found fit or
/// the second is ignored, having been folded already.
class LedgerStore {
 public:
  explicit LedgerStore(StateFiles& state) : state_(state) {}

  Result<plan::Ledger> load();

  /// Makes those entries durable as they are in `ledger`, or their going. Writes nothing for none.
  Result<> save(const plan::Ledger& ledger, const std::set<plan::Place>& touched);

 private:
  Result<> fold(const plan::Ledger& ledger);

  StateFiles& state_;
  std::set<plan::Place> changed_;  // Since the base was written; those that are not in the ledger went.
  std::size_t base_bytes_ = 0;
  std::int64_t epoch_ = 0;
};

}  // namespace flyball::agent
