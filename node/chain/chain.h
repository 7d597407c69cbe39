// The chain as one node knows it: the store, the signed blocks, and everything that waits to enter.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "node/chain/anchor.h"
#include "node/chain/block_result.h"
#include "node/chain/chain_reader.h"
#include "node/chain/checks.h"
#include "node/chain/events.h"
#include "node/chain/exchange.h"
#include "node/chain/held_blocks.h"
#include "node/crypto/aggregate.h"
#include "node/crypto/signatures.h"
#include "node/runtime/atomic.h"
#include "node/runtime/meter.h"
#include "node/spec/block_production.h"
#include "node/spec/store.h"

namespace lockstep::chain {

/// Blocks that came before their time and are kept.
inline constexpr std::size_t kEarlyBlocksMax = 64;
/// How far ahead of the clock a block or a vote may lie to be kept.
inline constexpr std::uint64_t kEarlySlotsMax = 16;
/// Blocks that wait for their turn to be imported. Above all that the other two can hold and one whole
/// answer.
inline constexpr std::size_t kReadyBlocksMax = 4096;
/// Votes, and separately aggregates, that name unknown blocks and are kept (leanSpec:
/// MAX_PENDING_ATTESTATIONS).
inline constexpr std::size_t kPendingAttestationsMax = 1024;
/// Kept votes that are tried again in one step.
inline constexpr std::size_t kRetriesPerStep = 64;

/// The blocks that came in so far: entered is the sum of the others and of those that are still held.
struct BlockCounts {
  std::uint64_t entered = 0;
  std::uint64_t imported = 0;
  std::uint64_t duplicate = 0;
  std::uint64_t rejected = 0;
  std::uint64_t too_old = 0;
  std::uint64_t too_far_ahead = 0;
  std::uint64_t evicted = 0;
  std::uint64_t shut_down = 0;
};

/// The votes, or aggregates, that came in so far: entered is the sum of the others and of those still held.
struct VoteCounts {
  std::uint64_t entered = 0;
  std::uint64_t accepted = 0;
  std::uint64_t rejected = 0;
  std::uint64_t evicted = 0;
  std::uint64_t shut_down = 0;
};

/// Takes blocks and votes from anywhere and brings them into the store, now or once what they need is there.
/// Each gets exactly one final outcome, which is reported and counted. Not thread-safe: one thread owns it;
/// what others may know is published through reader().
class Chain {
 public:
  /// Everything referred to outlives it. Requires: the anchor's block commits to its state.
  Chain(std::shared_ptr<const Anchor> anchor, bool is_aggregator,
        std::optional<spec::ValidatorIndex> validator, const locking::LockSeams& seams, runtime::Meter& meter,
        const crypto::SignatureScheme& scheme, const crypto::AggregateProver& prover, Events& events);

  [[nodiscard]] const spec::Store& store() const { return store_; }
  /// What other threads see of it; lives as long as the chain.
  [[nodiscard]] const ChainReader& reader() const { return published_; }
  [[nodiscard]] bool is_aggregator() const { return is_aggregator_.load(std::memory_order_relaxed); }
  /// Whether this node aggregates, to be changed by any thread at any time.
  [[nodiscard]] runtime::Atomic<bool>& aggregator_role() { return is_aggregator_; }
  [[nodiscard]] spec::Checkpoint head() const;
  [[nodiscard]] spec::Checkpoint safe_target() const;
  /// The highest slot of any block in the store.
  [[nodiscard]] spec::Slot newest_block_slot() const { return newest_block_slot_; }

  // Time.

  /// Lets the store's time pass by one interval, does what the interval asks for, and hands blocks whose time
  /// has come to step(). Returns the aggregates that are to be published.
  [[nodiscard]] std::vector<spec::SignedAggregatedAttestation> tick_interval();
  /// From here on tick_interval() does not prove what is to be aggregated but lays it aside for take_round().
  void prove_elsewhere() { proves_elsewhere_ = true; }
  /// What the last tick_interval() would have proven, a copy that shares nothing that changes; nothing when
  /// that is nothing.
  [[nodiscard]] std::optional<spec::AggregationRound> take_round() {
    return std::exchange(round_, std::nullopt);
  }
  /// What there is to be proven at this moment, likewise; nothing when this node does not aggregate.
  [[nodiscard]] std::optional<spec::AggregationRound> begin_round() const;
  /// Puts in what was proven of a round: what came since it was taken stays. To be published then.
  void adopt(const spec::AggregationRound& round, std::span<const spec::SignedAggregatedAttestation> made);
  /// Sets the time forward without doing what the intervals between ask for.
  void skip_to(spec::Interval interval);

  // Blocks.

