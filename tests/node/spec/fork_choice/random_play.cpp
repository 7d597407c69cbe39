// The moves of a random history.
#include "random_play.h"

#include <algorithm>
#include <utility>

#include "node/spec/aggregation_recovery.h"
#include "node/spec/hash_tree_root.h"
#include "node/spec/slot.h"
#include "node/spec/validator_duties.h"

namespace lockstep::spec::testing {

std::uint64_t RandomPlay::roll(std::uint64_t bound) {
  dice_ += 0x9e3779b97f4a7c15ULL;
  std::uint64_t mixed = (dice_ ^ (dice_ >> 30)) * 0xbf58476d1ce4e5b9ULL;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebULL;
  return (mixed ^ (mixed >> 31)) % bound;
}

Slot RandomPlay::current_slot() const {
  return slot_of(store_.time());
}

BlockIndex RandomPlay::some_block() {
  // Recent blocks more often than old ones, so that forks stay alive.
  const std::uint64_t size = store_.tree().size();
  const std::uint64_t among = roll(3) == 0 ? size : std::min<std::uint64_t>(size, 6);
  return static_cast<BlockIndex>(size - roll(among));
}

BlockIndex RandomPlay::some_ancestor(BlockIndex block) {
  for (std::uint64_t steps = roll(5); steps > 0 && store_.tree().parent(block) != kNoBlock; --steps) {
    block = store_.tree().parent(block);
  }
  return block;
}

AttestationData RandomPlay::some_vote() {
  const BlockTree& tree = store_.tree();
  const auto checkpoint = [&](BlockIndex block) {
    return Checkpoint{.root = tree.root(block), .slot = tree.slot(block)};
  };
  const BlockIndex head = some_block();
  const BlockIndex target = some_ancestor(head);
  const BlockIndex source = some_ancestor(target);
  const std::uint64_t latest = std::max(current_slot().value, tree.slot(head).value);
  const std::uint64_t slot = latest - roll(std::min<std::uint64_t>(3, latest - tree.slot(head).value + 1));
  return {.slot = Slot(slot),
          .head = checkpoint(head),
          .target = checkpoint(target),
          .source = checkpoint(source)};
}

AggregationBits RandomPlay::some_voters(std::uint64_t out_of_eight) {
  AggregationBits voters(validators_);
  for (std::size_t i = 0; i < validators_; ++i) {
    voters.set(i, roll(8) < out_of_eight);
  }
  if (!voters.any()) {
    voters.set(roll(validators_));
  }
  return voters;
}

void RandomPlay::gossip_some_vote() {
  const AttestationData data = some_vote();
  (void)store_.on_gossip_aggregated_attestation(
      aggregate_of(data, some_voters(3), static_cast<std::uint8_t>(roll(2))), prover_);
}

void RandomPlay::gossip_some_signatures() {
  const AttestationData data = some_vote();
  some_voters(3).for_each_set([&](std::size_t validator) {
    (void)store_.on_gossip_attestation(signed_vote(data, validator), roll(4) != 0, TrustingScheme());
  });
}

void RandomPlay::gossip_honest_votes(std::uint64_t out_of_eight) {
  if (const Verdict<AttestationData> data = produce_attestation_data(store_, current_slot())) {
    (void)store_.on_gossip_aggregated_attestation(aggregate_of(*data, some_voters(out_of_eight)), prover_);
  }
}

void RandomPlay::propose() {
  const Slot slot = current_slot() + 1;
  (void)produce_block_with_signatures(store_, slot, ValidatorIndex(slot.value % validators_), prover_);
  if (roll(4) != 0) {
    store_.update_head();
  }
}

void RandomPlay::deliver(const Block& block, bool take_apart) {
  const SignedBlock signed_block{.block = block, .proof = {{base::Bytes{1}}}};
  if (store_.on_block(signed_block, prover_).has_value() && take_apart) {
    (void)deconstruct_block_into_store(store_, signed_block, prover_);
  }
}

void RandomPlay::build_on_some_block() {
  const BlockIndex parent = some_block();
  const Slot slot = store_.tree().slot(parent) + 1 + roll(3);
  std::vector<AggregatedAttestation> body;
  if (roll(2) == 0) {
    const Verdict<BuiltBlock> built =
        build_block(*store_.tree().state(parent), slot, ValidatorIndex(slot.value % validators_),
                    store_.tree().root(parent), store_.block_candidates(), prover_);
    if (built) {
      return deliver(built->block, roll(2) == 0);
    }
  }
  for (std::uint64_t votes = roll(3); votes > 0; --votes) {
    const AttestationData data = some_vote();
    const bool repeated =
        std::any_of(body.begin(), body.end(), [&](const auto& held) { return held.data == data; });
    if (!repeated) {
      body.push_back({.aggregation_bits = some_voters(4), .data = data});
    }
  }
  const bool take_apart = roll(2) == 0;
  if (const Verdict<Block> block = try_block_on(store_, store_.tree().root(parent), slot, std::move(body))) {
    deliver(*block, take_apart);
  }
}

void RandomPlay::withhold_a_block_and_vote_for_it() {
  const BlockTree& tree = store_.tree();
  const BlockIndex parent = some_block();
  const Root& parent_root = tree.root(parent);
  const Block secret = block_on(store_, parent_root, tree.slot(parent) + 1);
  const Checkpoint secret_head{.root = hash_tree_root(secret), .slot = secret.slot};
  const Checkpoint target = checkpoint_of(store_, parent_root);
  const AttestationData data{
      .slot = secret.slot + roll(2), .head = secret_head, .target = target, .source = target};
  withheld_.push_back(secret);
  deliver(
      block_on(store_, parent_root, secret.slot + 1, {{.aggregation_bits = some_voters(4), .data = data}}),
      true);
}

void RandomPlay::release_a_block() {
  if (!withheld_.empty()) {
    deliver(withheld_.back(), false);
    withheld_.pop_back();
  }
}

void RandomPlay::healthy_slot() {
  gossip_honest_votes(7);
  (void)store_.on_tick(interval_from_slot(current_slot() + 1) - 1, false, nullptr);
  propose();
  store_.update_head();
}

void RandomPlay::run_a_clone_ahead() {
  Store clone = store_;
  (void)clone.on_tick(store_.time() + 1 + roll(5), true, &prover_);
  store_.merge_known_payloads(clone);
}

void RandomPlay::move(std::uint32_t number) {
  dice_ = number;
  switch (roll(20)) {
    case 0:
      (void)store_.tick_interval(roll(2) == 0, roll(2) == 0 ? &prover_ : nullptr);
      break;
    case 1:
      (void)store_.on_tick(store_.time() + 1 + roll(7), roll(2) == 0, &prover_);
      break;
    case 2:
    case 3:
      gossip_honest_votes(5);
      break;
    case 4:
    case 5:
      gossip_some_vote();
      break;
    case 6:
      gossip_some_signatures();
      break;
    case 7:
      propose();
      break;
    case 8:
    case 9:
    case 10:
      build_on_some_block();
      break;
    case 11:
      withhold_a_block_and_vote_for_it();
      break;
    case 12:
      release_a_block();
      break;
    case 13:
      store_.update_head();
      break;
    case 14:
      store_.accept_new_attestations();
      break;
    case 15:
      run_a_clone_ahead();
      break;
    case 16:
      (void)store_.aggregate(prover_);
      break;
    default:
      healthy_slot();
      break;
  }
}

}  // namespace lockstep::spec::testing
