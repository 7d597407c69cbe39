// Votes, justification and finalization, against a slow account of the same rules.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <set>

#include "node/spec/slot.h"
#include "node/spec/ssz.h"
#include "tests/node/spec/arbitrary.h"

namespace lockstep::spec {
namespace {

using tests::extend;
using tests::make_block;
using tests::make_chain;
using tests::vote;

/// 3SF-mini written down plainly: maps, booleans, one vote after another.
struct PlainAccount {
  State state;
  std::map<Root, std::vector<bool>> tallies;
  std::set<std::uint64_t> justified;  ///< Slots after the finalized one.

  explicit PlainAccount(const State& from) : state(from) {
    const std::size_t n = state.validators->size();
    for (std::size_t k = 0; k < state.justifications_roots.size(); ++k) {
      std::vector<bool>& row = tallies[state.justifications_roots[k]];
      for (std::size_t i = 0; i < n; ++i) row.push_back(state.justifications_validators.get(k * n + i));
    }
    for (std::size_t i = 0; i < state.justified_slots.size(); ++i) {
      if (state.justified_slots.get(i)) justified.insert(finalized() + 1 + i);
    }
    last_flag = finalized() + state.justified_slots.size();
  }

  [[nodiscard]] std::uint64_t finalized() const { return state.latest_finalized.slot.value; }
  std::uint64_t last_flag = 0;

  [[nodiscard]] bool is_on_chain(const Checkpoint& c) const {
    return !c.root.is_zero() && c.slot.value < state.historical_block_hashes.size() &&
           state.historical_block_hashes[c.slot.value] == c.root;
  }
  [[nodiscard]] bool is_justified(std::uint64_t slot) const {
    return slot <= finalized() || justified.contains(slot);
  }

  std::optional<RejectionReason> process(const AggregatedAttestation& attestation) {
    const AttestationData& data = attestation.data;
    if (data.source.slot.value > last_flag) return RejectionReason::JUSTIFIED_SLOT_OUT_OF_RANGE;
    if (!is_justified(data.source.slot.value)) return std::nullopt;
    if (data.target.slot.value > last_flag) return RejectionReason::JUSTIFIED_SLOT_OUT_OF_RANGE;
    if (is_justified(data.target.slot.value)) return std::nullopt;
    if (!is_on_chain(data.source) || !is_on_chain(data.target) || !is_on_chain(data.head))
      return std::nullopt;
    if (data.target.slot <= data.source.slot) return std::nullopt;
    if (!is_justifiable_after(data.target.slot, state.latest_finalized.slot)) return std::nullopt;
    const std::vector<std::size_t> voters = attestation.aggregation_bits.set_indices();
    if (voters.empty()) return RejectionReason::EMPTY_AGGREGATION_BITS;
    const std::size_t n = state.validators->size();
    if (voters.back() >= n) return RejectionReason::VALIDATOR_INDEX_OUT_OF_RANGE;
    std::vector<bool>& row = tallies[data.target.root];
    row.resize(n);
    for (const std::size_t i : voters) row[i] = true;
    if (3 * static_cast<std::size_t>(std::count(row.begin(), row.end(), true)) >= 2 * n) justify(data);
    return std::nullopt;
  }

  void justify(const AttestationData& data) {
    if (data.target.slot > state.latest_justified.slot) state.latest_justified = data.target;
    justified.insert(data.target.slot.value);
    tallies.erase(data.target.root);
    if (data.source.slot.value <= finalized()) return;
    for (std::uint64_t s = data.source.slot.value + 1; s < data.target.slot.value; ++s) {
      if (is_justifiable_after(Slot(s), state.latest_finalized.slot)) return;
    }
    state.latest_finalized = data.source;
    for (std::uint64_t s = 0; s <= finalized(); ++s) {
      justified.erase(s);
      tallies.erase(state.historical_block_hashes[s]);
    }
  }