  /// Says that a copy of a block will be handed in, so that readers find it meanwhile. Any thread.
  void announce(const spec::Root& root) { published_.coming(root); }
  /// Takes that back, once for each: the copy has been handed in, or will not be. Any thread.
  void withdraw(const spec::Root& root) { published_.came(root); }
  /// Takes a block and imports it, or keeps it, or refuses it. Requires: `root` is the block's
  /// hash_tree_root.
  BlockResult on_block(const spec::Root& root, SignedBlockPointer block, Origin origin, runtime::PeerId from);
  BlockResult on_block(SignedBlockPointer block, Origin origin, runtime::PeerId from);
  /// Takes a block to be imported by a later step(). Duplicates are dropped here. Requires: `root` is the
  /// block's hash_tree_root.
  void enqueue_block(const spec::Root& root, SignedBlockPointer block, Origin origin, runtime::PeerId from);
  /// Whether step() has something to do.
  [[nodiscard]] bool has_work() const {
    return !ready_.empty() || attestations_to_retry_ + aggregates_to_retry_ > 0;
  }
  /// Does one bounded piece of waiting work: imports one block, or tries some kept votes again. Returns what
  /// became of the block.
  std::optional<BlockResult> step();

  /// Whether a block is in the store.
  [[nodiscard]] bool knows(const spec::Root& root) const { return store_.tree().contains(root); }
  [[nodiscard]] const HeldBlocks& early() const { return early_; }
  [[nodiscard]] std::size_t ready_blocks() const { return ready_.size(); }

  // Votes.

  /// From here on the signatures of kept votes that are tried again are checked by `decide_all`, many at a
  /// time; what follows from them is done here, in the order of the votes. What the checks borrow lasts until
  /// shut_down().
  void verify_elsewhere(DecideAll decide_all) { decide_all_ = std::move(decide_all); }

  VoteOutcome on_gossip_attestation(spec::SignedAttestation vote, Origin origin);
  VoteOutcome on_gossip_aggregated_attestation(spec::SignedAggregatedAttestation aggregate, Origin origin);
  /// hash_tree_root of a vote's data; the last one asked for is remembered, as many votes share one.
  [[nodiscard]] const spec::Root& data_root(const spec::AttestationData& data);

  /// Aggregates that became publishable outside tick_interval, from the proofs of blocks. Only an aggregator
  /// has any.
  [[nodiscard]] std::vector<spec::SignedAggregatedAttestation> take_recovered();

  /// From here on votes and blocks that name unknown blocks are kept however many they are. Reported levels
  /// still name the bound. To be called before anything is handed in.
  void keep_without_bound();

  // Duties of our own validators.

  /// Brings the head up to date with what was produced here.
  void update_head();
  [[nodiscard]] spec::Verdict<spec::AttestationData> produce_attestation_data(spec::Slot slot);
  /// Accepts pending votes and builds a block on the head (§9.4). The block is not in the store before
  /// add_own_block: one that cannot be signed must not become the head that we vote for.
  [[nodiscard]] spec::Verdict<spec::BuiltBlock> build_block(spec::Slot slot, spec::ValidatorIndex proposer);
  /// Puts a block that build_block made, signed, into the store, and lets the head move to it. leanSpec's
  /// head follows at the next update_head only, at interval 1 at the latest.
  void add_own_block(SignedBlockPointer block, const spec::Root& root, spec::State post_state);

  /// Gives everything that is kept back its final outcome: the node ends.
  void shut_down();

  /// A digest by which a change of the store is noticed. Covers time, head, safe target, checkpoints and the
  /// sizes of tree and pools, in constant time; with `whole` also every entry of the pools.
  [[nodiscard]] std::uint64_t digest(bool whole) const;

  [[nodiscard]] const BlockCounts& block_counts() const { return block_counts_; }
  [[nodiscard]] const VoteCounts& attestation_counts() const { return attestation_counts_; }
  [[nodiscard]] const VoteCounts& aggregate_counts() const { return aggregate_counts_; }
  [[nodiscard]] std::size_t pending_attestations() const { return pending_attestations_.size(); }
  [[nodiscard]] std::size_t pending_aggregates() const { return pending_aggregates_.size(); }

