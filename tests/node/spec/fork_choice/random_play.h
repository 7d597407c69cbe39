// A store that is driven through random histories: votes, blocks, forks, time, recovery of proofs.
#pragma once

#include <cstdint>
#include <vector>

#include "chain_builder.h"
#include "node/spec/store.h"
#include "trusting_crypto.h"

namespace lockstep::spec::testing {

/// Plays one move for each number it is given. What a move does depends on the number and on the store alone,
/// so a failing list of numbers can be cut down by RapidCheck.
class RandomPlay {
 public:
  explicit RandomPlay(std::size_t validators) : store_(genesis_store(validators)), validators_(validators) {}

  void move(std::uint32_t number);

  [[nodiscard]] Store& store() { return store_; }
  [[nodiscard]] const Store& store() const { return store_; }
  /// A known block.
  [[nodiscard]] BlockIndex some_block();
  /// A vote whose three checkpoints lie on one known chain and whose slot is not before its head.
  [[nodiscard]] AttestationData some_vote();
  /// The next number of this move's own dice, below `bound`.
  [[nodiscard]] std::uint64_t roll(std::uint64_t bound);

 private:
  [[nodiscard]] Slot current_slot() const;
  [[nodiscard]] AggregationBits some_voters(std::uint64_t out_of_eight);
  [[nodiscard]] BlockIndex some_ancestor(BlockIndex block);
  void gossip_some_vote();
  void gossip_some_signatures();
  void gossip_honest_votes(std::uint64_t out_of_eight);
  void propose();
  void build_on_some_block();
  void withhold_a_block_and_vote_for_it();
  void release_a_block();
  void healthy_slot();
  void run_a_clone_ahead();
  void deliver(const Block& block, bool take_apart);

  Store store_;
  std::size_t validators_;
  TrustingProver prover_;
  std::vector<Block> withheld_;
  std::uint64_t dice_ = 0;
};

}  // namespace lockstep::spec::testing
