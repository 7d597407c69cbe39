// The state_transition kind: blocks folded over a state.
#include <algorithm>
#include <array>
#include <map>

#include "node/spec/hash_tree_root.h"
#include "node/spec/state_transition.h"
#include "tools/vectors/json_read.h"

namespace lockstep::vectors {
namespace {

using spec::RejectionReason;
using spec::State;
using spec::Verdict;

std::string name_of(const std::optional<RejectionReason>& reason) {
  return reason ? std::string(spec::to_string(*reason)) : "none";
}

/// Two reasons cannot come out of the whole transition: fixtures that expect them were made by applying
/// blocks without advancing the slot, a flag that the JSON does not carry.
bool skips_slot_processing(RejectionReason expected) {
  return expected == RejectionReason::BLOCK_SLOT_MISMATCH ||
         expected == RejectionReason::BLOCK_OLDER_THAN_LATEST_HEADER;
}

Verdict<State> apply_without_slots(const State& state, const spec::Block& block) {
  State post = state;
  const Verdict<void> processed = spec::process_block(post, block);
  if (!processed) {
    return processed.error();
  }
  return post;
}

/// Fixtures without blocks stop at a refusal that happened before there was a block to write down.
std::optional<RejectionReason> refusal_without_blocks(const State& pre, RejectionReason expected) {
  if (expected == RejectionReason::EMPTY_VALIDATOR_REGISTRY) {
    const auto proposer =
        spec::proposer_index(pre.slot + 1, pre.validators ? pre.validators->size() : std::size_t{0});
    return proposer ? std::nullopt : std::optional(proposer.error());
  }
  State state = pre;
  const Verdict<void> advanced = spec::process_slots(state, pre.slot);
  return advanced ? std::nullopt : std::optional(advanced.error());
}

struct Replay {
  State state;
  std::optional<RejectionReason> refusal;
};

Replay replay(const State& pre, const std::vector<spec::Block>& blocks,
              std::optional<RejectionReason> expected) {
  Replay out{pre, std::nullopt};
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const bool is_last = i + 1 == blocks.size();
    const bool skips =
        expected && skips_slot_processing(*expected) && (is_last || blocks[i].slot == out.state.slot);
    Verdict<State> post =
        skips ? apply_without_slots(out.state, blocks[i]) : spec::state_transition(out.state, blocks[i]);
    if (!post) {
      if (!is_last) {
        throw Mismatch("block " + std::to_string(i) + " of " + std::to_string(blocks.size()) +
                       " was refused: " + name_of(post.error()));
      }
      out.refusal = post.error();
      return out;
    }
    out.state = *std::move(post);
  }
  if (blocks.empty() && expected) {
    out.refusal = refusal_without_blocks(pre, *expected);
  }
  return out;
}

template <typename T>
void expect_same(const T& actual, const Json& node, std::string_view key) {
  T expected{};
  try {
    read_json(node, expected);
  } catch (const Malformed& malformed) {
    throw Malformed("post." + std::string(key) + ": " + malformed.what());
  }
  if (!(actual == expected)) {
    throw Mismatch("post." + std::string(key) + " differs");
  }
}

/// One expectation about the state after the last block.
using Postcondition = void (*)(const State& state, const Json& expected, std::string_view key);

#define LOCKSTEP_POST(name, expression)                                    \
  std::pair<std::string_view, Postcondition> {                             \
    name, [](const State& s, const Json& expected, std::string_view key) { \
      expect_same(expression, expected, key);                              \
    }                                                                      \
  }

constexpr std::array kPostconditions = {
    LOCKSTEP_POST("slot", s.slot),
    LOCKSTEP_POST("latestJustifiedSlot", s.latest_justified.slot),
    LOCKSTEP_POST("latestJustifiedRoot", s.latest_justified.root),
    LOCKSTEP_POST("latestFinalizedSlot", s.latest_finalized.slot),
    LOCKSTEP_POST("latestFinalizedRoot", s.latest_finalized.root),
    LOCKSTEP_POST("validatorCount", std::uint64_t{s.validators->size()}),
    LOCKSTEP_POST("validators", s.validators->validators()),
    LOCKSTEP_POST("configGenesisTime", s.config.genesis_time),
    LOCKSTEP_POST("latestBlockHeaderSlot", s.latest_block_header.slot),
    LOCKSTEP_POST("latestBlockHeaderProposerIndex", s.latest_block_header.proposer_index),
    LOCKSTEP_POST("latestBlockHeaderParentRoot", s.latest_block_header.parent_root),
    LOCKSTEP_POST("latestBlockHeaderStateRoot", s.latest_block_header.state_root),
    LOCKSTEP_POST("latestBlockHeaderBodyRoot", s.latest_block_header.body_root),
    LOCKSTEP_POST("historicalBlockHashes", s.historical_block_hashes),
    LOCKSTEP_POST("historicalBlockHashesCount", std::uint64_t{s.historical_block_hashes.size()}),
    LOCKSTEP_POST("justifiedSlots", s.justified_slots),
    LOCKSTEP_POST("justificationsRoots", s.justifications_roots),
    LOCKSTEP_POST("justificationsRootsCount", std::uint64_t{s.justifications_roots.size()}),
    LOCKSTEP_POST("justificationsValidators", s.justifications_validators),
    LOCKSTEP_POST("justificationsValidatorsCount", std::uint64_t{s.justifications_validators.size()}),
};
#undef LOCKSTEP_POST

/// Labels name blocks, but the JSON does not say which: what can be held against it is that equal labels
/// stand for equal roots, different ones for different roots, and that each root is a block of the fixture.
class Labels {
 public:
  Labels(const State& pre, const std::vector<spec::Block>& blocks) {
    spec::BlockHeader first = pre.latest_block_header;
    if (first.state_root.is_zero()) {
      first.state_root = spec::hash_tree_root(pre);
    }
    known_.push_back(spec::hash_tree_root(first));
    for (const spec::Block& block : blocks) {
      known_.push_back(spec::hash_tree_root(block));
    }
  }