 private:
  [[nodiscard]] BlockResult take_block(IncomingBlock incoming);
  [[nodiscard]] spec::Verdict<bool> import(const IncomingBlock& incoming);
  [[nodiscard]] spec::Verdict<std::shared_ptr<const spec::State>> run_block(const IncomingBlock& incoming,
                                                                            const spec::State& parent_state);
  void settle_import(const IncomingBlock& incoming);
  void recover_votes(const IncomingBlock& incoming);
  void publish_import(const IncomingBlock& incoming);
  [[nodiscard]] BlockResult hold_early(IncomingBlock incoming);
  [[nodiscard]] BlockResult hold_orphan(IncomingBlock incoming);
  void make_children_ready(const spec::Root& parent);
  void make_ready(IncomingBlock incoming);
  void drop_waiting(std::vector<CachedBlock> blocks, BlockOutcome outcome, spec::RejectionReason reason);
  void report_waiting();
  BlockResult finish(const IncomingBlock& incoming, BlockOutcome outcome, spec::RejectionReason reason);
  void count(BlockOutcome outcome);
  [[nodiscard]] bool is_early(spec::Slot slot) const;

  /// What a vote's signature has to bear out, or why it does not matter.
  [[nodiscard]] spec::Verdict<Check> question(const spec::SignedAttestation& vote);
  [[nodiscard]] spec::Verdict<Check> question(const spec::SignedAggregatedAttestation& aggregate) const;
  /// The vote is in if its signature holds.
  [[nodiscard]] spec::Verdict<void> take(const spec::SignedAttestation& vote, const Check& check);
  [[nodiscard]] spec::Verdict<void> take(const spec::SignedAggregatedAttestation& aggregate,
                                         const Check& check);
  template <typename Vote>
  [[nodiscard]] spec::Verdict<void> try_now(const Vote& vote);
  VoteOutcome settle(const spec::SignedAttestation& vote, Origin origin, const spec::Verdict<void>& verdict);
  VoteOutcome settle(const spec::SignedAggregatedAttestation& aggregate, Origin origin,
                     const spec::Verdict<void>& verdict);
  /// The outcome of a verdict, counted unless the vote is still to be decided.
  VoteOutcome decide(const spec::Verdict<void>& verdict, spec::Slot slot, VoteCounts& counts) const;
  void keep(spec::SignedAttestation vote);
  void keep(spec::SignedAggregatedAttestation aggregate);
  void retry_kept_votes();
  /// Asks about the first `count` kept votes; what is to be checked goes to the end of `checks`, and what
  /// needs no check into the answer.
  template <typename Vote>
  [[nodiscard]] std::vector<spec::Verdict<void>> ask_about(const std::deque<Vote>& kept, std::size_t count,
                                                           std::vector<Check>& checks);
  /// Takes the first kept votes out, by those answers and the decided checks; who is to wait on goes to the
  /// end. Returns how many those are.
  template <typename Vote>
  std::size_t settle_kept(std::deque<Vote>& kept, std::size_t& to_retry,
                          std::span<const spec::Verdict<void>> answers, std::span<const Check>& checks);
  void report_kept_on(Input input, std::size_t count);
  void drop_kept_votes();
  void report_end(const spec::SignedAttestation& kept, VoteOutcome outcome);
  void report_end(const spec::SignedAggregatedAttestation& kept, VoteOutcome outcome);
  void retry_everything_kept();
  [[nodiscard]] std::vector<spec::SignedAggregatedAttestation> aggregate();

  /// Publishes what has changed, then reports it.
  void report_changes();
  [[nodiscard]] ChainView view() const;
  [[nodiscard]] ServedBlocks::Move move_from(const spec::Root& old_head) const;
  [[nodiscard]] std::uint64_t reorg_depth(const spec::Root& old_head) const;
  void report_level(Buffer buffer, std::size_t size, std::size_t bound);

  std::shared_ptr<const Anchor> anchor_;
  runtime::Atomic<bool> is_aggregator_;
  runtime::Meter& meter_;
  const crypto::AggregateProver& prover_;
  Decider decider_;
  DecideAll decide_all_;
  Events& events_;
  spec::Store store_;

  HeldBlocks early_{kEarlyBlocksMax};
  std::deque<IncomingBlock> ready_;
  spec::Slot newest_block_slot_;

  /// Above it the vote that was kept first makes room.
  std::size_t pending_max_ = kPendingAttestationsMax;
  std::deque<spec::SignedAttestation> pending_attestations_;
  std::deque<spec::SignedAggregatedAttestation> pending_aggregates_;
  /// How many of the kept votes, from the front, have not been tried since the last import.
  std::size_t attestations_to_retry_ = 0;
  std::size_t aggregates_to_retry_ = 0;
  std::vector<spec::SignedAggregatedAttestation> recovered_;
  bool proves_elsewhere_ = false;
  std::optional<spec::AggregationRound> round_;

  spec::AttestationData last_data_;
  spec::Root last_data_root_;

  /// What readers and listener were told last.
  ChainView reported_;
  PublishedChain published_;
  BlockCounts block_counts_;
  VoteCounts attestation_counts_;
  VoteCounts aggregate_counts_;
};

}  // namespace lockstep::chain
