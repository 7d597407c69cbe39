// A state remembers its root, and is never wrong about it.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "node/spec/hash_tree_root.h"
#include "node/spec/ssz.h"
#include "tests/node/spec/arbitrary.h"

namespace lockstep::spec {
namespace {

/// The root of the same content with nothing shared and nothing remembered.
Root root_from_scratch(const State& state) {
  return compute_root(decode<State>(encode(state)).value());
}

/// Changes one field, whichever.
void edit(State& state) {
  switch (*rc::gen::inRange(0, 12)) {
    case 0:
      state.config.genesis_time += 1;
      break;
    case 1:
      ++state.slot;
      break;
    case 2:
      state.latest_block_header.state_root = tests::any_root();
      break;
    case 3:
      state.latest_block_header.proposer_index = ValidatorIndex(tests::any_number());
      break;
    case 4:
      state.latest_justified = tests::any_checkpoint();
      break;
    case 5:
      state.latest_finalized.slot = Slot(tests::any_number());
      break;
    case 6:
      state.historical_block_hashes.push_back(tests::any_root());
      break;
    case 7:
      state.historical_block_hashes.append_zeros(tests::any_size(20));
      break;
    case 8:
      state.justified_slots.push_back(*rc::gen::arbitrary<bool>());
      break;
    case 9:
      state.validators = tests::make_registry(tests::any_size(6));
      break;
    case 10:
      state.justifications_roots.push_back(tests::any_root());
      break;
    default:
      state.justifications_validators.push_back(*rc::gen::arbitrary<bool>());
      break;
  }
}

RC_GTEST_PROP(StateRoot, is_right_after_any_edits, ()) {
  State state = tests::any_state();
  for (std::size_t steps = tests::any_size(12); steps > 0; --steps) {
    if (tests::any_size(1) == 0) {
      RC_ASSERT(seal_root(state) == root_from_scratch(state));
    }
    const State before = state;
    edit(state);
    RC_ASSERT(hash_tree_root(state) == root_from_scratch(state));
    RC_ASSERT(hash_tree_root(before) == root_from_scratch(before));
  }
}

TEST(StateRoot, is_remembered_by_copies) {
  State state = generate_genesis(5, tests::make_registry(4));
  const State copy = state;
  EXPECT_TRUE(copy.root_memo.known);
  EXPECT_EQ(hash_tree_root(copy), compute_root(state));
}

TEST(StateRoot, believes_what_it_is_told) {
  // The caller of seal_root vouches for the root: this shows that the memo is what is answered.
  State state = generate_genesis(5, tests::make_registry(4));
  seal_root(state, tests::root_of(1));
  EXPECT_EQ(hash_tree_root(state), tests::root_of(1));
  ++state.slot;
  EXPECT_EQ(hash_tree_root(state), compute_root(state));
}

RC_GTEST_PROP(StateRoot, is_equal_for_equal_content_only, ()) {
  const State state = tests::any_state();
  State other = decode<State>(encode(state)).value();
  RC_ASSERT(state == other);
  edit(other);
  RC_ASSERT((state == other) == (hash_tree_root(state) == hash_tree_root(other)));
}

}  // namespace
}  // namespace lockstep::spec
