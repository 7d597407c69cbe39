// The fork_choice kind: steps played on a store, which is compared as a whole after each of them.
#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "node/crypto/xmss.h"
#include "node/crypto/xmss_parameters.h"
#include "node/spec/hash_tree_root.h"
#include "node/spec/slot.h"
#include "node/spec/store.h"
#include "tools/vectors/fork_choice_checks.h"
#include "tools/vectors/fork_choice_filler.h"
#include "tools/vectors/fork_choice_snapshot.h"
#include "tools/vectors/json_read.h"

namespace lockstep::vectors {
namespace {

using spec::RejectionReason;
using spec::Verdict;

/// Votes that an author gave to a block and the builder left out appear nowhere in the fixture, but the
/// filler counts them. In these functions, at these steps, the fields that show them are not compared.
struct Tolerated {
  std::string_view function;
  std::size_t first_step;
  std::size_t last_step;
  std::string_view field;
};
constexpr std::array kTolerated = {
    Tolerated{"test_attestation_target_justifiable_constraint", 9, 14, "blockWeights"},
    Tolerated{"test_attestation_target_justifiable_constraint", 9, 14, "knownAggregatedPayloads"},
    Tolerated{"test_post_anchor_votes_can_finalize_above_anchor", 0, 1, "knownAggregatedPayloads"},
    Tolerated{"test_fork_above_finalized_wins_at_or_below_loses", 8, 8, "blockWeights"},
    Tolerated{"test_fork_above_finalized_wins_at_or_below_loses", 8, 8, "knownAggregatedPayloads"},
    Tolerated{"test_heavier_fork_below_finalized_slot_never_wins", 8, 8, "blockWeights"},
    Tolerated{"test_heavier_fork_below_finalized_slot_never_wins", 8, 8, "knownAggregatedPayloads"},
};

/// The name of the function that made the fixture, out of its test id.
std::string function_of(const Json& fixture) {
  std::string id = read_string(member(member(fixture, "_info"), "testId"));
  if (const auto at = id.rfind("::"); at != std::string::npos) {
    id.erase(0, at + 2);
  }
  return id.substr(0, id.find('['));
}

bool is_tolerated(const std::string& function, std::size_t step, std::string_view field) {
  return std::any_of(kTolerated.begin(), kTolerated.end(), [&](const Tolerated& one) {
    return one.function == function && one.first_step <= step && step <= one.last_step && one.field == field;
  });
}

const Json* optional_member(const Json& object, std::string_view key) {
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

class Replay {
 public:
  Replay(const Json& fixture, spec::Store store)
      : function_(function_of(fixture)),
        scheme_(is_test_environment(fixture) ? crypto::kXmssTest : crypto::kXmssProduction),
        store_(std::move(store)) {
    labels_.emplace("genesis", store_.head());
  }

  void play(const Json& step, std::size_t number) {
    const spec::Root old_head = store_.head();
    block_.reset();
    const Verdict<void> verdict = perform(step);
    expect_verdict(step, verdict);
    for (const auto& [field, values] : snapshot_differences(store_, member(step, "storeSnapshot"))) {
      if (!is_tolerated(function_, number, field)) {
        throw Mismatch(field + " is " + values);
      }
    }
    if (const Json* checks = optional_member(step, "checks")) {
      run_store_checks({store_, old_head, block_ ? &*block_ : nullptr, labels_}, *checks);
    }
  }

 private:
  Verdict<void> perform(const Json& step) {
    const std::string type = read_string(member(step, "stepType"));
    if (type == "tick") {
      (void)store_.on_tick(tick_target(step), read_bool(member(step, "hasProposal")), &prover_);
      return {};
    }
    if (type == "block") {
      return play_block(step);
    }
    if (type == "attestation") {
      return store_.on_gossip_attestation(read<spec::SignedAttestation>(step, "attestation"),
                                          read_bool(member(step, "isAggregator")), scheme_);
    }
    if (type == "gossipAggregatedAttestation") {
      const auto aggregate = read<spec::SignedAggregatedAttestation>(step, "attestation");
      return store_.on_gossip_aggregated_attestation(as_replayed(store_, aggregate, prover_), prover_);
    }
    throw Malformed("unknown stepType " + type);
  }

  [[nodiscard]] spec::Interval tick_target(const Json& step) const {
    if (const Json* interval = optional_member(step, "interval")) {
      return spec::Interval(read_number(*interval));
    }
    const std::uint64_t seconds = read_number(member(step, "time"));
    const std::uint64_t genesis = store_.config().genesis_time;
    return spec::Interval(seconds <= genesis ? 0
                                             : (seconds - genesis) * 1000 / spec::MILLISECONDS_PER_INTERVAL);
  }

  Verdict<void> play_block(const Json& step) {
    const Json& node = member(step, "block");
    block_ = read<spec::Block>(step, "block");
    if (const Json* label = optional_member(node, "blockRootLabel")) {
      if (!labels_.emplace(read_string(*label), spec::hash_tree_root(*block_)).second) {
        throw Malformed("two blocks are labelled " + read_string(*label));
      }
    }
    if (const auto problem = fill_known_payloads(store_, *block_, prover_)) {
      throw Mismatch(*problem);
    }
    if (read_bool(member(step, "tickToSlot"))) {
      (void)store_.on_tick(spec::interval_from_slot(block_->slot), true, &prover_);
    }
    return store_.on_verified_block(*block_);
  }

  static void expect_verdict(const Json& step, const Verdict<void>& verdict) {
    const std::optional<RejectionReason> expected = read_rejection(step);
    if (read_bool(member(step, "valid")) == expected.has_value()) {
      throw Malformed("a step is either valid or has a rejectionReason");
    }
    const auto name = [](std::optional<RejectionReason> reason) {
      return reason ? std::string(spec::to_string(*reason)) : "none";
    };
    const auto actual = verdict.has_value() ? std::nullopt : std::optional(verdict.error());
    if (actual != expected) {
      throw Mismatch("rejection is " + name(actual) + ", expected " + name(expected));
    }
  }

  std::string function_;
  crypto::XmssScheme scheme_;
  ReplayProver prover_;
  spec::Store store_;
  std::map<std::string, spec::Root> labels_;
  std::optional<spec::Block> block_;  ///< Of the step being played.
};

}  // namespace

void check_fork_choice(const Json& fixture) {
  auto state = std::make_shared<const spec::State>(read<spec::State>(fixture, "anchorState"));
  auto anchor = std::make_shared<const spec::Block>(read<spec::Block>(fixture, "anchorBlock"));
  Verdict<spec::Store> store = spec::Store::create(state, anchor, spec::ValidatorIndex(0));
  const std::optional<RejectionReason> expected = read_rejection(fixture);
  const Json& steps = member(fixture, "steps");
  if (!steps.is_array()) {
    throw Malformed("steps is no list");
  }
  if (expected || !store) {
    const auto actual = store.has_value() ? std::nullopt : std::optional(store.error());
    if (actual != expected) {
      throw Mismatch("the anchor is judged differently");
    }
    return;
  }
  Replay replay(fixture, *std::move(store));
  for (std::size_t i = 0; i < steps.size(); ++i) {
    try {
      replay.play(steps[i], i);
    } catch (const Mismatch& mismatch) {
      throw Mismatch("step " + std::to_string(i) + ": " + mismatch.what());
    } catch (const Malformed& malformed) {
      throw Malformed("step " + std::to_string(i) + ": " + malformed.what());
    }
  }
}

}  // namespace lockstep::vectors