  void expect(const std::string& label, const spec::Root& root) {
    if (std::ranges::find(known_, root) == known_.end()) {
      throw Mismatch("the label " + label + " stands for " + base::to_hex(root.view()) +
                     ", which is no block");
    }
    const auto [by_label, is_new] = roots_.emplace(label, root);
    if (by_label->second != root) {
      throw Mismatch("the label " + label + " stands for two roots");
    }
    for (const auto& [other, its_root] : roots_) {
      if (other != label && its_root == root) {
        throw Mismatch("the labels " + label + " and " + other + " stand for one root");
      }
    }
  }

 private:
  std::vector<spec::Root> known_;
  std::map<std::string, spec::Root> roots_;
};

/// Whether `key` is about labels; if so it is checked.
bool check_labels(const State& state, const std::string& key, const Json& expected, Labels& labels) {
  if (key == "latestJustifiedRootLabel") {
    labels.expect(read_string(expected), state.latest_justified.root);
  } else if (key == "latestFinalizedRootLabel") {
    labels.expect(read_string(expected), state.latest_finalized.root);
  } else if (key == "justificationsRootsLabels") {
    if (!expected.is_array()) {
      throw Malformed("post.justificationsRootsLabels is no array");
    }
    if (expected.size() != state.justifications_roots.size()) {
      throw Mismatch("post.justificationsRootsLabels differs in number");
    }
    if (expected.size() == 1) {
      labels.expect(read_string(expected[0]), state.justifications_roots[0]);
    }
  } else {
    return false;
  }
  return true;
}

void check_post(const State& state, const Json& post, Labels& labels) {
  if (!post.is_object()) {
    throw Malformed("post is no object");
  }
  for (const auto& [key, expected] : post.items()) {
    if (expected.is_null() || check_labels(state, key, expected, labels)) {
      continue;
    }
    const auto condition = std::ranges::find(kPostconditions, std::string_view(key),
                                             &std::pair<std::string_view, Postcondition>::first);
    if (condition == kPostconditions.end()) {
      throw Malformed("unknown postcondition " + key);
    }
    condition->second(state, expected, key);
  }
}

std::vector<spec::Block> read_blocks(const Json& fixture) {
  const Json& nodes = member(fixture, "blocks");
  if (!nodes.is_array()) {
    throw Malformed("blocks is no array");
  }
  std::vector<spec::Block> blocks;
  for (const Json& node : nodes) {
    read_json(node, blocks.emplace_back());
  }
  return blocks;
}

bool has(const Json& fixture, std::string_view key) {
  const auto found = fixture.find(key);
  return found != fixture.end() && !found->is_null();
}

}  // namespace

void check_state_transition(const Json& fixture) {
  const State pre = read<State>(fixture, "pre");
  if (!spec::has_consistent_tallies(pre)) {
    throw Malformed("the tallies of pre are inconsistent");
  }
  const std::vector<spec::Block> blocks = read_blocks(fixture);
  const std::optional<RejectionReason> expected = read_rejection(fixture);
  if (expected.has_value() == has(fixture, "postStateRoot")) {
    throw Malformed("a fixture has either a rejectionReason or a postStateRoot");
  }
  const Replay after = replay(pre, blocks, expected);
  if (after.refusal != expected) {
    throw Mismatch("the refusal is " + name_of(after.refusal) + ", expected " + name_of(expected));
  }
  if (expected) {
    return;
  }
  const spec::Root root = spec::hash_tree_root(after.state);
  const auto expected_root = read<spec::Root>(fixture, "postStateRoot");
  if (has(fixture, "post")) {
    Labels labels(pre, blocks);
    check_post(after.state, member(fixture, "post"), labels);
  }
  if (root != expected_root || spec::compute_root(after.state) != expected_root) {
    throw Mismatch("the state root is " + base::to_hex(root.view()) + ", expected " +
                   base::to_hex(expected_root.view()));
  }
}

}  // namespace lockstep::vectors
