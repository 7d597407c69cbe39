// Counting votes: tallies, justification and finalization under 3SF-mini.
#include <algorithm>
#include <bit>
#include <cstdint>
#include <optional>
#include <vector>

#include "node/base/assert.h"
#include "node/spec/slot.h"
#include "node/spec/state_transition.h"

namespace lockstep::spec {
namespace {

/// Whether there are more than MAX_ATTESTATIONS_DATA different votes, whatever the number of attestations.
bool has_too_many_data(std::span<const AggregatedAttestation> attestations) {
  std::vector<const AttestationData*> distinct;
  for (const AggregatedAttestation& attestation : attestations) {
    const auto is_same = [&](const AttestationData* other) { return *other == attestation.data; };
    if (std::none_of(distinct.begin(), distinct.end(), is_same)) {
      if (distinct.size() == MAX_ATTESTATIONS_DATA) {
        return true;
      }
      distinct.push_back(&attestation.data);
    }
  }
  return false;
}

/// Whether all three checkpoints name blocks of this chain.
bool lies_on_chain(const AttestationData& data, const RootList& history) {
  const auto is_on_chain = [&](const Checkpoint& checkpoint) {
    return !checkpoint.root.is_zero() && checkpoint.slot.value < history.size() &&
           checkpoint.root == history[checkpoint.slot.value];
  };
  return is_on_chain(data.source) && is_on_chain(data.target) && is_on_chain(data.head);
}

bool has_justifiable_between(Slot after, Slot before, Slot finalized) {
  for (Slot slot = after + 1; slot < before; ++slot) {
    if (is_justifiable_after(slot, finalized)) return true;
  }
  return false;
}

/// The votes for the targets that are not justified yet: a row of bits for each root, in whole words.
class Tallies {
 public:
  Tallies(const State& state, std::size_t validators)
      : validators_(validators), words_per_row_((validators + 63) / 64) {
    const std::vector<Root>& roots = state.justifications_roots;
    LOCKSTEP_ASSERT_MSG(state.justifications_validators.size() == roots.size() * validators,
                        "there is one row of votes for each tallied root");
    rows_.reserve(roots.size() + MAX_ATTESTATIONS_DATA);
    words_.resize(roots.size() * words_per_row_);
    for (std::size_t i = 0; i < roots.size(); ++i) {
      LOCKSTEP_ASSERT_MSG(!roots[i].is_zero(), "no tally is for the zero root");
      rows_.push_back({roots[i], std::nullopt, i * words_per_row_});
      state.justifications_validators.extract(i * validators, validators, words_of(rows_.back()));
    }
  }

  /// Adds votes for a target and returns how many different voters it has then. `votes` names registered
  /// validators only.
  std::size_t add(const Checkpoint& target, std::span<const std::uint64_t> votes) {
    const std::span<std::uint64_t> row = words_of(row_for(target));
    std::size_t count = 0;
    for (std::size_t w = 0; w < row.size(); ++w) {
      if (w < votes.size()) {
        row[w] |= votes[w];
      }
      count += static_cast<std::size_t>(std::popcount(row[w]));
    }
    has_changed_ = true;
    return count;
  }

  void remove(const Root& root) {
    std::erase_if(rows_, [&](const Row& row) { return row.root == root; });
  }

  /// Forgets the targets up to `finalized`; `history` says where they are.
  void drop_up_to(Slot finalized, Slot searched_from, const RootList& history) {
    find_slots(searched_from, history);
    std::erase_if(rows_, [&](const Row& row) { return *row.slot <= finalized; });
  }

  /// Writes the tallies back in the order of their roots.
  void pack_into(State& state) {
    if (!has_changed_ &&
        std::is_sorted(state.justifications_roots.begin(), state.justifications_roots.end())) {
      return;
    }
    std::sort(rows_.begin(), rows_.end(), [](const Row& a, const Row& b) { return a.root < b.root; });
    state.justifications_roots.clear();
    state.justifications_roots.reserve(rows_.size());
    JustificationsValidators packed;
    for (const Row& row : rows_) {
      state.justifications_roots.push_back(row.root);
      packed.append(words_of(row), validators_);
    }
    state.justifications_validators = std::move(packed);
  }

 private:
  struct Row {
    Root root;
    std::optional<Slot> slot;  ///< Known where this block votes for it; else searched for when it matters.
    std::size_t first_word;
  };

  std::span<std::uint64_t> words_of(const Row& row) {
    return {words_.data() + row.first_word, words_per_row_};
  }

  const Row& row_for(const Checkpoint& target) {
    for (Row& row : rows_) {
      if (row.root == target.root) {
        row.slot = target.slot;
        return row;
      }
    }
    rows_.push_back({target.root, target.slot, words_.size()});
    words_.resize(words_.size() + words_per_row_);
    return rows_.back();
  }