  State finish() {
    state.justified_slots = JustifiedSlots(last_flag - finalized());
    for (const std::uint64_t slot : justified) state.justified_slots.set(slot - finalized() - 1);
    state.justifications_roots.clear();
    state.justifications_validators = {};
    for (const auto& [root, row] : tallies) {
      state.justifications_roots.push_back(root);
      for (const bool bit : row) state.justifications_validators.push_back(bit);
    }
    return state;
  }
};

/// Mostly sensible votes, with every fault now and then.
AggregatedAttestation any_vote(const State& state) {
  const std::size_t n = state.validators->size();
  const std::uint64_t head = state.latest_block_header.slot.value;
  const auto any_slot = [&] { return Slot(tests::any_size(head)); };
  const bool from_justified = tests::any_size(2) != 0;
  const Slot source = from_justified ? std::min(state.latest_justified.slot, Slot(head)) : any_slot();
  AggregatedAttestation out = vote(state, source, any_slot(), 0);
  const std::size_t size = tests::any_size(20) == 0 ? n + 3 : n;
  out.aggregation_bits = AggregationBits(size);
  const bool is_quorum = tests::any_size(1) == 0;
  for (std::size_t i = 0; i < size; ++i) {
    out.aggregation_bits.set(i, is_quorum ? i < n : tests::any_size(2) == 0);
  }
  switch (tests::any_size(40)) {
    case 0:
      out.data.head.slot = Slot(tests::any_number());
      break;
    case 1:
      out.data.target.slot = Slot(head + 1 + tests::any_size(2));
      break;
    case 2:
      out.data.source.root = tests::any_root();
      break;
    case 3:
      out.data.head.root = tests::any_root();
      break;
    default:
      break;
  }
  return out;
}

/// A state that has linked in a header and awaits its attestations.
State with_header_of(const State& state, const Block& block) {
  State next = state;
  LOCKSTEP_ASSERT(process_slots(next, block.slot).has_value());
  LOCKSTEP_ASSERT(process_block_header(next, block).has_value());
  return next;
}

RC_GTEST_PROP(ProcessAttestations, agrees_with_a_plain_account, ()) {
  State state = make_chain(1 + tests::any_size(8), 1);
  for (std::size_t blocks = 1 + tests::any_size(12); blocks > 0; --blocks) {
    const Slot slot = state.slot + 1 + (tests::any_size(3) == 0 ? tests::any_size(4) : 0);
    std::vector<AggregatedAttestation> votes;
    for (std::size_t left = tests::any_size(6); left > 0; --left) votes.push_back(any_vote(state));
    const Block block = make_block(state, slot, votes);
    const State linked = with_header_of(state, block);
    PlainAccount account(linked);
    std::optional<RejectionReason> expected;
    for (std::size_t i = 0; i < votes.size() && !expected; ++i) expected = account.process(votes[i]);
    State actual = linked;
    const Verdict<void> processed = process_attestations(actual, votes);
    RC_ASSERT(processed.has_value() == !expected.has_value());
    if (expected) {
      RC_ASSERT(processed.error() == *expected);
      RC_ASSERT(actual == linked);
      RC_ASSERT(!state_transition(state, block).has_value());
      continue;
    }
    RC_ASSERT(actual == account.finish());
    RC_ASSERT(has_consistent_tallies(actual));
    state = state_transition(state, block).value();
    RC_ASSERT(state == actual);
  }
  RC_CLASSIFY(state.latest_finalized.slot > Slot(0), "finalizes");
}

TEST(ProcessAttestations, justifies_at_exactly_two_thirds) {
  const State state = make_chain(6, 3);
  EXPECT_EQ(extend(state, Slot(4), {vote(state, Slot(0), Slot(2), 3)}).latest_justified.slot, Slot(0));
  EXPECT_EQ(extend(state, Slot(4), {vote(state, Slot(0), Slot(2), 4)}).latest_justified.slot, Slot(2));
}

TEST(ProcessAttestations, adds_votes_up_over_blocks) {
  State state = make_chain(6, 3);
  state = extend(state, Slot(4), {vote(state, Slot(0), Slot(2), 3)});
  ASSERT_EQ(state.justifications_roots.size(), 1U);
  AggregatedAttestation more = vote(state, Slot(0), Slot(2), 0);
  more.aggregation_bits.set(5);
  state = extend(state, Slot(5), {more});
  EXPECT_EQ(state.latest_justified.slot, Slot(2));
  EXPECT_TRUE(state.justifications_roots.empty());
  EXPECT_TRUE(state.justifications_validators.empty());
}

TEST(ProcessAttestations, finalizes_a_source_with_nothing_in_between) {
  State state = make_chain(3, 2);
  state = extend(state, Slot(3), {vote(state, Slot(0), Slot(1), 3)});
  EXPECT_EQ(state.latest_finalized.slot, Slot(0));
  state = extend(state, Slot(4), {vote(state, Slot(1), Slot(2), 3)});
  EXPECT_EQ(state.latest_finalized.slot, Slot(1));
  EXPECT_EQ(state.latest_justified.slot, Slot(2));
  EXPECT_EQ(state.justified_slots.size(), 2U);
  EXPECT_TRUE(state.justified_slots.get(0));
}

TEST(ProcessAttestations, does_not_finalize_across_a_justifiable_slot) {
  State state = make_chain(3, 3);
  state = extend(state, Slot(4), {vote(state, Slot(0), Slot(1), 3)});
  state = extend(state, Slot(5), {vote(state, Slot(1), Slot(3), 3)});
  EXPECT_EQ(state.latest_finalized.slot, Slot(0));
  EXPECT_EQ(state.latest_justified.slot, Slot(3));
}

TEST(ProcessAttestations, does_not_move_the_justified_checkpoint_back) {
  const State state = make_chain(3, 4);
  const State after =
      extend(state, Slot(5), {vote(state, Slot(0), Slot(3), 3), vote(state, Slot(0), Slot(2), 3)});
  EXPECT_EQ(after.latest_justified.slot, Slot(3));
  EXPECT_TRUE(is_slot_justified(after.justified_slots, Slot(0), Slot(2)).value());
}

TEST(ProcessAttestations, limits_different_data_and_not_attestations) {
  const State state = make_chain(3, 4);
  std::vector<AggregatedAttestation> votes(100, vote(state, Slot(0), Slot(3), 1));
  EXPECT_TRUE(state_transition(state, make_block(state, Slot(5), votes)).has_value());
  for (std::uint64_t i = 0; i < 8; ++i) {
    votes[i].data.slot = Slot(100 + i);
  }
  const Verdict<State> post = state_transition(state, make_block(state, Slot(5), votes));
  EXPECT_EQ(post.error(), RejectionReason::TOO_MANY_ATTESTATION_DATA);
}

TEST(ProcessAttestations, refuses_bad_bits_only_where_the_vote_counts) {
  const State state = make_chain(3, 4);
  const auto verdict_on = [&](const AggregatedAttestation& one) {
    return state_transition(state, make_block(state, Slot(5), {one}));
  };
  AggregatedAttestation counted = vote(state, Slot(0), Slot(3), 0);
  EXPECT_EQ(verdict_on(counted).error(), RejectionReason::EMPTY_AGGREGATION_BITS);
  counted.aggregation_bits = {};
  EXPECT_EQ(verdict_on(counted).error(), RejectionReason::EMPTY_AGGREGATION_BITS);
  counted.aggregation_bits = AggregationBits(4);
  counted.aggregation_bits.set(3);
  EXPECT_EQ(verdict_on(counted).error(), RejectionReason::VALIDATOR_INDEX_OUT_OF_RANGE);
  AggregatedAttestation passed_over = counted;
  passed_over.data.source.root = tests::root_of(5);
  EXPECT_TRUE(verdict_on(passed_over).has_value());
  // A list that is longer than the registry is fine as long as no bit out there is set.
  counted.aggregation_bits.set(3, false);
  counted.aggregation_bits.set(0);
  EXPECT_TRUE(verdict_on(counted).has_value());
}

TEST(ProcessAttestations, refuses_slots_that_have_no_flag) {
  const State state = make_chain(3, 4);
  AggregatedAttestation far = vote(state, Slot(0), Slot(3), 3);
  far.data.target.slot = Slot(~std::uint64_t{0});
  EXPECT_EQ(state_transition(state, make_block(state, Slot(5), {far})).error(),
            RejectionReason::JUSTIFIED_SLOT_OUT_OF_RANGE);
  far = vote(state, Slot(0), Slot(3), 3);
  far.data.source.slot = Slot(5);
  EXPECT_EQ(state_transition(state, make_block(state, Slot(5), {far})).error(),
            RejectionReason::JUSTIFIED_SLOT_OUT_OF_RANGE);
}

TEST(ProcessAttestations, keeps_tallies_that_finality_has_not_reached) {
  State state = make_chain(6, 5);
  state = extend(state, Slot(6), {vote(state, Slot(0), Slot(1), 6), vote(state, Slot(0), Slot(4), 1)});
  ASSERT_EQ(state.justifications_roots.size(), 1U);
  const Root pending = state.historical_block_hashes[4];
  state = extend(state, Slot(7), {vote(state, Slot(1), Slot(2), 6)});
  EXPECT_EQ(state.latest_finalized.slot, Slot(1));
  EXPECT_EQ(state.justifications_roots, std::vector<Root>{pending});
  EXPECT_EQ(state.justifications_validators.set_indices(), std::vector<std::size_t>{0});
}

TEST(ProcessAttestations, justifies_from_a_source_before_the_finalized_slot_without_going_back) {
  State state = make_chain(3, 4);
  state = extend(state, Slot(5), {vote(state, Slot(0), Slot(2), 3), vote(state, Slot(2), Slot(3), 3)});
  ASSERT_EQ(state.latest_finalized.slot, Slot(2));
  state = extend(state, Slot(6), {vote(state, Slot(0), Slot(4), 3)});
  EXPECT_EQ(state.latest_finalized.slot, Slot(2));
  EXPECT_EQ(state.latest_justified.slot, Slot(4));
}

TEST(ProcessAttestations, forgets_tallies_that_finality_has_passed) {
  State state = make_chain(6, 5);
  // One vote each for slots 2 and 4 stays pending, while slot 1 and then slot 3 are justified from it.
  state = extend(
      state, Slot(6),
      {vote(state, Slot(0), Slot(2), 1), vote(state, Slot(0), Slot(4), 1), vote(state, Slot(0), Slot(3), 6)});
  ASSERT_EQ(state.justifications_roots.size(), 2U);
  state = extend(state, Slot(7), {vote(state, Slot(3), Slot(4), 6)});
  EXPECT_EQ(state.latest_finalized.slot, Slot(3));
  EXPECT_TRUE(state.justifications_roots.empty());
}

}  // namespace
}  // namespace lockstep::spec
