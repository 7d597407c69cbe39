// The three pools of votes, each an insertion-ordered map from a vote to what stands behind it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "node/base/assert.h"
#include "node/spec/containers.h"

namespace lockstep::spec {

/// Hashes a vote for lookups. Not its hash_tree_root: that costs six hashes, and equality is decided by
/// value.
struct AttestationDataHash {
  std::size_t operator()(const AttestationData& data) const noexcept;
};

/// Where an entry stands in its pool: a smaller number comes earlier. Names the entry until it is moved or
/// erased.
using PoolPosition = std::int64_t;

/// An insertion-ordered map keyed by AttestationData (§7). Its order is observable: it decides between votes
/// of equal slot, the order of aggregation and the order of attestations in a block. Entries do not move in
/// memory.
template <typename Value>
class OrderedVotes {
 public:
  struct Entry {
    AttestationData data;
    Value value;
  };
  /// By position, so iteration follows the pool's order.
  using Entries = std::map<PoolPosition, Entry>;
  /// An entry and where it stands.
  struct Place {
    PoolPosition position;
    Entry* entry;
  };

  [[nodiscard]] const Entries& entries() const { return entries_; }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] bool empty() const { return entries_.empty(); }

  /// What stands behind that vote, or null.
  [[nodiscard]] const Value* find(const AttestationData& data) const {
    const auto found = positions_.find(data);
    return found == positions_.end() ? nullptr : &entries_.at(found->second).value;
  }

  /// The entry of that vote where it stands, or an empty one at the end.
  Place find_or_append(const AttestationData& data) {
    const auto [place, is_new] = positions_.try_emplace(data, next_at_back());
    if (is_new) {
      entries_.emplace_hint(entries_.end(), place->second, Entry{data, Value{}});
    }
    return {place->second, &entries_.at(place->second)};
  }

  /// Moves the entry of that vote to the front, or puts an empty one there.
  Place move_to_front(const AttestationData& data) {
    const PoolPosition front = next_at_front();
    const auto [place, is_new] = positions_.try_emplace(data, front);
    const PoolPosition before = std::exchange(place->second, front);
    if (is_new) {
      entries_.emplace_hint(entries_.begin(), front, Entry{data, Value{}});
    } else {
      auto node = entries_.extract(before);
      node.key() = front;
      entries_.insert(entries_.begin(), std::move(node));
    }
    return {front, &entries_.begin()->second};
  }

  /// Removes the entry of that vote, if there is one.
  void erase(const AttestationData& data) {
    if (const auto found = positions_.find(data); found != positions_.end()) {
      entries_.erase(found->second);
      positions_.erase(found);
    }
  }

  /// Removes every entry for which `is_stale(entry)` holds.
  template <typename Predicate>
  void erase_if(Predicate&& is_stale) {
    for (auto it = entries_.begin(); it != entries_.end();) {
      if (is_stale(std::as_const(it->second))) {
        positions_.erase(it->second.data);
        it = entries_.erase(it);
      } else {
        ++it;
      }
    }
  }

  void clear() {
    entries_.clear();
    positions_.clear();
  }

 private:
  [[nodiscard]] PoolPosition next_at_back() const { return empty() ? 0 : entries_.rbegin()->first + 1; }
  [[nodiscard]] PoolPosition next_at_front() const { return empty() ? 0 : entries_.begin()->first - 1; }

  Entries entries_;
  std::unordered_map<AttestationData, PoolPosition, AttestationDataHash> positions_;
};

/// A proof, shared by the pools, by copies of the store and by whoever works on it outside the store.
using ProofRef = std::shared_ptr<const SingleMessageAggregate>;

/// Different proofs for one vote, in order of arrival; equal ones are kept once.
class ProofSet {
 public:
  /// False if an equal proof is there already.
  bool add(ProofRef proof);
  /// Removes every proof that `others` holds as well.
  void remove_all_of(const std::vector<ProofRef>& others);
  [[nodiscard]] bool contains(const SingleMessageAggregate& proof) const;
  [[nodiscard]] const std::vector<ProofRef>& proofs() const { return proofs_; }
  [[nodiscard]] bool empty() const { return proofs_.empty(); }
  /// The validators for whom at least one of the proofs speaks.
  [[nodiscard]] const AggregationBits& voters() const { return voters_; }

 private:
  std::vector<ProofRef> proofs_;
  AggregationBits voters_;
};

/// One validator's own signature under a vote.
struct SignatureEntry {
  ValidatorIndex validator;
  std::shared_ptr<const Signature> signature;
};

/// The signatures under one vote, by ascending validator and then by arrival; equal ones are kept once. A
/// validator appears twice only if it made two different signatures of the same vote.
class SignatureSet {
 public:
  /// False if an equal entry is there already.
  bool add(const SignatureEntry& entry);
  /// Removes every entry that `others` holds as well.
  void remove_all_of(const SignatureSet& others);
  [[nodiscard]] const std::vector<SignatureEntry>& entries() const { return entries_; }
  [[nodiscard]] bool empty() const { return entries_.empty(); }

 private:
  [[nodiscard]] bool contains(const SignatureEntry& entry) const;

  std::vector<SignatureEntry> entries_;
};

using ProofPool = OrderedVotes<ProofSet>;
using SignaturePool = OrderedVotes<SignatureSet>;

}  // namespace lockstep::spec