  /// One pass over the history after `from` for all rows whose slot is not known; the last place counts.
  void find_slots(Slot from, const RootList& history) {
    std::vector<Row*> unknown;
    for (Row& row : rows_) {
      if (!row.slot) unknown.push_back(&row);
    }
    if (unknown.empty()) {
      return;
    }
    const auto by_root = [](const Row* row, const Root& root) { return row->root < root; };
    std::sort(unknown.begin(), unknown.end(), [](const Row* a, const Row* b) { return a->root < b->root; });
    for (std::size_t i = from.value + 1; i < history.size(); ++i) {
      const Root& root = history[i];
      const auto found = std::lower_bound(unknown.begin(), unknown.end(), root, by_root);
      if (found != unknown.end() && (*found)->root == root) {
        (*found)->slot = Slot(i);
      }
    }
    for (const Row* row : unknown) {
      LOCKSTEP_ASSERT_MSG(row->slot.has_value(),
                          "every tallied root is in the history after the finalized slot");
    }
  }

  std::size_t validators_;
  std::size_t words_per_row_;
  std::vector<Row> rows_;
  std::vector<std::uint64_t> words_;
  bool has_changed_ = false;
};

/// One block's attestations at work on copies of what they may change.
class Justification {
 public:
  explicit Justification(const State& state)
      : history_(state.historical_block_hashes),
        validators_(state.validators ? state.validators->size() : 0),
        justified_(state.latest_justified),
        finalized_(state.latest_finalized),
        flags_(state.justified_slots),
        tallies_(state, validators_) {}

  [[nodiscard]] Verdict<void> process(const AggregatedAttestation& attestation) {
    const Verdict<bool> counts = passes_filters(attestation.data);
    if (!counts) {
      return counts.error();
    }
    if (!*counts) {
      return {};
    }
    const std::size_t span = attestation.aggregation_bits.span_of_set_bits();
    if (span == 0) {
      return RejectionReason::EMPTY_AGGREGATION_BITS;
    }
    if (span > validators_) {
      return RejectionReason::VALIDATOR_INDEX_OUT_OF_RANGE;
    }
    const std::size_t voters = tallies_.add(attestation.data.target, attestation.aggregation_bits.words());
    if (3 * voters >= 2 * validators_) {
      justify(attestation.data.source, attestation.data.target);
    }
    return {};
  }

  void commit(State& state) {
    state.latest_justified = justified_;
    state.latest_finalized = finalized_;
    state.justified_slots = std::move(flags_);
    tallies_.pack_into(state);
    state.root_memo.known = false;
  }

 private:
  /// Whether the vote counts; votes that do not are passed over, but flags that do not exist refuse the
  /// block.
  [[nodiscard]] Verdict<bool> passes_filters(const AttestationData& data) const {
    const Verdict<bool> source_justified = is_slot_justified(flags_, finalized_.slot, data.source.slot);
    if (!source_justified || !*source_justified) {
      return source_justified;
    }
    const Verdict<bool> target_justified = is_slot_justified(flags_, finalized_.slot, data.target.slot);
    if (!target_justified) {
      return target_justified;
    }
    return !*target_justified && lies_on_chain(data, history_) && data.target.slot > data.source.slot &&
           is_justifiable_after(data.target.slot, finalized_.slot);
  }

  void justify(const Checkpoint& source, const Checkpoint& target) {
    if (target.slot > justified_.slot) {
      justified_ = target;
    }
    // The filters let pass only targets that have a flag which is not set.
    flags_.set(*justified_index_after(target.slot, finalized_.slot));
    tallies_.remove(target.root);
    if (source.slot > finalized_.slot &&
        !has_justifiable_between(source.slot, target.slot, finalized_.slot)) {
      const Slot before = finalized_.slot;
      finalized_ = source;
      flags_.drop_front(source.slot - before);
      tallies_.drop_up_to(source.slot, before, history_);
    }
  }

  const RootList& history_;
  std::size_t validators_;
  Checkpoint justified_;
  Checkpoint finalized_;
  JustifiedSlots flags_;
  Tallies tallies_;
};

}  // namespace

Verdict<void> process_attestations(State& state, std::span<const AggregatedAttestation> attestations) {
  if (has_too_many_data(attestations)) {
    return RejectionReason::TOO_MANY_ATTESTATION_DATA;
  }
  Justification justification(state);
  for (const AggregatedAttestation& attestation : attestations) {
    if (const Verdict<void> processed = justification.process(attestation); !processed) {
      return processed;
    }
  }
  justification.commit(state);
  return {};
}

bool has_consistent_tallies(const State& state) {
  const std::vector<Root>& roots = state.justifications_roots;
  const std::size_t validators = state.validators ? state.validators->size() : 0;
  if (state.justifications_validators.size() != roots.size() * validators) {
    return false;
  }
  std::vector<Root> missing = roots;
  std::sort(missing.begin(), missing.end());
  if (std::adjacent_find(missing.begin(), missing.end()) != missing.end()) {
    return false;
  }
  const RootList& history = state.historical_block_hashes;
  for (std::size_t i = history.size(); i > 0 && i - 1 > state.latest_finalized.slot.value && !missing.empty();
       --i) {
    const auto found = std::lower_bound(missing.begin(), missing.end(), history[i - 1]);
    if (found != missing.end() && *found == history[i - 1] && !found->is_zero()) {
      missing.erase(found);
    }
  }
  return missing.empty();
}

}  // namespace lockstep::spec
